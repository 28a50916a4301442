// The cloud: the test digits as coloured points that travel, on a canvas of our own. A thousand points sixty times a
// second are nothing for it, and too much for a chart library.

import { COLOURS, MARK } from "../../browser/colours.js"
import { themeOf } from "../../browser/theme.js"
import { drawDots } from "../../plots/dots.js"
import { Plane } from "../../plots/plane.js"

/** @import { Point } from "../../browser/digits.js" */
/** @import { Theme } from "../../browser/theme.js" */
/** @import { Pixel } from "../../plots/axes.js" */

const RADIUS = 3 // CSS pixels, as below
const NEAR_PIXELS = 14 // a digit farther from the pointer is not meant

const NAME_PIXELS = 16 // least distance of two names

export class Cloud {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ point(index: number | null): void, choose(index: number | null): void }} on - the digit under the pointer, and
   *   the one that was clicked; null for none.
   */
  constructor(canvas, on) {
    this.canvas = canvas
    this.plane = new Plane(canvas)
    this.context = this.plane.context
    /** @type {ArrayLike<number>} the digits' classes */
    this.labels = []
    /** Whether each class is shown. */
    this.shown = COLOURS.map(() => true)
    /** @type {ArrayLike<number>} where the digits were last drawn, (P, 2) */
    this.means = []
    canvas.addEventListener("pointermove", (event) => on.point(this.nearest(event)))
    canvas.addEventListener("pointerleave", () => on.point(null))
    canvas.addEventListener("click", (event) => on.choose(this.nearest(event)))
  }

  /**
   * Draw the digits, and the path of one of them.
   * @param {ArrayLike<number>} means - where they lie, (P, 2).
   * @param {Point[] | null} path - where that digit lies in each snapshot; null for no path.
   * @param {number} current - the snapshot that is shown, which the path's strong part leads to.
   */
  draw(means, path, current) {
    this.means = means
    const { plane, context } = this
    const theme = themeOf(this.canvas)
    plane.clear()
    plane.drawAxes(theme)
    context.save()
    plane.clip()
    context.globalAlpha = path ? 0.35 : 0.8
    drawDots(context, (z1, z2) => this.toPixel(z1, z2), means, this.labels, RADIUS, this.shown)
    context.globalAlpha = 1
    if (path) this.drawPath(theme, path, current)
    else this.drawNames(theme, means)
    context.restore()
  }

  /**
   * Each class's name in its middle, for those who cannot tell the colours apart.
   * @param {Theme} theme
   * @param {ArrayLike<number>} means
   */
  drawNames(theme, means) {
    const { context } = this
    const sums = COLOURS.map(() => [0, 0, 0])
    for (let i = 0; i < this.labels.length; i++) {
      const sum = sums[this.labels[i]]
      sum[0] += means[2 * i]
      sum[1] += means[2 * i + 1]
      sum[2] += 1
    }
    context.font = `700 18px ${theme.font}`
    context.textAlign = "center"
    context.textBaseline = "middle"
    context.lineJoin = "round"
    context.lineWidth = 4
    context.strokeStyle = theme.background
    context.fillStyle = theme.text
    /** @type {Pixel[]} */
    const taken = []
    sums.forEach(([z1, z2, count], label) => {
      if (!count || !this.shown[label]) return
      const [x, y] = this.toPixel(z1 / count, z2 / count)
      if (taken.some((other) => Math.hypot(other[0] - x, other[1] - y) < NAME_PIXELS)) return // it could not be read
      taken.push([x, y])
      context.strokeText(String(label), x, y)
      context.fillText(String(label), x, y)
    })
  }

  /**
   * @param {Theme} theme
   * @param {Point[]} path
   * @param {number} current
   */
  drawPath(theme, path, current) {
    const { context } = this
    const line = (/** @type {Point[]} */ points, /** @type {number} */ width, /** @type {number} */ alpha) => {
      context.globalAlpha = alpha
      context.lineWidth = width
      context.beginPath()
      for (const [z1, z2] of points) context.lineTo(...this.toPixel(z1, z2)) // the first one only moves there
      context.stroke()
    }
    context.strokeStyle = context.fillStyle = theme.text
    line(path, 1, 0.5)
    line(path.slice(0, current + 1), 2, 1)
    context.globalAlpha = 1
    for (const [z1, z2] of path.slice(0, current)) {
      context.beginPath()
      context.arc(...this.toPixel(z1, z2), 2, 0, 2 * Math.PI)
      context.fill()
    }
    const [x, y] = this.toPixel(...path[current])
    context.beginPath()
    context.arc(x, y, 7, 0, 2 * Math.PI)
    context.strokeStyle = MARK
    context.lineWidth = 3
    context.stroke()
  }

  /**
   * @param {number} z1
   * @param {number} z2
   * @returns {Pixel}
   */
  toPixel(z1, z2) {
    return this.plane.toPixel(z1, z2)
  }

  /**
   * The digit under the pointer, or null if none is near.
   * @param {MouseEvent} event
   */
  nearest(event) {
    const box = this.canvas.getBoundingClientRect()
    /** @type {number | null} */
    let found = null
    let least = NEAR_PIXELS
    for (let i = 0; i < this.labels.length; i++) {
      if (!this.shown[this.labels[i]]) continue
      const [x, y] = this.toPixel(this.means[2 * i], this.means[2 * i + 1])
      const distance = Math.hypot(event.clientX - box.left - x, event.clientY - box.top - y)
      if (distance < least) [found, least] = [i, distance]
    }
    return found
  }
}
