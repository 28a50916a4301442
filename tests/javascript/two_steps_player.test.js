import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { Player } from "../../vae_core/ui/components/two_steps/player.js"
import { Recording, outlineOf } from "../../vae_core/ui/components/two_steps/recording.js"
import { NETWORKS, SHOWN, stepsOf } from "../../vae_core/ui/components/two_steps/steps.js"
import { restart, waiting } from "./clock.js"
import { file, passAll, settle } from "./two_steps.js"

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
  restart()
  motion.matches = false
  fetched = []
  failures = []
  player = new Player(motion, { draw: () => {}, describe: () => {}, fail: (error) => failures.push(error.message) })
  await player.follow(recording())
})

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
  await passAll(750)
  assert.deepEqual([...shown(), player.share], [0, 0, true, 0.5])
  await passAll(750)
  assert.deepEqual([...shown(), player.share], [1, 0, false, 1])
  assert.equal(waiting.size, 0)
})

test("a network whose turn has not come learns after the other, which is quick", async () => {
  player.press(["generator"])
  await settle()
  assert.deepEqual([...shown(), player.duration], [0, 0, true, 400])
  await passAll(400)
  assert.deepEqual([...shown(), player.duration], [1, 1, true, 1500])
  await passAll(1500)
  assert.deepEqual(shown(), [2, 1, false])
})

test("both learn once, in the order in which their turns come", async () => {
  await player.jumpTo(3)
  player.press(NETWORKS)
  await settle()
  assert.deepEqual(player.step?.trained, "generator")
  await passAll(1500)
  assert.deepEqual([...shown(), player.step?.trained], [4, 4, true, "discriminator"])
  await passAll(1500)
  assert.deepEqual(shown(), [5, 4, false])
})

test("a press during a step ends that one and begins the next", async () => {
  player.press(["discriminator"])
  await settle()
  await passAll(100)
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
    await passAll(Math.ceil(player.duration))
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
  await passAll(600)
  player.togglePlay()
  assert.deepEqual([player.playing, player.moving], [false, true])
  await passAll(600)
  assert.deepEqual(shown(), [1, 0, false])
  await passAll(5000)
  assert.deepEqual(shown(), [1, 0, false])
})

test("slow motion takes twelve seconds, from the moment it is wished for", async () => {
  player.press(["discriminator"])
  await settle()
  await passAll(750)
  player.toggleSlow()
  await passAll(3000)
  assert.equal(player.share, 0.75)
  await passAll(3000)
  assert.deepEqual(shown(), [1, 0, false])
})

test("of a step that goes by in a moment its end is shown, unless it is slow", async () => {
  player.togglePlay()
  await settle()
  player.duration = 150
  await passAll(15)
  assert.deepEqual([player.hasty, player.share], [true, 1])
  player.toggleSlow()
  assert.deepEqual([player.hasty, player.share], [false, 0.1])
})

test("back undoes the step under way, else the last one, and not more than there are", async () => {
  await player.jumpTo(2)
  player.press(["discriminator"])
  await settle()
  await passAll(500)
  await player.back()
  assert.deepEqual(shown(), [2, 1, false])
  await player.back()
  await player.back()
  assert.deepEqual([...shown(), player.share], [0, 0, false, 0])
  await player.back()
  assert.deepEqual(shown(), [0, 0, false])
  await passAll(5000)
  assert.deepEqual(shown(), [0, 0, false])
})

test("who wants no motion sees the end of a step at once, but its phases in slow motion", async () => {
  motion.matches = true
  player.press(["discriminator"])
  await settle()
  await passAll(100)
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
