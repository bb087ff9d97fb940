"""What the adapters of vendors with an HTTP API share: bounded answers, sound out of them, and errors without keys."""

from __future__ import annotations

import datetime as dt
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from progresskit.audio.models import Audio, media_type_of
from progresskit.audio.retries import advise
from progresskit.audio.wav import write_wav
from progresskit.errors import STTError, TTSError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import TracebackType
    from typing import Self

    from progresskit.errors import BackendError

__all__ = ["MAX_BYTES", "Vendor", "file_of", "sound_of"]

T = TypeVar("T")

MAX_BYTES: Final = 64 * 2**20
"""Most bytes of an answer: eleven minutes of the densest sound that is sold (48 kHz, 16 bits)."""

_CLIENTS: Final = frozenset({"openai", "elevenlabs", "httpx", "httpx2", "httpcore", "httpcore2", "h11"})
_NEVER_MINDED: Final = frozenset({"insufficient_quota"})
"""What no waiting mends, although it comes with a status that says so (OpenAI's 429 for an account without money)."""
_LONGEST: Final = 300
"""Most characters of a message."""


class Vendor:
    """What an adapter has of any vendor: its client, and answers that are taken in within bounds.

    The client is the user's own, or one that is made here, and made anew in a forked child.

    Args:
        given: The user's client; it is never closed here.
        make: Makes one with a key, and what closes it, where none was given.
        api_key: The key; None = the one in the environment.
        timeout_s: Seconds that an answer may take.

    Raises:
        ValueError: No client was given, and no key, or none that could be one.
    """

    _error: ClassVar[type[BackendError]]
    _key_variable: ClassVar[str]

    def __init__(
        self,
        given: Any,
        make: Callable[[str], tuple[Any, Callable[[], object]]],
        *,
        api_key: str | None,
        timeout_s: float,
    ) -> None:
        self._make: Callable[[], tuple[Any, Callable[[], object]]] | None = None
        self._client = given
        self._close: Callable[[], object] | None = None
        if given is None:
            # Read here: some clients read the environment when they are imported, too early for a .env file.
            key = _usable(api_key, self._key_variable, type(self).__name__)
            self._make = lambda: make(key)  # no partial, whose repr would tell the key
            self._client, self._close = self._make()
        self._pid = os.getpid()
        self._closed = False
        self._timeout_s = timeout_s

    def close(self) -> None:
        """Close the client, where it was made here. More than once is harmless."""
        if not self._closed and self._close is not None:
            self._close()
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _key_of(self, client: Any) -> str | None:
        """Return the secret that no message may tell."""
        raise NotImplementedError

    def _open_client(self) -> Any:
        if self._closed:
            msg = f"this {type(self).__name__} is closed: make a new one"
            raise self._error(msg, retryable=False)
        # A forked child must not speak on its parent's connections.
        if self._make is not None and self._pid != os.getpid():
            self._client, self._close = self._make()
            self._pid = os.getpid()
        return self._client

    def _ask(self, request: Any, pieces: str, finish: Callable[[bytes, str], T]) -> T | Awaitable[T]:
        """Send a request, and return what its answer means; of an async client, an awaitable of that.

        Args:
            request: A context manager of the vendor's that gives the response; or an async one.
            pieces: The name under which the response has the iterable of its bytes, or the function that gives it.
            finish: Makes something of the whole answer and its media type.
        """
        if hasattr(request, "__aenter__"):
            return self._asked_async(request, pieces, finish)
        answer = _Answer(self._error, type(self).__name__, self._timeout_s)
        with self._translated(), request as response:
            for piece in _called(getattr(response, pieces)):
                answer.add(piece)
        return finish(answer.data(), response.headers.get("content-type", ""))

    async def _asked_async(self, request: Any, pieces: str, finish: Callable[[bytes, str], T]) -> T:
        answer = _Answer(self._error, type(self).__name__, self._timeout_s)
        with self._translated():
            async with request as response:
                async for piece in _called(getattr(response, pieces)):
                    answer.add(piece)
        return finish(answer.data(), response.headers.get("content-type", ""))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what the vendor's client raises into our error; anything else (a soft time limit) goes through."""
        try:
            yield
        except Exception as raised:
            # By whose it is: the clients' errors have no root in common, and some wrap nothing of what is below.
            if not _is_clients(raised):
                raise
            # Without its cause, which may quote the request or the answer in full.
            raise _translation(self._error, type(self).__name__, raised, self._key_of(self._client)) from None


def _called(pieces: Any) -> Any:
    return pieces() if callable(pieces) else pieces


