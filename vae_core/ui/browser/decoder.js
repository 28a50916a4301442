// The decoder in the browser: hidden = f(x W + b), layer by layer, then pixels = sigmoid(x W + b).
// vae_core/networks/network.py computes the same; a test holds both within one grey level of Keras.

/** @import { Tensors } from "./tensors.js" */

/** @typedef {"relu" | "silu"} Activation */
/** @typedef {Float32Array | Uint8Array} Values */
/** @typedef {{ kernel: Values, bias: Values, output: Float32Array }} Layer - kernel: (inputs, outputs), row by row. */

export class Decoder {
  /**
   * @param {Tensors} tensors - decoder.hidden.{i}.kernel/.bias and decoder.logits.kernel/.bias; kernels are
   *   (inputs, outputs).
   * @param {Activation} activation - what f is.
   */
  constructor(tensors, activation) {
    this.activate = ACTIVATIONS[activation]
    /** @type {Layer[]} */
    this.hidden = []
    for (let i = 0; `decoder.hidden.${i}.kernel` in tensors; i++) this.hidden.push(layer(tensors, `decoder.hidden.${i}`))
    this.logits = layer(tensors, "decoder.logits")
    this.z = new Float32Array(2)
    this.pixels = new Uint8ClampedArray(this.logits.output.length)
  }

  /**
   * Decode one point. Returns 784 grey bytes, in an array that the next call overwrites.
   * @param {number} z1
   * @param {number} z2
   */
  decode(z1, z2) {
    const logits = this.logitsAt(z1, z2)
    const { pixels } = this
    for (let i = 0; i < pixels.length; i++) pixels[i] = 255 / (1 + Math.exp(-logits[i])) // rounds to nearest
    return pixels
  }

  /**
   * The log-odds of each pixel at one point: 784 numbers, in an array that the next call overwrites.
   * @param {number} z1
   * @param {number} z2
   */
  logitsAt(z1, z2) {
    this.z[0] = z1
    this.z[1] = z2
    /** @type {Float32Array} */
    let values = this.z
    for (const layer of this.hidden) {
      affine(values, layer)
      this.activate(layer.output)
      values = layer.output
    }
    affine(values, this.logits)
    return this.logits.output
  }
}

/**
 * @param {Tensors} tensors
 * @param {string} name
 * @returns {Layer}
 */
function layer(tensors, name) {
  const kernel = tensors[`${name}.kernel`].values
  const bias = tensors[`${name}.bias`].values
  return { kernel, bias, output: new Float32Array(bias.length) }
}

/**
 * output = input kernel + bias, a row of the kernel at a time: rows lie together in memory, and relu leaves half of the
 * inputs zero, whose rows are never read. Four rows at once, so that `output` is read and written a quarter as often.
 * @param {Float32Array} input
 * @param {Layer} layer - whose output is written.
 */
function affine(input, { kernel, bias, output }) {
  const width = output.length
  const active = []
  for (let i = 0; i < input.length; i++) if (input[i] !== 0) active.push(i)
  output.set(bias)
  const inFours = active.length - (active.length % 4)
  for (let k = 0; k < inFours; k += 4) {
    const [a, b, c, d] = [active[k], active[k + 1], active[k + 2], active[k + 3]]
    const [va, vb, vc, vd] = [input[a], input[b], input[c], input[d]]
    const [ra, rb, rc, rd] = [a * width, b * width, c * width, d * width]
    for (let j = 0; j < width; j++) {
      output[j] += va * kernel[ra + j] + vb * kernel[rb + j] + vc * kernel[rc + j] + vd * kernel[rd + j]
    }
  }
  for (const i of active.slice(inFours)) {
    for (let j = 0; j < width; j++) output[j] += input[i] * kernel[i * width + j]
  }
}

/**
 * Each works in place.
 * @type {Record<Activation, (values: Float32Array) => void>}
 */
const ACTIVATIONS = {
  relu(values) {
    for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0
  },
  silu(values) {
    for (let i = 0; i < values.length; i++) values[i] /= 1 + Math.exp(-values[i])
  },
}
