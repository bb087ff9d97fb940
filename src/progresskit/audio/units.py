"""Units: both texts of a score as the sequences that are aligned.

The one place where both sides are brought to one spelling: whatever else two texts may differ in and
still say the same belongs here. Each text is a row of units with other ways to say pieces of it beside
(:mod:`progresskit.audio.readings.lattice`); of both the ways are taken that are closest to each other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from progresskit.audio.alignment import opcodes
from progresskit.audio.normalize import (
    character_spans,
    characters,
    clean,
    has_words,
    must_part,
    word_spans,
    words,
)
from progresskit.audio.readings import readings_of
from progresskit.audio.readings.lattice import Arc, closest
from progresskit.audio.readings.windows import windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from progresskit.audio.alignment import Opcode
    from progresskit.audio.languages import Unit
    from progresskit.audio.normalize import Span
    from progresskit.audio.readings.base import Language, Reading

__all__ = ["Reader", "Units", "occurrences", "usual"]

Piece = TypeVar("Piece", "Arc", "Reading")

_MOST_CELLS: Final = 250_000
"""Largest product of two lattices that is searched whole; beyond it each side takes its usual readings."""
_MARGIN: Final[dict[Unit, int]] = {"word": 12, "character": 24}
"""Units beside a difference whose readings may be needed: some readings depend on those beside them."""
_LONGEST_COMPOUND: Final = 64
"""Characters of a word that is sought in pieces; a longer one is no word, and would cost its length squared."""
_MOST_JOINED: Final = 5
"""How many words at most are compared with one: N.A.T.O. is four, a compound rarely more than three."""


class Units(NamedTuple):
    """One side of a score.

    Attributes:
        written: The text as it was given.
        unit: What was taken from it.
        values: The words or characters that are compared.
        origin: For each value the first and last of the written words or characters that it stands for;
            None where each stands for itself.
    """

    written: str
    unit: Unit
    values: Sequence[str]
    origin: Sequence[tuple[int, int]] | None = None

    def spans_written(self) -> list[Span]:
        """Return where each word or character stands in the text."""
        return _spans(self.written, self.unit)

    def spans(self) -> list[Span]:
        """Return where each value stands in the text."""
        spans = self.spans_written()
        if self.origin is None:
            return spans
        return [(spans[first][0], spans[last][1]) for first, last in self.origin]

    def shown(self) -> list[str]:
        """Return each value as the text has it; those that share a piece of it, as they are said."""
        as_written = [self.written[start:end] for start, end in self.spans()]
        if self.origin is None:
            return as_written
        shared = Counter(self.origin)
        return [
            value if shared[place] > 1 else piece
            for value, place, piece in zip(self.values, self.origin, as_written, strict=True)
        ]

    def as_written(self, place: Span) -> str:
        """Return the values from ``start`` to ``end`` as the text has them, with what stands between them."""
        start, end = place
        if start == end:
            return ""
        spans = self.spans()
        return self.written[spans[start][0] : spans[end - 1][1]]

    def saying(self, written: Span) -> Span:
        """Return which values say the written words or characters from ``start`` to ``end``."""
        if self.origin is None:
            return written
        start, end = written
        return bisect_left(self.origin, start, key=lambda place: place[1]), bisect_left(self.origin, (end,))

    def places(self, pieces: Iterable[Span]) -> list[Span]:
        """Return for each piece of the clean text which values say it; none of them for one without any word."""
        row = _Row.of(clean(self.written), self.unit)
        return [self.saying(row.covered(*piece)) for piece in pieces]


class Reader:
    """Brings a reference and a transcript to one spelling.

    Args:
        aliases: Spellings of one thing: a spelling, and what is said or written for it too. In both texts
            each of those may be read as that spelling.
        readings: Whether they are read; else they are compared as they are written, but for the aliases.

    Raises:
        ValueError: A spelling has no letter or digit.
    """

    def __init__(self, aliases: Mapping[str, str | Sequence[str]] | None = None, *, readings: bool = True) -> None:
        self._readings = readings
        self._aliases: list[tuple[str, str]] = [
            (_spelling(other), _spelling(spelling))
            for spelling, others in (aliases or {}).items()
            for other in ([others] if isinstance(others, str) else others)
        ]

    def sides(self, reference: str, hypothesis: str, unit: Unit, language: str | None) -> tuple[Units, Units]:
        """Return both texts as the units that are compared, in the readings in which they are closest."""
        known = self._known(language)
        spelled = _spelled(reference, unit), _spelled(hypothesis, unit)
        said = Units(reference, unit, _sounding(spelled[0], known))
        heard = Units(hypothesis, unit, _sounding(spelled[1], known))
        if said.values == heard.values or not (self._readings or self._aliases):
            return said, heard
        blocks = opcodes(said.values, heard.values)
        said_open, heard_open = _open(blocks, len(said.values), len(heard.values), _MARGIN[unit])
        said_arcs = sorted(self._arcs(said, heard, known, said_open), key=itemgetter(0))  # else as they were given
        heard_arcs = sorted(self._arcs(heard, said, known, heard_open), key=itemgetter(0))
        chosen_said: list[Arc] = []
        chosen_heard: list[Arc] = []
        for window in windows(blocks, said_arcs, heard_arcs, unit):
            here, there = _inside(said, said_arcs, window[:2]), _inside(heard, heard_arcs, window[2:])
            if self._readings and unit == "word":
                there.arcs.extend(_respacings(spelled[0][slice(*window[:2])], spelled[1][slice(*window[2:])], known))
            for_said, for_heard = _closest(here, there)
            chosen_said += for_said
            chosen_heard += for_heard
        return _read(said, chosen_said), _read(heard, chosen_heard)

    def places(self, side: Units, phrase: str, language: str | None) -> list[Span]:
        """Return where a text says a phrase as it is written, in its values."""
        known = self._known(language)
        written, wanted = (_sounds(text, side.unit, known) for text in (side.written, phrase))
        return [side.saying(place) for place in occurrences(written, wanted)]

    def _known(self, language: str | None) -> Language | None:
        return readings_of(language) if self._readings else None

    def _arcs(
        self, units: Units, other: Units, language: Language | None, is_open: Callable[[int, int], bool]
    ) -> Iterator[Arc]:
        for old, new in self._aliases:
            wanted, spoken = _sounds(old, units.unit, language), _sounds(new, units.unit, language)
            for start, end in occurrences(units.values, wanted):
                yield Arc(start, end, spoken)
        if language is None:
            return
        row = _Row.of(clean(units.written), units.unit)
        if len(row.starts) != len(units.values):
            return  # marks beyond all measure: such a text is read as it is written
        given = language.readings(row.text)
        if language.alike is not None:
            given = chain(language.alike(row.text, clean(other.written)), given)
        for reading in given:
            place = row.covered(reading.start, reading.end)
            if is_open(*place) and (arc := row.arc(reading, place, language)) is not None:
                yield arc


def _open(blocks: Iterable[Opcode], said: int, heard: int, margin: int) -> list[Callable[[int, int], bool]]:
    """Return for each side whether a reading of units from ``start`` to ``end`` may be needed.

    Deep inside of what both texts have in common it isn't: no window is widened as far as that.
    """
    sides = [bytearray(said), bytearray(heard)]
    for block in blocks:
        places = (block.reference_start, block.reference_end), (block.hypothesis_start, block.hypothesis_end)
        for side, (start, end) in zip(sides, places, strict=True):
            if block.op == "hit":
                marked = [(start, min(start + margin, end)), (max(end - margin, start), end)]
            else:
                marked = [(max(start - 1, 0), end + 1)]
            for first, last in marked:
                side[first:last] = b"\1" * len(side[first:last])
    return [partial(_touches, side) for side in sides]


def _touches(marked: bytearray, start: int, end: int) -> bool:
    return marked.find(1, max(start - 1, 0), end + 1) >= 0


def occurrences(values: Sequence[str], phrase: Sequence[str]) -> Iterator[Span]:
    """Yield from where to where a phrase stands in a sequence of units."""
    wanted, length = list(phrase), len(phrase)
    for start in range(len(values) - length + 1):
        if values[start] == wanted[0] and list(values[start : start + length]) == wanted:
            yield start, start + length


def _spelled(text: str, unit: Unit) -> Sequence[str]:
    """Return the units of a text as they are written."""
    return words(text) if unit == "word" else characters(text)


def _sounding(spelled: Sequence[str], language: Language | None) -> Sequence[str]:
    return spelled if language is None else list(map(language.sound, spelled))


def _spans(text: str, unit: Unit) -> list[Span]:
    return word_spans(text) if unit == "word" else character_spans(text)


def _spelling(spelling: str) -> str:
    if not has_words(spelling):
        msg = f"alias {spelling!a} has no letter or digit: give what is written, and what is said for it"
        raise ValueError(msg)
    return spelling


def _sounds(text: str, unit: Unit, language: Language | None) -> tuple[str, ...]:
    return tuple(_sounding(_spelled(text, unit), language))


class _Row(NamedTuple):
    """The units of a clean text, by where each starts and ends."""

    text: str
    unit: Unit
    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, text: str, unit: Unit) -> _Row:
        spans = _spans(text, unit)
        return cls(text, unit, [start for start, _ in spans], [end for _, end in spans])

    def covered(self, start: int, end: int) -> Span:
        """Return which units share a character with a piece of the text."""
        first = bisect_left(self.ends, start + 1)
        return first, max(first, bisect_left(self.starts, end))

    def arc(self, reading: Reading, covered: Span, language: Language) -> Arc | None:
        """Return a reading as an arc over the units it covers; what these have beyond it is said as it is written."""
        start, end, spoken = reading
        first, last = covered
        if first == last:  # a lone sign is no unit: it is said with what stands before or after it
            first, last = (first - 1, last) if first else (first, min(last + 1, len(self.starts)))
            if first == last:
                return None
        before = self.text[min(self.starts[first], start) : start]
        after = self.text[end : max(self.ends[last - 1], end)]
        said = _sounds(before + spoken + after, self.unit, language)
        return Arc(first, last, said) if said else None


class _Part(NamedTuple):
    """A stretch of one side, its places counted from its own start."""

    start: int
    values: Sequence[str]
    arcs: list[Arc]


def _inside(units: Units, arcs: Sequence[Arc], place: Span) -> _Part:
    start, end = place
    first, last = (bisect_left(arcs, edge, key=itemgetter(0)) for edge in place)
    inside = (arc for arc in arcs[first:last] if arc.end <= end)
    return _Part(start, units.values[start:end], list(dict.fromkeys(_shifted(inside, -start))))


def _closest(said: _Part, heard: _Part) -> tuple[list[Arc], list[Arc]]:
    """Return the arcs of the closest ways through a window, their places counted from the start of the text."""
    if not said.values or not heard.values or not (said.arcs or heard.arcs):
        return [], []
    found = closest(said.values, heard.values, said.arcs, heard.arcs, max_cells=_MOST_CELLS)
    for_said, for_heard = found or (usual(said.arcs), usual(heard.arcs))
    return _shifted(for_said, said.start), _shifted(for_heard, heard.start)


def _shifted(arcs: Iterable[Arc], by: int) -> list[Arc]:
    return [Arc(arc.start + by, arc.end + by, arc.units) for arc in arcs]


def usual(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces that one takes who reads from left to right: the longest, and the first given of those."""
    taken: list[Piece] = []
    at = 0
    for piece in sorted(pieces, key=lambda piece: (piece.start, -piece.end)):  # stable
        if piece.start >= at:
            taken.append(piece)
            at = piece.end
    return taken


