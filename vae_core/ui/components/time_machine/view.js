// The time machine: the snapshots of one training, moved through by a slider, a play button, or the training itself.

import { find } from "../../browser/elements.js"
import { SIDE, contextOf, paint } from "../../browser/picture.js"
import { loadPlotly } from "../../browser/plotly.js"
import { fetchTensors } from "../../browser/tensors.js"
import { themeOf } from "../../browser/theme.js"
import { Cloud } from "./cloud.js"
import { Curve } from "./curve.js"
import { Frames, Moment } from "./frames.js"
import { Tiles } from "./tiles.js"

/** @import { Point } from "../../browser/digits.js" */
/** @import { Figure } from "./curve.js" */
/** @import { Frame } from "./frames.js" */

/**
 * What __init__.py sends. Files are given by their addresses.
 * @typedef {object} Data
 * @property {string} plotly
 * @property {string} run - its id.
 * @property {string} digits - labels and images of the digits in the snapshots.
 * @property {string[]} frames - the snapshots that the run keeps, in order.
 * @property {number[]} steps - after which each of them was taken.
 * @property {string | null} live - the latest snapshot's file, base64, while the training goes on and someone looks.
 * @property {number | null} live_step - after which that was taken.
 * @property {boolean} going - whether the training goes on.
 * @property {number} steps_per_epoch
 * @property {number} epochs - that the training is to take.
 * @property {Figure} curve - the losses.
 */
/** @typedef {{ frames: Frames, labels: ArrayLike<number>, images: Float32Array | Uint8Array, curve: Curve }} Loaded */

