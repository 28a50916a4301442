// The player: how many steps are taken, and how far the one under way is. It draws nothing; it says when there is something
// to draw. What it plays is a recording or a live training.

/** @import { Live } from "./live.js" */
/** @import { Recording, Wish } from "./recording.js" */
/** @import { Network, Step } from "./steps.js" */

/**
 * What happens in it.
 * @typedef {object} Handlers
 * @property {() => void} draw - what is shown has moved.
 * @property {() => void} describe - another step is shown or begins, playing has begun or ended, or a step is waited for.
 * @property {(error: Error) => void} fail - a step did not come.
 */

const STEP_MS = 1500
const QUICK_MS = 400 // a step that is only taken because its turn comes first
const SLOW_MS = 12_000
const PLAYED = { first: 1200, shrinks: 0.9, last: 120 } // milliseconds; each is shorter than the one before
const HASTY_MS = 300 // a shorter step is shown by its end alone

export class Player {
  /**
   * @param {{ readonly matches: boolean }} reducedMotion - whether the visitor wants no motion, asked at every picture.
   * @param {Handlers} on
   */
  constructor(reducedMotion, on) {
    this.reducedMotion = reducedMotion
    this.on = on
    /** @type {Recording | Live | null} */
    this.source = null
    /** How many steps are taken. */
    this.position = 0
    /** @type {Step | null} the step under way, else the last one; the first one before that; null while there is none */
    this.step = null
    /** Whether a step is under way. */
    this.moving = false
    /** Whether a step is on its way here. */
    this.waiting = false
    this.playing = false
    this.slow = false
    /** @type {Wish[]} steps to take after this one */
    this.wishes = []
    this.done = 1
    this.duration = STEP_MS
    this.played = 0
    /** Counts what was begun, so that what comes too late is known. */
    this.turn = 0
    this.animation = 0
  }

  /** Whether the step under way is too short to see its phases. */
  get hasty() {
    return this.moving && !this.slow && this.duration < HASTY_MS
  }

  /** How far the step that is shown has come, from 0 to 1. Whoever wants no motion sees its end, unless it is slow. */
  get share() {
    return this.hasty || (this.moving && this.reducedMotion.matches && !this.slow) ? 1 : this.done
  }

  /**
   * Play something else, from its start.
   * @param {Recording | Live} source
   */
  follow(source) {
    this.source = source
    return this.jumpTo(0)
  }

  /**
   * Let these networks learn, one after the other. It does nothing while a step is waited for.
   * @param {Network[]} networks
   */
  press(networks) {
    if (!this.source || this.waiting) return
    this.playing = false
    if (this.moving) this.arrive()
    this.position = this.source.from(this.position)
    this.wishes = this.source.plan(this.position, networks)
    this.advance()
  }

  /** Play from here, from the start if this is the end; or pause after the step under way. */
  togglePlay() {
    if (!this.source) return
    this.playing = !this.playing
    this.wishes = []
    this.played = 0
    if (this.playing && !this.source.following(this.position).length) this.position = 0
    if (this.playing && !this.moving && !this.waiting) this.advance()
    else this.on.describe()
  }

  toggleSlow() {
    this.slow = !this.slow
    this.on.describe()
  }

  /** Undo the step under way, else the last one. */
  back() {
    return this.jumpTo(this.moving || this.waiting ? this.position : this.position - 1)
  }

  /**
   * Show the step after which so many are taken, at its end, or the first one before it begins.
   * @param {number} position - which is held within the steps that there are.
   */
  async jumpTo(position) {
    const { source } = this
    if (!source) return
    this.stop()
    this.position = Math.max(0, Math.min(source.count, position))
    const turn = this.turn
    const step = source.count ? await source.take(Math.max(0, this.position - 1)).catch((error) => this.fail(turn, error)) : null
    if (turn !== this.turn || step === undefined) return
    this.step = step
    this.done = this.position ? 1 : 0
    this.show()
  }

  /** Begin the next step that is wished for, or that playing takes. */
  async advance() {
    const { source } = this
    if (!source) return
    if (!this.wishes.length && this.playing) this.wishes = source.following(this.position)
    const wish = this.wishes.shift()
    if (!wish) {
      this.playing = false
      return this.show()
    }
    const turn = ++this.turn
    this.waiting = true
    this.on.describe()
    const step = await source.take(this.position, wish.network).catch((error) => this.fail(turn, error))
    if (turn !== this.turn || !step) return
    this.waiting = false
    this.step = step
    this.done = 0
    this.moving = true
    const { first, shrinks, last } = PLAYED
    this.duration = this.playing ? Math.max(last, first * shrinks ** this.played++) : wish.quick ? QUICK_MS : STEP_MS
    this.on.describe()
    let before = performance.now()
    const move = () => {
      const now = performance.now()
      this.done = Math.min(1, this.done + (now - before) / (this.slow ? SLOW_MS : this.duration))
      before = now
      this.on.draw()
      if (this.done < 1) this.animation = requestAnimationFrame(move)
      else {
        this.arrive()
        this.advance()
      }
    }
    move()
  }

  /** The step under way is taken. */
  arrive() {
    cancelAnimationFrame(this.animation)
    this.moving = false
    this.done = 1
    this.position++
  }

  /** Let go of what is under way or waited for. */
  stop() {
    cancelAnimationFrame(this.animation)
    this.turn++
    this.playing = this.moving = this.waiting = false
    this.wishes = []
  }

  /**
   * @param {number} turn - that failed; a later one goes on.
   * @param {Error} error
   */
  fail(turn, error) {
    if (turn !== this.turn) return
    this.stop()
    this.on.fail(error)
    this.on.describe()
  }

  show() {
    this.on.describe()
    this.on.draw()
  }
}
