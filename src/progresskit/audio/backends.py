"""Voices and recognisers: what the loop asks of them, and how anybody's are made to fit.

A backend may be an object with the one method, or any callable; sync (it is then run in a thread) or async. It
takes the hints that its parameters name, and may give its sound in any form that has a meaning.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import anyio.lowlevel

from progresskit.audio.background import in_thread
from progresskit.audio.checks import MAX_TAKE_BYTES
from progresskit.audio.identity import backend_id, name_of
from progresskit.audio.models import Audio, Transcript, media_type_of
from progresskit.audio.retries import words_of
from progresskit.errors import STTError, TTSError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["STT", "TTS", "Ear", "Voice", "call", "is_async"]

_TTS_HINTS: Final = ("voice_id", "language", "attempt", "seed")
_STT_HINTS: Final = ("language",)
_URL_NAMES: Final = frozenset({"audio_url", "url"})
_PIECE: Final = 1 << 20  # bytes of a file


class TTS(Protocol):
    """A voice: turns text into speech."""

    def synthesize(self, *args: Any, **hints: Any) -> Any:
        """Speak a text.

        Called with the text, and by name with those of the hints ``voice_id``, ``language`` (BCP 47),
        ``attempt`` (1, 2, …) and ``seed`` that its parameters name.

        Returns:
            An :class:`~progresskit.audio.Audio`, bytes, a ``Path``, a URL as ``str``, or an iterable (async
            too) of bytes; or an awaitable of one.

        Raises:
            TTSError: It failed; ``retryable`` says whether the same call may succeed later.
        """
        ...


class STT(Protocol):
    """A recogniser: turns speech into text. It is never told the text that should be heard.

    One whose hearings cost nothing may have an attribute ``second_speeds``, such as ``(0.9, 1.1)``: the speeds at
    which the loop has it hear a take again that it didn't understand
    (:class:`~progresskit.audio.Relisten`), where no strategies are given. One with a fixed vocabulary may have a
    method ``knows(word) -> bool``: a sentence is given up early where it can't pass without words that aren't in it.
    """

    def transcribe(self, *args: Any, **hints: Any) -> Any:
        """Write down what is heard.

        Called with the :class:`~progresskit.audio.Audio`; with its bytes or its URL where the first
        parameter is annotated ``bytes`` or ``str``, or named ``audio_url`` or ``url``; and by name with the
        hint ``language`` where its parameters name it.

        Returns:
            A :class:`~progresskit.audio.Transcript` or a ``str``; or an awaitable of one.

        Raises:
            STTError: It failed; ``retryable`` says whether the same call may succeed later.
        """
        ...


class _Backend:
    """A callable, and which hints it takes."""

    def __init__(self, backend: Any, method: str, hints: tuple[str, ...]) -> None:
        function = getattr(backend, method, None)
        if function is None:
            function = backend
        self._backend = backend
        self.name = name_of(backend)
        if not callable(function):
            msg = f"{self.name} is no backend: give an object with a method {method}(), or a callable"
            raise TypeError(msg)
        self.function: Callable[..., Any] = function
        self._hints = hints
        self.first, self._takes = _parameters(function, self.name, hints)

    @cached_property
    def cache_id(self) -> str:
        """What tells it from other backends (:func:`~progresskit.audio.identity.backend_id`), as of the first look.

        Raises:
            TypeError: Nothing does.
        """
        return backend_id(self._backend)

    def hints(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the hints that the backend takes; a None is left out where it may be."""
        if self._takes is None:
            return {name: given[name] for name in self._hints if given.get(name) is not None}
        return {
            name: given[name]
            for name, required in self._takes.items()
            if name in given and (required or given[name] is not None)
        }


