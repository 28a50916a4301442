"""The heatmaps that a shipped run brings along, so that no page has to compute them.

One file for the run's own test digits, heatmaps.safetensors.gz, and one for all digits of the bundled sample. A file
holds all heatmaps, in float16, with the digests of the weights and of the digits that they were computed with.
Invariant: they are only used for the same weights and digits.
"""

import logging

import numpy as np

from vae_core.data.digits import Digits
from vae_core.errors import RunDamaged
from vae_core.latent.heatmaps import CELLS, HEATMAPS, Heatmap
from vae_core.latent.latent_map import LatentMap
from vae_core.networks.network import Network
from vae_core.runs.run import Run
from vae_core.storage.files import raising_run_damaged, read_bytes, write
from vae_core.storage.tensors import DIGEST, Shapes, compress, decompress, digest_tensor, largest, pack, parse

_log = logging.getLogger(__name__)

_NAME = "heatmaps.safetensors.gz"
_VALUES: Shapes = {f"{name}.values": ((CELLS, CELLS), np.float32) for name in HEATMAPS}
_SHAPES: Shapes = _VALUES | {
    "edges": ((CELLS + 1,), np.float64),
    "regions.classes": ((CELLS, CELLS), np.uint8),
    "network": DIGEST,
    "digits": DIGEST,
}


def write_heatmaps(run: Run, network: Network, digits: Digits) -> None:
    """Compute all heatmaps of the network on these digits and write them into a run's directory. Raises OSError."""
    embedded = LatentMap.embed(network, digits.test_images, digits.test_labels)
    found = {name: compute(network, embedded, CELLS, lambda share: None) for name, compute in HEATMAPS.items()}
    tensors = {f"{name}.values": heatmap.values.astype(np.float16) for name, heatmap in found.items()}
    classes = found["regions"].classes
    assert classes is not None
    tensors |= {"regions.classes": classes, "edges": found["regions"].edges}
    tensors |= {"network": digest_tensor(network.digest), "digits": digest_tensor(digits.digest)}
    write(run.file_on(digits, _NAME), compress(pack(tensors)))


def read_heatmaps(run: Run, network: Network, digits: Digits) -> dict[str, Heatmap]:
    """The heatmaps of this network and these digits, by name; none if the run brings none along.

    A damaged file is logged and not used.
    """
    path = run.file_on(digits, _NAME)
    if not path.exists():
        return {}
    try:
        with raising_run_damaged(path):
            limit = largest(_SHAPES)
            tensors = parse(decompress(read_bytes(path, limit), limit), _SHAPES)
    except RunDamaged as error:
        _log.warning("%s It is not used.", error)
        return {}
    if [tensors[name].tobytes().hex() for name in ("network", "digits")] != [network.digest, digits.digest]:
        return {}
    return {
        name: Heatmap(tensors["edges"], tensors[f"{name}.values"], tensors.get(f"{name}.classes")) for name in HEATMAPS
    }
