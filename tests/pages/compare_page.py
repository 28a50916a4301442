"""The Compare page in Streamlit's test runner: opened and read."""

from streamlit.testing.v1 import AppTest

from tests.pages.runner import browser_data, opened


def compare(**query: str) -> AppTest:
    return opened("compare.py", **{"left": "mine", "right": "other"} | query)


def data(app: AppTest) -> dict:
    """What the browser gets for the maps."""
    found = browser_data(app, "comparison")
    assert found
    return found


def sides(app: AppTest) -> tuple[str, str]:
    left, right = (app.selectbox(key=side).value for side in ("left", "right"))
    assert left
    assert right
    return left, right
