// One model or two over the same plane: one point, moved by the pointer, keys and the server, and drawn by each of them.

import { Announcer } from "../../browser/announcer.js"
import { pointText } from "../../browser/digits.js"
import { find, findAll } from "../../browser/elements.js"
import { Messenger } from "../../browser/messenger.js"
import { loadPlotly } from "../../browser/plotly.js"
import { ShownPoint } from "../../plots/shown_point.js"
import { Side } from "./side.js"

/** @import { Point } from "../../browser/digits.js" */
/** @import { Model } from "./side.js" */

/**
 * What __init__.py sends.
 * @typedef {object} Data
 * @property {string} plotly - its address.
 * @property {Model[]} sides - one or two.
 * @property {number[]} nodes - of the manifolds' lattice, on both axes, ascending.
 * @property {number} limit - of |z1| and |z2|.
 * @property {Point} start - the point that is shown while none is pinned.
 * @property {Point | null} z - the pinned point.
 * @property {number} revision - another one whenever the server pinned z.
 */
/** @typedef {{ z: Point | null, revision: number }} Pinned - what is sent to the server, with the revision that was known. */

const ASK_MS = 300 // after an answer that a layer is not whole yet
const PAUSE_MS = 150 // between two pins sent to the server, while an arrow key is held

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    const part = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.message = part(".lm-message")
    this.note = part(".dm-point")
    this.announcer = new Announcer(part(".lm-live"))
    this.messenger = new Messenger()
    this.point = new ShownPoint()
    /** @type {import("../../plots/mosaic.js").Handlers} */
    const pointing = {
      hover: (z, byKeys) => {
        this.hover(z)
        if (byKeys) this.announce()
      },
      leave: () => this.hover(null),
      pin: (z, byKeys) => {
        this.pin(z)
        if (byKeys) this.announce()
        else root.focus({ preventScroll: true }) // for the arrow keys
      },
    }
    const left = part('[data-side="left"]')
    left.after(mirrored(left))
    const names = /** @type {const} */ (["left", "right"])
    this.sides = names.map((name) => new Side(part(`[data-side="${name}"]`), name, pointing))
    root.addEventListener("keydown", (event) => this.key(event))
    /** @type {(pinned: Pinned) => void} */
    this.send = () => {}
    /** @type {ReturnType<typeof setTimeout> | undefined} asks for layers that are being computed */
    this.asking = undefined
    /** @type {Data | null} null until all of it is on the screen */
    this.data = null
    /** The animation frame in which `describe` will run; 0 if none is asked for. */
    this.describing = 0
    /** @type {Promise<void>} settles when the last update has */
    this.queue = Promise.resolve()
  }

  /** The sides that show a model. */
  get shown() {
    return this.sides.slice(0, this.data?.sides.length ?? 0)
  }

  /**
   * Show new data from the server. An update begins when the one before it has ended or failed.
   * @param {Data} data
   * @param {(pinned: Pinned) => void} send
   * @param {(name: "layer", value: true) => void} trigger
   */
  update(data, send, trigger) {
    this.send = send
    clearTimeout(this.asking)
    const going = data.sides.some(({ judged, layer }) => judged.share < 1 || (layer && layer.share < 1))
    if (going) this.asking = setTimeout(() => trigger("layer", true), ASK_MS)
    return (this.queue = this.queue.catch(() => {}).then(() => this.apply(data)))
  }

  /** @param {Data} data */
  async apply(data) {
    const before = this.data
    this.root.dataset.sides = String(data.sides.length)
    this.sides.forEach((side, i) => (side.root.hidden = i >= data.sides.length))
    const Plotly = await loadPlotly(data.plotly)
    const others = await Promise.all(data.sides.map((model, i) => this.sides[i].show(Plotly, model, data.limit)))
    this.data = data // from now on it answers the pointer
    this.point.start = data.start
    if (before?.revision !== data.revision) this.point.pinned = data.z // otherwise data.z may be older than what was pinned here
    this.message.hidden = true
    this.show()
    for (const [i, other] of others.entries()) if (other) await this.sides[i].drawManifold(data.nodes)
    this.describe()
    this.root.dataset.ready = "true"
  }

  /** @param {Point | null} z - under the pointer. */
  hover(z) {
    if (!this.data) return
    this.point.hover(z, this.data.limit)
    this.show()
  }

  /**
   * Hold a point, or let it go with null, and tell the server.
   * @param {Point | null} z
   * @param {number} pauseMs - the least milliseconds until the next one is sent to the server.
   */
  pin(z, pauseMs = 0) {
    if (!this.data) return
    this.point.pinTo(z, this.data.limit)
    this.show()
    this.messenger.send(this.send, { z: this.point.pinned, revision: this.data.revision }, pauseMs)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey) return
    const moved = this.point.moved(event.key, event.shiftKey)
    if (moved) {
      this.point.underPointer = null
      this.pin(moved, PAUSE_MS)
    } else if (event.key === "Escape") this.pin(null)
    else return
    this.announce()
    event.preventDefault()
  }

  /** Have a screen reader say what is drawn, where the point was moved by keys. */
  announce() {
    const drawn = () => this.shown.map((side) => `${side.model?.title} draws ${side.inWords(this.point.z)}`)
    this.announcer.say(() => `${pointText(this.point.z)}: ${drawn().join("; ")}.`)
  }

  /** Show the point: what is drawn there at once, what is said about it in the next animation frame. */
  show() {
    for (const side of this.shown) side.draw(this.point.z)
    this.root.dataset.z = this.point.pin.map((value) => value.toFixed(4)).join(",")
    this.describing ||= requestAnimationFrame(() => this.describe())
  }

  describe() {
    this.describing = 0
    const { z, pin, moving, state } = this.point
    for (const side of this.shown) side.describe(z, pin, moving)
    const both = this.shown.length > 1 ? "Both models draw the same point, " : "The point that is drawn: "
    this.note.textContent = `${both}${pointText(z)}, ${state}. Drag to move a map, scroll to zoom, click to hold a point, Esc to let go. The dashed circle holds 95 % of the prior.`
  }

  close() {
    clearTimeout(this.asking)
    cancelAnimationFrame(this.describing)
    this.messenger.close()
    this.announcer.close()
    for (const side of this.sides) side.close()
  }
}

/**
 * The right side: the same as the left one, but in name.
 * @param {HTMLElement} left - before anything is drawn in it.
 */
function mirrored(left) {
  const right = /** @type {HTMLElement} */ (left.cloneNode(true))
  for (const element of [right, ...findAll(right, "[data-testid], [aria-label]", HTMLElement)]) {
    for (const name of ["data-side", "data-testid", "aria-label"]) {
      const value = element.getAttribute(name)
      if (value) element.setAttribute(name, value.replace("left", "right"))
    }
  }
  return right
}
