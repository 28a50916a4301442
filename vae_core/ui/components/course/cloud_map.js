// A small map: the means of all digits as dots, and over them the posterior of one digit.

import { find } from "../../browser/elements.js"
import { themeOf } from "../../browser/theme.js"
import { drawDots } from "../../plots/dots.js"
import { Overlay } from "../../plots/overlay.js"
import { Plane } from "../../plots/plane.js"

/** @import { Digit, Digits } from "../../browser/digits.js" */
/** @import { ClassName } from "../../plots/overlay.js" */

const RADIUS = 1.5 // CSS pixels
const ALPHA = 0.55

export class CloudMap {
  /**
   * @param {HTMLElement} container - of a canvas and of an SVG that covers it.
   * @param {boolean} prior - whether to draw the circle that holds 95 % of the prior.
   */
  constructor(container, prior) {
    this.container = container
    this.canvas = find(container, "canvas", HTMLCanvasElement)
    this.plane = new Plane(this.canvas)
    this.overlay = new Overlay(find(container, "svg", SVGElement))
    this.prior = prior
    /** @type {Digits | null} */
    this.digits = null
    /** @type {(ClassName & { visible: boolean })[]} */
    this.names = []
    /** @type {Digit | null} the one whose posterior is drawn */
    this.marked = null
  }

  /**
   * Show these digits.
   * @param {Digits} digits
   * @param {ArrayLike<number>[]} within - means, each (P, 2), that the axes must hold: those of several runs, for one scale.
   */
  show(digits, within = [digits.means]) {
    this.digits = digits
    this.names = digits.centres().map((z, label) => ({ text: String(label), z, visible: digits.labels.includes(label) }))
    this.plane.fit(within)
    this.draw()
  }

  /** Draw everything, in the page's theme and as large as there is room now. */
  draw() {
    const { digits, plane } = this
    if (!digits) return
    plane.clear()
    plane.drawAxes(themeOf(this.canvas))
    const { context } = plane
    context.save()
    plane.clip()
    context.globalAlpha = ALPHA
    drawDots(context, (z1, z2) => plane.toPixel(z1, z2), digits.means, digits.labels, RADIUS)
    context.restore()
    this.overlay.setFrame(plane.frame, ([z1, z2]) => plane.toPixel(z1, z2))
    if (this.marked) this.mark(this.marked)
  }

  /**
   * Draw a digit's posterior in place of the last one. The dots stay as they are.
   * @param {Digit} digit
   */
  mark(digit) {
    this.marked = digit
    this.overlay.draw({ nearest: digit, prior: this.prior, nodes: null, names: this.names })
  }
}
