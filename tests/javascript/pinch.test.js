// Two fingers: what lies under each of them before lies under it afterwards.

import assert from "node:assert/strict"
import { test } from "node:test"
import { pinched } from "../../vae_core/ui/plots/pinch.js"

const FRAME = { left: 40, top: 10, width: 200, height: 100 }
/** @type {[[number, number], [number, number]]} */
const RANGES = [[-4, 4], [-2, 2]]

/** @typedef {[x: number, y: number]} Pixel */

/** @type {(first: Pixel, second: Pixel) => { distance: number, x: number, y: number }} */
const fingers = ([ax, ay], [bx, by]) => ({ distance: Math.hypot(ax - bx, ay - by), x: (ax + bx) / 2, y: (ay + by) / 2 })

/** @type {(ranges: [[number, number], [number, number]], pixel: Pixel) => number[]} */
const under = ([[left, right], [bottom, top]], [x, y]) => [
  left + ((x - FRAME.left) / FRAME.width) * (right - left),
  top - ((y - FRAME.top) / FRAME.height) * (top - bottom),
]

test("points stay under the fingers while they move apart, together and along", () => {
  /** @type {[Pixel, Pixel][]} */
  const ends = [[[80, 30], [200, 90]], [[120, 50], [160, 70]], [[0, 0], [80, 40]]]
  /** @type {[Pixel, Pixel]} */
  const [first, second] = [[100, 40], [180, 80]]
  for (const [a, b] of ends) {
    const found = pinched(FRAME, RANGES, fingers(first, second), fingers(a, b))
    for (const [before, after] of /** @type {[Pixel, Pixel][]} */ ([[first, a], [second, b]])) {
      under(found, after).forEach((value, axis) => assert.ok(Math.abs(value - under(RANGES, before)[axis]) < 1e-9))
    }
  }
})

test("both axes keep their proportion", () => {
  const found = pinched(FRAME, RANGES, fingers([100, 40], [180, 80]), fingers([50, 20], [150, 110]))
  const [across, up] = found.map(([low, high]) => high - low)
  assert.ok(Math.abs(across / up - 2) < 1e-9)
})

test("fingers that rest change nothing", () => {
  const at = fingers([100, 40], [180, 80])
  assert.deepEqual(pinched(FRAME, RANGES, at, at), RANGES)
})
