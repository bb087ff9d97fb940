"""The correction loop: text, speech, what is heard of it, and once more what wasn't heard right.

    text → sentences → voice → recogniser → score → (what failed: again) → joined

Each sentence is verified alone, and only those that fail are made again. The audio that comes out is, byte for
byte, the takes that were verified.
"""

from __future__ import annotations

import inspect
import math
import queue
import sys
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, Literal, Protocol

from progresskit.audio.asking import answered, check_counts, check_timeout
from progresskit.audio.backends import Ear, Voice, is_async
from progresskit.audio.background import Background
from progresskit.audio.cache import Memory, cache_of
from progresskit.audio.checks import MAX_TAKE_BYTES
from progresskit.audio.models import Budget
from progresskit.audio.offline import offline_stt, offline_tts
from progresskit.audio.relisten import Relisten
from progresskit.audio.run import Run, Settings
from progresskit.audio.sentences import has_words
from progresskit.audio.strategies import OtherVoice, chosen
from progresskit.errors import VerificationFailed

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable, Sequence
    from types import TracebackType
    from typing import Self

    from progresskit.audio.backends import STT, TTS
    from progresskit.audio.cache import Cache
    from progresskit.audio.models import Audio, VerifiedAudio
    from progresskit.audio.scoring import Score
    from progresskit.audio.strategies import Strategy

__all__ = ["AudioCorrectionLoop", "OnProgress"]


class OnProgress(Protocol):
    """Told how far the loop is: ``(progress, message, metadata)``, positionally."""

    def __call__(self, progress: float, message: str, metadata: dict[str, Any], /) -> object:
        """Take in how far it is: 0 to 1, never going back."""
        ...


