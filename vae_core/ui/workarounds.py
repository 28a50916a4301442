"""What works around Streamlit, each with the version that needs it and the test that fails once it is unneeded.

`enter_through_router`    Streamlit 1.67, see streamlit/streamlit#10276. The first visit to a server that has not run
                          app.py yet, straight to a page's own address: Streamlit takes the folder pages for its older
                          kind of multipage app, which passes the router by. tests/unit/ui/test_workarounds.py fails
                          once Streamlit does not.
`watch_connection`        Streamlit 1.67, see streamlit/streamlit#11660. A server that was started again, or that has
                          given a session up while a laptop slept, has not run the page that the browser still shows.
                          Unless what ran last was a fragment, the browser does not ask for the page either. A click in
                          a fragment is then not answered. tests/e2e/test_workarounds.py fails once it is;
                          tests/e2e/test_connection.py shows that our pages go on.
"""

import streamlit as st
from streamlit.components.v2 import component
from streamlit.runtime.pages_manager import PagesManager

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


def enter_through_router() -> None:
    """Have app.py run first, where Streamlit has passed it by."""
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False  # as st.navigation sets it
        st.rerun()


def watch_connection() -> None:
    """Have the page run as a whole whenever the browser finds the server again."""
    _watch(key="connection", on_back_change=lambda: None)
