// What Streamlit runs for a component, whenever the component's data or the page's theme changes. It runs from a blob, which
// cannot import by relative names; so it imports the component's view.js by its address, once, and passes on the data.

/**
 * What a component's view.js exports as View.
 * @typedef {object} View
 * @property {(data: unknown, pin: Pin, trigger: Send) => unknown} update - show new data from the server.
 * @property {() => void} close - the component has left the page.
 */
/** @typedef {(value: unknown) => void} Pin - tells the server what was pinned. */
/** @typedef {(name: string, value: unknown) => void} Send */
/** @typedef {HTMLElement & { view?: Promise<View> }} Root - the component's element, which keeps its view. */

/**
 * Say on the page that a view, or what it needs, could not be loaded.
 * @param {HTMLElement} root
 * @param {Error} error
 */
const showFailure = (root, error) => {
  console.error(error)
  const message = /** @type {HTMLElement} */ (root.querySelector('[data-message]'))
  message.hidden = false
  message.textContent =
    "DecompressionStream" in window
      ? `This part's script or data could not be loaded (${error.message}). Reload the page. If that does not help, restart the app.`
      : "This browser is too old for this part: it needs Chrome or Edge 80, Firefox 113 or Safari 16.4, or a newer one."
}

/**
 * @param {string} address - of a view.js.
 * @param {HTMLElement} root
 */
async function load(address, root) {
  /** @type {{ View: new (root: HTMLElement) => View }} */
  const { View } = await import(new URL(address, document.baseURI).href)
  return new View(root)
}

/**
 * @param {object} streamlit
 * @param {{ view: string, data: string }} streamlit.data - the view's address, and its data as JSON: see component.py.
 * @param {HTMLElement} streamlit.parentElement
 * @param {Send} streamlit.setStateValue
 * @param {Send} streamlit.setTriggerValue
 */
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const message = JSON.parse(data.data)
  const root = /** @type {Root} */ (parentElement.querySelector("section"))
  const view = (root.view ??= load(data.view, root))
  // Streamlit reports a state to the page's script only when it changes. After a link has pinned a point, for instance,
  // the state is still empty, and to empty it, which unpins, would be no change. So the time is sent along, which makes
  // equal pins in a row differ.
  const pin = (/** @type {unknown} */ value) => setStateValue("pin", [value, Date.now()])
  view.then((view) => view.update(message, pin, setTriggerValue)).catch((error) => showFailure(root, error))
  return () => setTimeout(() => root.isConnected || view.then((view) => view.close()).catch(() => {}))
}
