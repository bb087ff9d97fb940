"""Sound, transcripts and budgets: what they refuse, measure and join."""

from __future__ import annotations

import io
import math
import struct
import wave

import hypothesis.strategies as st
import pytest
from hypothesis import given

from progresskit.audio import Audio, Budget, Transcript
from progresskit.audio.checks import flaw_of
from progresskit.audio.models import join_takes, media_type_of
from progresskit.audio.wav import read_wav
from progresskit.testing.audio import tone


def wav(frames=b"\1\0" * 800, *, rate=8_000, channels=1, width=2):
    """Make a WAV as Python's own writer does."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(frames)
    return file.getvalue()


def test_a_wav_says_its_rate_channels_and_length():
    audio = Audio(wav(rate=16_000, channels=2))
    assert (audio.sample_rate, audio.channels, audio.duration_s) == (16_000, 2, 400 / 16_000)
    assert Audio(b"\0\0" * 8_000, "audio/pcm", sample_rate=8_000).duration_s == 1.0
    assert Audio(b"ID3", "audio/mpeg").duration_s is None
    assert Audio(url="https://x").duration_s is None


def test_nothing_and_nonsense_are_refused():
    with pytest.raises(ValueError, match="neither data nor url"):
        Audio()
    with pytest.raises(TypeError, match="give bytes"):
        Audio("text")
    with pytest.raises(ValueError, match="sample_rate"):
        Audio(b"x", sample_rate=0)
    with pytest.raises(TypeError, match="give a str"):
        Transcript(None)
    for wrong in ({"attempts": 0}, {"seconds": float("inf")}, {"characters": -1}):
        with pytest.raises(ValueError, match="is no budget"):
            Budget(**wrong)


@pytest.mark.parametrize(("name", "value"), [*(("channels", n) for n in (0, 17, 70_000)), ("sample_rate", 2**40)])
@pytest.mark.parametrize("media_type", ["audio/pcm", "audio/wav", "audio/mpeg"])
def test_what_no_sound_has_is_refused_in_any_format(media_type, name, value):
    with pytest.raises(ValueError, match=f"{name} {value} is not valid: give 1"):
        Audio(b"\1\2" * 8_000, media_type, **{"sample_rate": 8_000, name: value})


@pytest.mark.parametrize("value", [8_000.0, 8_000.5, "8000", True, math.nan, [8_000]], ids=repr)
def test_a_rate_is_a_whole_number(value):
    with pytest.raises(TypeError, match=r"sample_rate .* is not valid"):
        Audio(b"\1\2", "audio/pcm", sample_rate=value)


def test_a_whole_number_of_another_library_counts():
    class Int64:
        def __index__(self):
            return 8_000

    assert type(Audio(b"\1\2", "audio/pcm", sample_rate=Int64()).sample_rate) is int


@pytest.mark.parametrize(
    ("name", "given"), [("media_type", None), ("media_type", b"audio/wav"), ("url", 5), ("url", b"s3://x")]
)
def test_what_is_no_text_is_said_at_once(name, given):
    with pytest.raises(TypeError, match=f"{name} is a .*: give a str"):
        Audio(b"x", **{name: given})


@pytest.mark.parametrize("name", ["attempts", "seconds", "characters"])
def test_a_budget_may_be_huge_where_it_counts_and_is_a_number_of_seconds_that_there_is(name):
    if name == "seconds":
        with pytest.raises(ValueError, match="is no budget"):
            Budget(seconds=10**400)
        assert Budget(seconds=1e300).seconds
    else:
        assert getattr(Budget(**{name: 10**400}), name) == 10**400


@pytest.mark.parametrize("cut", [3, 11, 20, 40, -1, -100])
def test_a_truncated_wav_is_found(cut):
    with pytest.raises(ValueError, match=r"truncated|header|format chunk"):
        Audio(wav()[:cut]).pcm()


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_value_error(data):
    for candidate in (data, b"RIFF\0\0\0\0WAVE" + data, b"RIFF\0\0\0\0WAVEfmt " + data):
        try:
            read_wav(candidate)
        except ValueError:
            continue


@given(st.lists(st.binary(min_size=2, max_size=40).map(lambda b: b[: len(b) // 2 * 2]), min_size=1, max_size=5))
def test_joining_is_putting_the_samples_one_after_the_other(parts):
    joined = join_takes([Audio(wav(part)) for part in parts])
    with wave.open(io.BytesIO(joined.data)) as reader:
        assert reader.readframes(reader.getnframes()) == b"".join(parts)
    raw = join_takes([Audio(part, "audio/pcm", sample_rate=8_000) for part in parts])
    assert raw.data == b"".join(parts)


def test_takes_of_different_formats_are_never_re_encoded():
    with pytest.raises(ValueError, match="differ"):
        join_takes([Audio(wav()), Audio(wav(rate=16_000))])
    with pytest.raises(ValueError, match="can't be joined"):
        join_takes([Audio(wav()), Audio(b"ID3", "audio/mpeg")])


def test_a_single_take_is_given_as_it_is():
    take = tone("hello")
    assert join_takes([take]) is take


def test_what_a_file_is_is_told_by_its_first_bytes():
    assert media_type_of(wav()) == "audio/wav"
    assert media_type_of(b"OggS....") == "audio/ogg"
    assert media_type_of(b"\xff\xfb\x90") == "audio/mpeg"
    assert media_type_of(b"???") == "application/octet-stream"


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_loudness_is_measured_at_any_width(width):
    silence = (b"\x80" if width == 1 else b"\0" * width) * 8_000
    loud = {1: b"\xff", 2: struct.pack("<h", 32_767), 3: b"\xff\xff\x7f", 4: struct.pack("<i", 2**31 - 1)}[width]
    assert read_wav(wav(silence, width=width)).peak() == 0
    assert read_wav(wav(silence + loud, width=width)).peak() == pytest.approx(1, abs=0.01)


def test_flaws_are_told_without_a_recogniser():
    assert flaw_of(read_wav(wav(b"\0\0" * 8_000)), "hello") == "silent"
    assert flaw_of(read_wav(tone("x").data), "hello " * 100) == "too short"
    assert flaw_of(read_wav(wav(b"\xff\x7f" * 8_000 * 60)), "hi") == "too long"
    assert flaw_of(read_wav(tone("hello there").data), "hello there") is None
