// Step 4, loss: the visitor moves the posterior and makes it wider, and sees what that does to the loss.

import { coordinateText } from "../../browser/digits.js"
import { find } from "../../browser/elements.js"
import { contextOf, paint } from "../../browser/picture.js"
import { Bars } from "./bars.js"
import { CloudMap } from "./cloud_map.js"
import { lossOf } from "./loss.js"
import { MeanHandle } from "./mean_handle.js"
import { lossText, natsText, pairText } from "./number_texts.js"
import { Posterior } from "./posterior.js"

/** @import { Announcer } from "../../browser/announcer.js" */
/** @import { Decoder } from "../../browser/decoder.js" */
/** @import { Digits, Point } from "../../browser/digits.js" */
/** @import { Example } from "./example.js" */
/** @import { Loss } from "./loss.js" */

const SMALL = 0.05 // nats: a difference that is written as 0.0

export class LossStep {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {Announcer} announcer
   */
  constructor(root, announcer) {
    this.announcer = announcer
    const step = find(root, ".course-loss", HTMLElement)
    const input = (/** @type {string} */ name) => find(step, `[data-slider="${name}"]`, HTMLInputElement)
    this.sliders = { z1: input("z1"), z2: input("z2"), width: input("width") }
    const container = find(step, ".course-map", HTMLElement)
    this.map = new CloudMap(container, true)
    this.handle = new MeanHandle(container, find(step, ".course-handle", HTMLButtonElement), this.map.plane, (z, byKeys) =>
      this.move(z, this.factor, byKeys),
    )
    this.bars = new Bars(step)
    this.decoded = find(step, '[data-testid="course-moved"]', HTMLCanvasElement)
    this.original = find(step, '[data-testid="course-target"]', HTMLCanvasElement)
    this.verdict = find(step, ".course-verdict", HTMLElement)
    for (const slider of Object.values(this.sliders)) slider.addEventListener("input", () => this.slide())
    find(step, ".course-reset", HTMLButtonElement).addEventListener("click", () => this.example && this.move(this.example.posterior.mean, 1, true))
    /** @type {Decoder | null} */
    this.decoder = null
    /** @type {Example | null} */
    this.example = null
    /** @type {Loss} of the encoder's answer */
    this.answer = { reconstruction: 0, kl: 0 }
    /** @type {Loss} of what the visitor has made of it */
    this.loss = this.answer
    /** @type {Point} where the visitor has put the mean */
    this.mean = [0, 0]
    /** How many times the encoder's standard deviations. */
    this.factor = 1
    /** The animation frame in which `draw` will run; 0 if none is asked for. */
    this.drawing = 0
  }

  /**
   * @param {Digits} digits
   * @param {Decoder} decoder
   */
  load(digits, decoder) {
    this.decoder = decoder
    this.map.show(digits)
    const limit = this.map.plane.extent.toFixed(2)
    for (const slider of [this.sliders.z1, this.sliders.z2]) Object.assign(slider, { min: `-${limit}`, max: limit })
  }

  /** @param {Example} example */
  show(example) {
    if (!this.decoder) return
    this.example = example
    this.answer = lossOf(example.grey, this.decoder, example.posterior)
    this.bars.compare(this.answer)
    paint(contextOf(this.original), example.grey)
    this.original.setAttribute("aria-label", `The digit x: ${example.name}`)
    this.move(example.posterior.mean, 1, false)
    this.draw()
  }

  /** Take what the sliders say: of the one that was moved, for the others say it rounded. */
  slide() {
    const { z1, z2, width } = this.sliders
    /** @type {(slider: HTMLInputElement, own: number) => number} */
    const read = (slider, own) => (slider.value === slider.dataset.shown ? own : Number(slider.value))
    this.move([read(z1, this.mean[0]), read(z2, this.mean[1])], 2 ** Number(width.value), true)
  }

  /**
   * @param {Point} mean
   * @param {number} factor - how many times the encoder's standard deviations.
   * @param {boolean} byKeys - or by a slider, which a screen reader is to tell.
   */
  move(mean, factor, byKeys) {
    this.mean = mean
    this.factor = factor
    this.drawing ||= requestAnimationFrame(() => this.draw())
    if (byKeys) this.announcer.say(() => this.inWords)
  }

  /** The posterior that the visitor has made. */
  get posterior() {
    const [first, second] = this.example?.posterior.std ?? [1, 1]
    return new Posterior(this.mean, [this.factor * first, this.factor * second])
  }

  /** Where the mean is, and what that costs. */
  get inWords() {
    return `Mean ${pairText(this.mean)}: ${lossText(this.loss)}.`
  }

  draw() {
    cancelAnimationFrame(this.drawing)
    this.drawing = 0
    const { decoder, example, posterior, sliders } = this
    if (!decoder || !example) return
    this.loss = lossOf(example.grey, decoder, posterior)
    this.bars.show(this.loss)
    this.map.mark({ ...example.digit, mean: posterior.mean, std: posterior.std })
    this.handle.show(posterior.mean)
    paint(contextOf(this.decoded), decoder.decode(...posterior.mean))
    this.decoded.setAttribute("aria-label", `The decoder's digit at ${pairText(posterior.mean)}`)
    this.map.canvas.setAttribute("aria-label", `The plane with all digits; the cloud that you move is around ${pairText(posterior.mean)}`)
    const factor = Number(this.factor.toPrecision(2))
    /** @type {[HTMLInputElement, number, string][]} */
    const shown = [
      [sliders.z1, posterior.mean[0], ""],
      [sliders.z2, posterior.mean[1], ""],
      [sliders.width, Math.log2(this.factor), `${factor} times the encoder's, ${pairText(posterior.std)}`],
    ]
    for (const [slider, value, text] of shown) {
      slider.value = String(value)
      slider.dataset.shown = slider.value
      if (text) slider.setAttribute("aria-valuetext", text)
      const output = slider.nextElementSibling
      if (output) output.textContent = text ? `\u00d7 ${factor}` : coordinateText(value)
    }
    this.verdict.textContent = this.verdictOn(this.loss)
  }

  /**
   * How this loss compares with that of the encoder's answer.
   * @param {Loss} loss
   */
  verdictOn(loss) {
    const difference = loss.reconstruction + loss.kl - this.answer.reconstruction - this.answer.kl
    const atAnswer = String(this.mean) === String(this.example?.posterior.mean) && this.factor === 1
    if (atAnswer) return "This is the encoder's answer."
    if (Math.abs(difference) < SMALL) return "The sum is the same as for the encoder's answer."
    if (difference > 0) return `The sum is ${natsText(difference)} nats higher than for the encoder's answer.`
    return `The sum is ${natsText(-difference)} nats lower: the encoder answers in one step, and not always with the best place.`
  }
}
