"""Escalation: what is tried next for a sentence that failed, and when to stop trying. Pure.

The strategies are asked in turn, from the one after the one that made the last take. The rules by which a sentence is
given up, each with a reason that the result names:

- ``budget``: its attempts are used up (seconds and characters are counted elsewhere, and stop it by the same name).
- ``identical_takes``: the voice gave the same bytes twice, and nothing is left to try that differs.
- ``same_words_failed``: the same words failed in two takes running, and nothing is left that differs.
- ``target_unreachable``: some words failed in each of four takes or more (of two, where the recogniser says that it
  has no such words), they alone keep the sentence below the target, and nothing is left that differs; or the
  strategies have nothing to offer at all.

Takes of which nothing was heard right don't count in the last two, but for words that the recogniser doesn't have:
they tell nothing of single words. A retake *differs* where its text and voice together are new. So no sentence is given
up while there is another way to say it and an attempt to say it with, and none is said in the same way until the
budget is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from progresskit.audio.alignment import merged
from progresskit.audio.normalize import words
from progresskit.audio.spoken import spoken_form
from progresskit.audio.strategies import Retake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from progresskit.audio.models import Sentence, Take
    from progresskit.audio.normalize import Span
    from progresskit.audio.scoring import Score
    from progresskit.audio.strategies import Strategy

__all__ = ["Escalation", "Reason", "Step", "Stop", "never_heard"]

Reason = Literal["identical_takes", "same_words_failed", "target_unreachable", "budget"]
"""Why a sentence is given up."""

_STUBBORN_AFTER: Final = 4
"""Takes before words count as never heard: a word that is heard every other time fails in four of them in 6 %."""
_SHOWN_WORDS: Final = 5
_NOT_HEARD: Final = frozenset({"substitution", "deletion"})


@dataclass(frozen=True)
class Step:
    """The next take of a sentence.

    Attributes:
        strategy: The name of the strategy that asked for it; empty for the first take.
        retake: How it is made.
    """

    strategy: str
    retake: Retake


@dataclass(frozen=True)
class Stop:
    """That no further take is made.

    Attributes:
        reason: Why.
        detail: Why, in words.
    """

    reason: Reason
    detail: str


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """The strategies of one call of the loop, and its limits.

    Attributes:
        strategies: What to try, in this order.
        attempts: Most takes of a sentence.
        target: The accuracy to reach.
        language: BCP 47 tag; None = by each text.
        knows: Tells whether the recogniser's vocabulary has a word; None = it doesn't say.
    """

    strategies: Sequence[Strategy]
    attempts: int
    target: float
    language: str | None = None
    knows: Callable[[str], bool] | None = None

    def next(self, sentence: Sentence) -> Step | Stop:
        """Return what to do for a sentence that has takes, of which none passed."""
        if sentence.attempts >= self.attempts:
            return Stop("budget", f"all {self.attempts} attempts are used")
        steps = self._offers(sentence)
        different = [step for step in steps if _differs(step.retake, sentence)]
        stop = self._stop(sentence)
        if stop is not None and not different:
            return stop
        if not steps:
            return Stop("target_unreachable", "the strategies have nothing left to try")
        return steps[0] if stop is None else different[0]

    def _offers(self, sentence: Sentence) -> list[Step]:
        names = [strategy.name for strategy in self.strategies]
        last = sentence.takes[-1].strategy
        begin = names.index(last) + 1 if last in names else 0
        offers = [
            (strategy.name, strategy.retake(sentence, self.language))
            for strategy in [*self.strategies[begin:], *self.strategies[:begin]]
        ]
        for name, retake in offers:
            if not isinstance(retake, Retake | None):
                msg = f"the strategy {name!r} gave a {type(retake).__name__}: return a Retake, or None"  # type: ignore[unreachable]
                raise TypeError(msg)
        return [Step(name, retake) for name, retake in offers if retake is not None]

    def _stop(self, sentence: Sentence) -> Stop | None:
        """Return why saying it once more in the same way would be in vain; None = it may help."""
        *_, before, last = [None, *sentence.takes]
        if any(take.flaw == "identical" for take in sentence.takes):
            return Stop("identical_takes", "the voice gave the same bytes twice")
        if before is not None and (unknown := self._unknown(sentence)):
            return Stop("target_unreachable", f"the recogniser's vocabulary doesn't have: {_listed(unknown)}")
        if before is not None and _failing(before) and _failing(before) == _failing(last):
            return Stop("same_words_failed", f"the same words failed in two takes running: {_listed(last.wrong_words)}")
        scores = [take.score for take in sentence.takes if take.score is not None and _failing(take)]
        if len(scores) >= _STUBBORN_AFTER and not self._is_reachable(scores):
            never = _listed(never_heard(scores))
            return Stop("target_unreachable", f"in {len(scores)} takes, however said, these were never heard: {never}")
        return None

    def _unknown(self, sentence: Sentence) -> tuple[str, ...]:
        """Return the words that the recogniser can't hear, where no take can pass without them."""
        scores = [take.score for take in sentence.takes if take.score is not None]
        if self.knows is None or not scores or self._is_reachable(scores):
            return ()
        return tuple(
            word for word in never_heard(scores) if not all(map(self.knows, words(spoken_form(word, self.language))))
        )

    def _is_reachable(self, scores: Sequence[Score]) -> bool:
        """Tell whether a take could pass in which all is heard but what never was."""
        never = _never(scores)
        units = {step.reference_span for step in scores[0].alignment if step.op != "insertion"}
        vetoes = set.intersection(*({(veto.kind, veto.expected) for veto in score.critical} for score in scores))
        return not never or (not vetoes and 1 - len(never) / len(units) >= self.target)


def never_heard(scores: Sequence[Score]) -> tuple[str, ...]:
    """Return the pieces of a text that none of several transcripts of it has, as written, in order."""
    return tuple(scores[0].reference[start:end] for start, end in merged(sorted(_never(scores))))


def _never(scores: Sequence[Score]) -> set[Span]:
    wrong = [{step.reference_span for step in score.alignment if step.op in _NOT_HEARD} for score in scores]
    return set.intersection(*wrong) if wrong else set()


def _failing(take: Take) -> tuple[str, ...]:
    """Return the words that a take is known to have wrong; none where nobody listened, or nothing was heard right."""
    return take.wrong_words if take.verdict == "failed" and take.flaw is None and take.accuracy else ()


def _differs(retake: Retake, sentence: Sentence) -> bool:
    return all((take.spoken, take.voice) != (retake.spoken, retake.voice) for take in sentence.takes)


def _listed(words: Sequence[str]) -> str:
    more = len(words) - _SHOWN_WORDS
    return ", ".join(map(repr, words[:_SHOWN_WORDS])) + (f" and {more} more" if more > 0 else "")
