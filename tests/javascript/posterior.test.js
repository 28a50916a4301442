import assert from "node:assert/strict"
import { test } from "node:test"

import { Posterior } from "../../vae_core/ui/components/course/posterior.js"

const LIMIT = 12 // standard deviations, beyond which a normal distribution is nothing
const STEPS = 20_000

/**
 * KL(N(mean, std^2) || N(0, 1)) as the integral that defines it: q log(q / p), summed over narrow strips.
 * @param {number} mean
 * @param {number} std
 */
function integrated(mean, std) {
  const width = (2 * LIMIT * std) / STEPS
  let sum = 0
  for (let i = 0; i < STEPS; i++) {
    const z = mean - LIMIT * std + (i + 0.5) * width
    const logQ = -0.5 * ((z - mean) / std) ** 2 - Math.log(std)
    sum += (Math.exp(logQ) / Math.sqrt(2 * Math.PI)) * (logQ + 0.5 * z ** 2) * width
  }
  return sum
}

test("the KL is its integral, axis by axis", () => {
  for (const [mean, std] of /** @type {[[number, number], [number, number]][]} */ ([
    [[0, 0], [1, 1]],
    [[0.6, -1.4], [0.05, 1.7]],
    [[-3, 2], [0.3, 0.01]],
  ])) {
    const expected = integrated(mean[0], std[0]) + integrated(mean[1], std[1])
    assert.ok(Math.abs(new Posterior(mean, std).kl - expected) < 1e-6, `${mean}, ${std}`)
  }
})

test("the KL is that of vae_core.likelihood.elbo.kl_nats", () => {
  assert.ok(Math.abs(new Posterior([0.6, -1.4], [0.05, 1.7]).kl - 4.07135402) < 1e-8)
})

test("a draw is multiplied by the std and moved by the mean, axis by axis", () => {
  assert.deepEqual(new Posterior([1, -2], [0.5, 4]).at([2, -1]), [2, -6])
  assert.deepEqual(new Posterior([1, -2], [0.5, 4]).at([0, 0]), [1, -2])
})
