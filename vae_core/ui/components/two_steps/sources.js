// What is shown, the recording or a live training: chosen by two buttons, and with a note that says what it is.

import { find, findAll } from "../../browser/elements.js"
import { fetchTensors } from "../../browser/tensors.js"
import { Live } from "./live.js"
import { Recording, outlineOf } from "./recording.js"

/** @import { LiveData } from "./live.js" */
/** @import { Piece } from "./recording.js" */
/** @import { Network } from "./steps.js" */

/**
 * What __init__.py sends. Files are given by their addresses.
 * @typedef {object} Data
 * @property {{ overview: string, pieces: Piece[] } | null} recording - null if it cannot be read.
 * @property {string} missing - why the recording is shown without real digits; empty if it is not.
 * @property {number} batch - how many real digits a step draws, and how many latent points.
 * @property {LiveData} live
 * @property {number} step - of the recording, to show whenever `revision` has changed.
 * @property {number} revision
 */
/** @typedef {"start" | "look" | Network} Action - begin a live training, say how it is, let a network learn. */

const LOOK_MS = 500 // between two looks at whether the training is ready

export class Sources {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {object} on - what happens.
   * @param {(source: Recording | Live) => unknown} on.choose - this one is to be shown, from its start.
   * @param {(action: Action) => void} on.ask - the server is asked for something of the live training.
   */
  constructor(root, on) {
    this.on = on
    this.buttons = {
      recording: find(root, '[data-source="recording"]', HTMLButtonElement),
      live: find(root, '[data-source="live"]', HTMLButtonElement),
    }
    this.note = find(root, '[data-testid="two-steps-note"]', HTMLElement)
    this.live = new Live((network) => {
      clearTimeout(this.looking) // of two requests at a time, the server may hear one
      on.ask(network)
    })
    /** @type {Recording | null} */
    this.recording = null
    /** @type {Recording | Live | null} the one that is shown */
    this.chosen = null
    /** @type {Data | null} */
    this.data = null
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.looking = undefined
    this.buttons.recording.addEventListener("click", () => this.recording && this.choose(this.recording))
    this.buttons.live.addEventListener("click", () => {
      if (this.data?.live.state === "off") on.ask("start")
      if (this.chosen !== this.live) this.choose(this.live)
    })
  }

  /** @param {Data} data */
  async update(data) {
    this.data = data
    const { recording, live } = data
    if (recording && !this.recording) {
      this.recording = new Recording(recording.pieces, outlineOf(await fetchTensors(recording.overview)))
      if (!this.chosen) await this.choose(this.recording)
    }
    if (this.live.receive(live) && this.chosen === this.live) await this.choose(this.live)
    clearTimeout(this.looking)
    if (live.state === "starting") this.looking = setTimeout(() => this.on.ask("look"), LOOK_MS)
    if (live.state === "ready") this.looking = setTimeout(() => this.on.ask("look"), 1000 * (live.idle_seconds + 1))
    this.describe()
  }

  /** @param {Recording | Live} source */
  choose(source) {
    this.chosen = source
    this.describe()
    return this.on.choose(source)
  }

  /** Whether steps can be taken. */
  get usable() {
    return this.chosen !== null && (this.chosen !== this.live || this.data?.live.state === "ready")
  }

  describe() {
    const { data } = this
    if (!data) return
    const { state, refused } = data.live
    this.buttons.recording.disabled = !this.recording
    this.buttons.live.disabled = refused !== "" && state === "off"
    for (const [name, button] of Object.entries(this.buttons)) {
      button.setAttribute("aria-pressed", String(this.chosen === (name === "live" ? this.live : this.recording)))
    }
    this.buttons.live.textContent = this.chosen === this.live && state === "off" ? "Start live training" : "Live training"
    this.note.textContent = this.chosen === this.live ? liveNote(data.live) : this.recordingNote(data)
  }

  /** @param {Data} data */
  recordingNote({ missing, live }) {
    const { recording } = this
    const what = recording
      ? `The first ${recording.count} steps of a small GAN on digits of the bundled sample. Its networks take turns: a button whose turn has not come takes the other step first, quickly.`
      : "The recording cannot be shown."
    return [what, missing, live.refused && `No live training: ${live.refused}`].filter(Boolean).join(" ")
  }

  close() {
    clearTimeout(this.looking)
  }
}

/** @param {LiveData} live */
function liveNote({ state, message, digits, idle_seconds: seconds }) {
  if (state === "off") return message
  if (state === "starting") return "TensorFlow is starting, which takes some seconds."
  return `A GAN of your own, trained now on ${digits}: take the steps in any order. It ends by itself after ${seconds.toFixed(0)} seconds without a step.`
}
