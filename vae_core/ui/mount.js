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
  const root = parentElement.querySelector("section")
  root.view ??= import(new URL(data.view, document.baseURI).href).then(({ View }) => new View(root))
  root.view.then((view) => view.update(data, (z) => setStateValue("pin", z), setTriggerValue)).catch((error) => failed(root, error))
  return () => setTimeout(() => root.isConnected || root.view.then((view) => view.close()).catch(() => {}))
}
