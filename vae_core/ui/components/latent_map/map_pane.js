// The map pane: the map with a heatmap below its points and marks over them, the heatmap's legend, and a note.

import { find } from "../../browser/elements.js"
import { fetchTensors } from "../../browser/tensors.js"
import { themeOf } from "../../browser/theme.js"
import { LatentPlot } from "../../plots/map.js"
import { Overlay } from "../../plots/overlay.js"
import { Heatmap } from "../../plots/heatmap.js"
import { LayerLegend } from "../../plots/layer_legend.js"

/** @import { Digits } from "../../browser/digits.js" */
/** @import { Layer } from "../../plots/layer_legend.js" */
/** @import { Plotly } from "../../browser/plotly.js" */
/** @import * as map from "../../plots/map.js" */
/** @import { ClassName, Marks } from "../../plots/overlay.js" */

/**
 * @typedef {Omit<map.Handlers, "frame" | "drawn"> & { lattice(): void, moved(): void }} Handlers - lattice: it is to be
 *   shown, or no longer; moved: the map was drawn or moved.
 */

export class MapPane {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {Handlers} on
   */
  constructor(root, on) {
    const part = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.root = root
    this.plotly = part(".lm-plotly")
    this.classes = part(".lm-classes")
    this.hint = part(".lm-hint")
    this.note = part(".lm-map .lm-note:last-child")
    this.legend = new LayerLegend(part(".lm-legend"))
    this.lattice = find(root, ".lm-lattice", HTMLInputElement)
    this.lattice.addEventListener("change", () => on.lattice())
    this.overlay = new Overlay(find(root, ".lm-overlay", SVGElement))
    /** @type {map.Handlers} */
    this.onMap = {
      ...on,
      frame: (frame, toPixel) => {
        this.overlay.setFrame(frame, toPixel)
        on.moved()
      },
      drawn: () => this.say(),
    }
    /** @type {LatentPlot | null} null until digits are drawn */
    this.plot = null
    /** How many digits there are. */
    this.digits = 0
    /** @type {ClassName[]} */
    this.names = []
    /** @type {Heatmap | null} */
    this.heatmap = null
    /** The heatmap's address; empty if there is none. */
    this.url = ""
    /** The theme that the map was last drawn in, as JSON. */
    this.colours = ""
  }

  /** Whether each class is shown. */
  get shown() {
    return this.plot?.shown ?? []
  }

  /**
   * Draw a run's digits.
   * @param {Plotly} Plotly
   * @param {Digits} digits
   * @param {string} run - its id.
   * @returns what they are drawn on.
   */
  async draw(Plotly, digits, run) {
    const plot = (this.plot ??= new LatentPlot(Plotly, this.plotly, this.classes, this.onMap))
    this.digits = digits.count
    this.names = digits.centres().map((z, label) => ({ text: String(label), z }))
    this.colours = this.theme()
    await plot.draw(digits, run)
    return plot
  }

  /** Say below the map what can be done with it, or how many digits are left where WebGL is missing. */
  say() {
    const touch = matchMedia("(pointer: coarse)").matches
    this.hint.textContent = touch
      ? "Slide a finger sideways over the map: the model draws what lies there. Tap to hold it."
      : "Move over the map: the model draws what lies there. Click to hold it."
    const how = touch
      ? "Slide a finger sideways to draw, tap to hold; two fingers move and zoom."
      : "Drag to move, scroll to zoom, click to hold a point, Esc to let go."
    this.note.textContent = this.plot?.webgl
      ? `${how} With a probability of 95 %, the encoder places the nearest digit inside the ellipse.`
      : `WebGL is missing in this browser: the map shows ${this.plot?.count} of ${this.digits} digits, as SVG.`
  }

  /** Take the colours of the page's theme, if it is another one than before. */
  async recolour() {
    if (this.colours === (this.colours = this.theme())) return
    await Promise.all([this.plot?.recolour(), this.drawHeatmap()])
  }

  theme() {
    return JSON.stringify(themeOf(this.root))
  }

  /**
   * Show a layer below the points, as far as it is computed, with its legend; or none.
   * @param {Layer | null} layer
   */
  async showLayer(layer) {
    const url = layer?.url ?? ""
    if (this.url !== url) {
      this.heatmap = url ? new Heatmap(await fetchTensors(url)) : null
      this.url = url
      await this.drawHeatmap()
    }
    this.legend.show(layer, this.heatmap)
  }

  async drawHeatmap() {
    await this.plot?.showImagesBelow(this.heatmap ? [this.heatmap.image(themeOf(this.root).text)] : [])
  }

  /**
   * Draw marks over the points, with the names of the classes that are shown.
   * @param {Omit<Marks, "nodes" | "names">} marks
   * @param {number[]} nodes - of the lattice, which is drawn if the visitor wants it.
   */
  mark(marks, nodes) {
    const { names, shown } = this
    this.overlay.draw({
      ...marks,
      nodes: this.lattice.checked ? nodes : null,
      names: names.map((name, label) => ({ ...name, visible: shown[label] })),
    })
  }

  close() {
    this.plot?.close()
  }
}
