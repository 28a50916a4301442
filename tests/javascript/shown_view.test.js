import assert from "node:assert/strict"
import { test } from "node:test"

import { frameText } from "../../vae_core/ui/components/latent_map/shown_view.js"

/** @import { Range } from "../../vae_core/ui/plots/map_figure.js" */

/** @type {[Range, Range]} */
const FULL = [[-3.1234567, 4.7654321], [-2.5, 3.5]]

test("all of the map needs no words, on a window of whatever shape", () => {
  assert.equal(frameText(FULL, FULL), "")
  assert.equal(frameText([FULL[0], [-2.5 - 0.9, 3.5 + 0.9]], FULL), "") // higher than wide
  assert.equal(frameText([[-3.1234567 - 2, 4.7654321 + 2], FULL[1]], FULL), "") // wider than high
})

test("a map that was moved or zoomed has a frame, to a thousandth of its width or finer, and no finer than that asks for", () => {
  assert.equal(frameText([[-2.1234567, 5.7654321], [-2.5, 3.5]], FULL), "-2.123_5.765_-2.5_3.5")
  assert.equal(frameText([[0.123456, 0.323456], [-0.05, 0.15]], FULL), "0.1235_0.3235_-0.05_0.15")
  assert.equal(frameText([[-1234.56, 8765.44], [-5000, 5000]], FULL), "-1235_8765_-5000_5000")
  for (const scale of [0.003, 0.1, 1, 7, 400]) {
    const ranges = /** @type {[Range, Range]} */ ([[-Math.PI * scale, Math.E * scale], [-scale / 3, 2 * scale]])
    const found = frameText(ranges, FULL).split("_").map(Number)
    ranges.flat().forEach((value, i) => assert.ok(Math.abs(value - found[i]) <= (7 * scale) / 1000, `${found[i]}`))
  }
})

test("no zero has a sign", () => {
  assert.equal(frameText([[-0.00001, 1], [-1, -0.00001]], FULL), "0_1_-1_0")
})

test("zooming in or out around the centre is no whole map", () => {
  const zoomed = (/** @type {number} */ factor) =>
    /** @type {[Range, Range]} */ (FULL.map(([low, high]) => {
      const [centre, half] = [(low + high) / 2, (factor * (high - low)) / 2]
      return [centre - half, centre + half]
    }))
  assert.notEqual(frameText(zoomed(0.9), FULL), "")
  assert.notEqual(frameText(zoomed(1.1), FULL), "")
})
