import assert from "node:assert/strict"
import { test } from "node:test"

import { Decoder } from "../../vae_core/ui/browser/decoder.js"
import { noise, tensor } from "./builders.js"

/** @import { Activation } from "../../vae_core/ui/browser/decoder.js" */
/** @import { Tensors } from "../../vae_core/ui/browser/tensors.js" */

const PIXELS = 30
const POINTS = [[0.5, -1.5], [0, 2], [1, 0], [0, 0], [-3, 4]]

/**
 * Weights of a decoder with hidden layers of these widths.
 * @param {number[]} widths
 * @param {number} seed
 */
function weights(widths, seed) {
  const value = noise(seed)
  /** @type {Tensors} */
  const tensors = {}
  for (const [i, outputs] of [...widths, PIXELS].entries()) {
    const name = i < widths.length ? `decoder.hidden.${i}` : "decoder.logits"
    tensors[`${name}.kernel`] = tensor([[2, ...widths][i], outputs], value)
    tensors[`${name}.bias`] = tensor([outputs], value)
  }
  return tensors
}

/**
 * The pixels that a decoder should draw: its formula, one number after the other.
 * @param {Tensors} tensors
 * @param {number} depth - hidden layers.
 * @param {Activation} activation
 * @param {number[]} z
 */
function decoded(tensors, depth, activation, z) {
  let values = z
  for (let i = 0; i <= depth; i++) {
    const name = i < depth ? `decoder.hidden.${i}` : "decoder.logits"
    const { values: kernel } = tensors[`${name}.kernel`]
    const { values: bias } = tensors[`${name}.bias`]
    const sums = [...bias]
    for (let output = 0; output < bias.length; output++) {
      values.forEach((value, input) => (sums[output] += value * kernel[input * bias.length + output]))
    }
    if (i === depth) values = sums.map((x) => Math.round(255 / (1 + Math.exp(-x))))
    else if (activation === "relu") values = sums.map((x) => Math.max(0, x))
    else values = sums.map((x) => x / (1 + Math.exp(-x)))
  }
  return values
}

for (const activation of /** @type {const} */ (["relu", "silu"])) {
  // Layers are computed four inputs at a time, so with a rest of none to three.
  for (const widths of [[], [4], [7], [5, 6], [9, 3, 10]]) {
    test(`${activation}, hidden layers of ${widths.join(", ") || "no"} units: the formula's pixels`, () => {
      const tensors = weights(widths, 1 + widths.length)
      const decoder = new Decoder(tensors, activation)
      for (const [z1, z2] of POINTS) {
        const expected = decoded(tensors, widths.length, activation, [z1, z2])
        assert.ok(Math.max(...expected) - Math.min(...expected) > 50, "pixels that differ, so that a mistake shows")
        assert.deepEqual([...decoder.decode(z1, z2)], expected)
      }
    })
  }
}

test("each of the 256 greys is rounded to, not cut down to", () => {
  const greys = Array.from({ length: 256 }, (_, grey) => grey)
  const bias = { shape: [256], values: Float32Array.from(greys, (grey) => Math.log(grey / (255 - grey))) }
  const kernel = { shape: [2, 256], values: new Float32Array(512) }
  const decoder = new Decoder({ "decoder.logits.kernel": kernel, "decoder.logits.bias": bias }, "relu")
  assert.deepEqual([...decoder.decode(1, 1)], greys)
})

test("the log-odds of a pixel are those of its grey", () => {
  const decoder = new Decoder(weights([7], 4), "relu")
  const logits = [...decoder.logitsAt(0.5, -1.5)]
  assert.deepEqual(logits.map((logit) => Math.round(255 / (1 + Math.exp(-logit)))), [...decoder.decode(0.5, -1.5)])
  assert.notDeepEqual(logits, [...decoder.logitsAt(0, 2)])
})

test("a point's pixels do not depend on the point before, and lie where that one's lay", () => {
  const decoder = new Decoder(weights([6], 9), "relu")
  const pixels = decoder.decode(1, -1)
  const first = [...pixels]
  assert.equal(decoder.decode(-2, 2), pixels)
  assert.notDeepEqual([...pixels], first)
  decoder.decode(1, -1)
  assert.deepEqual([...pixels], first)
})
