import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { Live } from "../../vae_core/ui/components/two_steps/live.js"
import { Player } from "../../vae_core/ui/components/two_steps/player.js"
import { restart } from "./clock.js"
import { file, passAll, settle } from "./two_steps.js"

/** @import { Tensors } from "../../vae_core/ui/browser/tensors.js" */

/** @type {Player} */
let player
/** @type {string[]} */
let failures

const HEARD = { refused: "", message: "", digits: "", idle_seconds: 60, answered: 0, step: /** @type {string | null} */ (null) }
/** @type {string[]} */
let asked
/** @type {Live} */
let live

/** Let the server answer with a file of one step. @param {number} taken */
function answer(taken) {
  const bytes = safetensorsOf(file(taken - 1, 1))
  live.receive({ ...HEARD, state: "ready", training: 1, taken, step: Buffer.from(bytes).toString("base64") })
}

/** @param {Tensors} tensors */
function safetensorsOf(tensors) {
  /** @type {Record<string, object>} */
  const header = {}
  /** @type {Buffer[]} */
  const parts = []
  let start = 0
  for (const [name, { values }] of Object.entries(tensors)) {
    header[name] = { dtype: values instanceof Uint8Array ? "U8" : "F32", shape: [values.length], data_offsets: [start, (start += values.byteLength)] }
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength))
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, ...parts])
}

beforeEach(async () => {
  restart()
  failures = []
  asked = []
  player = new Player({ matches: false }, { draw: () => {}, describe: () => {}, fail: (error) => failures.push(error.message) })
  live = new Live((network) => asked.push(network))
  live.receive({ ...HEARD, state: "ready", training: 1, taken: 0 })
  await player.follow(live)
})

const shown = () => [player.position, player.step?.error[0], player.moving]

test("a live training is asked for steps in any order, which can be gone back to", async () => {
  assert.deepEqual([player.position, player.step], [0, null])
  player.press(["generator"])
  await settle()
  player.press(["discriminator"]) // while the first is waited for
  assert.deepEqual([asked, player.waiting], [["generator"], true])
  answer(1)
  await settle()
  assert.deepEqual(shown(), [0, 0, true])
  await passAll(1500)
  player.press(["generator"])
  await settle()
  answer(2)
  await settle()
  await passAll(1500)
  assert.deepEqual(shown(), [2, 1, false])
  await player.back()
  assert.deepEqual(shown(), [1, 0, false])
  player.press(["discriminator"])
  await settle()
  assert.deepEqual(asked, ["generator", "generator", "discriminator"])
  answer(3)
  await settle()
  assert.deepEqual(shown(), [2, 2, true])
})

test("playing a live training asks for the two in turn", async () => {
  player.togglePlay()
  for (const taken of [1, 2, 3]) {
    await settle()
    answer(taken)
    await settle()
    await passAll(Math.ceil(player.duration))
  }
  assert.deepEqual(asked, ["discriminator", "generator", "discriminator", "generator"])
})

test("one that has ended is told to whoever waits for a step", async () => {
  player.togglePlay()
  await settle()
  live.receive({ ...HEARD, state: "off", training: 1, taken: 0, message: "It was killed." })
  await settle()
  assert.deepEqual(failures, ["It was killed."])
  assert.deepEqual([player.playing, player.waiting], [false, false])
})

test("another training begins with no steps", async () => {
  player.press(["generator"])
  await settle()
  answer(1)
  assert.equal(live.receive({ ...HEARD, state: "starting", training: 2, taken: 0 }), true)
  assert.equal(live.count, 0)
})

test("of one that goes on while another page is looked at, the steps from then on are shown", () => {
  const later = new Live(() => {})
  const bytes = Buffer.from(safetensorsOf(file(6, 1))).toString("base64")
  later.receive({ ...HEARD, state: "ready", training: 3, taken: 7, step: bytes })
  assert.equal(later.count, 0)
  later.receive({ ...HEARD, state: "ready", training: 3, taken: 8, step: bytes })
  assert.equal(later.count, 1)
})
