"""Calibration: the target that a pair can reach, and what it can't verify at all."""

from __future__ import annotations

import threading

import pytest

from progresskit.audio import Audio
from progresskit.audio.calibration import calibrate
from progresskit.errors import STTError
from progresskit.testing import ScriptedSTT, ScriptedTTS

SAMPLES = ["One plain sentence about the weather.", "Our guest tonight is called Qxz."]


def test_a_pair_that_never_errs_may_be_asked_for_all():
    voice = ScriptedTTS()
    found = calibrate(voice, ScriptedSTT(), SAMPLES, voice_id="joe")
    assert (found.target, found.first_pass_rate, found.never_heard) == (1.0, 1.0, ())
    assert [call["attempt"] for call in voice.calls] == [1, 2, 3, 1, 2, 3]
    assert voice.calls[0]["voice_id"] == "joe"


def test_of_each_sample_the_best_take_counts_and_the_share_decides():
    heard = ["one grand sentence of the leather", "one plain sentence about the leather"]
    heard += ["our guest today is called cues", "our host tonight is called quick"]
    found = calibrate(ScriptedTTS(), ScriptedSTT(heard), SAMPLES, takes=2, share=1)
    assert found.samples[0].accuracies == pytest.approx((3 / 6, 5 / 6))
    assert found.target == 0.66
    assert found.first_pass_rate == 0.75
    assert found.never_heard == ("weather", "Qxz")
    lower = calibrate(ScriptedTTS(), ScriptedSTT(heard), SAMPLES, takes=2, share=0.5)
    assert lower.target == 0.83


def test_what_passes_at_no_target_reaches_nothing():
    found = calibrate(ScriptedTTS(), ScriptedSTT(["", "nothing at all", ""]), SAMPLES[:1])
    assert (found.target, found.first_pass_rate) == (0.0, 0.0)
    assert found.samples[0].accuracies == (0.0, 0.0, 0.0)


def test_a_take_with_a_veto_or_without_sound_reaches_nothing():
    sample = "We have paid 5 of them on time every single day of this long and cold winter."
    silent = Audio(b"\0\0" * 16_000, "audio/pcm", sample_rate=16_000, channels=1)
    ear = ScriptedSTT([sample.replace("5", "six")])
    found = calibrate(ScriptedTTS([silent]), ear, [sample], takes=3)
    assert found.samples[0].accuracies == (0.0, 0.0, 1.0)
    assert len(ear.calls) == 2


def test_a_scorer_of_numbers_will_do():
    found = calibrate(ScriptedTTS(), ScriptedSTT(), SAMPLES, scorer=lambda *_: 0.7251)
    assert (found.target, found.never_heard) == (0.72, ())


def test_silence_reaches_nothing_whatever_the_scorer_says():
    assert calibrate(ScriptedTTS(), ScriptedSTT([""] * 3), SAMPLES[:1], scorer=lambda *_: 1.0).target == 0


def test_a_recogniser_that_fails_calibrates_nothing():
    with pytest.raises(STTError, match="ScriptedSTT failed on 'One plain"):
        calibrate(ScriptedTTS(), ScriptedSTT([STTError("no model", retryable=False)]), SAMPLES)


@pytest.mark.parametrize("samples", [[], "text", ["..."], ["fine", ""], [None], iter(())])
def test_samples_without_words_are_refused(samples):
    with pytest.raises(ValueError, match="samples are not valid"):
        calibrate(ScriptedTTS(), ScriptedSTT(), samples)
    for wrong in ({"takes": 0}, {"takes": 1.5}, {"share": 0}, {"share": 1.1}):
        with pytest.raises(ValueError, match="are not valid"):
            calibrate(ScriptedTTS(), ScriptedSTT(), SAMPLES, **wrong)
    for timeout_s in (0, "5", float("nan")):
        with pytest.raises(ValueError, match="timeout_s"):
            calibrate(ScriptedTTS(), ScriptedSTT(), SAMPLES, timeout_s=timeout_s)


def test_a_scorer_that_hangs_is_given_up():
    hung = threading.Event()
    try:
        with pytest.raises(TimeoutError, match="no answer of scorer="):
            calibrate(ScriptedTTS(), ScriptedSTT(), SAMPLES, scorer=lambda *_: hung.wait(), timeout_s=0.2)
    finally:
        hung.set()
