"""Scoring: how much of a text was heard, and whether that is enough.

    >>> result = score("The quick brown fox.", "the quick red fox")
    >>> result.accuracy, result.wrong_words, result.verdict(0.95)
    (0.75, ('brown',), 'failed')

Both texts are folded (:mod:`progresskit.audio.normalize`), cut into words or characters by language
(:mod:`progresskit.audio.languages`), read in whatever ways bring them closest
(:mod:`progresskit.audio.units`) and aligned (:mod:`progresskit.audio.alignment`). From the alignment, as the
NIST's evaluations define them (https://github.com/usnistgov/SCTK)::

    error rate = (substitutions + deletions + insertions) / units of the reference
    accuracy   = max(0, 1 - error rate)

A rate alone would pass a long text with one wrong date in it, so what must be said right *vetoes*: numbers,
negations, opposites, and what the user says must be said. A text with a veto never passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from progresskit.audio.alignment import Counts, Opcode, Step, counts, distance, levenshtein, merged, opcodes
from progresskit.audio.boilerplate import is_boilerplate
from progresskit.audio.languages import Unit, base_language, language_of, unit_of
from progresskit.audio.normalize import Span, has_words, word_spans, words
from progresskit.audio.readings import readings_of
from progresskit.audio.readings.base import Critical
from progresskit.audio.rendering import as_html, as_json, as_text
from progresskit.audio.units import Reader, Units, occurrences
from progresskit.audio.vetoes import Mark, Veto, critical_vetoes, language_marks, must_say_vetoes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Score", "Scorer", "Unheard", "Verdict", "Veto", "score"]

Verdict = Literal["passed", "failed", "unheard"]
"""What a score says about a take. ``unheard`` is neither a pass nor the fault of the voice: hear it again."""

Unheard = Literal["empty", "boilerplate", "short"]
"""Why a transcript says nothing about a take: it has no letter or digit; it is what recognisers write on
silence; or the text is too short to judge (one or two words, up to three characters where those are
counted, in its shortest reading) by a transcript that neither is nor contains it."""

_SHORT: Final[dict[Unit, int]] = {"word": 2, "character": 3}
"""The longest reference, in units, that is too short to judge."""
_RUN: Final[dict[Unit, int]] = {"word": 4, "character": 8}
"""The shortest stretch, in units, that is no slip of a voice or an ear, but something left out or added."""
# Written without spaces, so that a "word" between punctuation is a whole clause.
_UNSPACED: Final = frozenset({"zh", "cmn", "yue", "ja", "th"})


@dataclass(frozen=True)
class Score:
    """How a transcript compares to the text that should have been said. Made by a :class:`Scorer`.

    Attributes:
        reference: The text that should have been said, as given.
        hypothesis: The transcript, as given.
        language: The language that was assumed, as the first part of a BCP 47 tag; None = not known.
        unit: What was counted: ``word`` or ``character``.
        accuracy: ``max(0, 1 - error rate)`` in that unit: 0 to 1.
    """

    reference: str
    hypothesis: str
    language: str | None
    unit: Unit
    accuracy: float
    _scorer: Scorer = field(repr=False, compare=False)
    _said: Units = field(repr=False, compare=False)
    _heard: Units = field(repr=False, compare=False)

    @cached_property
    def critical(self) -> tuple[Veto, ...]:
        """The vetoes; with any, the verdict is never ``passed``."""
        if self.accuracy == 1:
            return ()
        return tuple(self._scorer.vetoes(self._said, self._heard, self._opcodes, self.language))

    @cached_property
    def unheard(self) -> Unheard | None:
        """Why the transcript says nothing about the take; None where it does."""
        return _unheard(self._said, self._heard) if self.accuracy < 1 else None

    @cached_property
    def has_tail(self) -> bool:
        """Whether the text's own words are followed by what recognisers write on silence."""
        return self.accuracy < 1 and _has_tail(self._said, self._heard, self._opcodes)

    @cached_property
    def wer(self) -> float:
        """The word error rate, from 0; above 1 where more was added than the reference holds."""
        said, heard = (self._said, self._heard) if self.unit == "word" else self._sides("word")
        return distance(said.values, heard.values) / len(said.values)

    @cached_property
    def cer(self) -> float:
        """The character error rate, from 0; may exceed 1.

        One space between two words is a character, as is usual; in Korean, Chinese, Japanese and Thai, and where
        characters are the unit that was asked for, none is.
        """
        if self.unit == "character":
            said, heard = self._said.values, self._heard.values
        elif unit_of(self.language) == "character":
            said, heard = (side.values for side in self._sides("character"))
        else:
            said, heard = " ".join(self._said.values), " ".join(self._heard.values)
        return distance(said, heard) / len(said)

    @cached_property
    def counts(self) -> Counts:
        """How many units were heard, replaced, left out and added."""
        return counts(self._opcodes)

    @cached_property
    def longest_run(self) -> int:
        """The longest stretch without a unit heard right, in units of whichever text has more there."""
        longest = run = 0
        for block in self._opcodes:
            run = 0 if block.op == "hit" else run + block.size
            longest = max(longest, run)
        return longest

    @cached_property
    def alignment(self) -> tuple[Step, ...]:
        """What became of each unit, in order, with its spelling and place in both texts."""
        said, heard = self._said.spans(), self._heard.spans()
        said_as, heard_as = self._said.shown(), self._heard.shown()
        steps: list[Step] = []
        after_said = after_heard = 0
        for block in self._opcodes:
            for at in range(block.size):
                i, j = block.reference_start + at, block.hypothesis_start + at
                here = said[i] if block.op != "insertion" else (after_said, after_said)
                there = heard[j] if block.op != "deletion" else (after_heard, after_heard)
                after_said, after_heard = here[1], there[1]
                reference = said_as[i] if block.op != "insertion" else ""
                hypothesis = heard_as[j] if block.op != "deletion" else ""
                steps.append(Step(block.op, reference, hypothesis, here, there))
        return tuple(steps)

    @cached_property
    def wrong_words(self) -> tuple[str, ...]:
        """Words of the reference that were replaced, left out or vetoed, as written, in order.

        Where characters are counted these are the words in which one was wrong; in Chinese, Japanese and
        Thai, which part no words, the wrong characters themselves.
        """
        wrong = [step.reference_span for step in self.alignment if step.op in {"substitution", "deletion"}]
        wrong += [veto.span for veto in self.critical if veto.expected]
        places = merged(sorted(wrong))
        if self.unit == "word" or self.language not in _UNSPACED:
            places = _holding(word_spans(self.reference), places)
        return tuple(self.reference[start:end] for start, end in places)

    def verdict(self, target: float) -> Verdict:
        """Return whether the take is good enough.

        In this order: ``unheard`` where nothing was heard, or boilerplate; ``failed`` on a veto; ``unheard`` where
        the text is too short to judge; ``failed`` where four words or eight characters on end are wrong, missing
        or added, or boilerplate follows the text; then the accuracy decides.

        Args:
            target: The lowest accuracy that passes, 0 to 1.

        Raises:
            ValueError: The target is not between 0 and 1.
        """
        if not 0 <= target <= 1:
            msg = f"target {target!r} is not an accuracy: give a number from 0 to 1, like 0.95"
            raise ValueError(msg)
        if self.unheard in {"empty", "boilerplate"}:
            return "unheard"
        if self.critical:
            return "failed"
        if self.unheard is not None:
            return "unheard"
        if self.has_tail or self.longest_run >= _RUN[self.unit]:
            return "failed"
        return "passed" if self.accuracy >= target else "failed"

    def text(self) -> str:
        """Return the alignment as lines for a terminal, in plain text: reference, transcript, and what differs."""
        return as_text(self)

    def html(self) -> str:
        """Return the reference as one HTML paragraph in which ``<del>`` was not heard and ``<ins>`` was.

        Everything foreign is escaped; there is no style and no script in it.
        """
        return as_html(self)

    def json(self) -> str:
        """Return all of it as a JSON object."""
        return as_json(self)

    @cached_property
    def _opcodes(self) -> list[Opcode]:
        return opcodes(self._said.values, self._heard.values)

    def _sides(self, unit: Unit) -> tuple[Units, Units]:
        return self._scorer.sides(self.reference, self.hypothesis, unit, self.language)


