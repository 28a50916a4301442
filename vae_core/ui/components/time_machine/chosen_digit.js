// The chosen digit, whose path is drawn, and its picture, in place of which the digit under the pointer is shown.

import { classText } from "../../browser/digits.js"
import { find } from "../../browser/elements.js"
import { SIDE, contextOf, paint } from "../../browser/picture.js"

/** @import { Point } from "../../browser/digits.js" */
/** @import { Frame } from "./frames.js" */

export class ChosenDigit {
  /** @param {HTMLElement} container - of its picture and its class. */
  constructor(container) {
    this.container = container
    this.canvas = find(container, "canvas", HTMLCanvasElement)
    this.text = find(container, "span", HTMLElement)
    /** @type {ArrayLike<number>} the digits' classes */
    this.labels = []
    /** @type {Float32Array | Uint8Array} the grey bytes of all digits, (P, 28, 28), or none */
    this.images = new Uint8Array()
    /** @type {number | null} the digit whose path is drawn */
    this.chosen = null
    /** @type {number | null} the digit under the pointer */
    this.pointed = null
  }

  /** @param {number | null} index - of the digit under the pointer. */
  point(index) {
    if (index === this.pointed) return
    this.pointed = index
    this.show()
  }

  /**
   * Choose a digit; none with null, or if that one is chosen already.
   * @param {number | null} index
   */
  choose(index) {
    this.chosen = index === this.chosen ? null : index
    this.show()
  }

  show() {
    const index = this.pointed ?? this.chosen
    this.container.hidden = index === null
    if (index === null || !this.labels.length) return
    const { canvas, images, labels } = this
    canvas.hidden = !images.length // the digits themselves are not at hand
    if (images.length) paint(contextOf(canvas), images.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE))
    canvas.setAttribute("aria-label", `Test digit ${index}, ${classText(labels[index])}`)
    this.text.textContent = classText(labels[index])
  }

  /**
   * Where the chosen digit lies in each snapshot, but in the current one where it is shown now; null if none is chosen.
   * @param {Frame[]} frames - the snapshots.
   * @param {number} current - the index of the one that is shown or moved to.
   * @param {ArrayLike<number>} shown - where all digits are shown, (P, 2).
   */
  path(frames, current, shown) {
    const { chosen } = this
    if (chosen === null) return null
    const point = (/** @type {ArrayLike<number>} */ means) => /** @type {Point} */ ([means[2 * chosen], means[2 * chosen + 1]])
    const path = frames.map(({ means }) => point(means))
    path.splice(current, 1, point(shown))
    return path
  }
}
