// safetensors: 8 bytes of little-endian header length, a JSON header, then the tensors' raw little-endian bytes.

import { fetchBytes } from "./static.js"

/** @typedef {{ shape: number[], values: Float32Array | Uint8Array }} Tensor - values in row-major order. */
/** @typedef {Record<string, Tensor>} Tensors - by name. */
/** @typedef {{ dtype: string, shape: number[], data_offsets: [start: number, end: number] }} HeaderEntry */

/** @type {Record<string, typeof Float32Array | typeof Uint8Array | undefined>} */
const ARRAYS = { F32: Float32Array, U8: Uint8Array }
const HALVES = ".halves"

/**
 * Fetch a safetensors file.
 * @param {string} address
 */
export const fetchTensors = async (address) => parseTensors(await fetchBytes(address))

/**
 * Parse a safetensors file. Throws if a tensor has a type that this app does not use. A tensor whose name ends with
 * ".halves" is one of float16 in two planes: see publish_tensors in vae_core/ui/resources/tensor_files.py.
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
    const values = new ArrayType(buffer.slice(start, end))
    if (!name.endsWith(HALVES)) tensors[name] = { shape: entry.shape, values }
    else tensors[name.slice(0, -HALVES.length)] = { shape: entry.shape.slice(1), values: widened(values) }
  }
  return tensors
}

/**
 * Finite halves as float32, which holds each of them exactly. Browsers before 2025 have no Float16Array.
 * @param {ArrayLike<number>} planes - the low bytes of all halves, then the high bytes. A half is a sign bit, 5 bits of
 *   exponent and 10 of fraction (IEEE 754, binary16).
 */
function widened(planes) {
  const count = planes.length / 2
  const values = new Float32Array(count)
  const bits = new Uint32Array(values.buffer)
  for (let i = 0; i < count; i++) {
    const [low, high] = [planes[i], planes[count + i]]
    // Moved to where a float32 has them, the bits stand for the same number but for the offset of the exponent.
    bits[i] = ((high & 0x80) << 24) | ((high & 0x7f) << 21) | (low << 13)
    values[i] *= 2 ** (127 - 15)
  }
  return values
}
