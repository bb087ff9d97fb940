"""Which sentence is spoken next, and whether all is done: the loop's policy, without a backend or a clock. Pure.

Every sentence gets its first take, in order. Then those that failed get another, one each in turn, the worst
first; a sentence that passed is never spoken again, and the best take of each is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from progresskit.audio.models import Sentence, Take
from progresskit.audio.normalize import has_words

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Plan", "Work"]

# How far a sentence is when a phase begins, of the share that an attempt has of it.
_PHASES: Final = {"tts": 0.0, "stt": 0.5, "scored": 1.0}
_RANK: Final = {"passed": 3, None: 3, "failed": 2, "unheard": 1}


@dataclass(eq=False)
class Work:
    """One sentence, and what was done for it so far.

    Attributes:
        number: Its place in the text, from 1.
        text: It, with the white space after it.
        takes: What was made, in order.
        busy: Whether a take is being made now.
        reason: Why no further take is made although none passed; empty while there may be one.
        progress: How far it is, 0 to 1; it never goes back.
    """

    number: int
    text: str
    takes: list[Take] = field(default_factory=list)
    busy: bool = False
    reason: str = ""
    progress: float = 0.0

    @property
    def spoken(self) -> str:
        """What is given to the voice."""
        return self.text.strip()

    @property
    def verifiable(self) -> bool:
        """Whether there is anything in it to be heard."""
        return has_words(self.text)

    @property
    def best(self) -> Take | None:
        """The take to publish: one that passed before one that failed, then the most accurate, then the first."""
        return max(self.takes, key=lambda take: (_RANK[take.verdict], take.accuracy or 0.0), default=None)

    @property
    def passed(self) -> bool:
        """Whether it needs no further take."""
        best = self.best
        return best is not None and best.verdict in {"passed", None}

    def result(self) -> Sentence:
        """Return it as the result has it."""
        return Sentence(
            text=self.text,
            takes=tuple(self.takes),
            best=self.best,
            reason="" if self.passed else self.reason or "attempts",
        )


class Plan:
    """The sentences of one text, and what to do next.

    Args:
        sentences: The parts, which join to the text.
        attempts: Most takes of a sentence.
    """

    def __init__(self, sentences: Sequence[str], *, attempts: int) -> None:
        self.works = [Work(number, text) for number, text in enumerate(sentences, 1)]
        self.attempts = attempts
        self._letters = sum(self._weight(work) for work in self.works)

    def next(self) -> Work | None:
        """Return the sentence to make a take of now, marked as busy; None where there is none now."""
        open_works = [work for work in self.works if not work.busy and self._needs_a_take(work)]
        if not open_works:
            return None
        work = min(open_works, key=lambda work: (len(work.takes), self._accuracy(work), work.number))
        work.busy = True
        return work

    def is_done(self) -> bool:
        """Tell whether no take is being made, and none will be."""
        return not any(work.busy or self._needs_a_take(work) for work in self.works)

    def took(self, work: Work, take: Take) -> None:
        """Keep a take that was made."""
        identical = any(take.audio.data and take.audio.data == other.audio.data for other in work.takes)
        work.takes.append(take)
        work.busy = False
        if identical and not work.passed:
            work.reason = "identical_takes"
        self.reached(work, "scored")

    def reached(self, work: Work, phase: str) -> float:
        """Note that a phase of a sentence's current take begins, and return how far the whole text is."""
        attempt = len(work.takes) - (phase == "scored")
        share = 1.0 if work.passed or work.reason else (attempt + _PHASES[phase]) / self.attempts
        work.progress = max(work.progress, min(1.0, share))
        return sum(self._weight(each) * each.progress for each in self.works) / self._letters

    def stop(self, reason: str) -> None:
        """Begin no further take."""
        for work in self.works:
            if not work.passed:
                work.reason = work.reason or reason

    def failed(self) -> list[Work]:
        """Return the sentences that are not verified."""
        return [work for work in self.works if not work.passed]

    def _needs_a_take(self, work: Work) -> bool:
        return not work.passed and not work.reason and len(work.takes) < self.attempts

    @staticmethod
    def _accuracy(work: Work) -> float:
        best = work.best
        return 0.0 if best is None or best.accuracy is None else best.accuracy

    @staticmethod
    def _weight(work: Work) -> int:
        return max(1, len(work.spoken))
