import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { Messenger } from "../../vae_core/ui/browser/messenger.js"

/** @type {Messenger} */
let messenger
/** @type {string[]} */
let sent
const deliver = (/** @type {string} */ value) => void sent.push(value)

beforeEach(() => {
  sent = []
  messenger = new Messenger()
})

test("values without a pause are all sent at once", () => {
  messenger.send(deliver, "a")
  messenger.send(deliver, "b")
  assert.deepEqual(sent, ["a", "b"])
})

test("in a pause only the latest value waits, and is sent when the pause is over", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  messenger.send(deliver, "first", 150)
  assert.deepEqual(sent, ["first"])
  for (const value of ["second", "third", "fourth"]) {
    timers.tick(40)
    messenger.send(deliver, value, 150)
  }
  timers.tick(29)
  assert.deepEqual(sent, ["first"])
  timers.tick(1)
  assert.deepEqual(sent, ["first", "fourth"])

  // It began a pause of its own.
  messenger.send(deliver, "fifth", 150)
  timers.tick(149)
  assert.deepEqual(sent, ["first", "fourth"])
  timers.tick(1)
  assert.deepEqual(sent, ["first", "fourth", "fifth"])
})

test("after a pause in which nothing came, a value is sent at once", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  messenger.send(deliver, "a", 150)
  timers.tick(150)
  messenger.send(deliver, "b", 150)
  assert.deepEqual(sent, ["a", "b"])
  timers.tick(1000)
  assert.deepEqual(sent, ["a", "b"]) // and only once
})

test("a value without a pause is sent at once even in a pause, in place of the one that waits", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  messenger.send(deliver, "a", 150)
  messenger.send(deliver, "waits", 150)
  timers.tick(100)
  messenger.send(deliver, "b")
  assert.deepEqual(sent, ["a", "b"])
  messenger.send(deliver, "c", 150) // the pause after a is over
  assert.deepEqual(sent, ["a", "b", "c"])
  timers.tick(60) // past its end, had it gone on
  messenger.send(deliver, "d", 150)
  timers.tick(89)
  assert.deepEqual(sent, ["a", "b", "c"])
  timers.tick(1)
  assert.deepEqual(sent, ["a", "b", "c", "d"])
  timers.tick(1000)
  assert.deepEqual(sent, ["a", "b", "c", "d"])
})

test("a value that waited is handed to the function that it came with", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  messenger.send(deliver, "a", 150)
  /** @type {number[]} */
  const others = []
  messenger.send((/** @type {number} */ value) => others.push(value), 7, 150)
  timers.tick(150)
  assert.deepEqual([sent, others], [["a"], [7]])
})

test("what waits when it is closed is not sent", (context) => {
  const { timers } = context.mock
  timers.enable({ apis: ["setTimeout"] })
  messenger.send(deliver, "a", 150)
  messenger.send(deliver, "waits", 150)
  messenger.close()
  timers.tick(1000)
  assert.deepEqual(sent, ["a"])
})
