// What a screen reader says after a key has changed something that is only drawn.

const PAUSE_MS = 400 // a key that is held is answered once, at its end

export class Announcer {
  /** @param {HTMLElement} element - of the role status, which is not seen. */
  constructor(element) {
    this.element = element
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined
  }

  /** @param {() => string} text - asked for once no other text has come for a moment. */
  say(text) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.element.textContent = text()
    }, PAUSE_MS)
  }

  close() {
    clearTimeout(this.timer)
  }
}
