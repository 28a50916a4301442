// A side: one run's map and manifold, and what its decoder draws at a digit's mean.

import { Decoder } from "../../browser/decoder.js"
import { Digits } from "../../browser/digits.js"
import { LatentPlot } from "../../plots/map.js"
import { Mosaic } from "../../plots/mosaic.js"
import { Overlay } from "../../plots/overlay.js"
import { paint } from "../../browser/picture.js"
import { fetchTensors } from "../../browser/tensors.js"

export class Side {
  /** name: "left" or "right"; on: {point(index, node), leave(), pin(index), classes(side)}; node: the tile's, or null. */
  constructor(root, name, on) {
    this.name = name
    const find = (selector) => root.querySelector(`[data-side="${name}"] ${selector}`)
    this.titles = root.querySelectorAll(`[data-side="${name}"] .cp-title`)
    this.plotly = find(".lm-plotly")
    this.z = find(".cp-z")
    this.decoded = find(`[data-testid="${name}-decoded"]`)
    this.manifold = find(`[data-testid="${name}-manifold"]`)
    this.overlay = new Overlay(find(".lm-overlay"))
    const nearest = (z) => this.digits?.nearest(z, this.plot.shown)?.index ?? null
    const pointing = { leave: () => on.leave(), pin: (z) => on.pin(nearest(z)) }
    this.mosaic = new Mosaic(this.manifold, find(".lm-marks"), { ...pointing, hover: (z) => on.point(nearest(z), z) })
    const frame = (frame, toPixel) => this.overlay.setFrame(frame, toPixel)
    this.on = { ...pointing, hover: (z) => on.point(nearest(z), null), classes: () => on.classes(this), frame }
  }

  /** Show a run. run: [id, title, decoder's address, its activation, map's address]; pictures: the digits' own. */
  async load(Plotly, run, pictures, nodes) {
    const [id, title, decoder, activation, map] = run
    const [weights, places] = await Promise.all([fetchTensors(decoder), fetchTensors(map)])
    this.title = title
    for (const element of this.titles) element.textContent = element.title = title
    this.decoder = new Decoder(weights, activation)
    this.digits = new Digits(places, pictures)
    this.names = this.digits.centres().map((z, label) => ({ text: String(label), z }))
    this.plot ??= new LatentPlot(Plotly, this.plotly, this.on)
    await this.plot.draw(this.digits, id)
    await this.mosaic.draw(this.decoder, nodes)
    this.manifold.setAttribute("aria-label", `${this.manifold.getAttribute("aria-label")}. ${this.name}: ${title}`)
  }

  /** Draw the linked digit, or nothing with null. */
  draw(index) {
    const context = this.decoded.getContext("2d")
    if (index === null) context.clearRect(0, 0, this.decoded.width, this.decoded.height)
    else paint(context, this.decoder.decode(...this.digits.at(index).mean))
  }

  /** Mark the linked digit and the pinned one, each null for none. node: of this side's tile under the pointer, or null. */
  mark(linked, pinned, node) {
    const near = (digit) => digit && this.mosaic.nearestNode(digit.mean)
    const [link, pin] = [linked, pinned].map((index) => (index === null ? null : this.digits.at(index)))
    this.mosaic.mark(node ?? (linked === pinned ? null : near(link)), near(pin))
    this.overlay.draw({
      pin: pin?.mean,
      nearest: link,
      nodes: null,
      names: this.names.map((name, label) => ({ ...name, visible: this.plot.shown[label] })),
    })
    const at = link && `z1 ${link.mean[0].toFixed(2)}, z2 ${link.mean[1].toFixed(2)}`.replaceAll("-", "\u2212")
    this.z.textContent = at ?? ""
    const told = link ? `${this.title} draws test digit ${linked}, a ${link.label}, at its mean: ${at}` : "nothing yet"
    this.decoded.setAttribute("aria-label", `${this.name}: ${told}`)
  }

  close() {
    this.plot?.close()
  }
}
