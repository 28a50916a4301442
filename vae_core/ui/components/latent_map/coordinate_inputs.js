// The inputs for z1 and z2: they show the point that is shown, and pin what a visitor types.

import { BIG_STEP, STEP } from "../../browser/arrow_keys.js"
import { coordinateText } from "../../browser/digits.js"

/** @import { Point } from "../../browser/digits.js" */

/**
 * A number as people write one: with a comma, or with the minus that the page writes. NaN if it is none.
 * @param {string} text
 */
const parseNumber = (text) => Number(text.trim().replace("\u2212", "-").replace(",", ".") || NaN)

export class CoordinateInputs {
  /**
   * @param {HTMLInputElement[]} inputs - for z1 and for z2.
   * @param {(z: Point) => void} pin - called with the point that was typed.
   */
  constructor(inputs, pin) {
    this.inputs = inputs
    this.pin = pin
    /** @type {Point} the point that they show, or showed before something was typed */
    this.z = [0, 0]
    this.show(this.z)
    for (const input of this.inputs) {
      input.addEventListener("change", () => this.pinTyped())
      input.addEventListener("keydown", (event) => this.key(event, input))
    }
  }

  /** @param {Point} z */
  show(z) {
    this.z = z
    this.inputs.forEach((input, axis) => (input.value = coordinateText(z[axis])))
  }

  /**
   * Show another point, unless something is being typed.
   * @param {Point} z
   */
  follow(z) {
    const typing = this.inputs.some((input, axis) => input.value !== coordinateText(this.z[axis]))
    if (!typing) this.show(z)
  }

  /**
   * What an input holds: NaN if it is no number; where nothing was typed the point's own, with all its decimals.
   * @param {HTMLInputElement} input
   */
  valueOf(input) {
    const own = this.z[this.inputs.indexOf(input)]
    return input.value === coordinateText(own) ? own : parseNumber(input.value)
  }

  /** Pin the point that was typed, unless an input holds no number; then both show the last point again. */
  pinTyped() {
    const [z1, z2] = this.inputs.map((input) => this.valueOf(input))
    if (Number.isFinite(z1) && Number.isFinite(z2)) this.pin([z1, z2])
    this.show(this.z)
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLInputElement} input - where the key was pressed.
   */
  key(event, input) {
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0
    if (direction) {
      input.value = String(this.valueOf(input) + direction * (event.shiftKey ? BIG_STEP : STEP))
      this.pinTyped()
    } else if (event.key === "Escape") this.show(this.z)
    else return
    event.preventDefault()
  }
}
