// The cloud: the test digits as coloured points that travel, on a canvas of our own. A thousand points sixty times a
// second are nothing for it, and too much for a chart library.

import { contextOf } from "../../browser/picture.js"
import { COLOURS, themeOf } from "../../browser/theme.js"

/** @import { Point } from "../../browser/digits.js" */
/** @import { Theme } from "../../browser/theme.js" */
/** @import { Frame } from "./frames.js" */

/** @typedef {[x: number, y: number]} Pixel - CSS pixels from the canvas's upper left corner. */

const MIN_EXTENT = 3 // of the axes, in latent units on either side of the origin: the prior's bulk
const MAX_EXTENT = 8
const QUANTILE = 0.995 // of the coordinates that the axes must hold
const MARGIN = { left: 26, bottom: 22, right: 4, top: 4 } // CSS pixels, as all below
const RADIUS = 3
const NEAR_PIXELS = 14 // a digit farther from the pointer is not meant

export class Cloud {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ point(index: number | null): void, choose(index: number | null): void }} on - the digit under the pointer, and
   *   the one that was clicked; null for none.
   */
  constructor(canvas, on) {
    this.canvas = canvas
    this.context = contextOf(canvas)
    /** @type {ArrayLike<number>} the digits' classes */
    this.labels = []
    /** @type {ArrayLike<number>} where the digits were last drawn, (P, 2) */
    this.means = []
    this.extent = MIN_EXTENT
    this.width = this.height = 0 // CSS pixels between the axes
    canvas.addEventListener("pointermove", (event) => on.point(this.nearest(event)))
    canvas.addEventListener("pointerleave", () => on.point(null))
    canvas.addEventListener("click", (event) => on.choose(this.nearest(event)))
  }

  /**
   * Make the axes wide enough for the later half of the frames: a training's first steps may throw points far out.
   * @param {Frame[]} frames
   */
  fit(frames) {
    const reach = (/** @type {ArrayLike<number>} */ means) =>
      Float32Array.from(means, Math.abs).sort()[Math.floor(QUANTILE * (means.length - 1))]
    const later = frames.slice(Math.floor(frames.length / 2))
    const farthest = later.reduce((extent, { means }) => Math.max(extent, reach(means)), MIN_EXTENT)
    this.extent = Math.min(MAX_EXTENT, 1.05 * farthest)
  }

  /**
   * Draw the digits, and the path of one of them.
   * @param {ArrayLike<number>} means - where they lie, (P, 2).
   * @param {Point[] | null} path - where that digit lies in each snapshot; null for no path.
   * @param {number} current - the snapshot that is shown, which the path's strong part leads to.
   */
  draw(means, path, current) {
    this.means = means
    const { canvas, context } = this
    const scale = window.devicePixelRatio
    const { clientWidth, clientHeight } = canvas
    const width = Math.round(clientWidth * scale)
    const height = Math.round(clientHeight * scale)
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, clientWidth, clientHeight)
    this.width = clientWidth - MARGIN.left - MARGIN.right
    this.height = clientHeight - MARGIN.top - MARGIN.bottom
    const theme = themeOf(canvas)
    this.drawAxes(theme)
    context.save()
    context.beginPath()
    context.rect(MARGIN.left, MARGIN.top, this.width, this.height)
    context.clip()
    context.globalAlpha = path ? 0.35 : 0.8
    COLOURS.forEach((colour, label) => {
      context.fillStyle = colour
      context.beginPath()
      for (let i = 0; i < this.labels.length; i++) {
        if (this.labels[i] !== label) continue
        const [x, y] = this.toPixel(means[2 * i], means[2 * i + 1])
        context.moveTo(x + RADIUS, y)
        context.arc(x, y, RADIUS, 0, 2 * Math.PI)
      }
      context.fill()
    })
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
    sums.forEach(([z1, z2, count], label) => {
      if (!count) return
      const [x, y] = this.toPixel(z1 / count, z2 / count)
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
    context.strokeStyle = "#e0115f"
    context.lineWidth = 3
    context.stroke()
  }

  /** @param {Theme} theme */
  drawAxes({ text, line, font }) {
    const { context } = this
    const most = Math.floor(this.extent)
    const step = most > 5 ? 2 : 1
    const [right, bottom] = [MARGIN.left + this.width, MARGIN.top + this.height]
    context.font = `12px ${font}`
    context.lineWidth = 1
    for (let z = -step * Math.floor(most / step); z <= most; z += step) {
      const [x, y] = this.toPixel(z, z)
      context.strokeStyle = line
      context.globalAlpha = z ? 0.8 : 0.85
      context.beginPath()
      context.moveTo(x, MARGIN.top)
      context.lineTo(x, bottom)
      context.moveTo(MARGIN.left, y)
      context.lineTo(right, y)
      context.stroke()
      context.globalAlpha = 0.85
      context.fillStyle = text
      const name = String(z).replace("-", "\u2212")
      context.textAlign = "center"
      context.textBaseline = "top"
      context.fillText(name, x, bottom + 5)
      context.textAlign = "right"
      context.textBaseline = "middle"
      context.fillText(name, MARGIN.left - 5, y)
    }
    context.textAlign = "right"
    context.textBaseline = "bottom"
    context.fillText("z1", right - 2, bottom - 3)
    context.textAlign = "left"
    context.textBaseline = "top"
    context.fillText("z2", MARGIN.left + 4, MARGIN.top + 3)
    context.globalAlpha = 1
  }

  /**
   * @param {number} z1
   * @param {number} z2
   * @returns {Pixel}
   */
  toPixel(z1, z2) {
    const { width, height } = this
    return [MARGIN.left + (width * (1 + z1 / this.extent)) / 2, MARGIN.top + (height * (1 - z2 / this.extent)) / 2]
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
      const [x, y] = this.toPixel(this.means[2 * i], this.means[2 * i + 1])
      const distance = Math.hypot(event.clientX - box.left - x, event.clientY - box.top - y)
      if (distance < least) [found, least] = [i, distance]
    }
    return found
  }
}
