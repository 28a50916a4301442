"""Whether something may be downloaded, by the variable that says so."""

import pytest

from vae_core.data.offline import check_online
from vae_core.errors import DataError


@pytest.mark.parametrize("text", ["", "0", "no"])
def test_it_may_unless_that_is_forbidden(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAE_OFFLINE", text)
    check_online()


@pytest.mark.parametrize(
    ("text", "told"), [("1", "nothing is downloaded"), ("maybe", "expected 1 or 0, found 'maybe'")]
)
def test_it_may_not(text: str, told: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VAE_OFFLINE", text)
    with pytest.raises(DataError, match=told):
        check_online()
