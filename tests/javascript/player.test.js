import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { Player } from "../../vae_core/ui/components/time_machine/player.js"
import { pass, restart, waiting } from "./clock.js"

/** A snapshot whose one digit lies at (step, 0), so that where it is shown tells how far the way is done. */
const frame = (/** @type {number} */ step) => ({ step, means: [step, 0], tiles: [0] })
const KEPT = [0, 10, 20, 30].map(frame)

const motion = { matches: false }
/** @type {Player} */
let player
/** @type {number[]} the steps that were drawn */
let drawn
/** @type {[step: number, playing: boolean][]} what was described: the step shown or moved to, and whether it plays */
let described

beforeEach(() => {
  restart()
  motion.matches = false
  drawn = []
  described = []
  player = new Player(motion, {
    draw: () => drawn.push(player.moment?.step ?? NaN),
    describe: () => described.push([player.frames[player.index].step, player.playing]),
  })
})

const shown = () => player.moment?.step

test("the newest of the first snapshots is shown at once", () => {
  player.follow(KEPT, false)
  assert.deepEqual([shown(), player.index, player.animation], [30, 3, 0])
  assert.deepEqual([drawn, described], [[30], [[30, false]]])
})

test("without snapshots nothing plays and nothing moves", () => {
  player.jumpTo(2)
  player.togglePlay()
  assert.deepEqual([player.playing, drawn, described, waiting.size], [false, [], [], 0])
})

test("a jump takes a quarter of a second, evenly, and says at once where it leads", () => {
  player.follow(KEPT, false)
  player.jumpTo(1)
  assert.deepEqual(described.at(-1), [10, false])
  assert.equal(shown(), 30)
  pass(125)
  assert.deepEqual([shown(), player.moment?.means[0]], [20, 20])
  assert.notEqual(player.animation, 0)
  pass(125)
  assert.deepEqual([shown(), player.animation, waiting.size], [10, 0, 0])
  assert.deepEqual(drawn, [30, 30, 20, 10])
})

test("a jump in the middle of another one begins at what is shown, and takes its place", () => {
  player.follow(KEPT, false)
  player.jumpTo(1)
  pass(125)
  player.jumpTo(3)
  assert.equal(shown(), 20)
  pass(125)
  assert.equal(shown(), 25)
  pass(125)
  assert.equal(shown(), 30)
})

test("a jump beyond either end leads to that end", () => {
  player.follow(KEPT, false)
  player.jumpTo(9)
  assert.equal(player.index, 3)
  player.jumpTo(-1)
  assert.equal(player.index, 0)
})

test("from the end it plays from the start, half a second a snapshot, to the end", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  player.follow(KEPT, false)
  player.togglePlay()
  assert.deepEqual([shown(), player.playing, player.following], [0, true, false])
  for (const step of [10, 20, 30]) {
    assert.deepEqual(described.at(-1), [step, true])
    pass(250)
    assert.equal(shown(), step - 5)
    pass(250)
    assert.equal(shown(), step)
    timers.tick(0)
  }
  assert.deepEqual([player.playing, player.following, player.animation], [false, true, 0])
  assert.deepEqual(described.at(-1), [30, false])
})

test("it plays from where it is, and pauses at the snapshot that it was moving to", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  player.follow(KEPT, false)
  player.jumpTo(1)
  pass(250)
  player.togglePlay()
  pass(250)
  assert.equal(shown(), 15)
  player.togglePlay()
  assert.deepEqual([player.playing, player.index, player.following], [false, 2, false])
  assert.deepEqual(described.at(-1), [20, false])
  pass(250)
  timers.tick(1000)
  assert.deepEqual([shown(), waiting.size], [20, 0])
})

test("a pause in the moment between two snapshots stays there", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  player.follow(KEPT, false)
  player.togglePlay()
  pass(500) // the next snapshot waits for a timer
  player.togglePlay()
  pass(250)
  timers.tick(1000)
  assert.deepEqual([shown(), player.index, waiting.size], [10, 1, 0])
})

test("a visitor who wants no motion sees each snapshot as long as the way to it would take", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  motion.matches = true
  player.follow(KEPT, false)
  player.jumpTo(1)
  assert.deepEqual([shown(), waiting.size], [10, 0])
  player.togglePlay()
  assert.equal(shown(), 20)
  timers.tick(499)
  assert.deepEqual([shown(), player.playing], [20, true])
  timers.tick(1)
  assert.deepEqual([shown(), player.playing], [30, false])
  assert.deepEqual(drawn, [30, 10, 20, 30])
})

test("it travels through the snapshots that are new, in the time until the next ones", () => {
  player.follow(KEPT.slice(0, 2), true)
  player.follow(KEPT, true)
  assert.deepEqual([shown(), player.index], [10, 2])
  pass(200)
  assert.equal(shown(), 15)
  pass(200)
  assert.deepEqual([shown(), player.index], [20, 3])
  pass(400)
  assert.deepEqual([shown(), player.index, waiting.size], [30, 3, 0])
  assert.deepEqual(described, [[10, false], [20, false], [30, false]])
})

test("new snapshots are followed only from the newest one", () => {
  player.follow(KEPT.slice(0, 3), true)
  player.jumpTo(1)
  pass(250)
  drawn = []
  player.follow(KEPT, true)
  assert.deepEqual([shown(), player.index, waiting.size, drawn], [10, 1, 0, [10]]) // drawn anew, for the axes may differ
  player.jumpTo(3)
  pass(250)
  player.follow([...KEPT, frame(50)], true)
  pass(800)
  assert.deepEqual([shown(), player.index], [50, 4])
})

test("the same snapshots once more are only drawn anew", () => {
  player.follow(KEPT, true)
  player.follow(KEPT.map((kept) => ({ ...kept })), true)
  assert.deepEqual([drawn, described, waiting.size], [[30, 30], [[30, false]], 0])
})

test("the live snapshot may be left out again", () => {
  player.follow([...KEPT, frame(34)], true)
  player.follow(KEPT, false)
  pass(800)
  assert.deepEqual([shown(), player.index], [30, 3])
})

test("while the training goes on, at most thirty pictures a second are drawn, and the last one always", () => {
  for (const going of [false, true]) {
    player.clear()
    player.follow(KEPT, going)
    drawn = []
    player.jumpTo(0)
    for (let i = 0; i < 25; i++) pass(10)
    assert.equal(drawn.length, going ? 8 : 26)
    assert.equal(drawn.at(-1), 0)
  }
})

test("the snapshots of another training are shown from the newest, and followed", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  player.follow(KEPT, false)
  player.togglePlay()
  pass(100)
  player.clear()
  assert.deepEqual([player.moment, player.playing, player.animation, waiting.size], [null, false, 0, 0])
  player.follow([frame(3), frame(7)], true)
  timers.tick(1000)
  assert.deepEqual([shown(), player.index, player.following, waiting.size], [7, 1, true, 0])
})

test("once stopped, nothing moves on", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  player.follow(KEPT, false)
  player.togglePlay()
  pass(500)
  player.stop()
  timers.tick(1000)
  pass(1000)
  assert.deepEqual([shown(), player.playing, waiting.size], [10, false, 0])
})
