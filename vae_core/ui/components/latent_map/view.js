// The latent map: one point, moved by the pointer, keys and the server, and shown by map, readout and manifold.

import { Announcer } from "../../browser/announcer.js"
import { Decoder } from "../../browser/decoder.js"
import { Digits } from "../../browser/digits.js"
import { find, findAll } from "../../browser/elements.js"
import { Messenger } from "../../browser/messenger.js"
import { Pictures } from "../../browser/pictures.js"
import { loadPlotly } from "../../browser/plotly.js"
import { fetchTensors } from "../../browser/tensors.js"
import { Mosaic } from "../../plots/mosaic.js"
import { ShownPoint } from "../../plots/shown_point.js"
import { CoordinateInputs } from "./coordinate_inputs.js"
import { Glide, roundFrom } from "./glide.js"
import { MapPane } from "./map_pane.js"
import { Readout, inWords } from "./readout.js"
import { ShownView } from "./shown_view.js"

/** @import { Activation } from "../../browser/decoder.js" */
/** @import { Point } from "../../browser/digits.js" */
/** @import { Layer } from "../../plots/layer_legend.js" */
/** @import { Nearest } from "./readout.js" */
/** @import { Frame } from "./shown_view.js" */

/**
 * What __init__.py sends. Files are given by their addresses.
 * @typedef {object} Data
 * @property {string} plotly
 * @property {string} decoder
 * @property {Activation} activation - of the decoder.
 * @property {string} map - means, std and labels of the test digits.
 * @property {string} pictures - of the test digits.
 * @property {string} run - its id.
 * @property {Layer | null} layer - to show below the points.
 * @property {number[]} nodes - of the manifold's lattice, on both axes, ascending.
 * @property {number} limit - of |z1| and |z2|.
 * @property {Point} start - the point that is shown while none is pinned.
 * @property {Point | null} z - the pinned point.
 * @property {number} revision - another one whenever the server pinned z.
 * @property {Frame | null} frame - the part of the map that is looked at; null for all of it.
 * @property {number[]} hidden - classes.
 * @property {number} view_revision - another one whenever the server set frame and hidden.
 */
/** @typedef {{ z: Point | null, revision: number }} Pinned - what is sent to the server, with the revision that was known. */
/** @typedef {(name: "layer" | "view", value: unknown) => void} Trigger - asks the server for something. */
/** @typedef {{ decoder: Decoder, digits: Digits, pictures: Pictures }} Loaded */

const ASK_MS = 300 // after an answer that a layer is not whole yet
const GLIDE_STOPS = 4 // classes that a pointer visits which glides by itself
const PAUSE_MS = 150 // between two pins sent to the server, while an arrow key is held

const toAttribute = (/** @type {Point} */ z) => z.map((value) => value.toFixed(4)).join(",")

