"""Small archives in the layout of Keras's mnist.npz."""

import io
import zipfile

import numpy as np

Arrays = dict[str, np.ndarray]


def arrays(train: int = 3, test: int = 2) -> Arrays:
    noise = np.random.default_rng(train)
    return {
        "x_train": noise.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        "y_train": np.arange(train, dtype=np.uint8) % 10,
        "x_test": noise.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        "y_test": np.arange(test, dtype=np.uint8) % 10,
    }


def npz(content: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **content)
    return file.getvalue()


def without(name: str) -> bytes:
    return npz({key: array for key, array in arrays().items() if key != name})


def with_member(name: str, content: bytes) -> bytes:
    """The archive with one member's bytes replaced: the zip is sound, the array in it is not."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(npz(arrays()))) as good, zipfile.ZipFile(file, "w") as bad:
        for member in good.namelist():
            bad.writestr(member, content if member == name else good.read(member))
    return file.getvalue()


def npy_header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def flagged_as_encrypted() -> bytes:
    content = bytearray(npz(arrays()))
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the central directory's flags of the first member
    return bytes(content)


GOOD = npz(arrays())
HUGE = npy_header("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 28, 28), }\n")
DAMAGE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "damaged or not an .npz"),
    "text": (b"<html>Not Found</html>", "damaged or not an .npz"),
    "truncated": (GOOD[:-100], "damaged or not an .npz"),
    "a flipped byte": (GOOD[:300] + bytes([GOOD[300] ^ 1]) + GOOD[301:], "damaged or not an .npz"),
    "encrypted": (flagged_as_encrypted(), "damaged or not an .npz"),
    "a bare .npy": (
        npy_header("{'descr': '|u1', 'fortran_order': False, 'shape': (0,), }\n"),
        "damaged or not an .npz",
    ),
    "no array in a member": (with_member("x_train.npy", b"no array"), "expected an array in x_train; found bytes"),
    "an unreadable header": (with_member("x_train.npy", npy_header("{'descr': (")), "damaged or not an .npz"),
    "a header that claims terabytes": (with_member("x_train.npy", HUGE), "damaged or not an .npz"),
    "no y_test": (without("y_test"), "lacks the array y_test; it holds x_train, y_train, x_test"),
    "no arrays": (npz({}), "lacks the array x_train; it holds none"),
    "flat images of another size": (
        npz(arrays() | {"x_train": np.zeros((3, 700), np.uint8)}),
        r"expected x_train as (N, 28, 28) uint8; found (3, 700) uint8",
    ),
    "images of 32x32": (npz(arrays() | {"x_test": np.zeros((2, 32, 32), np.uint8)}), "found (2, 32, 32) uint8"),
    "standardised images": (npz(arrays() | {"x_train": np.full((3, 28, 28), -0.4242)}), "from -0.4242 to -0.4242"),
    "no images": (npz(arrays() | {"x_test": np.zeros((0, 28, 28), np.uint8)}), "found (0, 28, 28) uint8"),
    "one label too few": (
        npz(arrays() | {"y_train": np.array([1, 2])}),
        "expected y_train as (3,) integers; found (2,)",
    ),
    "float labels": (npz(arrays() | {"y_train": np.array([1.0, 2, 3])}), "found (3,) float64"),
    "a label of 10": (
        npz(arrays() | {"y_train": np.array([1, 10, 3])}),
        "expected labels 0 to 9 in y_train; found 1 to 10",
    ),
    "a label of -1": (npz(arrays() | {"y_test": np.array([1, -1])}), "expected labels 0 to 9 in y_test; found -1 to 1"),
    "a label of 256": (npz(arrays() | {"y_test": np.array([1, 256])}), "found 1 to 256"),
    "pickled objects": (
        npz(arrays() | {"y_train": np.array([1, "two", None], object)}),
        "Object arrays cannot be loaded",
    ),
}
