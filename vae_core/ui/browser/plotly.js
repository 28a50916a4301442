// Plotly.js, from the installed wheel. It leaves itself in the global scope, where it may have been put by an earlier page.

import { fetchText } from "./static.js"

let loading

/** Fetch and run it, once; later calls get the same promise, or try again where that failed. */
export const loadPlotly = (address) =>
  (loading ??= load(address).catch((error) => {
    loading = undefined
    throw error
  }))

async function load(address) {
  if (globalThis.Plotly) return globalThis.Plotly
  const source = URL.createObjectURL(new Blob([await fetchText(address)], { type: "text/javascript" }))
  await import(source)
  URL.revokeObjectURL(source)
  return globalThis.Plotly
}
