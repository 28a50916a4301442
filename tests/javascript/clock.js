// A clock that stands still until it is told to go on, in place of the browser's time and animation frames.

import assert from "node:assert/strict"
import { mock } from "node:test"

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

/** Let a test begin: no time has passed, and no frame is asked for. */
export function restart() {
  now = 0
  waiting.clear()
}

/**
 * Let time pass, and the animation frame that is asked for come at its end.
 * @param {number} ms
 */
export function pass(ms) {
  now += ms
  const callbacks = [...waiting.values()]
  waiting.clear()
  assert.ok(callbacks.length <= 1, "two movements at a time")
  for (const callback of callbacks) callback()
}
