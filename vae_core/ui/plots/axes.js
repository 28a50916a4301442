// Where a Plotly plot's axes lie on the screen, and which of its traces it shows.
// Plotly has no public way to ask for either, so its internals (names that begin with _, l2p and p2l) are read here, and
// nowhere else. All pixels are CSS pixels, from the upper left corner of the plot's element.

/** The rectangle that both axes span: {left, top, width, height}. */
export function frameOf(plot) {
  const { xaxis, yaxis } = plot._fullLayout
  return { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length }
}

/** A function from a point of the plane to its pixel [x, y]. It holds until the plot is next drawn or moved. */
export function toPixelOf(plot) {
  const { xaxis, yaxis } = plot._fullLayout
  return ([z1, z2]) => [xaxis._offset + xaxis.l2p(z1), yaxis._offset + yaxis.l2p(z2)]
}

/** The point of the plane at a pixel, or null outside the axes. */
export function pointAt(plot, x, y) {
  const { xaxis, yaxis } = plot._fullLayout
  const right = x - xaxis._offset
  const down = y - yaxis._offset
  if (right < 0 || down < 0 || right > xaxis._length || down > yaxis._length) return null
  return [xaxis.p2l(right), yaxis.p2l(down)]
}

/** The x pixel of a value on the x axis; at the axis's nearer end for a value beyond it. */
export function xPixelWithin(plot, value) {
  const { xaxis } = plot._fullLayout
  return xaxis._offset + Math.min(xaxis._length, Math.max(0, xaxis.l2p(value)))
}

/** The y pixels between which everything is plotted, [top, bottom], however many y axes share the height. */
export function heightOf(plot) {
  const { t, h } = plot._fullLayout._size
  return [t, t + h]
}

/** Whether each trace is shown, which one that is only in the legend is not. */
export const shownTraces = (plot) => plot._fullData.map((trace) => trace.visible === true)
