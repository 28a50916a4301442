import assert from "node:assert/strict"
import { test } from "node:test"

import { Plane } from "../../vae_core/ui/plots/plane.js"

/** A plane on a canvas that draws nothing. */
function plane() {
  const canvas = /** @type {unknown} */ ({ getContext: () => ({}) })
  return new Plane(/** @type {HTMLCanvasElement} */ (canvas))
}

/** Where a thousand digits lie, which are evenly as far out as this. */
const means = (/** @type {number} */ reach) => Array.from({ length: 2000 }, (_, i) => (i % 2 ? 1 : -1) * reach * (i / 1999))

test("the axes reach a little beyond nearly all digits of whichever lie farthest", () => {
  const axes = plane()
  axes.fit([means(5), means(4)])
  assert.ok(Math.abs(axes.extent - 1.05 * 0.995 * 5) < 0.01, `${axes.extent}`)
})

test("the axes hold the prior's bulk, and at most eight units", () => {
  const axes = plane()
  axes.fit([means(0.5)])
  assert.ok(Math.abs(axes.extent - 3.15) < 1e-9)
  axes.fit([means(40)])
  assert.equal(axes.extent, 8)
  axes.fit([])
  assert.ok(Math.abs(axes.extent - 3.15) < 1e-9)
})

test("the origin lies in the middle between the axes' ends, and z2 runs up", () => {
  const axes = plane()
  Object.assign(axes, { width: 300, height: 200, extent: 4 })
  const [left, bottom] = axes.toPixel(-4, -4)
  const [right, top] = axes.toPixel(4, 4)
  assert.deepEqual([right - left, bottom - top], [300, 200])
  assert.deepEqual(axes.toPixel(0, 0), [(left + right) / 2, (top + bottom) / 2])
})

test("a pixel leads back to its point, and the frame is where the axes end", () => {
  const axes = plane()
  Object.assign(axes, { width: 300, height: 200, extent: 4 })
  const { left, top, width, height } = axes.frame
  assert.deepEqual(axes.toPoint([left, top]), [-4, 4])
  assert.deepEqual(axes.toPoint([left + width, top + height]), [4, -4])
  const [z1, z2] = axes.toPoint(axes.toPixel(1.25, -5))
  assert.ok(Math.abs(z1 - 1.25) + Math.abs(z2 + 5) < 1e-9)
})

test("a canvas that has left the page leaves no negative room between the axes", (t) => {
  Object.assign(globalThis, { window: { devicePixelRatio: 2 } })
  t.after(() => Object.assign(globalThis, { window: undefined }))
  const context = { setTransform() {}, clearRect() {} }
  const canvas = /** @type {unknown} */ ({ getContext: () => context, clientWidth: 0, clientHeight: 0 })
  const gone = new Plane(/** @type {HTMLCanvasElement} */ (canvas))
  gone.clear()
  assert.deepEqual([gone.frame.width, gone.frame.height], [0, 0])
})
