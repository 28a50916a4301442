import assert from "node:assert/strict"
import { test } from "node:test"

import { Posterior } from "../../vae_core/ui/components/course/posterior.js"
import { Samples } from "../../vae_core/ui/components/course/samples.js"
import { noise } from "./builders.js"

const posterior = new Posterior([2, -1], [0.5, 0.1])

function samples() {
  const draw = noise(7)
  return new Samples(() => (draw() + 1) / 2)
}

test("the draws have the mean 0, the std 1, and as many beyond two of it as a normal distribution", () => {
  const drawn = samples()
  drawn.draw(posterior, 20_000)
  for (const axis of [0, 1]) {
    const values = drawn.drawn.map((sample) => sample.noise[axis])
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length - mean ** 2
    const beyond = values.filter((value) => Math.abs(value) > 2).length / values.length
    assert.ok(Math.abs(mean) < 0.03, `mean ${mean}`)
    assert.ok(Math.abs(variance - 1) < 0.04, `variance ${variance}`)
    assert.ok(Math.abs(beyond - 0.0455) < 0.006, `beyond two ${beyond}`)
  }
  const product = drawn.drawn.reduce((sum, { noise: [a, b] }) => sum + a * b, 0) / drawn.drawn.length
  assert.ok(Math.abs(product) < 0.03, "the axes are independent")
})

test("each sample is where its draw leads, and the last one is the latest", () => {
  const drawn = samples()
  assert.equal(drawn.latest, undefined)
  drawn.draw(posterior, 1)
  drawn.draw(posterior, 3)
  assert.equal(drawn.drawn.length, 4)
  for (const sample of drawn.drawn) assert.deepEqual(sample.z, posterior.at(sample.noise))
  assert.equal(drawn.latest, drawn.drawn[3])
  drawn.clear()
  assert.deepEqual([drawn.drawn, drawn.latest], [[], undefined])
})

test("the least and the greatest that a random number can be give finite draws", () => {
  for (const least of [0, 1 - 2 ** -53]) {
    const drawn = new Samples(() => least)
    drawn.draw(posterior, 1)
    assert.ok(drawn.latest?.noise.every(Number.isFinite), String(least))
  }
})
