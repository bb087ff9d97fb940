"""The process in which pocketsphinx runs, since it holds the interpreter's lock for a whole clip.

It is started as a file, ``python -P _pocketsphinx_worker.py``, and imports nothing of ours: so it is ready soon,
in a daemonic process too, and in a script without a ``__main__`` guard. What goes through its stdin and stdout
are frames: a length of eight bytes, little-endian, and so many bytes.

First comes the parent's ``sys.path`` as JSON. Then each clip (16 kHz, mono, signed 16 bits, little-endian) is
answered by one frame: ``t`` and the text in UTF-8, or ``e`` and what went wrong. It ends when its stdin does, and
that is when its parent ends, however it does.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from typing import Any

HEAD: Final = struct.Struct("<Q")
RATE: Final = 16_000


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame; None where the stream ends before its end."""
    head = _read(stream, HEAD.size)
    return None if head is None else _read(stream, HEAD.unpack(head)[0])


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write one frame to an unbuffered stream.

    Raises:
        OSError: Nobody reads it any more.
    """
    left = memoryview(HEAD.pack(len(data)) + data)
    while left:
        left = left[stream.write(left) :]


def _read(stream: BinaryIO, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        part = stream.read(size - len(data))
        if not part:
            return None
        data += part
    return bytes(data)


def _decoder() -> Any:
    import pocketsphinx  # noqa: PLC0415 - found on the parent's path only

    # Means over each whole clip: the "live" ones carry over, and a clip would be heard by what came before it.
    return pocketsphinx.Decoder(samprate=RATE, cmn="batch", loglevel="FATAL")


def _hear(decoder: Any, clip: bytes) -> str:
    decoder.start_utt()
    try:
        decoder.process_raw(clip, no_search=False, full_utt=True)
    finally:
        decoder.end_utt()
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis else ""


def main() -> None:
    """Answer clips until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints must not stand between the frames
    paths = read_frame(source)
    if paths is None:
        return
    sys.path[:] = json.loads(paths)
    decoder = None
    while (clip := read_frame(source)) is not None:
        try:
            decoder = decoder or _decoder()
            answer = "t" + _hear(decoder, clip)
        except Exception as error:  # noqa: BLE001 - told to the parent
            answer = f"e{type(error).__name__}: {error}"
        try:
            write_frame(answers, answer.encode(errors="replace"))
        except OSError:
            return


if __name__ == "__main__":
    main()
