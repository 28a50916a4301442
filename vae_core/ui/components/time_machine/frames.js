// Frames: the snapshots of a training, fetched as they are asked for, and the way from one to another.

import { fetchTensors, parseTensors } from "../../browser/tensors.js"
import { unpack } from "../../browser/static.js"

export class Frames {
  constructor() {
    this.loading = new Map()
  }

  /** Fetch what is new. kept: [address, step] of each snapshot in order; live: {step, content (base64)} or null, which is
      the last frame while it is newer than all that are kept. Returns the frames: [{step, means, tiles}]. */
  async follow(kept, live) {
    for (const [address, step] of kept) {
      if (this.loading.has(address)) continue
      this.loading.set(address, fetchTensors(address).then((tensors) => frame(step, tensors)))
      this.loading.get(address).catch(() => this.loading.delete(address)) // to be tried again
    }
    const frames = await Promise.all(kept.map(([address]) => this.loading.get(address)))
    if (live && live.step > (frames.at(-1)?.step ?? -1)) frames.push(await decode(live))
    return frames
  }
}

async function decode({ step, content }) {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
  return frame(step, parseTensors(await unpack(new Response(bytes)).arrayBuffer()))
}

const frame = (step, tensors) => ({ step, means: tensors.means.values, tiles: tensors.tiles.values })

/** What is shown: a mixture of two frames while it travels, a frame when it has arrived. */
export class Moment {
  constructor(frame) {
    this.step = frame.step
    this.means = Float32Array.from(frame.means)
    this.tiles = Uint8ClampedArray.from(frame.tiles)
  }

  /** Start towards a frame from wherever this is. */
  depart(frame) {
    this.from = { step: this.step, means: this.means.slice(), tiles: this.tiles.slice() }
    this.to = frame
  }

  /** Be at a share of the way, 0 to 1. */
  travel(share) {
    const { from, to } = this
    this.step = from.step + share * (to.step - from.step)
    for (let i = 0; i < this.means.length; i++) this.means[i] = from.means[i] + share * (to.means[i] - from.means[i])
    for (let i = 0; i < this.tiles.length; i++) this.tiles[i] = from.tiles[i] + share * (to.tiles[i] - from.tiles[i])
  }
}
