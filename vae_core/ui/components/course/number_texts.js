// Numbers as the course writes them, with a true minus.

/** @import { Point } from "../../browser/digits.js" */
/** @import { Loss } from "./loss.js" */

/**
 * A pair to three decimals, for many standard deviations are below 0.05.
 * @param {Point} values
 */
export const pairText = (values) => `(${values.map((value) => signed(value.toFixed(3))).join(", ")})`

/**
 * Nats to one decimal.
 * @param {number} value
 */
export const natsText = (value) => signed(value.toFixed(1))

/**
 * A loss in words.
 * @param {Loss} loss
 */
export const lossText = ({ reconstruction, kl }) => `reconstruction ${natsText(reconstruction)}, KL ${natsText(kl)} nats`

/**
 * With a true minus, and none before a zero.
 * @param {string} number
 */
const signed = (number) => number.replace(/^-(?=0(?:\.0+)?$)/, "").replace("-", "\u2212")
