// Steps of a GAN's training, each of the discriminator or of the generator, with what it did to its own batch.

import { SIDE } from "../../browser/picture.js"

/** @import { Tensors } from "../../browser/tensors.js" */

/** @typedef {"discriminator" | "generator"} Network */
/**
 * What is known of a step without its pictures.
 * @typedef {object} Outline
 * @property {Network} trained - which network learned; the other one was frozen.
 * @property {[before: number, after: number]} error - D's error on its whole batch, in nats.
 */
/**
 * One step. Where there are two of something, the first is before the step, the second after it, on the very same batch.
 * @typedef {object} Pictured
 * @property {Uint8Array[]} real - the first real digits of its batch, grey bytes; none where they are not at hand.
 * @property {[Uint8Array[], Uint8Array[]]} drawn - what the generator drew from the same latent points.
 * @property {[Float32Array, Float32Array]} verdicts - by which probability D takes each for real: the real digits first.
 * @property {number} gradient - its length, over all weights of the network that learned.
 */
/** @typedef {Outline & Pictured} Step */

/** @type {Network[]} */
export const NETWORKS = ["discriminator", "generator"]
/** Of each batch, so many real digits and so many drawn ones are shown. */
export const SHOWN = 8
const PICTURE = SIDE * SIDE

/**
 * The steps in a file: see `Steps.for_browser` in vae_core/runs/recording.py.
 * @param {Tensors} tensors
 * @returns {Step[]}
 */
export function stepsOf({ trained, real, drawn, verdicts, error, gradient }) {
  const count = trained.values.length
  const pictures = cut(/** @type {Uint8Array} */ (drawn.values), PICTURE)
  const originals = cut(/** @type {Uint8Array} */ (real.values), PICTURE)
  const judged = cut(/** @type {Float32Array} */ (verdicts.values), 2 * SHOWN)
  return Array.from({ length: count }, (_, i) => ({
    trained: NETWORKS[trained.values[i]],
    real: originals.slice(i * SHOWN, (i + 1) * SHOWN),
    drawn: [pictures.slice(2 * i * SHOWN, (2 * i + 1) * SHOWN), pictures.slice((2 * i + 1) * SHOWN, 2 * (i + 1) * SHOWN)],
    verdicts: [judged[2 * i], judged[2 * i + 1]],
    error: [error.values[2 * i], error.values[2 * i + 1]],
    gradient: gradient.values[i],
  }))
}

/**
 * An array in parts of one size, which share its memory.
 * @template {Uint8Array | Float32Array} T
 * @param {T} values
 * @param {number} size
 * @returns {T[]}
 */
function cut(values, size) {
  return Array.from({ length: values.length / size }, (_, i) => /** @type {T} */ (values.subarray(i * size, (i + 1) * size)))
}
