// The numbers of a step: D's error on the very same batch before and after it, and the length of the gradient.

import { find } from "../../browser/elements.js"
import { lengthText } from "./phases.js"
import { NETWORKS } from "./steps.js"

/** @import { Step } from "./steps.js" */

export class Numbers {
  /** @param {HTMLElement} root - of the component. */
  constructor(root) {
    const part = (/** @type {string} */ name) => find(root, `[data-testid="two-steps-${name}"]`, HTMLElement)
    this.before = part("error-before")
    this.after = part("error-after")
    this.change = part("error-change")
    this.gradients = NETWORKS.map((network) => ({ network, text: part(`gradient-${network}`) }))
  }

  /**
   * @param {Step | null} step
   * @param {{ judged: boolean, traced: boolean, again: boolean }} seen - what of it there is by now.
   */
  show(step, { judged, traced, again }) {
    this.before.textContent = step && judged ? `${step.error[0].toFixed(3)} nats` : "\u2013"
    this.after.textContent = step && again ? `${step.error[1].toFixed(3)} nats` : "\u2013"
    this.change.textContent = step && again ? signed(step.error[1] - step.error[0]) : "\u2013"
    for (const { network, text } of this.gradients) {
      text.textContent = !step || !traced ? "\u2013" : network === step.trained ? lengthText(step.gradient) : "frozen"
    }
  }
}

/** @param {number} nats */
const signed = (nats) => `${nats < 0 ? "\u2212" : "+"}${Math.abs(nats).toFixed(3)} nats`
