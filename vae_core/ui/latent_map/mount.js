// What Streamlit runs, from a blob: it cannot import relatively, so it imports the modules by their address, once, and hands
// them the data. It runs again whenever the data or the theme changes.

const failed = (root, error) => {
  console.error(error)
  const message = root.querySelector(".lm-message")
  message.hidden = false
  message.textContent =
    `The map's script or data could not be loaded (${error.message}). Reload the page. If that does not help, restart the ` +
    "app: it serves its files from the folder static, which must be writable when it starts."
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".latent-map")
  root.view ??= import(new URL(data.view, document.baseURI).href).then(({ View }) => new View(root))
  root.view.then((view) => view.update(data, (z) => setStateValue("pin", z))).catch((error) => failed(root, error))
  return () => setTimeout(() => root.isConnected || root.view.then((view) => view.close()).catch(() => {}))
}
