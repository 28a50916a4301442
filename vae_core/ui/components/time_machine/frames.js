// Frames: the snapshots of a training, fetched as they are asked for, and the way from one to another.

import { gunzip } from "../../browser/static.js"
import { fetchTensors, parseTensors } from "../../browser/tensors.js"

/** @import { Tensors } from "../../browser/tensors.js" */

/**
 * A snapshot.
 * @typedef {object} Frame
 * @property {number} step - of the training, after which it was taken.
 * @property {ArrayLike<number>} means - where the digits lie, (P, 2).
 * @property {ArrayLike<number>} tiles - the manifold's grey bytes, (T, 28, 28).
 */
/** @typedef {{ step: number, address: string }} Kept - a snapshot that the run keeps, as a file to fetch. */
/** @typedef {{ step: number, content: string }} Live - the latest snapshot: its file in base64. */

export class Frames {
  constructor() {
    /** @type {Map<string, Promise<Frame>>} by address */
    this.fetched = new Map()
  }

  /**
   * Fetch the snapshots that are new. If one fails, this fails; the next call tries it again.
   * @param {Kept[]} kept - in order.
   * @param {Live | null} live - which is the last frame as long as it is newer than all that are kept.
   * @returns {Promise<Frame[]>}
   */
  async follow(kept, live) {
    const frames = await Promise.all(kept.map((snapshot) => this.fetch(snapshot)))
    if (live && live.step > (frames.at(-1)?.step ?? -1)) frames.push(await unpack(live))
    return frames
  }

  /**
   * @param {Kept} snapshot
   * @returns {Promise<Frame>} the same one as long as it has not failed.
   */
  fetch({ step, address }) {
    let frame = this.fetched.get(address)
    if (!frame) {
      frame = fetchTensors(address).then((tensors) => frameOf(step, tensors))
      frame.catch(() => this.fetched.delete(address))
      this.fetched.set(address, frame)
    }
    return frame
  }
}

/**
 * @param {Live} snapshot
 * @returns {Promise<Frame>}
 */
async function unpack({ step, content }) {
  const compressed = Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
  return frameOf(step, parseTensors(await gunzip(compressed.buffer).arrayBuffer()))
}

/**
 * @param {number} step
 * @param {Tensors} tensors
 * @returns {Frame}
 */
const frameOf = (step, tensors) => ({ step, means: tensors.means.values, tiles: tensors.tiles.values })

/** What is shown: a mixture of two frames on the way from one to the other, a frame when it has arrived. */
export class Moment {
  /** @param {Frame} frame - to show at first. */
  constructor(frame) {
    this.step = frame.step
    this.means = Float32Array.from(frame.means)
    this.tiles = Uint8ClampedArray.from(frame.tiles)
    this.from = this.to = frame
  }

  /**
   * Begin the way to a frame, from whatever is shown now.
   * @param {Frame} frame
   */
  startTowards(frame) {
    this.from = { step: this.step, means: this.means.slice(), tiles: this.tiles.slice() }
    this.to = frame
  }

  /**
   * Show what lies at a share of the way.
   * @param {number} share - 0 to 1.
   */
  moveTo(share) {
    const { from, to } = this
    this.step = from.step + share * (to.step - from.step)
    for (let i = 0; i < this.means.length; i++) this.means[i] = from.means[i] + share * (to.means[i] - from.means[i])
    for (let i = 0; i < this.tiles.length; i++) this.tiles[i] = from.tiles[i] + share * (to.tiles[i] - from.tiles[i])
  }
}