class _Answer:
    """An answer as it comes in, piece by piece, within a budget of bytes and seconds."""

    def __init__(self, error: type[BackendError], who: str, timeout_s: float) -> None:
        self._error, self._who = error, who
        self._until, self._timeout_s = time.monotonic() + timeout_s, timeout_s
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Take in one piece.

        Raises:
            BackendError: The answer is too large (not retryable), or too slow (retryable).
        """
        self._size += len(piece)
        if self._size > MAX_BYTES:
            msg = f"{self._who} answered with more than {MAX_BYTES / 2**20:g} MiB: give it shorter texts"
            raise self._error(msg, retryable=False)
        if time.monotonic() > self._until:
            msg = f"{self._who} was still answering after {self._timeout_s:g} s"
            raise self._error(msg)
        self._pieces.append(piece)

    def data(self) -> bytes:
        """Return the whole answer."""
        return b"".join(self._pieces)


def _is_clients(error: Exception) -> bool:
    """Tell whether an error comes from an HTTP client; a key that is no ASCII is a ``UnicodeEncodeError`` there."""
    owners = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    return bool(owners & _CLIENTS) or isinstance(error, OSError | UnicodeEncodeError)


def _translation(kind: type[BackendError], who: str, error: Exception, key: str | None) -> BackendError:
    advice = advise(error, now=dt.datetime.now(dt.UTC))
    if advice.status_code is None:
        said = f"{who} didn't answer: {_in_short(error)}"
    else:
        said = f"{who} answered {advice.status_code}"
        if words := _words_of(getattr(error, "body", None)):
            said = f"{said}: {words}"
    if key and key.strip():
        said = said.replace(key.strip(), "…")  # before it is cut, which might leave the half of a key
    return kind(
        said[:_LONGEST],
        retryable=advice.retryable and getattr(error, "code", None) not in _NEVER_MINDED,
        retry_after_s=advice.retry_after_s,
        status_code=advice.status_code,
    )


def _in_short(error: BaseException) -> str:
    """Return what happened at the bottom; the text of what an encoder says about a key is left out."""
    for _ in range(10):  # deeper than any client wraps; causes may run in a circle
        error = error.__cause__ or error
    name = type(error).__name__
    return name if isinstance(error, UnicodeEncodeError) else f"{name}: {error}"


def _words_of(body: Any) -> str:
    """Return the sentence for people in an error's body, which each vendor nests in its own way."""
    for _ in range(10):  # deeper than any vendor nests
        match body:
            case {"message": str(words)} | {"msg": str(words)}:
                return " ".join(words.split())
            case {"error": inner} | {"detail": inner} | [inner, *_]:
                body = inner
            case str() if not body.lstrip().startswith("<"):  # a proxy's page says nothing that the status doesn't
                return " ".join(body.split())
            case _:
                return ""
    return ""


def _usable(given: str | None, variable: str, who: str) -> str:
    """Return the key that was given, or that stands in the environment, without the white space around it.

    Raises:
        ValueError: There is none, or it can't stand in a header: HTTP clients would quote it in full in their logs.
    """
    key = (given or os.environ.get(variable) or "").strip()
    if not key:
        msg = f"{who} has no key: give api_key, or set {variable}"
        raise ValueError(msg)
    if not key.isascii() or not key.isprintable():
        msg = f"the key of {who} holds characters that no key has: copy it again (it isn't shown here)"
        raise ValueError(msg)
    return key


def sound_of(data: bytes, who: str, media_type: str, pcm_rate: int | None) -> Audio:
    """Return the sound that a vendor answered with.

    Args:
        data: The answer.
        who: Who answered, for errors.
        media_type: What the answer says it is; believed only where its first bytes don't show it.
        pcm_rate: Frames per second, where raw PCM (16 bits, mono) was asked for.

    Raises:
        TTSError: It is empty (retryable), or no sound (not retryable).
    """
    if not data:
        msg = f"{who} answered with nothing"
        raise TTSError(msg)
    shown = media_type_of(data)
    said = media_type.partition(";")[0].strip().lower()
    if pcm_rate is not None and shown != "audio/wav":  # anything else may begin as samples do
        if not said.startswith("text/") and not said.endswith(("json", "xml")):
            return Audio(data, "audio/pcm", sample_rate=pcm_rate, channels=1)
    elif shown != "application/octet-stream":
        return Audio(data, shown)
    elif said.startswith("audio/"):
        return Audio(data, said)
    msg = f"{who} answered with {said or 'bytes'} that are no sound ({data[:16]!r}…): check base_url and the format"
    raise TTSError(msg, retryable=False)


_ENDINGS: Final = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/webm": "webm",
}


def file_of(audio: Audio, who: str) -> tuple[str, bytes, str]:
    """Return a sound as a file: name, content, media type. PCM, and a WAV that was streamed, get a header.

    Raises:
        STTError: Only a URL is known, or it is a broken file. Never retryable.
    """
    if not audio.data:
        msg = f"{who} takes sound, and this has a URL alone: give the loop fetch="
        raise STTError(msg, retryable=False)
    kind, data = audio.kind, audio.data
    try:
        sound = audio.pcm()
    except ValueError as error:
        msg = f"{who} got a broken file: {error}"
        raise STTError(msg, retryable=False) from None
    if kind == "audio/pcm" and sound is None:
        msg = f"{who} got PCM without its rate: give the Audio its sample_rate"
        raise STTError(msg, retryable=False)
    # A voice that streams leaves no true size in its header, and not everybody forgives that.
    if sound is not None and int.from_bytes(data[4:8], "little") != len(data) - 8:
        kind, data = "audio/wav", write_wav([sound])
    if kind not in _ENDINGS:
        kind = media_type_of(data)
    return f"speech.{_ENDINGS.get(kind, 'bin')}", data, kind
