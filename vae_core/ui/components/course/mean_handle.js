// The handle of a mean on a map: dragged by a mouse, a pen or a finger, moved by arrow keys, or sent to where the map is
// clicked. A finger beside it scrolls the page, as the style sheet says (touch-action).

import { movedByKey } from "../../browser/arrow_keys.js"

/** @import { Point } from "../../browser/digits.js" */
/** @import { Pixel } from "../../plots/axes.js" */
/** @import { Plane } from "../../plots/plane.js" */

export class MeanHandle {
  /**
   * @param {HTMLElement} container - of the map and of the handle.
   * @param {HTMLButtonElement} button - the handle.
   * @param {Plane} plane
   * @param {(z: Point, byKeys: boolean) => void} move - called with each place that it shall have, within the axes.
   */
  constructor(container, button, plane, move) {
    this.container = container
    this.button = button
    this.plane = plane
    this.move = move
    /** @type {Point} */
    this.z = [0, 0]
    /** @type {Pixel | null} from the handle's middle to where it was grasped; null while it is not */
    this.grasp = null
    container.addEventListener("pointerdown", (event) => this.begin(event))
    container.addEventListener("pointermove", (event) => this.grasp && this.follow(event))
    for (const end of ["pointerup", "pointercancel"]) container.addEventListener(end, () => (this.grasp = null))
    container.addEventListener("click", (event) => {
      if (event.target === button) return // it was dragged
      this.grasp = [0, 0]
      this.follow(event)
      this.grasp = null
    })
    button.addEventListener("keydown", (event) => this.key(event))
  }

  /** @param {Point} z - where it is from now on. */
  show(z) {
    this.z = z
    const [x, y] = this.plane.toPixel(...z)
    this.button.style.left = `${x}px`
    this.button.style.top = `${y}px`
  }

  /** @param {PointerEvent} event */
  begin(event) {
    const onHandle = event.target === this.button
    if (event.button !== 0 || !(onHandle || event.pointerType === "mouse")) return
    const [x, y] = this.pixelOf(event)
    const [left, top] = this.plane.toPixel(...this.z)
    this.grasp = onHandle ? [x - left, y - top] : [0, 0]
    this.button.setPointerCapture(event.pointerId)
    this.button.focus({ preventScroll: true })
    event.preventDefault() // no text is selected
    this.follow(event)
  }

  /** @param {MouseEvent} event */
  follow(event) {
    const [x, y] = this.pixelOf(event)
    const [right, down] = this.grasp ?? [0, 0]
    this.move(this.within(this.plane.toPoint([x - right, y - down])), false)
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const moved = movedByKey(this.z, event.key, event.shiftKey)
    if (!moved) return
    this.move(this.within(moved), true)
    event.preventDefault()
  }

  /**
   * @param {MouseEvent} event
   * @returns {Pixel} from the map's upper left corner.
   */
  pixelOf(event) {
    const box = this.container.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }

  /**
   * @param {Point} z
   * @returns {Point}
   */
  within([z1, z2]) {
    const { extent } = this.plane
    return [Math.min(extent, Math.max(-extent, z1)), Math.min(extent, Math.max(-extent, z2))]
  }
}
