"""PocketSphinx: a recogniser of US English that runs on this machine. Needs the extra ``pocketsphinx``."""

from __future__ import annotations

import importlib.util
import json
import os
import struct
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from progresskit.audio.models import Audio, Transcript
from progresskit.errors import MissingDependencyError, STTError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from progresskit.audio.wav import Pcm

__all__ = ["PocketSphinxSTT"]

_RATE: Final = 16_000
_WORKER: Final = Path(__file__).with_name("_pocketsphinx_worker.py")
_INTEGERS: Final = {1: "u1", 2: "<i2", 4: "<i4"}
_FLOATS: Final = {4: "<f4", 8: "<f8"}


class PocketSphinxSTT:
    """Hears US English, in a process of its own: the engine would hold up every thread of this one for a whole clip.

    The process starts with the first clip, serves one at a time, and ends with ``close()``, with this object, or
    with its parent. A forked child starts its own.

    Raises:
        MissingDependencyError: pocketsphinx, soxr or numpy is not installed.
    """

    def __init__(self) -> None:
        for package in ("pocketsphinx", "soxr", "numpy"):
            if importlib.util.find_spec(package) is None:
                raise MissingDependencyError.for_extra(package=package, extra="pocketsphinx")
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._closed = False

    def transcribe(self, audio: Audio) -> Transcript:
        """Write down what is heard.

        Args:
            audio: WAV or PCM, of any rate and number of channels.

        Raises:
            STTError: It is another format (not retryable), or the recogniser's process died twice.
        """
        clip = _clip(audio)
        for _ in range(2):
            worker = self._running()
            try:
                return Transcript(worker.ask(clip)["text"], language="en")
            except (OSError, EOFError, ValueError) as error:
                failure = error
                self._drop(worker)
                if self._closed:
                    break
        msg = f"the recogniser's process ended while it listened: {failure!r}"
        raise STTError(msg) from failure

    def close(self) -> None:
        """End the process; a clip that is being heard is given up. More than once is harmless."""
        self._closed = True
        worker = self._worker
        if worker is not None:
            self._drop(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> _Worker:
        with self._lock:
            if self._closed:
                msg = "this PocketSphinxSTT is closed: make a new one"
                raise STTError(msg, retryable=False)
            if self._worker is None or self._worker.pid_of_owner != os.getpid():
                self._worker = _Worker()
                weakref.finalize(self, self._worker.end)
            return self._worker

    def _drop(self, worker: _Worker) -> None:
        worker.end()
        if self._worker is worker:
            self._worker = None


class _Worker:
    """The process, and the pipes to it."""

    def __init__(self) -> None:
        self.pid_of_owner = os.getpid()
        self._turn = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - our own file, with our own interpreter
            # -P: the file's folder has modules of the engine's own name.
            [sys.executable, "-P", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in a terminal is for its parent, which ends it
        )

    def ask(self, clip: bytes) -> dict[str, Any]:
        """Send a clip, and wait for the answer.

        Raises:
            OSError: The process has ended.
            EOFError: It ended meanwhile.
            ValueError: Its pipes are closed, or the answer is none.
        """
        to, back = self._process.stdin, self._process.stdout
        if to is None or back is None:
            raise EOFError
        with self._turn:
            to.write(struct.pack(">I", len(clip)) + clip)
            to.flush()
            head = back.read(4)
            if len(head) < 4:  # noqa: PLR2004 - the length's own
                raise EOFError
            answer: dict[str, Any] = json.loads(back.read(struct.unpack(">I", head)[0]))
            return answer

    def end(self) -> None:
        """End the process; in a forked child, which isn't its parent, do nothing."""
        if os.getpid() != self.pid_of_owner:
            return
        self._process.kill()
        self._process.wait()
        if self._turn.acquire(timeout=1):  # who waits for an answer gets the end of the pipe, and lets go
            try:
                for pipe in (self._process.stdin, self._process.stdout):
                    if pipe is not None:
                        with suppress(OSError):
                            pipe.close()
            finally:
                self._turn.release()


def _clip(audio: Audio) -> bytes:
    """Return a sound as the engine takes it: 16-bit samples at 16 kHz, in one channel."""
    try:
        sound = audio.pcm()
    except ValueError as error:
        msg = f"PocketSphinx can't read the sound: {error}"
        raise STTError(msg, retryable=False) from None
    if sound is None:
        msg = f"PocketSphinx reads WAV and PCM, not {audio.media_type}"
        raise STTError(msg, retryable=False)
    return _resampled(sound)


def _resampled(sound: Pcm) -> bytes:
    import numpy as np  # noqa: PLC0415 - heavy, and only for who listens
    import soxr  # noqa: PLC0415 - as above

    if not sound.is_float and sound.width == 3:  # noqa: PLR2004 - 24 bits, of which numpy knows nothing
        packed = np.frombuffer(sound.frames, dtype=np.uint8).reshape(-1, 3)
        samples = np.zeros((len(packed), 4), dtype=np.uint8)
        samples[:, 1:] = packed
        levels = samples.view("<i4")[:, 0] / 2.0**31
    elif sound.is_float:
        levels = np.frombuffer(sound.frames, dtype=_FLOATS[sound.width]).astype(np.float64)
    else:
        levels = np.frombuffer(sound.frames, dtype=_INTEGERS[sound.width]).astype(np.float64)
        levels = (levels - 128) / 128 if sound.width == 1 else levels / 2.0 ** (8 * sound.width - 1)
    mono = np.nan_to_num(levels).reshape(-1, sound.channels).mean(axis=1).astype(np.float32)
    heard = soxr.resample(mono, sound.sample_rate, _RATE) if len(mono) else mono
    clip: bytes = (np.clip(heard, -1, 1) * 32_767).astype("<i2").tobytes()
    return clip
