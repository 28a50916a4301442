// What the tests of the browser's modules are made of: numbers that look random, and files as bytes.

/**
 * A function that gives the same numbers, evenly between -1 and 1, whenever it is made with the same seed.
 * @param {number} seed
 */
export function noise(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}

/**
 * @param {number[]} shape
 * @param {() => number} value - called once for each.
 */
export function tensor(shape, value) {
  const count = shape.reduce((product, length) => product * length, 1)
  return { shape, values: Float32Array.from({ length: count }, value) }
}

/**
 * A safetensors file, put together byte by byte.
 * @param {Record<string, unknown>} header - which describes the bytes.
 * @param {number[]} body
 */
export function safetensors(header, body) {
  const text = [...new TextEncoder().encode(JSON.stringify(header))]
  const length = [text.length & 255, text.length >> 8, 0, 0, 0, 0, 0, 0]
  return Uint8Array.from([...length, ...text, ...body]).buffer
}

/**
 * The bytes of numbers as float32, the lowest byte first.
 * @param {number[]} values
 */
export function float32(values) {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  values.forEach((value, i) => view.setFloat32(4 * i, value, true))
  return [...new Uint8Array(view.buffer)]
}
