"""Units: both texts of a score as the sequences that are aligned.

The one place where both sides are brought to one spelling: whatever else two texts may differ in and
still say the same belongs here.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.alignment import distance
from progresskit.audio.normalize import character_spans, characters, has_words, must_part, word_spans, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from progresskit.audio.languages import Unit
    from progresskit.audio.normalize import Span

__all__ = ["Reader", "Units"]

_LONGEST_COMPOUND: Final = 64
"""Characters of a word that is sought in pieces; a longer one is no word, and would cost its length squared."""
_MOST_JOINED: Final = 5
"""How many words at most are compared with one: N.A.T.O. is four, a compound rarely more than three."""


class Units(NamedTuple):
    """One side of a score.

    Attributes:
        written: The text as it was given.
        unit: What was taken from it.
        values: The folded words or characters.
        origin: For each value the first and last of the written words or characters that it stands for;
            None where each stands for itself.
    """

    written: str
    unit: Unit
    values: Sequence[str]
    origin: Sequence[tuple[int, int]] | None = None

    def spans(self) -> list[Span]:
        """Return where each value stands in the text."""
        spans = word_spans(self.written) if self.unit == "word" else character_spans(self.written)
        if self.origin is None:
            return spans
        return [(spans[first][0], spans[last][1]) for first, last in self.origin]

    def as_written(self, place: Span) -> str:
        """Return the values from ``start`` to ``end`` as the text has them, with what stands between them."""
        start, end = place
        if start == end:
            return ""
        spans = self.spans()
        return self.written[spans[start][0] : spans[end - 1][1]]


class Reader:
    """Brings a reference and a transcript to one spelling.

    Args:
        aliases: Spellings of one thing: a spelling, and what is said or written for it too. In both texts
            each of those is read as that spelling.

    Raises:
        ValueError: A spelling has no letter or digit.
    """

    def __init__(self, aliases: Mapping[str, str | Sequence[str]] | None = None) -> None:
        self._aliases = {
            unit: _Replacements(
                (self._folded(other, unit), self._folded(spelling, unit))
                for spelling, others in (aliases or {}).items()
                for other in ([others] if isinstance(others, str) else others)
            )
            for unit in (("word", "character") if aliases else ())
        }

    def sides(self, reference: str, hypothesis: str, unit: Unit) -> tuple[Units, Units]:
        """Return both texts as the units that are compared."""
        said, heard = self.units(reference, unit), self.units(hypothesis, unit)
        return (said, _respaced(said, heard) if unit == "word" else heard)

    def units(self, text: str, unit: Unit) -> Units:
        """Return one text as units."""
        values = words(text) if unit == "word" else characters(text)
        units = Units(text, unit, values)
        return self._aliases[unit].applied(units) if self._aliases else units

    @staticmethod
    def _folded(spelling: str, unit: Unit) -> tuple[str, ...]:
        if not has_words(spelling):
            msg = f"alias {spelling!a} has no letter or digit: give what is written, and what is said for it"
            raise ValueError(msg)
        return tuple(words(spelling) if unit == "word" else characters(spelling))


class _Replacements:
    """Phrases of units, and what replaces each; where two fit, the longer one."""

    def __init__(self, pairs: Iterator[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for old, new in sorted(pairs, key=lambda pair: -len(pair[0])):
            # A spelling that begins with another one of its own (YouTube, "YouTube dot com") is read once.
            self._by_first.setdefault(old[0], []).append((old, new))

    def applied(self, units: Units) -> Units:
        values: list[str] = []
        origin: list[tuple[int, int]] = []
        at = 0
        while at < len(units.values):
            for old, new in self._by_first.get(units.values[at], ()):
                if tuple(units.values[at : at + len(old)]) == old:
                    values += new
                    origin += [(at, at + len(old) - 1)] * len(new)
                    at += len(old)
                    break
            else:
                values.append(units.values[at])
                origin.append((at, at))
                at += 1
        return Units(units.written, units.unit, values, origin)


def _respaced(said: Units, heard: Units) -> Units:
    """Return the transcript with the words joined or parted as in the reference, where that brings them closer.

    ``web site`` for ``website``, ``p m`` for ``PM``, ``well known`` for ``well-known``: spacing is no
    difference. A place between two digits, or a digit and a sign, always stays one.
    """
    if said.values == heard.values:
        return heard
    surplus = Counter(heard.values)
    surplus.subtract(said.values)
    missing = {word for word, count in surplus.items() if count < 0}
    added = {word for word, count in surplus.items() if count > 0}
    joined = {whole: (first, last) for first, last, whole in _compounds(said.values, added)}
    whole_at = {first: (last, whole) for first, last, whole in _compounds(heard.values, missing)}
    if not joined and not whole_at:
        return heard
    values: list[str] = []
    origin: list[tuple[int, int]] = []
    of = heard.origin or [(at, at) for at in range(len(heard.values))]
    at = 0
    while at < len(heard.values):
        last, pieces = at, [heard.values[at]]
        if at in whole_at:
            last, whole = whole_at[at]
            pieces = [whole]
        elif pieces[0] in joined:
            first_part, last_part = joined[pieces[0]]
            pieces = list(said.values[first_part : last_part + 1])
        values += pieces
        origin += [(of[at][0], of[last][1])] * len(pieces)
        at = last + 1
    # The same letters may stand there in both forms, and then the written ones may fit better.
    closer = distance(said.values, values) < distance(said.values, heard.values)
    return heard._replace(values=values, origin=origin) if closer else heard


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
