"""What is read has exactly the expected names, shapes and types, finite numbers, and cannot be written to."""

import gzip
import json
import zlib

import numpy as np
import pytest
import safetensors.numpy
from safetensors import SafetensorError

from tests.unit.builders import random_tensors
from vae_core.config import TrainingConfig
from vae_core.networks.network import network_shapes
from vae_core.storage.tensors import Shapes, compress, decompress, largest, pack, parse, read_metadata

SHAPES: Shapes = {"means": ((3, 2), np.float32), "tiles": ((4,), np.uint8), "count": ((), np.int64)}
TENSORS = {
    "means": np.arange(6, dtype=np.float32).reshape(3, 2),
    "tiles": np.array([0, 1, 254, 255], np.uint8),
    "count": np.array(7, np.int64),
}


def test_what_is_packed_is_parsed_again():
    found = parse(pack(TENSORS, {"step": 3}), SHAPES)
    assert found.keys() == TENSORS.keys()
    for name, tensor in found.items():
        np.testing.assert_array_equal(tensor, TENSORS[name], strict=True)
        with pytest.raises(ValueError, match="read-only"):
            tensor[...] = 0


WRONG: dict[str, tuple[dict[str, np.ndarray | None], str]] = {
    "missing": ({"tiles": None}, "the tensor tiles is missing"),
    "too much": ({"weights": np.zeros(1)}, "unknown tensor 'weights'"),
    "transposed": (
        {"means": np.zeros((2, 3), np.float32)},
        r"means: expected \(3, 2\) float32, found \(2, 3\) float32",
    ),
    "flat": ({"means": np.zeros(6, np.float32)}, r"means: expected \(3, 2\) float32, found \(6,\) float32"),
    "of another type": ({"tiles": np.zeros(4, np.int8)}, r"tiles: expected \(4,\) uint8, found \(4,\) int8"),
    "of another size": ({"means": np.zeros((3, 2))}, "means: expected .* float32, found .* float64"),
    "NaN": ({"means": np.full((3, 2), np.nan, np.float32)}, "means: expected finite numbers, found NaN or infinity"),
    "infinite": ({"means": np.full((3, 2), -np.inf, np.float32)}, "means: expected finite numbers"),
}


@pytest.mark.parametrize("case", WRONG)
def test_tensors_that_are_not_the_expected_ones_are_named(case: str):
    changes, words = WRONG[case]
    content = pack({name: tensor for name, tensor in (TENSORS | changes).items() if tensor is not None})
    with pytest.raises(ValueError, match=words):
        parse(content, SHAPES)


def test_a_networks_tensors_are_those_of_its_layers(config: TrainingConfig):
    expected = {name: (tensor.shape, np.float32) for name, tensor in random_tensors(config).items()}
    assert network_shapes(config) == expected


@pytest.mark.parametrize("shapes", [SHAPES, network_shapes(TrainingConfig())])
def test_a_file_of_these_tensors_is_no_larger_than_the_largest(shapes: Shapes):
    content = pack({name: np.zeros(shape, kind) for name, (shape, kind) in shapes.items()}, {"step": 1e300})
    tensors = sum(np.zeros(shape, kind).nbytes for shape, kind in shapes.values())
    assert tensors < len(content) <= largest(shapes) <= tensors + 100_000


# --- Numbers beside the tensors


def test_numbers_are_kept_to_the_last_bit():
    numbers = {"step": 3.0, "seconds": 0.1 + 0.2, "kl": -1e-300}
    assert read_metadata(pack(TENSORS, numbers), ("kl", "seconds", "step")) == numbers
    assert read_metadata(pack(TENSORS, numbers), ("step",)) == {"step": 3.0}


def with_metadata(metadata: object) -> bytes:
    header = json.dumps({"__metadata__": metadata}).encode()
    return len(header).to_bytes(8, "little") + header


NO_FACTS: dict[str, bytes] = {
    "nothing": b"",
    "half a length": b"\x08\x00",
    "a length alone": bytes(8),
    "an endless length": b"\xff" * 8 + b"{}",
    "a list": b"\x02" + bytes(7) + b"[]",
    "not UTF-8": b"\x02" + bytes(7) + b"\xff\xfe",
    "no metadata": safetensors.numpy.save(TENSORS),
    "metadata of null": with_metadata(None),
    "another fact": with_metadata({"steps": "3"}),
    "text": with_metadata({"step": "three"}),
    "NaN": with_metadata({"step": "nan"}),
    "infinity": with_metadata({"step": "-inf"}),
}


@pytest.mark.parametrize("case", NO_FACTS)
def test_a_number_that_is_not_there_or_not_finite_is_refused(case: str):
    with pytest.raises(ValueError):
        read_metadata(NO_FACTS[case], ("step",))


def test_a_missing_number_is_named():
    with pytest.raises(ValueError, match="the number 'kl' is missing"):
        read_metadata(pack(TENSORS, {"step": 1}), ("step", "kl"))


# --- Compression


def test_what_is_compressed_is_unpacked_again_and_the_same_each_time():
    content = pack(TENSORS)
    assert decompress(compress(content), len(content)) == content
    assert compress(content) == compress(content)
    assert gzip.decompress(compress(content)) == content


def test_what_unpacks_to_more_than_it_may_is_refused_without_unpacking_it(monkeypatch: pytest.MonkeyPatch):
    unpacked: list[int] = []
    read = gzip.GzipFile.read

    def counted(self: gzip.GzipFile, size: int | None = -1) -> bytes:
        content = read(self, size)
        unpacked.append(len(content))
        return content

    bomb = compress(bytes(50_000_000))
    assert len(bomb) < 100_000
    monkeypatch.setattr(gzip.GzipFile, "read", counted)
    with pytest.raises(ValueError, match="expected at most 1,000 bytes when unpacked, found more"):
        decompress(bomb, 1000)
    assert sum(unpacked) <= 1001


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", compress(bytes(500))[:-9], b"PK" + compress(b"x"), b"plain"])
def test_what_is_no_whole_gzip_file_is_refused(content: bytes):
    with pytest.raises((OSError, EOFError, zlib.error, ValueError, SafetensorError)):
        parse(decompress(content, 1000), SHAPES)


def test_what_is_no_safetensors_file_is_refused():
    for content in (b"", b"\x80\x04\x95" + bytes(200), pack(TENSORS)[:-1], pack(TENSORS) + b"x"):
        with pytest.raises(SafetensorError):
            parse(content, SHAPES)
