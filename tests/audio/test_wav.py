"""WAV files of any origin: a header is believed only where the bytes bear it out."""

from __future__ import annotations

import io
import struct
import tracemalloc
import wave
from contextlib import suppress

import hypothesis.strategies as st
import pytest
from hypothesis import given

from progresskit.audio import Audio
from progresskit.audio.checks import flaw_of
from progresskit.audio.wav import Pcm, at_speed, read_wav, write_wav
from progresskit.testing.audio import tone


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(*chunks):
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def kind(tag=1, channels=1, rate=8_000, align=2, bits=16):
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * align, align, bits))


DATA = chunk(b"data", b"\1\2" * 800)


@pytest.mark.parametrize("channels", [0, 17, 4096, 65_535])
def test_a_number_of_channels_that_no_voice_has_is_refused(channels):
    with pytest.raises(ValueError, match=f"{channels} channels"):
        read_wav(riff(kind(channels=channels, align=min(2 * channels, 65_535)), DATA))


@pytest.mark.parametrize("rate", [0, 1, 999, 768_001, 2**32 - 1])
def test_a_rate_that_no_sound_has_is_refused(rate):
    with pytest.raises(ValueError, match=f"at {rate} Hz"):
        read_wav(riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, 0, 2, 16)), DATA))


def test_a_header_that_promises_too_much_is_refused():
    with pytest.raises(ValueError, match="promises 99999 bytes of sound, and 1600 are there"):
        read_wav(riff(kind(), b"data" + struct.pack("<I", 99_999) + DATA[8:]))


@pytest.mark.parametrize(("said", "is_fine"), [(0, True), (0xFFFF_FFFF, True), (1_000, False), (1, False)])
def test_a_file_that_claims_to_end_before_its_sound_is_refused(said, is_fine):
    data = riff(kind(), DATA)
    data = data[:4] + struct.pack("<I", said) + data[8:]
    if is_fine:  # who writes to a pipe doesn't know
        assert len(read_wav(data).frames) == 1600
        return
    with pytest.raises(ValueError, match=f"ends after {said + 8} bytes, and the sound after {len(data)}"):
        read_wav(data)


HIDDEN = [b"\x80\x90" * 800, DATA, kind() + DATA, riff(kind(), DATA), chunk(b"LIST", b"x" * 9)[:-5]]
AFTER = [b"", b"\0" * 7, chunk(b"LIST", b"INFO"), chunk(b"id3 ", b"x" * 99) + chunk(b"cue ", b"")]


@pytest.mark.parametrize("hidden", HIDDEN, ids=range(len(HIDDEN)))
def test_sound_that_the_header_hides_is_refused(hidden):
    with pytest.raises(ValueError, match="more follow, which it doesn't mention"):
        read_wav(riff(kind(), DATA, hidden))


@pytest.mark.parametrize("after", AFTER, ids=range(4))
def test_what_is_no_sound_may_follow(after):
    assert len(read_wav(riff(kind(), chunk(b"LIST", b"who made it"), DATA, after)).frames) == 1600


@pytest.mark.parametrize("size", [0, 0x7FFF_F000, 0xFFFF_FFFF])
def test_a_file_that_was_written_to_a_pipe_is_read_to_its_end(size):
    assert len(read_wav(riff(kind(), b"data" + struct.pack("<I", size) + b"\x80\x90" * 801)).frames) == 1602


def test_a_format_that_is_told_twice_is_refused():
    with pytest.raises(ValueError, match="told twice"):
        read_wav(riff(kind(), kind(rate=16_000), DATA))


def test_a_header_of_endless_parts_is_given_up():
    with pytest.raises(ValueError, match="more than 1000 parts"):
        read_wav(riff(*[chunk(b"junk", b"")] * 2_000, kind(), DATA))


def test_compressed_sound_is_none_of_ours():
    assert read_wav(riff(kind(tag=6, align=1, bits=8), DATA)) is None


def test_another_speed_is_another_rate_in_the_header_and_nothing_else():
    take = tone("hello")
    faster = at_speed(take.data, 1.25)
    assert len(faster) == len(take.data)
    with wave.open(io.BytesIO(faster)) as reader, wave.open(io.BytesIO(take.data)) as before:
        assert reader.getframerate() == 10_000
        assert reader.readframes(9_999_999) == before.readframes(9_999_999)
    for wrong, speed in ((b"ID3", 1.1), (take.data, 0.01), (take.data[:30], 1.1)):
        with pytest.raises(ValueError, match=r"Hz|header|format chunk"):
            at_speed(wrong, speed)


