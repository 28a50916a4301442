// A side: one run's map and manifold, and what its decoder draws at a digit's mean.

import { Decoder } from "../../browser/decoder.js"
import { Digits, classText, pointText } from "../../browser/digits.js"
import { find, findAll } from "../../browser/elements.js"
import { contextOf, show } from "../../browser/picture.js"
import { fetchTensors } from "../../browser/tensors.js"
import { LatentPlot } from "../../plots/map.js"
import { Mosaic } from "../../plots/mosaic.js"
import { Overlay } from "../../plots/overlay.js"

/** @import { Activation } from "../../browser/decoder.js" */
/** @import { Point } from "../../browser/digits.js" */
/** @import { Plotly } from "../../browser/plotly.js" */
/** @import * as map from "../../plots/map.js" */
/** @import { Range } from "../../plots/map_figure.js" */
/** @import { ClassName } from "../../plots/overlay.js" */

/** @typedef {"left" | "right"} Name */
/** @typedef {[id: string, title: string, decoder: string, activation: Activation, map: string]} Run - files by address. */
/** @typedef {{ id: string, title: string, decoder: Decoder, digits: Digits, names: ClassName[], plot: LatentPlot }} Loaded */
/**
 * What happens on a side.
 * @typedef {object} Handlers
 * @property {(digit: number | null, node: Point | null, byKeys: boolean) => void} point - the pointer moved to a digit, or to where no class
 *   is shown; node: that of the manifold's tile under the pointer, null on the map.
 * @property {() => void} leave - the pointer is on neither map nor manifold.
 * @property {(digit: number | null, byKeys: boolean) => void} pin - a digit was clicked.
 * @property {() => void} classes - the map shows other classes than before.
 * @property {() => void} drawn - the map was drawn: with WebGL or without it.
 */

export class Side {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {Name} name
   * @param {Handlers} on
   */
  constructor(root, name, on) {
    this.name = name
    const within = (/** @type {string} */ selector) => `[data-side="${name}"] ${selector}`
    this.titles = findAll(root, within(".cp-title"), HTMLElement)
    this.plotly = find(root, within(".lm-plotly"), HTMLElement)
    this.classes = find(root, within(".lm-classes"), HTMLElement)
    this.z = find(root, within(".cp-z"), HTMLElement)
    this.decoded = find(root, within(`[data-testid="${name}-decoded"]`), HTMLCanvasElement)
    this.decodedContext = contextOf(this.decoded)
    this.manifold = find(root, within(`[data-testid="${name}-manifold"]`), HTMLCanvasElement)
    this.overlay = new Overlay(find(root, within(".lm-overlay"), SVGElement))
    const pointing = { leave: () => on.leave(), pin: (/** @type {Point} */ z, byKeys = false) => on.pin(this.nearest(z), byKeys) }
    this.mosaic = new Mosaic(this.manifold, find(root, within(".lm-marks"), SVGElement), {
      ...pointing,
      hover: (node, byKeys = false) => on.point(this.nearest(node), node, byKeys),
    })
    /** @type {map.Handlers} */
    this.onMap = {
      ...pointing,
      hover: (z) => on.point(this.nearest(z), null, false),
      classes: () => on.classes(),
      drawn: () => on.drawn(),
      frame: (frame, toPixel) => this.overlay.setFrame(frame, toPixel),
    }
    /** @type {Loaded | null} what belongs to the run */
    this.loaded = null
  }

  /**
   * The digit of a shown class that is nearest to a point, or null.
   * @param {Point} z
   */
  nearest(z) {
    return this.loaded?.digits.nearest(z, this.loaded.plot.shown)?.index ?? null
  }

  /**
   * Fetch a run.
   * @param {Plotly} Plotly
   * @param {Run} run
   */
  async load(Plotly, run) {
    const [id, title, decoderAddress, activation, mapAddress] = run
    const [weights, map] = await Promise.all([fetchTensors(decoderAddress), fetchTensors(mapAddress)])
    for (const element of this.titles) element.textContent = element.title = title
    const decoder = new Decoder(weights, activation)
    const digits = new Digits(map)
    const names = digits.centres().map((z, label) => ({ text: String(label), z }))
    const plot = this.loaded?.plot ?? new LatentPlot(Plotly, this.plotly, this.classes, this.onMap)
    this.loaded = { id, title, decoder, digits, names, plot }
  }

  /**
   * Draw the run's map and manifold.
   * @param {[Range, Range]} frame - of the map.
   * @param {number[]} nodes - of the manifold's lattice, on both axes, ascending.
   */
  async show(frame, nodes) {
    if (!this.loaded) return
    const { id, title, decoder, digits, plot } = this.loaded
    await plot.draw(digits, id, frame)
    await this.mosaic.draw(decoder, nodes)
    this.manifold.setAttribute("aria-label", `${this.manifold.getAttribute("aria-label")}. ${this.name}: ${title}`)
  }

  /**
   * Draw the linked digit, or nothing with null.
   * @param {number | null} index
   */
  draw(index) {
    const { decoder, digits } = this.loaded ?? {}
    show(this.decodedContext, decoder && digits && index !== null ? decoder.decode(...digits.at(index).mean) : null)
  }

  /**
   * Mark the linked digit and the pinned one, each null for none.
   * @param {number | null} linked
   * @param {number | null} pinned
   * @param {Point | null} node - of this side's tile under the pointer, or null.
   */
  mark(linked, pinned, node) {
    if (!this.loaded) return
    const { title, digits, names, plot } = this.loaded
    const link = linked === null ? null : digits.at(linked)
    const pin = pinned === null ? null : digits.at(pinned)
    const linkedNode = link && linked !== pinned ? this.mosaic.nearestNode(link.mean) : null
    this.mosaic.mark(node ?? linkedNode, pin && this.mosaic.nearestNode(pin.mean))
    this.overlay.draw({
      pin: pin?.mean,
      nearest: link,
      nodes: null,
      prior: true,
      names: names.map((name, label) => ({ ...name, visible: plot.shown[label] })),
    })
    const mean = link ? pointText(link.mean) : ""
    this.z.textContent = mean
    const description = link ? `${title} draws test digit ${linked}, ${classText(link.label)}, at its mean: ${mean}` : "nothing yet"
    this.decoded.setAttribute("aria-label", `${this.name}: ${description}`)
  }

  close() {
    this.loaded?.plot.close()
  }
}
