// Tells the server the latest of what may change many times a second.

export class Messenger {
  /** Tell a value at once, but then not again before `rest` milliseconds are over; the last one is never lost. */
  tell(send, value, rest = 0) {
    this.untold = () => send(value)
    if (rest && this.resting) return
    clearTimeout(this.resting)
    this.flush(rest)
  }

  flush(rest) {
    this.resting = null
    if (!this.untold) return
    this.untold()
    this.untold = null
    if (rest) this.resting = setTimeout(() => this.flush(rest), rest)
  }

  close() {
    clearTimeout(this.resting)
  }
}
