// The latent map: the point under the pointer and the pinned point, and what map, digit and manifold show of them.

import { Decoder } from "../../browser/decoder.js"
import { Digits } from "../../browser/digits.js"
import { find, findAll } from "../../browser/elements.js"
import { Messenger } from "../../browser/messenger.js"
import { contextOf, paint } from "../../browser/picture.js"
import { loadPlotly } from "../../browser/plotly.js"
import { fetchTensors } from "../../browser/tensors.js"
import { themeOf } from "../../browser/theme.js"
import { LatentPlot } from "../../plots/map.js"
import { Mosaic } from "../../plots/mosaic.js"
import { Overlay } from "../../plots/overlay.js"
import { BIG_STEP, CoordinateInputs, STEP } from "./coordinate_inputs.js"
import { Heatmap } from "./heatmap.js"

/** @import { Activation } from "../../browser/decoder.js" */
/** @import { Point } from "../../browser/digits.js" */
/** @import { Handlers } from "../../plots/map.js" */
/** @import { ClassName } from "../../plots/overlay.js" */

/**
 * What __init__.py sends. Files are given by their addresses.
 * @typedef {object} Data
 * @property {string} plotly
 * @property {string} decoder
 * @property {Activation} activation - of the decoder.
 * @property {string} map - means, spreads and labels of the test digits.
 * @property {string} images - of the test digits.
 * @property {string} run - its id.
 * @property {string | null} heatmap - to show below the points.
 * @property {string | null} legend - what its values are.
 * @property {number[]} nodes - of the manifold's lattice, on both axes, ascending.
 * @property {number} limit - of |z1| and |z2|.
 * @property {Point | null} z - the pinned point.
 * @property {number} revision - another one whenever the server pinned z.
 * @property {number} view_resets - another one whenever the view is to be restored.
 */
/** @typedef {{ z: Point | null, revision: number }} Pinned - what the server is told, with the revision that was known. */
/** @typedef {{ decoder: Decoder, digits: Digits, names: ClassName[], plot: LatentPlot }} Loaded */

