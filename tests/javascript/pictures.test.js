import assert from "node:assert/strict"
import { beforeEach, mock, test } from "node:test"
import { gzipSync } from "node:zlib"

import { Pictures } from "../../vae_core/ui/browser/pictures.js"

const BLOCK_OF = [1, 0, 1, 2, 0, 3, 4] // of each digit; every pixel of digit i has the grey i + 1
const BLOCKS = 5

/** @returns {Uint8Array<ArrayBuffer>} a file of pictures, put together byte by byte as picture_blocks.py says. */
function file() {
  const blocks = [...Array(BLOCKS).keys()].map((block) =>
    gzipSync(Uint8Array.from(BLOCK_OF.flatMap((of, i) => (of === block ? Array(784).fill(i + 1) : [])))),
  )
  const head = 8 + 4 * 256 + BLOCK_OF.length
  const bytes = new Uint8Array(head + blocks.reduce((sum, { length }) => sum + length, 0))
  const view = new DataView(bytes.buffer)
  let end = head
  blocks.forEach((block, i) => {
    bytes.set(block, end)
    end += block.length
    view.setUint32(8 + 4 * i, end, true)
  })
  for (let i = BLOCKS; i < 256; i++) view.setUint32(8 + 4 * i, end, true)
  bytes.set(BLOCK_OF, 8 + 4 * 256)
  return bytes
}

const FILE = file()
/** @type {string[]} the ranges that were asked for */
let asked = []
/** @type {(range: [number, number]) => Response | Promise<Response>} */
let answer

beforeEach(() => {
  asked = []
  answer = ([start, end]) => new Response(FILE.slice(start, end + 1), { status: 206 })
  Object.assign(globalThis, {
    document: { baseURI: "http://app/" },
    fetch: async (/** @type {URL} */ _, /** @type {{ headers: { Range: string } }} */ { headers }) => {
      asked.push(headers.Range)
      const [start, end] = headers.Range.slice("bytes=".length).split("-").map(Number)
      return answer([start, end])
    },
  })
})

/**
 * The picture of a digit, waited for.
 * @param {Pictures} pictures
 * @param {number} digit
 */
async function picture(pictures, digit) {
  for (;;) {
    const found = pictures.get(digit)
    if (found) return found
    await new Promise(setImmediate)
  }
}

test("a digit's picture comes with all of its block, and no other", async () => {
  let arrivals = 0
  const pictures = new Pictures("pictures.blocks", BLOCK_OF.length, () => arrivals++)
  assert.equal(pictures.get(4), null)
  assert.deepEqual(await picture(pictures, 4), new Uint8Array(784).fill(5))
  assert.deepEqual(pictures.get(1), new Uint8Array(784).fill(2))
  assert.equal(arrivals, 1)
  assert.equal(asked.length, 2) // the index and one block, though it was asked for twice
  assert.deepEqual(await picture(pictures, 2), new Uint8Array(784).fill(3))
  assert.equal(asked.length, 3)
})

test("a server that sends the whole file is understood", async () => {
  answer = () => new Response(FILE, { status: 200 })
  const pictures = new Pictures("pictures.blocks", BLOCK_OF.length, () => {})
  assert.deepEqual(await picture(pictures, 3), new Uint8Array(784).fill(4))
})

test("what failed is fetched when it is asked for again", async () => {
  const good = answer
  const pictures = new Pictures("pictures.blocks", BLOCK_OF.length, () => {})
  answer = () => new Response("gone", { status: 404 })
  await assert.rejects(pictures.load(0), /404/)
  answer = good
  assert.deepEqual(await picture(pictures, 0), new Uint8Array(784).fill(1))
})

test("who waits for a picture gets it, together with others that wait for its block", async () => {
  const pictures = new Pictures("pictures.blocks", BLOCK_OF.length, () => {})
  const [first, third] = await Promise.all([pictures.load(0), pictures.load(2)])
  assert.deepEqual([first[0], third[783]], [1, 3])
  assert.deepEqual(await pictures.load(0), first)
  assert.equal(asked.length, 2)
})

test("where many are asked for at once, the first few come and the last one", async () => {
  /** @type {(() => void)[]} */
  const held = []
  const pictures = new Pictures("pictures.blocks", BLOCK_OF.length, () => {})
  await picture(pictures, 0)
  const good = answer
  answer = (range) => new Promise((resolve) => held.push(() => resolve(good(range))))
  const error = mock.method(console, "error")
  for (const digit of [1, 3, 5, 6]) pictures.get(digit) // of four other blocks
  await new Promise(setImmediate)
  assert.equal(held.length, 3)
  for (const release of held.splice(0)) release()
  while (!held.length) await new Promise(setImmediate)
  assert.equal(pictures.get(6), null)
  held[0]()
  assert.deepEqual(await picture(pictures, 6), new Uint8Array(784).fill(7))
  assert.deepEqual(pictures.get(5), new Uint8Array(784).fill(6))
  assert.equal(error.mock.callCount(), 0)
})
