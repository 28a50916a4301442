// The manifold: the decoder at every node of the lattice, as one mosaic. Row 0 is the highest z2.

import { SIDE, contextOf, paint } from "../browser/picture.js"
import { element, setAttributes } from "./overlay.js"

/** @import { Decoder } from "../browser/decoder.js" */
/** @import { Point } from "../browser/digits.js" */

const SLICE_MS = 25 // the longest to decode before the browser may answer the pointer

/**
 * What the pointer does, with the node of the tile under it; or, by keys, who looks at one tile after the other.
 * @typedef {object} Handlers
 * @property {(node: Point, byKeys?: boolean) => void} hover
 * @property {() => void} leave
 * @property {(node: Point, byKeys?: boolean) => void} pin
 */

/** @type {Record<string, [down: number, right: number] | undefined>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

export class Mosaic {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {SVGElement} marks - that covers the canvas.
   * @param {Handlers} on
   */
  constructor(canvas, marks, on) {
    this.canvas = canvas
    this.context = contextOf(canvas)
    /** @type {number[]} ascending; the same on both axes */
    this.nodes = []
    this.pointerTile = marks.appendChild(element("rect", { class: "lm-pointer", width: 1, height: 1 }))
    this.pinTile = marks.appendChild(element("rect", { class: "lm-pin", width: 1, height: 1 }))
    this.marks = marks
    this.drawings = 0
    canvas.addEventListener("pointermove", (event) => on.hover(this.nodeAt(event), false))
    canvas.addEventListener("pointerleave", () => on.leave())
    canvas.addEventListener("click", (event) => on.pin(this.nodeAt(event), false))
    /** @type {[row: number, column: number] | null} the tile that keys have led to */
    this.visited = null
    const focused = /** @type {HTMLElement} */ (canvas.parentElement)
    focused.addEventListener("keydown", (event) => this.key(event, on))
    focused.addEventListener("blur", () => {
      if (this.visited) on.leave()
      this.visited = null
    })
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Handlers} on
   */
  key(event, on) {
    if (!this.nodes.length || event.ctrlKey || event.metaKey || event.altKey) return
    const step = STEPS[event.key]
    const last = this.nodes.length - 1
    if (step) {
      const middle = Math.floor(last / 2)
      const within = (/** @type {number} */ place) => Math.min(last, Math.max(0, place))
      // The first arrow shows the tile in the middle: where one is has to be seen before one goes on.
      this.visited = this.visited ? [within(this.visited[0] + step[0]), within(this.visited[1] + step[1])] : [middle, middle]
      on.hover(this.node(...this.visited), true)
    } else if (this.visited && (event.key === "Enter" || event.key === " ")) {
      on.pin(this.node(...this.visited), true)
    } else if (this.visited && event.key === "Escape") {
      this.visited = null
      on.leave()
    } else return
    event.preventDefault()
  }

  /**
   * Decode the lattice. A later call ends this one.
   * @param {Decoder} decoder
   * @param {number[]} nodes - on both axes, ascending.
   */
  async draw(decoder, nodes) {
    const drawing = ++this.drawings
    const n = (this.nodes = nodes).length
    this.canvas.width = this.canvas.height = n * SIDE
    this.canvas.setAttribute("aria-label", `Manifold: ${n} by ${n} decoded digits; z1 runs right, z2 runs up`)
    this.marks.setAttribute("viewBox", `0 0 ${n} ${n}`)
    let started = performance.now()
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < n; column++) {
        paint(this.context, decoder.decode(...this.node(row, column)), column * SIDE, row * SIDE)
        if (performance.now() - started > SLICE_MS) {
          await new Promise((resolve) => setTimeout(resolve))
          if (this.drawings !== drawing) return
          started = performance.now()
        }
      }
    }
  }

  /**
   * @param {number} row - from the top.
   * @param {number} column - from the left.
   * @returns {Point}
   */
  node(row, column) {
    return [this.nodes[column], this.nodes[this.nodes.length - 1 - row]]
  }

  /** @param {MouseEvent} event */
  nodeAt(event) {
    const box = this.canvas.getBoundingClientRect()
    const last = this.nodes.length - 1
    const tile = (/** @type {number} */ offset, /** @type {number} */ extent) =>
      Math.min(last, Math.max(0, Math.floor((offset / extent) * this.nodes.length)))
    return this.node(tile(event.clientY - box.top, box.height), tile(event.clientX - box.left, box.width))
  }

  /**
   * The node nearest to a point in the latent space.
   * @param {Point} z
   * @returns {Point | null} null before the lattice is known.
   */
  nearestNode([z1, z2]) {
    if (!this.nodes.length) return null
    const nearest = (/** @type {number} */ value) =>
      this.nodes.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a))
    return [nearest(z1), nearest(z2)]
  }

  /**
   * Mark the tiles of two nodes; null for none.
   * @param {Point | null} pointerNode
   * @param {Point | null} pinNode
   */
  mark(pointerNode, pinNode) {
    this.markTile(this.pointerTile, pointerNode)
    this.markTile(this.pinTile, pinNode)
  }

  /**
   * @param {SVGRectElement} rect
   * @param {Point | null} node
   */
  markTile(rect, node) {
    rect.toggleAttribute("hidden", !node)
    if (node) setAttributes(rect, { x: this.nodes.indexOf(node[0]), y: this.nodes.length - 1 - this.nodes.indexOf(node[1]) })
  }
}
