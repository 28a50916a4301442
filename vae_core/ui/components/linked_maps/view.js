// Two sides, linked by digit: one digit under the pointer, one pinned, and both marked wherever they lie.

import { Messenger } from "../../browser/messenger.js"
import { CLASSES, paint } from "../../browser/picture.js"
import { loadPlotly } from "../../browser/plotly.js"
import { fetchTensors } from "../../browser/tensors.js"
import { themeOf } from "../../browser/theme.js"
import { Side } from "./side.js"

const REST_MS = 150 // a held arrow key asks the server no more often than this
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }

export class View {
  constructor(root) {
    this.root = root
    this.find = (selector) => root.querySelector(selector)
    this.original = this.find('[data-testid="linked-original"]')
    const on = (name) => ({
      point: (index, node) => this.point(index, node && { name, node }),
      leave: () => this.point(null, null),
      pin: (index) => this.pin(index === this.pinned ? null : index),
      classes: (side) => this.classes(side),
    })
    this.sides = ["left", "right"].map((name) => new Side(root, name, on(name)))
    this.messenger = new Messenger()
    this.pointed = this.pinned = this.tile = null
    root.addEventListener("keydown", (event) => this.key(event))
    this.queue = Promise.resolve()
  }

  /** Follow the server: its data (see __init__.py), and send(index) to tell it what was pinned. Calls take turns. */
  update(data, send) {
    this.send = send
    return (this.queue = this.queue.catch(() => {}).then(() => this.follow(data)))
  }

  async follow(data) {
    const changed = (name) => String(this.data?.[name]) !== String(data[name])
    const stale = this.sides.filter((side) => changed(side.name) || changed("images"))
    if (stale.length) await this.load(data, stale)
    const colours = JSON.stringify(themeOf(this.root))
    if (this.colours && this.colours !== colours) await Promise.all(this.sides.map((side) => side.plot.recolour()))
    this.colours = colours
    if (changed("revision")) this.pinned = data.digit // else it may be older than ours
    this.data = data // not before all of it is there: what failed to load is tried again next time
    this.show()
    this.root.dataset.ready = "true"
  }

  async load(data, sides) {
    const message = this.find(".lm-message")
    this.root.dataset.ready = "false"
    message.hidden = false
    const [Plotly, pictures] = await Promise.all([loadPlotly(data.plotly), fetchTensors(data.images)])
    this.loaded = false
    await Promise.all(sides.map((side) => side.load(Plotly, data[side.name], pictures, data.nodes)))
    this.loaded = true
    const { plot, digits } = this.sides[0]
    this.find(".cp-note").textContent = plot.webgl
      ? "On the maps: the digit nearest to the pointer is marked in both, with the ellipse that holds 95 % of its posterior. Click to pin it, click it again to unpin."
      : `WebGL is missing in this browser: each map shows ${plot.count} of ${digits.count} digits, as SVG.`
    message.hidden = true
  }

  /** The digit to show: the one under the pointer, else the one pinned, else null. */
  get linked() {
    return this.pointed ?? this.pinned
  }

  /** Link the digit under the pointer. tile: {name, node} of the side's tile that it stands for, or null. */
  point(index, tile) {
    if (!this.loaded) return
    this.pointed = index
    this.tile = tile
    this.show()
  }

  /** Pin a digit, or unpin with null, and tell the server, which gets a rest of so many milliseconds after it. */
  pin(index, rest = 0) {
    if (!this.loaded) return
    this.pinned = index
    this.show()
    this.messenger.tell(this.send, index, rest)
  }

  /** Show the same classes on both sides. */
  classes(side) {
    for (const other of this.sides) if (other !== side && other.digits) other.plot?.show(side.plot.shown)
    this.point(null, null)
  }

  key(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey || !this.loaded) return
    const step = STEPS[event.key]
    const label = /^(?:Digit|Numpad)(\d)$/.exec(event.code)
    if (step) {
      const { digits, plot } = this.sides[0]
      const from = this.linked ?? (step > 0 ? -1 : digits.count)
      const within = event.key === "ArrowUp" || event.key === "ArrowDown" ? digits.labels[from] : undefined
      const shown = within === undefined ? plot.shown : CLASSES.map((of) => of === within)
      const next = digits.next(from, step, shown)
      this.pointed = this.tile = null
      if (next >= 0 && next < digits.count) this.pin(next, REST_MS)
    } else if (label) this.sides[0].plot.toggle(Number(label[1]))
    else if (event.key === "Escape") this.pin(null)
    else return
    event.preventDefault()
  }

  /** Show the linked digit: its pictures at once, what is said about it with the next frame. */
  show() {
    const { linked } = this
    for (const side of this.sides) side.draw(linked)
    const context = this.original.getContext("2d")
    if (linked === null) context.clearRect(0, 0, this.original.width, this.original.height)
    else paint(context, this.sides[0].digits.image(linked))
    this.root.dataset.digit = linked ?? ""
    this.root.dataset.pinned = this.pinned ?? ""
    this.frame ??= requestAnimationFrame(() => this.describe())
  }

  describe() {
    this.frame = null
    const { linked, pinned, tile } = this
    for (const side of this.sides) side.mark(linked, pinned, tile?.name === side.name ? tile.node : null)
    const label = linked === null ? null : this.sides[0].digits.labels[linked]
    this.find(".cp-label").textContent = label === null ? "Test digit" : `A ${label}`
    this.find(".cp-index").textContent = label === null ? "" : `test digit ${linked}`
    this.original.setAttribute("aria-label", label === null ? "No digit is linked" : `Test digit ${linked}, a ${label}`)
    this.find(".lm-state").textContent = this.pointed !== null ? "at the pointer" : pinned !== null ? "pinned" : "none yet"
  }

  close() {
    this.messenger.close()
    cancelAnimationFrame(this.frame)
    for (const side of this.sides) side.close()
  }
}
