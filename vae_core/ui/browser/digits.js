// The test digits as the map shows them: where each lies, how wide its posterior is, and its class.

import { CLASSES } from "./picture.js"

/** @import { Tensors } from "./tensors.js" */

/** @typedef {[z1: number, z2: number]} Point - of the latent plane. */
/**
 * @typedef {object} Digit
 * @property {number} index - its number among the test digits.
 * @property {number} label - its class, 0 to 9.
 * @property {Point} mean - of its posterior.
 * @property {Point} std - standard deviations of its posterior.
 */

const CELL = 0.4 // width of a grid cell in latent units, which is about that of the dense middle of a class
const APART = 0.06 // least distance of two names, as a share of the map's extent: about the height of a name

export class Digits {
  /** @param {Tensors} map - means and std (N, 2), labels (N,). */
  constructor(map) {
    this.means = map.means.values
    this.std = map.std.values
    this.labels = map.labels.values
    this.count = this.labels.length
  }

  /**
   * The digit of a shown class whose mean is nearest to a point, with its distance; null if no class is shown.
   * @param {Point} z
   * @param {boolean[]} shown - by class.
   * @returns {Digit & { distance: number } | null}
   */
  nearest([z1, z2], shown) {
    let index = -1
    let least = Infinity
    for (let i = 0; i < this.count; i++) {
      const d1 = this.means[2 * i] - z1
      const d2 = this.means[2 * i + 1] - z2
      const squared = d1 * d1 + d2 * d2
      if (squared < least && shown[this.labels[i]]) {
        least = squared
        index = i
      }
    }
    return index < 0 ? null : { ...this.at(index), distance: Math.sqrt(least) }
  }

  /**
   * @param {number} index
   * @returns {Digit}
   */
  at(index) {
    return { index, label: this.labels[index], mean: pair(this.means, index), std: pair(this.std, index) }
  }

  /**
   * The next digit of a shown class after an index, in steps of 1 or -1; the index itself if there is none.
   * @param {number} index - which may be -1 or the number of digits, to begin at either end.
   * @param {number} step
   * @param {boolean[]} shown - by class.
   */
  next(index, step, shown) {
    for (let i = index + step; i >= 0 && i < this.count; i += step) if (shown[this.labels[i]]) return i
    return index
  }

  /**
   * Where each class's name is written: the mean of its digits within one cell of a grid, namely the cell with the
   * highest n^2 / all, so that it has both many of this class and few others. Names keep apart, if there is a cell for
   * it: the class with the highest value chooses first. The origin for a class without digits.
   * @returns {Point[]} ten points.
   */
  centres() {
    /** @type {Point[]} */
    const centres = CLASSES.map(() => [0, 0])
    /** @type {Point[]} */
    const taken = []
    const [z1, z2] = [span(this.means, 0), span(this.means, 1)]
    const apart = APART * Math.max(z1[1] - z1[0], z2[1] - z2[0])
    const places = this.places()
    const order = CLASSES.filter((label) => places[label].length)
    order.sort((a, b) => places[b][0].weight - places[a][0].weight)
    for (const label of order) {
      const free = places[label].find(({ z }) => taken.every((other) => distance(z, other) >= apart))
      centres[label] = (free ?? places[label][0]).z
      taken.push(centres[label])
    }
    return centres
  }

  /**
   * For each class, where its name could be written, the best place first: the weight n^2 / all of each cell of a grid
   * that has digits of the class, and their mean.
   * @returns {{ z: Point, weight: number }[][]}
   */
  places() {
    /** @type {Map<number, number[][]>} the indices of each cell's digits, by class */
    const cells = new Map()
    for (let i = 0; i < this.count; i++) {
      const cell = Math.round(this.means[2 * i] / CELL) * 1000 + Math.round(this.means[2 * i + 1] / CELL)
      let members = cells.get(cell)
      if (!members) cells.set(cell, (members = CLASSES.map(() => [])))
      members[this.labels[i]].push(i)
    }
    return CLASSES.map((label) => {
      const found = []
      for (const members of cells.values()) {
        const own = members[label]
        if (!own.length) continue
        const total = (/** @type {number} */ axis) => own.reduce((sum, i) => sum + this.means[2 * i + axis], 0)
        /** @type {Point} */
        const z = [total(0) / own.length, total(1) / own.length]
        found.push({ z, weight: own.length ** 2 / members.reduce((sum, others) => sum + others.length, 0) })
      }
      return found.sort((a, b) => b.weight - a.weight)
    })
  }

  /**
   * The indices of one class, among every `step`-th of all digits.
   * @param {number} label
   * @param {number} step
   */
  ofClass(label, step) {
    const indices = []
    for (let i = 0; i < this.count; i += step) if (this.labels[i] === label) indices.push(i)
    return indices
  }
}

/**
 * The least and the greatest coordinate along one axis.
 * @param {ArrayLike<number>} means - (N, 2).
 * @param {number} axis - 0 for z1, 1 for z2.
 * @returns {[low: number, high: number]}
 */
export function span(means, axis) {
  let [low, high] = [Infinity, -Infinity]
  for (let i = axis; i < means.length; i += 2) {
    low = Math.min(low, means[i])
    high = Math.max(high, means[i])
  }
  return [low, high]
}

/**
 * @param {Point} a
 * @param {Point} b
 */
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1])

/**
 * A coordinate as the page writes it: to two decimals, with a true minus, and none before a zero.
 * @param {number} value
 */
export const coordinateText = (value) => value.toFixed(2).replace("-0.00", "0.00").replace("-", "\u2212")

/**
 * A class as the page writes it: a 3, an 8.
 * @param {number} label
 */
export const classText = (label) => `${label === 8 ? "an" : "a"} ${label}`

/**
 * A point as the page writes it.
 * @param {Point} z
 */
export const pointText = ([z1, z2]) => `z1 ${coordinateText(z1)}, z2 ${coordinateText(z2)}`

/**
 * @param {Float32Array | Uint8Array} values - (N, 2).
 * @param {number} index
 * @returns {Point}
 */
const pair = (values, index) => [values[2 * index], values[2 * index + 1]]
