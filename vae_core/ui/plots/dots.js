// The test digits as dots on a canvas of our own, each in the colour of its class: drawn in a few milliseconds, without a
// chart library.

import { COLOURS } from "../browser/colours.js"

/** @import { Pixel } from "./axes.js" */

const ALL = COLOURS.map(() => true)

/**
 * Draw them, class by class, as strong as the context's alpha says.
 * @param {CanvasRenderingContext2D} context
 * @param {(z1: number, z2: number) => Pixel} toPixel
 * @param {ArrayLike<number>} means - where the digits lie, (P, 2).
 * @param {ArrayLike<number>} labels - their classes, (P,).
 * @param {number} radius - CSS pixels.
 * @param {boolean[]} shown - by class: whether its digits are drawn.
 */
export function drawDots(context, toPixel, means, labels, radius, shown = ALL) {
  COLOURS.forEach((colour, label) => {
    if (!shown[label]) return
    context.fillStyle = colour
    context.beginPath()
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] !== label) continue
      const [x, y] = toPixel(means[2 * i], means[2 * i + 1])
      context.moveTo(x + radius, y)
      context.arc(x, y, radius, 0, 2 * Math.PI)
    }
    context.fill()
  })
}
