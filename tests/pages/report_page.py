"""The Report page in Streamlit's test runner: opened, awaited and read."""

import time

from streamlit.testing.v1 import AppTest

from tests.pages.runner import SECONDS, browser_data, opened

SHOWN = 16
"""Digits in the gallery."""


def report(**query: str) -> AppTest:
    """The page, once the report is there."""
    return measured(opened("report.py", **query))


def measured(app: AppTest) -> AppTest:
    """The page as it runs anew until no report is pending, as a browser has it do."""
    deadline = time.monotonic() + SECONDS
    while app.get("progress"):
        assert time.monotonic() < deadline
        app.run()
    return app


def cards(app: AppTest, key: str = "hard digits") -> list[dict]:
    """What the browser is to draw: the gallery's cards, or the chosen digit's."""
    data = browser_data(app, key)
    return data["cards"] if data else []


def hard_digits(app: AppTest) -> list[int]:
    return [card["digit"] for card in cards(app)]
