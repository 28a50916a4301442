// The posterior q(z|x) of a digit: a normal distribution in the plane, whose two axes are independent.

/** @import { Point } from "../../browser/digits.js" */

export class Posterior {
  /**
   * @param {Point} mean
   * @param {Point} std - standard deviations along both axes, positive.
   */
  constructor(mean, std) {
    this.mean = mean
    this.std = std
  }

  /**
   * The point that a draw from the standard normal distribution leads to: z = mean + std * noise, axis by axis.
   * @param {Point} noise
   * @returns {Point}
   */
  at(noise) {
    const { mean, std } = this
    return [mean[0] + std[0] * noise[0], mean[1] + std[1] * noise[1]]
  }

  /**
   * KL(q(z|x) || N(0, I)) in nats: 1/2 sum(std^2 + mean^2 - 1 - log std^2) (Kingma and Welling 2014, appendix B).
   */
  get kl() {
    const { mean, std } = this
    return 0.5 * [0, 1].reduce((sum, axis) => sum + std[axis] ** 2 + mean[axis] ** 2 - 1 - 2 * Math.log(std[axis]), 0)
  }
}
