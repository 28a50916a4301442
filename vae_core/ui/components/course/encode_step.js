// Step 1, encode: a digit, the encoder's answer in numbers, and its place on the map. Here the digit is chosen.

import { find } from "../../browser/elements.js"
import { contextOf, paint } from "../../browser/picture.js"
import { CloudMap } from "./cloud_map.js"
import { pairText } from "./number_texts.js"

/** @import { Digits } from "../../browser/digits.js" */
/** @import { Example } from "./example.js" */

export class EncodeStep {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {(index: number) => void} choose - called with the digit that a visitor asks for.
   */
  constructor(root, choose) {
    this.choose = choose
    const text = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.original = find(root, '[data-testid="course-digit"]', HTMLCanvasElement)
    this.context = contextOf(this.original)
    this.map = new CloudMap(text(".course-encode .course-map"), false)
    this.text = { name: text(".course-name"), mean: text('[data-testid="course-mean"]'), std: text('[data-testid="course-std"]') }
    this.count = 0
    this.index = 0
    const onClick = (/** @type {string} */ name, /** @type {() => number} */ next) =>
      text(`[data-choose="${name}"]`).addEventListener("click", () => this.count && choose(next()))
    onClick("previous", () => (this.index + this.count - 1) % this.count)
    onClick("next", () => (this.index + 1) % this.count)
    onClick("random", () => Math.floor(Math.random() * this.count))
  }

  /**
   * Let the visitor choose among these digits.
   * @param {Digits} digits
   */
  load(digits) {
    this.count = digits.count
    this.map.show(digits)
  }

  /** @param {Example} example */
  show(example) {
    const { digit, posterior } = example
    this.index = digit.index
    paint(this.context, example.grey)
    this.original.setAttribute("aria-label", `The digit x: ${example.name}`)
    this.text.name.textContent = example.name
    this.text.mean.textContent = pairText(posterior.mean)
    this.text.std.textContent = pairText(posterior.std)
    this.map.mark(digit)
    this.map.canvas.setAttribute("aria-label", `The plane with all digits; this one's cloud is around ${pairText(posterior.mean)}`)
  }
}
