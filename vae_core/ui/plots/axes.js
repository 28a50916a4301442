// Where a Plotly plot's axes lie on the screen, and which of its traces it shows.
// Plotly has no public way to ask for either, so its internals (names that begin with _, l2p and p2l) are read here, and
// nowhere else. All pixels are CSS pixels, from the upper left corner of the plot's element.

/** @import { Point } from "../browser/digits.js" */

/** @typedef {{ left: number, top: number, width: number, height: number }} Frame - a rectangle. */
/** @typedef {[x: number, y: number]} Pixel */
/** @typedef {(z: Point) => Pixel} ToPixel */
/**
 * What Plotly keeps of an axis. l2p and p2l: from a value to its distance from the axis's start, and back.
 * @typedef {{ range: [number, number], _offset: number, _length: number, l2p(value: number): number, p2l(pixels: number): number }} Axis
 */
/**
 * @typedef {object} Internals
 * @property {{ xaxis: Axis, yaxis: Axis, _size: { t: number, h: number } }} _fullLayout - t, h: top and height of the part
 *   of the plot inside its margins.
 * @property {{ visible: boolean | "legendonly" }[]} _fullData - by trace.
 */

/** @param {HTMLElement} plot - that Plotly has drawn in. */
const internalsOf = (plot) => /** @type {Internals} */ (/** @type {unknown} */ (plot))

/**
 * The rectangle between the axes.
 * @param {HTMLElement} plot
 * @returns {Frame}
 */
export function frameOf(plot) {
  const { xaxis, yaxis } = internalsOf(plot)._fullLayout
  return { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length }
}

/**
 * A function that tells where a point of the plane lies. It holds until the plot is next drawn or moved.
 * @param {HTMLElement} plot
 * @returns {ToPixel}
 */
export function toPixelOf(plot) {
  const { xaxis, yaxis } = internalsOf(plot)._fullLayout
  return ([z1, z2]) => [xaxis._offset + xaxis.l2p(z1), yaxis._offset + yaxis.l2p(z2)]
}

/**
 * The point of the plane at a pixel, or null outside the axes.
 * @param {HTMLElement} plot
 * @param {number} x
 * @param {number} y
 * @returns {Point | null}
 */
export function pointAt(plot, x, y) {
  const { xaxis, yaxis } = internalsOf(plot)._fullLayout
  const right = x - xaxis._offset
  const down = y - yaxis._offset
  if (right < 0 || down < 0 || right > xaxis._length || down > yaxis._length) return null
  return [xaxis.p2l(right), yaxis.p2l(down)]
}

/**
 * The x pixel of a value on the x axis; at the axis's nearer end for a value beyond it.
 * @param {HTMLElement} plot
 * @param {number} value
 */
export function xPixelWithin(plot, value) {
  const { xaxis } = internalsOf(plot)._fullLayout
  return xaxis._offset + Math.min(xaxis._length, Math.max(0, xaxis.l2p(value)))
}

/**
 * The y pixels between which everything is plotted, however many y axes share the height.
 * @param {HTMLElement} plot
 * @returns {[top: number, bottom: number]}
 */
export function heightOf(plot) {
  const { t, h } = internalsOf(plot)._fullLayout._size
  return [t, t + h]
}

/**
 * The ranges of both axes as they are shown.
 * @param {HTMLElement} plot
 * @returns {[[number, number], [number, number]]}
 */
export function rangesShown(plot) {
  const { xaxis, yaxis } = internalsOf(plot)._fullLayout
  return [xaxis.range, yaxis.range]
}

/**
 * Whether each trace is drawn, and not only named in the legend.
 * @param {HTMLElement} plot
 */
export const shownTraces = (plot) => internalsOf(plot)._fullData.map((trace) => trace.visible === true)
