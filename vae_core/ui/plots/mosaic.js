// The manifold: the decoder at every node of the lattice, as one mosaic. Row 0 is the highest z2.

import { SIDE, paint } from "../browser/picture.js"
import { element } from "./overlay.js"

const SLICE_MS = 25 // decode at most so long before the pointer gets its turn

export class Mosaic {
  /** on: {hover(z), leave(), pin(z)}, called with the node of the tile under the pointer. */
  constructor(canvas, marks, on) {
    this.canvas = canvas
    this.context = canvas.getContext("2d")
    this.nodes = []
    this.pointerTile = marks.appendChild(element("rect", { class: "lm-pointer", width: 1, height: 1 }))
    this.pinTile = marks.appendChild(element("rect", { class: "lm-pin", width: 1, height: 1 }))
    this.marks = marks
    canvas.addEventListener("pointermove", (event) => on.hover(this.nodeAt(event)))
    canvas.addEventListener("pointerleave", () => on.leave())
    canvas.addEventListener("click", (event) => on.pin(this.nodeAt(event)))
  }

  /** Decode the lattice whose axes both have these nodes, ascending. A later call overtakes this one. */
  async draw(decoder, nodes) {
    const drawing = (this.drawing = Symbol("drawing"))
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
          if (this.drawing !== drawing) return
          started = performance.now()
        }
      }
    }
  }

  node(row, column) {
    return [this.nodes[column], this.nodes[this.nodes.length - 1 - row]]
  }

  nodeAt(event) {
    const box = this.canvas.getBoundingClientRect()
    const cell = (offset, extent) => Math.min(this.nodes.length - 1, Math.max(0, Math.floor((offset / extent) * this.nodes.length)))
    return this.node(cell(event.clientY - box.top, box.height), cell(event.clientX - box.left, box.width))
  }

  /** The node nearest to z in the latent space. */
  nearestNode(z) {
    return z.map((value) => this.nodes.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a)))
  }

  /** Mark the tiles of two nodes; null for none. */
  mark(pointerNode, pinNode) {
    for (const [rect, node] of [[this.pointerTile, pointerNode], [this.pinTile, pinNode]]) {
      rect.toggleAttribute("hidden", !node)
      if (!node) continue
      rect.setAttribute("x", this.nodes.indexOf(node[0]))
      rect.setAttribute("y", this.nodes.length - 1 - this.nodes.indexOf(node[1]))
    }
  }
}
