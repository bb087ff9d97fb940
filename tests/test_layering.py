"""Imports go one way: each room imports only what stands before it.

Imports for types alone don't count; those inside functions do.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "src" / "progresskit"

# Each room, and the rooms right before it; what stands before those may be imported too.
BEFORE = {
    "_platform": (),
    "_version": (),
    "chance": (),
    "logs": (),
    "errors": (),
    "rules": ("errors",),
    "events": ("rules",),
    "state": ("events",),
    "stages": ("events",),
    "outbox": ("events",),
    "reports": ("stages", "events"),
    "outlets": ("reports",),
    "reporter": ("outlets",),
    "frames": ("state",),
    "batches": ("frames",),
    "received": ("state",),
    "transports.base": ("frames",),
    "transports.listener": ("transports.base",),
    "transports.memory": ("transports.listener",),
    "transports.redis": ("transports.listener",),
    "transports.websocket": ("transports.listener", "batches", "received"),
    "transports": ("transports.memory", "transports.redis", "transports.websocket"),
    "subscription": ("transports",),
    "courier": ("outbox", "reports", "frames"),
    "outage": (),
    "sender": ("courier", "outage", "transports"),
    "publisher": ("sender", "reporter"),
    "inline": (),
    "hub_client": (),
    "hub_state": ("frames",),
    "fanout": ("inline", "hub_client", "hub_state"),
    "followed": ("fanout", "subscription"),
    "hub": ("followed",),
    "web": ("hub",),
    "audio": ("errors",),
    "integrations": (),
    "integrations.*": ("integrations", "publisher", "hub"),
    "__main__": ("cli",),
    "cli": ("web", "audio", "integrations.*"),
    "testing": ("web", "audio", "integrations.*"),
    "": ("publisher", "hub"),  # progresskit/__init__.py
}
EVERYBODYS = {"_platform", "_version", "chance", "logs"}


class Arrow(NamedTuple):
    importer: str
    imported: str
    line: int


def modules(package: Path) -> dict[str, Path]:
    """Return the file of each module, by its name within the package; the package's own name is empty."""
    names = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the tree, but not what only a type checker reads."""
    yield node
    if isinstance(node, ast.If) and is_type_checking(node.test):
        children: Iterator[ast.AST] = iter(node.orelse)
    else:
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from statements(child)


def targets(node: ast.AST, package: list[str]) -> list[str]:
    """Return the full names that a node may import; ``package`` is where it stands, for relative imports."""
    match node:
        case ast.Import(names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            base = package[: len(package) - level + 1] if level else []
            base = [*base, *(module.split(".") if module else [])]
            return [".".join([*base, name.name]) for name in names]
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if "import" in ast.unparse(func):
            return [name]  # importlib.import_module("…"), __import__("…")
        case _:
            return []


def arrows(package: Path) -> list[Arrow]:
    """Return every import of one module of the package by another."""
    known = modules(package)
    found = []
    for importer, path in known.items():
        here = ["progresskit", *importer.split(".")] if importer else ["progresskit"]
        inside = here if path.name == "__init__.py" else here[:-1]
        for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
            for target in targets(node, inside):
                top, *parts = target.split(".")
                if top != "progresskit":
                    continue
                name = ".".join(parts)
                # `from progresskit.state import fold` names something in a module, not a module.
                while name not in known:
                    name = name.rpartition(".")[0]
                if name != importer:
                    found.append(Arrow(importer, name, node.lineno))
    return found


def room(module: str) -> str:
    first, _, rest = module.partition(".")
    if first == "integrations" and rest:
        return f"integrations.{rest.partition('.')[0]}"
    while module not in BEFORE:
        module = module.rpartition(".")[0]
    return module


def before(name: str) -> set[str]:
    """Return all rooms that stand before a room."""
    rooms = set(BEFORE["integrations.*" if name.startswith("integrations.") else name])
    for former in list(rooms):
        rooms |= before(former)
    return rooms


def allowed(importer: str, imported: str) -> bool:
    mine, other = room(importer), room(imported)
    if mine == other or other in EVERYBODYS:
        return True
    return ("integrations.*" if other.startswith("integrations.") else other) in before(mine)


def forbidden(package: Path) -> list[str]:
    return [
        f"{arrow.importer or '__init__'} line {arrow.line} imports {arrow.imported or 'progresskit'}"
        for arrow in arrows(package)
        if not allowed(arrow.importer, arrow.imported)
    ]


def test_imports_go_one_way():
    assert forbidden(PACKAGE) == []


def test_every_module_has_a_room():
    assert [
        name for name in modules(PACKAGE) if room(name) not in BEFORE and not name.startswith("integrations.")
    ] == []


def test_the_rooms_stand_in_a_row():
    for name in BEFORE:
        assert name not in before(name)


@pytest.fixture
def package(tmp_path):
    for name in (
        "__init__",
        "_platform",
        "errors",
        "events",
        "state",
        "hub",
        "web/__init__",
        "web/app",
        "cli/__init__",
    ):
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    (tmp_path / "integrations").mkdir()
    for name in ("__init__", "manager", "rich"):
        (tmp_path / "integrations" / f"{name}.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("events", "from progresskit.state import fold"),
        ("events", "from progresskit import state"),
        ("events", "import progresskit.state"),
        ("events", "from .state import fold"),
        ("events", "from . import state"),
        ("events", "import progresskit"),
        ("events", "from progresskit import __version__"),
        ("events", "def late():\n    from progresskit.state import fold"),
        ("events", "import importlib\nimportlib.import_module('progresskit.state')"),
        ("events", "if TYPE_CHECKING:\n    pass\nelse:\n    from progresskit.state import fold"),
        ("_platform", "from progresskit.errors import ProgressKitError"),
        ("hub", "from progresskit.web.app import Gateway"),
        ("web/app", "from ..integrations import manager"),
        ("web/app", "from progresskit.cli import main"),
        ("integrations/rich", "from progresskit.integrations.manager import configure"),
        ("integrations/rich", "from progresskit.web import Gateway"),
    ],
)
def test_a_forbidden_import_is_found(package, module, source):
    assert forbidden(package) == []
    (package / f"{module}.py").write_text(source)
    assert len(forbidden(package)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("state", "from progresskit.events import Event"),
        ("events", "from progresskit._platform import in_event_loop"),
        ("events", "if TYPE_CHECKING:\n    from progresskit.state import TaskState"),
        ("web/app", "from progresskit.events import Event"),
        ("web/__init__", "from progresskit.web.app import Gateway"),
        ("cli/__init__", "from progresskit.integrations.rich import track"),
    ],
)
def test_an_allowed_import_is_none_of_them(package, module, source):
    (package / f"{module}.py").write_text(source)
    assert forbidden(package) == []
