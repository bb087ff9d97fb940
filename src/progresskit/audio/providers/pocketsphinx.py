"""CMU PocketSphinx: English speech recognition on this machine, without network or key.

Needs the extra ``pocketsphinx``.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import weakref
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from progresskit import _platform
from progresskit.audio.asking import check_counts
from progresskit.audio.models import Audio, Transcript
from progresskit.audio.providers import _pocketsphinx_worker as worker_module
from progresskit.audio.providers._pocketsphinx_worker import RATE, read_frame, write_frame
from progresskit.errors import MissingDependencyError, STTError

try:
    import numpy as np
    import pocketsphinx
    import soxr
except ImportError as error:
    raise MissingDependencyError.for_extra(error.name or "pocketsphinx", "pocketsphinx") from error

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import numpy.typing as npt

    from progresskit.audio.wav import Pcm

__all__ = ["PocketSphinxSTT"]

_SILENT_BELOW: Final = 0.001  # -60 dBFS. The decoder finds words even in digital silence.
_SHORTEST_S: Final = 0.05  # less holds no phone of any word
_LOWEST_RATE: Final = 4_000
# A slow machine needs about the length of the clip, and some seconds to load the model.
_START_S: Final = 60.0
_S_PER_SECOND: Final = 20.0
_DTYPES: Final = {(False, 1): "u1", (False, 2): "<i2", (False, 4): "<i4", (True, 4): "<f4", (True, 8): "<f8"}


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """Return the words of the model's dictionary: the first of each line, ``read(2)`` being a second way to say it."""
    path = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.partition(" ")[0].partition("(")[0].replace("'", "") for line in lines)


class _DiedError(Exception):
    """The worker ended before it answered."""


class PocketSphinxSTT:
    """Writes down English speech, in worker processes.

    Pocketsphinx holds the interpreter's lock for a whole clip: in this process every other thread, and the page
    with them, would stand still. A worker starts with the first clip, another where a clip comes while all are
    listening; each is started again where it died, and ends with :meth:`close`, with this object, or with this
    process, also where that is killed (then after the clip that it is at). A forked child starts its own. Each clip
    is heard as if it were the first.

    Args:
        workers: Most clips that are heard at once. Each worker takes some 115 MB.

    Attributes:
        second_speeds: The loop has it hear a take again at these speeds before the take is made again: it costs
            nothing, and brings many words that weren't heard at the first.

    Raises:
        MissingDependencyError: On import of the module, where a package of the extra is missing.
        ValueError: ``workers`` is no whole number from 1 on.
    """

    second_speeds: Final = (0.9, 1.1)

    def __init__(self, *, workers: int = 2) -> None:
        check_counts(workers=workers)
        self._seats = tuple(_Seat() for _ in range(workers))
        self._free_all()
        forked = weakref.WeakMethod(self._forked)
        _platform.after_fork_in_child(lambda: (method := forked()) and method())

    def transcribe(self, audio: Audio) -> Transcript:
        """Write down what is heard.

        Args:
            audio: WAV or PCM, of any rate, width and number of channels.

        Returns:
            The words in lower case, without punctuation; an empty text for silence.

        Raises:
            STTError: It is another format, a broken file, or only a URL, or this object is closed (not
                retryable); or the worker died twice, or hung (retryable).
        """
        clip = _clip_of(audio)
        text = self._hear(clip) if clip else ""
        return Transcript(text, language="en-US")

    def knows(self, word: str) -> bool:
        """Tell whether its vocabulary has a word: no other word is ever heard.

        Args:
            word: One word in lower case; an apostrophe in it may be left out.
        """
        return word in _vocabulary()

    def close(self) -> None:
        """End the workers at once, from any thread; calls under way fail. More than once is fine."""
        for seat in self._seats:
            seat.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hear(self, clip: bytes) -> str:
        permit = self._permits.get()
        seat = self._idle.pop()
        try:
            return seat.hear(clip)
        finally:
            self._idle.append(seat)
            self._permits.put(permit)

    def _free_all(self) -> None:
        self._idle = list(reversed(self._seats))  # the last is taken first: another starts only where it must
        self._permits: queue.SimpleQueue[None] = queue.SimpleQueue()  # one for each idle seat
        for _ in self._seats:
            self._permits.put(None)

    def _forked(self) -> None:
        """Leave the workers to the parent, in a forked child: its threads may have been at some of them, too."""
        for seat in self._seats:
            seat.leave()
        self._free_all()


class _Seat:
    """A place for one worker, which is started with the first clip, and again where it died. For one call at a time."""

    def __init__(self) -> None:
        self._closed = False
        self._worker: _Worker | None = None
        self._end: Any = None

    def hear(self, clip: bytes) -> str:
        """Return the text of a clip.

        Raises:
            STTError: As :meth:`PocketSphinxSTT.transcribe` says.
        """
        try:
            return self._ask(clip)
        except _DiedError:
            # Perhaps it was killed between two clips, or by this one: once more will tell.
            pass
        try:
            return self._ask(clip)
        except _DiedError:
            msg = "the recogniser's process died twice at this clip"
            raise STTError(msg) from None

    def close(self) -> None:
        """End the worker, from any thread, and start none any more."""
        self._closed = True
        self._stop()

    def leave(self) -> None:
        """Forget the worker, in a forked child."""
        worker, self._worker = self._worker, None
        if self._end is not None:
            self._end.detach()
            self._end = None
        if worker is not None:
            worker.leave()

    def _ask(self, clip: bytes) -> str:
        worker = self._started()
        try:
            return worker.ask(clip)
        except BaseException as error:
            # After an interruption (Ctrl-C, a soft time limit) a late answer would be taken for the next clip's.
            self._stop()
            if self._closed and isinstance(error, Exception):
                raise self._is_closed() from error
            raise

    def _started(self) -> _Worker:
        worker = self._worker
        if worker is None and not self._closed:
            worker = self._worker = _Worker()
            self._end = weakref.finalize(self, worker.end)
        if worker is None or self._closed:  # close() may just have come in between, and found nothing to end
            self._stop()
            raise self._is_closed()
        return worker

    def _stop(self) -> None:
        end, self._worker = self._end, None
        if end is not None:
            end()

    @staticmethod
    def _is_closed() -> STTError:
        return STTError("this PocketSphinxSTT is closed: make a new one", retryable=False)


