"""Whisper on this machine, in any of its languages, by way of CTranslate2. Needs the extra ``faster-whisper``."""

from __future__ import annotations

import io
import math
import os
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from progresskit import _platform
from progresskit.audio.models import Transcript
from progresskit.audio.providers._vendors import file_of
from progresskit.errors import MissingDependencyError, STTError

try:
    import av
    import faster_whisper
except ImportError as error:
    raise MissingDependencyError.for_extra(error.name or "faster_whisper", "faster-whisper") from error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from progresskit.audio.models import Audio

__all__ = ["FasterWhisperSTT"]

_LONGEST_S: Final = 3600.0
"""Longer sound is refused: a header that lies about its rate would fill the memory when it is resampled."""


class FasterWhisperSTT:
    """Writes down speech with a Whisper model on this machine.

    It is never told what it should hear: no prompt, prefix or hot words are given, and no text is carried over
    from one part of a clip to the next, which would make it hear what it has heard before. A model of ours is
    loaded with the first clip; a forked child loads its own.

    Args:
        model: A size (``small``, ``large-v3-turbo``…) or a repository of the Hugging Face Hub, which is
            downloaded when it isn't there yet; or a folder; or a ``WhisperModel`` of your own, for a choice of
            device and precision.
        vad: Whether parts without speech are left out first (by Silero's detector). Whisper invents words for
            silence; this is what keeps it from that.

    Attributes:
        cache_id: What a cache tells it from other recognisers by. Set it where the model is your own, so that another
            process finds what this one has heard.

    Raises:
        ValueError: The model is neither a known size, nor a repository, nor a folder.
    """

    def __init__(self, model: str | Path | Any = "small", *, vad: bool = True) -> None:
        self._name: str | None = None
        self._model: Any = None
        if isinstance(model, str | Path):
            self._name = _checked(str(model))
        else:
            self._model = model
        # Nothing tells which model another object has loaded: what a cache holds of it counts in this process alone.
        self.cache_id = f"FasterWhisperSTT {self._name or (os.getpid(), id(model))} {vad}"
        self._vad = vad
        self._lock = threading.Lock()
        self._left_behind: Any = None
        forked = weakref.WeakMethod(self._forked)
        _platform.after_fork_in_child(lambda: (method := forked()) and method())

    def transcribe(self, audio: Audio, *, language: str | None = None) -> Transcript:
        """Write down what is heard.

        Args:
            audio: WAV, PCM, or any other format that FFmpeg knows.
            language: BCP 47; its first part counts. None = the model finds out.

        Returns:
            The words, with punctuation, and how sure the model is: the mean probability of its tokens.

        Raises:
            STTError: The sound can't be decoded, is longer than an hour, or only a URL; the model can't be
                loaded, or doesn't know the language (all not retryable); or it failed at this clip (retryable).
        """
        _, data, _ = file_of(audio, type(self).__name__)
        samples = _decoded(data)
        if not len(samples):
            return Transcript("")
        model = self._loaded()
        try:
            segments, info = model.transcribe(
                samples,
                language=language.partition("-")[0].lower() if language else None,
                condition_on_previous_text=False,
                vad_filter=self._vad,
            )
            heard = list(segments)  # it listens while it is iterated
        except ValueError as error:
            msg = f"the model can't hear this: {error}"
            raise STTError(msg, retryable=False) from error
        except (RuntimeError, MemoryError) as error:  # CTranslate2's, out of memory on the device included
            msg = f"the model failed at this clip: {error}"
            raise STTError(msg) from error
        text = "".join(segment.text for segment in heard).strip()
        return Transcript(text, language=info.language, confidence=_confidence(heard))

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                try:
                    self._model = faster_whisper.WhisperModel(self._name)
                except Exception as error:
                    # The hub's errors, CTranslate2's and those of a broken folder have no root in common.
                    msg = (
                        f"the model {self._name!r} can't be loaded ({type(error).__name__}: {error}): "
                        "give a folder, or a name that can be downloaded"
                    )
                    raise STTError(msg, retryable=False) from error
            return self._model

    def _forked(self) -> None:
        """Begin anew in a forked child: the parent's model has threads that don't exist here."""
        self._lock = threading.Lock()
        if self._name is not None:
            # Kept alive: its destructor would wait for those threads.
            self._left_behind = self._left_behind or self._model
            self._model = None


def _checked(name: str) -> str:
    sizes = faster_whisper.available_models()
    if name in sizes or "/" in name or Path(name).is_dir():
        return name
    msg = f"there is no model {name!r}: give a folder, a repository of the Hub, or one of {', '.join(sizes)}"
    raise ValueError(msg)


def _decoded(data: bytes) -> Any:
    try:
        _check_length(data)
        return faster_whisper.decode_audio(io.BytesIO(data))
    except (av.FFmpegError, LookupError) as error:  # the latter where a file has no sound at all
        msg = f"the sound can't be decoded: {error}"
        raise STTError(msg, retryable=False) from error


def _check_length(data: bytes) -> None:
    """Decode it once without keeping anything: hours of silence fit into a few bytes, and their samples into no memory.

    Raises:
        STTError: It is too long. Not retryable.
    """
    length_s = 0.0
    with av.open(io.BytesIO(data), "r", metadata_errors="ignore") as container, suppress(av.error.InvalidDataError):
        for frame in container.decode(audio=0):
            length_s += frame.samples / frame.sample_rate
            if length_s > _LONGEST_S:
                msg = f"the sound is longer than {_LONGEST_S:.0f} s, which is the most that is heard at once"
                raise STTError(msg, retryable=False)


def _confidence(segments: Iterable[Any]) -> float | None:
    """Return the geometric mean of the tokens' probabilities; None where nothing was heard."""
    weighted = [(len(segment.tokens) or 1, segment.avg_logprob) for segment in segments]
    tokens = sum(count for count, _ in weighted)
    if not tokens:
        return None
    return min(1.0, math.exp(sum(count * mean for count, mean in weighted) / tokens))
