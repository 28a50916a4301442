// The picture of the data's way, z -> G -> x' -> D <- x: what is at work lights up, what is frozen is seen to be frozen, and
// dots flow along the arrows.

import { find, findAll } from "../../browser/elements.js"
import { SIDE, contextOf, paint } from "../../browser/picture.js"
import { element, setAttributes } from "../../plots/overlay.js"
import { PHASES, nats, phaseAt } from "./phases.js"

/** @import { Arrow, Node } from "./phases.js" */
/** @import { Network, Step } from "./steps.js" */

const DOTS = 3 // on each arrow
const PICTURES = { real: { x: 256, y: 203 }, drawn: { x: 256, y: 51 } } // where the HTML has their boxes
const PICTURE = 78 // their width and height
/** @type {Record<Network, "G" | "D">} */
const LETTERS = { discriminator: "D", generator: "G" }

export class Diagram {
  /**
   * @param {HTMLElement} root - of the component.
   * @param {{ readonly matches: boolean }} reducedMotion - whether the visitor wants no motion.
   */
  constructor(root, reducedMotion) {
    this.reducedMotion = reducedMotion
    this.nodes = findAll(root, "[data-node]", SVGGElement)
    this.arrows = new Map(findAll(root, "[data-arrow]", SVGPathElement).map((path) => [path.dataset.arrow ?? "", path]))
    this.dots = find(root, ".ts-dots", SVGGElement)
    this.error = find(root, ".ts-error", SVGTextElement)
    this.pictures = new Map(Object.entries(PICTURES).map(([name, corner]) => {
      const image = element("image", { ...corner, width: PICTURE, height: PICTURE })
      find(root, `[data-node="${name}"]`, SVGGElement).append(image)
      return [name, image]
    }))
    this.canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE })
    this.context = contextOf(this.canvas)
    /** The phase that is drawn, so that only dots move within it. */
    this.drawn = ""
  }

  /**
   * The pictures of the first digits of the batch; null for none.
   * @param {Uint8Array | null} real
   * @param {Uint8Array | null} drawn
   */
  show(real, drawn) {
    for (const [name, grey] of [["real", real], ["drawn", drawn]]) {
      const image = this.pictures.get(/** @type {string} */ (name))
      if (!grey) image?.removeAttribute("href")
      else {
        paint(this.context, /** @type {Uint8Array} */ (grey))
        image?.setAttribute("href", this.canvas.toDataURL())
      }
    }
  }

  /**
   * A step under way.
   * @param {Step} step
   * @param {number} share - how far it has come, from 0 to 1.
   * @param {number | null} error - that is known by now, in nats.
   */
  move(step, share, error) {
    const [index, within] = phaseAt(step.trained, share)
    const { lit, forward, backward } = PHASES[step.trained][index]
    this.light(step.trained, index, lit, forward, backward, error)
    const moves = this.reducedMotion.matches ? [] : [...forward.map((name) => ({ name, way: within })), ...backward.map((name, i) => ({ name, way: 1 - laterOf(within, i, backward.length) }))]
    this.flow(moves, backward.length > 0)
  }

  /**
   * No step is under way.
   * @param {Network | null} trained - which network learned last.
   * @param {number | null} error
   */
  rest(trained, error) {
    this.light(trained, -1, [], [], [], error)
    this.flow([], false)
  }

  /**
   * @param {Network | null} trained
   * @param {number} index - of the phase; -1 for none.
   * @param {Node[]} lit
   * @param {Arrow[]} forward
   * @param {Arrow[]} backward
   * @param {number | null} error
   */
  light(trained, index, lit, forward, backward, error) {
    const state = `${trained} ${index} ${error}`
    if (state === this.drawn) return
    this.drawn = state
    this.error.textContent = error === null ? "" : nats(error)
    for (const node of this.nodes) {
      const name = /** @type {Node} */ (node.dataset.node)
      const network = name === "G" || name === "D"
      const learns = network && trained !== null && LETTERS[trained] === name
      node.classList.toggle("ts-lit", lit.includes(name))
      node.classList.toggle("ts-learns", learns)
      node.classList.toggle("ts-changes", learns && lit.length === 1)
      node.classList.toggle("ts-frozen", network && trained !== null && !learns)
      if (network) find(node, ".ts-state", SVGTextElement).textContent = trained === null ? "" : learns ? (index < 0 ? "learned" : "learns") : "\u2744 frozen"
    }
    for (const [name, path] of this.arrows) {
      const back = backward.some((arrow) => arrow === name)
      path.classList.toggle("ts-lit", forward.some((arrow) => arrow === name))
      path.classList.toggle("ts-back", back)
      path.setAttribute(back ? "marker-start" : "marker-end", "url(#ts-head)")
      path.removeAttribute(back ? "marker-end" : "marker-start")
    }
  }

  /**
   * @param {{ name: Arrow, way: number }[]} moves - the arrows that something flows along, and how far its head has come.
   * @param {boolean} back - whether it is the error.
   */
  flow(moves, back) {
    const places = moves.flatMap(({ name, way }) => {
      const path = /** @type {SVGPathElement} */ (this.arrows.get(name))
      const length = path.getTotalLength()
      return Array.from({ length: DOTS }, (_, i) => way + (back ? 1 : -1) * 0.22 * i)
        .filter((at) => at >= 0 && at <= 1)
        .map((at) => path.getPointAtLength(at * length))
    })
    while (this.dots.childElementCount > places.length) this.dots.lastElementChild?.remove()
    while (this.dots.childElementCount < places.length) this.dots.append(element("circle", { r: 5 }))
    this.dots.classList.toggle("ts-back", back)
    findAll(this.dots, "circle", SVGCircleElement).forEach((dot, i) => setAttributes(dot, { cx: places[i].x, cy: places[i].y }))
  }
}

/**
 * How far the error has come along one of several arrows that it passes one after the other.
 * @param {number} within - how far along all of them, from 0 to 1.
 * @param {number} index
 * @param {number} count
 */
const laterOf = (within, index, count) => Math.min(1.5, Math.max(-0.001, within * count - index))
