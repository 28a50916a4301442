// A heatmap: values on a square grid over the plane, as a picture to lie under the map's points.

import { CLASSES, contextOf } from "../browser/picture.js"
import { COLOURS } from "../browser/colours.js"

/** @import { Point } from "../browser/digits.js" */
/** @import { Tensors } from "../browser/tensors.js" */

/** @typedef {ArrayLike<number>} Rgba - red, green, blue and opacity, 0 to 255. */

const NAME_WINDOWS = 12 // half a window for a name, as a part of the grid's side
const MAX_OPACITY = 0.85 // of cells at the upper limit
const MAX_OPACITY_OF_CLASS = 0.45 // less where cells have their class's colour, because its points have that colour too

export class Heatmap {
  /**
   * @param {Tensors} tensors - values (n, n), the first row for the lowest z2; limits (low, high): the values to draw as
   *   transparent and as most opaque; edges (first, last) of the grid, on both axes; and, where each cell belongs to a
   *   class, classes (n, n).
   */
  constructor({ values, limits, edges, classes }) {
    this.side = values.shape[0]
    this.values = values.values
    this.classes = classes?.values
    this.limits = [...limits.values]
    /** Whether a few values lie beyond the limits, where they are drawn as the limits are. */
    this.below = this.values.some((/** @type {number} */ value) => value < this.limits[0])
    this.above = this.values.some((/** @type {number} */ value) => value > this.limits[1])
    this.edges = [...edges.values]
    /** @type {{ label: number, z: Point }[] | undefined} where names are written, once that was asked for */
    this.found = undefined
  }

  /**
   * The value of the cell that a point lies in, and its class, null without classes; null outside the grid.
   * @param {Point} z
   */
  at([z1, z2]) {
    const [first, last] = this.edges
    const cell = (/** @type {number} */ value) => value === last ? this.side - 1 : Math.floor((this.side * (value - first)) / (last - first))
    const [row, column] = [cell(z2), cell(z1)]
    if (Math.min(row, column) < 0 || Math.max(row, column) >= this.side) return null
    const index = row * this.side + column
    return { value: this.values[index], label: this.classes ? this.classes[index] : null }
  }

  /**
   * Where each class's name is written: the middle of the square window that holds most of it, of those classes that have
   * a cell. Found once.
   * @returns {{ label: number, z: Point }[]}
   */
  places() {
    return (this.found ??= CLASSES.flatMap((label) => this.place(label)))
  }

  /**
   * @param {number} label
   * @returns {{ label: number, z: Point }[]} one, or none for a class without cells.
   */
  place(label) {
    const { side, classes } = this
    if (!classes) return []
    // Cells of the class above and to the left of each corner, so that a window's are three additions.
    const width = side + 1
    const sums = new Uint32Array(width * width)
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const own = classes[row * side + column] === label ? 1 : 0
        sums[(row + 1) * width + column + 1] = own + sums[row * width + column + 1] + sums[(row + 1) * width + column] - sums[row * width + column]
      }
    }
    if (!sums[sums.length - 1]) return []
    const half = Math.max(1, Math.round(side / NAME_WINDOWS))
    let [most, at] = [-1, [0, 0]]
    for (let row = half; row < side - half; row++) {
      for (let column = half; column < side - half; column++) {
        const [low, high, left, right] = [row - half, row + half + 1, column - half, column + half + 1]
        const count = sums[high * width + right] - sums[low * width + right] - sums[high * width + left] + sums[low * width + left]
        if (count > most) [most, at] = [count, [row, column]]
      }
    }
    const [first, last] = this.edges
    const centre = (/** @type {number} */ cell) => first + ((cell + 0.5) * (last - first)) / side
    return [{ label, z: [centre(at[1]), centre(at[0])] }]
  }

  /**
   * The grid as pixels, (n, n, 4), the first row for the highest z2. The higher a value, the more opaque its cell.
   * @param {Rgba[]} colours - by class; without classes, the one colour.
   */
  pixels(colours) {
    const { side, values, classes } = this
    const pixels = new Uint8ClampedArray(4 * side * side)
    const [low, high] = this.limits
    const opacity = classes ? MAX_OPACITY_OF_CLASS : MAX_OPACITY
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const cell = row * side + column
        const pixel = 4 * ((side - 1 - row) * side + column)
        const share = Math.min(1, Math.max(0, (values[cell] - low) / (high - low || 1)))
        pixels.set(colours[classes ? classes[cell] : 0], pixel)
        pixels[pixel + 3] = 255 * share * opacity
      }
    }
    return pixels
  }

  /**
   * The grid as a PNG. Returns its data address.
   * @param {string} colour - of cells without a class, as CSS writes it.
   */
  picture(colour) {
    const canvas = Object.assign(document.createElement("canvas"), { width: this.side, height: this.side })
    const colours = this.classes ? COLOURS : [colour]
    contextOf(canvas).putImageData(new ImageData(this.pixels(colours.map(rgbaOf)), this.side), 0, 0)
    return canvas.toDataURL()
  }

  /**
   * What Plotly's layout.images needs to show it below the points.
   * @param {string} colour - of cells without a class, as CSS writes it.
   */
  image(colour) {
    const [first, last] = this.edges
    const place = { xref: "x", yref: "y", x: first, y: last, sizex: last - first, sizey: last - first }
    return { ...place, source: this.picture(colour), sizing: "stretch", layer: "below" }
  }
}

/**
 * @param {string} colour - in any way that CSS writes one.
 * @returns {Rgba}
 */
function rgbaOf(colour) {
  const context = contextOf(document.createElement("canvas"))
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  return context.getImageData(0, 0, 1, 1).data
}
