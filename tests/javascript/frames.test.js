import assert from "node:assert/strict"
import { test } from "node:test"
import { gzipSync } from "node:zlib"

import { Frames, Moment } from "../../vae_core/ui/components/time_machine/frames.js"
import { float32, safetensors } from "./builders.js"

/** @import { TestContext } from "node:test" */
/** @import { Frame } from "../../vae_core/ui/components/time_machine/frames.js" */

Object.assign(globalThis, { document: { baseURI: "http://server/app/" } })

/**
 * A snapshot's file, compressed as the server has it.
 * @param {number[]} means
 * @param {number[]} tiles
 */
function file(means, tiles) {
  const header = {
    means: { dtype: "F32", shape: [means.length / 2, 2], data_offsets: [0, 4 * means.length] },
    tiles: { dtype: "U8", shape: [tiles.length], data_offsets: [4 * means.length, 4 * means.length + tiles.length] },
  }
  return new Uint8Array(gzipSync(new Uint8Array(safetensors(header, [...float32(means), ...tiles]))))
}

/**
 * Stand in for the server. Returns the addresses that were asked for.
 * @param {TestContext} context
 * @param {(address: string) => Promise<Response> | Response} answer
 */
function serve(context, answer) {
  /** @type {string[]} */
  const asked = []
  context.mock.method(globalThis, "fetch", async (/** @type {URL} */ address) => {
    asked.push(address.href)
    return answer(address.href)
  })
  return asked
}

const KEPT = [{ step: 0, address: "a" }, { step: 10, address: "b" }, { step: 30, address: "c" }]
/** @type {Record<string, [means: number[], tiles: number[]]>} */
const CONTENT = { a: [[0, 0.5], [0, 255]], b: [[1, -1], [10, 20]], c: [[2.5, 8], [3, 4]] }
const contentAt = (/** @type {string} */ address) => file(...CONTENT[address.slice(-1)])
const shown = (/** @type {Frame[]} */ frames) =>
  frames.map(({ step, means, tiles }) => [step, Array.from(means), Array.from(tiles)])

test("snapshots come in their order, though their files arrive in another, and are fetched once", async (context) => {
  /** @type {Map<string, (response: Response) => void>} */
  const waiting = new Map()
  const asked = serve(context, (address) => new Promise((resolve) => waiting.set(address, resolve)))
  const frames = new Frames()
  const following = frames.follow(KEPT, null)
  assert.deepEqual(asked, ["http://server/app/a", "http://server/app/b", "http://server/app/c"])
  for (const [address, answer] of [...waiting].reverse()) answer(new Response(contentAt(address)))
  const expected = [[0, ...CONTENT.a], [10, ...CONTENT.b], [30, ...CONTENT.c]]
  assert.deepEqual(shown(await following), expected)

  assert.deepEqual(shown(await frames.follow(KEPT.slice(1), null)), expected.slice(1))
  assert.equal(asked.length, 3)
})

test("the live snapshot is the last frame as long as it is the newest", async (context) => {
  serve(context, (address) => new Response(contentAt(address)))
  const frames = new Frames()
  const live = (/** @type {number} */ step) => ({ step, content: btoa(String.fromCharCode(...file([7, 6], [5, 4]))) })
  const steps = async (/** @type {typeof KEPT} */ kept, /** @type {number} */ step) =>
    (await frames.follow(kept, live(step))).map((frame) => frame.step)
  assert.deepEqual(await steps(KEPT, 31), [0, 10, 30, 31])
  assert.deepEqual(await steps(KEPT, 30), [0, 10, 30]) // it has been kept since
  assert.deepEqual(await steps(KEPT, 5), [0, 10, 30])
  assert.deepEqual(await steps([], 0), [0])
  assert.deepEqual(shown(await frames.follow([], live(12))), [[12, [7, 6], [5, 4]]])
})

test("a snapshot that cannot be fetched is named, and fetched again the next time", async (context) => {
  let broken = true
  const asked = serve(context, (address) =>
    broken && address.endsWith("b") ? new Response("", { status: 503 }) : new Response(contentAt(address)),
  )
  const frames = new Frames()
  await assert.rejects(frames.follow(KEPT, null), /b answered 503/)
  broken = false
  assert.equal((await frames.follow(KEPT, null)).length, 3)
  assert.deepEqual(asked.map((address) => address.slice(-1)), ["a", "b", "c", "b"])
})

const START = { step: 10, means: [0, -4, 1, 2], tiles: [0, 100, 255] }
const END = { step: 30, means: [2, 4, 1, -2], tiles: [255, 50, 0] }

test("between two frames, all is mixed in proportion to the way", () => {
  const moment = new Moment(START)
  assert.deepEqual([moment.step, [...moment.means], [...moment.tiles]], [10, START.means, START.tiles])
  moment.startTowards(END)
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    moment.moveTo(share)
    const mixed = (/** @type {number} */ from, /** @type {number} */ to) => (1 - share) * from + share * to
    assert.equal(moment.step, mixed(START.step, END.step))
    assert.deepEqual([...moment.means], START.means.map((from, i) => mixed(from, END.means[i])))
    const tiles = START.tiles.map((from, i) => mixed(from, END.tiles[i]))
    moment.tiles.forEach((grey, i) => assert.ok(Math.abs(grey - tiles[i]) <= 0.5, `${grey}, not ${tiles[i]}`))
  }
})

test("a new way begins at what is shown, and the frames stay as they are", () => {
  const start = { ...START, means: Float32Array.from(START.means), tiles: Uint8Array.from(START.tiles) }
  const moment = new Moment(start)
  moment.startTowards(END)
  moment.moveTo(0.5) // step 20, means 1, 0, 1, 0
  moment.startTowards(start)
  moment.moveTo(0)
  assert.deepEqual([moment.step, [...moment.means]], [20, [1, 0, 1, 0]])
  moment.moveTo(0.5)
  assert.deepEqual([moment.step, [...moment.means]], [15, [0.5, -2, 1, 1]])
  assert.deepEqual([[...start.means], [...start.tiles]], [START.means, START.tiles])
})
