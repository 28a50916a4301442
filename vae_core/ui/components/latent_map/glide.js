// Before the visitor has done anything: a line that says what to do, and a pointer that glides over the map by itself.

/** @import { Point } from "../../browser/digits.js" */

const STILL_MS = 3000 // before it begins: the map is looked at first
const SEGMENT_MS = 1600 // from one stop to the next
const REST_MS = 700 // at each stop
const MOST_MS = 60_000 // a page that is left open does not work for ever
const SEEN = "vae-latent-explorer moved" // in the browser's storage: whether a visitor has moved over a map

export class Glide {
  /**
   * @param {HTMLElement} hint - the line.
   * @param {(z: Point | null) => void} on - called in each frame with where the pointer is, and with null at its end.
   */
  constructor(hint, on) {
    this.hint = hint
    this.on = on
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined
    /** The animation frame that comes next; 0 if it does not glide. */
    this.frame = 0
  }

  /**
   * Soon glide from stop to stop, round and round. Not where the visitor wants no motion, nor again once they have moved.
   * @param {Point[]} stops
   */
  begin(stops) {
    if (stops.length < 2 || seen() || matchMedia("(prefers-reduced-motion: reduce)").matches) return
    this.waiting = setTimeout(() => this.glide(stops), STILL_MS)
  }

  /** @param {Point[]} stops */
  glide(stops) {
    const began = performance.now()
    const step = (/** @type {number} */ now) => {
      const elapsed = Math.max(0, now - began)
      if (elapsed > MOST_MS) return this.end()
      this.frame = requestAnimationFrame(step)
      this.on(along(stops, elapsed))
    }
    this.frame = requestAnimationFrame(step)
  }

  /** Stop, for another point is to be shown. */
  end() {
    clearTimeout(this.waiting)
    if (!this.frame) return
    cancelAnimationFrame(this.frame)
    this.frame = 0
    this.on(null)
  }

  /** Stop for good: the visitor has moved over the map, and knows what it does. */
  moved() {
    if (this.hint.hidden) return
    this.hint.hidden = true
    this.end()
    try {
      localStorage.setItem(SEEN, "yes")
    } catch {
      // A browser that keeps nothing shows it again.
    }
  }
}

function seen() {
  try {
    return localStorage.getItem(SEEN) !== null
  } catch {
    return false
  }
}

/**
 * Where the pointer is: it rests at each stop, then goes on to the next, slowly at both ends.
 * @param {Point[]} stops
 * @param {number} elapsed - milliseconds.
 * @returns {Point}
 */
export function along(stops, elapsed) {
  const lap = SEGMENT_MS + REST_MS
  const from = stops[Math.floor(elapsed / lap) % stops.length]
  const to = stops[(Math.floor(elapsed / lap) + 1) % stops.length]
  const share = Math.max(0, (elapsed % lap) - REST_MS) / SEGMENT_MS
  const eased = share * share * (3 - 2 * share)
  return [from[0] + eased * (to[0] - from[0]), from[1] + eased * (to[1] - from[1])]
}

/**
 * A short round: the start, and the few places that are nearest, each from the one before.
 * @param {Point} start
 * @param {Point[]} places
 * @param {number} count - of the places to visit.
 * @returns {Point[]}
 */
export function roundFrom(start, places, count) {
  const left = [...places]
  const stops = [start]
  while (stops.length <= count && left.length) {
    const [x, y] = stops[stops.length - 1]
    left.sort((a, b) => Math.hypot(a[0] - x, a[1] - y) - Math.hypot(b[0] - x, b[1] - y))
    stops.push(/** @type {Point} */ (left.shift()))
  }
  return stops
}
