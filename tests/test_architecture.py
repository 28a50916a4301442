"""The house as drawn: imports flow one way, and only the training half knows TensorFlow."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "vae_core").rglob("*.py")])

TRAINING = {"vae_core.model", "vae_core.distortion", "vae_core.training", "vae_core.gan"}
"""The half that needs TensorFlow. Only a worker starts it."""

FLOORS = [
    ["vae_core.errors"],
    ["vae_core.config"],
    ["vae_core.download"],
    ["vae_core.data", "vae_core.plot"],
    [
        "vae_core.record",
        "vae_core.breakdown",
        "vae_core.tensors",
        "vae_core.files",
        "vae_core.drafts",
        "vae_core.references",
    ],
    ["vae_core.runs", "vae_core.comparison"],
    ["vae_core.network", "vae_core.signs", "vae_core.locks", "vae_core.progress", "vae_core.checkpoint"],
    ["vae_core.latent", "vae_core.manifold", "vae_core.likelihood", "vae_core.slots", "vae_core.learning_curve"],
    ["vae_core.snapshots", "vae_core.tiling", "vae_core.aggregate", "vae_core.embedding", "vae_core.geometry"],
    ["vae_core.quadrature"],
    ["vae_core.fields", "vae_core.scorecard", "vae_core.pca", "vae_core.posterior"],
    ["vae_core.report"],
    ["vae_core.shelf", "vae_core.shipping", "vae_core.misfits"],
    ["vae_core.model", "vae_core.distortion"],
    ["vae_core.training"],
    ["vae_core.course"],
    ["vae_core.worker", "vae_core.jobs"],
    ["vae_core.terminal"],
    ["vae_core.__main__"],
    ["vae_core.loss_figure", "vae_core.report_figures", "vae_core.posterior_figures", "vae_core.comparison_figures"],
    ["vae_core.ui"],
    ["pages"],
    ["app"],
]
"""A module imports only from floors below its own."""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The floor plan's name of a module: a page and a part of ui/ go by their folder's."""
    for folder in ("vae_core.ui", "pages"):
        if module == folder or module.startswith(folder + "."):
            return folder
    return module


def imports(path: Path, inside_functions: bool = True, for_type_checkers: bool = True) -> Iterator[str]:
    """The modules that a file imports, absolute. `from vae_core import x` counts as vae_core.x."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {name_of(source) for source in SOURCES}
    left_out = {
        node
        for block in ast.walk(tree)
        if (not inside_functions and isinstance(block, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))
        or (not for_type_checkers and isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING")
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if node in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            assert node.module
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            yield from inner or {node.module}


def packages(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in imports(path)}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_the_user_interface_imports_streamlit(path: Path):
    if room_of(name_of(path)) not in ("vae_core.ui", "pages", "app"):
        assert "streamlit" not in packages(path)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_the_training_half_imports_keras(path: Path):
    if name_of(path) not in TRAINING:
        assert not {"keras", "tensorflow", "tf_keras", "jax", "torch"} & packages(path)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_a_worker_starts_training_and_only_inside_a_function(path: Path):
    """To name a type is no start."""
    found = TRAINING & set(imports(path, for_type_checkers=False))
    if name_of(path) == "vae_core.worker":
        assert found
        assert not TRAINING & set(imports(path, inside_functions=False))
    elif name_of(path) not in TRAINING:
        assert not found


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_flow_one_way(path: Path):
    floors = {room: number for number, floor in enumerate(FLOORS) for room in floor}
    own = room_of(name_of(path))
    if own == "vae_core":
        assert not list(imports(path)), "the package itself imports nothing, so that any part of it can be had alone"
        return
    assert own in floors, f"give {own} a floor"
    for module in imports(path):
        room = room_of(module)
        if room.partition(".")[0] not in ("vae_core", "pages", "app") or room == own == "vae_core.ui":
            continue
        assert room in floors, f"{own} imports {module}"
        assert floors[room] < floors[own], f"{own} imports {module}"


def test_every_module_has_a_noun_for_a_name():
    assert not {"utils", "util", "helpers", "common", "misc", "tools"} & {path.stem for path in SOURCES}


def test_every_module_says_what_it_is():
    for path in SOURCES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_the_serving_half_never_imports_tensorflow():
    """Every module but the training half, imported for real; __main__ too, for it imports training only when asked."""
    names = [name_of(path) for path in SOURCES if name_of(path).startswith("vae_core")]
    serving = [name for name in names if name not in TRAINING]
    assert len(serving) > 8
    code = f"import importlib, sys\nfor name in {serving}: importlib.import_module(name)\n"
    code += "print(sorted({'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("[]")
