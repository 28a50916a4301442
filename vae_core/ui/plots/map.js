// The map: the test digits' posterior means as a Plotly scatter, one trace a class, and the pointer over it.

import { CLASSES } from "../browser/picture.js"
import { COLOURS, plotlyTheme, themed } from "../browser/theme.js"
import { frameOf, pointAt, shownTraces, toPixelOf } from "./axes.js"

const SYMBOLS = ["circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "star", "hexagon", "pentagon"]
const AXES = ["xaxis", "yaxis"]
const SVG_POINTS = 2000 // what an SVG scatter pans smoothly, where WebGL is missing
const POINTS = { size: 5, opacity: 0.7 }
const POINTS_OVER_LAYER = { size: 2.5, opacity: 0.4 } // so that it can be seen between and through them
const CLICK_PIXELS = 4 // a pointer that travelled farther was dragging

const hasWebGL = () => {
  const context = document.createElement("canvas").getContext("webgl")
  context?.getExtension("WEBGL_lose_context")?.loseContext()
  return Boolean(context)
}

export class LatentPlot {
  /** on: {hover(z), leave(), pin(z), classes(), frame(frame, toPixel)}. */
  constructor(Plotly, container, on) {
    this.Plotly = Plotly
    this.container = container
    this.on = on
    this.webgl = hasWebGL()
    this.shown = CLASSES.map(() => true)
    // Leaving the page is a resize too, to nothing, which Plotly refuses.
    this.resizing = new ResizeObserver(() => this.drawn && container.clientWidth && Plotly.Plots.resize(container))
    this.resizing.observe(container)
  }

  /** Draw the digits in the colours of the page's theme. `identity` names the run: the zoom is kept while it stays the same. */
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
        marker: { color: COLOURS[label], symbol: SYMBOLS[label], ...this.points() },
        hoverinfo: "none",
      }
    })
    this.count = count
    this.fullRanges = extent(digits.means)
    await this.Plotly.react(this.container, traces, this.layout(identity), {
      displaylogo: false,
      displayModeBar: true,
      scrollZoom: true,
      doubleClick: "reset",
      modeBarButtons: [["pan2d", "zoom2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
      toImageButtonOptions: { filename: `latent-map-${identity}` },
    })
    if (!this.drawn) this.listen()
    this.drawn = true
    this.follow()
  }

  layout(identity) {
    const axis = (title, range) => ({
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
      margin: { l: 46, r: 36, t: 8, b: 44 }, // the buttons have the right one to themselves
      xaxis: axis("z1", this.fullRanges[0]),
      yaxis: { ...axis("z2", this.fullRanges[1]), scaleanchor: "x" },
      legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", itemsizing: "constant", itemwidth: 30, entrywidth: 8 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { size: 13 },
      modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)" },
      images: this.images ?? [],
    }
    return themed(layout, this.container, AXES)
  }

  /** Take the colours of the page's theme, and touch nothing else. */
  recolour() {
    return this.Plotly.relayout(this.container, plotlyTheme(this.container, AXES))
  }

  /** Lay pictures under the points, which shrink over them; each as Plotly's layout.images has it. */
  async underlay(images) {
    if (!images.length && !this.images?.length) return
    this.images = images
    const { size, opacity } = this.points()
    await this.Plotly.update(this.container, { "marker.size": size, "marker.opacity": opacity }, { images })
  }

  points() {
    return this.images?.length ? POINTS_OVER_LAYER : POINTS
  }

  /** Show all digits and all classes again. */
  async reset() {
    await this.Plotly.restyle(this.container, { visible: true })
    await this.Plotly.relayout(this.container, { "xaxis.range": this.fullRanges[0].slice(), "yaxis.range": this.fullRanges[1].slice() })
  }

  /** Show these classes and no others. shown: ten booleans. */
  async show(shown) {
    if (String(shown) === String(this.shown)) return
    await this.Plotly.restyle(this.container, { visible: shown.map((visible) => visible || "legendonly") })
  }

  toggle(label) {
    return this.Plotly.restyle(this.container, { visible: this.shown[label] ? "legendonly" : true }, [label])
  }

  listen() {
    const { container, on } = this
    for (const name of ["plotly_afterplot", "plotly_relayouting", "plotly_relayout"]) container.on(name, () => this.follow())
    container.on("plotly_restyle", () => {
      this.shown = shownTraces(container)
      on.classes()
    })
    let pressed = null
    container.addEventListener("pointermove", (event) => {
      const z = this.at(event)
      if (z) on.hover(z)
      else on.leave()
    })
    container.addEventListener("pointerleave", () => on.leave())
    container.addEventListener("pointerdown", (event) => (pressed = event.button === 0 && this.at(event) ? event : null), true)
    // On the window, because Plotly covers the page while a button is down.
    this.release = (event) => {
      if (!pressed) return
      const travelled = Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY)
      if (travelled <= CLICK_PIXELS) on.pin(this.at(pressed))
      pressed = null
    }
    window.addEventListener("pointerup", this.release, true)
  }

  close() {
    this.resizing.disconnect()
    window.removeEventListener("pointerup", this.release, true)
    // Plotly leaves its WebGL contexts to the garbage collector; a browser allows about sixteen of them at a time.
    for (const canvas of this.container.querySelectorAll("canvas.gl-canvas")) {
      canvas.getContext("webgl")?.getExtension("WEBGL_lose_context")?.loseContext()
    }
    this.Plotly.purge(this.container)
  }

  /** The point under the pointer, or null outside the axes and on the buttons over them. */
  at(event) {
    if (event.target.closest?.(".modebar, .legend")) return null
    const box = this.container.getBoundingClientRect()
    return pointAt(this.container, event.clientX - box.left, event.clientY - box.top)
  }

  follow() {
    this.on.frame(frameOf(this.container), toPixelOf(this.container))
  }
}

/** The ranges of both axes that show every digit, with a margin. */
function extent(means) {
  const ranges = [[Infinity, -Infinity], [Infinity, -Infinity]]
  means.forEach((value, i) => {
    const range = ranges[i % 2]
    range[0] = Math.min(range[0], value)
    range[1] = Math.max(range[1], value)
  })
  return ranges.map(([low, high]) => [low - 0.04 * (high - low), high + 0.04 * (high - low)])
}
