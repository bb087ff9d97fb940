"""The lattice of a text: its units in a row, and beside them the other ways to say pieces of them.

    at ── 3:30 ──────────── pm ── sharp
     ├─── three ── thirty ──┤
     └─── half ─ past ─ three

Two texts agree where some way through the one is some way through the other. :func:`closest` finds the two
ways with the fewest edits between them: the edit distance of Levenshtein (1966) over two acyclic graphs in place
of two sequences, in time by the product of their sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Arc", "closest"]


class Arc(NamedTuple):
    """One way to say some of a text's units.

    Attributes:
        start: The first of them.
        end: The one after the last.
        units: What is said for them; at least one.
    """

    start: int
    end: int
    units: tuple[str, ...]


class _Step(NamedTuple):
    """One unit on the way into a node, and the arc that is taken whole with it."""

    before: int
    unit: str
    arc: Arc | None


def closest(
    said: Sequence[str],
    heard: Sequence[str],
    said_arcs: Iterable[Arc],
    heard_arcs: Iterable[Arc],
    *,
    max_cells: int | None = None,
) -> tuple[list[Arc], list[Arc]] | None:
    """Return the arcs that the closest two ways take, in order; between them each takes its own units.

    Args:
        said: The units of the one text.
        heard: The units of the other.
        said_arcs: The other ways to say some of the first.
        heard_arcs: The other ways to say some of the second.
        max_cells: Largest product of the two sizes that may be searched; None = any.

    Returns:
        None where that would be more.
    """
    left, right = _nodes(said, said_arcs), _nodes(heard, heard_arcs)
    if max_cells is not None and len(left) * len(right) > max_cells:
        return None
    edits = _edits(left, right)
    taken_left: list[Arc] = []
    taken_right: list[Arc] = []
    i, j = len(left) - 1, len(right) - 1
    while i or j:
        step_left, step_right = _last_steps(left, right, edits, i, j)
        if step_left is not None:
            i = step_left.before
            taken_left += [step_left.arc] if step_left.arc else []
        if step_right is not None:
            j = step_right.before
            taken_right += [step_right.arc] if step_right.arc else []
    return taken_left[::-1], taken_right[::-1]


def _nodes(units: Sequence[str], arcs: Iterable[Arc]) -> list[list[_Step]]:
    """Return for each node the steps into it. Every step comes from a node before it in this order.

    Arcs from one place that begin alike share their nodes, as the words of a dictionary do.
    """
    by_start: dict[int, list[Arc]] = {}
    for arc in arcs:
        by_start.setdefault(arc.start, []).append(arc)
    nodes: list[list[_Step]] = [[]]
    arriving: dict[int, list[_Step]] = {}  # the last steps of arcs, by the unit that they lead to
    here = 0
    for at in range(len(units) + 1):
        if at:
            nodes.append([_Step(here, units[at - 1], None), *arriving.pop(at, ())])
            here = len(nodes) - 1
        shared: dict[tuple[int, str], int] = {}
        for arc in by_start.get(at, ()):
            before = here
            for unit in arc.units[:-1]:
                if (before, unit) not in shared:
                    shared[before, unit] = len(nodes)
                    nodes.append([_Step(before, unit, None)])
                before = shared[before, unit]
            arriving.setdefault(arc.end, []).append(_Step(before, arc.units[-1], arc))
    return nodes


def _edits(left: Sequence[Sequence[_Step]], right: Sequence[Sequence[_Step]]) -> list[list[int]]:
    """Return the fewest edits between any way to a node of the one and any way to a node of the other."""
    steps_right = [(j, step.before, step.unit) for j, arriving in enumerate(right) for step in arriving]
    row = [0] * len(right)
    for j, arriving in enumerate(right[1:], 1):
        row[j] = min([row[step.before] for step in arriving]) + 1
    table = [row]
    for steps in left[1:]:
        row = [cost + 1 for cost in table[steps[0].before]]
        for step in steps[1:]:
            row = list(map(min, row, [cost + 1 for cost in table[step.before]]))
        for before, unit, _ in steps:
            above = table[before]
            for j, before_j, other in steps_right:  # compared by hand: min() would take most of the time
                fewest = row[j]
                cost = above[before_j] if unit == other else above[before_j] + 1
                if cost < fewest:
                    row[j] = fewest = cost
                cost = row[before_j] + 1
                if cost < fewest:
                    row[j] = cost
        table.append(row)
    return table


def _last_steps(
    left: Sequence[Sequence[_Step]], right: Sequence[Sequence[_Step]], edits: Sequence[Sequence[int]], i: int, j: int
) -> tuple[_Step | None, _Step | None]:
    """Return the last step on either side of a best way to two nodes: a hit before a replacement before the rest."""
    fewest = edits[i][j]
    pairs = [(one, other) for one in left[i] for other in right[j]]
    for one, other in sorted(pairs, key=lambda pair: pair[0].unit != pair[1].unit):
        if edits[one.before][other.before] + (one.unit != other.unit) == fewest:
            return one, other
    for one in left[i]:
        if edits[one.before][j] + 1 == fewest:
            return one, None
    return None, next(other for other in right[j] if edits[i][other.before] + 1 == fewest)
