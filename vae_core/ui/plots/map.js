// The map: the test digits' posterior means as a live Plotly plot, and the pointer over it.

import { CLASSES } from "../browser/picture.js"
import { ClassLegend } from "./class_legend.js"
import { plotlyTheme, themed } from "../browser/theme.js"
import { frameOf, pointAt, rangesShown, shownTraces, toPixelOf } from "./axes.js"
import { configOf, layoutOf, pointLooksOver, rangesOf, tracesOf } from "./map_figure.js"
import { Pinch, pinched } from "./pinch.js"
import { WebGL } from "./webgl.js"

/** @import { Digits, Point } from "../browser/digits.js" */
/** @import { Plot, Plotly } from "../browser/plotly.js" */
/** @import { Frame, ToPixel } from "./axes.js" */
/** @import { Range } from "./map_figure.js" */

/**
 * What happens on the map.
 * @typedef {object} Handlers
 * @property {(z: Point) => void} hover - the pointer moved to a point.
 * @property {() => void} leave - the pointer is no longer between the axes.
 * @property {(z: Point) => void} pin - a point was clicked.
 * @property {() => void} classes - other classes are shown than before.
 * @property {(frame: Frame, toPixel: ToPixel) => void} frame - the map was drawn or moved.
 * @property {() => void} drawn - the digits were drawn: with WebGL or without it, which may change later.
 */

const AXES = ["xaxis", "yaxis"]
const CLICK_PIXELS = 4 // a pointer that travelled farther was dragging
const TAP_PIXELS = 12 // the same for a finger, which is less exact

export class LatentPlot {
  /**
   * @param {Plotly} Plotly
   * @param {HTMLElement} container
   * @param {HTMLElement} legend - for the buttons of the classes.
   * @param {Handlers} on
   */
  constructor(Plotly, container, legend, on) {
    this.Plotly = Plotly
    this.legend = new ClassLegend(legend, {
      toggle: (label) => this.toggleClass(label),
      showClasses: (shown) => this.showClasses(shown),
    })
    this.container = container
    this.on = on
    this.gl = new WebGL(container, () => this.drawAgain())
    this.shown = CLASSES.map(() => true)
    this.drawn = false
    /** @type {[Digits, string] | null} what was drawn last: digits and identity */
    this.last = null
    /** How many digits are drawn. */
    this.count = 0
    /** @type {[Range, Range]} of the axes when the map is drawn first */
    this.fullRanges = [[-1, 1], [-1, 1]]
    /** @type {object[]} Plotly's layout.images */
    this.images = []
    /** @type {PointerEvent | null} where the button went down, until it is released */
    this.pressed = null
    this.release = this.release.bind(this)
    // Leaving the page shrinks the container to nothing, and Plotly throws if it is resized to that.
    this.resizing = new ResizeObserver(() => this.drawn && container.clientWidth && Plotly.Plots.resize(container))
    this.resizing.observe(container)
    /** The ranges of the axes when two fingers were put down. */
    this.before = this.fullRanges
    this.pinch = new Pinch(container, {
      begin: () => {
        this.pressed = null
        this.before = this.ranges
        this.on.leave()
      },
      move: (from, to) => this.show(pinched(frameOf(container), this.before, from, to)),
    })
  }

  /**
   * Draw the digits in the colours of the page's theme.
   * @param {Digits} digits
   * @param {string} identity - names the run: the zoom is kept while it stays the same.
   * @param {[Range, Range]} frame - to look at first.
   */
  async draw(digits, identity, frame = rangesOf(digits.means)) {
    this.last = [digits, identity]
    const traces = tracesOf(digits, this.shown, this.webgl, pointLooksOver(this.images))
    this.count = traces.reduce((sum, { x }) => sum + x.length, 0)
    this.fullRanges = frame
    const layout = themed(layoutOf(identity, this.fullRanges, this.images), this.container, AXES)
    const plot = await this.Plotly.react(this.container, traces, layout, configOf(identity))
    if (!this.drawn) this.listen(plot)
    this.drawn = true
    this.tellFrame()
    this.on.drawn()
  }

  /** Whether the digits are drawn with WebGL. */
  get webgl() {
    return this.gl.usable
  }

  /** Draw the digits anew, as they were looked at. */
  async drawAgain() {
    if (!this.last) return
    const { ranges } = this
    this.Plotly.purge(this.container)
    this.drawn = false
    await this.draw(...this.last, this.fullRanges)
    await this.show(ranges)
  }

  /** What the axes span. */
  get ranges() {
    return rangesShown(this.container)
  }

  /** @param {[Range, Range]} ranges - of the axes. */
  show([first, second]) {
    return this.Plotly.relayout(this.container, { "xaxis.range": first.slice(), "yaxis.range": second.slice() })
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
    const { size, opacity } = pointLooksOver(images)
    await this.Plotly.update(this.container, { "marker.size": size, "marker.opacity": opacity }, { images })
  }

  /**
   * Look at another frame from now on, when the map is reset too.
   * @param {[Range, Range]} ranges
   */
  frame(ranges) {
    this.fullRanges = ranges
    return this.show(ranges)
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
    if (!this.gl.losses) this.follow()
    for (const name of ["plotly_afterplot", "plotly_relayouting", "plotly_relayout"]) plot.on(name, () => this.tellFrame())
    plot.on("plotly_restyle", () => {
      this.shown = shownTraces(container)
      this.legend.show(this.shown)
      on.classes()
    })
  }

  /** Follow the pointer over the container. */
  follow() {
    const { container, on } = this
    container.addEventListener("pointermove", (event) => {
      const z = this.pointUnder(event)
      if (z) on.hover(z)
      else on.leave()
    })
    container.addEventListener("pointerleave", () => on.leave())
    container.addEventListener("pointerdown", (event) => {
      const z = this.pointUnder(event)
      this.pressed = event.button === 0 && z ? event : null
      if (event.pointerType === "touch" && z) on.hover(z) // a finger comes without having moved there
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
    const most = event.pointerType === "touch" ? TAP_PIXELS : CLICK_PIXELS
    if (!pressed || Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) > most) return
    const z = this.pointUnder(pressed)
    if (z) this.on.pin(z)
  }

  close() {
    this.resizing.disconnect()
    this.pinch.close()
    window.removeEventListener("pointerup", this.release, true)
    this.gl.close()
    this.Plotly.purge(this.container)
  }

  /**
   * The point under the pointer, or null outside the axes and on Plotly's buttons.
   * @param {PointerEvent} event
   */
  pointUnder(event) {
    if (!this.drawn || this.pinch.active) return null
    if (event.target instanceof Element && event.target.closest(".modebar")) return null
    const box = this.container.getBoundingClientRect()
    return pointAt(this.container, event.clientX - box.left, event.clientY - box.top)
  }

  tellFrame() {
    this.on.frame(frameOf(this.container), toPixelOf(this.container))
  }
}
