"""A workaround works, and is still needed: a test fails once Streamlit does by itself what one is for.

What needs a browser is in tests/e2e/test_workarounds.py.
"""

from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

ROUTER = """
import streamlit as st
st.title("router")
st.navigation([st.Page("pages/one.py"), st.Page("pages/two.py")]).run()
"""
PAGE = """
import streamlit as st
st.title("page")
"""
WORKAROUND = """
from vae_core.ui.workarounds import enter_through_router
enter_through_router()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An app with a router and, as our own has it, a folder called pages beside it."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "app.py").write_text(ROUTER)
    for name in ("one", "two"):
        (tmp_path / "pages" / f"{name}.py").write_text(PAGE)
    return tmp_path


def first_visit(folder: Path, page: str) -> list[str]:
    """The titles that a first visit straight to a page shows, on a server that has not run app.py yet."""
    app = AppTest.from_file(folder / "app.py", default_timeout=60).switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return [title.value for title in app.title]


def test_a_page_that_is_visited_first_is_entered_through_the_router(folder: Path):
    (folder / "pages" / "two.py").write_text(WORKAROUND + PAGE)
    assert first_visit(folder, "two") == ["router", "page"]


def test_streamlit_still_passes_the_router_by_on_a_first_visit(folder: Path):
    assert first_visit(folder, "two") == ["page"], (
        f"Streamlit {streamlit.__version__} runs app.py first by itself now: remove the workaround enter_through_router"
    )
