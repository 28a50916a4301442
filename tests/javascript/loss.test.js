import assert from "node:assert/strict"
import { test } from "node:test"

import { Decoder } from "../../vae_core/ui/browser/decoder.js"
import { POINTS, crossEntropy, lossOf } from "../../vae_core/ui/components/course/loss.js"
import { Posterior } from "../../vae_core/ui/components/course/posterior.js"
import { noise, tensor } from "./builders.js"

/** @import { Point } from "../../vae_core/ui/browser/digits.js" */

/** @type {(found: number, expected: number, within?: number) => void} */
const near = (found, expected, within = 1e-9) => assert.ok(Math.abs(found - expected) < within, `${found}, not ${expected}`)

test("the cross-entropy is that of vae_core.likelihood.elbo.reconstruction_nats, also where a sigmoid is 0 or 1", () => {
  const logits = [-200, -3.5, -0.25, 0, 1.75, 40, 200]
  near(crossEntropy([0, 13, 255, 128, 64, 250, 255], logits), 3.9825905809)
})

test("the cross-entropy of a pixel is least where the probability is its grey", () => {
  const at = (/** @type {number} */ probability) => crossEntropy([51], [Math.log(probability / (1 - probability))])
  near(at(0.2), -(0.2 * Math.log(0.2) + 0.8 * Math.log(0.8)))
  assert.ok(at(0.2) < at(0.19))
  assert.ok(at(0.2) < at(0.21))
})

test("the nine points average every polynomial up to the fifth power as a normal distribution does", () => {
  const moment = (/** @type {number} */ first, /** @type {number} */ second) =>
    POINTS.reduce((sum, { noise: [a, b], weight }) => sum + weight * a ** first * b ** second, 0)
  const moments = [1, 0, 1, 0, 3, 0] // of N(0, 1)
  moments.forEach((one, first) => moments.forEach((other, second) => near(moment(first, second), one * other)))
})

test("the loss is the cross-entropy averaged over the posterior, and its KL", () => {
  const value = noise(3)
  const decoder = new Decoder(
    {
      "decoder.hidden.0.kernel": tensor([2, 5], value), "decoder.hidden.0.bias": tensor([5], value),
      "decoder.logits.kernel": tensor([5, 4], value), "decoder.logits.bias": tensor([4], value),
    },
    "silu",
  )
  const grey = [0, 40, 200, 255]
  const posterior = new Posterior([0.4, -0.7], [0.3, 0.2])
  const draw = noise(5)
  let [sum, count] = [0, 0]
  for (; count < 20_000; count++) {
    // Twelve even numbers between -1 and 1 add up to nearly a normal one, of variance 4.
    const normal = () => Array.from({ length: 12 }, draw).reduce((total, one) => total + one, 0) / 2
    const z = posterior.at(/** @type {Point} */ ([normal(), normal()]))
    sum += crossEntropy(grey, decoder.logitsAt(...z))
  }
  const { reconstruction, kl } = lossOf(grey, decoder, posterior)
  near(reconstruction, sum / count, 0.005)
  assert.notEqual(reconstruction, crossEntropy(grey, decoder.logitsAt(...posterior.mean)))
  assert.equal(kl, posterior.kl)
})
