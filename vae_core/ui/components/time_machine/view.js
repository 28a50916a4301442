// The time machine: the snapshots of one training, moved through by a slider, a play button, or the training itself.

import { find } from "../../browser/elements.js"
import { loadPlotly } from "../../browser/plotly.js"
import { fetchTensors } from "../../browser/tensors.js"
import { themeOf } from "../../browser/theme.js"
import { ClassLegend, DOTS } from "../../plots/class_legend.js"
import { ChosenDigit } from "./chosen_digit.js"
import { Cloud } from "./cloud.js"
import { Curve } from "./curve.js"
import { Frames } from "./frames.js"
import { Player } from "./player.js"
import { Tiles } from "./tiles.js"

/** @import { Figure } from "./curve.js" */

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
 * @property {"epoch" | "step"} unit - in which the training is measured, on the curve too.
 * @property {number} steps_per_unit
 * @property {number} units - that the training is to take.
 * @property {Figure} curve - the losses.
 */
/** @typedef {{ frames: Frames, count: number, curve: Curve }} Loaded - count: of the digits in the snapshots; a GAN's have none. */

const TILES = 15 // on each side of the manifold

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    const part = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.play = find(root, ".tm-play", HTMLButtonElement)
    this.slider = find(root, ".tm-slider", HTMLInputElement)
    this.parts = {
      bar: part(".tm-bar"), classes: part(".lm-classes"), tiles: part(".tm-tiles"), cloud: part(".tm-cloud"), curve: part(".tm-plotly"),
      moment: part(".tm-moment"), note: part(".tm-note"), message: part(".tm-message"),
    }
    this.tiles = new Tiles(find(root, '[data-testid="time-manifold"]', HTMLCanvasElement), TILES)
    this.digit = new ChosenDigit(part(".tm-digit"))
    this.cloud = new Cloud(find(root, '[data-testid="time-map"]', HTMLCanvasElement), {
      point: (index) => this.digit.point(index),
      choose: (index) => this.choose(index),
    })
    this.legend = new ClassLegend(this.parts.classes, {
      toggle: (label) => this.showClasses(this.cloud.shown.map((shown, other) => shown !== (other === label))),
      showClasses: (shown) => this.showClasses(shown),
    }, DOTS)
    this.player = new Player(matchMedia("(prefers-reduced-motion: reduce)"), {
      draw: () => this.draw(),
      describe: () => this.describe(),
    })
    this.play.addEventListener("click", () => this.player.togglePlay())
    this.slider.addEventListener("input", () => this.player.jumpTo(Number(this.slider.value)))
    root.addEventListener("keydown", (event) => this.key(event))
    /** @type {Data | null} null until its snapshots are there */
    this.data = null
    /** @type {Loaded | null} what belongs to the run */
    this.loaded = null
    /** The theme that the curve was last drawn in, as JSON. */
    this.colours = ""
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
    const kept = data.frames.map((address, i) => ({ address, step: data.steps[i] }))
    const live = data.live !== null && data.live_step !== null ? { step: data.live_step, content: data.live } : null
    const frames = await loaded.frames.follow(kept, live)
    this.data = data
    await loaded.curve.draw(data.curve)
    if (this.colours !== (this.colours = JSON.stringify(themeOf(this.root)))) await loaded.curve.recolour()
    const { bar, classes, tiles, cloud, message } = this.parts
    message.hidden = frames.length > 0
    bar.hidden = tiles.hidden = !frames.length
    cloud.hidden = classes.hidden = !loaded.count
    if (!frames.length) {
      message.textContent = "This run kept no snapshots: there is nothing to move through."
      this.root.dataset.ready = "true"
      return
    }
    // Wide enough for the later half: a training's first steps may throw points far out.
    if (loaded.count) this.cloud.plane.fit(frames.slice(Math.floor(frames.length / 2)).map(({ means }) => means))
    this.root.dataset.frames = String(frames.length)
    this.slider.max = String(frames.length - 1)
    this.player.follow(frames, data.going)
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
    this.player.clear()
    const [Plotly, digits] = await Promise.all([loadPlotly(data.plotly), fetchTensors(data.digits)])
    this.cloud.labels = this.digit.labels = digits.labels.values
    this.digit.images = digits.images.values
    const curve = this.loaded?.curve ?? new Curve(Plotly, this.parts.curve, find(this.root, ".tm-marker", SVGLineElement))
    return (this.loaded = { frames: new Frames(), count: digits.labels.values.length, curve })
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.player.moment) return
    const label = /^(?:Digit|Numpad)(\d)$/.exec(event.code)
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0
    if (event.key === " " && event.target !== this.play) this.player.togglePlay()
    else if (event.key === "Escape") this.choose(null)
    else if (label) this.legend.buttons[Number(label[1])].click()
    else if (step && event.target === this.root) this.player.jumpTo(this.player.index + step)
    else return
    event.preventDefault()
  }

  /**
   * Draw one digit's path from now on; none with null, or if that digit is chosen already.
   * @param {number | null} index
   */
  choose(index) {
    this.digit.choose(index)
    this.root.dataset.chosen = String(this.digit.chosen ?? "")
    this.draw()
  }

  /** @param {boolean[]} shown - by class. */
  showClasses(shown) {
    this.cloud.shown = shown
    this.legend.show(shown)
    this.draw()
  }

  draw() {
    const { moment, frames, index } = this.player
    if (!moment || !this.data) return
    if (this.loaded?.count) this.cloud.draw(moment.means, this.digit.path(frames, index, moment.means), index)
    this.tiles.draw(moment.tiles)
    this.loaded?.curve.mark(moment.step / this.data.steps_per_unit)
  }

  /** Say which snapshot this is. */
  describe() {
    if (!this.data || !this.loaded) return
    const { frames, index, newest, playing } = this.player
    const { step } = frames[index]
    const { unit, steps_per_unit: perUnit, units, live } = this.data
    const at = `step ${step.toLocaleString("en")}`
    const trained = unit === "step" ? `${at} of ${units.toLocaleString("en")}` : `epoch ${(step / perUnit).toFixed(1)} of ${units}, ${at}`
    const moment = step ? trained : "before training"
    this.parts.moment.textContent = live && index === newest ? `now: ${moment}` : moment
    this.slider.value = String(index)
    this.slider.setAttribute("aria-valuetext", moment)
    this.root.dataset.step = String(step)
    this.play.innerHTML = playing ? "&#10074;&#10074;" : "&#9654;"
    this.play.setAttribute("aria-label", playing ? "Pause" : "Play")
    this.play.title = `${playing ? "Pause" : "Play"} (space)`
    const { count } = this.loaded
    const digits = count ? `the first ${count.toLocaleString("en")} test digits and of ` : ""
    this.parts.note.textContent =
      `${frames.length} ${frames.length > 1 ? "snapshots" : "snapshot"} of ${digits}the manifold. ` +
      `${count ? "Click a digit to draw its path. " : ""}Between two snapshots the picture is interpolated.`
  }

  close() {
    this.player.stop()
    this.resizing.disconnect()
    this.loaded?.curve.close()
  }
}
