// The readout: the decoder's digit at the shown point, beside it the nearest test digit, and what is said about them.

import { classText, pointText } from "../../browser/digits.js"
import { find } from "../../browser/elements.js"
import { contextOf, show } from "../../browser/picture.js"

/** @import { Digits, Point } from "../../browser/digits.js" */

/** @typedef {ReturnType<Digits["nearest"]>} Nearest - the digit nearest to the shown point; null if no class is shown. */

export class Readout {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {() => void} pin - called when the nearest digit was clicked.
   */
  constructor(root, pin) {
    this.decoded = find(root, '[data-testid="decoded"]', HTMLCanvasElement)
    this.original = find(root, '[data-testid="original"]', HTMLCanvasElement)
    this.decodedContext = contextOf(this.decoded)
    this.originalContext = contextOf(this.original)
    const text = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.text = { state: text(".lm-state"), label: text(".lm-label"), distance: text(".lm-distance") }
    this.original.addEventListener("click", pin)
  }

  /**
   * Show both pictures.
   * @param {ArrayLike<number>} decoded - grey bytes.
   * @param {ArrayLike<number> | null} original - null for none, or while it has not come yet.
   */
  show(decoded, original) {
    show(this.decodedContext, decoded)
    show(this.originalContext, original)
  }

  /**
   * Say what the pictures are.
   * @param {Point} z - the shown point.
   * @param {string} state - which point that is, in words.
   * @param {Nearest} nearest
   * @param {boolean} failed - whether the real digit's picture could not be loaded.
   */
  describe(z, state, nearest, failed = false) {
    const { decoded, original, text } = this
    const found = nearest ? `Nearest real digit: ${classText(nearest.label)}` : "No class is shown"
    decoded.setAttribute("aria-label", `The decoder's digit at ${pointText(z)}`)
    original.setAttribute("aria-label", nearest ? `The nearest test digit, ${classText(nearest.label)}` : found)
    text.label.textContent = found
    const away = nearest ? `${nearest.distance.toFixed(3)} away` : ""
    text.distance.textContent = failed ? "Its picture could not be loaded" : away
    text.state.textContent = state
  }
}

/**
 * What is shown, for a screen reader.
 * @param {Point} z - the shown point.
 * @param {string} state - which point that is, in words.
 * @param {Nearest} nearest
 */
export function inWords(z, state, nearest) {
  const near = nearest && `the nearest digit is ${classText(nearest.label)}, ${nearest.distance.toFixed(3)} away`
  return `${pointText(z)}, ${state}: ${near ?? "no class is shown"}.`
}
