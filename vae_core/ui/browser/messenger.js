// Sends the server the latest of a value that may change many times a second.

export class Messenger {
  constructor() {
    /** @type {(() => void) | null} Sends the value that waits; null if none waits. */
    this.sendWaiting = null
    /** @type {ReturnType<typeof setTimeout> | undefined} Ends the pause after the last value; undefined outside one. */
    this.pause = undefined
  }

  /**
   * Send a value: at once, or at the end of the pause that an earlier value began. Of the values that come in a pause
   * only the latest is sent, but that one always.
   * @template T
   * @param {(value: T) => void} deliver
   * @param {T} value
   * @param {number} pauseMs - milliseconds to pause after it. A value with none is sent at once even in a pause, which it
   *   ends.
   */
  send(deliver, value, pauseMs = 0) {
    this.sendWaiting = () => deliver(value)
    if (pauseMs && this.pause) return
    clearTimeout(this.pause)
    this.flush(pauseMs)
  }

  /**
   * Send the value that waits, if any, and begin a pause after it.
   * @param {number} pauseMs
   */
  flush(pauseMs) {
    this.pause = undefined
    if (!this.sendWaiting) return
    this.sendWaiting()
    this.sendWaiting = null
    if (pauseMs) this.pause = setTimeout(() => this.flush(pauseMs), pauseMs)
  }

  /** Drop the value that waits. */
  close() {
    clearTimeout(this.pause)
  }
}
