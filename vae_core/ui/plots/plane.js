// The plane: the part of the latent plane that a canvas shows, with its axes.

import { contextOf } from "../browser/picture.js"

/** @import { Point } from "../browser/digits.js" */
/** @import { Theme } from "../browser/theme.js" */
/** @import { Frame, Pixel } from "./axes.js" */

const MIN_EXTENT = 3 // of the axes, in latent units on either side of the origin: the prior's bulk
const MAX_EXTENT = 8
const QUANTILE = 0.995 // of the coordinates that the axes must hold
const MARGIN = { left: 26, bottom: 22, right: 4, top: 4 } // CSS pixels

export class Plane {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas
    this.context = contextOf(canvas)
    /** How far the axes reach, in latent units on either side of the origin. */
    this.extent = MIN_EXTENT
    this.width = this.height = 0 // CSS pixels between the axes
  }

  /**
   * Make the axes wide enough for nearly all digits.
   * @param {ArrayLike<number>[]} all - where digits lie, each (P, 2), such as those of several runs.
   */
  fit(all) {
    const reach = (/** @type {ArrayLike<number>} */ means) =>
      Float32Array.from(means, Math.abs).sort()[Math.floor(QUANTILE * (means.length - 1))]
    const farthest = all.reduce((extent, means) => Math.max(extent, reach(means)), MIN_EXTENT)
    this.extent = Math.min(MAX_EXTENT, 1.05 * farthest)
  }

  /** Empty the canvas, and give it as many pixels as the screen has where it lies now. */
  clear() {
    const { canvas, context } = this
    const scale = window.devicePixelRatio
    const { clientWidth, clientHeight } = canvas
    const width = Math.round(clientWidth * scale)
    const height = Math.round(clientHeight * scale)
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, clientWidth, clientHeight)
    this.width = Math.max(0, clientWidth - MARGIN.left - MARGIN.right) // a canvas that has left the page has no size
    this.height = Math.max(0, clientHeight - MARGIN.top - MARGIN.bottom)
  }

  /** Let nothing be drawn outside the axes, until the context is restored. */
  clip() {
    const { context } = this
    context.beginPath()
    context.rect(MARGIN.left, MARGIN.top, this.width, this.height)
    context.clip()
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
   * Where a point lies on the canvas.
   * @param {number} z1
   * @param {number} z2
   * @returns {Pixel}
   */
  toPixel(z1, z2) {
    const { width, height } = this
    return [MARGIN.left + (width * (1 + z1 / this.extent)) / 2, MARGIN.top + (height * (1 - z2 / this.extent)) / 2]
  }

  /**
   * The point of the plane at a pixel of the canvas, also outside the axes.
   * @param {Pixel} pixel
   * @returns {Point}
   */
  toPoint([x, y]) {
    const { width, height, extent } = this
    return [extent * ((2 * (x - MARGIN.left)) / width - 1), extent * (1 - (2 * (y - MARGIN.top)) / height)]
  }

  /**
   * The rectangle between the axes.
   * @returns {Frame}
   */
  get frame() {
    return { left: MARGIN.left, top: MARGIN.top, width: this.width, height: this.height }
  }
}
