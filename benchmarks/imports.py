"""What ``import progresskit`` costs, beside what it stands on."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from rows import Row, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOUNDATION = """
import pydantic, anyio
class A(pydantic.BaseModel):
    name: str
    count: int = 0
class B(pydantic.BaseModel):
    items: list[A]
    note: str | None = None
class C(pydantic.BaseModel):
    values: dict[str, float]
    done: bool = False
class D(pydantic.BaseModel):
    first: A | B
    rest: list[C] = []
"""


def import_rows(*, quick: bool) -> Iterator[Row | str]:
    """Compare the processor time of two imports, each in a process of its own."""
    _cost("import progresskit")  # compiles what isn't compiled yet
    costs = in_turns(2 if quick else 9, lambda: _cost("import progresskit"), lambda: _cost(_FOUNDATION))
    what = "import progresskit; import pydantic, anyio, with four models"
    yield Row(what=what, ours=costs[0], theirs=costs[1], most_ratio=1.4)


def _cost(code: str) -> float:
    measured = f"import time; start = time.process_time()\n{code}\nprint(time.process_time() - start)"
    done = subprocess.run([sys.executable, "-c", measured], capture_output=True, text=True, check=True)
    return float(done.stdout)