class AudioCorrectionLoop:
    """Makes speech that is verified: every sentence is heard by a recogniser before it is published.

    Use it as a context manager, or ``close()`` it: it ends the thread that its sync face runs backends on, and
    the backends that it made itself; those that you pass stay yours.

    Args:
        tts: The voice: an object with ``synthesize``, or a callable; see :class:`~progresskit.audio.TTS`.
            None = Piper, offline.
        stt: The recogniser: an object with ``transcribe``, or a callable; see
            :class:`~progresskit.audio.STT`. None = PocketSphinx, offline.
        scorer: Any ``(reference, hypothesis) -> Score | float``; it is called in threads, as a sync backend is. None =
            :class:`~progresskit.audio.Scorer`.
        strategies: What to try for a sentence that failed, in this order, and again from the first. None = the
            spoken form, a new take, a respelling; and before them a second hearing, where the recogniser says that it
            costs nothing. None of it for an empty list: then each sentence has one take.
        budget: What one call may use, beside its ``max_attempts``.
        split: Whether sentences are verified alone; False takes the whole text as one.
        join: Makes one :class:`~progresskit.audio.Audio` of a list of them, for media that can't be joined
            without it; WAV and PCM are joined here.
        store: Puts an ``Audio`` where others can have it, and returns its URL.
        cache: Where takes and transcripts are kept, so that a job that crashed goes on where it was: the path of
            a directory, or an object with ``get(key)`` and ``put(key, bytes)``. A text that failed fails again
            from it, until it may have more attempts, or the cache is emptied. None = nowhere.
        fetch: Returns the bytes of a URL, for a recogniser that takes sound beside a voice that gives URLs. No
            URL is ever fetched without it.
        timeout_s: Seconds that one call of a backend, the cache, ``scorer``, ``join``, ``store`` or ``fetch`` may take.
        max_take_bytes: The largest take to accept. No more is read of a stream or a file.
        concurrency: How many sentences are worked on at once: one is spoken while another is heard.
        on_fail: ``raise`` raises ``VerificationFailed`` where a sentence wasn't verified; ``best`` returns
            the best there is, with ``passed`` False.

    Raises:
        TypeError: A backend has a required parameter that is no hint, or the recogniser takes URLs and the voice
            can't have any; or a strategy, the budget or the cache is none, or the cache can't tell a backend from
                others.
        ValueError: A number is out of range, or two strategies share a name.
        MissingDependencyError: A backend was left out, and the offline one is not installed.
    """

    def __init__(
        self,
        tts: TTS | Callable[..., Any] | None = None,
        stt: STT | Callable[..., Any] | None = None,
        *,
        scorer: Callable[[str, str], Score | float] | None = None,
        strategies: Sequence[Strategy | Relisten] | None = None,
        budget: Budget | None = None,
        split: bool = True,
        join: Callable[[Sequence[Audio]], Audio] | None = None,
        store: Callable[[Audio], Any] | None = None,
        cache: str | os.PathLike[str] | Cache | None = None,
        fetch: Callable[[str], Any] | None = None,
        timeout_s: float = 60,
        max_take_bytes: int = MAX_TAKE_BYTES,
        concurrency: int = 2,
        on_fail: Literal["raise", "best"] = "raise",
    ) -> None:
        if not isinstance(budget, Budget | None):
            msg = f"budget {budget!r} is none: give a Budget, such as Budget(seconds=60), or None"  # type: ignore[unreachable]
            raise TypeError(msg)
        check_timeout(timeout_s)
        check_counts(concurrency=concurrency, max_take_bytes=max_take_bytes)
        if on_fail not in {"raise", "best"}:
            msg = f"on_fail {on_fail!r} is not valid: give 'raise' or 'best'"
            raise ValueError(msg)
        tried, relistens = chosen(strategies)
        self._own: list[Any] = []
        is_offline = tts is None
        if tts is None:
            tts = offline_tts()
            self._own.append(tts)
        if stt is None:
            stt = offline_stt()
            self._own.append(stt)
        voice, ear = Voice(tts, max_bytes=max_take_bytes), Ear(stt)
        if ear.takes == "url" and store is None and is_offline:
            msg = f"{ear.name} takes a URL, and the offline voice has none: give the loop store="
            raise TypeError(msg)
        if strategies is None and ear.second_speeds:
            relistens = [Relisten(speeds=ear.second_speeds)]
        kept = cache_of(cache)
        if kept is not None:  # what it can't tell from others is said now, and not in the middle of a job
            voices = [each.other for each in tried if isinstance(each, OtherVoice)]
            for backend in filter(None, (voice, ear, *voices, *(each.second for each in relistens))):
                _ = backend.cache_id
        self._on_fail = on_fail
        self._settings = Settings(
            voice=voice,
            ear=ear,
            scorer=scorer,
            strategies=tried,
            relistens=relistens,
            budget=budget or Budget(),
            split=split,
            join=join,
            store=store,
            memory=Memory(kept, timeout_s=timeout_s),
            fetch=fetch,
            timeout_s=timeout_s,
            max_take_bytes=max_take_bytes,
            concurrency=concurrency,
        )
        self._background = Background()

    def generate_verified_audio(
        self,
        text: str,
        voice_id: str | None = None,
        max_attempts: int = 5,
        target_accuracy: float = 0.95,
        on_progress: OnProgress | Callable[..., object] | None = None,
        *,
        language: str | None = None,
    ) -> VerifiedAudio:
        """Speak a text, and verify it sentence by sentence.

        Works anywhere, also on a thread that runs an event loop (which it then blocks: there, await
        :meth:`agenerate_verified_audio`).

        Args:
            text: What to speak.
            voice_id: A hint for the voice.
            max_attempts: Most takes of a sentence.
            target_accuracy: The accuracy that each sentence must reach, 0 to 1.
            on_progress: Called as ``(progress, message, metadata)`` from this thread; what it raises ends the
                loop. ``metadata`` holds ``attempt``, ``max_attempts``, ``phase`` (``tts``, ``stt``,
                ``scored``), ``sentence`` (from 1), ``sentences``, and once scored ``accuracy``.
            language: A hint for both backends and the scorer, BCP 47.

        Raises:
            VerificationFailed: Not every sentence was verified within the budget; ``best`` has what there is.
            TTSError: The voice failed for good, or again and again; ``best`` has the takes made so far.
            STTError: The recogniser did; likewise.
            ValueError: The text has no letter or digit, or a number is out of range.
            TypeError: ``on_progress`` is async: that needs :meth:`agenerate_verified_audio`. Or a strategy, the
                scorer, ``store`` or ``join`` gave what is none of what it should. What they raise ends the loop, too.
            RuntimeError: The loop is closed, or was closed during the call.
        """
        if is_async(on_progress):
            msg = "on_progress is async: await agenerate_verified_audio(), or give a function that isn't"
            raise TypeError(msg)
        words: queue.SimpleQueue[tuple[float, str, dict[str, Any]] | None] = queue.SimpleQueue()

        async def tell(progress: float, message: str, metadata: dict[str, Any]) -> None:
            words.put((progress, message, metadata))

        run = self._run(text, voice_id, max_attempts, target_accuracy, tell, language)
        future = self._background.start(self._settled, run)
        future.add_done_callback(lambda _: words.put(None))
        try:
            while (word := words.get()) is not None:
                if on_progress is not None:
                    on_progress(*word)
        except BaseException:  # of on_progress, or Ctrl-C: the run ends with its caller
            future.cancel()
            raise
        try:
            return future.result()
        except CancelledError:
            msg = "this AudioCorrectionLoop was closed during the call"
            raise RuntimeError(msg) from None

    async def agenerate_verified_audio(
        self,
        text: str,
        voice_id: str | None = None,
        max_attempts: int = 5,
        target_accuracy: float = 0.95,
        on_progress: OnProgress | Callable[..., object] | None = None,
        *,
        language: str | None = None,
    ) -> VerifiedAudio:
        """Do what :meth:`generate_verified_audio` does, in this event loop.

        Args:
            text: As there.
            voice_id: As there.
            max_attempts: As there.
            target_accuracy: As there.
            on_progress: As there; called in this event loop, and may be async.
            language: As there.

        Raises:
            VerificationFailed: As there.
            TTSError: As there.
            STTError: As there.
            ValueError: As there.
            TypeError: As there, but for ``on_progress``.
        """

        async def tell(progress: float, message: str, metadata: dict[str, Any]) -> None:
            if on_progress is not None:
                answer: Any = on_progress(progress, message, metadata)
                if inspect.isawaitable(answer):  # the caller's own, who sets the pace: it may take its time
                    await answered(lambda: answer, "no answer of on_progress", timeout_s=math.inf)

        return await self._settled(self._run(text, voice_id, max_attempts, target_accuracy, tell, language))

    def close(self) -> None:
        """End the thread, and the backends that the loop made itself. More than once is harmless."""
        self._background.close()
        for backend in self._own:
            close = getattr(backend, "close", None)
            if close is not None:
                close()

    async def aclose(self) -> None:
        """Do what :meth:`close` does, from async code."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def _settled(self, run: Run) -> VerifiedAudio:
        try:
            return await run.result()
        except VerificationFailed as failure:
            if self._on_fail == "best":
                best: VerifiedAudio = failure.best
                return best
            raise

    def _run(  # noqa: PLR0917 - passed on as they came
        self,
        text: str,
        voice_id: str | None,
        max_attempts: int,
        target: float,
        tell: Callable[[float, str, dict[str, Any]], Awaitable[None]],
        language: str | None,
    ) -> Run:
        if not isinstance(text, str) or not has_words(text):
            msg = "the text has no letter and no digit: there is nothing to speak and verify"
            raise ValueError(msg)
        check_counts(max_attempts=max_attempts)
        if not isinstance(target, int | float) or not 0 <= target <= 1:
            msg = f"target_accuracy {target!r} is not valid: give a number from 0 to 1"
            raise ValueError(msg)
        if voice_id is not None and not isinstance(voice_id, str):
            msg = f"voice_id {voice_id!r} is not valid: give the id of a voice as a str, or None"  # type: ignore[unreachable]
            raise ValueError(msg)
        if language is not None and not isinstance(language, str):
            msg = f"language {language!r} is not valid: give a BCP 47 tag such as 'en', or None"  # type: ignore[unreachable]
            raise ValueError(msg)
        # No more than a float can count, as progress does; nobody gets so far.
        attempts = min(max_attempts, self._settings.budget.attempts or max_attempts, sys.maxsize)
        hints = {"voice_id": voice_id, "language": language}
        return Run(self._settings, text, attempts=attempts, target=target, hints=hints, tell=tell)
