// Step 3, decode: what the decoder draws at the last sample, beside the digit; and the drawings of the samples before.

import { find } from "../../browser/elements.js"
import { SIDE, contextOf, paint } from "../../browser/picture.js"
import { pairText } from "./number_texts.js"

/** @import { Decoder } from "../../browser/decoder.js" */
/** @import { Example } from "./example.js" */
/** @import { Samples } from "./samples.js" */

const KEPT = 8 // drawings in the picture of the last ones
const GAP = 2 // pixels between two of them

export class DecodeStep {
  /** @param {HTMLElement} root - of the component. */
  constructor(root) {
    const canvas = (/** @type {string} */ name) => find(root, `[data-testid="${name}"]`, HTMLCanvasElement)
    this.original = canvas("course-original")
    this.decoded = canvas("course-decoded")
    this.row = canvas("course-drawings")
    this.row.width = KEPT * (SIDE + GAP) - GAP
    this.row.height = SIDE
    this.caption = find(root, ".course-decode figcaption b.course-at", HTMLElement)
    this.note = find(root, ".course-decode .lm-note", HTMLElement)
  }

  /**
   * @param {Example} example
   * @param {Samples} samples - from its posterior.
   * @param {Decoder} decoder
   */
  show(example, samples, decoder) {
    const { latest, drawn } = samples
    const z = latest?.z ?? example.posterior.mean
    paint(contextOf(this.original), example.grey)
    paint(contextOf(this.decoded), decoder.decode(...z))
    this.original.setAttribute("aria-label", `The digit x: ${example.name}`)
    this.decoded.setAttribute("aria-label", `The decoder's digit at ${pairText(z)}`)
    this.caption.textContent = latest ? "drawn at z" : "drawn at the mean"
    const context = contextOf(this.row)
    context.clearRect(0, 0, this.row.width, this.row.height)
    const kept = drawn.slice(-KEPT)
    kept.forEach((sample, i) => paint(context, decoder.decode(...sample.z), i * (SIDE + GAP)))
    this.row.setAttribute("aria-label", `The decoder's digits at the last ${kept.length} samples`)
    if (!kept.length) this.note.textContent = "The drawings of your samples appear here."
    else if (kept.length === 1) this.note.textContent = "The drawing of your sample."
    else this.note.textContent = `The drawings of the last ${kept.length} samples, the newest at the end.`
  }
}
