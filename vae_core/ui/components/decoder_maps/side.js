// A side: one model's map of the plane, what it draws at the shown point, and its manifold.

import { Decoder } from "../../browser/decoder.js"
import { Digits, classText } from "../../browser/digits.js"
import { find } from "../../browser/elements.js"
import { contextOf, show } from "../../browser/picture.js"
import { fetchTensors } from "../../browser/tensors.js"
import { themeOf } from "../../browser/theme.js"
import { Heatmap } from "../../plots/heatmap.js"
import { LayerLegend } from "../../plots/layer_legend.js"
import { LatentPlot } from "../../plots/map.js"
import { Mosaic } from "../../plots/mosaic.js"
import { Overlay } from "../../plots/overlay.js"

/** @import { Activation } from "../../browser/decoder.js" */
/** @import { Point } from "../../browser/digits.js" */
/** @import { Plotly } from "../../browser/plotly.js" */
/** @import { Layer } from "../../plots/layer_legend.js" */
/** @import { Handlers } from "../../plots/mosaic.js" */

/**
 * One model, as __init__.py sends it. Files are given by their addresses.
 * @typedef {object} Model
 * @property {string} run - its id.
 * @property {string} title
 * @property {string} kind - "VAE" or "GAN".
 * @property {string} decoder
 * @property {Activation} activation - of the decoder.
 * @property {string | null} map - means, std and labels of the digits to put on the map; null for none.
 * @property {{ url: string | null, share: number }} judged - the classes of what is drawn, as far as they are computed.
 * @property {(Layer & { label: string }) | null} layer - to show on the map, with its name.
 * @property {Point | null} found - a place to mark.
 */

export class Side {
  /**
   * @param {HTMLElement} root - of the side.
   * @param {"left" | "right"} name
   * @param {Handlers} on - what the pointer does on the map and on the manifold.
   */
  constructor(root, name, on) {
    this.root = root
    const part = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.text = { title: part(".dm-title"), kind: part(".dm-kind"), judged: part(".dm-judged"), value: part(".dm-value") }
    this.plotly = part(".lm-plotly")
    this.classes = part(".lm-classes")
    this.canvas = find(root, `[data-testid="${name}-drawn"]`, HTMLCanvasElement)
    this.context = contextOf(this.canvas)
    this.legend = new LayerLegend(part(".lm-legend"))
    this.overlay = new Overlay(find(root, ".lm-overlay", SVGElement))
    this.manifold = find(root, `[data-testid="${name}-manifold"]`, HTMLCanvasElement)
    this.mosaic = new Mosaic(this.manifold, find(root, ".lm-marks", SVGElement), on)
    this.onMap = {
      ...on, classes: () => {}, drawn: () => {},
      frame: (/** @type {import("../../plots/axes.js").Frame} */ frame, /** @type {import("../../plots/axes.js").ToPixel} */ toPixel) =>
        this.overlay.setFrame(frame, toPixel),
    }
    /** @type {LatentPlot | null} */
    this.plot = null
    /** @type {Model | null} what is on the screen */
    this.model = null
    /** @type {Decoder | null} */
    this.decoder = null
    /** @type {Map<string, Heatmap>} by address: those on show */
    this.heatmaps = new Map()
    /** The theme that the map was last drawn in, as JSON. */
    this.colours = ""
  }

  /** What each place's drawing is taken for; null while that is not known. */
  get judged() {
    return this.heatmaps.get(this.model?.judged.url ?? "") ?? null
  }

  /** The heatmap under the map. */
  get layer() {
    return this.heatmaps.get(this.model?.layer?.url ?? "") ?? null
  }

  /**
   * Show a model: its map and its layer; the manifold too, if it is another model than before.
   * @param {Plotly} Plotly
   * @param {Model} model
   * @param {number} limit - of |z1| and |z2| on the map.
   */
  async show(Plotly, model, limit) {
    const other = this.model?.decoder !== model.decoder || this.model.map !== model.map
    if (other) {
      const [weights, map] = await Promise.all([fetchTensors(model.decoder), model.map ? fetchTensors(model.map) : null])
      this.decoder = new Decoder(weights, model.activation)
      const digits = new Digits(map ?? empty())
      this.classes.hidden = !map
      this.plot ??= new LatentPlot(Plotly, this.plotly, this.classes, this.onMap)
      await this.plot.draw(digits, model.run, [[-limit, limit], [-limit, limit]])
    }
    this.text.title.textContent = this.text.title.title = model.title
    this.text.kind.textContent = model.kind
    const heatmaps = new Map()
    for (const url of [model.judged.url, model.layer?.url]) {
      if (url) heatmaps.set(url, this.heatmaps.get(url) ?? new Heatmap(await fetchTensors(url)))
    }
    const colours = JSON.stringify(themeOf(this.root))
    const before = this.layer
    this.model = model
    this.heatmaps = heatmaps
    if (this.colours && this.colours !== colours) await this.plot?.recolour()
    if (other || before !== this.layer || this.colours !== colours) await this.drawLayer()
    this.colours = colours
    this.legend.show(model.layer, this.layer)
    return other
  }

  async drawLayer() {
    await this.plot?.showImagesBelow(this.layer ? [this.layer.image(themeOf(this.root).text)] : [])
  }

  /** @param {number[]} nodes - of the manifold's lattice, on both axes, ascending. */
  async drawManifold(nodes) {
    if (this.decoder) await this.mosaic.draw(this.decoder, nodes)
    this.manifold.setAttribute("aria-label", `${this.manifold.getAttribute("aria-label")}, by ${this.model?.title}`)
  }

  /**
   * Draw what the model draws at a point.
   * @param {Point} z
   */
  draw(z) {
    if (this.decoder) show(this.context, this.decoder.decode(...z))
  }

  /**
   * Say what is drawn at a point, and mark it.
   * @param {Point} z - the shown point.
   * @param {Point} pin
   * @param {Point | null} moving - where the pointer is.
   */
  describe(z, pin, moving) {
    const { model, judged, layer } = this
    if (!model) return
    this.text.judged.textContent = this.inWords(z)
    const value = layer && layer !== judged ? layer.at(z) : null
    this.text.value.textContent = value ? `${model.layer?.label}: ${value.value.toFixed(2).replace("-", "\u2212")}` : ""
    this.canvas.setAttribute("aria-label", `${model.title} draws ${this.inWords(z)}`)
    const pointerNode = moving && this.mosaic.nearestNode(moving)
    const pinNode = this.mosaic.nearestNode(pin)
    this.mosaic.mark(pointerNode, pinNode)
    const names = judged?.places().map(({ label, z }) => ({ text: String(label), z, visible: true })) ?? []
    const nearest = model.found && { index: -1, label: -1, mean: model.found, std: /** @type {Point} */ ([0, 0]) }
    this.overlay.draw({ pin, nearest, pointerNode, pinNode, nodes: null, prior: true, names })
  }

  /**
   * What the judge takes the drawing at a point for.
   * @param {Point} z
   */
  inWords(z) {
    const found = this.judged?.at(z)
    if (!found || found.label === null) return "\u2026"
    const percent = `${Math.round(100 * found.value)}\u00a0%`
    return found.value < 0.5 ? `no clear digit (${classText(found.label)}: ${percent})` : `${classText(found.label)}, ${percent} sure`
  }

  close() {
    this.plot?.close()
  }
}

/** A map without digits, as tensors. */
function empty() {
  const none = { values: new Float32Array(0), shape: [0, 2] }
  return { means: none, std: none, labels: { values: new Uint8Array(0), shape: [0] } }
}
