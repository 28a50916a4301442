"""Environment variables in their usual spellings; what is not understood is said, with what was found."""

import pytest

from vae_core.errors import SettingError
from vae_core.storage import environment

NAME = "VAE_TEST"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ('""', None),
        ("/a folder", "/a folder"),
        (" /a ", "/a"),
        ('"C:\\a b"', "C:\\a b"),
        ("'/a'", "/a"),
        ("'", "'"),
        ("/it's", "/it's"),
        ("\"/a'", "\"/a'"),
    ],
)
def test_blanks_and_quotes_around_a_text_do_not_count(
    value: str | None, expected: str | None, monkeypatch: pytest.MonkeyPatch
):
    put(value, monkeypatch)
    assert environment.text(NAME) == expected


@pytest.mark.parametrize("value", ["1", "true", "True", "YES", "on", " 1 ", '"1"'])
def test_a_flag_is_on_in_usual_spellings(value: str, monkeypatch: pytest.MonkeyPatch):
    put(value, monkeypatch)
    assert environment.flag(NAME)


@pytest.mark.parametrize("value", [None, "", "0", "false", "No", "OFF", "'0'"])
def test_a_flag_is_off_in_usual_spellings(value: str | None, monkeypatch: pytest.MonkeyPatch):
    put(value, monkeypatch)
    assert not environment.flag(NAME)


@pytest.mark.parametrize("value", ["2", "maybe", "-", "yes please"])
def test_a_flag_that_is_neither_is_an_error_that_says_what_was_found(value: str, monkeypatch: pytest.MonkeyPatch):
    put(value, monkeypatch)
    with pytest.raises(SettingError) as caught:
        environment.flag(NAME)
    assert f"${NAME}" in str(caught.value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(("value", "expected"), [(None, 7), ("", 7), ("0", 0), (" 12 ", 12), ('"3"', 3), ("007", 7)])
def test_a_whole_number(value: str | None, expected: int, monkeypatch: pytest.MonkeyPatch):
    put(value, monkeypatch)
    assert environment.whole_number(NAME, default=7) == expected


@pytest.mark.parametrize("value", ["-1", "1.0", "one", "\u0663", "1 2", "9" * 5000])
def test_a_number_that_makes_no_sense_is_an_error_that_says_what_was_found(value: str, monkeypatch: pytest.MonkeyPatch):
    put(value, monkeypatch)
    with pytest.raises(SettingError) as caught:
        environment.whole_number(NAME, default=7)
    assert repr(value[:40]) in str(caught.value)
    assert len(str(caught.value)) < 200


def put(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv(NAME, raising=False)
    else:
        monkeypatch.setenv(NAME, value)
