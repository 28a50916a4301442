// D's error over the steps so far: a line for each step, from its error before to that after, on the very same batch.

import { contextOf } from "../../browser/picture.js"
import { themeOf } from "../../browser/theme.js"

/** @import { Network, Outline } from "./steps.js" */

/** @type {Record<Network, string>} as two_steps.css has them */
const COLOURS = { discriminator: "#3f90da", generator: "#e76300" }
const MARGIN = { left: 44, right: 8, top: 8, bottom: 22 } // pixels
const LEAST = 20 // steps that there is room for
const MOST = 2 // nats; some live steps reach beyond

export class ErrorChart {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas
    this.context = contextOf(canvas)
  }

  /** @param {Outline[]} steps - those so far. */
  draw(steps) {
    const { canvas, context } = this
    const { clientWidth: width, clientHeight: height } = canvas
    const scale = devicePixelRatio
    if (!width || !height) return
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) })
    }
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, width, height)
    const room = Math.max(LEAST, steps.length)
    const x = (/** @type {number} */ at) => MARGIN.left + ((width - MARGIN.left - MARGIN.right) * at) / room
    const y = (/** @type {number} */ nats) => height - MARGIN.bottom - ((height - MARGIN.top - MARGIN.bottom) * nats) / MOST
    this.drawAxes(x, y, room)
    context.save()
    context.beginPath()
    context.rect(x(0), y(MOST), x(room) - x(0), y(0) - y(MOST))
    context.clip()
    context.lineWidth = steps.length > 200 ? 1.25 : 2
    for (const network of /** @type {Network[]} */ (["discriminator", "generator"])) {
      context.strokeStyle = COLOURS[network]
      context.beginPath()
      steps.forEach(({ trained, error }, i) => {
        if (trained !== network) return
        context.moveTo(x(i), y(error[0]))
        context.lineTo(x(i + 1), y(error[1]))
      })
      context.stroke()
    }
    context.restore()
  }

  /**
   * @param {(at: number) => number} x
   * @param {(nats: number) => number} y
   * @param {number} room - steps.
   */
  drawAxes(x, y, room) {
    const { context } = this
    const { text, line, font } = themeOf(this.canvas)
    context.font = `12px ${font}`
    context.fillStyle = text
    context.strokeStyle = line
    context.lineWidth = 1
    context.textBaseline = "middle"
    context.textAlign = "right"
    for (let nats = 0; nats <= MOST; nats += 0.5) {
      context.beginPath()
      context.moveTo(x(0), y(nats))
      context.lineTo(x(room), y(nats))
      context.stroke()
      context.fillText(nats.toFixed(1), x(0) - 6, y(nats))
    }
    context.textBaseline = "top"
    context.fillText(`${room} steps`, x(room), y(0) + 6)
    context.textAlign = "left"
    context.fillText("nats; what is higher is cut off", x(0), y(0) + 6)
  }
}