/** @type {Point} */
const ORIGIN = [0, 0]
/** @type {Record<string, Point | undefined>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
const PAUSE_MS = 150 // between two pins that the server is told, while an arrow key is held

const toAttribute = (/** @type {Point} */ z) => z.map((value) => value.toFixed(4)).join(",")
const toText = (/** @type {Point} */ z) => `z1 ${z[0].toFixed(2)}, z2 ${z[1].toFixed(2)}`.replaceAll("-", "\u2212")

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    this.decoded = find(root, '[data-testid="decoded"]', HTMLCanvasElement)
    this.original = find(root, '[data-testid="original"]', HTMLCanvasElement)
    this.decodedContext = contextOf(this.decoded)
    this.originalContext = contextOf(this.original)
    const text = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.text = {
      state: text(".lm-state"), z: text(".lm-z"), label: text(".lm-label"), distance: text(".lm-distance"),
      tiles: text(".lm-tiles"), note: text(".lm-map .lm-note:last-child"), message: text(".lm-message"),
      low: text(".lm-low"), high: text(".lm-high"), legend: text(".lm-legend-text"),
    }
    this.legend = find(root, ".lm-legend", HTMLElement)
    this.point = find(root, ".lm-point", HTMLElement)
    this.lattice = find(root, ".lm-lattice", HTMLInputElement)
    this.lattice.addEventListener("change", () => this.drawMarks())
    this.inputs = new CoordinateInputs(findAll(root, ".lm-point input", HTMLInputElement), (z) => this.pinByKeyboard(z))
    this.overlay = new Overlay(find(root, ".lm-overlay", SVGElement))
    const pin = (/** @type {Point} */ z) => {
      root.focus({ preventScroll: true }) // for the arrow keys
      this.pin(z)
    }
    const pointing = { hover: (/** @type {Point} */ z) => this.hover(z), leave: () => this.hover(null), pin }
    const manifold = find(root, '[data-testid="manifold"]', HTMLCanvasElement)
    this.mosaic = new Mosaic(manifold, find(root, ".lm-marks", SVGElement), pointing)
    /** @type {Handlers} */
    this.onMap = { ...pointing, classes: () => this.show(), frame: (frame, toPixel) => this.overlay.setFrame(frame, toPixel) }
    this.original.addEventListener("click", () => this.nearest && this.pin(this.nearest.mean))
    root.addEventListener("keydown", (event) => this.key(event))
    this.messenger = new Messenger()
    /** @type {(pinned: Pinned) => void} */
    this.send = () => {}
    /** @type {Data | null} null until all of it is on the screen */
    this.data = null
    /** @type {Loaded | null} what belongs to the run */
    this.loaded = null
    /** @type {Heatmap | null} */
    this.heatmap = null
    /** The theme that the map was last drawn in, as JSON. */
    this.colours = ""
    /** @type {Point | null} */
    this.pinned = null
    /** @type {Point | null} under the pointer */
    this.pointer = null
    /** @type {ReturnType<Digits["nearest"]>} the digit nearest to the shown point */
    this.nearest = null
    /** The animation frame in which `describe` will run; 0 if none is asked for. */
    this.describing = 0
    /** @type {Promise<void>} settles when the last update has */
    this.queue = Promise.resolve()
  }

  /**
   * Show new data from the server. An update begins when the one before it has ended or failed.
   * @param {Data} data
   * @param {(pinned: Pinned) => void} send
   */
  update(data, send) {
    this.send = send
    return (this.queue = this.queue.catch(() => {}).then(() => this.apply(data)))
  }

  /** @param {Data} data */
  async apply(data) {
    const before = this.data
    const changed = (/** @type {keyof Data} */ name) => before?.[name] !== data[name]
    if (!this.loaded || changed("decoder") || changed("map") || changed("images")) await this.load(data)
    else if (this.colours !== (this.colours = this.theme())) {
      await Promise.all([this.loaded.plot.recolour(), this.drawHeatmap()])
    }
    if (changed("heatmap")) await this.showHeatmap(data)
    if (this.loaded && (String(before?.nodes) !== String(data.nodes) || changed("decoder"))) {
      const n = data.nodes.length
      this.text.tiles.textContent = `${n} \u00d7 ${n} tiles`
      await this.mosaic.draw(this.loaded.decoder, data.nodes)
    }
    this.data = data // only now, so that what failed to load is tried again next time
    if (before?.revision !== data.revision) this.pinned = data.z // otherwise data.z may be older than what was pinned here
    if (before && before.view_resets !== data.view_resets) await this.loaded?.plot.reset()
    this.show()
    this.root.dataset.ready = "true"
  }

  /** @param {Data} data */
  async load(data) {
    this.root.dataset.ready = "false"
    this.text.message.hidden = false
    const [Plotly, weights, map, pictures] = await Promise.all([
      loadPlotly(data.plotly), fetchTensors(data.decoder), fetchTensors(data.map), fetchTensors(data.images),
    ])
    const digits = new Digits(map, pictures)
    const names = digits.centres().map((z, label) => ({ text: String(label), z }))
    const plot = this.loaded?.plot ?? new LatentPlot(Plotly, find(this.root, ".lm-plotly", HTMLElement), this.onMap)
    this.loaded = { decoder: new Decoder(weights, data.activation), digits, names, plot }
    this.point.title = `The pinned point, from \u2212${data.limit} to ${data.limit}`
    this.colours = this.theme()
    await plot.draw(digits, data.run)
    this.text.note.textContent = plot.webgl
      ? "Drag to move, scroll to zoom, click to pin. The ellipse holds 95 % of the nearest digit's posterior."
      : `WebGL is missing in this browser: the map shows ${plot.count} of ${digits.count} digits, as SVG.`
    this.text.message.hidden = true
  }

  /**
   * Show a heatmap below the points, with its legend, or none.
   * @param {Data} data
   */
  async showHeatmap({ heatmap, legend }) {
    this.heatmap = heatmap ? new Heatmap(await fetchTensors(heatmap)) : null
    this.legend.hidden = !heatmap
    if (this.heatmap) {
      const [low, high] = this.heatmap.limits.map((value) => value.toPrecision(2).replace("-", "\u2212"))
      this.text.low.textContent = this.heatmap.below ? `\u2264 ${low}` : low
      this.text.high.textContent = this.heatmap.above ? `\u2265 ${high}` : high
      this.text.legend.textContent = legend
    }
    await this.drawHeatmap()
  }

  async drawHeatmap() {
    await this.loaded?.plot.showImagesBelow(this.heatmap ? [this.heatmap.image(themeOf(this.root).text)] : [])
  }

  theme() {
    return JSON.stringify(themeOf(this.root))
  }

  /** The point to show. */
  get z() {
    return this.pointer ?? this.pinned ?? ORIGIN
  }

  /** @param {Point | null} z - under the pointer. */
  hover(z) {
    if (!this.data) return // still loading
    this.pointer = z && within(this.data.limit, z)
    this.show()
  }

  /**
   * Pin a point, or unpin with null, and tell the server.
   * @param {Point | null} z
   * @param {number} pauseMs - the least milliseconds until the server is told again.
   */
  pin(z, pauseMs = 0) {
    if (!this.data) return
    this.pinned = z && rounded(within(this.data.limit, z))
    this.show()
    this.messenger.send(this.send, { z: this.pinned, revision: this.data.revision }, pauseMs)
  }

  /**
   * Pin a point and show it, even where the pointer rests on the map.
   * @param {Point} z
   */
  pinByKeyboard(z) {
    this.pointer = null
    this.pin(z, PAUSE_MS)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey) return
    const arrow = ARROWS[event.key]
    // By its place on the keyboard, so that shift and other layouts do not matter.
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)
    if (arrow) {
      const step = event.shiftKey ? BIG_STEP : STEP
      const from = this.pinned ?? ORIGIN
      this.pinByKeyboard([from[0] + step * arrow[0], from[1] + step * arrow[1]])
    } else if (digit) this.loaded?.plot.toggleClass(Number(digit[1]))
    else if (event.key === "Escape") this.pin(null)
    else return
    event.preventDefault()
  }

  /** Show the current point: its pixels at once, what is said about it in the next animation frame. */
  show() {
    if (!this.loaded) return
    const { z } = this
    const { decoder, digits, plot } = this.loaded
    paint(this.decodedContext, decoder.decode(...z))
    this.nearest = digits.nearest(z, plot.shown)
    if (this.nearest) paint(this.originalContext, digits.image(this.nearest.index))
    else this.originalContext.clearRect(0, 0, this.original.width, this.original.height)
    const pinned = this.pinned ?? ORIGIN
    const attribute = toAttribute(pinned)
    if (attribute !== this.root.dataset.z) this.inputs.show(pinned) // only then, for it discards what is being typed
    this.root.dataset.z = attribute
    this.root.dataset.hoverZ = this.pointer ? toAttribute(this.pointer) : ""
    this.describing ||= requestAnimationFrame(() => this.describe())
  }

  describe() {
    this.describing = 0
    const { z, text } = this
    const found = this.nearest ? `Nearest: a ${this.nearest.label}` : "No class is shown"
    this.decoded.setAttribute("aria-label", `The decoder's digit at ${toText(z)}`)
    this.original.setAttribute("aria-label", this.nearest ? `The nearest test digit, a ${this.nearest.label}` : found)
    text.label.textContent = found
    text.distance.textContent = this.nearest ? `${this.nearest.distance.toFixed(3)} away` : ""
    text.z.textContent = toText(z)
    text.state.textContent = this.pointer ? "at the pointer" : this.pinned ? "pinned" : "at the origin"
    this.drawMarks()
  }

  drawMarks() {
    if (!this.loaded) return
    const { names, plot } = this.loaded
    const pin = this.pinned ?? ORIGIN
    const pointerNode = this.pointer && this.mosaic.nearestNode(this.pointer)
    const pinNode = this.mosaic.nearestNode(pin)
    this.mosaic.mark(pointerNode, pinNode)
    this.overlay.draw({
      pin,
      nearest: this.nearest,
      pointerNode,
      pinNode,
      nodes: this.lattice.checked ? this.mosaic.nodes : null,
      names: names.map((name, label) => ({ ...name, visible: plot.shown[label] })),
    })
  }

  close() {
    this.messenger.close()
    cancelAnimationFrame(this.describing)
    this.loaded?.plot.close()
  }
}

/**
 * @param {number} limit
 * @param {Point} z
 * @returns {Point}
 */
function within(limit, [z1, z2]) {
  return [Math.min(limit, Math.max(-limit, z1)), Math.min(limit, Math.max(-limit, z2))]
}

/**
 * A point to four decimals, as it is written, so that a link to it leads to the very same. Without negative zeros.
 * @param {Point} z
 * @returns {Point}
 */
const rounded = ([z1, z2]) => [Number(z1.toFixed(4)) + 0, Number(z2.toFixed(4)) + 0]
