import assert from "node:assert/strict"
import { test } from "node:test"

import { Digits, pointText } from "../../vae_core/ui/browser/digits.js"
import { noise } from "./builders.js"

const ALL = Array(10).fill(true)
const only = (/** @type {number[]} */ ...labels) => ALL.map((_, label) => labels.includes(label))

/**
 * Digits at these means. Digit i has the std (i, i + 0.5).
 * @param {number[][]} means
 * @param {number[]} labels
 */
function digitsAt(means, labels) {
  const count = labels.length
  const map = {
    means: { shape: [count, 2], values: Float32Array.from(means.flat()) },
    std: { shape: [count, 2], values: Float32Array.from(labels.flatMap((_, i) => [i, i + 0.5])) },
    labels: { shape: [count], values: Uint8Array.from(labels) },
  }
  return new Digits(map)
}

test("the nearest digit is the one of a shown class at the least distance", () => {
  const value = noise(1)
  const means = Array.from({ length: 300 }, () => [Math.fround(3 * value()), Math.fround(3 * value())])
  const labels = means.map((_, i) => (i * 7) % 10)
  const digits = digitsAt(means, labels)
  for (const shown of [ALL, only(3), only(0, 8, 9)]) {
    for (let repetition = 0; repetition < 20; repetition++) {
      const [z1, z2] = [4 * value(), 4 * value()]
      const distances = means.map(([x, y], i) => (shown[labels[i]] ? Math.hypot(x - z1, y - z2) : Infinity))
      const least = Math.min(...distances)
      const index = distances.indexOf(least)
      const nearest = digits.nearest([z1, z2], shown)
      assert.ok(nearest)
      const { distance, ...digit } = nearest
      assert.ok(Math.abs(distance - least) < 1e-12)
      assert.deepEqual(digit, { index, label: labels[index], mean: means[index], std: [index, index + 0.5] })
    }
  }
})

test("no digit is nearest where no class is shown", () => {
  assert.equal(digitsAt([[0, 0]], [4]).nearest([0, 0], only()), null)
  assert.equal(digitsAt([[0, 0]], [4]).nearest([0, 0], only(5)), null)
})

test("the next digit skips hidden classes, and there is none beyond the ends", () => {
  const digits = digitsAt(Array(6).fill([0, 0]), [1, 2, 1, 3, 2, 1])
  const along = (/** @type {number} */ from, /** @type {number} */ step, /** @type {boolean[]} */ shown) => {
    const found = []
    for (let i = digits.next(from, step, shown); i !== from; from = i, i = digits.next(from, step, shown)) found.push(i)
    return found
  }
  assert.deepEqual(along(-1, 1, ALL), [0, 1, 2, 3, 4, 5])
  assert.deepEqual(along(-1, 1, only(1)), [0, 2, 5])
  assert.deepEqual(along(6, -1, only(2, 3)), [4, 3, 1])
  assert.equal(digits.next(5, 1, ALL), 5)
  assert.equal(digits.next(0, -1, ALL), 0)
  assert.equal(digits.next(-1, 1, only(7)), -1)
})

test("a class's name goes where it is dense and alone", () => {
  // Class 0, in cells of width 0.4:
  const stray = [[-4, 4]] // 1 * 1 / 1
  const among = [[-0.1, 0.1], [0, 0.1], [0.1, 0.1], [0.1, 0]] // 4 * 4 / 12, for eight of class 5 lie there too
  const alone = [[1.1, -1.1], [1.2, -1.2], [1.3, -1.3]] // 3 * 3 / 3, the most
  const others = Array(8).fill([0.1, -0.1])
  const digits = digitsAt([...stray, ...among, ...alone, ...others], [...Array(8).fill(0), ...Array(8).fill(5)])
  const centres = digits.centres()
  assert.equal(centres.length, 10)
  const near = (/** @type {number[]} */ found, /** @type {number[]} */ expected) =>
    assert.ok(Math.hypot(found[0] - expected[0], found[1] - expected[1]) < 1e-6, `${found}, not ${expected}`)
  near(centres[0], [1.2, -1.2])
  near(centres[5], [0.1, -0.1])
  assert.deepEqual(centres[7], [0, 0]) // a class without digits
})

test("names keep apart, and the class that has the clearer place chooses first", () => {
  const first = Array(9).fill([0.05, 0]) // of class 0: 9 * 9 / 9
  const near = Array(5).fill([0.3, 0]) // of class 1, in the next cell: 5 * 5 / 5
  const far = Array(3).fill([2, 2]) // of class 1: 3 * 3 / 3
  const corner = [[-4, -4]] // of class 2, so that the map extends over 6 units, and names are 0.36 apart
  const labels = [...first.map(() => 0), ...near.map(() => 1), ...far.map(() => 1), 2]
  const centres = digitsAt([...first, ...near, ...far, ...corner], labels).centres()
  assert.ok(Math.abs(centres[0][0] - 0.05) < 1e-6)
  assert.deepEqual(centres[1], [2, 2])
  assert.deepEqual(centres[2], [-4, -4])
  const alone = digitsAt([...first, ...near, ...corner], [...first.map(() => 0), ...near.map(() => 1), 2]).centres()
  assert.ok(Math.abs(alone[1][0] - 0.3) < 1e-6) // there is no other place for it
})

test("the digits of a class, of all or of every second one", () => {
  const digits = digitsAt(Array(7).fill([0, 0]), [4, 4, 1, 4, 4, 1, 4])
  assert.deepEqual(digits.ofClass(4, 1), [0, 1, 3, 4, 6])
  assert.deepEqual(digits.ofClass(4, 2), [0, 4, 6])
  assert.deepEqual(digits.ofClass(9, 1), [])
})

test("a point is written to two decimals, with a true minus", () => {
  assert.equal(pointText([-1.239, 0.5]), "z1 \u22121.24, z2 0.50")
})
