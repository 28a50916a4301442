// The linked digit: the one under the pointer, else the pinned one, else none. Where arrow keys lead from it.

import { classText } from "../../browser/digits.js"
import { CLASSES } from "../../browser/picture.js"

/** @import { Digits } from "../../browser/digits.js" */

/** @type {Record<string, number | undefined>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }

export class LinkedDigit {
  constructor() {
    /** @type {number | null} the digit under the pointer */
    this.pointed = null
    /** @type {number | null} */
    this.pinned = null
  }

  /** The digit itself, or null. */
  get index() {
    return this.pointed ?? this.pinned
  }

  /** Which digit it is, in words. */
  get state() {
    return this.pointed !== null ? "at the pointer" : this.pinned !== null ? "pinned" : "none yet"
  }

  /**
   * Which digit it is, for a screen reader.
   * @param {ArrayLike<number>} labels - of the digits.
   */
  inWords(labels) {
    return this.index === null ? "No digit is linked." : `Test digit ${this.index}, ${classText(labels[this.index])}, ${this.state}.`
  }

  /**
   * The digit that an arrow key leads to: with left and right the one before and after it, with up and down those of its own
   * class; from none, the last or the first. Null where there is none; undefined if the key is no arrow.
   * @param {string} key
   * @param {Digits} digits
   * @param {boolean[]} shown - by class; digits of the others are passed over.
   * @returns {number | null | undefined}
   */
  moved(key, digits, shown) {
    const step = STEPS[key]
    if (!step) return undefined
    const from = this.index ?? (step > 0 ? -1 : digits.count)
    const within = key === "ArrowUp" || key === "ArrowDown" ? digits.labels[from] : undefined
    const next = digits.next(from, step, within === undefined ? shown : CLASSES.map((of) => of === within))
    return next >= 0 && next < digits.count ? next : null
  }
}
