// The map: the test digits' posterior means as a Plotly scatter, one trace a class, and the pointer over it.

import { findAll } from "../browser/elements.js"
import { CLASSES } from "../browser/picture.js"
import { COLOURS, plotlyTheme, themed } from "../browser/theme.js"
import { frameOf, pointAt, shownTraces, toPixelOf } from "./axes.js"

/** @import { Digits, Point } from "../browser/digits.js" */
/** @import { Plot, Plotly } from "../browser/plotly.js" */
/** @import { Frame, ToPixel } from "./axes.js" */

/** @typedef {[low: number, high: number]} Range */
/**
 * What happens on the map.
 * @typedef {object} Handlers
 * @property {(z: Point) => void} hover - the pointer moved to a point.
 * @property {() => void} leave - the pointer is no longer between the axes.
 * @property {(z: Point) => void} pin - a point was clicked.
 * @property {() => void} classes - other classes are shown than before.
 * @property {(frame: Frame, toPixel: ToPixel) => void} frame - the map was drawn or moved.
 */

const SYMBOLS = ["circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "star", "hexagon", "pentagon"]
const AXES = ["xaxis", "yaxis"]
const SVG_POINTS = 2000 // what an SVG scatter pans smoothly, where WebGL is missing
const POINTS = { size: 5, opacity: 0.7 }
const POINTS_OVER_IMAGE = { size: 2.5, opacity: 0.4 } // so that it can be seen between and through them
const CLICK_PIXELS = 4 // a pointer that travelled farther was dragging

const hasWebGL = () => {
  const context = document.createElement("canvas").getContext("webgl")
  context?.getExtension("WEBGL_lose_context")?.loseContext()
  return Boolean(context)
}

export class LatentPlot {
  /**
   * @param {Plotly} Plotly
   * @param {HTMLElement} container
   * @param {Handlers} on
   */
  constructor(Plotly, container, on) {
    this.Plotly = Plotly
    this.container = container
    this.on = on
    this.webgl = hasWebGL()
    this.shown = CLASSES.map(() => true)
    this.drawn = false
    /** How many digits are drawn. */
    this.count = 0
    /** @type {[Range, Range]} of the axes when all digits are in view */
    this.fullRanges = [[-1, 1], [-1, 1]]
    /** @type {object[]} Plotly's layout.images */
    this.images = []
    /** @type {PointerEvent | null} where the button went down, until it is released */
    this.pressed = null
    this.release = this.release.bind(this)
    // Leaving the page shrinks the container to nothing, and Plotly throws if it is resized to that.
    this.resizing = new ResizeObserver(() => this.drawn && container.clientWidth && Plotly.Plots.resize(container))
    this.resizing.observe(container)
  }

  /**
   * Draw the digits in the colours of the page's theme.
   * @param {Digits} digits
   * @param {string} identity - names the run: the zoom is kept while it stays the same.
   */
  async draw(digits, identity) {
    const step = this.webgl ? 1 : Math.ceil(digits.count / SVG_POINTS)
    let count = 0
    const traces = CLASSES.map((label) => {
      const indices = digits.ofClass(label, step)
      count += indices.length
      return {
        type: this.webgl ? "scattergl" : "scatter",
        mode: "markers",
        name: String(label),
        visible: this.shown[label] ? true : "legendonly",
        x: Float32Array.from(indices, (i) => digits.means[2 * i]),
        y: Float32Array.from(indices, (i) => digits.means[2 * i + 1]),
        marker: { color: COLOURS[label], symbol: SYMBOLS[label], ...this.markerLooks() },
        hoverinfo: "none",
      }
    })
    this.count = count
    this.fullRanges = rangesOf(digits.means)
    const plot = await this.Plotly.react(this.container, traces, this.layout(identity), {
      displaylogo: false,
      displayModeBar: true,
      scrollZoom: true,
      doubleClick: "reset",
      modeBarButtons: [["pan2d", "zoom2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
      toImageButtonOptions: { filename: `latent-map-${identity}` },
    })
    if (!this.drawn) this.listen(plot)
    this.drawn = true
    this.tellFrame()
  }

  /** @param {string} identity */
  layout(identity) {
    const axis = (/** @type {string} */ title, /** @type {Range} */ range) => ({
      title: { text: title, standoff: 4 },
      range: range.slice(), // Plotly writes into it
      ticks: "outside",
      ticklen: 4,
      zerolinewidth: 2,
    })
    const layout = {
      uirevision: identity,
      autosize: true,
      dragmode: "pan",
      hovermode: false,
      margin: { l: 46, r: 36, t: 8, b: 44 }, // the right one holds Plotly's buttons, so that they cover no points
      xaxis: axis("z1", this.fullRanges[0]),
      yaxis: { ...axis("z2", this.fullRanges[1]), scaleanchor: "x" },
      legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", itemsizing: "constant", itemwidth: 30, entrywidth: 8 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { size: 13 },
      modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)" },
      images: this.images,
    }
    return themed(layout, this.container, AXES)
  }

  /** Take the colours of the page's theme, and touch nothing else. */
  recolour() {
    return this.Plotly.relayout(this.container, plotlyTheme(this.container, AXES))
  }

  /**
   * Show pictures below the points, which get smaller and fainter, or none.
   * @param {object[]} images - as Plotly's layout.images has them.
   */
  async showImagesBelow(images) {
    if (!images.length && !this.images.length) return
    this.images = images
    const { size, opacity } = this.markerLooks()
    await this.Plotly.update(this.container, { "marker.size": size, "marker.opacity": opacity }, { images })
  }

  markerLooks() {
    return this.images.length ? POINTS_OVER_IMAGE : POINTS
  }

  /** Show all digits and all classes again. */
  async reset() {
    await this.Plotly.restyle(this.container, { visible: true })
    await this.Plotly.relayout(this.container, { "xaxis.range": this.fullRanges[0].slice(), "yaxis.range": this.fullRanges[1].slice() })
  }

  /**
   * Show these classes and no others.
   * @param {boolean[]} shown - by class.
   */
  async showClasses(shown) {
    if (String(shown) === String(this.shown)) return
    await this.Plotly.restyle(this.container, { visible: shown.map((visible) => visible || "legendonly") })
  }

  /**
   * Show a class that is hidden, or hide it.
   * @param {number} label
   */
  toggleClass(label) {
    return this.Plotly.restyle(this.container, { visible: this.shown[label] ? "legendonly" : true }, [label])
  }

  /** @param {Plot} plot - the container, after Plotly has drawn in it for the first time. */
  listen(plot) {
    const { container, on } = this
    for (const name of ["plotly_afterplot", "plotly_relayouting", "plotly_relayout"]) plot.on(name, () => this.tellFrame())
    plot.on("plotly_restyle", () => {
      this.shown = shownTraces(container)
      on.classes()
    })
    container.addEventListener("pointermove", (event) => {
      const z = this.pointUnder(event)
      if (z) on.hover(z)
      else on.leave()
    })
    container.addEventListener("pointerleave", () => on.leave())
    container.addEventListener("pointerdown", (event) => {
      this.pressed = event.button === 0 && this.pointUnder(event) ? event : null
    }, true)
    // On the window, because Plotly covers the page while a button is down.
    window.addEventListener("pointerup", this.release, true)
  }

  /**
   * Pin the point where the button went down, unless the pointer was dragged from there.
   * @param {PointerEvent} event
   */
  release(event) {
    const { pressed } = this
    this.pressed = null
    if (!pressed || Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) > CLICK_PIXELS) return
    const z = this.pointUnder(pressed)
    if (z) this.on.pin(z)
  }

  close() {
    this.resizing.disconnect()
    window.removeEventListener("pointerup", this.release, true)
    // Plotly leaves its WebGL contexts to the garbage collector; a browser allows about sixteen of them at a time.
    for (const canvas of findAll(this.container, "canvas.gl-canvas", HTMLCanvasElement)) {
      canvas.getContext("webgl")?.getExtension("WEBGL_lose_context")?.loseContext()
    }
    this.Plotly.purge(this.container)
  }

  /**
   * The point under the pointer, or null outside the axes and on the buttons and the legend.
   * @param {PointerEvent} event
   */
  pointUnder(event) {
    if (event.target instanceof Element && event.target.closest(".modebar, .legend")) return null
    const box = this.container.getBoundingClientRect()
    return pointAt(this.container, event.clientX - box.left, event.clientY - box.top)
  }

  tellFrame() {
    this.on.frame(frameOf(this.container), toPixelOf(this.container))
  }
}

/**
 * The ranges of both axes that show every digit, with a margin.
 * @param {Float32Array | Uint8Array} means - (N, 2).
 * @returns {[Range, Range]}
 */
function rangesOf(means) {
  const low = [Infinity, Infinity]
  const high = [-Infinity, -Infinity]
  means.forEach((/** @type {number} */ value, /** @type {number} */ i) => {
    const axis = i % 2
    low[axis] = Math.min(low[axis], value)
    high[axis] = Math.max(high[axis], value)
  })
  /** @type {(axis: number) => Range} */
  const widened = (axis) => {
    const margin = 0.04 * (high[axis] - low[axis])
    return [low[axis] - margin, high[axis] + margin]
  }
  return [widened(0), widened(1)]
}
