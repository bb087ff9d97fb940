"""One call of the correction loop: the workers that speak, listen and score what a plan asks for."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import anyio

from progresskit.audio.asking import Asker, short
from progresskit.audio.backends import Voice, call
from progresskit.audio.cache import key_of
from progresskit.audio.escalation import Escalation, Stop
from progresskit.audio.judge import Judge, scored
from progresskit.audio.models import Audio, VerifiedAudio, bytes_of, media_type_of
from progresskit.audio.plan import Plan
from progresskit.audio.results import failure_of, joined, report_of, stored, whole_accuracy
from progresskit.audio.scoring import Scorer
from progresskit.audio.sentences import split_sentences
from progresskit.chance import CHANCE
from progresskit.errors import BackendError, TTSError
from progresskit.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from progresskit.audio.backends import Ear
    from progresskit.audio.cache import Memory
    from progresskit.audio.models import Budget
    from progresskit.audio.plan import Work
    from progresskit.audio.relisten import Relisten
    from progresskit.audio.scoring import Score
    from progresskit.audio.strategies import Strategy

__all__ = ["Run", "Settings"]

_log = get_logger("audio")

_SEEDS: Final = 2**31


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a loop was made with; see :class:`~progresskit.audio.AudioCorrectionLoop`."""

    voice: Voice
    ear: Ear
    scorer: Callable[[str, str], Score | float] | None
    strategies: Sequence[Strategy]
    relistens: Sequence[Relisten]
    budget: Budget
    split: bool
    join: Callable[[Sequence[Audio]], Any] | None
    store: Callable[[Audio], Any] | None
    memory: Memory
    fetch: Callable[[str], Any] | None
    timeout_s: float
    max_take_bytes: int
    concurrency: int


