// A close-up of one posterior: how dense it is, the ellipses at one and two standard deviations, and samples from it.

import { MARK } from "../../browser/colours.js"
import { contextOf } from "../../browser/picture.js"
import { themeOf } from "../../browser/theme.js"

/** @import { Point } from "../../browser/digits.js" */
/** @import { Theme } from "../../browser/theme.js" */
/** @import { Pixel } from "../../plots/axes.js" */
/** @import { Posterior } from "./posterior.js" */
/** @import { Sample } from "./samples.js" */

const REACH = 3.2 // standard deviations, of the wider axis, from the middle to each side
const STOPS = 12 // of the gradient
const RADIUS = 3 // CSS pixels

export class CloseUp {
  /** @param {HTMLCanvasElement} canvas - a square. */
  constructor(canvas) {
    this.canvas = canvas
    this.context = contextOf(canvas)
  }

  /**
   * How much of the plane is shown, in latent units along each side.
   * @param {Posterior} posterior
   */
  static width = ({ std }) => 2 * REACH * Math.max(...std)

  /**
   * @param {Posterior} posterior
   * @param {Sample[]} samples - the last one is marked.
   */
  draw(posterior, samples) {
    const { canvas, context } = this
    const theme = themeOf(canvas)
    const scale = window.devicePixelRatio
    const side = canvas.clientWidth
    canvas.width = canvas.height = Math.round(side * scale)
    context.setTransform(scale, 0, 0, scale, 0, 0)
    const perUnit = side / CloseUp.width(posterior)
    const [rx, ry] = posterior.std.map((std) => std * perUnit)
    /** @type {(z: Point) => Pixel} */
    const toPixel = ([z1, z2]) => [
      side / 2 + (z1 - posterior.mean[0]) * perUnit,
      side / 2 - (z2 - posterior.mean[1]) * perUnit,
    ]
    this.drawDensity(side / 2, rx, ry)
    context.fillStyle = theme.text
    for (const { z } of samples) this.dot(toPixel(z), RADIUS)
    const latest = samples.at(-1)
    if (latest) this.drawLatest(side / 2, toPixel(latest.z))
    this.drawEllipses(side / 2, rx, ry, theme)
  }

  /**
   * The density of a normal distribution, exp(-r^2 / 2), as a colour that fades.
   * @param {number} middle
   * @param {number} rx - a standard deviation, in pixels.
   * @param {number} ry
   */
  drawDensity(middle, rx, ry) {
    const { context } = this
    const gradient = context.createRadialGradient(0, 0, 0, 0, 0, REACH)
    for (let i = 0; i <= STOPS; i++) {
      const radius = (REACH * i) / STOPS
      const alpha = Math.round(150 * Math.exp(-(radius ** 2) / 2))
      gradient.addColorStop(i / STOPS, MARK + alpha.toString(16).padStart(2, "0"))
    }
    context.save()
    context.translate(middle, middle)
    context.scale(rx, ry)
    context.fillStyle = gradient
    context.fillRect(-middle / rx, -middle / ry, (2 * middle) / rx, (2 * middle) / ry)
    context.restore()
  }

  /**
   * @param {number} middle
   * @param {number} rx
   * @param {number} ry
   * @param {Theme} theme
   */
  drawEllipses(middle, rx, ry, { text, background, font }) {
    const { context } = this
    context.fillStyle = text
    context.font = `12px ${font}`
    context.textAlign = "center"
    context.textBaseline = "middle"
    context.lineJoin = "round"
    for (const radius of [1, 2]) {
      context.strokeStyle = text
      context.lineWidth = 1
      context.beginPath()
      context.ellipse(middle, middle, radius * rx, radius * ry, 0, 0, 2 * Math.PI)
      context.stroke()
      context.strokeStyle = background
      context.lineWidth = 4
      context.strokeText(`${radius} std`, middle, middle + radius * ry)
      context.fillText(`${radius} std`, middle, middle + radius * ry)
    }
  }

  /**
   * The way from the mean to the last sample.
   * @param {number} middle
   * @param {Pixel} pixel
   */
  drawLatest(middle, pixel) {
    const { context } = this
    context.strokeStyle = context.fillStyle = MARK
    context.lineWidth = 2
    context.beginPath()
    context.moveTo(middle, middle)
    context.lineTo(...pixel)
    context.stroke()
    this.dot(pixel, 2 * RADIUS)
  }

  /**
   * @param {Pixel} pixel
   * @param {number} radius
   */
  dot([x, y], radius) {
    this.context.beginPath()
    this.context.arc(x, y, radius, 0, 2 * Math.PI)
    this.context.fill()
  }
}
