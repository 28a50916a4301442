"""A workaround is still needed: a test fails once Streamlit does by itself what it is for. See tests/unit/ui too."""

from pathlib import Path

import streamlit
from playwright.sync_api import Browser, expect

from tests.browser import Tab
from tests.server import running_app

APP = """
import time
import streamlit as st

@st.fragment
def clock():
    st.button("Look")
    st.text(f"It is {time.monotonic_ns()}.")

clock()
"""
"""A fragment that shows something else each time it runs."""
ANSWER_SECONDS = 3


def test_streamlit_still_leaves_a_fragment_unanswered_that_a_new_server_has_not_run(
    browser: Browser, tmp_path: Path
) -> None:
    """As long as the page's last run was of the whole script: after a fragment's, the browser asks for a whole one."""
    (tmp_path / "app.py").write_text(APP)
    script, log = str(tmp_path / "app.py"), tmp_path / "log"
    with browser.new_context() as window:
        page = window.new_page()
        shown, app = page.get_by_text("It is"), page.get_by_test_id("stApp")
        with running_app(tmp_path, log, script) as (address, _):
            page.goto(address)
            before = shown.inner_text()
            Tab(page, address).settle()
        expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
        with running_app(tmp_path, log, script, port=int(address.rpartition(":")[2])):
            expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
            page.get_by_role("button", name="Look").click()
            page.wait_for_timeout(1000 * ANSWER_SECONDS)
            assert shown.inner_text() == before, (
                f"Streamlit {streamlit.__version__} answers by itself now: remove the workaround watch_connection"
            )
            page.reload()
            expect(shown).not_to_have_text(before)  # the new server does answer
