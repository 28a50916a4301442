// The legend of the layer under the map's points: what its values are, from the lowest to the highest, or how far it is.

import { COLOURS } from "../browser/colours.js"
import { find } from "../browser/elements.js"

/** @import { Heatmap } from "./heatmap.js" */

/**
 * @typedef {object} Layer
 * @property {string | null} url - of the heatmap; null while nothing of it is computed.
 * @property {string} legend - what its values are.
 * @property {string} help - what to see in it.
 * @property {string} cancel - how to end its computation; empty where that cannot be done.
 * @property {number} share - of it that is computed: below 1 there is a coarse heatmap, or none.
 */

export class LayerLegend {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element
    const part = (/** @type {string} */ selector) => find(element, selector, HTMLElement)
    this.scale = part(".lm-scale")
    this.low = part(".lm-low")
    this.bar = part("i")
    this.high = part(".lm-high")
    this.text = part(".lm-legend-text")
  }

  /**
   * @param {Layer | null} layer
   * @param {Heatmap | null} heatmap - the layer's, as far as it is computed.
   */
  show(layer, heatmap) {
    this.element.hidden = !layer
    this.scale.hidden = !heatmap
    if (heatmap) {
      const [low, high] = heatmap.limits.map((value) => value.toPrecision(2).replace("-", "\u2212"))
      this.low.textContent = heatmap.below ? `\u2264 ${low}` : low
      this.high.textContent = heatmap.above ? `\u2265 ${high}` : high
      this.bar.style.backgroundImage = heatmap.classes ? ofClasses() : ""
    }
    if (!layer) return
    const { share, legend, help, cancel } = layer
    const percent = Math.floor(100 * share)
    this.text.textContent = share === 1 ? `${legend}. ${help}` : `${legend}. Computing: ${percent} %. ${cancel}`
  }
}

/** A stripe for each class, from transparent to its colour. */
function ofClasses() {
  const fade = "linear-gradient(to right, var(--st-background-color), transparent)"
  const height = 100 / COLOURS.length
  const stripes = COLOURS.map((colour, k) => `${colour} ${k * height}% ${(k + 1) * height}%`)
  return `${fade}, linear-gradient(to bottom, ${stripes.join(", ")})`
}
