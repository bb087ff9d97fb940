"""The correction loop: text, speech, what is heard of it, and once more what wasn't heard right.

    text → sentences → voice → recogniser → score → (what failed: again) → joined

Each sentence is verified alone, and only those that fail are made again. The audio that comes out is, byte for
byte, the takes that were verified.
"""

from __future__ import annotations

import inspect
import math
import queue
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, Literal, Protocol

from progresskit.audio.backends import Ear, Voice
from progresskit.audio.background import Background
from progresskit.audio.models import Budget
from progresskit.audio.run import Run, Settings
from progresskit.audio.scoring import Scorer
from progresskit.audio.sentences import has_words
from progresskit.errors import MissingDependencyError, VerificationFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from types import TracebackType
    from typing import Self

    from progresskit.audio.backends import STT, TTS
    from progresskit.audio.models import Audio, VerifiedAudio
    from progresskit.audio.scoring import Score

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
        scorer: Any ``(reference, hypothesis) -> Score | float``. None = :class:`~progresskit.audio.Scorer`.
        budget: What one call may use, beside its ``max_attempts``.
        split: Whether sentences are verified alone; False takes the whole text as one.
        join: Makes one :class:`~progresskit.audio.Audio` of a list of them, for media that can't be joined
            without it; WAV and PCM are joined here.
        store: Puts an ``Audio`` where others can have it, and returns its URL.
        fetch: Returns the bytes of a URL, for a recogniser that takes sound beside a voice that gives URLs. No
            URL is ever fetched without it.
        timeout_s: Seconds that one call of a backend may take.
        concurrency: How many sentences are worked on at once: one is spoken while another is heard.
        on_fail: ``raise`` raises ``VerificationFailed`` where a sentence wasn't verified; ``best`` returns
            the best there is, with ``passed`` False.

    Raises:
        TypeError: A backend has a required parameter that is no hint, or the recogniser takes URLs and the voice
            can't have any.
        ValueError: A number is out of range.
        MissingDependencyError: A backend was left out, and the offline one is not installed.
    """

    def __init__(
        self,
        tts: TTS | Callable[..., Any] | None = None,
        stt: STT | Callable[..., Any] | None = None,
        *,
        scorer: Callable[[str, str], Score | float] | None = None,
        budget: Budget | None = None,
        split: bool = True,
        join: Callable[[Sequence[Audio]], Audio] | None = None,
        store: Callable[[Audio], Any] | None = None,
        fetch: Callable[[str], Any] | None = None,
        timeout_s: float = 60,
        concurrency: int = 2,
        on_fail: Literal["raise", "best"] = "raise",
    ) -> None:
        for name, value in (("timeout_s", timeout_s), ("concurrency", concurrency)):
            if not (value > 0 and math.isfinite(value)):
                msg = f"{name} {value!r} is not valid: give a positive number"
                raise ValueError(msg)
        if on_fail not in {"raise", "best"}:
            msg = f"on_fail {on_fail!r} is not valid: give 'raise' or 'best'"
            raise ValueError(msg)
        self._own: list[Any] = []
        voice = Voice(self._offline_voice() if tts is None else tts)
        ear = Ear(self._offline_ear() if stt is None else stt)
        if ear.takes == "url" and store is None and tts is None:
            msg = f"{ear.name} takes a URL, and the offline voice has none: give the loop store="
            raise TypeError(msg)
        self._scorer = scorer
        self._budget = budget or Budget()
        self._on_fail = on_fail
        self._options: dict[str, Any] = {
            "voice": voice,
            "ear": ear,
            "budget": self._budget,
            "split": split,
            "join": join,
            "store": store,
            "fetch": fetch,
            "timeout_s": timeout_s,
            "concurrency": int(concurrency),
        }
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
            TypeError: ``on_progress`` is async: that needs :meth:`agenerate_verified_audio`.
            RuntimeError: The loop is closed, or was closed during the call.
        """
        if inspect.iscoroutinefunction(on_progress):
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
        """

        async def tell(progress: float, message: str, metadata: dict[str, Any]) -> None:
            if on_progress is not None:
                answer: Any = on_progress(progress, message, metadata)
                if inspect.isawaitable(answer):
                    await answer

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

    def _offline_voice(self) -> Any:
        def make() -> Any:
            from progresskit.audio.providers.piper import PiperTTS  # noqa: PLC0415 - only where no voice was given

            return PiperTTS()

        return self._made(make)

    def _offline_ear(self) -> Any:
        def make() -> Any:
            from progresskit.audio.providers.pocketsphinx import PocketSphinxSTT  # noqa: PLC0415 - as above

            return PocketSphinxSTT()

        return self._made(make)

    def _made(self, make: Callable[[], Any]) -> Any:
        try:
            backend = make()
        except MissingDependencyError as error:
            msg = f"{error}; or give the loop your own: AudioCorrectionLoop(tts=…, stt=…)"
            raise MissingDependencyError(msg) from None
        self._own.append(backend)
        return backend

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
        if not isinstance(max_attempts, int) or isinstance(max_attempts, bool) or max_attempts < 1:
            msg = f"max_attempts {max_attempts!r} is not valid: give a whole number, 1 or more"
            raise ValueError(msg)
        if not isinstance(target, int | float) or not 0 <= target <= 1:
            msg = f"target_accuracy {target!r} is not valid: give a number from 0 to 1"
            raise ValueError(msg)
        if language is not None and not isinstance(language, str):
            msg = f"language {language!r} is not valid: give a BCP 47 tag such as 'en', or None"  # type: ignore[unreachable]
            raise ValueError(msg)
        attempts = min(max_attempts, self._budget.attempts or max_attempts)
        hints = {"voice_id": voice_id, "language": language}
        settings = Settings(scorer=self._scorer or Scorer(language=language), **self._options)
        return Run(settings, text, attempts=attempts, target=target, hints=hints, tell=tell)
