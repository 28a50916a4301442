// The loss curve: a Plotly figure that the server describes, and a marker of our own that follows the moment shown.

import { themed, plotlyTheme } from "../../browser/theme.js"
import { heightOf, xPixelWithin } from "../../plots/axes.js"

const AXES = ["xaxis", "yaxis", "yaxis2"]

export class Curve {
  constructor(Plotly, container, marker) {
    this.Plotly = Plotly
    this.container = container
    this.marker = marker
    this.resizing = new ResizeObserver(() => this.drawn && container.clientWidth && Plotly.Plots.resize(container).then(() => this.place()))
    this.resizing.observe(container)
  }

  /** figure: {data, layout} of Plotly's. */
  async draw({ data, layout }) {
    const text = JSON.stringify({ data, layout })
    if (text === this.text) return
    this.text = text
    await this.Plotly.react(this.container, data, themed(layout, this.container, AXES), { displayModeBar: false })
    if (!this.drawn) this.container.on("plotly_afterplot", () => this.place())
    this.drawn = true
    this.place()
  }

  recolour() {
    return this.Plotly.relayout(this.container, plotlyTheme(this.container, AXES))
  }

  /** Mark a moment: epochs since the start. */
  mark(epoch) {
    this.epoch = epoch
    this.place()
  }

  place() {
    if (!this.drawn || this.epoch === undefined) return
    const x = xPixelWithin(this.container, this.epoch)
    const [top, bottom] = heightOf(this.container)
    for (const [key, value] of Object.entries({ x1: x, x2: x, y1: top, y2: bottom })) this.marker.setAttribute(key, value)
  }

  close() {
    this.resizing.disconnect()
    this.Plotly.purge(this.container)
  }
}