class Scorer:
    """Compares transcripts with the texts that should have been said. Thread-safe; keep one.

    Args:
        language: BCP 47 tag, of which the first part counts; None = by the script of each reference.
        must_say: Words or phrases that veto where a reference has them and the transcript doesn't, in the
            same place. One that the reference doesn't have asks nothing. Where characters are counted they
            are found within words too.
        aliases: A spelling, and what is said or written for it too, one or several
            (``{"nginx": "engine x"}``); in both texts each may be read as the other.
        opposites: Further groups of words of which none may be lost, or heard for another:
            ``[("inlet", "outlet")]``.
        readings: Whether what is written differently and said alike is one: numerals and their words, foreign words
            and their sound, spellings of one sound, words written together or apart. False compares them as
            they are written.
        unit: What is counted: ``word``, ``character``, or ``auto`` = by language.

    Raises:
        ValueError: A phrase or spelling without letter or digit, an unknown unit, or a group of opposites of one.
        TypeError: ``must_say``, ``opposites`` or a group of them is one string.
        MissingDependencyError: The extra ``audio`` is not installed.
    """

    def __init__(
        self,
        *,
        language: str | None = None,
        must_say: Sequence[str] = (),
        aliases: Mapping[str, str | Sequence[str]] | None = None,
        opposites: Sequence[Sequence[str]] = (),
        readings: bool = True,
        unit: Literal["auto", "word", "character"] = "auto",
    ) -> None:
        if unit not in {"auto", "word", "character"}:
            msg = f"unit {unit!a} is unknown: use 'auto', 'word' or 'character'"
            raise ValueError(msg)
        if isinstance(must_say, str):
            msg = f"must_say is the string {must_say!a}: give a list of phrases"
            raise TypeError(msg)
        if (wordless := next((phrase for phrase in must_say if not has_words(phrase)), None)) is not None:
            msg = f"must_say phrase {wordless!a} has no letter or digit: leave it out"
            raise ValueError(msg)
        _check_groups(opposites)
        levenshtein()
        self._language = base_language(language)
        self._must_say = tuple(must_say)
        self._opposites = tuple(map(tuple, opposites))
        self._reader = Reader(aliases, readings=readings)
        self._unit = unit

    def __call__(self, reference: str, hypothesis: str) -> Score:
        """Compare a transcript with the text that should have been said.

        Raises:
            ValueError: The reference has no letter or digit; there is nothing in it to verify.
        """
        if not has_words(reference):
            msg = f"reference {reference[:80]!a} has no letter or digit: there is nothing in it to verify"
            raise ValueError(msg)
        language = self._language or language_of(reference)
        unit = unit_of(language) if self._unit == "auto" else self._unit
        said, heard = self.sides(reference, hypothesis, unit, language)
        edits, length = distance(said.values, heard.values), len(said.values)
        return Score(
            reference=reference,
            hypothesis=hypothesis,
            language=language,
            unit=unit,
            # One division: rounded once, so that 19 of 20 is what one writes as 0.95.
            accuracy=max(0, length - edits) / length,
            _scorer=self,
            _said=said,
            _heard=heard,
        )

    def sides(self, reference: str, hypothesis: str, unit: Unit, language: str | None) -> tuple[Units, Units]:
        """Return both texts as the units that are compared."""
        return self._reader.sides(reference, hypothesis, unit, language)

    def vetoes(self, said: Units, heard: Units, blocks: Sequence[Opcode], language: str | None) -> Iterator[Veto]:
        """Yield what was not said right of what must be, given an alignment of both texts."""
        places = (place for phrase in self._must_say for place in self._reader.places(said, phrase, language))
        yield from must_say_vetoes(said, heard, blocks, places)
        yield from critical_vetoes(said, heard, blocks, self._marks(said, language), self._marks(heard, language))

    def _marks(self, side: Units, language: str | None) -> list[Mark]:
        """Return the critical words of a text: those of its language, and the user's opposites."""
        known = readings_of(language)
        marks = [] if known is None else language_marks(side, known)
        for number, group in enumerate(self._opposites):
            for member in group:
                critical = Critical(0, 0, "opposite", group=str(number), member=member)
                marks += [Mark(critical, place) for place in self._reader.places(side, member, language)]
        return marks