class Run:
    """One text on its way to being verified.

    Args:
        settings: What the loop was made with.
        text: What to speak.
        attempts: Most takes of a sentence.
        target: The accuracy that each sentence must reach.
        hints: What backends are told, where they ask for it.
        tell: Told how far it is.
    """

    def __init__(
        self,
        settings: Settings,
        text: str,
        *,
        attempts: int,
        target: float,
        hints: dict[str, Any],
        tell: Callable[[float, str, dict[str, Any]], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._text = text
        self._hints = hints
        self._tell = tell
        self._scorer = settings.scorer or Scorer(language=hints["language"])
        # Ours computes, and of a book for minutes; another may wait for somebody who never answers.
        self._scoring_s = settings.timeout_s if settings.scorer else math.inf
        self._asker = Asker(settings.timeout_s)
        self._judge = Judge(
            ear=settings.ear,
            relistens=settings.relistens,
            scorer=self._scorer,
            target=target,
            hints=hints,
            asker=self._asker,
            memory=settings.memory,
            scoring_s=self._scoring_s,
            url_of=partial(stored, store=settings.store, timeout_s=settings.timeout_s),
        )
        self._escalation = Escalation(
            strategies=settings.strategies,
            attempts=attempts,
            target=target,
            language=hints["language"],
            knows=settings.ear.knows,
        )
        # Takes that a voice gives as URLs alone can't be joined: then the whole text is one.
        alone = settings.split and not (settings.ear.takes == "url" and settings.store is None)
        self._plan = Plan(split_sentences(text, hints["language"]) if alone else [text], self._escalation)
        self._began_s = time.monotonic()
        self._characters = 0
        self._cached = 0
        self._failure: BaseException | None = None
        self._progress = 0.0

    async def result(self) -> VerifiedAudio:
        """Run it to its end.

        Raises:
            VerificationFailed: Not every sentence was verified.
            TTSError: The voice failed for good; the takes made so far are the error's ``best``.
            STTError: The recogniser did.
        """
        seconds = self._settings.budget.seconds
        with anyio.move_on_after(seconds) as scope:
            await self._work_all()
        if scope.cancelled_caught:
            self._plan.stop(Stop("budget", f"its {seconds:g} seconds are over"))
        if self._failure is not None:
            if isinstance(self._failure, BackendError):
                await self._keep_best(self._failure)
            raise self._failure
        result = await self._verified()
        failed = self._plan.failed()
        if failed:
            raise failure_of(failed, result)
        return result

    async def _work_all(self) -> None:
        """Let workers make takes until the plan is done; the first failure ends them all."""
        async with anyio.create_task_group() as tasks:

            async def work() -> None:
                try:
                    await self._work()
                except Exception as error:  # noqa: BLE001 - raised again by result(), outside the group that would wrap it
                    self._failure = self._failure or error
                    tasks.cancel_scope.cancel()

            self._speaking = anyio.Lock()
            self._changed = anyio.Event()
            for _ in range(min(self._settings.concurrency, len(self._plan.works))):
                tasks.start_soon(work)

    async def _work(self) -> None:
        while not self._plan.is_done():
            work = self._plan.next()
            if work is None:  # all that is left is in other hands, and may fail there
                if self._changed.is_set():
                    self._changed = anyio.Event()
                await self._changed.wait()
                continue
            await self._make_take(work)
            self._changed.set()
        self._changed.set()

    async def _make_take(self, work: Work) -> None:
        attempt = len(work.takes) + 1
        plan = self._plan
        # One is spoken while another is heard: two at once would only share the same engine, or a vendor's quota.
        async with self._speaking:
            if plan is not self._plan:
                return
            audio = await self._spoken(work, attempt)
            if audio is None:
                most = self._settings.budget.characters
                plan.stop(Stop("budget", f"the next take would exceed its {most} characters"))
                plan.left()
                return
            if not audio.data and len(plan.works) > 1 and self._settings.fetch is None:
                self._plan = Plan([self._text], self._escalation)
                return
        take = await self._judge.judged(work, audio, listening=partial(self._say, work, attempt, "stt", "listening"))
        if plan is not self._plan:
            return
        plan.took(work, take)
        heard = "spoken" if take.accuracy is None else f"accuracy {100 * take.accuracy:.1f} %"
        more = {} if take.accuracy is None else {"accuracy": take.accuracy}
        await self._say(work, attempt, "scored", heard, **more)

    async def _spoken(self, work: Work, attempt: int) -> Audio | None:
        """Return the next take of a sentence, made now or before; None where the budget forbids to make it."""
        retake = work.step.retake
        settings = self._settings
        voice = settings.voice if retake.tts is None else Voice(retake.tts, max_bytes=settings.max_take_bytes)
        voice_id = retake.voice_id or (self._hints["voice_id"] if retake.tts is None else None)
        hints = self._hints | {"voice_id": voice_id, "attempt": attempt}
        memory, key = settings.memory, None
        if memory.is_kept:
            key = key_of(kind="take", text=retake.spoken, backend=voice.cache_id, strategy=work.step.strategy, **hints)
            if (found := await memory.take(key, voice.checked)) is not None:
                self._cached += 1
                return found
        if self._is_spent(work):
            return None
        await self._say(work, attempt, "tts", f"speaking (attempt {attempt} of {self._escalation.attempts})")

        async def speak() -> Audio:
            self._characters += len(retake.spoken)
            seed = CHANCE.randrange(_SEEDS)
            audio = await voice.speak(retake.spoken, hints | {"seed": seed})
            if audio.data or audio.url is None or settings.fetch is None:
                return audio
            if not (data := bytes_of(await call(settings.fetch, audio.url), "fetch=")):
                msg = f"fetch= gave nothing of {audio.url}"
                raise TTSError(msg)
            return voice.checked(Audio(data, media_type_of(data), url=audio.url))

        audio = await self._asker.tts(
            speak,
            f"{voice.name} failed on sentence {work.number} ({short(retake.spoken)})",
            may_repeat=lambda: not self._is_spent(work),
        )
        if key is not None:
            await memory.keep_take(key, audio)
        return audio

    def _is_spent(self, work: Work) -> bool:
        most = self._settings.budget.characters
        return most is not None and self._characters + len(work.step.retake.spoken) > most

    async def _say(self, work: Work, attempt: int, phase: str, message: str, **more: Any) -> None:
        self._progress = max(self._progress, self._plan.reached(work, phase))
        metadata = {
            "attempt": attempt,
            "max_attempts": self._escalation.attempts,
            "phase": phase,
            "sentence": work.number,
            "sentences": len(self._plan.works),
            **more,
        }
        await self._tell(self._progress, f"Sentence {work.number} of {len(self._plan.works)}: {message}", metadata)

    async def _keep_best(self, failure: BackendError) -> None:
        """Give a backend's failure what was made so far: takes that were paid for aren't lost."""
        try:
            failure.best = await self._verified()
        except Exception:  # noqa: BLE001 - of join or store, which are the user's; the failure itself matters more
            _log.warning("the takes made so far can't be put together", exc_info=True)

    async def _verified(self) -> VerifiedAudio:
        """Put the best takes together."""
        settings, works = self._settings, self._plan.works
        sentences = [work.result() for work in works]
        takes = [sentence.audio for sentence in sentences if sentence.audio is not None]
        audio = None
        if len(takes) == len(sentences):
            audio = await joined(takes, settings.join, timeout_s=settings.timeout_s)
        url = audio.url if audio is not None else None
        if url is None and audio is not None:
            url = await stored(audio, settings.store, timeout_s=settings.timeout_s)
        accuracy = await scored(partial(whole_accuracy, self._text, works, self._scorer), timeout_s=self._scoring_s)
        report = report_of(
            self._plan,
            target=self._escalation.target,
            cached=self._cached,
            retries=self._asker.retries,
            characters=self._characters,
            tts_s=self._asker.tts_s,
            stt_s=self._asker.stt_s,
            elapsed_s=time.monotonic() - self._began_s,
        )
        return VerifiedAudio(
            audio_url=url,
            accuracy=accuracy,
            attempts=report.attempts,
            audio=audio,
            sentences=sentences,
            report=report,
        )
