// The test digits as the map shows them: where each lies, how wide its posterior is, its class and its picture.

import { CLASSES, SIDE } from "./picture.js"

const CELL = 0.4 // of the latent space: a class's core is about so wide

export class Digits {
  /** map: means and spreads (N, 2), labels (N,); pictures: images (N, 28, 28). */
  constructor(map, pictures) {
    this.means = map.means.values
    this.spreads = map.spreads.values
    this.labels = map.labels.values
    this.images = pictures.images.values
    this.count = this.labels.length
  }

  /** The digit nearest to z among the classes shown. Returns {index, label, distance, mean, spread}, or null. */
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

  /** One digit: {index, label, mean, spread}. */
  at(index) {
    const pair = (values) => [values[2 * index], values[2 * index + 1]]
    return { index, label: this.labels[index], mean: pair(this.means), spread: pair(this.spreads) }
  }

  /** The first digit of the classes shown that comes after an index in steps of 1 or -1; if there is none, the index. */
  next(index, step, shown) {
    for (let i = index + step; i >= 0 && i < this.count; i += step) if (shown[this.labels[i]]) return i
    return index
  }

  /** Where each class's name goes: the cell of a grid over the map where it is most, and most alone. Returns 10 points. */
  centres() {
    const cell = (i) => Math.round(this.means[2 * i] / CELL) * 1000 + Math.round(this.means[2 * i + 1] / CELL)
    const cells = new Map()
    for (let i = 0; i < this.count; i++) {
      const members = cells.get(cell(i)) ?? cells.set(cell(i), CLASSES.map(() => [])).get(cell(i))
      members[this.labels[i]].push(i)
    }
    return CLASSES.map((label) => {
      let best = [0, 0]
      let most = 0
      for (const members of cells.values()) {
        const own = members[label]
        const weight = own.length ** 2 / members.reduce((sum, others) => sum + others.length, 0)
        if (weight <= most) continue
        most = weight
        best = [0, 1].map((axis) => own.reduce((sum, i) => sum + this.means[2 * i + axis], 0) / own.length)
      }
      return best
    })
  }

  /** The grey bytes of one digit. */
  image(index) {
    return this.images.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE)
  }

  /** The indices of one class, among every `step`-th of all digits. */
  ofClass(label, step) {
    const indices = []
    for (let i = 0; i < this.count; i += step) if (this.labels[i] === label) indices.push(i)
    return indices
  }
}
