// A heatmap: values on a grid over the plane, as a picture to lie under the points.

import { COLOURS } from "../../browser/theme.js"

const MOST = 0.85 // opacity of the highest value; of a class that all votes go to, less: its points have the same colour
const MOST_OF_CLASS = 0.45

export class Heatmap {
  /** tensors: values (n, n), limits (low, high), edges (first, last) and, where cells belong to a class, classes (n, n). */
  constructor({ values, limits, edges, classes }) {
    this.side = values.shape[0]
    this.values = values.values
    this.classes = classes?.values
    this.limits = [...limits.values] // to draw between; beyond them lie a few values, drawn as the limit is
    this.below = this.values.some((value) => value < this.limits[0])
    this.above = this.values.some((value) => value > this.limits[1])
    this.edges = [...edges.values]
  }

  /** A PNG's address. `ink`: the colour, "#rrggbb" or "rgb(...)", that high values are drawn in. */
  picture(ink) {
    const canvas = Object.assign(document.createElement("canvas"), { width: this.side, height: this.side })
    const context = canvas.getContext("2d")
    const image = context.createImageData(this.side, this.side)
    const inks = this.classes ? COLOURS.map(bytes) : [bytes(ink)]
    const [low, high] = this.limits
    for (let row = 0; row < this.side; row++) {
      for (let column = 0; column < this.side; column++) {
        const from = row * this.side + column // the first row is the lowest z2, and a picture's the highest
        const to = 4 * ((this.side - 1 - row) * this.side + column)
        const share = Math.min(1, Math.max(0, (this.values[from] - low) / (high - low || 1)))
        image.data.set(inks[this.classes ? this.classes[from] : 0], to)
        image.data[to + 3] = 255 * share * (this.classes ? MOST_OF_CLASS : MOST)
      }
    }
    context.putImageData(image, 0, 0)
    return canvas.toDataURL()
  }

  /** What Plotly needs to lay the picture under the points. */
  image(ink) {
    const [first, last] = this.edges
    const place = { xref: "x", yref: "y", x: first, y: last, sizex: last - first, sizey: last - first }
    return { ...place, source: this.picture(ink), sizing: "stretch", layer: "below" }
  }
}

/** The red, green and blue of a colour that the browser knows. */
function bytes(colour) {
  const context = document.createElement("canvas").getContext("2d")
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  return context.getImageData(0, 0, 1, 1).data.slice(0, 4)
}
