import assert from "node:assert/strict"
import { test } from "node:test"

import { Digits } from "../../vae_core/ui/browser/digits.js"
import { CLASSES } from "../../vae_core/ui/browser/picture.js"
import { layoutOf, pointLooksOver, rangesOf, tracesOf } from "../../vae_core/ui/plots/map_figure.js"
import { noise, tensor } from "./builders.js"

/** @import { Range } from "../../vae_core/ui/plots/map_figure.js" */

const ALL = CLASSES.map(() => true)
const LOOKS = pointLooksOver([])

/**
 * Digits at random points.
 * @param {number} count
 * @param {(index: number) => number} label - of each.
 */
function digits(count, label) {
  const labels = { shape: [count], values: Uint8Array.from({ length: count }, (_, i) => label(i)) }
  return new Digits({ means: tensor([count, 2], noise(7)), std: tensor([count, 2], () => 1), labels })
}

/** @type {(range: Range, expected: Range) => void} */
const assertClose = (range, expected) =>
  range.forEach((end, i) => assert.ok(Math.abs(end - expected[i]) < 1e-6, `${end}, not ${expected[i]}`))

test("each class is a trace of its digits, with a colour and a symbol of its own", () => {
  const some = digits(500, (i) => (i * 7) % 9) // no nine
  const traces = tracesOf(some, ALL, true, LOOKS)
  assert.deepEqual(traces.map(({ name }) => name), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
  for (const label of CLASSES) {
    const indices = [...some.labels.keys()].filter((i) => some.labels[i] === label)
    assert.deepEqual([...traces[label].x], indices.map((i) => some.means[2 * i]))
    assert.deepEqual([...traces[label].y], indices.map((i) => some.means[2 * i + 1]))
  }
  assert.equal(traces[9].x.length, 0)
  assert.equal(new Set(traces.map(({ marker }) => marker.color)).size, 10)
  assert.equal(new Set(traces.map(({ marker }) => marker.symbol)).size, 10)
})

test("a class that is not shown is not drawn", () => {
  const traces = tracesOf(digits(50, (i) => i % 10), CLASSES.map((label) => label !== 3), true, LOOKS)
  const expected = CLASSES.map((label) => (label === 3 ? "legendonly" : true))
  assert.deepEqual(traces.map(({ visible }) => visible), expected)
  assert.equal(traces[3].x.length, 5)
})

test("without WebGL at most two thousand digits are drawn, taken evenly from all", () => {
  const many = digits(5001, (i) => (i * 3) % 10)
  const count = (/** @type {boolean} */ webgl) => tracesOf(many, ALL, webgl, LOOKS).reduce((sum, { x }) => sum + x.length, 0)
  assert.deepEqual([count(true), count(false)], [5001, 1667])
  const [zeros] = tracesOf(many, ALL, false, LOOKS)
  const every = [...many.labels.keys()].filter((i) => i % 3 === 0 && many.labels[i] === 0)
  assert.deepEqual([...zeros.x], every.map((i) => many.means[2 * i]))
  assert.deepEqual(tracesOf(many, ALL, true, LOOKS)[0].type, "scattergl")
  assert.deepEqual(zeros.type, "scatter")
})

test("without WebGL two thousand digits or fewer are all drawn", () => {
  for (const count of [1, 300, 2000]) {
    const traces = tracesOf(digits(count, (i) => i % 10), ALL, false, LOOKS)
    assert.equal(traces.reduce((sum, { x }) => sum + x.length, 0), count)
  }
})

test("points over an image are smaller and fainter", () => {
  const [alone, over] = [pointLooksOver([]), pointLooksOver([{}])]
  assert.ok(over.size < alone.size && over.opacity < alone.opacity)
  const [{ marker }] = tracesOf(digits(10, () => 0), ALL, true, over)
  assert.deepEqual([marker.size, marker.opacity], [over.size, over.opacity])
})

test("the ranges hold every digit of a few, and a margin of a twenty-fifth on each side", () => {
  const [z1, z2] = rangesOf([0, -3, 2, 5, 10, 1, 4, 97])
  assertClose(z1, [-0.4, 10.4])
  assertClose(z2, [-7, 101])
})

test("of many digits they leave out the few that lie far out: at most one in two hundred", () => {
  const next = noise(5)
  const means = Array.from({ length: 20_000 }, (_, i) => (i < 40 ? 50 * (i % 3) - 50 : next()))
  const [z1, z2] = rangesOf(means)
  for (const [low, high] of [z1, z2]) assert.ok(-1.1 < low && low < -1 && 1 < high && high < 1.1, `${low} ${high}`)
  let beyond = 0
  for (let i = 0; i < means.length; i += 2)
    if (means[i] < z1[0] || means[i] > z1[1] || means[i + 1] < z2[0] || means[i + 1] > z2[1]) beyond++
  assert.ok(beyond <= 50 && beyond >= 10, `${beyond} of 10,000`)
})

test("the layout has the ranges, as copies that Plotly may write into, and one scale on both axes", () => {
  /** @type {[Range, Range]} */
  const ranges = [[-4, 4], [-5, 6]]
  const images = [{ source: "data:a picture" }]
  const layout = layoutOf("a run", ranges, images)
  const { xaxis, yaxis } = /** @type {Record<string, { range: Range, scaleanchor?: string }>} */ (layout)
  assert.deepEqual([xaxis.range, yaxis.range], ranges)
  assert.notEqual(xaxis.range, ranges[0])
  assert.notEqual(yaxis.range, ranges[1])
  assert.equal(yaxis.scaleanchor, "x")
  assert.deepEqual([layout.uirevision, layout.images], ["a run", images])
})
