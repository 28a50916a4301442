import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { Digits } from "../../vae_core/ui/browser/digits.js"
import { CLASSES } from "../../vae_core/ui/browser/picture.js"
import { LinkedDigit } from "../../vae_core/ui/components/linked_maps/linked_digit.js"
import { tensor } from "./builders.js"

const LABELS = [7, 2, 7, 0, 2, 7]
const zeros = tensor([LABELS.length, 2], () => 0)
const labels = { shape: [LABELS.length], values: Uint8Array.from(LABELS) }
const DIGITS = new Digits({ means: zeros, std: zeros, labels })
const ALL = CLASSES.map(() => true)
const NO_SEVENS = CLASSES.map((label) => label !== 7)
const NONE = CLASSES.map(() => false)

/** @type {LinkedDigit} */
let digit
beforeEach(() => {
  digit = new LinkedDigit()
})

test("it is the digit under the pointer, else the pinned one, be it the first of all, else none", () => {
  assert.deepEqual([digit.index, digit.state], [null, "none yet"])
  digit.pinned = 0
  assert.deepEqual([digit.index, digit.state], [0, "pinned"])
  digit.pointed = 3
  assert.deepEqual([digit.index, digit.state], [3, "at the pointer"])
  digit.pointed = 0
  digit.pinned = 3
  assert.deepEqual([digit.index, digit.state], [0, "at the pointer"])
})

test("left and right lead to the shown digits before and after it", () => {
  digit.pinned = 1
  assert.deepEqual([digit.moved("ArrowLeft", DIGITS, ALL), digit.moved("ArrowRight", DIGITS, ALL)], [0, 2])
  assert.deepEqual([digit.moved("ArrowLeft", DIGITS, NO_SEVENS), digit.moved("ArrowRight", DIGITS, NO_SEVENS)], [1, 3])
})

test("up and down lead to those of its own class, even if that is hidden", () => {
  digit.pointed = 2
  for (const shown of [ALL, NO_SEVENS]) {
    assert.deepEqual([digit.moved("ArrowUp", DIGITS, shown), digit.moved("ArrowDown", DIGITS, shown)], [0, 5])
  }
})

test("from none they lead to the last and the first of the shown digits", () => {
  for (const [back, on] of [["ArrowLeft", "ArrowRight"], ["ArrowUp", "ArrowDown"]]) {
    assert.deepEqual([digit.moved(back, DIGITS, ALL), digit.moved(on, DIGITS, ALL)], [5, 0])
    assert.deepEqual([digit.moved(back, DIGITS, NO_SEVENS), digit.moved(on, DIGITS, NO_SEVENS)], [4, 1])
    assert.deepEqual([digit.moved(back, DIGITS, NONE), digit.moved(on, DIGITS, NONE)], [null, null])
  }
})

test("at the end they stay", () => {
  digit.pinned = 5
  assert.deepEqual([digit.moved("ArrowRight", DIGITS, ALL), digit.moved("ArrowDown", DIGITS, ALL)], [5, 5])
})

test("other keys lead nowhere", () => {
  for (const key of ["Escape", "Enter", "5"]) assert.equal(digit.moved(key, DIGITS, ALL), undefined)
})
