// safetensors: 8 bytes of little-endian header length, a JSON header, then the tensors' raw little-endian bytes.

import { fetchBytes } from "./static.js"

/** @typedef {{ shape: number[], values: Float32Array | Uint8Array }} Tensor - values in row-major order. */
/** @typedef {Record<string, Tensor>} Tensors - by name. */
/** @typedef {{ dtype: string, shape: number[], data_offsets: [start: number, end: number] }} HeaderEntry */

/** @type {Record<string, typeof Float32Array | typeof Uint8Array | undefined>} */
const ARRAYS = { F32: Float32Array, U8: Uint8Array }

/**
 * Fetch a safetensors file.
 * @param {string} address
 */
export const fetchTensors = async (address) => parseTensors(await fetchBytes(address))

/**
 * Parse a safetensors file. Throws if a tensor has a type that this app does not use.
 * @param {ArrayBuffer} buffer - the whole file.
 * @returns {Tensors}
 */
export function parseTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true))
  /** @type {Record<string, HeaderEntry>} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)))
  /** @type {Tensors} */
  const tensors = {}
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue
    const [start, end] = entry.data_offsets.map((offset) => 8 + length + offset)
    const ArrayType = ARRAYS[entry.dtype]
    if (!ArrayType) throw new Error(`${name} has the type ${entry.dtype}, which this app does not read`)
    // A copy, because a view would need its offset aligned to the element's size.
    tensors[name] = { shape: entry.shape, values: new ArrayType(buffer.slice(start, end)) }
  }
  return tensors
}
