"""Vetoes: what must be said right, whatever the rate of the rest.

Each looks at one best alignment and finds what it replaces, leaves out or adds among the words it is about: the
user's own ``must_say`` list, and what the language calls critical (:class:`~progresskit.audio.readings.base.Critical`).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from progresskit.audio.normalize import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from progresskit.audio.alignment import Op, Opcode
    from progresskit.audio.normalize import Span
    from progresskit.audio.readings.base import Critical, Language
    from progresskit.audio.units import Units

__all__ = ["Mark", "Veto", "critical_vetoes", "language_marks", "must_say_vetoes"]


@dataclass(frozen=True)
class Veto:
    """Something that must be said right, and was not.

    Attributes:
        kind: Which rule it breaks: ``must_say``, ``number``, ``negation`` or ``opposite``.
        expected: What the reference says, as written; empty where it says nothing there.
        heard: What was heard in its place, as transcribed; empty where nothing was.
        span: Where ``expected`` stands in the reference, as a slice takes it.
    """

    kind: str
    expected: str
    heard: str
    span: Span = field(default=(0, 0), compare=False)


class Mark(NamedTuple):
    """A critical word, and which values say it."""

    critical: Critical
    place: Span


def must_say_vetoes(said: Units, heard: Units, blocks: Sequence[Opcode], places: Iterable[Span]) -> Iterator[Veto]:
    """Yield a veto for each place of the reference that wasn't heard as it is.

    Args:
        said: The reference.
        heard: The transcript.
        blocks: Their alignment.
        places: Where the reference has what must be said, in its values.
    """
    pair = _Pair(said, heard)
    for place in places:
        fate = _fate(blocks, place)
        if fate.ops:
            yield pair.veto("must_say", place, fate.other)


def language_marks(side: Units, language: Language) -> list[Mark]:
    """Return the words of a text that its language calls critical."""
    criticals = list(language.criticals(clean(side.written)))
    places = side.places((critical.start, critical.end) for critical in criticals)
    return [Mark(critical, place) for critical, place in zip(criticals, places, strict=True) if place[0] < place[1]]


def critical_vetoes(
    said: Units, heard: Units, blocks: Sequence[Opcode], ours: Iterable[Mark], theirs: Iterable[Mark]
) -> Iterator[Veto]:
    """Yield a veto for each critical word that one of the texts has and the other doesn't have there.

    Args:
        said: The reference.
        heard: The transcript.
        blocks: Their alignment.
        ours: The critical words of the reference.
        theirs: Those of the transcript.
    """
    pair = _Pair(said, heard)
    ours = [mark for mark in ours if not mark.critical.is_sound]  # the script is spelled as it is meant
    told: dict[str, dict[Span, Span]] = {}  # by kind: what was heard in place of what (two words may share a reading)
    for mark in ours:
        fate, known = _fate(blocks, mark.place), told.setdefault(mark.critical.kind, {})
        if mark.place not in known and _vetoes(mark.critical, fate, theirs):
            known[mark.place] = fate.other
            yield pair.veto(mark.critical.kind, mark.place, fate.other)
    mirrored = [_mirrored(block) for block in blocks]
    for mark in theirs:
        if mark.critical.is_sound:
            continue
        fate, known = _fate(mirrored, mark.place), told.setdefault(mark.critical.kind, {})
        if not any(_overlap(place, mark.place) for place in known.values()) and _vetoes(mark.critical, fate, ours):
            known[fate.other] = mark.place
            yield pair.veto(mark.critical.kind, fate.other, mark.place)


class _Pair:
    """Both texts, to name what was said and what was heard."""

    def __init__(self, said: Units, heard: Units) -> None:
        self._said, self._heard = said, heard
        self._said_spans, self._heard_spans = said.spans(), heard.spans()

    def veto(self, kind: str, expected: Span, heard: Span) -> Veto:
        """Return a veto, given the values that were expected and those that were heard."""
        span = _extent(self._said_spans, expected)
        other = _extent(self._heard_spans, heard)
        return Veto(kind, self._said.written[slice(*span)], self._heard.written[slice(*other)], span)


def _extent(spans: Sequence[Span], place: Span) -> Span:
    start, end = place
    return (spans[start][0], spans[end - 1][1]) if start < end else (0, 0)


class _Fate(NamedTuple):
    """What became of a stretch of one text.

    Attributes:
        ops: How it was changed; empty = it stands as it was.
        other: What stands for it in the other text.
        around: What stands in the other text for the whole stretch of changes that it is part of.
    """

    ops: frozenset[Op]
    other: Span
    around: Span


def _vetoes(critical: Critical, fate: _Fate, others: Iterable[Mark]) -> bool:
    """Tell whether what became of a critical word is a change of what is said."""
    if critical.kind != "opposite" or fate.ops <= {"deletion"}:
        return bool(fate.ops)
    # Something else was heard: it matters where that is another member of the group.
    members = {
        mark.critical.member
        for mark in others
        if mark.critical.group == critical.group and _overlap(mark.place, fate.around)
    }
    return bool(members) and critical.member not in members


def _fate(blocks: Sequence[Opcode], place: Span) -> _Fate:
    """Return what became of the values from ``start`` to ``end`` of the first text of an alignment."""
    start, end = place
    ops: set[Op] = set()
    heard: list[int] = []
    around: list[int] = []
    run: list[int] = []  # the other text's side of the changes since the last hit
    is_in_run = False
    since = bisect_left(blocks, start, key=attrgetter("reference_end"))
    while since > 0 and blocks[since - 1].op != "hit":
        since -= 1
    until = bisect_left(blocks, end, key=attrgetter("reference_start"))
    while until < len(blocks) and blocks[until].op != "hit":
        until += 1
    for block in blocks[since:until]:
        first, last = max(block.reference_start, start), min(block.reference_end, end)
        touches = start < block.reference_start < end if block.op == "insertion" else first < last
        if block.op == "hit":
            run, is_in_run = [], False
        else:
            run += (block.hypothesis_start, block.hypothesis_end)
            is_in_run = is_in_run or touches
            if is_in_run:
                around += (run[0], run[-1])
        if not touches:
            continue
        if block.op == "insertion":
            heard += (block.hypothesis_start, block.hypothesis_end)
        elif block.op != "deletion":
            shift = block.hypothesis_start - block.reference_start
            heard += (first + shift, last + shift)
        if block.op != "hit":
            ops.add(block.op)
    other = (heard[0], heard[-1]) if heard else (0, 0)
    return _Fate(frozenset(ops), other, (min(around), max(around)) if around else other)


def _mirrored(block: Opcode) -> Opcode:
    """Return a block of the alignment of the second text with the first."""
    op: Op = {"deletion": "insertion", "insertion": "deletion"}.get(block.op, block.op)  # type: ignore[assignment]
    return block._replace(
        op=op,
        reference_start=block.hypothesis_start,
        reference_end=block.hypothesis_end,
        hypothesis_start=block.reference_start,
        hypothesis_end=block.reference_end,
    )


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
