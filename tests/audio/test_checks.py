"""Cheap checks: what can't be the text is found before a recogniser hears it."""

from __future__ import annotations

import math
import struct

import pytest

from progresskit.audio import Audio, AudioCorrectionLoop
from progresskit.audio.checks import flaw_of
from progresskit.audio.wav import Pcm
from progresskit.errors import TTSError
from progresskit.testing import ScriptedSTT, ScriptedTTS
from progresskit.testing.audio import tone

RATE = 8_000


def sound(samples, width=2, *, is_float=False):
    code = {(1, False): "B", (2, False): "h", (4, False): "i", (4, True): "f", (8, True): "d"}[width, is_float]
    return Pcm(RATE, 1, width, is_float=is_float, frames=memoryview(struct.pack(f"<{len(samples)}{code}", *samples)))


def sine(peak, *, limit=1.0, seconds=1):
    return [max(-limit, min(limit, peak * math.sin(n / 5))) for n in range(seconds * RATE)]


def test_a_voice_is_none_of_them():
    assert flaw_of(sound([int(30_000 * each) for each in sine(0.9)]), "hello there") is None
    assert flaw_of(sound(sine(0.9), 4, is_float=True), "hello there") is None
    assert flaw_of(sound([int(128 + 120 * each) for each in sine(0.9)], 1), "hello there") is None


@pytest.mark.parametrize(
    "silence",
    [
        sound([]),
        sound([0] * RATE),
        sound([1, -1] * RATE),
        sound([128] * RATE, 1),
        sound([math.nan] * RATE, 4, is_float=True),
        sound([0.0] * RATE + [math.nan], 8, is_float=True),
    ],
    ids=range(6),
)
def test_silence_is_silent_in_every_format(silence):
    assert flaw_of(silence, "hello there") == "silent"


def test_a_sound_that_stands_at_full_scale_is_clipped():
    loud = sine(1.5, limit=1.0)
    assert flaw_of(sound([int(32_767 * each) for each in loud]), "hello there") == "clipped"
    assert flaw_of(sound([int((2**31 - 1) * each) for each in loud], 4), "hello there") == "clipped"
    assert flaw_of(sound([int(127.5 + 127.5 * each) for each in loud], 1), "hello there") == "clipped"
    assert flaw_of(sound(sine(1.5), 4, is_float=True), "hello there") == "clipped"
    three = b"".join(struct.pack("<i", int((2**31 - 1) * each))[1:] for each in loud)
    assert flaw_of(Pcm(RATE, 1, 3, is_float=False, frames=memoryview(three)), "hello there") == "clipped"
    # The control: brought to full scale, and no further.
    assert flaw_of(sound([int(32_767 * each) for each in sine(0.9999)]), "hello there") is None


def verified(*takes, **options):
    voice, ear = ScriptedTTS(takes), ScriptedSTT()
    with AudioCorrectionLoop(tts=voice, stt=ear, **options) as loop:
        return loop.generate_verified_audio("Hello there my friends."), ear


def test_what_is_flawed_is_not_heard_and_is_made_again():
    clipped = Audio(struct.pack("<h", 32_767) * RATE, "audio/pcm", sample_rate=RATE, channels=1)
    result, ear = verified(clipped)
    assert [take.flaw for take in result.sentences[0].takes] == ["clipped", None]
    assert len(ear.calls) == 1


def test_no_more_is_read_of_a_take_than_it_may_have(tmp_path):
    huge = tmp_path / "huge.wav"
    with huge.open("wb") as file:
        file.truncate(1 << 37)  # holes: more than any memory
    path = tmp_path / "take.wav"
    path.write_bytes(tone("Hello there my friends.").data)
    pieces = iter([b"RIFF" * 1_000] * 1_000)
    for take in (pieces, huge, path, path.read_bytes(), tone("Hello there my friends.")):
        with pytest.raises(TTSError, match="more than 10000 bytes: give the loop a larger max_take_bytes") as caught:
            verified(take, max_take_bytes=10_000)
        assert not caught.value.retryable
    assert len(list(pieces)) > 900
    assert verified(path)[0].passed
    with pytest.raises(ValueError, match="max_take_bytes"):
        verified(max_take_bytes=0)
