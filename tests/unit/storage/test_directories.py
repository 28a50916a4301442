"""Runs and caches lie in the user's own folders, runs where $VAE_RUNS says if it says so."""

import os
import sys
from pathlib import Path

import pytest

from vae_core.storage.directories import SHIPPED, cache_directory, runs_directory

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, the folders of a user are called otherwise")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home, where nothing says otherwise."""
    for name in ("VAE_RUNS", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("/data/runs", "/data/runs"),
        ("runs", "runs"),
        ("~", "{home}"),
        ("~/runs", "{home}/runs"),
        ("~nobody-has-this-name/runs", "~nobody-has-this-name/runs"),
        ("/data/~/runs", "/data/~/runs"),
    ],
)
def test_runs_lie_where_the_environment_says(home: Path, monkeypatch: pytest.MonkeyPatch, named: str, expected: str):
    monkeypatch.setenv("VAE_RUNS", named)
    assert runs_directory() == Path(expected.format(home=home))


@linux
@pytest.mark.parametrize("named", [None, ""])
def test_where_it_says_nothing_runs_lie_in_the_users_data_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
):
    if named is not None:
        monkeypatch.setenv("VAE_RUNS", named)
    assert runs_directory() == home / ".local" / "share" / "vae-latent-explorer" / "runs"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    assert runs_directory() == home / "data" / "vae-latent-explorer" / "runs"


@linux
def test_caches_lie_in_the_users_cache_folder(home: Path, monkeypatch: pytest.MonkeyPatch):
    """`cache_directory` was imported before a fixture of every test takes its place."""
    assert cache_directory() == home / ".cache" / "vae-latent-explorer"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    assert cache_directory() == home / "cache" / "vae-latent-explorer"


def test_to_ask_for_a_folder_is_not_to_make_it(home: Path):
    runs_directory()
    cache_directory()
    assert list(home.iterdir()) == []


def test_the_shipped_runs_are_there():
    assert (SHIPPED / "seed" / "run.json").is_file()


@linux
def test_a_user_without_a_home_has_them_in_the_temporary_folder_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def unknown(user: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {user}")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / f"vae-latent-explorer-{os.getuid()}"
    for _ in range(2):
        assert (runs_directory(), cache_directory()) == (folder / "runs", folder)
    (told,) = caplog.messages
    assert str(folder) in told
    assert "HOME" in told
