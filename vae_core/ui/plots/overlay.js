// What lies over the map's points: the pin, the nearest digit's posterior, the lattice, class names. An SVG of our own, so
// that following the pointer never redraws ten thousand points.

const CHI2_95 = Math.sqrt(5.991) // radius, in standard deviations, that holds 95 % of a two-dimensional normal

let overlays = 0

/** An SVG element with attributes. */
export function element(name, attributes = {}, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  node.textContent = text
  return node
}

export class Overlay {
  constructor(svg) {
    this.svg = svg
    const layer = (name, attributes) => svg.appendChild(element(name, attributes))
    const clip = `lm-clip-${++overlays}` // ids are the document's, which may hold several maps
    this.clip = layer("clipPath", { id: clip }).appendChild(element("rect"))
    this.area = layer("g", { "clip-path": `url(#${clip})` })
    const add = (name, attributes) => this.area.appendChild(element(name, attributes))
    this.box = add("rect", { class: "lm-box" })
    this.dots = add("path", { class: "lm-dots" })
    this.names = add("g", { class: "lm-names" })
    this.posterior = add("ellipse", { class: "lm-posterior" })
    this.digit = add("circle", { class: "lm-nearest", r: 5 })
    this.pointerNode = add("rect", { class: "lm-pointer", width: 9, height: 9 })
    this.pinNode = add("rect", { class: "lm-pin", width: 11, height: 11 })
    this.pin = add("path", { class: "lm-cross", d: "M-14 0H-6M6 0H14M0 -14V-6M0 6V14M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0" })
  }

  /** Follow the plot: frame {left, top, width, height} in pixels, and toPixel(z) -> [x, y]. */
  setFrame(frame, toPixel) {
    this.toPixel = toPixel
    const { left, top, width, height } = frame
    for (const [key, value] of Object.entries({ x: left, y: top, width, height })) this.clip.setAttribute(key, value)
    if (this.shown) this.draw(this.shown)
  }

  /** shown: {pin, nearest, pointerNode, pinNode, nodes (or null), names: [{text, z, visible}]}. */
  draw(shown) {
    this.shown = shown
    if (!this.toPixel) return
    const place = (node, z, half = 0) => {
      node.toggleAttribute("hidden", !z)
      if (!z) return
      const [x, y] = this.toPixel(z)
      node.setAttribute("transform", `translate(${x - half} ${y - half})`)
    }
    place(this.pin, shown.pin)
    place(this.pointerNode, shown.pointerNode, 4.5)
    place(this.pinNode, shown.pinNode, 5.5)
    place(this.digit, shown.nearest?.mean)
    place(this.posterior, shown.nearest?.mean)
    if (shown.nearest) {
      const [x, y] = this.toPixel(shown.nearest.mean)
      const [right, up] = this.toPixel(shown.nearest.mean.map((value, i) => value + CHI2_95 * shown.nearest.spread[i]))
      this.posterior.setAttribute("rx", right - x)
      this.posterior.setAttribute("ry", y - up)
    }
    this.drawLattice(shown.nodes)
    this.drawNames(shown.names)
  }

  drawLattice(nodes) {
    this.box.toggleAttribute("hidden", !nodes)
    this.dots.toggleAttribute("hidden", !nodes)
    if (!nodes) return
    const pixels = nodes.map((node) => this.toPixel([node, node]))
    const [[left, bottom], [right, top]] = [pixels[0], pixels.at(-1)]
    const rectangle = { x: left, y: top, width: right - left, height: bottom - top }
    for (const [key, value] of Object.entries(rectangle)) this.box.setAttribute(key, value)
    // One path of round dots: 961 circles would be 961 elements to move while the map is dragged.
    this.dots.setAttribute("d", pixels.flatMap(([x]) => pixels.map(([, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`)).join(""))
  }

  drawNames(names) {
    while (this.names.childElementCount < names.length) this.names.appendChild(element("text"))
    names.forEach(({ text, z, visible }, i) => {
      const node = this.names.children[i]
      const [x, y] = this.toPixel(z)
      node.textContent = text
      node.setAttribute("transform", `translate(${x} ${y})`)
      node.toggleAttribute("hidden", !visible)
    })
  }
}
