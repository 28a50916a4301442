// What lies over the map's points: the pin, the nearest digit's posterior, the lattice, class names. An SVG of our own, so
// that following the pointer never redraws ten thousand points.

/** @import { Digit, Point } from "../browser/digits.js" */
/** @import { Frame, ToPixel } from "./axes.js" */

/** @typedef {{ text: string, z: Point }} ClassName - and where it is written. */
/**
 * What to draw; null or undefined for none of it.
 * @typedef {object} Marks
 * @property {Point | null} [pin]
 * @property {Digit | null} nearest - the digit to mark, with its posterior.
 * @property {boolean} [prior] - whether to draw the circle that holds 95 % of the prior.
 * @property {Point | null} [glider] - where a pointer is to be drawn that moves by itself.
 * @property {Point | null} [pointerNode] - the lattice's node nearest to the pointer.
 * @property {Point | null} [pinNode] - and to the pin.
 * @property {number[] | null} nodes - of the lattice, on both axes, ascending.
 * @property {(ClassName & { visible: boolean })[]} names
 */

/** The radius, in standard deviations, that holds 95 % of a two-dimensional normal distribution. */
const CHI2_95 = Math.sqrt(5.991)

const NAME_PIXELS = 20 // least distance of two names, so that neither covers the other
const INSET = 72 // pixels along each side
const INSET_RADIUS = 24 // of the magnified ellipse, or less
const SMALL = 7 // pixels: the radius below which an ellipse is drawn magnified as well

let overlays = 0

/**
 * An SVG element with attributes.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} attributes
 */
export function element(name, attributes = {}) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name)
  setAttributes(node, attributes)
  return node
}

/**
 * @param {Element} node
 * @param {Record<string, string | number>} attributes
 */
export function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value))
}

export class Overlay {
  /** @param {SVGElement} svg - that covers the plot. */
  constructor(svg) {
    const clip = `lm-clip-${++overlays}` // ids are the document's, which may hold several maps
    this.clip = svg.appendChild(element("clipPath", { id: clip })).appendChild(element("rect"))
    const area = svg.appendChild(element("g", { "clip-path": `url(#${clip})` }))
    this.prior = area.appendChild(element("ellipse", { class: "lm-box" }))
    this.box = area.appendChild(element("rect", { class: "lm-box" }))
    this.dots = area.appendChild(element("path", { class: "lm-dots" }))
    this.names = area.appendChild(element("g", { class: "lm-names" }))
    this.posterior = area.appendChild(element("ellipse", { class: "lm-posterior" }))
    this.digit = area.appendChild(element("circle", { class: "lm-nearest", r: 5 }))
    this.pointerNode = area.appendChild(element("rect", { class: "lm-pointer", width: 9, height: 9 }))
    this.pinNode = area.appendChild(element("rect", { class: "lm-pin", width: 11, height: 11 }))
    const cross = "M-14 0H-6M6 0H14M0 -14V-6M0 6V14M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0"
    this.pin = area.appendChild(element("path", { class: "lm-cross", d: cross }))
    this.glider = area.appendChild(element("path", { class: "lm-glider", d: "M0 0V17L4 13.3L6.7 19.3L9.3 18.2L6.7 12.3H12z" }))
    this.inset = svg.appendChild(element("g", { class: "lm-inset", hidden: "" }))
    this.inset.appendChild(element("rect", { width: INSET, height: INSET, rx: 4 }))
    const middle = { cx: INSET / 2, cy: INSET / 2 - 6 }
    this.magnified = this.inset.appendChild(element("ellipse", { class: "lm-magnified", ...middle }))
    this.inset.appendChild(element("circle", { r: 2, ...middle }))
    this.magnification = this.inset.appendChild(element("text", { x: INSET / 2, y: INSET - 6 }))
    /** @type {ToPixel | null} */
    this.toPixel = null
    /** @type {Marks | null} */
    this.marks = null
  }

  /**
   * Follow the plot, which has been drawn or moved.
   * @param {Frame} frame - between its axes.
   * @param {ToPixel} toPixel
   */
  setFrame(frame, toPixel) {
    this.toPixel = toPixel
    const { left, top, width, height } = frame
    setAttributes(this.clip, { x: left, y: top, width, height })
    this.inset.setAttribute("transform", `translate(${left + 6} ${top + height - INSET - 6})`)
    if (this.marks) this.draw(this.marks)
  }

