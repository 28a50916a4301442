// The inputs for z1 and z2: they show the pinned point, and pin what a visitor types.

export const STEP = 0.05
export const BIG_STEP = 0.25
const ARROWS = { ArrowUp: 1, ArrowDown: -1 }

/** A number as people write one: with a comma, or with the minus that the page writes. NaN if it is none. */
const numberIn = (text) => Number(text.trim().replace("\u2212", "-").replace(",", ".") || NaN)

export class CoordinateInputs {
  /** inputs: two text fields, in the order of the axes; pin(z): told what was typed. */
  constructor(inputs, pin) {
    this.inputs = [...inputs]
    this.pin = pin
    this.fill([0, 0])
    for (const input of this.inputs) {
      input.addEventListener("change", () => this.read())
      input.addEventListener("keydown", (event) => this.key(event))
    }
  }

  /** Show a point. */
  fill(z) {
    this.z = z
    this.inputs.forEach((input, axis) => (input.value = z[axis].toFixed(4)))
  }

  /** Pin what they say. One that holds no number goes back to what it was. */
  read() {
    const z = this.inputs.map((input) => numberIn(input.value))
    if (z.every(Number.isFinite)) this.pin(z)
    this.fill(this.z)
  }

  key(event) {
    const step = (ARROWS[event.key] ?? 0) * (event.shiftKey ? BIG_STEP : STEP)
    if (step) {
      event.target.value = numberIn(event.target.value) + step
      this.read()
    } else if (event.key === "Escape") this.fill(this.z)
    else return
    event.preventDefault()
  }
}
