// The time machine: the snapshots of one training, moved through by a slider, a play button, or the training itself.

import { SIDE, paint } from "../../browser/picture.js"
import { loadPlotly } from "../../browser/plotly.js"
import { fetchTensors } from "../../browser/tensors.js"
import { themeOf } from "../../browser/theme.js"
import { Cloud } from "./cloud.js"
import { Curve } from "./curve.js"
import { Frames, Moment } from "./frames.js"
import { Tiles } from "./tiles.js"

const STEP_MS = 500 // from one snapshot to the next while it plays
const LIVE_MS = 800 // a live snapshot arrives about once a second
const JUMP_MS = 250
const LIVE_FRAME_MS = 33 // the training may need this processor
const TILES = 15
const still = matchMedia("(prefers-reduced-motion: reduce)")

export class View {
  constructor(root) {
    this.root = root
    this.find = (selector) => root.querySelector(selector)
    this.play = this.find(".tm-play")
    this.slider = this.find(".tm-slider")
    this.note = this.find(".tm-note")
    this.message = this.find(".tm-message")
    this.tiles = new Tiles(this.find('[data-testid="time-manifold"]'), TILES)
    this.play.addEventListener("click", () => this.toggle())
    this.slider.addEventListener("input", () => this.leap(Number(this.slider.value)))
    root.addEventListener("keydown", (event) => this.key(event))
    this.resizing = new ResizeObserver(() => this.draw())
    this.resizing.observe(this.find(".tm-cloud"))
    this.chosen = this.pointed = null
    this.queue = Promise.resolve()
  }

  /** Follow the server's data (see __init__.py). Calls take turns. */
  update(data) {
    return (this.queue = this.queue.catch(() => {}).then(() => this.follow(data)))
  }

  async follow(data) {
    if (this.data?.run !== data.run) await this.begin(data)
    const before = this.frames
    const live = data.live && { step: data.live_step, content: data.live }
    this.frames = await this.source.follow(data.frames.map((address, i) => [address, data.steps[i]]), live)
    this.data = data
    await this.curve.draw(data.curve)
    if (this.colours !== (this.colours = JSON.stringify(themeOf(this.root)))) await this.curve.recolour()
    this.message.hidden = this.frames.length > 0
    this.find(".tm-bar").hidden = this.find(".tm-tiles").hidden = !this.frames.length
    if (!this.frames.length) {
      this.message.textContent = "This run kept no snapshots: there is nothing to move through."
      this.root.dataset.ready = "true"
      return
    }
    this.cloud.fit(this.frames)
    this.root.dataset.frames = this.frames.length
    this.slider.max = this.frames.length - 1
    const newest = this.frames.length - 1
    this.index = Math.min(this.index ?? newest, newest) // the live one may have been left out since
    if (!this.moment) {
      this.moment = new Moment(this.frames[newest])
      this.go(newest, 0)
    } else if (this.following && this.frames[newest].step !== before?.at(-1)?.step) this.catchUp()
    else this.draw()
    this.root.dataset.ready = "true"
  }

  /** Show another run. */
  async begin(data) {
    this.root.dataset.ready = "false"
    this.message.hidden = false
    this.message.textContent = "Loading the snapshots"
    cancelAnimationFrame(this.animation)
    this.source = new Frames()
    this.moment = this.animation = null
    this.playing = false
    this.following = true
    const [Plotly, digits] = await Promise.all([loadPlotly(data.plotly), fetchTensors(data.digits)])
    this.labels = digits.labels.values
    this.images = digits.images.values
    const on = { point: (index) => this.point(index), choose: (index) => this.choose(index) }
    if (this.cloud) this.cloud.labels = this.labels
    else this.cloud = new Cloud(this.find('[data-testid="time-map"]'), this.labels, on)
    this.curve ??= new Curve(Plotly, this.find(".tm-plotly"), this.find(".tm-marker"))
  }

  /** Move to a snapshot that the visitor chose; from the newest one on, new ones are followed. */
  leap(index) {
    this.playing = false
    this.go(index, JUMP_MS)
    this.following = this.index === this.frames.length - 1
  }

  /** Travel through the snapshots that have arrived since the last time, until about when the next ones will. */
  catchUp() {
    const newest = this.frames.length - 1
    const next = this.frames.findIndex((frame) => frame.step > this.moment.step)
    const ahead = next < 0 ? newest : next
    const duration = LIVE_MS / (this.frames.length - ahead)
    const onward = () => this.following && this.index < newest && this.go(this.index + 1, duration, onward)
    this.go(ahead, duration, onward)
  }