class Voice(_Backend):
    """A TTS of any form, as the loop calls it.

    Args:
        tts: An object with ``synthesize``, or a callable.
        max_bytes: The largest take to accept. No more is read of a stream or a file that has more.

    Raises:
        TypeError: It is neither, or has a required parameter that is no hint.
    """

    def __init__(self, tts: Any, *, max_bytes: int = MAX_TAKE_BYTES) -> None:
        super().__init__(tts, "synthesize", _TTS_HINTS)
        self._max_bytes = max_bytes

    async def speak(self, text: str, hints: Mapping[str, Any]) -> Audio:
        """Speak a text.

        Raises:
            TTSError: What came back is no sound.
        """
        given = await call(self.function, text, **self.hints(hints))
        return self.checked(await self._audio(given))

    def checked(self, audio: Audio) -> Audio:
        """Return a sound that isn't broken, as far as can be told.

        Raises:
            TTSError: It is too large, or a WAV or PCM file is truncated, or no such file.
        """
        self._check_size(len(audio.data))
        if audio.data:
            try:
                audio.pcm()
            except ValueError as error:
                msg = f"{self.name} gave a broken file: {error}"
                raise TTSError(msg) from None
        return audio

    async def _audio(self, given: Any) -> Audio:
        if isinstance(given, Audio):
            return given
        if isinstance(given, Path):
            given = await _taken_in(self._read, given)
        elif isinstance(given, AsyncIterable):
            given = await self._collect_async(given)
        elif isinstance(given, Iterable) and not isinstance(given, str | bytes | bytearray | memoryview | dict):
            given = await _taken_in(self._collect, given)
        if given is None or (isinstance(given, str | bytes | bytearray | memoryview) and not given):
            msg = f"{self.name} gave nothing"
            raise TTSError(msg)
        if isinstance(given, str):
            return Audio(media_type="application/octet-stream", url=given)
        if isinstance(given, bytes | bytearray | memoryview):
            data = bytes(given)
            return Audio(data, media_type_of(data))
        raise self._wrong(given)

    def _read(self, path: Path, given_up: threading.Event) -> bytearray:
        with path.open("rb") as file:
            return self._collect(iter(partial(file.read, _PIECE), b""), given_up)

    def _collect(self, chunks: Iterable[Any], given_up: threading.Event) -> bytearray:
        data = bytearray()
        try:
            for chunk in chunks:
                if given_up.is_set():
                    break
                self._append(data, chunk)
        finally:
            if isinstance(chunks, Generator):  # what it holds open is freed now, also where it is given up
                chunks.close()
        return data

    async def _collect_async(self, chunks: AsyncIterable[Any]) -> bytearray:
        data = bytearray()
        try:
            async for chunk in chunks:
                self._append(data, chunk)
                await anyio.lowlevel.checkpoint()  # one that never waits would let nobody else run, nor be given up
        finally:
            if isinstance(chunks, AsyncGenerator):  # as above
                await chunks.aclose()
        return data

    def _append(self, data: bytearray, chunk: Any) -> None:
        if not isinstance(chunk, bytes | bytearray | memoryview):
            raise self._wrong(chunk)
        data += chunk
        self._check_size(len(data))

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            msg = (
                f"{self.name} gave a take of more than {self._max_bytes} bytes: give the loop a larger max_take_bytes="
            )
            raise TTSError(msg, retryable=False)

    def _wrong(self, given: Any) -> TTSError:
        msg = f"{self.name} gave a {type(given).__name__}: give Audio, bytes, a Path, a URL, or an iterable of bytes"
        return TTSError(msg, retryable=False)


