import assert from "node:assert/strict"
import { beforeEach, mock, test } from "node:test"

import { Live } from "../../vae_core/ui/components/two_steps/live.js"
import { PHASES, changeText, phaseAt } from "../../vae_core/ui/components/two_steps/phases.js"
import { Player } from "../../vae_core/ui/components/two_steps/player.js"
import { Recording, outlineOf } from "../../vae_core/ui/components/two_steps/recording.js"
import { NETWORKS, SHOWN, stepsOf } from "../../vae_core/ui/components/two_steps/steps.js"

/** @import { Tensors } from "../../vae_core/ui/browser/tensors.js" */

/** Milliseconds since the test's start. */
let now = 0
/** @type {Map<number, () => void>} the animation frames that are asked for, by id */
const waiting = new Map()
let lastId = 0
Object.assign(globalThis, {
  requestAnimationFrame: (/** @type {() => void} */ callback) => {
    waiting.set(++lastId, callback)
    return lastId
  },
  cancelAnimationFrame: (/** @type {number} */ id) => void waiting.delete(id),
})
mock.method(performance, "now", () => now)

/**
 * A file of steps, of which step n has the error [n, n + 0.5]; the networks take turns.
 * @param {number} first
 * @param {number} count
 * @returns {Tensors}
 */
function file(first, count) {
  const numbers = Array.from({ length: count }, (_, i) => first + i)
  const bytes = (/** @type {number} */ each, /** @type {(step: number, at: number) => number} */ value) =>
    ({ shape: [], values: Uint8Array.from({ length: count * each }, (_, i) => value(first + Math.floor(i / each), i % each)) })
  return {
    trained: bytes(1, (step) => step % 2),
    real: bytes(SHOWN * 784, (step, at) => (step + Math.floor(at / 784)) % 256),
    drawn: bytes(2 * SHOWN * 784, (step, at) => (step + 100 * Math.floor(at / 784 / SHOWN)) % 256),
    verdicts: { shape: [], values: Float32Array.from({ length: count * 4 * SHOWN }, (_, i) => (i % 32) / 32) },
    error: { shape: [], values: Float32Array.from(numbers.flatMap((step) => [step, step + 0.5])) },
    gradient: { shape: [], values: Float32Array.from(numbers) },
  }
}

/** @type {string[]} the files that were asked for */
let fetched
/** @type {Player} */
let player
const motion = { matches: false }
/** @type {string[]} */
let failures

const PIECES = [{ address: "0", steps: 4 }, { address: "4", steps: 6 }, { address: "10", steps: 2 }]

/** @param {string} broken - what cannot be fetched. */
function recording(broken = "") {
  return new Recording(PIECES, outlineOf(file(0, 12)), async (address) => {
    fetched.push(address)
    if (address === broken && fetched.length < 5) throw new Error("no connection")
    return file(Number(address), PIECES.find((one) => one.address === address)?.steps ?? 0)
  })
}

beforeEach(async () => {
  now = 0
  waiting.clear()
  motion.matches = false
  fetched = []
  failures = []
  player = new Player(motion, { draw: () => {}, describe: () => {}, fail: (error) => failures.push(error.message) })
  await player.follow(recording())
})

/** What was promised comes. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/**
 * Let time pass, and the animation frame that is asked for come at its end; then what that promised.
 * @param {number} ms
 */
async function pass(ms) {
  now += ms
  const callbacks = [...waiting.values()]
  waiting.clear()
  assert.ok(callbacks.length <= 1, "two steps at a time")
  for (const callback of callbacks) callback()
  await settle()
}

const shown = () => [player.position, player.step?.error[0], player.moving]

