// The cloud: the test digits as coloured points that travel, on a canvas of our own. A thousand points sixty times a
// second are nothing for it, and too much for a chart library.

import { COLOURS, themeOf } from "../../browser/theme.js"

const LEAST_EXTENT = 3 // of the axes, on either side of the origin: the prior's bulk
const MOST_EXTENT = 8
const QUANTILE = 0.995 // of the points that the axes must hold
const MARGIN = { left: 26, bottom: 22, right: 4, top: 4 }
const RADIUS = 3
const NEAR_PIXELS = 14

export class Cloud {
  /** on: {point(index or null), choose(index or null)}: the digit under the pointer, and the one clicked. */
  constructor(canvas, labels, on) {
    this.canvas = canvas
    this.labels = labels
    this.extent = LEAST_EXTENT
    const at = (event) => this.nearest(event)
    canvas.addEventListener("pointermove", (event) => on.point(at(event)))
    canvas.addEventListener("pointerleave", () => on.point(null))
    canvas.addEventListener("click", (event) => on.choose(at(event)))
  }

  /** Make the axes wide enough for the later half of the frames: a training's first steps may throw points far out. */
  fit(frames) {
    const reach = (means) => Float32Array.from(means, Math.abs).sort()[Math.floor(QUANTILE * (means.length - 1))]
    const later = frames.slice(Math.floor(frames.length / 2))
    const most = later.reduce((extent, { means }) => Math.max(extent, reach(means)), LEAST_EXTENT)
    this.extent = Math.min(MOST_EXTENT, 1.05 * most)
  }

  /** Draw the means (2P), and of the chosen digit the path: points [[z1, z2], ...], of which `passed` lie behind. */
  draw(means, path, passed) {
    this.means = means
    const scale = window.devicePixelRatio
    const { clientWidth, clientHeight } = this.canvas
    const [width, height] = [clientWidth, clientHeight].map((pixels) => Math.round(pixels * scale))
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height })
    const context = this.canvas.getContext("2d")
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, clientWidth, clientHeight)
    this.frame = { width: clientWidth - MARGIN.left - MARGIN.right, height: clientHeight - MARGIN.top - MARGIN.bottom }
    const theme = themeOf(this.canvas)
    this.axes(context, theme)
    context.save()
    context.beginPath()
    context.rect(MARGIN.left, MARGIN.top, this.frame.width, this.frame.height)
    context.clip()
    context.globalAlpha = path ? 0.35 : 0.8
    COLOURS.forEach((colour, label) => {
      context.fillStyle = colour
      context.beginPath()
      for (let i = 0; i < this.labels.length; i++) {
        if (this.labels[i] !== label) continue
        const [x, y] = this.toPixel(means[2 * i], means[2 * i + 1])
        context.moveTo(x + RADIUS, y)
        context.arc(x, y, RADIUS, 0, 2 * Math.PI)
      }
      context.fill()
    })
    context.globalAlpha = 1
    if (path) this.path(context, theme, path, passed)
    else this.names(context, theme, means)
    context.restore()
  }

  /** Each class's name in its middle, for those who cannot tell the colours apart. */
  names(context, theme, means) {
    const sums = COLOURS.map(() => [0, 0, 0])
    for (let i = 0; i < this.labels.length; i++) {
      const sum = sums[this.labels[i]]
      sum[0] += means[2 * i]
      sum[1] += means[2 * i + 1]
      sum[2] += 1
    }
    context.font = `700 18px ${theme.font}`
    context.textAlign = "center"
    context.textBaseline = "middle"
    context.lineJoin = "round"
    context.lineWidth = 4
    context.strokeStyle = theme.background
    context.fillStyle = theme.text
    sums.forEach(([z1, z2, count], label) => {
      if (!count) return
      const [x, y] = this.toPixel(z1 / count, z2 / count)
      context.strokeText(label, x, y)
      context.fillText(label, x, y)
    })
  }

  path(context, theme, path, passed) {
    const line = (points, width, alpha) => {
      context.globalAlpha = alpha
      context.lineWidth = width
      context.beginPath()
      points.forEach(([z1, z2], i) => context[i ? "lineTo" : "moveTo"](...this.toPixel(z1, z2)))
      context.stroke()
    }
    context.strokeStyle = context.fillStyle = theme.text
    line(path, 1, 0.5)
    line(path.slice(0, passed + 1), 2, 1)
    context.globalAlpha = 1
    for (const [z1, z2] of path.slice(0, passed)) {
      context.beginPath()
      context.arc(...this.toPixel(z1, z2), 2, 0, 2 * Math.PI)
      context.fill()
    }
    const [x, y] = this.toPixel(...path[passed])
    context.beginPath()
    context.arc(x, y, 7, 0, 2 * Math.PI)
    context.strokeStyle = "#e0115f"
    context.lineWidth = 3
    context.stroke()
  }

  axes(context, { text, line, font }) {
    const most = Math.floor(this.extent)
    const step = most > 5 ? 2 : 1
    context.font = `12px ${font}`
    context.lineWidth = 1
    for (let z = -step * Math.floor(most / step); z <= most; z += step) {
      const [x, y] = this.toPixel(z, z)
      context.strokeStyle = line
      context.globalAlpha = z ? 0.8 : 2
      context.beginPath()
      context.moveTo(x, MARGIN.top)
      context.lineTo(x, MARGIN.top + this.frame.height)
      context.moveTo(MARGIN.left, y)
      context.lineTo(MARGIN.left + this.frame.width, y)
      context.stroke()
      context.globalAlpha = 0.85
      context.fillStyle = text
      const name = String(z).replace("-", "\u2212")
      context.textAlign = "center"
      context.textBaseline = "top"
      context.fillText(name, x, MARGIN.top + this.frame.height + 5)
      context.textAlign = "right"
      context.textBaseline = "middle"
      context.fillText(name, MARGIN.left - 5, y)
    }
    context.textAlign = "right"
    context.textBaseline = "bottom"
    context.fillText("z1", MARGIN.left + this.frame.width - 2, MARGIN.top + this.frame.height - 3)
    context.textAlign = "left"
    context.textBaseline = "top"
    context.fillText("z2", MARGIN.left + 4, MARGIN.top + 3)
    context.globalAlpha = 1
  }

  toPixel(z1, z2) {
    const { width, height } = this.frame
    return [MARGIN.left + (width * (1 + z1 / this.extent)) / 2, MARGIN.top + (height * (1 - z2 / this.extent)) / 2]
  }

  /** The digit under the pointer, or null if none is near. */
  nearest(event) {
    if (!this.means) return null
    const box = this.canvas.getBoundingClientRect()
    let [found, least] = [null, NEAR_PIXELS]
    for (let i = 0; i < this.labels.length; i++) {
      const [x, y] = this.toPixel(this.means[2 * i], this.means[2 * i + 1])
      const distance = Math.hypot(event.clientX - box.left - x, event.clientY - box.top - y)
      if (distance < least) [found, least] = [i, distance]
    }
    return found
  }
}
