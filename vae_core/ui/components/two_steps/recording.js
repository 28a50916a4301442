// The recording: the first steps of a training, in pieces that are fetched as they are needed.

import { fetchTensors } from "../../browser/tensors.js"
import { NETWORKS, stepsOf } from "./steps.js"

/** @import { Tensors } from "../../browser/tensors.js" */
/** @import { Network, Outline, Step } from "./steps.js" */

/** @typedef {{ address: string, steps: number }} Piece - a file, and how many steps it holds. */
/** @typedef {{ network: Network, quick: boolean }} Wish - a step to take, and whether only because its turn comes first. */

export class Recording {
  /**
   * @param {Piece[]} pieces
   * @param {Outline[]} outline - of all steps.
   * @param {(address: string) => Promise<Tensors>} fetch
   */
  constructor(pieces, outline, fetch = fetchTensors) {
    this.pieces = pieces
    this.outline = outline
    this.fetch = fetch
    /** The steps that have come, by number. @type {Step[]} */
    this.steps = []
    /** @type {Map<number, Promise<void>>} the pieces that are there or on their way */
    this.fetched = new Map()
  }

  /** How many steps there are. */
  get count() {
    return this.outline.length
  }

  /**
   * Where a step that is asked for begins.
   * @param {number} index - of the step that would be next.
   */
  from(index) {
    return index
  }

  /**
   * Which steps to take until each of these networks has learned once; fewer at the end.
   * @param {number} index - of the next step.
   * @param {Network[]} networks
   * @returns {Wish[]}
   */
  plan(index, networks) {
    const wanted = new Set(networks)
    /** @type {Wish[]} */
    const wishes = []
    for (let i = index; i < this.count && wanted.size; i++) {
      const network = this.outline[i].trained
      wishes.push({ network, quick: !wanted.delete(network) })
    }
    return wishes
  }

  /**
   * What playing takes next; nothing at the end.
   * @param {number} index - of the next step.
   * @returns {Wish[]}
   */
  following(index) {
    return this.outline.slice(index, index + 1).map(({ trained }) => ({ network: trained, quick: false }))
  }

  /**
   * A step, fetched if it is not there; the piece after it is then asked for too.
   * @param {number} index
   * @returns {Promise<Step>}
   */
  async take(index) {
    let [piece, first] = [0, 0]
    while (index >= first + this.pieces[piece].steps) first += this.pieces[piece++].steps
    if (!this.steps[index]) await this.load(piece, first)
    if (piece + 1 < this.pieces.length) this.load(piece + 1, first + this.pieces[piece].steps).catch(() => {}) // it will be asked for again
    return this.steps[index]
  }

  /**
   * @param {number} piece
   * @param {number} first - the number of its first step.
   */
  load(piece, first) {
    const coming = this.fetched.get(piece) ?? this.fetch(this.pieces[piece].address).then((tensors) => {
      stepsOf(tensors).forEach((step, i) => (this.steps[first + i] = step))
    })
    this.fetched.set(piece, coming)
    return coming.catch((error) => {
      this.fetched.delete(piece)
      throw error
    })
  }
}

/**
 * What the overview of a recording says of all its steps.
 * @param {Tensors} overview
 * @returns {Outline[]}
 */
export const outlineOf = ({ trained, error }) =>
  Array.from(trained.values, (network, i) => ({ trained: NETWORKS[network], error: [error.values[2 * i], error.values[2 * i + 1]] }))