  /** Move to a snapshot within so many milliseconds. A later call overtakes this one. */
  go(index, duration, arrived = () => {}) {
    this.index = Math.min(this.frames.length - 1, Math.max(0, index))
    this.slider.value = this.index
    cancelAnimationFrame(this.animation)
    this.moment.depart(this.frames[this.index])
    const began = performance.now()
    let drawn = -Infinity
    const advance = () => {
      const now = performance.now()
      const share = duration && !still.matches ? Math.min(1, (now - began) / duration) : 1
      if (share === 1 || !this.data.going || now - drawn >= LIVE_FRAME_MS) {
        this.moment.travel(share)
        this.draw()
        drawn = now
      }
      this.animation = share < 1 ? requestAnimationFrame(advance) : null
      if (share === 1) arrived()
    }
    advance()
    this.describe()
  }

  /** Play from here, or from the start if this is the end; or pause. */
  toggle() {
    if (!this.moment) return
    this.playing = !this.playing
    if (!this.playing) return this.leap(this.index)
    this.following = false
    if (this.index === this.frames.length - 1) this.go(0, 0)
    this.next()
  }

  next() {
    this.go(this.index + 1, STEP_MS, () => {
      // One frame later, so that a visitor who prefers no motion still sees each snapshot for a while.
      if (this.playing && this.index < this.frames.length - 1) setTimeout(() => this.playing && this.next(), still.matches ? STEP_MS : 0)
      else {
        this.playing = false
        this.following = true
      }
      this.describe()
    })
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.moment) return
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (event.key === " " && event.target !== this.play) this.toggle()
    else if (event.key === "Escape") this.choose(null)
    else if (step && event.target === this.root) this.leap(this.index + step)
    else return
    event.preventDefault()
  }

  point(index) {
    if (index === this.pointed) return
    this.pointed = index
    this.showDigit()
  }

  /** Draw one digit's path from now on; none with null, or if it is chosen already. */
  choose(index) {
    this.chosen = index === this.chosen ? null : index
    this.root.dataset.chosen = this.chosen ?? ""
    this.showDigit()
    this.draw()
  }

  showDigit() {
    const index = this.pointed ?? this.chosen
    const box = this.find(".tm-digit")
    box.hidden = index === null
    if (index === null) return
    const canvas = box.querySelector("canvas")
    paint(canvas.getContext("2d"), this.images.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE))
    canvas.setAttribute("aria-label", `Test digit ${index}, a ${this.labels[index]}`)
    box.querySelector("span").textContent = `a ${this.labels[index]}`
  }

  draw() {
    if (!this.moment) return
    const { means, tiles, step } = this.moment
    let path = null
    if (this.chosen !== null) {
      path = this.frames.map((frame) => [frame.means[2 * this.chosen], frame.means[2 * this.chosen + 1]])
      path.splice(this.index, 1, [means[2 * this.chosen], means[2 * this.chosen + 1]])
    }
    this.cloud.draw(means, path, this.index)
    this.tiles.draw(tiles)
    this.curve.mark(step / this.data.steps_per_epoch)
  }

  /** Say which snapshot this is. */
  describe() {
    const { step } = this.frames[this.index]
    const { steps_per_epoch: perEpoch, epochs, live } = this.data
    const newest = this.index === this.frames.length - 1
    const epoch = `epoch ${(step / perEpoch).toFixed(2)} of ${epochs}`
    const moment = step ? `${epoch}, step ${step.toLocaleString("en")}` : "before training"
    this.find(".tm-moment").textContent = live && newest ? `now: ${moment}` : moment
    this.slider.setAttribute("aria-valuetext", moment)
    this.root.dataset.step = step
    this.play.innerHTML = this.playing ? "&#10074;&#10074;" : "&#9654;"
    this.play.setAttribute("aria-label", this.playing ? "Pause" : "Play")
    this.play.title = `${this.playing ? "Pause" : "Play"} (space)`
    this.note.textContent =
      `${this.frames.length} ${this.frames.length > 1 ? "snapshots" : "snapshot"} of the first ${this.labels.length.toLocaleString("en")} test digits and of the manifold. ` +
      "Click a digit to draw its path. Between two snapshots the picture is interpolated."
  }

  close() {
    cancelAnimationFrame(this.animation)
    this.playing = false
    this.resizing.disconnect()
    this.curve?.close()
  }
}
