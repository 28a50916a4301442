import assert from "node:assert/strict"
import { test } from "node:test"

import { parseTensors } from "../../vae_core/ui/browser/tensors.js"
import { float32, safetensors } from "./builders.js"

test("values come from where the header says, whatever they follow", () => {
  // Three bytes lie before the floats, so that these are not aligned; and the header names them in another order.
  const header = {
    __metadata__: { format: "np" },
    kernel: { dtype: "F32", shape: [2, 2], data_offsets: [3, 19] },
    labels: { dtype: "U8", shape: [3], data_offsets: [0, 3] },
    nothing: { dtype: "F32", shape: [0, 2], data_offsets: [19, 19] },
  }
  const tensors = parseTensors(safetensors(header, [7, 0, 255, ...float32([1.5, -0.25, 3e38, 0])]))
  assert.deepEqual(tensors, {
    kernel: { shape: [2, 2], values: Float32Array.of(1.5, -0.25, 3e38, 0) },
    labels: { shape: [3], values: Uint8Array.of(7, 0, 255) },
    nothing: { shape: [0, 2], values: new Float32Array(0) },
  })
})

test("a header longer than 255 bytes, with letters of several bytes", () => {
  const name = "\u00df".repeat(300)
  const tensors = parseTensors(safetensors({ [name]: { dtype: "U8", shape: [1], data_offsets: [0, 1] } }, [42]))
  assert.deepEqual(tensors, { [name]: { shape: [1], values: Uint8Array.of(42) } })
})

test("a type that the app does not read is named", () => {
  const file = safetensors({ weights: { dtype: "BF16", shape: [1], data_offsets: [0, 2] } }, [0, 0])
  assert.throws(() => parseTensors(file), /weights.*BF16/)
})
