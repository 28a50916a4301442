// Step 2, sample: random points of the posterior, drawn one by one or many at once.

import { find } from "../../browser/elements.js"
import { CloseUp } from "./close_up.js"
import { pairText } from "./number_texts.js"
import { Samples } from "./samples.js"

/** @import { Example } from "./example.js" */

const MANY = 20

export class SampleStep {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {() => void} changed - called after samples were drawn or cleared by the visitor.
   */
  constructor(root, changed) {
    const text = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.canvas = find(root, '[data-testid="course-close-up"]', HTMLCanvasElement)
    this.closeUp = new CloseUp(this.canvas)
    this.text = {
      noise: text('[data-testid="course-noise"]'), z: text('[data-testid="course-z"]'), note: text(".course-sample .lm-note"),
    }
    this.samples = new Samples()
    /** @type {Example | null} */
    this.example = null
    const onClick = (/** @type {string} */ name, /** @type {(example: Example) => void} */ act) =>
      text(`[data-sample="${name}"]`).addEventListener("click", () => {
        if (!this.example) return
        act(this.example)
        this.draw()
        changed()
      })
    onClick("one", ({ posterior }) => this.samples.draw(posterior, 1))
    onClick("many", ({ posterior }) => this.samples.draw(posterior, MANY))
    onClick("none", () => this.samples.clear())
  }

  /** How many were drawn, and the last one, for a screen reader. */
  get inWords() {
    const { drawn, latest } = this.samples
    return latest ? `${counted(drawn.length)} drawn, the last at z ${pairText(latest.z)}.` : "No samples."
  }

  /** @param {Example} example */
  show(example) {
    this.example = example
    this.samples.clear()
    this.draw()
  }

  draw() {
    const { example, text } = this
    if (!example) return
    const { drawn, latest } = this.samples
    this.closeUp.draw(example.posterior, drawn)
    text.noise.textContent = latest ? pairText(latest.noise) : "\u2014"
    text.z.textContent = latest ? pairText(latest.z) : "\u2014"
    text.note.textContent = `${counted(drawn.length)}. The square is ${CloseUp.width(example.posterior).toFixed(3)} wide.`
    this.canvas.setAttribute("aria-label", `A close-up of the cloud around ${pairText(example.posterior.mean)} with ${counted(drawn.length)}`)
  }
}

/** @param {number} count */
const counted = (count) => `${count} ${count === 1 ? "sample" : "samples"}`
