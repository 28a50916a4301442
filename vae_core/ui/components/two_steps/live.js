// A training on the server's machine, which takes a step when it is asked for one. Its steps so far can be gone back to.

import { parseTensors } from "../../browser/tensors.js"
import { stepsOf } from "./steps.js"

/** @import { Network, Step } from "./steps.js" */
/** @import { Wish } from "./recording.js" */

/**
 * What the server says of it.
 * @typedef {object} LiveData
 * @property {string} refused - why it is not offered; empty if it is.
 * @property {"off" | "starting" | "ready"} state
 * @property {string} digits - what it trains on.
 * @property {string} message - why it is off, if it was on.
 * @property {number} training - counts the visitor's trainings.
 * @property {number} taken - how many steps this one has taken.
 * @property {number} answered - how many requests were: each answer differs, so that it is heard.
 * @property {string | null} step - the last of them: a file of tensors, base64.
 * @property {number} idle_seconds - after so many without a step it ends by itself.
 */

export class Live {
  /** @param {(network: Network) => void} ask - asks the server for a step. */
  constructor(ask) {
    this.ask = ask
    this.training = 0
    /** How many steps it had taken before this page was opened. */
    this.before = 0
    /** @type {Step[]} */
    this.steps = []
    /** @type {((step: Step) => void) | null} takes the step that was asked for, if one was */
    this.arrived = null
    /** @type {(error: Error) => void} */
    this.failed = () => {}
  }

  /** Of all steps so far: see Recording. */
  get outline() {
    return this.steps
  }

  get count() {
    return this.steps.length
  }

  /**
   * Hear from the server. Returns whether another training has begun.
   * @param {LiveData} data
   */
  receive({ state, message, training, taken, step }) {
    const begun = training !== this.training
    if (begun) [this.training, this.before, this.steps] = [training, taken, []]
    if (step && taken > this.before + this.steps.length) {
      const bytes = Uint8Array.from(atob(step), (character) => character.charCodeAt(0))
      this.steps.push(...stepsOf(parseTensors(bytes.buffer)))
      this.arrived?.(this.steps[this.steps.length - 1])
      this.arrived = null
    } else if (state === "off" && this.arrived) {
      this.arrived = null
      this.failed(new Error(message))
    }
    return begun
  }

  /**
   * See Recording; here the networks learn in any order.
   * @param {number} _index
   * @param {Network[]} networks
   * @returns {Wish[]}
   */
  plan(_index, networks) {
    return networks.map((network) => ({ network, quick: false }))
  }

  /** See Recording: a network that goes on does so from its last step, whichever one is looked at. */
  from() {
    return this.count
  }

  /**
   * What playing takes next: what is known is seen again, then the networks take turns.
   * @param {number} index
   * @returns {Wish[]}
   */
  following(index) {
    const turn = this.steps[index - 1]?.trained === "discriminator" ? "generator" : "discriminator"
    return [{ network: this.steps[index]?.trained ?? turn, quick: false }]
  }

  /**
   * A step that was taken, or a new one.
   * @param {number} index
   * @param {Network} network - which shall learn, in a new one.
   * @returns {Promise<Step>}
   */
  take(index, network = "discriminator") {
    if (index < this.steps.length) return Promise.resolve(this.steps[index])
    return new Promise((resolve, reject) => {
      this.arrived = resolve
      this.failed = reject
      this.ask(network)
    })
  }
}
