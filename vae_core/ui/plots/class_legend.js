// The legend of the classes: a button for each, with its mark, that shows or hides it. A double click shows it alone.

import { CLASSES } from "../browser/picture.js"
import { COLOURS } from "../browser/colours.js"
import { element } from "./overlay.js"

/**
 * What is asked for.
 * @typedef {object} Handlers
 * @property {(label: number) => void} toggle - show this class, or hide it.
 * @property {(shown: boolean[]) => void} showClasses - show these and no others.
 */

/** The marks of the classes as Plotly names them, with their outlines within -6 to 6, of about equal areas. */
export const SYMBOLS = ["circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "star", "hexagon", "pentagon"]
const OUTLINES = [
  "M-5 0a5 5 0 1 1 10 0a5 5 0 1 1 -10 0",
  "M-4.5 -4.5H4.5V4.5H-4.5z",
  "M0 -6L6 0L0 6L-6 0z",
  "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2z",
  "M-3 -5.5L0 -2.5L3 -5.5L5.5 -3L2.5 0L5.5 3L3 5.5L0 2.5L-3 5.5L-5.5 3L-2.5 0L-5.5 -3z",
  "M0 -5.5L6 5H-6z",
  "M0 5.5L6 -5H-6z",
  "M0 -6.5L1.6 -2.2L6.2 -2L2.6 0.8L3.8 5.3L0 2.7L-3.8 5.3L-2.6 0.8L-6.2 -2L-1.6 -2.2z",
  "M0 -5.8L5 -2.9V2.9L0 5.8L-5 2.9V-2.9z",
  "M0 -5.8L5.5 -1.8L3.4 4.7H-3.4L-5.5 -1.8z",
]

/** Where every class has the same mark, a dot. */
export const DOTS = CLASSES.map(() => OUTLINES[0])

export class ClassLegend {
  /**
   * @param {HTMLElement} container - to fill with buttons.
   * @param {Handlers} on
   * @param {string[]} outlines - of the classes' marks, as paths.
   */
  constructor(container, on, outlines = OUTLINES) {
    this.shown = CLASSES.map(() => true)
    this.buttons = CLASSES.map((label) => {
      const button = container.appendChild(document.createElement("button"))
      button.type = "button"
      button.title = `Show or hide class ${label}; a double click shows it alone`
      const mark = element("svg", { viewBox: "-7 -7 14 14", "aria-hidden": "true" })
      mark.appendChild(element("path", { d: outlines[label], fill: COLOURS[label] }))
      button.append(mark, String(label))
      button.addEventListener("click", () => on.toggle(label))
      // Its two clicks have hidden the class and shown it again.
      button.addEventListener("dblclick", () => {
        const alone = CLASSES.map((other) => other === label)
        on.showClasses(String(alone) === String(this.shown) ? CLASSES.map(() => true) : alone)
      })
      return button
    })
    this.show(this.shown)
  }

  /** @param {boolean[]} shown - by class. */
  show(shown) {
    this.shown = shown
    this.buttons.forEach((button, label) => button.setAttribute("aria-pressed", String(shown[label])))
  }
}