def most_bytes(work):
    """Return the most memory that some work took at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


ENDLESS = b"\xff\xff\xff\xff"
CLAIMS = [
    riff(kind(), b"data" + ENDLESS, DATA),
    riff(kind(), b"data" + b"\xff\xef\xff\x7f", DATA),
    riff(b"fmt " + ENDLESS, kind(), DATA),
    riff(kind(), b"LIST" + ENDLESS, DATA),
    riff(kind(channels=65_535, align=65_535), DATA),
    riff(kind(rate=2**20, align=2), DATA),
    b"RIFF" + ENDLESS + riff(kind(), DATA)[8:],
]


@pytest.mark.parametrize("data", CLAIMS, ids=range(len(CLAIMS)))
def test_what_a_header_claims_takes_no_memory(data):
    def read():
        with suppress(ValueError):
            read_wav(data)

    assert most_bytes(read) < 64 * 1024


FORMATS = [(1, False), (2, False), (3, False), (4, False), (4, True), (8, True)]


@pytest.mark.parametrize(("width", "is_float"), FORMATS)
def test_a_sound_of_any_length_is_looked_at_a_block_at_a_time(width, is_float):
    def long_sound(end):
        return Pcm(8_000, 1, width, is_float=is_float, frames=memoryview(quiet * 300_000 + end))

    quiet = b"\x80" if width == 1 else bytes(width)
    loud = {4: struct.pack("<f", -1), 8: struct.pack("<d", -1)}[width] if is_float else bytes(width - 1) + b"\x80"
    loud = b"\0" if width == 1 else loud
    sound = long_sound(loud * 100_000)
    looks = []
    most = most_bytes(lambda: looks.extend((sound.peak(), sound.clipped_share())))
    assert looks == [1.0, 0.25], "in whichever block it is loud"
    assert most < 1.5e6
    assert flaw_of(long_sound(b""), "hello there my friends" * 10) == "silent"


COUNTS = [0, 1, 2, 3, 4, 8, 16, 24, 32, 255, 4096, 8_000, 44_100, 65_534, 65_535]
numbers = st.sampled_from(COUNTS) | st.integers(0, 65_535)
sizes = st.sampled_from([0, 1, 15, 16, 18, 40, 0x7FFF_F000, 0xFFFF_FFFF]) | st.integers(0, 2**32 - 1)
names = st.sampled_from([b"fmt ", b"data", b"LIST", b"\0\0\0\0", b"RIFF"]) | st.binary(min_size=4, max_size=4)
formats = st.tuples(numbers, numbers, sizes, sizes, numbers, numbers).map(lambda each: struct.pack("<HHIIHH", *each))
parts = st.tuples(names, sizes | st.none(), formats | st.binary(max_size=64)).map(
    lambda each: each[0] + struct.pack("<I", len(each[2]) if each[1] is None else each[1]) + each[2]
)


@given(st.lists(parts, max_size=5), st.booleans(), st.integers(0, 60))
def test_no_header_does_harm(chunks, has_head, cut):
    data = riff(*([kind()] if has_head else []), *chunks)
    for each in (data, data[: len(data) - cut]):
        try:
            sound = read_wav(each)
        except ValueError:
            assert Audio(each).duration_s is None if each else True
            continue
        if sound is None:
            continue
        assert isinstance(sound, Pcm)
        assert len(sound.frames) <= len(each), "no more than there is"
        assert 0 <= sound.duration_s < len(each)
        assert not sound.peak() < 0
        assert 0 <= sound.clipped_share() <= 1
        assert flaw_of(sound, "hello") in {None, "silent", "too short", "too long", "clipped"}
        assert bytes(read_wav(write_wav([sound])).frames) == bytes(sound.frames)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6))
def test_no_flipped_byte_does_harm(flips):
    data = bytearray(tone("hello").data)
    for at, byte in flips:
        data[at] = byte
    try:
        sound = read_wav(bytes(data))
    except ValueError:
        return
    assert sound is None or len(sound.frames) <= len(data)
