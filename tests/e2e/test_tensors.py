"""The browser's safetensors parser against files that the reference library wrote."""

import numpy as np
import safetensors.numpy

from tests.explorer import Explorer
from vae_core.ui.resources.scripts import module_url

ALL = np.arange(65_536, dtype=np.uint16).view(np.float16)
HALVES = ALL[np.isfinite(ALL)]


def test_the_browser_reads_what_the_reference_library_writes(explorer: Explorer) -> None:
    noise = np.random.default_rng(0)
    written = {
        "labels": noise.integers(0, 10, 7, np.uint8),  # an odd length, so that what follows may be unaligned
        "kernel": noise.normal(size=(3, 5)).astype(np.float32),
        "bias": np.array([0, -0.0, 1e-38, 3e38], np.float32),
    }
    planes = {"halves.halves": np.ascontiguousarray(HALVES.view(np.uint8).reshape(-1, 2).T)}
    content = safetensors.numpy.save(written | planes, metadata={"format": "np"})
    explorer.open()
    read = explorer.page.evaluate(
        """async ([address, bytes]) => {
            const { parseTensors } = await import(new URL(address, document.baseURI).href)
            const tensors = parseTensors(new Uint8Array(bytes).buffer)
            return Object.fromEntries(Object.entries(tensors).map(
                ([name, { shape, values }]) => [name, [shape, values.constructor.name, Array.from(values)]]
            ))
        }""",
        [module_url("browser/tensors.js"), list(content)],
    )
    expected = written | {"halves": HALVES.astype(np.float32)}
    assert read.keys() == expected.keys()
    for name, array in expected.items():
        shape, kind, values = read[name]
        assert tuple(shape) == array.shape
        assert kind == ("Uint8Array" if array.dtype == np.uint8 else "Float32Array")
        np.testing.assert_array_equal(np.array(values, array.dtype).reshape(array.shape), array)
