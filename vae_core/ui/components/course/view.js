// The course: five steps on one digit, which the visitor chooses. Everything is computed here; nothing asks the server.

import { Announcer } from "../../browser/announcer.js"
import { Decoder } from "../../browser/decoder.js"
import { Digits } from "../../browser/digits.js"
import { find } from "../../browser/elements.js"
import { Pictures } from "../../browser/pictures.js"
import { fetchTensors } from "../../browser/tensors.js"
import { BetaStep } from "./beta_step.js"
import { DecodeStep } from "./decode_step.js"
import { EncodeStep } from "./encode_step.js"
import { Example } from "./example.js"
import { LossStep } from "./loss_step.js"
import { pairText } from "./number_texts.js"
import { SampleStep } from "./sample_step.js"

/** @import { Activation } from "../../browser/decoder.js" */
/** @import { BetaRun } from "./beta_step.js" */

/**
 * What __init__.py sends. Files are given by their addresses.
 * @typedef {object} Data
 * @property {string} decoder - the weights.
 * @property {Activation} activation
 * @property {string} map - where the test digits lie.
 * @property {string} pictures - of the test digits.
 * @property {number} digit - the one to begin with.
 * @property {BetaRun[]} betas - runs that differ only in beta, by beta, ascending.
 * @property {string} measured - what their reports say, as a sentence; may be empty.
 */

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    this.message = find(root, "[data-message]", HTMLElement)
    this.announcer = new Announcer(find(root, ".lm-live", HTMLElement))
    this.encode = new EncodeStep(root, (index) => this.choose(index))
    this.sample = new SampleStep(root, () => this.sampled())
    this.decode = new DecodeStep(root)
    this.loss = new LossStep(root, this.announcer)
    this.beta = new BetaStep(root, this.announcer)
    /** @type {Data | null} null until it is on the screen */
    this.data = null
    /** @type {{ decoder: Decoder, digits: Digits, pictures: Pictures } | null} */
    this.loaded = null
    /** The digit that was asked for last. */
    this.asked = -1
    /** @type {Example | null} */
    this.example = null
    this.resizing = new ResizeObserver(() => this.draw())
    this.resizing.observe(root)
    /** @type {Promise<void>} settles when the last update has */
    this.queue = Promise.resolve()
  }

  /**
   * Show new data from the server, or the old in a new theme. An update begins when the one before it has ended or failed.
   * @param {Data} data
   */
  update(data) {
    return (this.queue = this.queue.catch(() => {}).then(() => this.apply(data)))
  }

  /** @param {Data} data */
  async apply(data) {
    if (JSON.stringify(data) === JSON.stringify(this.data)) return this.draw()
    this.root.dataset.ready = "false"
    this.message.hidden = false
    const [weights, map] = await Promise.all([data.decoder, data.map].map(fetchTensors))
    const digits = new Digits(map)
    const decoder = new Decoder(weights, data.activation)
    this.loaded = { decoder, digits, pictures: new Pictures(data.pictures, digits.count, () => {}) }
    this.message.hidden = true
    this.encode.load(digits)
    this.loss.load(digits, decoder)
    this.beta.load(data.betas, data.measured).catch((error) => this.beta.fail(error))
    await this.show(data.digit)
    this.data = data
    this.root.dataset.ready = "true"
  }

  /**
   * Show everything on a digit that the visitor asked for.
   * @param {number} index
   */
  async choose(index) {
    await this.show(index).catch((error) => console.error(error)) // the one before stays
    const { example } = this
    if (example) this.announcer.say(() => `The digit is ${example.name}: mean ${pairText(example.posterior.mean)}, std ${pairText(example.posterior.std)}.`)
  }

  /** @param {number} index - of the digit to show everything on. */
  async show(index) {
    if (!this.loaded) return
    const { decoder, digits, pictures } = this.loaded
    this.asked = index
    const grey = await pictures.load(index)
    if (this.asked !== index) return
    this.example = new Example(digits, index, grey)
    this.root.dataset.digit = String(index)
    this.encode.show(this.example)
    this.sample.show(this.example)
    this.decode.show(this.example, this.sample.samples, decoder)
    this.loss.show(this.example)
    this.beta.show(this.example)
  }

  /** The visitor has drawn samples, or cleared them. */
  sampled() {
    if (!this.loaded || !this.example) return
    this.decode.show(this.example, this.sample.samples, this.loaded.decoder)
    this.announcer.say(() => this.sample.inWords)
  }

  /** Draw everything anew, in another size or another theme. */
  draw() {
    for (const { map } of [this.encode, this.loss, this.beta]) map.draw()
    this.sample.draw()
    this.loss.draw()
  }

  close() {
    this.resizing.disconnect()
    this.announcer.close()
  }
}
