// The three panes, wired: one point under the pointer, one pinned point, and what each pane shows of them.

import { Decoder } from "../../browser/decoder.js"
import { Digits } from "../../browser/digits.js"
import { LatentPlot } from "../../plots/map.js"
import { Messenger } from "../../browser/messenger.js"
import { Mosaic } from "../../plots/mosaic.js"
import { Overlay } from "../../plots/overlay.js"
import { paint } from "../../browser/picture.js"
import { loadPlotly } from "../../browser/plotly.js"
import { fetchTensors } from "../../browser/tensors.js"
import { themeOf } from "../../browser/theme.js"
import { Heatmap } from "./heatmap.js"
import { BIG_STEP, CoordinateInputs, STEP } from "./coordinate_inputs.js"

const ORIGIN = [0, 0]
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
const REST_MS = 150 // a held arrow key asks the server no more often than this

const written = (z) => z.map((value) => value.toFixed(4)).join(",")
const spoken = (z) => `z1 ${z[0].toFixed(2)}, z2 ${z[1].toFixed(2)}`.replaceAll("-", "\u2212")

export class View {
  constructor(root) {
    this.root = root
    const find = (selector) => root.querySelector(selector)
    this.decoded = find('[data-testid="decoded"]')
    this.original = find('[data-testid="original"]')
    this.text = {
      state: find(".lm-state"), z: find(".lm-z"), label: find(".lm-label"), distance: find(".lm-distance"),
      tiles: find(".lm-tiles"), note: find(".lm-map .lm-note:last-child"), message: find(".lm-message"), low: find(".lm-low"), high: find(".lm-high"), legend: find(".lm-legend-text"),
    }
    this.legend = find(".lm-legend")
    this.lattice = find(".lm-lattice")
    this.lattice.addEventListener("change", () => this.mark())
    this.inputs = new CoordinateInputs(root.querySelectorAll(".lm-point input"), (z) => this.step(z))
    this.overlay = new Overlay(find(".lm-overlay"))
    const pin = (z) => {
      root.focus({ preventScroll: true }) // for the arrow keys
      this.pin(z)
    }
    const pointing = { hover: (z) => this.hover(z), leave: () => this.hover(null), pin }
    this.mosaic = new Mosaic(find('[data-testid="manifold"]'), find(".lm-marks"), pointing)
    this.on = { ...pointing, classes: () => this.show(), frame: (frame, toPixel) => this.overlay.setFrame(frame, toPixel) }
    this.original.addEventListener("click", () => this.nearest && this.pin(this.nearest.mean))
    root.addEventListener("keydown", (event) => this.key(event))
    this.messenger = new Messenger()
    this.pinned = null
    this.pointer = null
    this.queue = Promise.resolve()
  }

  /** Follow the server: its data (see __init__.py), and send({z, revision}) to tell it what was pinned. Calls take turns. */
  update(data, send) {
    this.send = send
    return (this.queue = this.queue.catch(() => {}).then(() => this.follow(data)))
  }

  async follow(data) {
    const before = this.data
    const changed = (name) => before?.[name] !== data[name]
    if (changed("decoder") || changed("map") || changed("images")) await this.load(data)
    else if (this.colours !== (this.colours = this.theme())) await Promise.all([this.plot.recolour(), this.underlay()])
    if (changed("heatmap")) await this.lay(data)
    if (String(before?.nodes) !== String(data.nodes) || changed("decoder")) {
      const n = data.nodes.length
      this.text.tiles.textContent = `${n} \u00d7 ${n} tiles`
      await this.mosaic.draw(this.decoder, data.nodes)
    }
    this.data = data // not before all of it is there: what failed to load is tried again next time
    if (before?.revision !== data.revision) this.pinned = data.z // else z may be older than ours
    if (before && before.view_resets !== data.view_resets) await this.plot.reset()
    this.show()
    this.root.dataset.ready = "true"
  }

  async load(data) {
    this.root.dataset.ready = "false"
    this.text.message.hidden = false
    const [Plotly, weights, map, pictures] = await Promise.all([
      loadPlotly(data.plotly), fetchTensors(data.decoder), fetchTensors(data.map), fetchTensors(data.images),
    ])
    this.decoder = new Decoder(weights, data.activation)
    this.digits = new Digits(map, pictures)
    this.root.querySelector(".lm-point").title = `The pinned point, from \u2212${data.limit} to ${data.limit}`
    this.names = this.digits.centres().map((z, label) => ({ text: String(label), z }))
    this.plot ??= new LatentPlot(Plotly, this.root.querySelector(".lm-plotly"), this.on)
    this.colours = this.theme()
    await this.plot.draw(this.digits, data.run)
    this.text.note.textContent = this.plot.webgl
      ? "Drag to move, scroll to zoom, click to pin. The ellipse holds 95 % of the nearest digit's posterior."
      : `WebGL is missing in this browser: the map shows ${this.plot.count} of ${this.digits.count} digits, as SVG.`
    this.text.message.hidden = true
  }

