"""The connection between a browser and the server: the page runs anew once it is back.

A server that was started again, or that has given a session up while a laptop slept, knows nothing of what the browser
still shows. What a visitor does then asks for a fragment of a page that this server has not run, and is not answered.
"""

from streamlit.components.v2 import component

_watch = component(
    "connection",
    js="""
    export default ({ setTriggerValue }) => {
      const app = document.querySelector('[data-testid="stApp"]')
      let lost = false
      const watcher = new MutationObserver(() => {
        const connected = app.dataset.testConnectionState === "CONNECTED"
        if (connected && lost) setTriggerValue("back", true)
        lost = !connected
      })
      watcher.observe(app, { attributeFilter: ["data-test-connection-state"] })
      return () => watcher.disconnect()
    }
    """,
    isolate_styles=False,
)


def watch_connection() -> None:
    """Have the page run as a whole whenever the browser finds the server again."""
    _watch(key="connection", on_back_change=lambda: None)
