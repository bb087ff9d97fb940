"""One call of the correction loop: the workers that speak, listen and score what a plan asks for."""

from __future__ import annotations

import datetime as dt
import math
import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import anyio

from progresskit.audio.backends import call
from progresskit.audio.models import Audio, Report, Take, VerifiedAudio, join_takes, media_type_of
from progresskit.audio.plan import Plan
from progresskit.audio.retries import MAX_TRIES, MAX_WAIT_S, advise, wait_s
from progresskit.audio.scoring import Score
from progresskit.audio.sentences import has_words, split_sentences
from progresskit.audio.wav import flaw_of
from progresskit.errors import BackendError, STTError, TTSError, VerificationFailed
from progresskit.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from progresskit.audio.backends import Ear, Voice
    from progresskit.audio.models import Budget
    from progresskit.audio.plan import Work
    from progresskit.audio.scoring import Verdict

__all__ = ["Run", "Settings"]

_log = get_logger("audio")

_SEEDS: Final = 2**31


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a loop was made with; see :class:`~progresskit.audio.AudioCorrectionLoop`."""

    voice: Voice
    ear: Ear
    scorer: Callable[[str, str], Score | float]
    budget: Budget
    split: bool
    join: Callable[[Sequence[Audio]], Any] | None
    store: Callable[[Audio], Any] | None
    fetch: Callable[[str], Any] | None
    timeout_s: float
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
        sleep: Sleeps for some seconds.
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
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        self._settings = settings
        self._text = text
        self._target = target
        self._hints = hints
        self._tell = tell
        self._sleep = sleep
        self._attempts = attempts
        # Takes that a voice gives as URLs alone can't be joined: then the whole text is one.
        alone = settings.split and not (settings.ear.takes == "url" and settings.store is None)
        self._plan = self._planned(split_sentences(text, hints["language"]) if alone else [text])
        self._began_s = time.monotonic()
        self._characters = 0
        self._retries = 0
        self._busy_s = {"tts": 0.0, "stt": 0.0}
        self._failure: BaseException | None = None
        self._progress = 0.0

    def _planned(self, sentences: Sequence[str]) -> Plan:
        return Plan(sentences, attempts=self._attempts)

    async def result(self) -> VerifiedAudio:
        """Run it to its end.

        Raises:
            VerificationFailed: Not every sentence was verified.
            TTSError: The voice failed for good; the takes made so far are the error's ``best``.
            STTError: The recogniser did.
        """
        deadline_s = self._settings.budget.seconds
        with anyio.move_on_after(deadline_s) as scope:
            await self._work_all()
        if scope.cancelled_caught:
            self._plan.stop("seconds")
        if self._failure is not None:
            if isinstance(self._failure, BackendError):
                await self._keep_best(self._failure)
            raise self._failure
        result = await self._verified()
        failed = self._plan.failed()
        if failed:
            raise self._unverified(failed, result)
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

    def _is_spent(self, work: Work) -> bool:
        most = self._settings.budget.characters
        return most is not None and self._characters + len(work.spoken) > most

    async def _make_take(self, work: Work) -> None:
        attempt = len(work.takes) + 1
        plan = self._plan
        # One is spoken while another is heard: two at once would only share the same engine, or a vendor's quota.
        async with self._speaking:
            if plan is not self._plan:
                return
            if self._is_spent(work):
                plan.stop("characters")
                plan.left()
                return
            await self._say(work, attempt, "tts", f"speaking (attempt {attempt} of {self._attempts})")
            audio = await self._spoken(work, attempt)
            if not audio.data and len(plan.works) > 1 and self._settings.fetch is None:
                self._plan = self._planned([self._text])
                return
        take = await self._judged(work, attempt, audio)
        if plan is not self._plan:
            return
        plan.took(work, take)
        heard = "spoken" if take.accuracy is None else f"accuracy {100 * take.accuracy:.1f} %"
        more = {} if take.accuracy is None else {"accuracy": take.accuracy}
        await self._say(work, attempt, "scored", heard, **more)

    async def _spoken(self, work: Work, attempt: int) -> Audio:
        hints = self._hints | {"attempt": attempt, "seed": random.randrange(_SEEDS)}  # noqa: S311 - a voice's, no secret

        async def speak() -> Audio:
            self._characters += len(work.spoken)
            audio = await self._settings.voice.speak(work.spoken, hints)
            fetch = self._settings.fetch
            if audio.data or audio.url is None or fetch is None:
                return audio
            data = bytes(await call(fetch, audio.url))
            return self._settings.voice.checked(Audio(data, media_type_of(data), url=audio.url))

        audio: Audio = await self._asked(speak, work, "tts", TTSError)
        return audio

    async def _judged(self, work: Work, attempt: int, audio: Audio) -> Take:
        """Listen to a take, unless a cheap check already tells that it can't be the text."""
        made: dict[str, Any] = {"attempt": attempt, "spoken": work.spoken, "audio": audio}
        if not work.verifiable:
            return Take(**made)
        sound = audio.pcm() if audio.data else None
        flaw = flaw_of(sound, work.spoken) if sound is not None else None
        if flaw is None and audio.data and any(audio.data == take.audio.data for take in work.takes):
            same = next(take for take in work.takes if take.audio.data == audio.data)
            return replace(same, attempt=attempt, flaw="identical")
        if flaw is not None:
            return Take(**made, accuracy=0.0, verdict="failed", flaw=flaw)
        await self._say(work, attempt, "stt", "listening")
        transcript = (await self._heard(work, audio)).strip()
        score = self._settings.scorer(work.spoken, transcript)
        if isinstance(score, Score):
            verdict = score.verdict(self._target)
            return Take(
                **made,
                transcript=transcript,
                accuracy=score.accuracy,
                verdict=verdict,
                wrong_words=score.wrong_words,
                score=score,
            )
        accuracy = min(1.0, max(0.0, float(score)))
        return Take(**made, transcript=transcript, accuracy=accuracy, verdict=self._verdict(accuracy, transcript))

    def _verdict(self, accuracy: float, transcript: str) -> Verdict:
        if not has_words(transcript):
            return "unheard"
        return "passed" if accuracy >= self._target else "failed"

    async def _heard(self, work: Work, audio: Audio) -> str:
        async def hear() -> str:
            nonlocal audio
            if self._settings.ear.takes == "url" and audio.url is None:
                audio = replace(audio, url=await self._stored(audio))
            return (await self._settings.ear.hear(audio, self._hints)).text

        transcript: str = await self._asked(hear, work, "stt", STTError)
        return transcript

    async def _asked(self, ask: Callable[[], Awaitable[Any]], work: Work, phase: str, kind: type[BackendError]) -> Any:
        """Ask a backend, and ask again where its error may pass."""
        backend = self._settings.voice if phase == "tts" else self._settings.ear
        failures = 0
        while True:
            began_s = time.monotonic()
            try:
                with anyio.fail_after(self._settings.timeout_s):
                    return await _uncancelled(ask)
            except Exception as error:  # a foreign backend's: advise() says what it means, whatever it is
                failures += 1
                advice = advise(error, now=dt.datetime.now(dt.UTC))
                pause_s = wait_s(failures, advice, chance=random.random())  # noqa: S311 - spreads load, no secret
                is_spent = phase == "tts" and self._is_spent(work)
                if not advice.retryable or failures >= MAX_TRIES or pause_s > MAX_WAIT_S or is_spent:
                    said = str(error) or type(error).__name__
                    if isinstance(error, TimeoutError) and not str(error):
                        said = f"no answer within {self._settings.timeout_s:g} s"
                    tries = f" after {failures} tries" if failures > 1 else ""
                    msg = f"{backend.name} failed on sentence {work.number} ({_short(work.spoken)}){tries}: {said}"
                    raise kind(
                        msg,
                        retryable=advice.retryable,
                        retry_after_s=advice.retry_after_s,
                        status_code=advice.status_code,
                    ) from error
                _log.warning("%s failed, and is asked again in %.1f s: %r", backend.name, pause_s, error)
            finally:
                self._busy_s[phase] += time.monotonic() - began_s
            self._retries += 1
            await self._sleep(pause_s)

    async def _say(self, work: Work, attempt: int, phase: str, message: str, **more: Any) -> None:
        self._progress = max(self._progress, self._plan.reached(work, phase))
        metadata = {
            "attempt": attempt,
            "max_attempts": self._attempts,
            "phase": phase,
            "sentence": work.number,
            "sentences": len(self._plan.works),
            **more,
        }
        await self._tell(self._progress, f"Sentence {work.number} of {len(self._plan.works)}: {message}", metadata)

    # --- the end ----------------------------------------------------------------------------------------------------

    async def _keep_best(self, failure: BackendError) -> None:
        """Give a backend's failure what was made so far: takes that were paid for aren't lost."""
        try:
            failure.best = await self._verified()
        except Exception:  # noqa: BLE001 - of join or store, which are the user's; the failure itself matters more
            _log.warning("the takes made so far can't be put together", exc_info=True)

    async def _verified(self) -> VerifiedAudio:
        """Put the best takes together."""
        sentences = [work.result() for work in self._plan.works]
        takes = [sentence.audio for sentence in sentences if sentence.audio is not None]
        audio = await self._joined(takes) if len(takes) == len(sentences) else None
        url = audio.url if audio is not None else None
        if url is None and audio is not None:
            url = await self._stored(audio)
        return VerifiedAudio(
            audio_url=url,
            accuracy=self._whole_accuracy(),
            attempts=max(len(work.takes) for work in self._plan.works),
            audio=audio,
            sentences=sentences,
            report=self._report(),
        )

    async def _stored(self, audio: Audio) -> str | None:
        """Return the URL that the user's store gives a sound; None where there is no store."""
        if self._settings.store is None:
            return None
        url = await call(self._settings.store, audio)
        if not url:
            msg = f"store= gave {url!r}: return the sound's URL"
            raise TypeError(msg)
        return str(url)

    async def _joined(self, takes: list[Audio]) -> Audio | None:
        if len(takes) > 1 and self._settings.join is not None:
            joined = await call(self._settings.join, takes)
            return joined if isinstance(joined, Audio) else Audio(bytes(joined), takes[0].media_type)
        try:
            return join_takes(takes)
        except ValueError as error:
            _log.info("the takes are given as segments: %s", error)
            return None

    def _whole_accuracy(self) -> float:
        works = [work for work in self._plan.works if work.verifiable]
        heard = " ".join(work.best.transcript for work in works if work.best is not None)
        score = self._settings.scorer(self._text, heard)
        return score.accuracy if isinstance(score, Score) else min(1.0, max(0.0, float(score)))

    def _report(self) -> Report:
        works = [work for work in self._plan.works if work.verifiable]
        first = sum(bool(work.takes) and work.takes[0].verdict == "passed" for work in works)
        takes = [take for work in self._plan.works for take in work.takes]
        return Report(
            target=self._target,
            first_pass_rate=first / len(works) if works else 1.0,
            takes=len(takes),
            retries=self._retries,
            characters=self._characters,
            audio_s=sum(take.audio.duration_s or 0.0 for take in takes),
            tts_s=self._busy_s["tts"],
            stt_s=self._busy_s["stt"],
            elapsed_s=time.monotonic() - self._began_s,
        )

    def _unverified(self, failed: list[Work], best: VerifiedAudio) -> VerificationFailed:
        words = tuple(word for work in failed for word in (work.best.wrong_words if work.best else ()))
        reasons = {sentence.reason for sentence in best.sentences if sentence.reason}
        unheard = all(work.best is not None and work.best.verdict == "unheard" for work in failed)
        reason = "unheard" if unheard else min(reasons) if len(reasons) == 1 else "attempts"
        worst = min(failed, key=lambda work: (work.best.accuracy or 0.0) if work.best else 0.0)
        reached = f"{worst.best.accuracy or 0.0:.2f}" if worst.best else "no take"
        msg = (
            f"{len(failed)} of {len(best.sentences)} sentences did not reach {self._target:g} "
            f"(stopped by: {reason}); the worst has {reached}: {_short(worst.spoken)}"
        )
        return VerificationFailed(msg, best=best, attempts=best.attempts, failing_words=words, reason=reason)


async def _uncancelled(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask a backend; one whose own task was cancelled has failed, and this call goes on."""
    try:
        return await ask()
    except anyio.get_cancelled_exc_class() as error:
        if anyio.current_effective_deadline() == -math.inf:  # it is us who are cancelled
            raise
        msg = "it was cancelled from within"
        raise RuntimeError(msg) from error


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")  # noqa: PLR2004 - what fits on a line beside the rest