test("a file is taken apart into steps", () => {
  const [, step] = stepsOf(file(6, 2))
  assert.deepEqual([step.trained, step.error, step.gradient], ["generator", [7, 7.5], 7])
  assert.deepEqual(step.real.map((grey) => [grey.length, grey[0]]), Array.from({ length: SHOWN }, (_, i) => [784, 7 + i]))
  assert.deepEqual(step.drawn.map((eight) => [eight.length, eight[0][783], eight[7][0]]), [[8, 7, 7], [8, 107, 107]])
  assert.deepEqual(step.verdicts.map((all) => [all.length, all[0], all[15]]), [[16, 0, 15 / 32], [16, 0.5, 31 / 32]])
  assert.deepEqual(stepsOf({ ...file(0, 1), real: { shape: [0], values: new Uint8Array() } })[0].real, [])
})

test("at first the first step is there, not taken, and the piece after its own is on its way", () => {
  assert.deepEqual(shown(), [0, 0, false])
  assert.equal(player.share, 0)
  assert.deepEqual(fetched, ["0", "4"])
})

test("a step takes a second and a half, and then its end is shown", async () => {
  player.press(["discriminator"])
  await settle()
  assert.deepEqual([...shown(), player.share], [0, 0, true, 0])
  await pass(750)
  assert.deepEqual([...shown(), player.share], [0, 0, true, 0.5])
  await pass(750)
  assert.deepEqual([...shown(), player.share], [1, 0, false, 1])
  assert.equal(waiting.size, 0)
})

test("a network whose turn has not come learns after the other, which is quick", async () => {
  player.press(["generator"])
  await settle()
  assert.deepEqual([...shown(), player.duration], [0, 0, true, 400])
  await pass(400)
  assert.deepEqual([...shown(), player.duration], [1, 1, true, 1500])
  await pass(1500)
  assert.deepEqual(shown(), [2, 1, false])
})

test("both learn once, in the order in which their turns come", async () => {
  await player.jumpTo(3)
  player.press(NETWORKS)
  await settle()
  assert.deepEqual(player.step?.trained, "generator")
  await pass(1500)
  assert.deepEqual([...shown(), player.step?.trained], [4, 4, true, "discriminator"])
  await pass(1500)
  assert.deepEqual(shown(), [5, 4, false])
})

test("a press during a step ends that one and begins the next", async () => {
  player.press(["discriminator"])
  await settle()
  await pass(100)
  player.press(["generator"])
  await settle()
  assert.deepEqual(shown(), [1, 1, true])
})

test("playing becomes faster, takes every step, ends by itself, and begins again from the start", async () => {
  await player.jumpTo(2)
  player.togglePlay()
  await settle()
  const durations = []
  for (let i = 2; i < 12; i++) {
    assert.deepEqual(shown(), [i, i, true])
    durations.push(player.duration)
    await pass(Math.ceil(player.duration))
  }
  assert.deepEqual(durations, [...durations].sort((a, b) => b - a))
  assert.equal(durations[0], 1200)
  assert.deepEqual([...shown(), player.playing], [12, 11, false, false])
  player.press(["generator"])
  await settle()
  assert.deepEqual(shown(), [12, 11, false])
  player.togglePlay()
  await settle()
  assert.deepEqual(shown(), [0, 0, true])
})

test("pausing lets the step under way end", async () => {
  player.togglePlay()
  await settle()
  await pass(600)
  player.togglePlay()
  assert.deepEqual([player.playing, player.moving], [false, true])
  await pass(600)
  assert.deepEqual(shown(), [1, 0, false])
  await pass(5000)
  assert.deepEqual(shown(), [1, 0, false])
})

test("slow motion takes twelve seconds, from the moment it is wished for", async () => {
  player.press(["discriminator"])
  await settle()
  await pass(750)
  player.toggleSlow()
  await pass(3000)
  assert.equal(player.share, 0.75)
  await pass(3000)
  assert.deepEqual(shown(), [1, 0, false])
})

