"""The house as drawn: imports flow one way, and only the training half knows TensorFlow."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "vae_core").rglob("*.py")])

NEED_TENSORFLOW = {
    f"vae_core.training.{name}"
    for name in (
        "adam",
        "augmentation",
        "gan",
        "gan_trainer",
        "judge",
        "optimizer",
        "step_recorder",
        "stepper",
        "trainer",
        "vae",
    )
}
"""What imports TensorFlow or Keras. Only a worker starts it, once its turn has come."""

LIBRARY = [
    {"vae_core"},  # its __init__.py: the version
    {"errors"},
    {"cores"},
    {"storage"},
    {"data"},
    {"settings"},
    {"config"},
    {"gan_config"},
    {"kinds"},
    {"recipes"},
    {"networks"},
    {"latent"},
    {"likelihood", "runs"},
    {"evaluation", "jobs"},
    {"training", "figures"},
    {"cli", "ui"},
    {"__main__"},
]
"""The rooms of vae_core, folders and single modules, from the bottom up. A room imports itself and what lies below it;
rooms side by side do not import each other."""

INTERFACE = [
    {"markdown", "workarounds"},
    {"resources"},
    {"session"},
    {"elements"},
    {"components"},
]
"""The same within vae_core/ui."""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room of a module, "pages" or "app": the first part of its name below vae_core."""
    return (module.removeprefix("vae_core.")).partition(".")[0]


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
    if room_of(name_of(path)) not in ("ui", "pages", "app"):
        assert "streamlit" not in packages(path)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_the_training_half_imports_keras(path: Path):
    if room_of(name_of(path)) != "training":
        assert not {"keras", "tensorflow", "tf_keras", "jax", "torch"} & packages(path)


def test_only_a_worker_starts_tensorflow_and_only_inside_a_function():
    """To name a type is no start; and of all the library only the command line starts a worker."""
    for path in SOURCES:
        room, now = room_of(name_of(path)), set(imports(path, inside_functions=False, for_type_checkers=False))
        if room == "training":
            assert not NEED_TENSORFLOW & now or name_of(path) in NEED_TENSORFLOW, path
        elif room != "cli":
            assert not any(room_of(module) == "training" for module in imports(path)), path


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_flow_one_way(path: Path):
    own = name_of(path)
    for module in imports(path):
        if module.partition(".")[0] in ("vae_core", "pages", "app"):
            assert may_import(own, module), f"{own} imports {module}"


def may_import(own: str, other: str) -> bool:
    if room_of(own) in ("pages", "app"):
        return room_of(other) not in ("pages", "app", "__main__", "cli", "training")
    if room_of(own) == room_of(other) == "ui":
        return is_below(other.removeprefix("vae_core.ui."), own.removeprefix("vae_core.ui."), INTERFACE)
    return is_below(other, own, LIBRARY)


def is_below(lower: str, upper: str, floors: list[set[str]]) -> bool:
    """Whether one module is in the same room as another or in a room on a lower floor."""
    number = {room: i for i, floor in enumerate(floors) for room in floor}
    low, high = room_of(lower), room_of(upper)
    assert low in number, f"give {lower} a room"
    assert high in number, f"give {upper} a room"
    return low == high or number[low] < number[high]


def test_no_module_imports_itself_by_way_of_others():
    edges = {name_of(path): set(imports(path, for_type_checkers=False)) for path in SOURCES}
    sorter = graphlib.TopologicalSorter({name: found & edges.keys() for name, found in edges.items()})
    assert list(sorter.static_order())  # raises CycleError, which names the circle


def test_every_room_has_tests():
    """tests/unit mirrors vae_core: each room has a folder there, and each folder there is one of the library's."""
    rooms = {path.relative_to(ROOT / "vae_core") for path in (ROOT / "vae_core").rglob("*") if path.is_dir()}
    tested = {path.parent.relative_to(ROOT / "tests/unit") for path in (ROOT / "tests/unit").rglob("test_*.py")}
    assert tested - {Path()} <= rooms
    assert {Path(room) for room in set.union(*LIBRARY) if (ROOT / "vae_core" / room).is_dir()} <= tested


def test_every_unit_test_file_is_named_for_what_it_tests():
    """A module, or one of the folders of vae_core; more words may follow: test_store_changes.py."""
    for path in (ROOT / "tests/unit").rglob("test_*.py"):
        room = ROOT / "vae_core" / path.parent.relative_to(ROOT / "tests/unit")
        words = path.stem.split("_")[1:]
        names = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
        assert any((room / f"{name}.py").is_file() or (room / name).is_dir() for name in names), path


def test_every_module_has_a_noun_for_a_name():
    assert not {"utils", "util", "helpers", "common", "misc", "tools"} & {path.stem for path in SOURCES}


def test_every_module_says_what_it_is():
    for path in SOURCES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_the_serving_half_never_imports_tensorflow():
    """Every module but those that need it, imported for real; the worker too, for it imports the trainer when asked."""
    names = [name_of(path) for path in SOURCES if name_of(path).startswith("vae_core")]
    serving = [name for name in names if name not in NEED_TENSORFLOW]
    assert len(serving) > 50
    code = f"import importlib, sys\nfor name in {serving}: importlib.import_module(name)\n"
    code += "print(sorted({'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("[]")
