"""The laws of a scorer, run against anyone's."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from progresskit.audio.scoring import Score
from progresskit.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["check_scorer"]

_TEXTS_PER_LAW: Final = 25


def check_scorer(scorer: Callable[[str, str], Score | float], *, language: str, target: float = 0.95) -> None:
    """Check a scorer against the laws that a correction loop relies on, with texts of one language.

    It needs no pytest, and is the same each time. The laws:

    1. An accuracy is a number from 0 to 1, whatever was heard, and the same when asked again.
    2. A text is a perfect transcript of itself, and passes: also in another case, without its punctuation, with more
       white space, decomposed or composed.
    3. Nothing heard is accuracy 0 and doesn't pass; a :class:`~progresskit.audio.scoring.Score` says ``unheard``.
    4. From a perfect transcript, a word (where words aren't parted: a character) more or less, or two in each other's
       place, lowers the accuracy.
    5. What passes at the target passes at a lower one.
    6. What says the same is perfect: numerals in words, negations in full, other white space
       (:func:`~progresskit.testing.strategies.equivalents`).
    7. What doesn't say the same isn't perfect, and where the scorer gives a ``Score`` it doesn't pass: another digit, a
       lost negation, a tail (:func:`~progresskit.testing.strategies.corruptions`). An accuracy alone can't veto.

    Args:
        scorer: Called with a reference and a transcript; returns a ``Score``, or the accuracy alone.
        language: BCP 47 tag of the texts: ``en``, ``ko``, ``zh`` or ``ja``.
        target: The lowest accuracy that passes, 0 to 1.

    Raises:
        AssertionError: A law is broken; the message names the law, both texts and what came back. What the
            scorer itself raises is let through.
        ValueError: There are no texts of this language.
        MissingDependencyError: The extra ``testing`` is not installed.
    """
    try:
        from hypothesis import Phase, given, settings  # noqa: PLC0415 - an optional extra
        from hypothesis import strategies as st  # noqa: PLC0415 - an optional extra
    except ImportError as missing:
        package = "hypothesis"
        raise MissingDependencyError.for_extra(package, "testing") from missing
    from progresskit.testing.speech_strategies import (  # noqa: PLC0415 - imports hypothesis
        corruptions,
        equivalents,
        references,
        transcripts,
    )

    judge = _Judge(scorer, target)
    # Fixed examples: who runs this in a build wants the same answer tomorrow.
    settled = settings(
        max_examples=_TEXTS_PER_LAW,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
    )
    texts = references(language)

    @settled
    @given(texts.flatmap(lambda text: st.tuples(st.just(text), transcripts(text))))
    def bounds_and_targets(pair: tuple[str, str]) -> None:
        accuracy = judge.accuracy(*pair)
        judge.require("an accuracy is from 0 to 1", 0 <= accuracy <= 1, *pair)
        judge.require("an accuracy is the same when asked again", judge.accuracy(*pair) == accuracy, *pair)
        passes, passes_lower = judge.passes(*pair, target), judge.passes(*pair, target / 2)
        judge.require("what passes at a target passes at a lower one", passes_lower or not passes, *pair)

    @settled
    @given(texts)
    def identity(text: str) -> None:
        for name, transcript in _spellings(text).items():
            judge.require(
                f"a text is a perfect transcript of itself ({name})",
                judge.is_perfect(text, transcript),
                text,
                transcript,
            )
        judge.require("NFD input is NFC input", judge.is_perfect(unicodedata.normalize("NFD", text), text), text, text)

    @settled
    @given(texts, st.sampled_from(("", " ", "\n", ".", "…")))
    def silence(text: str, nothing: str) -> None:
        judge.require("nothing heard is accuracy 0", judge.accuracy(text, nothing) == 0, text, nothing)
        judge.require("nothing heard doesn't pass", not judge.passes(text, nothing, target), text, nothing)
        judge.require("nothing heard is unheard", judge.may_be_unheard(text, nothing), text, nothing)

    @settled
    @given(texts, st.data())
    def more_or_less(text: str, data: st.DataObject) -> None:
        between, units = _units(text)
        at = data.draw(st.integers(0, len(units) - 1))
        words = [unit for unit in units if any(map(str.isalnum, unit))]  # the point of a number alone says nothing
        added = between.join([*units[:at], data.draw(st.sampled_from(words)), *units[at:]])
        dropped = between.join([*units[:at], *units[at + 1 :]])
        judge.lowers("a word more", text, [added])
        judge.lowers("a word less", text, [dropped])
        judge.lowers("one word in another's place", text, _swaps(between, units)[at : at + 1])

    @settled
    @given(texts.flatmap(lambda text: st.tuples(st.just(text), equivalents(text, language))))
    def the_same(pair: tuple[str, str]) -> None:
        judge.require("what says the same is perfect", judge.is_perfect(*pair), *pair)

    @settled
    @given(texts.flatmap(lambda text: st.tuples(st.just(text), corruptions(text, language))))
    def not_the_same(pair: tuple[str, str]) -> None:
        judge.require("what doesn't say the same never passes", not judge.is_taken_for(*pair), *pair)

    for law in (bounds_and_targets, identity, silence, more_or_less, the_same, not_the_same):
        law()


class _Judge:
    """Asks a scorer, and words what it got wrong."""

    def __init__(self, scorer: Callable[[str, str], Score | float], target: float) -> None:
        self._scorer = scorer
        self._target = target

    def accuracy(self, reference: str, transcript: str) -> float:
        result = self._scorer(reference, transcript)
        return result.accuracy if isinstance(result, Score) else result

    def passes(self, reference: str, transcript: str, target: float) -> bool:
        result = self._scorer(reference, transcript)
        return result.verdict(target) == "passed" if isinstance(result, Score) else result >= target

    def is_perfect(self, reference: str, transcript: str) -> bool:
        return self.accuracy(reference, transcript) == 1 and self.passes(reference, transcript, self._target)

    def is_taken_for(self, reference: str, transcript: str) -> bool:
        result = self._scorer(reference, transcript)
        return result.verdict(self._target) == "passed" if isinstance(result, Score) else result >= 1

    def may_be_unheard(self, reference: str, transcript: str) -> bool:
        result = self._scorer(reference, transcript)
        return not isinstance(result, Score) or result.verdict(self._target) == "unheard"

    def lowers(self, what: str, reference: str, transcripts: Iterable[str]) -> None:
        for transcript in transcripts:
            lower = self.accuracy(reference, transcript) < 1
            self.require(f"{what} lowers the accuracy", lower, reference, transcript)

    def require(self, law: str, holds: bool, reference: str, transcript: str) -> None:  # noqa: FBT001 - the law's outcome
        if not holds:
            result = self._scorer(reference, transcript)
            msg = f"broken: {law}; reference {reference!r}, transcript {transcript!r} gave {result!r}"
            raise AssertionError(msg)


def _spellings(text: str) -> dict[str, str]:
    """Return a text as it is, and in the forms that say the same."""
    return {
        "as it is": text,
        "in lower case": text.lower(),
        "in upper case": text.upper(),
        "without punctuation": _plain(text),
        "with more white space": f"  {text.replace(' ', '   ')}\n",
        "in NFC": unicodedata.normalize("NFC", text),
        "in NFD": unicodedata.normalize("NFD", text),
    }


def _plain(text: str) -> str:
    """Return a text without its punctuation, but for that which is part of a word or a number."""
    return re.sub(r"[^\w\s'.-]|(?<!\d)[.-]|[.-](?!\d)", "", text)


def _units(text: str) -> tuple[str, list[str]]:
    """Return the words of a text with what stands between them; of a text without spaces its characters."""
    plain = _plain(text)
    return (" ", plain.split()) if " " in plain else ("", list(plain))


def _swaps(between: str, units: list[str]) -> list[str]:
    """Return a text with two neighbours in each other's place; letters only, since 3.5度 may be written 3度5."""
    return [
        between.join([*units[:at], other, one, *units[at + 2 :]])
        for at, (one, other) in enumerate(pairwise(units))
        if (one + other).isalpha() and one.lower() != other.lower()
    ]
