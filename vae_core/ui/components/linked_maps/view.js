// Two sides, linked by digit: one digit under the pointer, one pinned, and both marked wherever they lie.

import { Announcer } from "../../browser/announcer.js"
import { classText } from "../../browser/digits.js"
import { find } from "../../browser/elements.js"
import { Messenger } from "../../browser/messenger.js"
import { contextOf, show } from "../../browser/picture.js"
import { Pictures } from "../../browser/pictures.js"
import { loadPlotly } from "../../browser/plotly.js"
import { themeOf } from "../../browser/theme.js"
import { rangesOf } from "../../plots/map_figure.js"
import { LinkedDigit } from "./linked_digit.js"
import { Side } from "./side.js"

/** @import { Point } from "../../browser/digits.js" */
/** @import { Range } from "../../plots/map_figure.js" */
/** @import { Handlers, Name, Run } from "./side.js" */

/**
 * What __init__.py sends. Files are given by their addresses.
 * @typedef {object} Data
 * @property {string} plotly
 * @property {string} pictures - of the test digits.
 * @property {Run} left
 * @property {Run} right
 * @property {number[]} nodes - of the manifolds' lattice, on both axes, ascending.
 * @property {number | null} digit - the pinned one.
 * @property {number} revision - another one whenever the server pinned the digit.
 */

