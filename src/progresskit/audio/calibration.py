"""Calibration: which target a voice and a recogniser can reach together, found by trying.

The rule: each sample is spoken and heard some times, as it is. A take *reaches* its accuracy; one with a veto, with
much missing, or of which nothing was heard reaches nothing, since it passes at no target. Of each sample the best take
counts, for the loop has several attempts, too. The target is the accuracy that nine samples of ten reach (or another
share), rounded down to hundredths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from progresskit.audio.asking import Asker, check_timeout, short
from progresskit.audio.backends import Ear, Voice
from progresskit.audio.background import Background
from progresskit.audio.checks import flaw_of
from progresskit.audio.escalation import never_heard
from progresskit.audio.judge import accuracy_of, scored
from progresskit.audio.normalize import has_words
from progresskit.audio.scoring import Score, Scorer
from progresskit.chance import CHANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from progresskit.audio.backends import STT, TTS
    from progresskit.audio.models import Audio

__all__ = ["CalibratedSample", "Calibration", "calibrate"]

_SEEDS: Final = 2**31


@dataclass(frozen=True)
class CalibratedSample:
    """What became of one sample.

    Attributes:
        text: It.
        accuracies: What each of its takes reached, in order: 0 where it would pass at no target.
        never_heard: Its pieces that were heard in no take: what this recogniser can't verify.
    """

    text: str
    accuracies: tuple[float, ...]
    never_heard: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calibration:
    """What a voice and a recogniser can reach together.

    Attributes:
        target: The accuracy to ask the loop for; 0 where too few samples reach any.
        first_pass_rate: The share of all takes that reach the target: what the loop would pass at the first take.
        samples: What became of each sample.
    """

    target: float
    first_pass_rate: float
    samples: tuple[CalibratedSample, ...]

    @property
    def never_heard(self) -> tuple[str, ...]:
        """Pieces of the samples that were heard in no take, in order, each once."""
        return tuple(dict.fromkeys(piece for sample in self.samples for piece in sample.never_heard))


def calibrate(
    tts: TTS | Callable[..., Any],
    stt: STT | Callable[..., Any],
    samples: Sequence[str],
    *,
    takes: int = 3,
    share: float = 0.9,
    voice_id: str | None = None,
    language: str | None = None,
    scorer: Callable[[str, str], Score | float] | None = None,
    timeout_s: float = 60,
) -> Calibration:
    """Find the target that a voice and a recogniser can reach, on texts like those that they will have to do with.

    A target that they can't reach costs all attempts of each sentence; one that is far below what they can reach lets
    mistakes pass. Twenty sentences of your own are a good sample; listen to some of the takes that came out low.

    Args:
        tts: The voice, as the loop takes it.
        stt: The recogniser, as the loop takes it.
        samples: Sentences.
        takes: How often each is spoken and heard.
        share: Of all samples, how many are to reach the target, from above 0 to 1.
        voice_id: A hint for the voice.
        language: A hint for both and the scorer, BCP 47.
        scorer: As the loop takes it.
        timeout_s: Seconds that one call of a backend or ``scorer`` may take.

    Raises:
        ValueError: There is no sample, or one without a letter or digit; or a number is out of range.
        TTSError: The voice failed for good, or again and again.
        STTError: The recogniser did.
    """
    texts = [] if isinstance(samples, str) else list(samples)
    if not texts or not all(isinstance(text, str) and has_words(text) for text in texts):
        msg = "samples are not valid: give a list of texts, one at least, each with a letter or digit"
        raise ValueError(msg)
    if not isinstance(takes, int) or takes < 1 or not 0 < share <= 1:
        msg = f"takes {takes!r} and share {share!r} are not valid: give 1 or more, and a share above 0 and up to 1"
        raise ValueError(msg)
    check_timeout(timeout_s)
    hints = {"voice_id": voice_id, "language": language}
    pair = _Pair(Voice(tts), Ear(stt), scorer or Scorer(language=language), Asker(timeout_s), timeout_s, hints)
    background = Background()
    try:
        found = background.start(pair.all, texts, takes).result()
    finally:
        background.close()
    reached = sorted((max(sample.accuracies) for sample in found), reverse=True)
    target = math.floor(round(100 * reached[math.ceil(share * len(reached)) - 1], 6)) / 100
    passed = [accuracy >= target > 0 for sample in found for accuracy in sample.accuracies]
    return Calibration(target, sum(passed) / len(passed), tuple(found))


@dataclass(frozen=True)
class _Pair:
    voice: Voice
    ear: Ear
    scorer: Callable[[str, str], Score | float]
    asker: Asker
    scoring_s: float
    hints: dict[str, Any]

    async def all(self, samples: Sequence[str], takes: int) -> list[CalibratedSample]:
        return [await self.sample(text, takes) for text in samples]

    async def sample(self, text: str, takes: int) -> CalibratedSample:
        answers = [await self.answer(text.strip(), attempt) for attempt in range(1, takes + 1)]
        scores = [answer for answer in answers if isinstance(answer, Score)]
        return CalibratedSample(text, tuple(map(_reached, answers)), never_heard(scores) if scores else ())

    async def answer(self, text: str, attempt: int) -> Score | float:
        async def speak() -> Audio:
            seed = CHANCE.randrange(_SEEDS)
            return await self.voice.speak(text, self.hints | {"attempt": attempt, "seed": seed})

        async def hear() -> str:
            return (await self.ear.hear(audio, self.hints)).text

        audio = await self.asker.tts(speak, f"{self.voice.name} failed on {short(text)}", may_repeat=lambda: True)
        sound = audio.pcm()
        if sound is not None and flaw_of(sound, text) is not None:
            return 0.0
        heard = await self.asker.stt(hear, f"{self.ear.name} failed on {short(text)}")
        answer = await scored(partial(self.scorer, text, heard), timeout_s=self.scoring_s)
        return answer if isinstance(answer, Score) or has_words(heard) else 0.0


def _reached(answer: Score | float) -> float:
    if isinstance(answer, Score) and answer.verdict(0) != "passed":
        return 0.0
    return accuracy_of(answer)