def _read(units: Units, arcs: Sequence[Arc]) -> Units:
    """Return a side in the reading that these arcs, in order, make."""
    if not arcs:
        return units
    values: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for arc in [*arcs, Arc(len(units.values), len(units.values), ())]:
        values += units.values[at : arc.start]
        origin += ((here, here) for here in range(at, arc.start))
        values += arc.units
        origin += [(arc.start, arc.end - 1)] * len(arc.units)
        at = arc.end
    return units._replace(values=values, origin=origin)


def _respacings(said: Sequence[str], heard: Sequence[str], language: Language | None) -> list[Arc]:
    """Return the readings of a transcript's words, as they are spelled, joined or parted as the reference has them.

    ``web site`` for ``website``, ``p m`` for ``PM``, ``well known`` for ``well-known``: spacing is no
    difference. A place between two digits, or a digit and a sign, always stays one.
    """
    sound = language.sound if language is not None else str
    surplus = Counter(heard)
    surplus.subtract(said)
    missing = {word for word, count in surplus.items() if count < 0}
    added = {word for word, count in surplus.items() if count > 0}
    joined = [Arc(first, last + 1, (sound(whole),)) for first, last, whole in _compounds(heard, missing)]
    parts = {whole: tuple(map(sound, said[first : last + 1])) for first, last, whole in _compounds(said, added)}
    parted = [Arc(at, at + 1, parts[word]) for at, word in enumerate(heard) if word in parts]
    return joined + parted


def _compounds(values: Sequence[str], wanted: set[str]) -> Iterator[tuple[int, int, str]]:
    """Yield where neighbouring words together make a wanted one: the first word, the last word, the whole."""
    prefixes = {word[:length] for word in wanted for length in range(1, min(len(word), _LONGEST_COMPOUND))}
    for first, start in enumerate(values):
        whole, last = start, first
        while whole in prefixes and last + 1 < min(len(values), first + _MOST_JOINED):
            last += 1
            if must_part(whole, values[last]):
                break
            whole += values[last]
            if whole in wanted:
                yield first, last, whole
                break
