// The test digits' pictures. They come in blocks when they are first asked for: vae_core/ui/resources/picture_blocks.py
// says what the file is like.

import { SIDE } from "./picture.js"
import { fetchRange, gunzip } from "./static.js"

/** @typedef {{ ends: Uint32Array, blocks: Uint8Array }} Index - where each block ends; the block of each digit. */

const ENDS_AT = 8
const BLOCKS = 256
const AT_ONCE = 3 // blocks on their way; whoever moves over many has left most of them behind before they come

export class Pictures {
  /**
   * @param {string} address
   * @param {number} count - of the digits.
   * @param {() => void} arrived - called when pictures that `get` asked for have come, or could not be loaded.
   */
  constructor(address, count, arrived) {
    this.address = address
    this.head = ENDS_AT + 4 * BLOCKS + count
    this.arrived = arrived
    /** @type {Promise<Index> | undefined} */
    this.index = undefined
    /** @type {Map<number, Uint8Array>} of each digit that has come */
    this.images = new Map()
    /** @type {Map<number, Promise<void>>} the blocks on their way */
    this.fetching = new Map()
    /** @type {number | null} the digit that was asked for last and is not on its way */
    this.wanted = null
    /** Whether what was fetched last could not be loaded. It is asked for again with the next move. */
    this.failed = false
  }

  /**
   * The grey bytes of one digit; null if they have not come yet: then they are fetched, soon.
   * @param {number} digit - its number.
   */
  get(digit) {
    const image = this.images.get(digit) ?? null
    if (!image) this.want(digit).catch((error) => this.fail(error))
    return image
  }

  /**
   * The grey bytes of one digit, waited for.
   * @param {number} digit - its number.
   * @returns {Promise<Uint8Array>}
   */
  async load(digit) {
    const index = await (this.index ??= this.fetchIndex())
    if (!this.images.has(digit)) await this.fetch(index, index.blocks[digit])
    return /** @type {Uint8Array} */ (this.images.get(digit))
  }

  /**
   * Fetch the block of a digit, unless too many are on their way: then it waits, or gives way to the next.
   * @param {number} digit
   */
  async want(digit) {
    const index = await (this.index ??= this.fetchIndex())
    const block = index.blocks[digit]
    if (this.images.has(digit) || this.fetching.has(block)) return
    this.wanted = this.fetching.size < AT_ONCE ? null : digit
    if (this.wanted !== null) return
    await this.fetch(index, block)
    this.failed = false
    this.arrived()
    if (this.wanted !== null) await this.want(this.wanted)
  }

  /**
   * Fetch a block, unless it is on its way already.
   * @param {Index} index
   * @param {number} block
   * @returns {Promise<void>}
   */
  fetch(index, block) {
    const start = block ? index.ends[block - 1] : this.head
    const fetched = this.fetching.get(block) ?? fetchRange(this.address, start, index.ends[block])
      .then(async (packed) => this.keep(index, block, new Uint8Array(await gunzip(packed).arrayBuffer())))
      .finally(() => this.fetching.delete(block))
    this.fetching.set(block, fetched)
    return fetched
  }

  /** @param {Error} error */
  fail(error) {
    console.error(error)
    if (this.failed) return // said already
    this.failed = true
    this.arrived()
  }

  /**
   * @param {Index} index
   * @param {number} block
   * @param {Uint8Array} images - of its digits, in the order of their numbers.
   */
  keep({ blocks }, block, images) {
    let next = 0
    for (let i = 0; i < blocks.length; i++) {
      if (blocks[i] === block) this.images.set(i, images.subarray(next, (next += SIDE * SIDE)))
    }
  }

  /** @returns {Promise<Index>} */
  async fetchIndex() {
    try {
      const head = await fetchRange(this.address, 0, this.head)
      const view = new DataView(head, ENDS_AT)
      const ends = Uint32Array.from({ length: BLOCKS }, (_, i) => view.getUint32(4 * i, true))
      return { ends, blocks: new Uint8Array(head, ENDS_AT + 4 * BLOCKS) }
    } catch (error) {
      this.index = undefined // so that the next one who asks tries again
      throw error
    }
  }
}
