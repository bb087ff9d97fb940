"""Vetoes: what must be said right, whatever the rate of the rest.

Each rule looks at one best alignment and finds what it replaces, leaves out or adds among the words the
rule is about. So far there is one rule: the user's own ``must_say`` list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from progresskit.audio.alignment import Opcode
    from progresskit.audio.normalize import Span
    from progresskit.audio.units import Units

__all__ = ["Veto", "must_say_vetoes", "occurrences"]


@dataclass(frozen=True)
class Veto:
    """Something that must be said right, and was not.

    Attributes:
        kind: Which rule it breaks: ``must_say``.
        expected: What the reference says, as written.
        heard: What was heard in its place, as transcribed; empty where nothing was.
    """

    kind: str
    expected: str
    heard: str


def must_say_vetoes(
    said: Units, heard: Units, blocks: Sequence[Opcode], phrases: Iterable[Sequence[str]]
) -> tuple[Veto, ...]:
    """Return a veto for each place where the reference says one of these phrases and the transcript doesn't.

    Args:
        said: The reference.
        heard: The transcript.
        blocks: Their alignment.
        phrases: Phrases in the units of the two sides.
    """
    return tuple(
        Veto("must_say", said.as_written(place), heard.as_written(other))
        for phrase in phrases
        for place in occurrences(said.values, phrase)
        if (other := _misheard(blocks, *place)) is not None
    )


def occurrences(values: Sequence[str], phrase: Sequence[str]) -> Iterator[Span]:
    """Yield from where to where a phrase stands in a sequence of units."""
    wanted, size = list(phrase), len(phrase)
    for start in range(len(values) - size + 1):
        if values[start] == wanted[0] and list(values[start : start + size]) == wanted:
            yield start, start + size


def _misheard(blocks: Sequence[Opcode], start: int, end: int) -> Span | None:
    """Return which units were heard for those of the reference from ``start`` to ``end``; None = the same."""
    is_same = True
    heard: list[int] = []
    for block in blocks:
        first, last = max(block.reference_start, start), min(block.reference_end, end)
        if block.op == "insertion":
            if not start < first < end:
                continue
            first, last = 0, block.size
            shift = block.hypothesis_start
        elif first >= last:
            continue
        else:
            shift = block.hypothesis_start - block.reference_start
        is_same = is_same and block.op == "hit"
        if block.op != "deletion":
            heard += (first + shift, last + shift)
    if is_same:
        return None
    return (heard[0], heard[-1]) if heard else (0, 0)
