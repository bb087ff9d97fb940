"""Judging one take: cheap checks first, then a recogniser, then second hearings of what it got wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from progresskit.audio.asking import answered, short
from progresskit.audio.background import in_thread
from progresskit.audio.cache import key_of
from progresskit.audio.checks import flaw_of
from progresskit.audio.models import Take, number_of
from progresskit.audio.normalize import has_words
from progresskit.audio.relisten import combined
from progresskit.audio.scoring import Score
from progresskit.errors import STTError
from progresskit.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from progresskit.audio.asking import Asker
    from progresskit.audio.backends import Ear
    from progresskit.audio.cache import Memory
    from progresskit.audio.models import Audio, Transcript
    from progresskit.audio.plan import Work
    from progresskit.audio.relisten import Relisten
    from progresskit.audio.scoring import Verdict

__all__ = ["Judge", "accuracy_of", "scored"]

_log = get_logger("audio")

T = TypeVar("T")

_ROUNDING: Final = 1e-6
"""How far above 1 a sum of shares may come out."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Says of each take whether it is its sentence.

    A take is judged by the sentence as it was written, whatever was spoken.

    Attributes:
        ear: The recogniser.
        relistens: What has a take heard again that didn't pass, in this order.
        scorer: Compares the sentence with what was heard.
        target: The accuracy to reach.
        hints: What the recogniser is told, where it asks for it.
        asker: Calls the recogniser.
        memory: What was heard before.
        scoring_s: Seconds that scoring one take may take.
        url_of: Returns the URL of a sound, for a recogniser that takes those.
    """

    ear: Ear
    relistens: Sequence[Relisten]
    scorer: Callable[[str, str], Score | float]
    target: float
    hints: dict[str, Any]
    asker: Asker
    memory: Memory
    scoring_s: float
    url_of: Callable[[Audio], Awaitable[str | None]]

    async def judged(self, work: Work, audio: Audio, *, listening: Callable[[], Awaitable[None]]) -> Take:
        """Return the take that a sentence's current step made.

        Args:
            work: The sentence.
            audio: The sound.
            listening: Called before a recogniser is.

        Raises:
            STTError: The recogniser failed for good, or again and again.
        """
        retake = work.step.retake
        take = Take(
            attempt=len(work.takes) + 1,
            spoken=retake.spoken,
            strategy=work.step.strategy,
            voice=retake.voice,
            audio=audio,
        )
        if not work.verifiable:
            return take
        if audio.data and (same := next((each for each in work.takes if each.audio.data == audio.data), None)):
            return replace(
                take,
                transcript=same.transcript,
                hearings=same.hearings,
                accuracy=same.accuracy,
                verdict=same.verdict,
                wrong_words=same.wrong_words,
                score=same.score,
                flaw="identical",
            )
        sound = audio.pcm()
        # In a thread, as scores are below: every sample is looked at.
        if sound is not None and (flaw := await in_thread(partial(flaw_of, sound, retake.spoken))) is not None:
            return replace(take, accuracy=0.0, verdict="failed", flaw=flaw)
        await listening()
        return await self._heard(work, take)

    async def _heard(self, work: Work, take: Take) -> Take:
        take = await self._scored(work, take, [await self._transcript(work, take.audio, self.ear)])
        for relisten in self.relistens:
            for audio, ear in relisten.hearings(take.audio, self.ear):
                if take.verdict == "passed":
                    return take
                try:
                    again = await self._transcript(work, audio, ear)
                except STTError as error:  # the first hearing stands
                    _log.warning("a second hearing failed, and is passed over: %s", error)
                else:
                    take = await self._scored(work, take, [*take.hearings, again])
        return take

    async def _scored(self, work: Work, take: Take, hearings: Sequence[str]) -> Take:
        return await scored(partial(self._compared, work, take, hearings), timeout_s=self.scoring_s)

    def _compared(self, work: Work, take: Take, hearings: Sequence[str]) -> Take:
        answers = [(heard, self.scorer(work.reference, heard)) for heard in hearings]
        scores = [score for _, score in answers if isinstance(score, Score)]
        if len(scores) < len(answers):
            # A scorer that gives numbers says nothing of single words: the best hearing counts.
            transcript, accuracy = max(
                ((heard, accuracy_of(answer)) for heard, answer in answers), key=lambda each: each[1]
            )
            return replace(
                take,
                transcript=transcript,
                hearings=tuple(hearings),
                accuracy=accuracy,
                verdict=self._verdict(accuracy, transcript),
            )
        score = scores[0] if len(scores) == 1 else combined(scores, self.scorer)
        return replace(
            take,
            transcript=score.hypothesis,
            hearings=tuple(hearings),
            accuracy=score.accuracy,
            verdict=score.verdict(self.target),
            wrong_words=score.wrong_words,
            score=score,
        )

    def _verdict(self, accuracy: float, transcript: str) -> Verdict:
        if not has_words(transcript):
            return "unheard"
        return "passed" if accuracy >= self.target else "failed"

    async def _transcript(self, work: Work, audio: Audio, ear: Ear) -> str:
        key = self._key(audio, ear)
        if key is not None and (found := await self.memory.transcript(key)) is not None:
            return found.text

        async def hear() -> Transcript:
            sound = audio
            if ear.takes == "url" and audio.url is None:
                sound = replace(audio, url=await self.url_of(audio))
            return await ear.hear(sound, self.hints)

        transcript = await self.asker.stt(
            hear, f"{ear.name} failed on sentence {work.number} ({short(work.reference)})"
        )
        transcript = replace(transcript, text=transcript.text.strip())
        if key is not None and transcript.text:  # a recogniser that was dead may have come back
            await self.memory.keep_transcript(key, transcript)
        return transcript.text

    def _key(self, audio: Audio, ear: Ear) -> str | None:
        if not self.memory.is_kept or not audio.data:
            return None
        return key_of(
            kind="transcript",
            data=audio.data,
            form=[audio.media_type, audio.sample_rate, audio.channels],
            backend=ear.cache_id,
            language=self.hints["language"],
        )


async def scored(score: Callable[[], T], *, timeout_s: float) -> T:
    """Call a scorer in a thread: a long transcript takes it seconds, and the event loop has others to serve.

    Raises:
        TimeoutError: It took longer.
    """
    return await answered(partial(in_thread, score), "no answer of scorer=", timeout_s=timeout_s)


def accuracy_of(answer: Score | float) -> float:
    """Return a scorer's answer as an accuracy, from 0 to 1; what is below 0 (more errors than words) is 0.

    Raises:
        TypeError: It is neither a score nor such a number. A percentage isn't: taken for all of it, it would pass
            anything.
    """
    if isinstance(answer, Score):
        return answer.accuracy
    accuracy = number_of(answer)
    if accuracy is not None and -math.inf < accuracy <= 1 + _ROUNDING:
        return min(1.0, max(0.0, accuracy))
    try:
        shown = repr(answer)
    except Exception:  # noqa: BLE001 - of another library's object, or a number of thousands of digits
        shown = f"a {type(answer).__name__}"
    msg = f"the scorer gave {shown}: return a Score, or a number from 0 to 1"
    raise TypeError(msg)
