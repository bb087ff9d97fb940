"""Which sentence is spoken next, and whether all is done: the loop's policy, without a backend or a clock. Pure.

Every sentence gets its first take, in order. Then those that failed get another, one each in turn, the worst
first, made as :mod:`progresskit.audio.escalation` says; a sentence that passed is never spoken again, and the best
take of each is kept.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from progresskit.audio.escalation import Step, Stop
from progresskit.audio.models import Sentence, Take
from progresskit.audio.normalize import has_words
from progresskit.audio.strategies import Retake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from progresskit.audio.escalation import Escalation

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
        stop: Why no further take is made although none passed; None while there may be one.
        step: How its next take is made.
        progress: How far it is, 0 to 1; it never goes back.
    """

    number: int
    text: str
    takes: list[Take] = field(default_factory=list)
    stop: Stop | None = None
    step: Step = field(init=False)
    progress: float = 0.0

    def __post_init__(self) -> None:
        self.step = Step("", Retake(self.reference))

    @property
    def reference(self) -> str:
        """What must be heard, however it is spoken."""
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
        stop = None if self.passed else self.stop
        return Sentence(
            text=self.text,
            takes=tuple(self.takes),
            best=self.best,
            reason=stop.reason if stop else "",
            detail=stop.detail if stop else "",
        )


class Plan:
    """The sentences of one text, and what to do next.

    Args:
        sentences: The parts, which join to the text.
        escalation: What is tried for one that failed.
    """

    def __init__(self, sentences: Sequence[str], escalation: Escalation) -> None:
        self.works = [Work(number, text) for number, text in enumerate(sentences, 1)]
        self._escalation = escalation
        self._letters = sum(self._weight(work) for work in self.works)
        # A heap of what needs a take and is in nobody's hands, in the order of next().
        self._waiting = [self._entry(work) for work in self.works]
        self._busy = 0
        # A book has thousands of sentences: only those begun and not finished are added up each time.
        self._finished = 0
        self._begun: dict[int, float] = {}

    def next(self) -> Work | None:
        """Return the sentence to make a take of now, until :meth:`took` or :meth:`left`; None = none for now."""
        if not self._waiting:
            return None
        *_, number = heapq.heappop(self._waiting)
        self._busy += 1
        return self.works[number - 1]

    def is_done(self) -> bool:
        """Tell whether no take is being made, and none will be."""
        return not self._waiting and self._busy == 0

    def took(self, work: Work, take: Take) -> None:
        """Keep a take that was made, and find what to do next for its sentence."""
        work.takes.append(take)
        self._busy -= 1
        if work.passed or work.stop is not None:
            return
        match self._escalation.next(work.result()):
            case Stop() as stop:
                work.stop = stop
            case step:
                work.step = step
                heapq.heappush(self._waiting, self._entry(work))

    def left(self) -> None:
        """Note that no take was made of a sentence that :meth:`next` gave, and none will be: the plan was stopped."""
        self._busy -= 1

    def reached(self, work: Work, phase: str) -> float:
        """Note that a phase of a sentence's current take begins, and return how far the whole text is."""
        attempt = len(work.takes) - (phase == "scored")
        over = work.passed or work.stop is not None
        share = 1.0 if over else (attempt + _PHASES[phase]) / self._escalation.attempts
        if work.progress < 1.0:
            work.progress = max(work.progress, min(1.0, share))
            self._begun[work.number] = self._weight(work) * work.progress
            if work.progress == 1.0:
                del self._begun[work.number]
                self._finished += self._weight(work)
        return (self._finished + sum(self._begun.values())) / self._letters

    def stop(self, stop: Stop) -> None:
        """Begin no further take."""
        self._waiting.clear()
        for work in self.works:
            if not work.passed:
                work.stop = work.stop or stop

    def failed(self) -> list[Work]:
        """Return the sentences that are not verified."""
        return [work for work in self.works if not work.passed]

    @staticmethod
    def _entry(work: Work) -> tuple[int, float, int]:
        """Return what orders a sentence among those that wait: fewest takes, then worst, then first."""
        best = work.best
        return len(work.takes), (best.accuracy or 0.0) if best else 0.0, work.number

    @staticmethod
    def _weight(work: Work) -> int:
        return max(1, len(work.reference))
