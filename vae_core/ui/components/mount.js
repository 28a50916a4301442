// What Streamlit runs for a component, from a blob: it cannot import relatively, so it imports the component's View by its
// address, once, and hands it the data. It runs again whenever the data or the theme changes.

const failed = (root, error) => {
  console.error(error)
  const message = root.querySelector('[role="status"]')
  message.hidden = false
  message.textContent =
    `This part's script or data could not be loaded (${error.message}). Reload the page. If that does not help, restart the ` +
    "app: it serves its files from the folder static, which must be writable when it starts."
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const message = JSON.parse(data.data) // as text: see component.py
  const root = parentElement.querySelector("section")
  root.view ??= import(new URL(data.view, document.baseURI).href).then(({ View }) => new View(root))
  // With the time, for Streamlit hears of changes alone: a pin that came by a link is none, and its end would be none either.
  const pin = (value) => setStateValue("pin", [value, Date.now()])
  root.view.then((view) => view.update(message, pin, setTriggerValue)).catch((error) => failed(root, error))
  return () => setTimeout(() => root.isConnected || root.view.then((view) => view.close()).catch(() => {}))
}
