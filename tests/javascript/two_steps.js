// What the tests of the two steps share: files of steps, and time that passes.

import { SHOWN } from "../../vae_core/ui/components/two_steps/steps.js"
import { pass } from "./clock.js"

/** @import { Tensors } from "../../vae_core/ui/browser/tensors.js" */

/**
 * A file of steps, of which step n has the error [n, n + 0.5]; the networks take turns.
 * @param {number} first
 * @param {number} count
 * @returns {Tensors}
 */
export function file(first, count) {
  const numbers = Array.from({ length: count }, (_, i) => first + i)
  const bytes = (/** @type {number} */ each, /** @type {(step: number, at: number) => number} */ value) =>
    ({ shape: [], values: Uint8Array.from({ length: count * each }, (_, i) => value(first + Math.floor(i / each), i % each)) })
  return {
    trained: bytes(1, (step) => step % 2),
    real: bytes(SHOWN * 784, (step, at) => (step + Math.floor(at / 784)) % 256),
    drawn: bytes(2 * SHOWN * 784, (step, at) => (step + 100 * Math.floor(at / 784 / SHOWN)) % 256),
    verdicts: { shape: [], values: Float32Array.from({ length: count * 4 * SHOWN }, (_, i) => (i % 32) / 32) },
    error: { shape: [], values: Float32Array.from(numbers.flatMap((step) => [step, step + 0.5])) },
    gradient: { shape: [], values: Float32Array.from(numbers) },
  }
}

/** What was promised comes. */
export const settle = () => new Promise((resolve) => setImmediate(resolve))

/**
 * Let time pass, and then come what that promised.
 * @param {number} ms
 */
export async function passAll(ms) {
  pass(ms)
  await settle()
}