class _Worker:
    """One process, and the frames to and from it."""

    def __init__(self) -> None:
        options: dict[str, Any] = {"start_new_session": True}  # Ctrl-C in a terminal isn't meant for it
        if sys.platform == "win32":
            options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        # -P: beside the worker's file stands a module with pocketsphinx's own name.
        command = [sys.executable, "-P", worker_module.__file__]
        try:
            process = subprocess.Popen(  # noqa: S603 - our own file
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                **options,
            )
        except OSError as error:
            msg = f"the recogniser's process can't be started by {command[0]!r}: {error}"
            raise STTError(msg) from error
        self._process: Any = process  # its pipes are there, which its type doesn't tell
        self._busy = threading.Lock()
        self._greeted = False

    def ask(self, clip: bytes) -> str:
        """Return the text of a clip.

        Raises:
            STTError: It didn't answer in time (retryable), or says that something went wrong (not retryable).
            _DiedError: It ended.
        """
        within_s = _START_S + _S_PER_SECOND * len(clip) / (2 * RATE)
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(within_s, give_up)
        timer.daemon = True
        timer.start()
        try:
            answer = self._exchange(clip)
        finally:
            timer.cancel()
        if answer is None:
            if late.is_set():
                msg = f"the recogniser didn't answer within {within_s:.0f} s, and was stopped"
                raise STTError(msg)
            raise _DiedError
        text = answer[1:].decode()
        if answer[:1] == b"e":
            msg = f"pocketsphinx failed: {text}"
            raise STTError(msg, retryable=False)
        return text

    def _exchange(self, clip: bytes) -> bytes | None:
        with self._busy:
            try:
                if not self._greeted:
                    write_frame(
                        self._process.stdin, json.dumps([path for path in sys.path if isinstance(path, str)]).encode()
                    )
                    self._greeted = True
                write_frame(self._process.stdin, clip)
                return read_frame(self._process.stdout)
            except (OSError, ValueError):  # broken pipe; closed by end()
                return None

    def end(self) -> None:
        """Kill it, and wait until it is gone: it has nothing to lose."""
        self._process.kill()
        self._process.wait()
        # Who waits for an answer sees the end of the pipe now, and must be gone before its number is free again.
        if self._busy.acquire(timeout=1):
            try:
                self._close_pipes()
            finally:
                self._busy.release()

    def leave(self) -> None:
        """Forget it, in a forked child. An open pipe here would keep it alive when its parent is killed."""
        self._close_pipes()
        self._process.poll()  # it is no child of this process; so subprocess learns that it needn't wait for it

    def _close_pipes(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()


def _clip_of(audio: Audio) -> bytes:
    """Return the sound as the worker takes it; nothing where nobody could hear a word in it.

    Raises:
        STTError: It can't be read. Not retryable.
    """
    try:
        sound = audio.pcm()
    except ValueError as error:
        msg = f"the sound is broken: {error}"
        raise STTError(msg, retryable=False) from error
    if sound is None:
        what = audio.media_type if audio.data else f"only a URL ({audio.url})"
        msg = f"pocketsphinx takes uncompressed WAV or PCM with its sample rate, and this is {what}"
        raise STTError(msg, retryable=False)
    if sound.sample_rate < _LOWEST_RATE:
        msg = f"a sample rate of {sound.sample_rate} Hz holds no speech: give at least {_LOWEST_RATE} Hz"
        raise STTError(msg, retryable=False)
    if sound.duration_s < _SHORTEST_S:
        return b""
    samples = _mono(sound)
    if np.abs(samples).max() < _SILENT_BELOW:
        return b""
    if sound.sample_rate != RATE:
        samples = soxr.resample(samples, sound.sample_rate, RATE)
    clip: bytes = (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
    return clip


def _mono(sound: Pcm) -> npt.NDArray[np.float32]:
    """Return the mean of the channels, from -1 to 1."""
    if sound.width == 3:  # noqa: PLR2004 - 24 bits, which numpy doesn't know: a fourth byte goes below
        padded = np.zeros((len(sound.frames) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(sound.frames, np.uint8).reshape(-1, 3)
        raw = padded.view("<i4").reshape(-1)
    else:
        raw = np.frombuffer(sound.frames, _DTYPES[sound.is_float, sound.width])
    samples = raw.astype(np.float32)
    if not sound.is_float:
        full = float(1 << (8 * raw.itemsize - 1))
        samples = samples / full - (1.0 if sound.width == 1 else 0.0)
    mixed: npt.NDArray[np.float32] = samples.reshape(-1, sound.channels).mean(axis=1, dtype=np.float32)
    np.nan_to_num(mixed, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    return mixed