test("back undoes the step under way, else the last one, and not more than there are", async () => {
  await player.jumpTo(2)
  player.press(["discriminator"])
  await settle()
  await pass(500)
  await player.back()
  assert.deepEqual(shown(), [2, 1, false])
  await player.back()
  await player.back()
  assert.deepEqual([...shown(), player.share], [0, 0, false, 0])
  await player.back()
  assert.deepEqual(shown(), [0, 0, false])
  await pass(5000)
  assert.deepEqual(shown(), [0, 0, false])
})

test("who wants no motion sees the end of a step at once, but its phases in slow motion", async () => {
  motion.matches = true
  player.press(["discriminator"])
  await settle()
  await pass(100)
  assert.equal(player.share, 1)
  player.toggleSlow()
  assert.ok(player.share < 0.1)
})

test("a piece that does not come is told, and asked for again", async () => {
  fetched = []
  await player.follow(recording("4"))
  await player.jumpTo(4)
  player.press(["discriminator"])
  await settle()
  assert.deepEqual(failures, ["no connection"])
  assert.deepEqual(shown(), [4, 3, false])
  player.press(["discriminator"])
  await settle()
  assert.deepEqual(shown(), [4, 4, true])
})

test("of quick jumps only the last one is shown", async () => {
  await Promise.all([player.jumpTo(11), player.jumpTo(5)])
  assert.deepEqual(shown(), [5, 4, false])
})

// A live training.

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

async function begin() {
  asked = []
  live = new Live((network) => asked.push(network))
  live.receive({ ...HEARD, state: "ready", training: 1, taken: 0 })
  await player.follow(live)
}

test("a live training is asked for steps in any order, which can be gone back to", async () => {
  await begin()
  assert.deepEqual([player.position, player.step], [0, null])
  player.press(["generator"])
  await settle()
  player.press(["discriminator"]) // while the first is waited for
  assert.deepEqual([asked, player.waiting], [["generator"], true])
  answer(1)
  await settle()
  assert.deepEqual(shown(), [0, 0, true])
  await pass(1500)
  player.press(["generator"])
  await settle()
  answer(2)
  await settle()
  await pass(1500)
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
  await begin()
  player.togglePlay()
  for (const taken of [1, 2, 3]) {
    await settle()
    answer(taken)
    await settle()
    await pass(Math.ceil(player.duration))
  }
  assert.deepEqual(asked, ["discriminator", "generator", "discriminator", "generator"])
})

test("one that has ended is told to whoever waits for a step", async () => {
  await begin()
  player.togglePlay()
  await settle()
  live.receive({ ...HEARD, state: "off", training: 1, taken: 0, message: "It was killed." })
  await settle()
  assert.deepEqual(failures, ["It was killed."])
  assert.deepEqual([player.playing, player.waiting], [false, false])
})

test("another training begins with no steps", async () => {
  await begin()
  player.press(["generator"])
  await settle()
  answer(1)
  assert.equal(live.receive({ ...HEARD, state: "starting", training: 2, taken: 0 }), true)
  assert.equal(live.count, 0)
})

// Phases.

test("a step's phases follow one another evenly, and the last one stays", () => {
  assert.deepEqual(phaseAt("generator", 0), [0, 0])
  assert.deepEqual(phaseAt("generator", 0.25), [1, 0.5])
  assert.deepEqual(phaseAt("discriminator", 1), [5, 1])
})

test("the error flows back through D alone in its own step, and on to G in a generator step", () => {
  const back = NETWORKS.map((network) => PHASES[network].flatMap(({ backward }) => backward))
  assert.deepEqual(back, [["D-error"], ["D-error", "drawn-D", "G-drawn"]])
})

test("what a step says of its error is what happened, even against its aim", () => {
  assert.equal(changeText([1.5, 1.25]), "fell from 1.500 to 1.250 nats")
  const [step] = stepsOf(file(0, 1)) // a discriminator step whose error rose
  assert.match(PHASES.discriminator[5].text(step, 128), /rose from 0\.000 to 0\.500 nats, against the aim/)
})