class Ear(_Backend):
    """An STT of any form, as the loop calls it.

    Args:
        stt: An object with ``transcribe``, or a callable.

    Raises:
        TypeError: It is neither, or has a required parameter that is no hint.
    """

    def __init__(self, stt: Any) -> None:
        super().__init__(stt, "transcribe", _STT_HINTS)
        self.takes: Literal["audio", "bytes", "url"] = _form_of(self.first)
        self.second_speeds: Sequence[float] = getattr(stt, "second_speeds", None) or ()
        knows = getattr(stt, "knows", None)
        self.knows: Callable[[str], bool] | None = None if knows is None else partial(self._knows, knows)

    async def hear(self, audio: Audio, hints: Mapping[str, Any]) -> Transcript:
        """Write down what is heard.

        Raises:
            STTError: The sound isn't there in the form that it takes, or what came back is no transcript.
        """
        given = await call(self.function, self._taken(audio), **self.hints(hints))
        if isinstance(given, Transcript):
            return given
        if given is None:
            given = ""
        if isinstance(given, str):
            return Transcript(given)
        msg = f"{self.name} gave a {type(given).__name__}: give a Transcript or a str"
        raise STTError(msg, retryable=False)

    def _knows(self, knows: Callable[[str], Any], word: str) -> bool:
        """Tell whether its vocabulary has a word.

        Raises:
            STTError: It doesn't say.
        """
        try:
            answer = knows(word)
        except Exception as error:
            msg = f"{self.name} failed in knows({word!r}): {words_of(error) or type(error).__name__}"
            raise STTError(msg, retryable=False) from error
        if not isinstance(answer, bool):
            msg = f"{self.name} gave {answer!r} for knows({word!r}): return True or False"
            raise STTError(msg, retryable=False)
        return answer

    def _taken(self, audio: Audio) -> Audio | bytes | str:
        if self.takes == "audio":
            return audio
        form = audio.data if self.takes == "bytes" else audio.url
        if not form:
            lacks = "bytes: give the loop fetch=" if self.takes == "bytes" else "URL: give the loop store="
            msg = f"{self.name} takes {self.takes}, and the voice's sound has no {lacks}"
            raise STTError(msg, retryable=False)
        return form


async def _taken_in(take: Callable[[Any, threading.Event], bytearray], source: Any) -> bytearray:
    """Take in a file or a stream in a thread, which ends with the next piece where nobody waits for it any more."""
    given_up = threading.Event()
    try:
        return await in_thread(partial(take, source, given_up))
    finally:
        given_up.set()


async def call(function: Callable[..., Any], *args: Any, **hints: Any) -> Any:
    """Call a function of any kind: async in this event loop, sync in a thread of its own."""
    if is_async(function):
        result = function(*args, **hints)
    else:
        result = await in_thread(lambda: function(*args, **hints))
    return await result if inspect.isawaitable(result) else result


def is_async(function: Any) -> bool:
    """Tell whether a call of a function, or of an object, gives something to await."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    each = function if inspect.isroutine(function) else getattr(function, "__call__", function)  # noqa: B004 - an object's own
    return inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)


def _parameters(
    function: Callable[..., Any], name: str, hints: tuple[str, ...]
) -> tuple[inspect.Parameter | None, dict[str, bool] | None]:
    """Return the first parameter, and the hints that are taken with whether they must be given; None = all."""
    try:
        parameters = list(inspect.signature(function, eval_str=False).parameters.values())
    except (ValueError, TypeError):  # of some functions in C nothing is known
        return None, {}
    kinds = inspect.Parameter
    positional = [p for p in parameters if p.kind in {kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD}]
    takes_any = any(p.kind is kinds.VAR_POSITIONAL for p in parameters)
    if not positional and not takes_any:
        msg = f"{name} takes no positional parameter: its first one is what it works on"
        raise TypeError(msg)
    first = positional[0] if positional else None
    taken: dict[str, bool] = {}
    for parameter in parameters:
        if parameter is first or parameter.kind in {kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD}:
            continue
        required = parameter.default is kinds.empty
        if parameter.name in hints and parameter.kind is not kinds.POSITIONAL_ONLY:
            taken[parameter.name] = required
        elif required:
            msg = (
                f"{name} requires the parameter {parameter.name!r}, which is no hint: the loop can give "
                f"{', '.join(hints)}; wrap it in a function, or give the parameter a default"
            )
            raise TypeError(msg)
    return first, None if any(p.kind is kinds.VAR_KEYWORD for p in parameters) else taken


def _form_of(first: inspect.Parameter | None) -> Literal["audio", "bytes", "url"]:
    if first is None:
        return "audio"
    annotation = first.annotation
    if annotation in {bytes, "bytes"}:
        return "bytes"
    return "url" if annotation in {str, "str"} or first.name in _URL_NAMES else "audio"
