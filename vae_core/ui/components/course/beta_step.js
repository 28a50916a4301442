// Step 5, beta: what models that were trained with different betas, and are alike otherwise, make of the same digit. Their
// files are fetched when the step is seen.

import { Decoder } from "../../browser/decoder.js"
import { Digits } from "../../browser/digits.js"
import { find, findAll } from "../../browser/elements.js"
import { SIDE, contextOf, paint } from "../../browser/picture.js"
import { fetchTensors } from "../../browser/tensors.js"
import { CloudMap } from "./cloud_map.js"
import { Example } from "./example.js"
import { lossOf } from "./loss.js"
import { lossText, pairText } from "./number_texts.js"

/** @import { Announcer } from "../../browser/announcer.js" */
/** @import { Activation } from "../../browser/decoder.js" */

/** @typedef {{ beta: number, decoder: string, activation: Activation, map: string }} BetaRun - its files by their addresses. */
/** @typedef {{ beta: number, decoder: Decoder, digits: Digits }} Model */

export class BetaStep {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {Announcer} announcer
   */
  constructor(root, announcer) {
    this.announcer = announcer
    this.step = find(root, ".course-beta", HTMLElement)
    this.map = new CloudMap(find(this.step, ".course-map", HTMLElement), true)
    this.choices = find(this.step, ".course-choices", HTMLElement)
    this.text = {
      digit: find(this.step, '[data-testid="course-beta-digit"]', HTMLElement),
      all: find(this.step, '[data-testid="course-beta-all"]', HTMLElement),
      measured: find(this.step, '[data-testid="course-beta-measured"]', HTMLElement),
    }
    /** @type {Model[]} by beta, ascending */
    this.models = []
    /** @type {BetaRun[]} those that were asked for last */
    this.asked = []
    /** Which of the models is on the map. */
    this.chosen = 0
    /** @type {Example | null} the digit, as the course's own model has it */
    this.example = null
  }

  /**
   * Fetch the models, once the step is seen.
   * @param {BetaRun[]} runs
   * @param {string} measured - what their reports say, as a sentence.
   */
  async load(runs, measured) {
    this.text.measured.textContent = measured
    this.step.hidden = !runs.length
    this.models = []
    this.asked = runs
    if (!runs.length) return
    this.text.all.textContent = "Loading the models"
    await seen(this.step)
    const models = await Promise.all(
      runs.map(async ({ beta, decoder, activation, map }) => {
        const [weights, means] = await Promise.all([fetchTensors(decoder), fetchTensors(map)])
        return { beta, decoder: new Decoder(weights, activation), digits: new Digits(means) }
      }),
    )
    if (this.asked !== runs) return // others were asked for since
    this.models = models
    this.chosen = Math.max(0, this.models.findIndex(({ beta }) => beta === 1))
    this.choices.replaceChildren(...this.models.map((model, i) => this.choice(model, i)))
    this.choose(this.chosen)
    this.step.dataset.ready = "true"
  }

  /** @param {Error} error - for which they could not be fetched. */
  fail(error) {
    console.error(error)
    this.text.all.textContent = `The models could not be loaded (${error.message}). Reload the page.`
  }

  /**
   * A button for a model, with what it draws.
   * @param {Model} model
   * @param {number} i
   */
  choice({ beta }, i) {
    const label = document.createElement("label")
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "course-beta", checked: i === this.chosen })
    const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE })
    input.setAttribute("aria-label", `beta ${beta}`) // without what the picture is called, which is in the label too
    canvas.setAttribute("role", "img")
    canvas.dataset.testid = "course-beta-decoded"
    input.addEventListener("change", () => {
      this.choose(i)
      this.announcer.say(() => `Beta ${beta}: ${this.text.digit.textContent} ${this.text.all.textContent}`)
    })
    const name = document.createElement("span")
    name.append(input, `beta ${beta}`)
    label.append(canvas, name)
    return label
  }

  /**
   * Put a model on the map.
   * @param {number} i
   */
  choose(i) {
    this.chosen = i
    const { digits } = this.models[i]
    this.map.show(digits, this.models.map((model) => model.digits.means))
    if (this.example) this.show(this.example)
    const distances = Array.from({ length: digits.count }, (_, i) => Math.hypot(...digits.at(i).mean))
    this.text.all.textContent = `All ${digits.count.toLocaleString("en")} digits: std ${average(digits.std).toFixed(3)}, distance of the mean from the origin ${average(distances).toFixed(2)}, on average.`
  }

  /** @param {Example} example - the digit to show. */
  show(example) {
    this.example = example
    if (!this.models.length) return
    const of = (/** @type {Digits} */ digits) => new Example(digits, example.digit.index, example.grey)
    const canvases = findAll(this.choices, "canvas", HTMLCanvasElement)
    this.models.forEach(({ beta, decoder, digits }, i) => {
      const { posterior } = of(digits)
      paint(contextOf(canvases[i]), decoder.decode(...posterior.mean))
      canvases[i].setAttribute("aria-label", `The digit that is drawn with beta ${beta}`)
    })
    const { beta, decoder, digits } = this.models[this.chosen]
    const { digit, grey, posterior } = of(digits)
    this.map.mark(digit)
    this.map.canvas.setAttribute("aria-label", `The plane of the model with beta ${beta}; the digit's cloud is around ${pairText(posterior.mean)}`)
    this.text.digit.textContent = `This digit: ${lossText(lossOf(grey, decoder, posterior))}; std ${pairText(posterior.std)}.`
  }
}

/**
 * Settles when an element is in the window.
 * @param {Element} element
 * @returns {Promise<void>}
 */
function seen(element) {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      observer.disconnect()
      resolve()
    })
    observer.observe(element)
  })
}

/** @param {ArrayLike<number>} values */
const average = (values) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
