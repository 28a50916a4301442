import assert from "node:assert/strict"
import { test } from "node:test"

import { PHASES, changeText, phaseAt } from "../../vae_core/ui/components/two_steps/phases.js"
import { NETWORKS, stepsOf } from "../../vae_core/ui/components/two_steps/steps.js"
import { file } from "./two_steps.js"

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
