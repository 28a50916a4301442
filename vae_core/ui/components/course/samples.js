// The samples that were drawn from one posterior.

/** @import { Point } from "../../browser/digits.js" */
/** @import { Posterior } from "./posterior.js" */

/** @typedef {{ noise: Point, z: Point }} Sample - a draw from N(0, I), and the point that it leads to. */

export class Samples {
  /** @param {() => number} random - even between 0, which it may give, and 1, which it may not. */
  constructor(random = Math.random) {
    this.random = random
    /** @type {Sample[]} in the order in which they were drawn */
    this.drawn = []
  }

  /** The last one that was drawn; undefined if there is none. */
  get latest() {
    return this.drawn.at(-1)
  }

  /**
   * Draw so many from a posterior.
   * @param {Posterior} posterior
   * @param {number} count
   */
  draw(posterior, count) {
    for (let i = 0; i < count; i++) {
      const noise = this.noise()
      this.drawn.push({ noise, z: posterior.at(noise) })
    }
  }

  /**
   * Two independent draws from N(0, 1), by the method of Box and Muller (1958).
   * @returns {Point}
   */
  noise() {
    const radius = Math.sqrt(-2 * Math.log(1 - this.random()))
    const angle = 2 * Math.PI * this.random()
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  }

  clear() {
    this.drawn = []
  }
}
