"""Windows: where two texts differ, widened until no reading crosses their edge.

What two texts have in common for a while is anchored as it is, and readings are compared only in the windows between,
so that the cost of a lattice is paid for the few places that need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from progresskit.audio.alignment import Opcode
    from progresskit.audio.languages import Unit
    from progresskit.audio.readings.lattice import Arc

__all__ = ["Window", "windows"]

_ANCHOR: Final[dict[Unit, int]] = {"word": 3, "character": 5}
"""The shortest stretch in common, in units, that can't well be chance."""


class Window(NamedTuple):
    """A place where two texts differ: ``said[start:end]`` and ``heard[start:end]``."""

    said_start: int
    said_end: int
    heard_start: int
    heard_end: int


def windows(blocks: Sequence[Opcode], said_arcs: Sequence[Arc], heard_arcs: Sequence[Arc], unit: Unit) -> list[Window]:
    """Return the windows of two texts, in order; what is between them is equal.

    Args:
        blocks: The alignment of both texts as they are written.
        said_arcs: The readings of the first.
        heard_arcs: The readings of the second.
        unit: What the units are.
    """
    ends = (blocks[-1].reference_end, blocks[-1].hypothesis_end) if blocks else (0, 0)
    said_edges, heard_edges = _Edges(ends[0], said_arcs), _Edges(ends[1], heard_arcs)
    found: list[Window] = []
    i = j = 0
    for block in blocks:
        if block.op != "hit":
            continue
        start, end, shift = block.reference_start, block.reference_end, block.hypothesis_start - block.reference_start
        is_first, is_last = (start, shift) == (0, 0), (end, end + shift) == ends
        if not is_first:  # a reading that begins here may say what differs before it: "# 1", "number 1"
            start = min(end, max(said_edges.past.get(start, start), heard_edges.past.get(start + shift, 0) - shift))
        while start < end and (moved := max(said_edges.after[start], heard_edges.after[start + shift] - shift)) > start:
            start = min(moved, end)
        if not is_last:
            there = heard_edges.back.get(end + shift, end + shift) - shift
            end = max(start, min(said_edges.back.get(end, end), there))
        while start < end and (moved := min(said_edges.before[end], heard_edges.before[end + shift] - shift)) < end:
            end = max(moved, start)
        if end - start >= _ANCHOR[unit] or (end > start and (is_first or is_last)):
            if i < start or j < start + shift:
                found.append(Window(i, start, j, start + shift))
            i, j = end, end + shift
    if (i, j) != ends:
        found.append(Window(i, ends[0], j, ends[1]))
    return found


class _Edges:
    """Where a text may be cut.

    Args:
        length: Its units.
        arcs: Its readings, which no cut may cross.

    Attributes:
        after: For each place the nearest one at or after it that the arcs over it allow.
        before: The same, at or before it.
        past: Where the longest arc from a place leads to.
        back: Where the longest arc to a place comes from.
    """

    def __init__(self, length: int, arcs: Iterable[Arc]) -> None:
        self.after = list(range(length + 1))
        self.before = list(range(length + 1))
        self.past: dict[int, int] = {}
        self.back: dict[int, int] = {}
        for arc in arcs:
            self.past[arc.start] = max(self.past.get(arc.start, 0), arc.end)
            self.back[arc.end] = min(self.back.get(arc.end, arc.end), arc.start)
            for at in range(arc.start + 1, arc.end):
                self.after[at] = max(self.after[at], arc.end)
                self.before[at] = min(self.before[at], arc.start)
