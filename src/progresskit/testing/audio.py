"""A voice and a recogniser that follow a script, and checks for your own.

Both are fakes of the engine alone: what they give goes through the same checks as a real backend's. A scripted
voice writes the text into its file, and a scripted recogniser that has nothing else to say reads it there: so
the two together are a pair that never errs, until their scripts say otherwise.
"""

from __future__ import annotations

import inspect
import itertools
import math
import struct
import threading
from typing import TYPE_CHECKING, Any, Final

from progresskit.audio.backends import Ear, Voice
from progresskit.audio.models import Audio, Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["HANG", "ScriptedSTT", "ScriptedTTS", "check_stt", "check_tts"]

HANG: Final = object()
"""In a script: the call doesn't return until ``release()`` is called."""

_RATE: Final = 8_000
_S_PER_LETTER: Final = 0.05


class _Scripted:
    """Plays a script, one entry a call; after its end every call goes well."""

    def __init__(self, script: Iterable[Any]) -> None:
        self._script = iter(script)
        self._released = threading.Event()
        self.calls: list[dict[str, Any]] = []

    def release(self) -> None:
        """Let the calls go on that hang."""
        self._released.set()

    def _play(self, good: Callable[[], Any]) -> Any:
        entry = next(self._script, good)
        if entry is HANG:
            self._released.wait(60)
            return good()
        if isinstance(entry, BaseException) or (inspect.isclass(entry) and issubclass(entry, BaseException)):
            raise entry
        return entry() if callable(entry) else entry


class ScriptedTTS(_Scripted):
    """A voice whose every take is a short tone, until its script says otherwise.

    Args:
        script: One entry for each call: what to return (``b""``, ``None``, a truncated file, an ``Audio``), an
            exception to raise, ``HANG``, or a function that is called without arguments.

    Attributes:
        calls: What it was asked: ``text`` and the hints.
    """

    def __init__(self, script: Iterable[Any] = ()) -> None:
        super().__init__(script)
        self._numbers = itertools.count(1)

    def synthesize(self, text: str, *, voice_id: str | None = None, attempt: int = 1) -> Any:
        """Speak a text."""
        self.calls.append({"text": text, "voice_id": voice_id, "attempt": attempt})
        return self._play(lambda: tone(text, number=next(self._numbers)))


class ScriptedSTT(_Scripted):
    """A recogniser that hears what a :class:`ScriptedTTS` said, until its script says otherwise.

    Args:
        script: One entry for each call: the transcript to return, an exception to raise, ``HANG``, or a function.

    Attributes:
        calls: What it was asked: ``audio`` and the hints.
    """

    def __init__(self, script: Iterable[Any] = ()) -> None:
        super().__init__(script)

    def transcribe(self, audio: Audio, *, language: str | None = None) -> Any:
        """Write down what is heard."""
        self.calls.append({"audio": audio, "language": language})
        return self._play(lambda: Transcript(text_in(audio), language=language))


def tone(text: str, *, number: int = 1) -> Audio:
    """Make a WAV of a tone as long as the text might be, with the text in it; no two numbers sound the same."""
    count = int(_RATE * max(0.2, _S_PER_LETTER * len(text)))
    frequency = 200 + 7 * (number % 97)
    samples = struct.pack(
        f"<{count}h", *(int(8_000 * math.sin(2 * math.pi * frequency * n / _RATE)) for n in range(count))
    )
    kind = struct.pack("<HHIIHH", 1, 1, _RATE, 2 * _RATE, 2, 16)
    said = text.encode()
    said += b"\0" * (len(said) % 2)
    chunks = [(b"fmt ", kind), (b"said", said), (b"data", samples)]
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(data)) + data for name, data in chunks)
    return Audio(b"RIFF" + struct.pack("<I", len(body)) + body)


def text_in(audio: Audio) -> str:
    """Return the text that :func:`tone` wrote into a file; nothing where there is none."""
    at = 12
    while at + 8 <= len(audio.data):
        name, size = struct.unpack_from("<4sI", audio.data, at)
        if name == b"said":
            return audio.data[at + 8 : at + 8 + size].rstrip(b"\0").decode()
        at += 8 + size + size % 2
    return ""


async def check_tts(tts: Any, *, text: str = "Good morning everyone.", **hints: Any) -> Audio:
    """Check that a voice fits the loop, and return what it said.

    Args:
        tts: An object with ``synthesize``, or a callable.
        text: What to speak.
        hints: ``voice_id``, ``language`` and the like.

    Raises:
        AssertionError: It doesn't; the message says how.
        TypeError: It can't be called as the loop would.
        TTSError: What it gave is no sound.
    """
    audio = await Voice(tts).speak(text, {"attempt": 1, "seed": 1, "voice_id": None, "language": None} | hints)
    assert audio.data or audio.url, "the sound has neither data nor url"  # noqa: S101 - this is what a check is
    if (duration_s := audio.duration_s) is not None:
        assert duration_s > 0, "the sound has no length"  # noqa: S101 - as above
    return audio


async def check_stt(stt: Any, audio: Audio, **hints: Any) -> Transcript:
    """Check that a recogniser fits the loop, and return what it heard.

    Args:
        stt: An object with ``transcribe``, or a callable.
        audio: What to hear.
        hints: ``language``.

    Raises:
        AssertionError: It doesn't; the message says how.
        TypeError: It can't be called as the loop would.
        STTError: What it gave is no transcript.
    """
    ear = Ear(stt)
    transcript = await ear.hear(audio, {"language": None} | hints)
    again = await ear.hear(audio, {"language": None} | hints)
    assert transcript.text == again.text, "the same sound was heard in two ways"  # noqa: S101 - as above
    return transcript
