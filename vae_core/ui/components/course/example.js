// The example: the digit on which the course shows everything, and the encoder's answer to it.

import { Posterior } from "./posterior.js"

/** @import { Digits } from "../../browser/digits.js" */

export class Example {
  /**
   * @param {Digits} digits
   * @param {number} index - of the digit.
   */
  constructor(digits, index) {
    this.digit = digits.at(index)
    /** Its pixels, 0 to 255. */
    this.grey = digits.image(index)
    this.posterior = new Posterior(this.digit.mean, this.digit.std)
  }

  /** Which digit it is, in words. */
  get name() {
    return `test digit ${this.digit.index}, a ${this.digit.label}`
  }
}
