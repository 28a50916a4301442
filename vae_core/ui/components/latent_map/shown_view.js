// What the visitor looks at: a part of the map, and some of the classes. The server is told once it has rested.

import { CLASSES } from "../../browser/picture.js"

/** @import { LatentPlot } from "../../plots/map.js" */
/** @import { Range } from "../../plots/map_figure.js" */

/** @typedef {[left: number, right: number, bottom: number, top: number]} Frame */
/** @typedef {{ view: string, hidden: string }} Link - the view as a link has it: see ui/session/map_view.py. */

const REST_MS = 400 // a zoom by the wheel or by fingers is many small ones
const FINEST = 1000 // steps across the frame that can be told apart: no screen shows more of the map's side

export class ShownView {
  /** @param {(link: Link) => void} tell - called when the visitor has changed it. */
  constructor(tell) {
    this.tell = tell
    /** @type {LatentPlot | null} */
    this.plot = null
    /** What the server knows, as JSON; empty while it sets it. */
    this.known = ""
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.resting = undefined
  }

  /**
   * Show what the server asks for.
   * @param {LatentPlot} plot
   * @param {Frame | null} frame - null for all of the map.
   * @param {number[]} hidden - classes.
   */
  async adopt(plot, frame, hidden) {
    this.known = ""
    await plot.showClasses(CLASSES.map((label) => !hidden.includes(label)))
    await plot.show(frame ? [[frame[0], frame[1]], [frame[2], frame[3]]] : plot.fullRanges)
    this.keep(plot)
  }

  /**
   * What is shown now is what the server expects.
   * @param {LatentPlot} plot
   */
  keep(plot) {
    this.plot = plot
    this.known = this.text()
  }

  /** The map was moved, or its classes were. */
  changed() {
    clearTimeout(this.resting)
    this.resting = setTimeout(() => this.rest(), REST_MS)
  }

  rest() {
    if (!this.plot || !this.known || this.known === this.text()) return
    this.known = this.text()
    this.tell(JSON.parse(this.known))
  }

  text() {
    if (!this.plot) return ""
    const { ranges, fullRanges, shown } = this.plot
    const hidden = CLASSES.filter((label) => !shown[label]).join("")
    return JSON.stringify({ view: frameText(ranges, fullRanges), hidden })
  }

  close() {
    clearTimeout(this.resting)
  }
}

/**
 * A frame as a link has it, to as many decimals as can be seen; empty if it is all of the map.
 * @param {[Range, Range]} ranges - of the axes.
 * @param {[Range, Range]} full - what they show at least when all of the map is shown. One of the two axes shows just
 *   that then; the other may show more, on both sides, for both have one scale.
 */
export function frameText(ranges, full) {
  const steps = ranges.map(([low, high]) => 10 ** Math.floor(Math.log10((high - low) / FINEST)))
  const step = Math.max(...steps)
  const centred = ranges.every(([low, high], axis) => Math.abs(low + high - full[axis][0] - full[axis][1]) < 2 * step)
  const fits = ranges.some(([low, high], axis) => Math.abs(high - low - full[axis][1] + full[axis][0]) < 2 * step)
  if (centred && fits) return ""
  const decimals = Math.max(0, -Math.round(Math.log10(step)))
  return ranges.flat().map((value) => String(Number(value.toFixed(decimals)) + 0)).join("_")
}