const PAUSE_MS = 150 // between two pins sent to the server, while an arrow key is held

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    this.original = find(root, '[data-testid="linked-original"]', HTMLCanvasElement)
    this.originalContext = contextOf(this.original)
    const text = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.text = {
      message: text(".lm-message"), note: text(".cp-note"), state: text(".lm-state"),
      label: text(".cp-label"), index: text(".cp-index"),
    }
    this.left = new Side(root, "left", this.handlersOf("left"))
    this.right = new Side(root, "right", this.handlersOf("right"))
    this.sides = [this.left, this.right]
    this.sameAxes = find(root, ".cp-same", HTMLInputElement)
    this.sameAxes.addEventListener("change", () => this.loaded && this.reframe())
    this.messenger = new Messenger()
    this.announcer = new Announcer(find(root, ".lm-live", HTMLElement))
    /** @type {(pinned: number | null) => void} */
    this.send = () => {}
    /** @type {Data | null} null until all of it is on the screen */
    this.data = null
    /** Whether both sides show what they should, and not an earlier run. */
    this.loaded = false
    /** The theme that the maps were last drawn in, as JSON. */
    this.colours = ""
    /** @type {Pictures | null} of the linked digits */
    this.pictures = null
    this.digit = new LinkedDigit()
    /** @type {{ side: Name, node: Point } | null} the tile under the pointer */
    this.tile = null
    /** The animation frame in which `describe` will run; 0 if none is asked for. */
    this.describing = 0
    root.addEventListener("keydown", (event) => this.key(event))
    /** @type {Promise<void>} settles when the last update has */
    this.queue = Promise.resolve()
  }

  /**
   * @param {Name} side - on which something happens.
   * @returns {Handlers}
   */
  handlersOf(side) {
    return {
      point: (index, node, byKeys) => {
        this.point(index, node && { side, node })
        if (byKeys) this.announce()
      },
      leave: () => this.point(null, null),
      pin: (index, byKeys) => {
        this.pin(index === this.digit.pinned ? null : index)
        if (byKeys) this.announce()
      },
      classes: () => this.showClassesOf(side),
      drawn: () => this.say(),
    }
  }

  /**
   * Show new data from the server. An update begins when the one before it has ended or failed.
   * @param {Data} data
   * @param {(pinned: number | null) => void} send
   */
  update(data, send) {
    this.send = send
    return (this.queue = this.queue.catch(() => {}).then(() => this.apply(data)))
  }

  /** @param {Data} data */
  async apply(data) {
    const changed = (/** @type {keyof Data} */ name) => String(this.data?.[name]) !== String(data[name])
    const outdated = this.sides.filter((side) => changed(side.name))
    if (outdated.length) await this.load(data, outdated)
    const colours = JSON.stringify(themeOf(this.root))
    if (this.colours && this.colours !== colours) await Promise.all(this.sides.map((side) => side.loaded?.plot.recolour()))
    this.colours = colours
    if (changed("revision")) this.digit.pinned = data.digit // otherwise data.digit may be older than what was pinned here
    this.data = data // only now, so that what failed to load is tried again next time
    this.show()
    this.root.dataset.ready = "true"
  }

  /**
   * @param {Data} data
   * @param {Side[]} sides
   */
  async load(data, sides) {
    this.root.dataset.ready = "false"
    this.text.message.hidden = false
    const Plotly = await loadPlotly(data.plotly)
    this.loaded = false
    await Promise.all(sides.map((side) => side.load(Plotly, data[side.name])))
    this.pictures = new Pictures(data.pictures, this.left.loaded?.digits.count ?? 0, () => this.show())
    const frames = this.frames()
    // Both of them: a new run on one side may change the axes of both.
    await Promise.all(this.sides.map((side, i) => side.show(frames[i], data.nodes)))
    this.loaded = true
    this.text.message.hidden = true
  }

  /** The frames of both maps: the same, around the digits of both, or each its own. */
  frames() {
    const [left, right] = this.sides.map((side) => rangesOf(side.loaded?.digits.means ?? []))
    /** @type {(axis: number) => Range} */
    const both = (axis) => [Math.min(left[axis][0], right[axis][0]), Math.max(left[axis][1], right[axis][1])]
    /** @type {[Range, Range]} */
    const same = [both(0), both(1)]
    return this.sameAxes.checked ? [same, same] : [left, right]
  }

  /** Show both maps in their frames, as the visitor now wants them. */
  async reframe() {
    const frames = this.frames()
    await Promise.all(this.sides.map((side, i) => side.loaded?.plot.frame(frames[i])))
  }

  /** Say below the maps what can be done with them, or how many digits are left where WebGL is missing. */
  say() {
    const without = this.sides.flatMap(({ loaded }) => (loaded && !loaded.plot.webgl ? [loaded] : []))
    if (!this.left.loaded) return
    const { digits, plot } = without[0] ?? this.left.loaded
    this.text.note.textContent = plot.webgl
      ? "On the maps: the digit nearest to the pointer is marked in both, with the ellipse that holds 95 % of its posterior. Click to pin it, click it again to unpin. The dashed circle holds 95 % of the prior."
      : `WebGL is missing in this browser: each map shows ${plot.count} of ${digits.count} digits, as SVG.`
  }

  /**
   * Link the digit under the pointer.
   * @param {number | null} index
   * @param {{ side: Name, node: Point } | null} tile - the one under the pointer, which the digit stands for; else null.
   */
  point(index, tile) {
    if (!this.loaded) return
    this.digit.pointed = index
    this.tile = tile
    this.show()
  }

  /**
   * Pin a digit, or unpin with null, and tell the server.
   * @param {number | null} index
   * @param {number} pauseMs - the least milliseconds until the next one is sent to the server.
   */
  pin(index, pauseMs = 0) {
    if (!this.loaded) return
    this.digit.pinned = index
    this.show()
    this.messenger.send(this.send, index, pauseMs)
  }

  /**
   * Show the classes of one side on the other too.
   * @param {Name} side
   */
  showClassesOf(side) {
    const [from, to] = side === "left" ? [this.left, this.right] : [this.right, this.left]
    if (from.loaded) to.loaded?.plot.showClasses(from.loaded.plot.shown)
    this.point(null, null)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey) return
    if (!this.loaded || !this.left.loaded) return
    const { digits, plot } = this.left.loaded
    const moved = this.digit.moved(event.key, digits, plot.shown)
    const label = /^(?:Digit|Numpad)(\d)$/.exec(event.code)
    if (moved !== undefined) {
      this.digit.pointed = this.tile = null
      if (moved !== null) this.pin(moved, PAUSE_MS)
      this.announce()
    } else if (label) {
      plot.toggleClass(Number(label[1]))
      this.announcer.say(() => `Class ${label[1]} is ${plot.shown[Number(label[1])] ? "shown" : "hidden"}.`)
    } else if (event.key === "Escape") {
      this.pin(null)
      this.announce()
    } else return
    event.preventDefault()
  }

  /** Have a screen reader say which digit is linked, where it was chosen by keys. */
  announce() {
    this.announcer.say(() => this.digit.inWords(this.left.loaded?.digits.labels ?? []))
  }

  /** Show the linked digit: its pictures at once, what is said about it in the next animation frame. */
  show() {
    const { index, pinned } = this.digit
    for (const side of this.sides) side.draw(index)
    show(this.originalContext, index === null ? null : (this.pictures?.get(index) ?? null))
    this.root.dataset.digit = String(index ?? "")
    this.root.dataset.pinned = String(pinned ?? "")
    this.describing ||= requestAnimationFrame(() => this.describe())
  }

  describe() {
    this.describing = 0
    const { tile, text } = this
    const { index, pinned, state } = this.digit
    for (const side of this.sides) side.mark(index, pinned, tile?.side === side.name ? tile.node : null)
    const label = index === null ? undefined : this.left.loaded?.digits.labels[index]
    text.label.textContent = label === undefined ? "Test digit" : `A ${label}`
    text.index.textContent = label === undefined ? "" : `test digit ${index}`
    this.original.setAttribute("aria-label", label === undefined ? "No digit is linked" : `Test digit ${index}, ${classText(label)}`)
    text.state.textContent = state
  }

  close() {
    this.messenger.close()
    this.announcer.close()
    cancelAnimationFrame(this.describing)
    for (const side of this.sides) side.close()
  }
}
