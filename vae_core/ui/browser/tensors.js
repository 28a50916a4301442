// safetensors: 8 bytes of little-endian header length, a JSON header, then the tensors' raw little-endian bytes.

import { fetchBytes } from "./static.js"

const ARRAYS = { F32: Float32Array, U8: Uint8Array }

/** Fetch a safetensors file. Returns {name: {shape, values}}. */
export const fetchTensors = async (address) => parseTensors(await fetchBytes(address))

/** Parse a safetensors file's bytes (an ArrayBuffer). Returns {name: {shape, values}}, values a typed array. */
export function parseTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)))
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
