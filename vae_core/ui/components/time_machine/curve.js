// The loss curve: a Plotly figure that the server describes, and a marker of our own at the moment that is shown.

import { plotlyTheme, themed } from "../../browser/theme.js"
import { heightOf, xPixelWithin } from "../../plots/axes.js"
import { setAttributes } from "../../plots/overlay.js"

/** @import { Plotly } from "../../browser/plotly.js" */

/** @typedef {{ data: object[], layout: Record<string, unknown> }} Figure - as Plotly has it. Its x is epochs, of a GAN steps. */

const AXES = ["xaxis", "yaxis", "yaxis2"]

export class Curve {
  /**
   * @param {Plotly} Plotly
   * @param {HTMLElement} container
   * @param {SVGLineElement} marker
   */
  constructor(Plotly, container, marker) {
    this.Plotly = Plotly
    this.container = container
    this.marker = marker
    /** The figure that is drawn, as JSON; empty while there is none. */
    this.drawn = ""
    /** @type {number | null} epochs, or steps, since the start of the training */
    this.marked = null
    this.resizing = new ResizeObserver(() => this.resize())
    this.resizing.observe(container)
  }

  /** @param {Figure} figure */
  async draw({ data, layout }) {
    const json = JSON.stringify({ data, layout })
    if (json === this.drawn) return
    const plot = await this.Plotly.react(this.container, data, themed(layout, this.container, AXES), { displayModeBar: false })
    if (!this.drawn) plot.on("plotly_afterplot", () => this.placeMarker())
    this.drawn = json
    this.placeMarker()
  }

  recolour() {
    return this.Plotly.relayout(this.container, plotlyTheme(this.container, AXES))
  }

  async resize() {
    if (!this.drawn || !this.container.clientWidth) return
    await this.Plotly.Plots.resize(this.container)
    this.placeMarker()
  }

  /**
   * Mark a moment.
   * @param {number} x - epochs, or steps, since the start of the training.
   */
  mark(x) {
    this.marked = x
    this.placeMarker()
  }

  placeMarker() {
    if (!this.drawn || this.marked === null) return
    const x = xPixelWithin(this.container, this.marked)
    const [top, bottom] = heightOf(this.container)
    setAttributes(this.marker, { x1: x, x2: x, y1: top, y2: bottom })
  }

  close() {
    this.resizing.disconnect()
    this.Plotly.purge(this.container)
  }
}
