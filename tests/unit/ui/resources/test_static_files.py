"""The browser's files: made once, made again when they are not whole, served from the memory where there is no disk."""

import gzip
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.inspection import listing
from vae_core.ui.resources import scripts, static_files
from vae_core.ui.resources.static_files import prune, publish, publish_compressed

CONTENT = bytes(range(256)) * 500


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder static, and a process that has used no file yet."""
    monkeypatch.setattr(static_files, "FOLDER", tmp_path / "static")
    monkeypatch.setattr(static_files, "_used", {})
    monkeypatch.setattr(static_files, "_in_memory", {})
    return tmp_path / "static"


@pytest.fixture
def made() -> Callable[[], bytes]:
    """Makes the content; `made.times` says how often."""

    def make() -> bytes:
        make.times += 1
        return CONTENT

    make.times = 0
    return make


def test_a_compressed_file_is_made_once_and_is_plain_gzip(folder: Path, made: Any):
    for _ in range(2):
        assert publish_compressed("map.safetensors", made) == "app/static/map.safetensors.gz"
    assert made.times == 1
    assert gzip.decompress((folder / "map.safetensors.gz").read_bytes()) == CONTENT


@pytest.mark.parametrize(
    "damage",
    [lambda content: content[:-100], lambda content: b"", lambda content: content + b"x", lambda content: content[:6]],
)
def test_a_compressed_file_that_is_not_whole_is_made_again(folder: Path, made: Any, damage: Callable[[bytes], bytes]):
    publish_compressed("map.safetensors", made)
    path = folder / "map.safetensors.gz"
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    publish_compressed("map.safetensors", made)
    assert path.read_bytes() == whole


def test_a_file_of_an_older_version_whose_size_is_not_told_is_made_again(folder: Path, made: Any):
    folder.mkdir()
    (folder / "map.safetensors.gz").write_bytes(gzip.compress(CONTENT, mtime=0))
    publish_compressed("map.safetensors", made)
    assert made.times == 1


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(CONTENT[:7]), Path.unlink])
def test_a_small_file_that_is_not_whole_or_gone_is_written_again(folder: Path, damage: Callable[[Path], object]):
    assert publish("modules-1/a/view.js", CONTENT) == "app/static/modules-1/a/view.js"
    damage(folder / "modules-1/a/view.js")
    publish("modules-1/a/view.js", CONTENT)
    assert (folder / "modules-1/a/view.js").read_bytes() == CONTENT


# --- Without a disk


@pytest.fixture
def media(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """Nothing can be written; what Streamlit serves from the memory, by address."""
    folder.write_text("a file where the folder should be")
    files: dict[str, bytes] = {}

    class Manager:
        media_file_mgr: Any

        @staticmethod
        def add(content: bytes, kind: str, coordinates: str) -> str:
            assert coordinates
            address = f"/media/{abs(hash(content)):x}{'.js' if kind == 'text/javascript' else '.gz'}"
            files[address[1:]] = content
            return address

    Manager.media_file_mgr = Manager
    monkeypatch.setattr(static_files.runtime, "get_instance", lambda: Manager)
    yield files


def test_where_nothing_can_be_written_files_come_from_the_memory(media: dict[str, bytes], made: Any):
    for _ in range(2):
        assert gzip.decompress(media[publish_compressed("map.safetensors", made)]) == CONTENT
    assert made.times == 1
    assert media[publish("snapshot.safetensors.gz", CONTENT)] == CONTENT


def test_where_streamlit_does_not_serve_the_folder_nothing_is_put_there(
    media: dict[str, bytes], folder: Path, made: Any, monkeypatch: pytest.MonkeyPatch
):
    folder.unlink()
    monkeypatch.setattr(static_files.config, "get_option", lambda name: name != "server.enableStaticServing")
    assert gzip.decompress(media[publish_compressed("map.safetensors", made)]) == CONTENT
    assert media[publish("snapshot.safetensors.gz", CONTENT)] == CONTENT
    assert scripts.module_url("components/latent_map/view.js") in media
    assert not folder.exists()


def test_modules_in_the_memory_find_each_other(media: dict[str, bytes], folder: Path):
    address = scripts.module_url("components/latent_map/view.js")
    seen, to_see = set(), [address]
    while to_see:
        if (name := to_see.pop()) not in seen:
            seen.add(name)
            found = scripts._IMPORT.findall(media[name].decode())
            assert all(other.startswith("./") and "/" not in other[2:] for other in found)
            to_see += [f"media/{other[2:]}" for other in found]
    assert len(seen) > 10
    folder.unlink()
    assert scripts.module_url("components/latent_map/view.js").startswith("app/static/modules-")


# --- What nobody uses


def aged(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(CONTENT)
    then = time.time() - days * 86_400
    os.utime(path, (then, then))
    return path


def test_what_was_not_used_for_a_month_is_removed_by_the_next_process(folder: Path, made: Any):
    aged(folder / "decoder-old.gz", 31)
    aged(folder / "modules-old/a.js", 31)
    aged(folder / ".gitignore", 400)
    aged(folder / "decoder-young.gz", 29)
    publish_compressed("map.safetensors", made)
    assert listing(folder) == [".gitignore", "decoder-young.gz", "map.safetensors.gz"]


def test_a_file_that_is_used_again_is_kept(folder: Path, made: Any):
    publish_compressed("map.safetensors", made)
    aged(folder / "map.safetensors.gz", 31)
    static_files._used.clear()
    publish_compressed("map.safetensors", made)
    assert made.times == 1
    assert time.time() - (folder / "map.safetensors.gz").stat().st_mtime < 60


def test_beyond_a_gigabyte_the_oldest_go(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(static_files, "_MOST_BYTES", 2.5 * len(CONTENT))
    for days in (1, 3, 2):
        aged(folder / f"{days}.gz", days)
    prune()
    assert listing(folder) == ["1.gz", "2.gz"]
