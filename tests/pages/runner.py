"""A page in Streamlit's test runner: opened as a visitor opens it, and read as a visitor reads it."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from vae_core.data.digits import Digits
from vae_core.storage import directories
from vae_core.ui.resources import loaded_run
from vae_core.ui.session import digits as session_digits

ROOT = Path(__file__).parents[2]
SECONDS = 60


def opened(page: str | None = None, **query: str) -> AppTest:
    """The app on a page, a file's name, or on the explorer, with this query in its address."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    if page:
        app.run()
    for key, value in query.items():
        app.query_params[key] = value
    if page:
        app.switch_page(f"pages/{page}")
    app.run()
    assert not app.exception
    return app


def copy_of_seed(runs: Path, run_id: str, digits: Digits | None = None, **changes: object) -> Path:
    """A run of the visitor's own, like the shipped one but for these fields of its record; it has one report.

    digits: what its record says that it was scored on, in place of MNIST's test digits.
    """
    folder = runs / run_id
    shutil.copytree(directories.SHIPPED / "seed", folder, ignore=shutil.ignore_patterns("*-sample-5000.*"))
    record = json.loads((folder / "run.json").read_text())
    if digits:
        record["dataset"] |= {"source": digits.source, "test": len(digits.test_images), "digest": digits.digest}
    (folder / "run.json").write_text(json.dumps(record | {"id": run_id, "title": f"Copy {run_id}"} | changes))
    return folder


@contextlib.contextmanager
def at_hand(digits: Digits, whole: Digits | None = None) -> Iterator[Digits]:
    """The pages find these digits.

    whole: what they are a part of, on which runs are shown that were trained on MNIST; None: they are the whole. Yields
    what a shipped run is shown on.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session_digits, "load_digits", lambda: digits)
        patch.setattr(loaded_run, "load_whole_sample", lambda: whole or digits)
        yield whole or digits


def assert_falls_back(app: AppTest, deleted: Path, run_id: str) -> None:
    """Once the run that is shown was deleted, another is shown in its place."""
    shutil.rmtree(deleted)
    app.run()
    assert app.selectbox(key="run").value == run_id
    assert not app.exception


def as_read(markdown: str) -> str:
    """Escaped Markdown as a person reads it."""
    return markdown.replace("\u2060", "").replace("\\", "")


def warnings(app: AppTest) -> str:
    return as_read("\n".join(element.value for element in app.warning))


def browser_data(app: AppTest, key: str) -> dict | None:
    """What the browser gets for the component of this key; None where the page has none."""
    found = (element for element in app.get("bidi_component") if element.proto.id.endswith(f"-{key}"))
    return next((json.loads(json.loads(element.proto.json)["data"]) for element in found), None)


def pinned(app: AppTest) -> tuple[float, float]:
    """Where the explorer's map is told to put the pinned point."""
    data = browser_data(app, "latent-map")
    assert data
    z1, z2 = data["z"] or (0, 0)
    return z1, z2


def text(app: AppTest) -> str:
    """Plain text, captions and notes."""
    return as_read("\n".join(element.value for element in (*app.markdown, *app.caption, *app.info)))


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))
