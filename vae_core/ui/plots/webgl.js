// The WebGL of a plot: whether the browser has it, and whether it takes it away, as it does when a computer wakes up or its
// graphics driver fails.

import { findAll } from "../browser/elements.js"

const MOST_LOSSES = 2 // after one more, the plot does without
const PAUSE_MS = 200 // a browser that takes one canvas' WebGL away takes that of the others too

const LOSE = "WEBGL_lose_context"

function browserHasIt() {
  const context = document.createElement("canvas").getContext("webgl")
  context?.getExtension(LOSE)?.loseContext()
  return Boolean(context)
}

export class WebGL {
  /**
   * @param {HTMLElement} container - of the plot.
   * @param {() => void} onLost - called after it was taken away: what was drawn with it is gone for good.
   */
  constructor(container, onLost) {
    this.container = container
    this.onLost = onLost
    /** Whether to draw with it. */
    this.usable = browserHasIt()
    this.losses = 0
    /** @type {ReturnType<typeof setTimeout> | undefined} until `onLost` is called */
    this.losing = undefined
    this.lose = this.lose.bind(this)
    container.addEventListener("webglcontextlost", this.lose, true)
  }

  lose() {
    this.losing ??= setTimeout(() => {
      this.losing = undefined
      this.losses += 1
      this.usable = this.losses <= MOST_LOSSES && browserHasIt()
      this.onLost()
    }, PAUSE_MS)
  }

  /** Give it back: Plotly leaves that to the garbage collector, and a browser allows about sixteen contexts at a time. */
  close() {
    this.container.removeEventListener("webglcontextlost", this.lose, true)
    clearTimeout(this.losing)
    for (const canvas of findAll(this.container, "canvas.gl-canvas", HTMLCanvasElement)) {
      canvas.getContext("webgl")?.getExtension(LOSE)?.loseContext()
    }
  }
}
