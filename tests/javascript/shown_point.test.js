import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { ShownPoint } from "../../vae_core/ui/plots/shown_point.js"

/** @type {ShownPoint} */
let point
beforeEach(() => {
  point = new ShownPoint()
})

test("it is the point under the pointer, else the pinned one, else the start", () => {
  assert.deepEqual([point.z, point.pin, point.state], [[0, 0], [0, 0], "at the start"])
  point.pinTo([1, 2], 6)
  assert.deepEqual([point.z, point.pin, point.state], [[1, 2], [1, 2], "pinned"])
  point.hover([-3, 0.5], 6)
  assert.deepEqual([point.z, point.pin, point.state], [[-3, 0.5], [1, 2], "at the pointer"])
  point.hover(null, 6)
  assert.deepEqual([point.z, point.state], [[1, 2], "pinned"])
  point.pinTo(null, 6)
  assert.deepEqual([point.z, point.pinned, point.state], [[0, 0], null, "at the start"])
})

test("it is held within the limits", () => {
  point.hover([9, -9.5], 6)
  assert.deepEqual(point.z, [6, -6])
  point.pinTo([-60, 0.25], 6)
  assert.deepEqual(point.pin, [-6, 0.25])
})

test("a pin has four decimals and no negative zeros, a point under the pointer all that it has", () => {
  point.pinTo([1.23456789, -0.00001], 6)
  assert.deepEqual(point.pin, [1.2346, 0])
  assert.ok(Object.is(point.pin[1], 0))
  point.hover([1.23456789, -0.00001], 6)
  assert.deepEqual(point.z, [1.23456789, -0.00001])
})

test("arrow keys move the pin, from the origin if there is none, wherever the pointer is", () => {
  point.hover([3, 3], 6)
  assert.deepEqual(point.moved("ArrowRight", false), [0.05, 0])
  point.pinTo([1, 2], 6)
  assert.deepEqual(point.moved("ArrowLeft", false), [0.95, 2])
  assert.deepEqual(point.moved("ArrowUp", true), [1, 2.25])
  assert.deepEqual(point.moved("ArrowDown", true), [1, 1.75])
  assert.deepEqual(point.pin, [1, 2]) // it only says where
  for (const key of ["Enter", "a", "Escape"]) assert.equal(point.moved(key, false), undefined)
})
