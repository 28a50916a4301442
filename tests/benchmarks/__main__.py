"""python -m tests.benchmarks: measure the explorer, the scores and the training, and print a Markdown table.

Times on a busy machine mean little by themselves: each stands beside something else measured in the same run.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks import evaluation, explorer, gan_training, manifold, training, two_steps, visitors
from tests.benchmarks.measurement import table
from tests.browser import SOFTWARE_WEBGL, launched


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = list(visitors.measure(folder))  # before Playwright, whose event loop leaves no room for another
        with sync_playwright() as playwright, launched(playwright, *SOFTWARE_WEBGL) as browser:
            rows += explorer.measure(browser, folder)
            rows.append(manifold.measure())
            rows += evaluation.measure()
            rows += training.measure(browser, folder)
            rows += gan_training.measure()
            rows += two_steps.measure(browser, folder)
    print(table(rows))


if __name__ == "__main__":
    main()
