// The player: which of a training's snapshots is shown, and every movement to another: jumping to one, playing through them,
// following the training. It draws nothing; it says when there is something to draw.

import { Moment } from "./frames.js"

/** @import { Frame } from "./frames.js" */

/**
 * What happens in it.
 * @typedef {object} Handlers
 * @property {() => void} draw - what is shown has moved.
 * @property {() => void} describe - another snapshot is shown or moved to, or playing has begun or ended.
 */

const STEP_MS = 500 // from one snapshot to the next while it plays
const LIVE_MS = 800 // a live snapshot arrives about once a second
const JUMP_MS = 250
const LIVE_FRAME_MS = 33 // between two pictures while the training goes on, which may need this processor

export class Player {
  /**
   * @param {{ readonly matches: boolean }} reducedMotion - whether the visitor wants no motion, asked at every step of one.
   * @param {Handlers} on
   */
  constructor(reducedMotion, on) {
    this.reducedMotion = reducedMotion
    this.on = on
    /** @type {Frame[]} the snapshots */
    this.frames = []
    /** The snapshot that is shown or moved to. */
    this.index = 0
    /** @type {Moment | null} what is shown; null until there is a snapshot */
    this.moment = null
    /** The animation frame that moves on; 0 while nothing moves. */
    this.animation = 0
    this.playing = false
    /** Whether to move on whenever the training has a new snapshot. */
    this.following = true
    /** Whether the training goes on. */
    this.going = false
  }

  /** The index of the newest snapshot. */
  get newest() {
    return this.frames.length - 1
  }

  /**
   * Take the snapshots that there are now. The first time, the newest is shown at once.
   * @param {Frame[]} frames - at least one.
   * @param {boolean} going - whether the training goes on.
   */
  follow(frames, going) {
    const before = this.frames.at(-1)?.step
    this.frames = frames
    this.going = going
    const { newest } = this
    this.index = Math.min(this.index, newest) // the live one may have been left out since
    if (!this.moment) {
      this.moment = new Moment(frames[newest])
      this.travelTo(newest, 0)
    } else if (this.following && frames[newest].step !== before) this.catchUp()
    else this.on.draw()
  }

  /** Forget the snapshots: those of another training will come. */
  clear() {
    this.stop()
    this.frames = []
    this.index = 0
    this.moment = null
    this.following = true
  }

  /** Stay at what is shown. */
  stop() {
    cancelAnimationFrame(this.animation)
    this.animation = 0
    this.playing = false
  }

  /**
   * Move to a snapshot that the visitor chose. If it is the newest one, those that come are followed.
   * @param {number} index - which is held within the snapshots that there are.
   */
  jumpTo(index) {
    if (!this.moment) return
    this.playing = false
    this.travelTo(index, JUMP_MS)
    this.following = this.index === this.newest
  }

  /** Play from here, or from the start if this is the end; or pause. */
  togglePlay() {
    if (!this.moment) return
    this.playing = !this.playing
    if (!this.playing) return this.jumpTo(this.index)
    this.following = false
    if (this.index === this.newest) this.travelTo(0, 0)
    this.playNext()
  }

  playNext() {
    this.travelTo(this.index + 1, STEP_MS, () => {
      if (this.playing && this.index < this.newest) {
        // Without motion the next snapshot is there at once, so this one is shown for as long as the way would take.
        setTimeout(() => this.playing && this.playNext(), this.reducedMotion.matches ? STEP_MS : 0)
      } else {
        this.playing = false
        this.following = true
      }
      this.on.describe()
    })
  }

  /** Travel through the snapshots that have arrived since the last time, until about when the next ones will. */
  catchUp() {
    const shown = this.moment?.step ?? -1
    const { newest } = this
    const next = this.frames.findIndex((frame) => frame.step > shown)
    const ahead = next < 0 ? newest : next
    const duration = LIVE_MS / (this.frames.length - ahead)
    const goOn = () => {
      if (this.following && this.index < newest) this.travelTo(this.index + 1, duration, goOn)
    }
    this.travelTo(ahead, duration, goOn)
  }

  /**
   * Move to a snapshot, in place of any other movement.
   * @param {number} index - which is held within the snapshots that there are.
   * @param {number} duration - milliseconds; 0 to be there at once.
   * @param {() => void} onArrival
   */
  travelTo(index, duration, onArrival = () => {}) {
    const { moment } = this
    if (!moment) return
    this.index = Math.min(this.newest, Math.max(0, index))
    cancelAnimationFrame(this.animation)
    moment.startTowards(this.frames[this.index])
    const began = performance.now()
    let drawn = -Infinity
    const advance = () => {
      const now = performance.now()
      const share = duration && !this.reducedMotion.matches ? Math.min(1, (now - began) / duration) : 1
      if (share === 1 || !this.going || now - drawn >= LIVE_FRAME_MS) {
        moment.moveTo(share)
        this.on.draw()
        drawn = now
      }
      this.animation = share < 1 ? requestAnimationFrame(advance) : 0
      if (share === 1) onArrival()
    }
    advance()
    this.on.describe()
  }
}