def score(
    reference: str,
    hypothesis: str,
    *,
    language: str | None = None,
    must_say: Sequence[str] = (),
    aliases: Mapping[str, str | Sequence[str]] | None = None,
    opposites: Sequence[Sequence[str]] = (),
    readings: bool = True,
    unit: Literal["auto", "word", "character"] = "auto",
) -> Score:
    """Compare one transcript with the text that should have been said: a :class:`Scorer` used once.

    Raises:
        ValueError: The reference has no letter or digit, or an option isn't valid.
        TypeError: A list of phrases is one string.
        MissingDependencyError: The extra ``audio`` is not installed.
    """
    scorer = Scorer(
        language=language, must_say=must_say, aliases=aliases, opposites=opposites, readings=readings, unit=unit
    )
    return scorer(reference, hypothesis)


def _check_groups(opposites: Sequence[Sequence[str]]) -> None:
    for group in [opposites, *opposites]:
        if isinstance(group, str):
            msg = f"opposites has the string {group!a}: give a list of groups, such as [('inlet', 'outlet')]"
            raise TypeError(msg)
    for group in opposites:
        if len(set(group)) < 2 or not all(map(has_words, group)):  # noqa: PLR2004 - one of a kind has no opposite
            msg = f"opposites {tuple(group)!a} is no group: give two words or more, each with a letter or digit"
            raise ValueError(msg)


def _unheard(said: Units, heard: Units) -> Unheard | None:
    """Return why an imperfect transcript says nothing about the take, or None."""
    if not heard.values:
        return "empty"
    if is_boilerplate("".join(words(heard.written)), "".join(words(said.written))):
        return "boilerplate"
    shortest = min(len(said.values), len(said.spans_written()))
    if shortest <= _SHORT[said.unit] and not any(occurrences(heard.values, said.values)):
        return "short"
    return None


def _has_tail(said: Units, heard: Units, blocks: Sequence[Opcode]) -> bool:
    """Tell whether a transcript ends in boilerplate that the reference doesn't say."""
    last = blocks[-1]
    if last.op != "insertion" or not last.hypothesis_start:
        return False
    tail = heard.as_written((last.hypothesis_start, last.hypothesis_end))
    return is_boilerplate("".join(words(tail)), "".join(words(said.written)))


def _holding(places: Sequence[Span], spans: Iterable[Span]) -> list[Span]:
    """Return those places that share a character with one of the spans; both are in order."""
    held: list[Span] = []
    at = 0
    for start, end in spans:
        while at < len(places) and places[at][1] <= start:
            at += 1
        while at < len(places) and places[at][0] < end:
            held.append(places[at])
            at += 1
    return held
