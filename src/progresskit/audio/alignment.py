"""Alignment: which units of a reference were heard, replaced, left out, and what was added.

The edit distance of Levenshtein (1966): the fewest replacements, deletions and insertions that turn
one sequence into the other, each at the price of one. An error rate is that number divided by the
length of the reference. Computed by ``rapidfuzz``.

It costs time by the product of the lengths, so it is exact up to :data:`MAX_EXACT_CELLS`; longer pairs
are aligned window by window (:func:`opcodes`), in time linear in their length. The edits found so are
never fewer than the true distance: an accuracy is never overstated.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from progresskit.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from progresskit.audio.normalize import Span

__all__ = [
    "MAX_EXACT_CELLS",
    "Counts",
    "Op",
    "Opcode",
    "Step",
    "counts",
    "distance",
    "levenshtein",
    "merged",
    "opcodes",
]

MAX_EXACT_CELLS: Final = 1_000_000_000
"""Largest product of two lengths that is aligned exactly: 31,000 words or characters against as many."""
WINDOW: Final = 8192
"""Units of either side in one window, where a pair is longer; half of them are settled at a time."""

Op = Literal["hit", "substitution", "deletion", "insertion"]
"""What became of a unit of the reference, or that a unit was added."""

_OPS: Final[dict[str, Op]] = {"equal": "hit", "replace": "substitution", "delete": "deletion", "insert": "insertion"}


class Opcode(NamedTuple):
    """One block of an alignment: what turns ``reference[start:end]`` into ``hypothesis[start:end]``."""

    op: Op
    reference_start: int
    reference_end: int
    hypothesis_start: int
    hypothesis_end: int

    @property
    def size(self) -> int:
        """Hits or edits in this block."""
        return max(self.reference_end - self.reference_start, self.hypothesis_end - self.hypothesis_start)


class Step(NamedTuple):
    """One unit of an alignment, as it was written; of a numeral that is said in several words, each word.

    Attributes:
        op: What became of it.
        reference: The word or character of the reference; empty for an insertion.
        hypothesis: What was heard for it; empty for a deletion.
        reference_span: Where it stands in the reference, as a slice takes it (the words of a numeral share the
            numeral's); for an insertion the empty span where it was heard.
        hypothesis_span: The same for the transcript.
    """

    op: Op
    reference: str
    hypothesis: str
    reference_span: tuple[int, int]
    hypothesis_span: tuple[int, int]


class Counts(NamedTuple):
    """How many units of each kind an alignment has; hits, substitutions and deletions sum up to the reference."""

    hits: int
    substitutions: int
    deletions: int
    insertions: int


@lru_cache(maxsize=1)
def levenshtein() -> Any:
    """Return rapidfuzz's module of the edit distance.

    Raises:
        MissingDependencyError: The extra ``audio`` is not installed.
    """
    try:
        from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - an optional extra
    except ImportError as missing:
        package = "rapidfuzz"
        raise MissingDependencyError.for_extra(package, "audio") from missing
    return Levenshtein


def distance(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    """Return the number of edits between two sequences."""
    if _is_exact(reference, hypothesis):
        edits: int = levenshtein().distance(reference, hypothesis)
        return edits
    return sum(block.size for block in opcodes(reference, hypothesis) if block.op != "hit")


def opcodes(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Opcode]:
    """Return the blocks of a best alignment, in order; they cover both sequences without gap.

    Beyond the exact bound a window of both sides is aligned, its first half kept, and the next window
    opened where that half ended. So an addition or omission longer than half a window may be counted for
    more than it is.
    """
    blocks: list[Opcode] = []
    i = j = 0
    while not _is_exact(range(i, len(reference)), range(j, len(hypothesis))):
        window = _aligned(reference[i : i + WINDOW], hypothesis[j : j + WINDOW], i, j)
        for block in _first_half(window, i + WINDOW // 2):
            blocks.append(block)
            i, j = block.reference_end, block.hypothesis_end
    blocks += _aligned(reference[i:], hypothesis[j:], i, j)
    return blocks


def counts(blocks: Iterable[Opcode]) -> Counts:
    """Count the units of each kind in an alignment."""
    sizes: dict[Op, int] = dict.fromkeys(_OPS.values(), 0)
    for block in blocks:
        sizes[block.op] += block.size
    return Counts(*sizes.values())


def merged(spans: Iterable[Span]) -> list[Span]:
    """Join spans, in order, that touch or overlap."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _is_exact(reference: Sequence[Any], hypothesis: Sequence[Any]) -> bool:
    said, heard = len(reference), len(hypothesis)
    # Beside a short side the time is linear in the long one anyway.
    return said <= WINDOW or heard <= WINDOW or said * heard <= MAX_EXACT_CELLS


def _aligned(reference: Sequence[str], hypothesis: Sequence[str], i: int, j: int) -> list[Opcode]:
    """Align two slices that begin at ``i`` and ``j``."""
    return [
        Opcode(_OPS[tag], i + i1, i + i2, j + j1, j + j2)
        for tag, i1, i2, j1, j2 in levenshtein().opcodes(reference, hypothesis).as_list()
    ]


def _first_half(blocks: Iterable[Opcode], end: int) -> Iterable[Opcode]:
    """Yield what precedes ``end`` in the reference; a block across it is cut there."""
    for block in blocks:
        if block.reference_start >= end:
            return
        over = max(0, block.reference_end - end)
        heard = block.hypothesis_end if block.op == "deletion" else block.hypothesis_end - over
        yield block._replace(reference_end=block.reference_end - over, hypothesis_end=heard)
