// The example: the digit on which the course shows everything, and the encoder's answer to it.

import { classText } from "../../browser/digits.js"
import { Posterior } from "./posterior.js"

/** @import { Digits } from "../../browser/digits.js" */

export class Example {
  /**
   * @param {Digits} digits
   * @param {number} index - of the digit.
   * @param {Uint8Array} grey - its pixels, 0 to 255.
   */
  constructor(digits, index, grey) {
    this.digit = digits.at(index)
    this.grey = grey
    this.posterior = new Posterior(this.digit.mean, this.digit.std)
  }

  /** Which digit it is, in words. */
  get name() {
    return `test digit ${this.digit.index}, ${classText(this.digit.label)}`
  }
}
