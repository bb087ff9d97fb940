"""Uncompressed sound: what a WAV or PCM take holds, joining takes, and playing one at another speed.

WAV is read by the chunks that every writer makes (``fmt `` and ``data``; Microsoft's and IBM's *Multimedia
Programming Interface and Data Specifications 1.0*, and ``WAVE_FORMAT_EXTENSIBLE``). Nothing is ever decoded and
encoded again: a joined take is a new header before the very frames that were verified.

A file may come from anywhere, so its header is believed only where the bytes bear it out: a sound is a view into the
file, never longer than it, and what else the header says takes no memory.
"""

from __future__ import annotations

import array
import math
import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Pcm", "at_speed", "read_wav", "write_wav"]

CHANNELS: Final = range(1, 17)
"""No voice is made for a layout of more loudspeakers; a header that says more is no sound's."""
RATES: Final = range(1_000, 768_001)
"""Frames per second, from what holds a voice at all to the fastest converters."""

_PCM: Final = 1
_FLOAT: Final = 3
_EXTENSIBLE: Final = 0xFFFE
_WIDTHS: Final = {_PCM: (1, 2, 3, 4), _FLOAT: (4, 8)}
_THREE_BYTES: Final = 3
_BLOCK: Final = 1 << 16  # samples
_SIGNED: Final = bytes(byte ^ 0x80 for byte in range(256))  # a sample of one byte is unsigned
_ARRAY_CODES: Final = {(False, 1): "b", (False, 2): "h", (False, 4): "i", (True, 4): "f", (True, 8): "d"}
# Who writes to a pipe doesn't know the size beforehand, and leaves the largest number, or none.
_STREAMED_FROM: Final = 0x7FFF_F000
_MAX_SIZE: Final = 0xFFFF_FFFF
_SHORTEST_FORMAT: Final = 16
_LONGEST_FORMAT: Final = 40  # WAVE_FORMAT_EXTENSIBLE
_MOST_CHUNKS: Final = 1_000
_SOUND: Final = frozenset({b"RIFF", b"fmt ", b"data"})
_PADDING: Final = 7  # bytes at a file's end that can't be a chunk


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
        """Return the largest sample, as a share of full scale; NaN where a float is no number."""
        loudest = 0.0
        for samples in self._blocks():
            if self.is_float and any(map(math.isnan, samples)):
                return math.nan
            loudest = max(loudest, *map(abs, (max(samples), min(samples))))
        return loudest / self._full_scale

    def clipped_share(self) -> float:
        """Return the share of samples that stand at full scale, or beyond it."""
        lowest = -int(self._full_scale)
        highest = -lowest - (256 if self.width == _THREE_BYTES else 1)
        clipped = 0
        for samples in self._blocks():
            if self.is_float:
                clipped += sum(not -1.0 < sample < 1.0 for sample in samples)
            else:
                clipped += samples.count(lowest) + samples.count(highest)
        return clipped * self.width / (len(self.frames) or 1)

    @property
    def _full_scale(self) -> float:
        return 1.0 if self.is_float else float(1 << (8 * self._samples_width - 1))

    @property
    def _samples_width(self) -> int:
        return 4 if self.width == _THREE_BYTES else self.width

    def _blocks(self) -> Iterator[array.array[Any]]:
        """Yield the samples a block at a time, so that a sound of any length takes no more memory than one block."""
        size = _BLOCK * self.width
        return (self._samples(self.frames[at : at + size]) for at in range(0, len(self.frames), size))

    def _samples(self, frames: memoryview | bytes | bytearray) -> array.array[Any]:
        """Return samples as signed integers or floats; those of three bytes as of four, with a 0 below."""
        if self.width == 1:
            frames = bytes(frames).translate(_SIGNED)
        elif self.width == _THREE_BYTES:
            padded = bytearray(len(frames) // 3 * 4)
            padded[1::4], padded[2::4], padded[3::4] = frames[::3], frames[1::3], frames[2::3]
            frames = padded
        samples = array.array(_ARRAY_CODES[self.is_float, self._samples_width])
        samples.frombytes(frames)
        if sys.byteorder == "big":
            samples.byteswap()
        return samples


def read_wav(data: bytes) -> Pcm | None:
    """Return the sound of a WAV file; None where it is compressed (A-law, ADPCM…).

    Raises:
        ValueError: It is no WAV file, or a broken one: cut off, its header contradicts itself or the length of the
            file, or it says what no sound has.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        msg = f"it has no RIFF/WAVE header (it begins with {data[:12]!r})"
        raise ValueError(msg)
    kind = None
    for name, at, size in _chunks(data):
        if name == b"fmt ":
            if kind is not None:
                msg = "its format is told twice"
                raise ValueError(msg)
            kind = _format(data[at : at + min(size, _LONGEST_FORMAT)])
        if name == b"data":
            if kind is None:
                msg = "its sound begins before its format is told"
                raise ValueError(msg)
            length = _length(data, at, size, kind)
            if 8 + (whole := struct.unpack_from("<I", data, 4)[0]) < at + length and whole:
                msg = f"its header says that the file ends after {8 + whole} bytes, and the sound after {at + length}"
                raise ValueError(msg)
            return _pcm(kind, memoryview(data)[at : at + length])
    msg = f"it is truncated: its {len(data)} bytes end before any sound"
    raise ValueError(msg)


def _chunks(data: bytes, at: int = 12) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each chunk, where it begins, and the size that it claims.

    Raises:
        ValueError: There are more than any sound has.
    """
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, at + 8, size
        at += 8 + size + size % 2  # chunks begin at even places
    msg = f"its header has more than {_MOST_CHUNKS} parts"
    raise ValueError(msg)


def _length(data: bytes, at: int, size: int, kind: tuple[int, int, int, int]) -> int:
    """Return how many bytes of sound there are from ``at`` on, where the header claims ``size``.

    A player goes by the header, and a recogniser may go by the file: what was heard must be what is played.

    Raises:
        ValueError: The header promises more than there is, or hides some.
    """
    left = len(data) - at
    _tag, channels, _rate, width = kind
    if size >= _STREAMED_FROM or (size == 0 and not _is_metadata(data, at)):
        return left - left % max(channels * width, 1)
    if size > left:
        msg = f"it is truncated: its header promises {size} bytes of sound, and {left} are there"
        raise ValueError(msg)
    if not _is_metadata(data, at + size + size % 2):
        msg = f"its header says {size} bytes of sound, and {left - size} more follow, which it doesn't mention"
        raise ValueError(msg)
    return size


def _is_metadata(data: bytes, at: int) -> bool:
    """Tell whether nothing but whole chunks follows, such as a list of names, and no more sound, nor another file."""
    for name, begin, size in _chunks(data, at):
        is_name = name.isascii() and name.decode().isprintable() and name not in _SOUND
        if not is_name or begin + size > len(data):
            return False
        at = begin + size + size % 2
    return len(data) - at <= _PADDING


def _format(chunk: bytes) -> tuple[int, int, int, int]:
    """Return the format tag, the channels, the rate, and the bytes per sample."""
    if len(chunk) < _SHORTEST_FORMAT:
        msg = f"its format chunk has {len(chunk)} bytes, and needs 16"
        raise ValueError(msg)
    tag, channels, rate, _bytes_per_s, align, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == _EXTENSIBLE and len(chunk) >= 26:  # noqa: PLR2004 - where the real tag stands
        (tag,) = struct.unpack_from("<H", chunk, 24)
    if channels not in CHANNELS or rate not in RATES:
        msg = f"its header says {channels} channels at {rate} Hz, which no voice has"
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


def at_speed(data: bytes, speed: float) -> bytes:
    """Return a WAV file that plays faster (above 1) or slower, and higher or lower with it: the same frames.

    Only the rate in the header changes. Whoever plays or hears it resamples it, as it would any other file.

    Raises:
        ValueError: It is no WAV file, or a broken one, or the rate would be none that a sound has.
    """
    read_wav(data)  # so that its format is there, and whole
    at = next(at for name, at, _size in _chunks(data) if name == b"fmt ")
    _tag, _channels, rate, _bytes_per_s, align = struct.unpack_from("<HHIIH", data, at)
    if (changed := round(rate * speed)) not in RATES:
        msg = f"{rate} Hz at {speed:g} times the speed are {changed} Hz: that is no sound's rate"
        raise ValueError(msg)
    return data[: at + 4] + struct.pack("<II", changed, (changed * align) & _MAX_SIZE) + data[at + 12 :]
