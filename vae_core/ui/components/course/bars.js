// The bars of a loss: the reconstruction, the KL and their sum, each with a mark where the encoder's answer is. All have one
// scale, but that of the KL is drawn longer: it is small beside the others, and one could not see it move.

import { find } from "../../browser/elements.js"
import { natsText } from "./number_texts.js"

/** @import { Loss } from "./loss.js" */

const NAMES = /** @type {const} */ (["reconstruction", "kl", "sum"])
const ROOM = 3 // how many times the encoder's sum there is room for
const ROUND = 100 // nats, of which the end of the scale is a multiple
const LONGER = { reconstruction: 1, kl: 20, sum: 1 } // how many times as long the page says that a bar is drawn

export class Bars {
  /** @param {HTMLElement} root - of the component. */
  constructor(root) {
    this.bars = NAMES.map((name) => {
      const bar = find(root, `[data-bar="${name}"]`, HTMLElement)
      const part = (/** @type {string} */ selector) => find(bar, selector, HTMLElement)
      return { name, fill: part("i"), mark: part("b"), text: part("[data-testid]") }
    })
    this.end = find(root, ".course-scale-end", HTMLElement)
    /** Where the scale ends, in nats. */
    this.most = ROUND
  }

  /**
   * Mark where the encoder's answer is, and choose a scale on which there is room beyond it.
   * @param {Loss} loss - of the encoder's answer.
   */
  compare(loss) {
    const values = valuesOf(loss)
    this.most = ROUND * Math.ceil((ROOM * values.sum) / ROUND)
    this.end.textContent = `${this.most} nats`
    for (const { name, mark } of this.bars) mark.style.left = this.share(LONGER[name] * values[name])
  }

  /** @param {Loss} loss */
  show(loss) {
    const values = valuesOf(loss)
    for (const { name, fill, text } of this.bars) {
      fill.style.width = this.share(LONGER[name] * values[name])
      text.textContent = `${natsText(values[name])} nats`
    }
  }

  /**
   * A value's share of the scale; all of it for what lies beyond.
   * @param {number} nats
   */
  share(nats) {
    return `${Math.min(100, (100 * nats) / this.most).toFixed(2)}%`
  }
}

/** @param {Loss} loss */
const valuesOf = ({ reconstruction, kl }) => ({ reconstruction, kl, sum: reconstruction + kl })