  /** Show a heatmap under the points, with its legend, or none. */
  async lay({ heatmap, legend }) {
    this.heatmap = heatmap && new Heatmap(await fetchTensors(heatmap))
    this.legend.hidden = !heatmap
    if (this.heatmap) {
      const [low, high] = this.heatmap.limits.map((value) => value.toPrecision(2).replace("-", "\u2212"))
      this.text.low.textContent = this.heatmap.below ? `\u2264 ${low}` : low
      this.text.high.textContent = this.heatmap.above ? `\u2265 ${high}` : high
      this.text.legend.textContent = legend
    }
    await this.underlay()
  }

  underlay() {
    return this.plot.underlay(this.heatmap ? [this.heatmap.image(themeOf(this.root).text)] : [])
  }

  theme() {
    return JSON.stringify(themeOf(this.root))
  }

  get z() {
    return this.pointer ?? this.pinned ?? ORIGIN
  }

  hover(z) {
    if (!this.data) return // still loading
    this.pointer = z && this.within(z)
    this.show()
  }

  /** Pin z, or unpin with null, and tell the server, which gets a rest of so many milliseconds after it. */
  pin(z, rest = 0) {
    if (!this.data) return
    // To four decimals, as it is written, so that a link to it leads to the very same.
    this.pinned = z && this.within(z).map((value) => Number(value.toFixed(4)) + 0)
    this.show()
    this.messenger.tell(this.send, { z: this.pinned, revision: this.data.revision }, rest)
  }

  /** Pin z with the keyboard: it is shown even where the pointer rests on the map. */
  step(z) {
    this.pointer = null
    this.pin(z, REST_MS)
  }

  within(z) {
    return z.map((value) => Math.min(this.data.limit, Math.max(-this.data.limit, value)))
  }

  key(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey) return
    const arrow = ARROWS[event.key]
    // By its place on the keyboard, so that shift and other layouts do not matter.
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)
    if (arrow) {
      const step = event.shiftKey ? BIG_STEP : STEP
      const from = this.pinned ?? ORIGIN
      this.step([from[0] + step * arrow[0], from[1] + step * arrow[1]])
    } else if (digit) this.plot?.toggle(Number(digit[1]))
    else if (event.key === "Escape") this.pin(null)
    else return
    event.preventDefault()
  }

  /** Show the current point: its pixels at once, what is said about it with the next frame. */
  show() {
    if (!this.digits) return
    const { z } = this
    paint(this.decoded.getContext("2d"), this.decoder.decode(...z))
    this.nearest = this.digits.nearest(z, this.plot.shown)
    const original = this.original.getContext("2d")
    if (this.nearest) paint(original, this.digits.image(this.nearest.index))
    else original.clearRect(0, 0, this.original.width, this.original.height)
    const pinned = written(this.pinned ?? ORIGIN)
    if (pinned !== this.root.dataset.z) this.inputs.fill(this.pinned ?? ORIGIN) // else it would take what is being typed
    this.root.dataset.z = pinned
    this.root.dataset.hoverZ = this.pointer ? written(this.pointer) : ""
    this.frame ??= requestAnimationFrame(() => this.describe())
  }

  describe() {
    this.frame = null
    const { z, text } = this
    const found = this.nearest ? `Nearest: a ${this.nearest.label}` : "No class is shown"
    this.decoded.setAttribute("aria-label", `The decoder's digit at ${spoken(z)}`)
    this.original.setAttribute("aria-label", this.nearest ? `The nearest test digit, a ${this.nearest.label}` : found)
    text.label.textContent = found
    text.distance.textContent = this.nearest ? `${this.nearest.distance.toFixed(3)} away` : ""
    text.z.textContent = spoken(z)
    text.state.textContent = this.pointer ? "at the pointer" : this.pinned ? "pinned" : "at the origin"
    this.mark()
  }

  mark() {
    if (!this.digits) return
    const pointerNode = this.pointer && this.mosaic.nearestNode(this.pointer)
    const pinNode = this.mosaic.nearestNode(this.pinned ?? ORIGIN)
    this.mosaic.mark(pointerNode, pinNode)
    this.overlay.draw({
      pin: this.pinned ?? ORIGIN,
      nearest: this.nearest,
      pointerNode,
      pinNode,
      nodes: this.lattice.checked ? this.mosaic.nodes : null,
      names: this.names.map((name, label) => ({ ...name, visible: this.plot.shown[label] })),
    })
  }

  close() {
    this.messenger.close()
    cancelAnimationFrame(this.frame)
    this.plot?.close()
  }
}
