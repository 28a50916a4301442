import assert from "node:assert/strict"
import { test } from "node:test"

import { along, roundFrom } from "../../vae_core/ui/components/latent_map/glide.js"

/** @import { Point } from "../../vae_core/ui/browser/digits.js" */

/** @type {Point[]} */
const STOPS = [[0, 0], [2, 4], [-1, 0]]
const REST = 700
const LAP = 2300

test("the pointer rests at each stop, glides to the next, and goes round", () => {
  assert.deepEqual(along(STOPS, 0), [0, 0])
  assert.deepEqual(along(STOPS, REST), [0, 0])
  assert.deepEqual(along(STOPS, REST + (LAP - REST) / 2), [1, 2])
  assert.deepEqual(along(STOPS, LAP), [2, 4])
  assert.deepEqual(along(STOPS, 2 * LAP + REST / 2), [-1, 0])
  assert.deepEqual(along(STOPS, 3 * LAP - 1e-9), along(STOPS, 3 * LAP))
})

test("it never jumps", () => {
  for (let ms = 0; ms < 3 * LAP; ms += 16) {
    const [a, b] = [along(STOPS, ms), along(STOPS, ms + 16)]
    assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) < 0.08)
  }
})

test("a round begins at the start and visits the nearest places, each from the one before", () => {
  /** @type {Point[]} */
  const places = [[5, 0], [1, 0], [9, 9], [2, 0]]
  assert.deepEqual(roundFrom([0, 0], places, 3), [[0, 0], [1, 0], [2, 0], [5, 0]])
  assert.deepEqual(roundFrom([0, 0], [], 3), [[0, 0]])
})
