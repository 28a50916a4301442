// The batch: eight of its real digits and eight that the generator drew, each with a bar for D's verdict before the step and one
// for that after it.

import { find } from "../../browser/elements.js"
import { SIDE, contextOf, show } from "../../browser/picture.js"
import { SHOWN } from "./steps.js"

/** @import { Step } from "./steps.js" */

/** @typedef {{ context: CanvasRenderingContext2D, bars: HTMLElement[], text: HTMLElement }} Card */

export class Batch {
  /** @param {HTMLElement} root - of the component. */
  constructor(root) {
    this.real = cards(find(root, '[data-cards="real"]', HTMLUListElement), "Real digit")
    this.drawn = cards(find(root, '[data-cards="drawn"]', HTMLUListElement), "Drawn digit")
  }

  /**
   * Show a step's batch as far as it has come.
   * @param {Step | null} step
   * @param {{ drawn: boolean, judged: boolean, again: boolean }} seen - what of it there is by now.
   */
  show(step, { drawn, judged, again }) {
    const verdicts = step && [judged ? step.verdicts[0] : null, again ? step.verdicts[1] : null]
    this.real.forEach((card, i) => fill(card, step?.real[i] ?? null, verdicts?.map((all) => all && all[i]) ?? []))
    this.drawn.forEach((card, i) => fill(card, (drawn && step?.drawn[again ? 1 : 0][i]) || null, verdicts?.map((all) => all && all[SHOWN + i]) ?? []))
  }
}

/**
 * @param {HTMLUListElement} list
 * @param {string} name
 * @returns {Card[]}
 */
function cards(list, name) {
  return Array.from({ length: SHOWN }, (_, i) => {
    const item = document.createElement("li")
    const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE })
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", `${name} ${i + 1}`)
    const track = Object.assign(document.createElement("span"), { className: "ts-track" })
    const bars = ["ts-before", "ts-after"].map((className) => Object.assign(document.createElement("i"), { className }))
    track.append(...bars)
    const text = document.createElement("span")
    item.append(canvas, track, text)
    list.append(item)
    return { context: contextOf(canvas), bars, text }
  })
}

/**
 * @param {Card} card
 * @param {Uint8Array | null} grey
 * @param {(number | null)[]} verdicts - before the step and after it, as far as there are any.
 */
function fill({ context, bars, text }, grey, verdicts) {
  show(context, grey)
  bars.forEach((bar, i) => (bar.style.width = `${100 * (verdicts[i] ?? 0)}%`))
  const known = verdicts.filter((verdict) => verdict !== null)
  text.textContent = known.length ? `${known.map(percent).join(" \u2192 ")} %` : "\u2013"
}

/** @param {number} share */
const percent = (share) => (100 * share).toFixed(0)
