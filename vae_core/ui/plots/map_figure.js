// The map as a figure that Plotly draws: one trace of digits a class, the axes' ranges, the layout, and the buttons.

import { CLASSES } from "../browser/picture.js"
import { COLOURS } from "../browser/colours.js"
import { SYMBOLS } from "./class_legend.js"

/** @import { Digits } from "../browser/digits.js" */

/** @typedef {[low: number, high: number]} Range - of an axis. */
/** @typedef {{ size: number, opacity: number }} PointLooks */
/**
 * The digits of one class, as Plotly has them.
 * @typedef {object} Trace
 * @property {"scattergl" | "scatter"} type - with WebGL, or as SVG.
 * @property {"markers"} mode
 * @property {string} name - the class's, in the legend.
 * @property {true | "legendonly"} visible
 * @property {Float32Array} x - z1 of each digit.
 * @property {Float32Array} y - z2.
 * @property {PointLooks & { color: string, symbol: string }} marker
 * @property {"none"} hoverinfo
 */

const SVG_POINTS = 2000 // what an SVG scatter pans smoothly, where WebGL is missing
/** @type {PointLooks} */
const POINTS = { size: 5, opacity: 0.7 }
/** @type {PointLooks} */
const POINTS_OVER_IMAGE = { size: 2.5, opacity: 0.4 } // so that it can be seen between and through them
const MARGIN = 0.04 // beyond the outermost digits in the frame, as a share of the distance between them
const BEYOND = 0.00125 // share of the digits that may lie beyond each of the frame's four sides

/**
 * How the points look.
 * @param {object[]} images - that lie below them.
 */
export const pointLooksOver = (images) => (images.length ? POINTS_OVER_IMAGE : POINTS)

/**
 * One trace a class. Without WebGL they hold only every few of the digits.
 * @param {Digits} digits
 * @param {boolean[]} shown - by class.
 * @param {boolean} webgl - whether the browser has it.
 * @param {PointLooks} looks
 * @returns {Trace[]}
 */
export function tracesOf(digits, shown, webgl, looks) {
  const step = webgl ? 1 : Math.ceil(digits.count / SVG_POINTS)
  return CLASSES.map((label) => {
    const indices = digits.ofClass(label, step)
    return {
      type: webgl ? "scattergl" : "scatter",
      mode: "markers",
      name: String(label),
      visible: shown[label] ? true : "legendonly",
      x: Float32Array.from(indices, (i) => digits.means[2 * i]),
      y: Float32Array.from(indices, (i) => digits.means[2 * i + 1]),
      marker: { color: COLOURS[label], symbol: SYMBOLS[label], ...looks },
      hoverinfo: "none",
    }
  })
}

/**
 * The ranges of both axes at first: a frame that holds at least 99.5 % of the digits, with a margin. The few that lie far
 * out would make all others small.
 * @param {ArrayLike<number>} means - (N, 2).
 * @returns {[Range, Range]}
 */
export function rangesOf(means) {
  /** @type {(axis: number) => Range} */
  const range = (axis) => {
    const values = Float32Array.from({ length: means.length / 2 }, (_, i) => means[2 * i + axis]).sort()
    const beyond = Math.floor(BEYOND * values.length)
    const [low, high] = [values[beyond], values[values.length - 1 - beyond]]
    const margin = MARGIN * (high - low)
    return [low - margin, high + margin]
  }
  return [range(0), range(1)]
}

/**
 * The layout, without the page's theme.
 * @param {string} identity - the zoom is kept while it stays the same.
 * @param {[Range, Range]} ranges - of the axes at first.
 * @param {object[]} images - to lie below the points, as Plotly's layout.images has them.
 * @returns {Record<string, unknown>}
 */
export function layoutOf(identity, ranges, images) {
  const axis = (/** @type {string} */ title, /** @type {Range} */ range) => ({
    title: { text: title, standoff: 4 },
    range: range.slice(), // Plotly writes into it
    ticks: "outside",
    ticklen: 4,
    zerolinewidth: 2,
  })
  return {
    uirevision: identity,
    autosize: true,
    dragmode: "pan",
    hovermode: false,
    margin: { l: 42, r: 8, t: 8, b: 40 },
    showlegend: false, // there is one of our own
    xaxis: axis("z1", ranges[0]),
    yaxis: { ...axis("z2", ranges[1]), scaleanchor: "x" },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { size: 13 },
    modebar: { orientation: "v" },
    images,
  }
}

/**
 * What Plotly offers beside the figure itself: its buttons, and the name of the picture that one of them saves.
 * @param {string} identity - which ends that name.
 */
export const configOf = (identity) => ({
  displaylogo: false,
  displayModeBar: "hover", // over the points, so not always
  scrollZoom: true,
  doubleClick: "reset",
  modeBarButtons: [["pan2d", "zoom2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
  toImageButtonOptions: { filename: `latent-map-${identity}` },
})