const STEP_MS = 500 // from one snapshot to the next while it plays
const LIVE_MS = 800 // a live snapshot arrives about once a second
const JUMP_MS = 250
const LIVE_FRAME_MS = 33 // between two pictures while the training goes on, which may need this processor
const TILES = 15
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)")

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    const part = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.play = find(root, ".tm-play", HTMLButtonElement)
    this.slider = find(root, ".tm-slider", HTMLInputElement)
    this.digitCanvas = find(root, ".tm-digit canvas", HTMLCanvasElement)
    this.parts = {
      bar: part(".tm-bar"), tiles: part(".tm-tiles"), cloud: part(".tm-cloud"), curve: part(".tm-plotly"),
      digit: part(".tm-digit"), digitLabel: part(".tm-digit span"),
      moment: part(".tm-moment"), note: part(".tm-note"), message: part(".tm-message"),
    }
    this.tiles = new Tiles(find(root, '[data-testid="time-manifold"]', HTMLCanvasElement), TILES)
    this.cloud = new Cloud(find(root, '[data-testid="time-map"]', HTMLCanvasElement), {
      point: (index) => this.point(index),
      choose: (index) => this.choose(index),
    })
    this.play.addEventListener("click", () => this.togglePlay())
    this.slider.addEventListener("input", () => this.jumpTo(Number(this.slider.value)))
    root.addEventListener("keydown", (event) => this.key(event))
    /** @type {Data | null} null until its snapshots are there */
    this.data = null
    /** @type {Loaded | null} what belongs to the run */
    this.loaded = null
    /** @type {Frame[]} the snapshots */
    this.frames = []
    /** The snapshot that is shown or moved to. */
    this.index = 0
    /** @type {Moment | null} what is shown; null until there is a snapshot */
    this.moment = null
    /** The animation frame that moves on; 0 while nothing moves. */
    this.animation = 0
    this.playing = false
    /** Whether to move on whenever the training has a new snapshot. */
    this.following = true
    /** The theme that the curve was last drawn in, as JSON. */
    this.colours = ""
    /** @type {number | null} the digit whose path is drawn */
    this.chosen = null
    /** @type {number | null} the digit under the pointer */
    this.pointed = null
    this.resizing = new ResizeObserver(() => this.draw())
    this.resizing.observe(this.parts.cloud)
    /** @type {Promise<void>} settles when the last update has */
    this.queue = Promise.resolve()
  }

  /**
   * Show new data from the server. An update begins when the one before it has ended or failed.
   * @param {Data} data
   */
  update(data) {
    return (this.queue = this.queue.catch(() => {}).then(() => this.apply(data)))
  }

  /** @param {Data} data */
  async apply(data) {
    const loaded = this.loaded && this.data?.run === data.run ? this.loaded : await this.load(data)
    const before = this.frames
    const kept = data.frames.map((address, i) => ({ address, step: data.steps[i] }))
    const live = data.live !== null && data.live_step !== null ? { step: data.live_step, content: data.live } : null
    this.frames = await loaded.frames.follow(kept, live)
    this.data = data
    await loaded.curve.draw(data.curve)
    if (this.colours !== (this.colours = JSON.stringify(themeOf(this.root)))) await loaded.curve.recolour()
    const { bar, tiles, message } = this.parts
    message.hidden = this.frames.length > 0
    bar.hidden = tiles.hidden = !this.frames.length
    if (!this.frames.length) {
      message.textContent = "This run kept no snapshots: there is nothing to move through."
      this.root.dataset.ready = "true"
      return
    }
    const newest = this.frames.length - 1
    this.cloud.fit(this.frames)
    this.root.dataset.frames = String(this.frames.length)
    this.slider.max = String(newest)
    this.index = Math.min(this.index, newest) // the live one may have been left out since
    if (!this.moment) {
      this.moment = new Moment(this.frames[newest])
      this.travelTo(newest, 0)
    } else if (this.following && this.frames[newest].step !== before.at(-1)?.step) this.catchUp()
    else this.draw()
    this.root.dataset.ready = "true"
  }

  /**
   * Load what belongs to another run.
   * @param {Data} data
   */
  async load(data) {
    this.root.dataset.ready = "false"
    this.parts.message.hidden = false
    this.parts.message.textContent = "Loading the snapshots"
    cancelAnimationFrame(this.animation)
    const frames = new Frames()
    this.moment = null
    this.animation = 0
    this.playing = false
    this.following = true
    const [Plotly, digits] = await Promise.all([loadPlotly(data.plotly), fetchTensors(data.digits)])
    const labels = digits.labels.values
    this.cloud.labels = labels
    const curve = this.loaded?.curve ?? new Curve(Plotly, this.parts.curve, find(this.root, ".tm-marker", SVGLineElement))
    return (this.loaded = { frames, labels, images: digits.images.values, curve })
  }

  /**
   * Move to a snapshot that the visitor chose. If it is the newest one, those that come are followed.
   * @param {number} index
   */
  jumpTo(index) {
    if (!this.moment) return
    this.playing = false
    this.travelTo(index, JUMP_MS)
    this.following = this.index === this.frames.length - 1
  }

  /** Travel through the snapshots that have arrived since the last time, until about when the next ones will. */
  catchUp() {
    const shown = this.moment?.step ?? -1
    const newest = this.frames.length - 1
    const next = this.frames.findIndex((frame) => frame.step > shown)
    const ahead = next < 0 ? newest : next
    const duration = LIVE_MS / (this.frames.length - ahead)
    const goOn = () => {
      if (this.following && this.index < newest) this.travelTo(this.index + 1, duration, goOn)
    }
    this.travelTo(ahead, duration, goOn)
  }

  /**
   * Move to a snapshot, in place of any other movement.
   * @param {number} index - which is held within the snapshots that there are.
   * @param {number} duration - milliseconds; 0 to be there at once.
   * @param {() => void} onArrival
   */
  travelTo(index, duration, onArrival = () => {}) {
    const { moment } = this
    if (!moment) return
    this.index = Math.min(this.frames.length - 1, Math.max(0, index))
    this.slider.value = String(this.index)
    cancelAnimationFrame(this.animation)
    moment.startTowards(this.frames[this.index])
    const began = performance.now()
    let drawn = -Infinity
    const advance = () => {
      const now = performance.now()
      const share = duration && !reducedMotion.matches ? Math.min(1, (now - began) / duration) : 1
      if (share === 1 || !this.data?.going || now - drawn >= LIVE_FRAME_MS) {
        moment.moveTo(share)
        this.draw()
        drawn = now
      }
      this.animation = share < 1 ? requestAnimationFrame(advance) : 0
      if (share === 1) onArrival()
    }
    advance()
    this.describe()
  }

  /** Play from here, or from the start if this is the end; or pause. */
  togglePlay() {
    if (!this.moment) return
    this.playing = !this.playing
    if (!this.playing) return this.jumpTo(this.index)
    this.following = false
    if (this.index === this.frames.length - 1) this.travelTo(0, 0)
    this.playNext()
  }

  playNext() {
    this.travelTo(this.index + 1, STEP_MS, () => {
      if (this.playing && this.index < this.frames.length - 1) {
        // Without motion the next snapshot is there at once, so this one is shown for as long as the way would take.
        setTimeout(() => this.playing && this.playNext(), reducedMotion.matches ? STEP_MS : 0)
      } else {
        this.playing = false
        this.following = true
      }
      this.describe()
    })
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.moment) return
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0
    if (event.key === " " && event.target !== this.play) this.togglePlay()
    else if (event.key === "Escape") this.choose(null)
    else if (step && event.target === this.root) this.jumpTo(this.index + step)
    else return
    event.preventDefault()
  }

  /** @param {number | null} index - of the digit under the pointer. */
  point(index) {
    if (index === this.pointed) return
    this.pointed = index
    this.showDigit()
  }

  /**
   * Draw one digit's path from now on; none with null, or if that digit is chosen already.
   * @param {number | null} index
   */
  choose(index) {
    this.chosen = index === this.chosen ? null : index
    this.root.dataset.chosen = String(this.chosen ?? "")
    this.showDigit()
    this.draw()
  }

  showDigit() {
    const index = this.pointed ?? this.chosen
    const { digit, digitLabel } = this.parts
    digit.hidden = index === null
    if (index === null || !this.loaded) return
    const { images, labels } = this.loaded
    paint(contextOf(this.digitCanvas), images.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE))
    this.digitCanvas.setAttribute("aria-label", `Test digit ${index}, a ${labels[index]}`)
    digitLabel.textContent = `a ${labels[index]}`
  }

  draw() {
    if (!this.moment || !this.data) return
    const { means, tiles, step } = this.moment
    this.cloud.draw(means, this.chosen === null ? null : this.pathOf(this.chosen, means), this.index)
    this.tiles.draw(tiles)
    this.loaded?.curve.mark(step / this.data.steps_per_epoch)
  }

  /**
   * Where a digit lies in each snapshot, but in the current one where it is shown now.
   * @param {number} digit
   * @param {ArrayLike<number>} shown - where all digits are shown, (P, 2).
   */
  pathOf(digit, shown) {
    const point = (/** @type {ArrayLike<number>} */ means) => /** @type {Point} */ ([means[2 * digit], means[2 * digit + 1]])
    const path = this.frames.map(({ means }) => point(means))
    path.splice(this.index, 1, point(shown))
    return path
  }

  /** Say which snapshot this is. */
  describe() {
    if (!this.data || !this.loaded) return
    const { step } = this.frames[this.index]
    const { steps_per_epoch: perEpoch, epochs, live } = this.data
    const newest = this.index === this.frames.length - 1
    const epoch = `epoch ${(step / perEpoch).toFixed(2)} of ${epochs}`
    const moment = step ? `${epoch}, step ${step.toLocaleString("en")}` : "before training"
    this.parts.moment.textContent = live && newest ? `now: ${moment}` : moment
    this.slider.setAttribute("aria-valuetext", moment)
    this.root.dataset.step = String(step)
    this.play.innerHTML = this.playing ? "&#10074;&#10074;" : "&#9654;"
    this.play.setAttribute("aria-label", this.playing ? "Pause" : "Play")
    this.play.title = `${this.playing ? "Pause" : "Play"} (space)`
    this.parts.note.textContent =
      `${this.frames.length} ${this.frames.length > 1 ? "snapshots" : "snapshot"} of the first ${this.loaded.labels.length.toLocaleString("en")} test digits and of the manifold. ` +
      "Click a digit to draw its path. Between two snapshots the picture is interpolated."
  }

  close() {
    cancelAnimationFrame(this.animation)
    this.playing = false
    this.resizing.disconnect()
    this.loaded?.curve.close()
  }
}
