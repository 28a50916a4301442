import assert from "node:assert/strict"
import { test } from "node:test"

import { Heatmap } from "../../vae_core/ui/plots/heatmap.js"

const RED = [200, 10, 20, 255]
const BLUE = [0, 30, 250, 255]

/**
 * @param {number[]} values - of a square grid, from the lowest z2 up.
 * @param {number[]} limits
 * @param {number[]} classes
 */
function heatmap(values, limits, classes = []) {
  const side = Math.sqrt(values.length)
  return new Heatmap({
    values: { shape: [side, side], values: Float32Array.from(values) },
    limits: { shape: [2], values: Float32Array.from(limits) },
    edges: { shape: [2], values: Float32Array.of(-3, 5) },
    ...(classes.length ? { classes: { shape: [side, side], values: Uint8Array.from(classes) } } : {}),
  })
}

/** @param {Uint8ClampedArray} pixels */
const opacities = (pixels) => [...pixels].filter((_, i) => i % 4 === 3)

test("the first row of values is the last row of pixels", () => {
  const pixels = heatmap([0, 1, 2, 3, 4, 5, 6, 7, 8], [0, 8]).pixels([RED])
  const expected = [6, 7, 8, 3, 4, 5, 0, 1, 2].map((value) => Math.round(255 * 0.85 * (value / 8)))
  assert.deepEqual(opacities(pixels), expected)
  assert.equal(pixels.length, 4 * 9)
})

test("without classes every cell has the one colour", () => {
  const pixels = heatmap([0, 1, 2, 3], [0, 3]).pixels([RED])
  for (let i = 0; i < pixels.length; i += 4) assert.deepEqual([...pixels.slice(i, i + 3)], RED.slice(0, 3))
})

test("values beyond the limits are drawn as the limits are, and flagged", () => {
  const beyond = heatmap([-9, 2, 6, 99], [2, 6])
  assert.deepEqual(opacities(beyond.pixels([RED])), [217, 217, 0, 0])
  assert.deepEqual([beyond.below, beyond.above], [true, true])
  const within = heatmap([2, 3, 4, 6], [2, 6])
  assert.deepEqual([within.below, within.above], [false, false])
  const above = heatmap([2, 3, 4, 7], [2, 6])
  assert.deepEqual([above.below, above.above], [false, true])
})

test("the same value everywhere is drawn as the lowest", () => {
  assert.deepEqual(opacities(heatmap([4, 4, 4, 4], [4, 4]).pixels([RED])), [0, 0, 0, 0])
})

test("a cell of a class has its colour, and is fainter", () => {
  const pixels = heatmap([0, 0.5, 1, 1], [0, 1], [0, 1, 1, 0]).pixels([RED, BLUE])
  const [red, blue] = [RED.slice(0, 3), BLUE.slice(0, 3)]
  assert.deepEqual([...pixels], [...blue, 115, ...red, 115, ...red, 0, ...blue, 57])
})

test("the picture spans the grid's edges, and hangs from the upper one", (context) => {
  const map = heatmap([0, 1, 2, 3], [0, 3])
  const picture = context.mock.method(map, "picture", () => "data:the picture")
  const { x, y, sizex, sizey, source, layer } = map.image("#123456")
  assert.deepEqual({ x, y, sizex, sizey }, { x: -3, y: 5, sizex: 8, sizey: 8 })
  assert.deepEqual({ source, layer }, { source: "data:the picture", layer: "below" })
  assert.deepEqual(picture.mock.calls[0].arguments, ["#123456"])
})

test("a point's cell is the one that holds it, its edges included, and none outside the grid", () => {
  const map = heatmap([0, 1, 2, 3], [0, 3], [4, 5, 6, 7]) // from -3 to 5: cells of 4 a side
  assert.deepEqual(map.at([-2, -2]), { value: 0, label: 4 })
  assert.deepEqual(map.at([2, -2]), { value: 1, label: 5 })
  assert.deepEqual(map.at([-2, 2]), { value: 2, label: 6 })
  assert.deepEqual(map.at([5, 5]), { value: 3, label: 7 })
  assert.deepEqual(map.at([-3, -3]), { value: 0, label: 4 })
  assert.equal(map.at([5.1, 0]), null)
  assert.equal(map.at([0, -3.1]), null)
  assert.deepEqual(heatmap([0, 1, 2, 3], [0, 3]).at([2, 2]), { value: 3, label: null })
})

test("a class's name is written where most of the class is, and nowhere without cells of it", () => {
  const side = 24
  const classes = Array.from({ length: side * side }, (_, i) => (Math.floor(i / side) < 12 ? 3 : i % side < 6 ? 1 : 3))
  classes[0] = 1 // a cell apart from the others
  const places = heatmap(classes.map(() => 1), [0, 1], classes).places()
  assert.deepEqual(places.map(({ label }) => label), [1, 3])
  const [one, three] = places.map(({ z }) => z)
  assert.ok(one[0] < -1 && one[1] > 1, String(one))
  assert.ok(three[1] < 1 || three[0] > -1, String(three))
  assert.deepEqual(heatmap([0, 1, 2, 3], [0, 3]).places(), [])
})
