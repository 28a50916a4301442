// Arrow keys that move a point of the latent plane: by a small step, or with shift by a larger one.

/** @import { Point } from "./digits.js" */

export const STEP = 0.05
export const BIG_STEP = 0.25

/** @type {Record<string, Point | undefined>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

/**
 * Where a key moves a point; undefined if it is no arrow key.
 * @param {Point} z - before.
 * @param {string} key
 * @param {boolean} far - whether in larger steps.
 * @returns {Point | undefined}
 */
export function movedByKey(z, key, far) {
  const arrow = ARROWS[key]
  const step = far ? BIG_STEP : STEP
  return arrow && [z[0] + step * arrow[0], z[1] + step * arrow[1]]
}
