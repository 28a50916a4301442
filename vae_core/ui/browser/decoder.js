// The decoder in the browser: hidden = f(x W + b), layer by layer, then pixels = sigmoid(x W + b).
// vae_core/network.py computes the same; a test holds both within one grey level of Keras.

export class Decoder {
  /** tensors: decoder.hidden.{i}.kernel/.bias and decoder.logits.kernel/.bias; kernels are (inputs, outputs).
      activation: what f is, "relu" or "silu". */
  constructor(tensors, activation) {
    this.activate = ACTIVATIONS[activation]
    this.layers = []
    for (let i = 0; `decoder.hidden.${i}.kernel` in tensors; i++) this.layers.push(layer(tensors, `decoder.hidden.${i}`))
    this.layers.push(layer(tensors, "decoder.logits"))
    this.z = new Float32Array(2)
  }

  /** Decode one point. Returns 784 grey bytes, in an array that the next call overwrites. */
  decode(z1, z2) {
    this.z[0] = z1
    this.z[1] = z2
    let values = this.z
    for (const [depth, { kernel, bias, output }] of this.layers.entries()) {
      affine(values, kernel, bias, output)
      values = output
      if (depth < this.layers.length - 1) this.activate(output)
    }
    const pixels = (this.pixels ??= new Uint8ClampedArray(values.length))
    for (let i = 0; i < pixels.length; i++) pixels[i] = 255 / (1 + Math.exp(-values[i])) // rounds to nearest
    return pixels
  }
}

function layer(tensors, name) {
  const kernel = tensors[`${name}.kernel`].values
  const bias = tensors[`${name}.bias`].values
  return { kernel, bias, output: new Float32Array(bias.length) }
}

/** output = input kernel + bias, a row of the kernel at a time: rows lie together in memory, and relu leaves half of the
    inputs zero, whose rows are never read. Four rows at once, so that `output` is read and written a quarter as often. */
function affine(input, kernel, bias, output) {
  const width = output.length
  const active = []
  for (let i = 0; i < input.length; i++) if (input[i] !== 0) active.push(i)
  output.set(bias)
  const fours = active.length - (active.length % 4)
  for (let k = 0; k < fours; k += 4) {
    const [a, b, c, d] = [active[k], active[k + 1], active[k + 2], active[k + 3]]
    const [va, vb, vc, vd] = [input[a], input[b], input[c], input[d]]
    const [ra, rb, rc, rd] = [a * width, b * width, c * width, d * width]
    for (let j = 0; j < width; j++) {
      output[j] += va * kernel[ra + j] + vb * kernel[rb + j] + vc * kernel[rc + j] + vd * kernel[rd + j]
    }
  }
  for (const i of active.slice(fours)) {
    for (let j = 0; j < width; j++) output[j] += input[i] * kernel[i * width + j]
  }
}

/** Each in place. */
const ACTIVATIONS = {
  relu(values) {
    for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0
  },
  silu(values) {
    for (let i = 0; i < values.length; i++) values[i] /= 1 + Math.exp(-values[i])
  },
}