export class View {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    const part = (/** @type {string} */ selector) => find(root, selector, HTMLElement)
    this.message = part(".lm-message")
    this.tiles = part(".lm-tiles")
    this.fields = part(".lm-point")
    this.readout = new Readout(root, () => this.nearest && this.pin(this.nearest.mean))
    this.inputs = new CoordinateInputs(findAll(this.fields, "input", HTMLInputElement), (z) => this.pinByKeyboard(z))
    this.announcer = new Announcer(part(".lm-live"))
    /** @type {import("../../plots/mosaic.js").Handlers} - of the map too, which no keys lead over. */
    const pointing = {
      hover: (z, byKeys) => {
        this.glide.moved()
        if (byKeys) this.announce()
        this.hover(z)
      },
      leave: () => this.hover(null),
      pin: (z, byKeys) => {
        if (byKeys) this.announce()
        else root.focus({ preventScroll: true }) // for the arrow keys
        this.pin(z)
      },
    }
    const manifold = find(root, '[data-testid="manifold"]', HTMLCanvasElement)
    this.mosaic = new Mosaic(manifold, find(root, ".lm-marks", SVGElement), pointing)
    this.map = new MapPane(root, {
      ...pointing,
      classes: () => {
        this.show()
        this.shownView.changed()
      },
      lattice: () => this.mark(),
      moved: () => this.shownView.changed(),
    })
    this.shownView = new ShownView((link) => this.trigger("view", { ...link, revision: this.data?.view_revision }))
    root.addEventListener("keydown", (event) => this.key(event))
    this.messenger = new Messenger()
    /** @type {(pinned: Pinned) => void} */
    this.send = () => {}
    /** @type {Trigger} */
    this.trigger = () => {}
    /** @type {ReturnType<typeof setTimeout> | undefined} asks for a layer that is being computed */
    this.asking = undefined
    /** @type {Data | null} null until the map is on the screen */
    this.data = null
    /** @type {Data | null} null until all of it is on the screen */
    this.drawn = null
    /** @type {Loaded | null} what belongs to the run */
    this.loaded = null
    this.point = new ShownPoint()
    this.glide = new Glide(part(".lm-hint"), (z) => {
      this.point.gliding = z
      this.show()
    })
    /** @type {Nearest} */
    this.nearest = null
    /** The animation frame in which `describe` will run; 0 if none is asked for. */
    this.describing = 0
    /** @type {Promise<void>} settles when the last update has */
    this.queue = Promise.resolve()
  }

  /**
   * Show new data from the server. An update begins when the one before it has ended or failed.
   * @param {Data} data
   * @param {(pinned: Pinned) => void} send
   * @param {Trigger} trigger
   */
  update(data, send, trigger) {
    this.send = send
    this.trigger = trigger
    clearTimeout(this.asking)
    // Whether the layer can be drawn or not, for as long as it is asked for it is computed.
    if (data.layer && data.layer.share < 1) this.asking = setTimeout(() => trigger("layer", true), ASK_MS)
    return (this.queue = this.queue.catch(() => {}).then(() => this.apply(data)))
  }

  /** @param {Data} data */
  async apply(data) {
    const before = this.drawn
    const changed = (/** @type {keyof Data} */ name) => before?.[name] !== data[name]
    if (!this.loaded || changed("decoder") || changed("map")) await this.load(data)
    else await this.map.recolour()
    this.data = data // from now on the map answers the pointer
    this.point.start = data.start
    this.root.dataset.start = toAttribute(data.start)
    if (before?.revision !== data.revision) this.point.pinned = data.z // otherwise data.z may be older than what was pinned here
    if (this.map.plot && changed("view_revision")) await this.shownView.adopt(this.map.plot, data.frame, data.hidden)
    this.show()
    await this.map.showLayer(data.layer)
    if (this.loaded && (String(before?.nodes) !== String(data.nodes) || changed("decoder"))) {
      const n = data.nodes.length
      this.tiles.textContent = `${n} \u00d7 ${n} tiles`
      await this.mosaic.draw(this.loaded.decoder, data.nodes)
    }
    this.drawn = data // only now, so that what failed to load is tried again next time
    this.mark()
    this.root.dataset.ready = "true"
    if (this.point.pinned) this.glide.end()
    else if (!before) this.glide.begin(roundFrom(data.start, this.map.names.map(({ z }) => z), GLIDE_STOPS))
  }

  /** @param {Data} data */
  async load(data) {
    this.root.dataset.ready = "false"
    this.message.hidden = false
    const [Plotly, weights, map] = await Promise.all([
      loadPlotly(data.plotly), fetchTensors(data.decoder), fetchTensors(data.map),
    ])
    const digits = new Digits(map)
    const pictures = new Pictures(data.pictures, digits.count, () => this.show())
    this.loaded = { decoder: new Decoder(weights, data.activation), digits, pictures }
    this.fields.title = `The point that is drawn; type another one, from \u2212${data.limit} to ${data.limit}`
    this.shownView.keep(await this.map.draw(Plotly, digits, data.run))
    this.message.hidden = true
  }

  /** @param {Point | null} z - under the pointer. */
  hover(z) {
    if (!this.data) return // still loading
    this.point.hover(z, this.data.limit)
    this.show()
  }

  /**
   * Pin a point, or unpin with null, and tell the server.
   * @param {Point | null} z
   * @param {number} pauseMs - the least milliseconds until the next one is sent to the server.
   */
  pin(z, pauseMs = 0) {
    if (!this.data) return
    this.glide.moved()
    this.point.pinTo(z, this.data.limit)
    this.show()
    this.messenger.send(this.send, { z: this.point.pinned, revision: this.data.revision }, pauseMs)
  }

  /**
   * Pin a point and show it, even where the pointer rests on the map.
   * @param {Point} z
   */
  pinByKeyboard(z) {
    this.point.underPointer = null
    this.pin(z, PAUSE_MS)
    this.announce()
  }

  /** Have a screen reader say what is shown, where the point was moved by keys. */
  announce() {
    this.announcer.say(() => inWords(this.point.z, this.point.state, this.nearest))
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey) return
    const moved = this.point.moved(event.key, event.shiftKey)
    // By its place on the keyboard, so that shift and other layouts do not matter.
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)
    if (moved) this.pinByKeyboard(moved)
    else if (digit) this.toggleClass(Number(digit[1]))
    else if (event.key === "Escape") {
      this.pin(null)
      this.announce()
    } else return
    event.preventDefault()
  }

  /** @param {number} label */
  toggleClass(label) {
    this.map.plot?.toggleClass(label)
    this.announcer.say(() => `Class ${label} is ${this.map.shown[label] ? "shown" : "hidden"}.`)
  }

  /** Show the current point: its pixels at once, what is said about it in the next animation frame. */
  show() {
    if (!this.loaded) return
    const { z, pin, moving } = this.point
    const { decoder, digits, pictures } = this.loaded
    this.nearest = digits.nearest(z, this.map.shown)
    this.readout.show(decoder.decode(...z), this.nearest && pictures.get(this.nearest.index))
    const attribute = toAttribute(pin)
    if (attribute !== this.root.dataset.z) this.inputs.show(pin) // only then, for it discards what is being typed
    this.inputs.follow(z)
    this.root.dataset.z = attribute
    this.root.dataset.hoverZ = moving ? toAttribute(moving) : ""
    this.describing ||= requestAnimationFrame(() => this.describe())
  }

  describe() {
    this.describing = 0
    this.readout.describe(this.point.z, this.point.state, this.nearest, this.loaded?.pictures.failed)
    this.mark()
  }

  /** Mark the point, the pin and the nearest digit on the map and on the manifold. */
  mark() {
    if (!this.data) return
    const { pin, moving, gliding } = this.point
    const pointerNode = moving && this.mosaic.nearestNode(moving)
    const pinNode = this.mosaic.nearestNode(pin)
    this.mosaic.mark(pointerNode, pinNode)
    this.map.mark({ pin, nearest: this.nearest, glider: gliding, pointerNode, pinNode }, this.mosaic.nodes)
  }

  close() {
    clearTimeout(this.asking)
    this.shownView.close()
    this.glide.end()
    this.messenger.close()
    this.announcer.close()
    cancelAnimationFrame(this.describing)
    this.map.close()
  }
}