  /**
   * Draw marks in place of the last ones; or once the plot is there, if it is not yet.
   * @param {Marks} marks
   */
  draw(marks) {
    this.marks = marks
    const { toPixel } = this
    if (!toPixel) return
    place(this.pin, toPixel, marks.pin)
    place(this.pointerNode, toPixel, marks.pointerNode, 4.5)
    place(this.pinNode, toPixel, marks.pinNode, 5.5)
    place(this.digit, toPixel, marks.nearest?.mean)
    place(this.posterior, toPixel, marks.nearest?.mean)
    if (marks.nearest) {
      const { mean, std } = marks.nearest
      const [x, y] = toPixel(mean)
      const [right, up] = toPixel([mean[0] + CHI2_95 * std[0], mean[1] + CHI2_95 * std[1]])
      setAttributes(this.posterior, { rx: right - x, ry: y - up })
      this.drawInset(right - x, y - up)
    } else this.inset.toggleAttribute("hidden", true)
    place(this.glider, toPixel, marks.glider)
    place(this.prior, toPixel, marks.prior ? [0, 0] : null)
    if (marks.prior) {
      const [origin, corner] = [toPixel([0, 0]), toPixel([CHI2_95, CHI2_95])]
      setAttributes(this.prior, { rx: corner[0] - origin[0], ry: origin[1] - corner[1] })
    }
    this.drawLattice(toPixel, marks.nodes)
    this.drawNames(toPixel, marks.names)
  }

  /**
   * Draw the posterior once more, magnified, where it would be lost below its digit's own mark.
   * @param {number} rx - its radii on the map, in pixels.
   * @param {number} ry
   */
  drawInset(rx, ry) {
    const radius = Math.max(rx, ry)
    const small = radius < SMALL && radius > 0
    this.inset.toggleAttribute("hidden", !small)
    if (!small) return
    const power = 10 ** Math.floor(Math.log10(INSET_RADIUS / radius))
    const factor = power * Math.floor(INSET_RADIUS / radius / power) // a round number
    setAttributes(this.magnified, { rx: factor * rx, ry: factor * ry })
    this.magnification.textContent = `\u00d7 ${factor.toLocaleString("en")}`
  }

  /**
   * @param {ToPixel} toPixel
   * @param {number[] | null} nodes
   */
  drawLattice(toPixel, nodes) {
    this.box.toggleAttribute("hidden", !nodes)
    this.dots.toggleAttribute("hidden", !nodes)
    if (!nodes) return
    const pixels = nodes.map((node) => toPixel([node, node]))
    const [left, bottom] = pixels[0]
    const [right, top] = pixels[pixels.length - 1]
    setAttributes(this.box, { x: left, y: top, width: right - left, height: bottom - top })
    // One path of round dots: 961 circles would be 961 elements to move while the map is dragged.
    this.dots.setAttribute("d", pixels.flatMap(([x]) => pixels.map(([, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`)).join(""))
  }

  /**
   * @param {ToPixel} toPixel
   * @param {Marks["names"]} names
   */
  drawNames(toPixel, names) {
    while (this.names.childElementCount < names.length) this.names.appendChild(element("text"))
    /** @type {import("./axes.js").Pixel[]} */
    const taken = []
    names.forEach(({ text, z, visible }, i) => {
      const node = this.names.children[i]
      const [x, y] = toPixel(z)
      const free = taken.every((other) => Math.hypot(other[0] - x, other[1] - y) >= NAME_PIXELS)
      if (visible && free) taken.push([x, y])
      node.textContent = text
      node.setAttribute("transform", `translate(${x} ${y})`)
      node.toggleAttribute("hidden", !visible || !free)
    })
  }
}

/**
 * Move a mark to a point, or hide it where there is none.
 * @param {SVGElement} node
 * @param {ToPixel} toPixel
 * @param {Point | null | undefined} z
 * @param {number} half - of its width and height, if the mark's own origin is its corner and not its middle.
 */
function place(node, toPixel, z, half = 0) {
  node.toggleAttribute("hidden", !z)
  if (!z) return
  const [x, y] = toPixel(z)
  node.setAttribute("transform", `translate(${x - half} ${y - half})`)
}
