"""What the README shows can be done as it is shown."""

import re
import textwrap
from pathlib import Path

import numpy as np

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_lines_of_python_run() -> None:
    (block,) = re.findall(r"## Use it from Python\n\n((?:    .*\n)+)", README)
    known: dict = {}
    exec(textwrap.dedent(block), known)
    assert known["means"].shape == known["log_vars"].shape == (5, 2)
    assert known["pictures"].shape == (5, 28, 28)
    assert 0 <= np.min(known["pictures"]) < np.max(known["pictures"]) <= 1


def test_its_links_lead_to_files() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (Path(__file__).parents[1] / target).is_file(), target
