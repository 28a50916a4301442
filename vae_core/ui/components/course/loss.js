// The loss of a digit, -ELBO, in nats: reconstruction + KL. vae_core/likelihood/elbo.py computes the same, but averages the
// reconstruction over random samples of the posterior. Here it is averaged over nine fixed points, by the Gauss-Hermite rule
// with three nodes on each axis: so the loss does not jitter while the posterior is moved.

/** @import { Decoder } from "../../browser/decoder.js" */
/** @import { Point } from "../../browser/digits.js" */
/** @import { Posterior } from "./posterior.js" */

/** @typedef {{ reconstruction: number, kl: number }} Loss - in nats. */

const NODES = [-Math.sqrt(3), 0, Math.sqrt(3)]
const WEIGHTS = [1 / 6, 2 / 3, 1 / 6]

/**
 * The nine points of the rule as draws from the standard normal distribution, with their weights, whose sum is 1.
 * @type {{ noise: Point, weight: number }[]}
 */
export const POINTS = NODES.flatMap((first, i) =>
  NODES.map((second, j) => ({ noise: /** @type {Point} */ ([first, second]), weight: WEIGHTS[i] * WEIGHTS[j] })),
)

/**
 * -log p(x|z) in nats: the cross-entropy between the pixels and their probabilities, summed over the pixels. From the
 * log-odds, which avoids log(0): log(1 + exp(logit)) - pixel * logit.
 * @param {ArrayLike<number>} grey - the digit's pixels, 0 to 255.
 * @param {ArrayLike<number>} logits - as many.
 */
export function crossEntropy(grey, logits) {
  let sum = 0
  for (let i = 0; i < grey.length; i++) {
    const logit = logits[i]
    sum += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - (grey[i] / 255) * logit
  }
  return sum
}

/**
 * @param {ArrayLike<number>} grey - the digit's pixels, 0 to 255.
 * @param {Decoder} decoder
 * @param {Posterior} posterior
 * @returns {Loss}
 */
export function lossOf(grey, decoder, posterior) {
  const reconstruction = POINTS.reduce(
    (sum, { noise, weight }) => sum + weight * crossEntropy(grey, decoder.logitsAt(...posterior.at(noise))),
    0,
  )
  return { reconstruction, kl: posterior.kl }
}
