// Two fingers on a map: they move it and zoom, and what lies under each finger stays there. One finger is a pointer like
// any other; a swipe up or down scrolls the page, which the style sheet allows (touch-action). Plotly, which would move the
// map under one finger and let the page scroll under none, sees no touch.

/** @typedef {{ distance: number, x: number, y: number }} Fingers - in pixels: how far apart, and their centre. */
/**
 * @typedef {object} Handlers
 * @property {() => void} begin - a second finger was put down.
 * @property {(from: Fingers, to: Fingers) => void} move - both have moved since they were put down.
 */

export class Pinch {
  /**
   * @param {HTMLElement} container
   * @param {Handlers} on
   */
  constructor(container, on) {
    this.container = container
    this.on = on
    /** @type {Fingers | null} where the fingers were put down, while there are two */
    this.from = null
    /** The animation frame in which the map will follow; 0 if none is asked for. */
    this.following = 0
    for (const name of ["touchstart", "touchmove", "touchend", "touchcancel"]) {
      container.addEventListener(name, (event) => this.touch(/** @type {TouchEvent} */ (event)), { capture: true, passive: false })
    }
  }

  /** Whether two fingers are on the map. */
  get active() {
    return this.from !== null
  }

  /** @param {TouchEvent} event */
  touch(event) {
    if (event.target instanceof Element && event.target.closest(".modebar")) return // Plotly's
    event.stopPropagation()
    if (event.touches.length !== 2) {
      this.from = null
      return
    }
    event.preventDefault() // the page neither scrolls nor zooms
    const fingers = this.fingers(event.touches)
    if (!this.from) {
      this.from = fingers
      this.on.begin()
    } else {
      const { from } = this
      cancelAnimationFrame(this.following)
      this.following = requestAnimationFrame(() => this.on.move(from, fingers))
    }
  }

  /**
   * @param {TouchList} touches - two.
   * @returns {Fingers}
   */
  fingers([first, second]) {
    const box = this.container.getBoundingClientRect()
    return {
      distance: Math.max(1, Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY)),
      x: (first.clientX + second.clientX) / 2 - box.left,
      y: (first.clientY + second.clientY) / 2 - box.top,
    }
  }

  close() {
    cancelAnimationFrame(this.following)
  }
}

/**
 * The ranges of both axes after two fingers have moved.
 * @param {{ left: number, top: number, width: number, height: number }} frame - the rectangle between the axes.
 * @param {[[number, number], [number, number]]} ranges - before.
 * @param {Fingers} from
 * @param {Fingers} to
 * @returns {[[number, number], [number, number]]}
 */
export function pinched(frame, ranges, from, to) {
  const zoom = from.distance / to.distance
  /** @type {(range: [number, number], before: number, after: number) => [number, number]} before, after: as shares of it */
  const follow = ([low, high], before, after) => {
    const length = (high - low) * zoom
    const start = low + before * (high - low) - after * length
    return [start, start + length]
  }
  const across = (/** @type {Fingers} */ { x }) => (x - frame.left) / frame.width
  const up = (/** @type {Fingers} */ { y }) => 1 - (y - frame.top) / frame.height
  return [follow(ranges[0], across(from), across(to)), follow(ranges[1], up(from), up(to))]
}
