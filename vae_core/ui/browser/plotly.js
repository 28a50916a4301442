// Plotly.js, from ui/vendor. It puts itself into the global scope, where it stays when the visitor goes to
// another of the app's pages.

import { fetchText } from "./static.js"

/**
 * The part of Plotly.js that this app uses. What a plot shows is given as plain objects, described in Plotly's reference.
 * @typedef {object} Plotly
 * @property {(element: HTMLElement, data: object[], layout: object, config: object) => Promise<Plot>} react
 * @property {(element: HTMLElement, changes: object) => Promise<Plot>} relayout
 * @property {(element: HTMLElement, changes: object, traces?: number[]) => Promise<Plot>} restyle
 * @property {(element: HTMLElement, traces: object, layout: object) => Promise<Plot>} update
 * @property {(element: HTMLElement) => void} purge
 * @property {{ resize(element: HTMLElement): Promise<Plot> }} Plots
 */
/** @typedef {HTMLElement & { on(event: string, handler: () => void): void }} Plot - an element that Plotly draws in. */

/** @type {Promise<Plotly> | undefined} */
let loading

/**
 * Fetch and run it, once; later calls get the same promise, or try again where that failed.
 * @param {string} address
 */
export const loadPlotly = (address) =>
  (loading ??= load(address).catch((error) => {
    loading = undefined
    throw error
  }))

/**
 * @param {string} address
 * @returns {Promise<Plotly>}
 */
async function load(address) {
  const scope = /** @type {{ Plotly?: Plotly }} */ (globalThis)
  if (!scope.Plotly) {
    const source = URL.createObjectURL(new Blob([await fetchText(address)], { type: "text/javascript" }))
    await import(source)
    URL.revokeObjectURL(source)
  }
  if (!scope.Plotly) throw new Error(`${address} is not Plotly.js`)
  return scope.Plotly
}
