"""A run's files are read as they were written; its title and its version follow what is on disk."""

import json
import os
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import safetensors.numpy

from tests.unit.builders import CONFIG, FILES, HISTORY, SCORES, make_gan, make_run, random_tensors, record
from tests.unit.inspection import listing
from vae_core.errors import NoEncoder
from vae_core.runs.catalog import open_run


def test_what_is_written_is_read_back(root: Path):
    written = make_run(root)
    found = open_run("small")
    assert found == written
    assert found.directory == root / "small"
    assert found.record == record()
    assert not found.shipped
    assert listing(found.directory) == FILES
    assert found.scores() == SCORES
    pd.testing.assert_frame_equal(found.history(), pd.DataFrame(HISTORY).astype({"epoch": int}))
    expected = random_tensors(CONFIG)
    assert found.tensors().keys() == expected.keys()
    for name, tensor in found.tensors().items():
        np.testing.assert_array_equal(tensor, expected[name], strict=True)


def test_tensors_are_read_only(root: Path):
    for tensor in make_run(root).tensors().values():
        with pytest.raises(ValueError, match="read-only"):
            tensor[...] = 0


def test_the_version_changes_with_the_weights_on_disk(root: Path):
    run = make_run(root)
    path, before = run.directory / "network.safetensors", run.version
    assert run.version == before > 0
    os.utime(path, ns=(0, before + 1_000_000))
    assert run.version == before + 1_000_000
    path.unlink()
    assert run.version == 0


def parse_safetensors(content: bytes) -> dict[str, np.ndarray]:
    """An 8-byte little-endian length, that many bytes of JSON, then the buffers."""
    (length,) = struct.unpack("<Q", content[:8])
    header, buffers = json.loads(content[8 : 8 + length]), content[8 + length :]
    header.pop("__metadata__", None)
    assert {entry["dtype"] for entry in header.values()} == {"F32"}
    return {
        name: np.frombuffer(buffers[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
    }


def test_the_weights_are_plain_safetensors(root: Path):
    path = make_run(root).directory / "network.safetensors"
    expected = random_tensors(CONFIG)
    for found in (parse_safetensors(path.read_bytes()), safetensors.numpy.load_file(path)):
        assert found.keys() == expected.keys()
        for name, tensor in found.items():
            np.testing.assert_array_equal(tensor, expected[name], strict=True)


def test_a_title_is_one_line_of_bounded_length_and_says_what_is_not_done(root: Path):
    assert make_run(root, title="a\n\n  b").title == "a b"
    assert len(make_run(root, title="word " * 1000).title) <= 100
    assert make_run(root, title=" \n").title.startswith("small")
    assert make_run(root, title="a", status="cancelled").title == "a (cancelled)"
    assert make_run(root, title="a", status="failed", reason="the disk is full").title == "a (the disk is full)"


def test_a_gan_draws_but_encodes_nothing(root: Path):
    run = make_gan(root)
    assert (run.explorable, run.scorable) == (False, True)
    assert not make_gan(root, "begun", status="running").scorable
    assert run.decoder().decode(np.zeros((3, 2), np.float32)).shape == (3, 28, 28)
    assert run.discriminator().logits(np.zeros((3, 784), np.float32)).shape == (3,)
    with pytest.raises(NoEncoder, match="A small GAN is a GAN: it draws digits, but has no encoder"):
        run.network()
    assert {name.partition(".")[0] for name in run.tensors()} == {"decoder", "discriminator"}
