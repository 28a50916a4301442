// The shown point: the one under a pointer, else the pinned one, else the map's start. Where it may lie, and how keys
// move it.

import { movedByKey } from "../browser/arrow_keys.js"

/** @import { Point } from "../browser/digits.js" */

export class ShownPoint {
  constructor() {
    /** @type {Point} where the map begins */
    this.start = [0, 0]
    /** @type {Point | null} */
    this.pinned = null
    /** @type {Point | null} */
    this.underPointer = null
    /** @type {Point | null} where a pointer glides by itself */
    this.gliding = null
  }

  /** The point itself. */
  get z() {
    return this.moving ?? this.pin
  }

  /** Where the pointer is, the visitor's or the one that glides by itself; null if there is none. */
  get moving() {
    return this.underPointer ?? this.gliding
  }

  /** Where the pin is drawn. */
  get pin() {
    return this.pinned ?? this.start
  }

  /** Which point it is, in words. */
  get state() {
    if (this.underPointer) return "at the pointer"
    return this.gliding ? "moving by itself" : this.pinned ? "pinned" : "at the start"
  }

  /**
   * @param {Point | null} z - where the pointer is; null if it is nowhere.
   * @param {number} limit - of |z1| and |z2|.
   */
  hover(z, limit) {
    this.underPointer = z && within(limit, z)
  }

  /**
   * Pin a point, or unpin with null.
   * @param {Point | null} z
   * @param {number} limit - of |z1| and |z2|.
   */
  pinTo(z, limit) {
    this.pinned = z && rounded(within(limit, z))
  }

  /**
   * Where a key moves the pin; undefined if it is no arrow key.
   * @param {string} key
   * @param {boolean} far - whether in larger steps.
   * @returns {Point | undefined}
   */
  moved(key, far) {
    return movedByKey(this.pin, key, far)
  }
}

/**
 * @param {number} limit
 * @param {Point} z
 * @returns {Point}
 */
function within(limit, [z1, z2]) {
  return [Math.min(limit, Math.max(-limit, z1)), Math.min(limit, Math.max(-limit, z2))]
}

/**
 * A point to four decimals, as it is written, so that a link to it leads to the very same. Without negative zeros.
 * @param {Point} z
 * @returns {Point}
 */
const rounded = ([z1, z2]) => [Number(z1.toFixed(4)) + 0, Number(z2.toFixed(4)) + 0]
