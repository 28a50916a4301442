// What the tests of the two steps share: files of steps, and a clock with animation frames.

import assert from "node:assert/strict"
import { mock } from "node:test"

import { SHOWN } from "../../vae_core/ui/components/two_steps/steps.js"

/** @import { Tensors } from "../../vae_core/ui/browser/tensors.js" */

/** Milliseconds since the test's start. */
let now = 0
/** @type {Map<number, () => void>} the animation frames that are asked for, by id */
export const waiting = new Map()
let lastId = 0
Object.assign(globalThis, {
  requestAnimationFrame: (/** @type {() => void} */ callback) => {
    waiting.set(++lastId, callback)
    return lastId
  },
  cancelAnimationFrame: (/** @type {number} */ id) => void waiting.delete(id),
})
mock.method(performance, "now", () => now)

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

/** Let a test begin: no time has passed, and no frame is asked for. */
export function restart() {
  now = 0
  waiting.clear()
}

/** What was promised comes. */
export const settle = () => new Promise((resolve) => setImmediate(resolve))

/**
 * Let time pass, and the animation frame that is asked for come at its end; then what that promised.
 * @param {number} ms
 */
export async function pass(ms) {
  now += ms
  const callbacks = [...waiting.values()]
  waiting.clear()
  assert.ok(callbacks.length <= 1, "two steps at a time")
  for (const callback of callbacks) callback()
  await settle()
}
