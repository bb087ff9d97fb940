"""Uncompressed sound: what a WAV or PCM take holds, whether it can be speech at all, and joining takes.

WAV is read by the chunks that every writer makes (``fmt `` and ``data``; Microsoft's and IBM's *Multimedia
Programming Interface and Data Specifications 1.0*, and ``WAVE_FORMAT_EXTENSIBLE``). Nothing is ever decoded and
encoded again: a joined take is a new header before the very frames that were verified.
"""

from __future__ import annotations

import array
import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Flaw", "Pcm", "flaw_of", "read_wav", "write_wav"]

Flaw = Literal["silent", "too short", "too long"]
"""Why a take can't be its text, so that no recogniser need hear it."""

_SILENT_BELOW: Final = 0.001
"""A take whose loudest sample is below -60 dBFS is silent: voices peak far above it, dither far below."""
_MOST_LETTERS_PER_S: Final = 100.0
"""No voice says more; the fastest that people still follow are at a third of it."""
_MOST_S: Final = 20.0
_MOST_S_PER_LETTER: Final = 2.0
"""A take longer than both together babbles. A digit may well take a second: 2026 has eight syllables."""

_PCM: Final = 1
_FLOAT: Final = 3
_EXTENSIBLE: Final = 0xFFFE
_WIDTHS: Final = {_PCM: (1, 2, 3, 4), _FLOAT: (4, 8)}
_ARRAY_CODES: Final = {(False, 2): "h", (False, 4): "i", (True, 4): "f", (True, 8): "d"}
# Who writes to a pipe doesn't know the size beforehand, and leaves the largest number, or none.
_STREAMED_FROM: Final = 0x7FFF_F000
_MAX_SIZE: Final = 0xFFFF_FFFF


@dataclass(frozen=True)
class Pcm:
    """Uncompressed sound.

    Attributes:
        sample_rate: Frames per second.
        channels: Samples per frame.
        width: Bytes per sample.
        is_float: Whether samples are IEEE floats, and not signed integers (unsigned where ``width`` is 1).
        frames: The samples, interleaved, little-endian.
    """

    sample_rate: int
    channels: int
    width: int
    is_float: bool
    frames: memoryview

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.frames) / (self.channels * self.width * self.sample_rate)

    def peak(self) -> float:
        """Return the largest sample, as a share of full scale."""
        if not self.frames:
            return 0.0
        if self.width == 1:
            return max(128 - min(self.frames), max(self.frames) - 128) / 128
        frames, width = self.frames, self.width
        if width == 3:  # noqa: PLR2004 - 24 bits; the array module knows none, so a fourth byte goes below
            padded = bytearray(len(frames) // 3 * 4)
            padded[1::4], padded[2::4], padded[3::4] = frames[::3], frames[1::3], frames[2::3]
            frames, width = memoryview(padded), 4
        samples = array.array(_ARRAY_CODES[self.is_float, width])
        samples.frombytes(frames)
        if sys.byteorder == "big":
            samples.byteswap()
        return max(map(abs, (max(samples), min(samples)))) / (1.0 if self.is_float else float(1 << (8 * width - 1)))


def read_wav(data: bytes) -> Pcm | None:
    """Return the sound of a WAV file; None where it is compressed (A-law, ADPCM…).

    Raises:
        ValueError: It is no WAV file, or a broken one: cut off, or its header contradicts itself.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        msg = f"it has no RIFF/WAVE header (it begins with {data[:12]!r})"
        raise ValueError(msg)
    at, kind, view = 12, None, memoryview(data)
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        at += 8
        left = len(data) - at
        if name == b"data":
            if kind is None:
                msg = "its sound begins before its format is told"
                raise ValueError(msg)
            if size >= _STREAMED_FROM or (size == 0 and struct.unpack_from("<I", data, 4)[0] == 0):
                size = left - left % max(kind[1] * kind[3], 1)
            if size > left:
                msg = f"it is truncated: its header promises {size} bytes of sound, and {left} are there"
                raise ValueError(msg)
            return _pcm(kind, view[at : at + size])
        if name == b"fmt ":
            kind = _format(data[at : at + size])
        at += size + size % 2  # chunks begin at even places
    msg = f"it is truncated: its {len(data)} bytes end before any sound"
    raise ValueError(msg)


def _format(chunk: bytes) -> tuple[int, int, int, int]:
    """Return the format tag, the channels, the rate, and the bytes per sample."""
    if len(chunk) < 16:  # noqa: PLR2004 - the size of the struct
        msg = f"its format chunk has {len(chunk)} bytes, and needs 16"
        raise ValueError(msg)
    tag, channels, rate, _bytes_per_s, align, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == _EXTENSIBLE and len(chunk) >= 26:  # noqa: PLR2004 - where the real tag stands
        (tag,) = struct.unpack_from("<H", chunk, 24)
    if channels == 0 or rate == 0:
        msg = f"its header says {channels} channels at {rate} Hz"
        raise ValueError(msg)
    if tag in _WIDTHS and (bits % 8 or bits // 8 not in _WIDTHS[tag] or align != channels * bits // 8):
        msg = f"its header contradicts itself: {channels} channels of {bits} bits in frames of {align} bytes"
        raise ValueError(msg)
    return tag, channels, rate, bits // 8


def _pcm(kind: tuple[int, int, int, int], frames: memoryview) -> Pcm | None:
    tag, channels, rate, width = kind
    if tag not in _WIDTHS:
        return None
    if len(frames) % (channels * width):
        msg = f"it is truncated: {len(frames)} bytes of sound are no whole number of frames of {channels * width}"
        raise ValueError(msg)
    return Pcm(rate, channels, width, tag == _FLOAT, frames)


def write_wav(sounds: Sequence[Pcm]) -> bytes:
    """Return one WAV file of sounds of one format, one after the other.

    Raises:
        ValueError: There is none, they differ in format, or they exceed the 4 GiB of a WAV file.
    """
    formats = {(sound.sample_rate, sound.channels, sound.width, sound.is_float) for sound in sounds}
    if len(formats) != 1:
        msg = f"these takes differ in rate, channels or sample format, and nothing is re-encoded: {sorted(formats)}"
        raise ValueError(msg)
    rate, channels, width, is_float = formats.pop()
    size = sum(len(sound.frames) for sound in sounds)
    if size > _MAX_SIZE - 64:
        msg = f"{size} bytes of sound don't fit into a WAV file: split the text, or take the segments"
        raise ValueError(msg)
    align = channels * width
    kind = struct.pack("<HHIIHH", _FLOAT if is_float else _PCM, channels, rate, rate * align, align, 8 * width)
    head = struct.pack("<4sI4s4sI", b"RIFF", 36 + size + size % 2, b"WAVE", b"fmt ", len(kind))
    return b"".join([head, kind, struct.pack("<4sI", b"data", size), *(s.frames for s in sounds), b"\0" * (size % 2)])


def flaw_of(sound: Pcm, text: str) -> Flaw | None:
    """Return why a sound can't be this text, judged by its loudness and length alone; None where it may be."""
    if sound.peak() < _SILENT_BELOW:
        return "silent"
    letters = sum(map(str.isalnum, text))
    if sound.duration_s * _MOST_LETTERS_PER_S < letters:
        return "too short"
    return "too long" if sound.duration_s > _MOST_S + _MOST_S_PER_LETTER * letters else None
