"""Hearing a take again: a word is wrong only where all hearings have it wrong."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from progresskit.audio import Audio, AudioCorrectionLoop, Scorer, score
from progresskit.audio.backends import Ear
from progresskit.audio.relisten import Relisten, combined, played
from progresskit.audio.strategies import Resample
from progresskit.errors import STTError
from progresskit.testing import ScriptedSTT, ScriptedTTS
from progresskit.testing.audio import tone

TEXT = "The quick brown fox jumps over the lazy dog."


def together(reference, *heard, **options):
    scorer = Scorer(**options)
    return combined([scorer(reference, each) for each in heard], scorer)


@pytest.mark.parametrize(
    ("reference", "heard", "transcript"),
    [
        (TEXT, ["the quick frown fox jumps over the lazy dog", "a quick brown box"], TEXT),
        (
            TEXT,
            ["the quick brown fox jumps over the very lazy dog", "the quick brown fox jumps over the lazy hog"],
            TEXT,
        ),
        (TEXT, ["", TEXT], TEXT),
        (
            "진행률이 화면에 보입니다.",
            ["진행률이 하면에 보입니다", "진행유리 화면에 보임니다"],
            "진행률이 화면에 보입니다.",
        ),
    ],
)
def test_of_each_word_the_best_hearing_counts(reference, heard, transcript):
    merged = together(reference, *heard)
    assert merged.accuracy == 1.0
    assert merged.verdict(1.0) == "passed"
    assert score(reference, merged.hypothesis).hypothesis.lower() == transcript.lower().strip(".")


def test_what_all_have_wrong_stays_wrong():
    merged = together(TEXT, "the quick frown fox jumps over the lazy dog", "the quick crown fox jumps over a lazy dog")
    assert merged.wrong_words == ("brown",)


def test_a_word_is_never_made_up_of_the_halves_of_two_hearings():
    merged = together("모델을 씁니다", "모돌을 씁니다", "무델을 씁니다")
    assert merged.verdict(0.95) == "failed"
    assert merged.wrong_words == ("모델을",)


def test_what_must_be_said_right_is_taken_from_one_hearing_whole():
    reference, must = "Meet Anna Karenina in Moscow tomorrow.", ["Anna Karenina"]
    halves = ["meet anna carina in moscow tomorrow", "meet hannah karenina in moscow tomorrow"]
    merged = together(reference, *halves, must_say=must)
    assert [veto.expected for veto in merged.critical] == ["Anna Karenina"]
    assert merged.verdict(0.5) == "failed"
    # The controls: without the rule the halves pass, and one hearing that has it whole is enough.
    assert together(reference, *halves).verdict(1.0) == "passed"
    assert together(reference, *halves, reference, must_say=must).verdict(1.0) == "passed"


def test_what_all_have_heard_added_stays_added_wherever_they_heard_it():
    reference, opposites = "Open it by the valve now please.", [("inlet", "outlet")]
    heard = ["open it inlet by the valve now please", "open it by the valve now inlet please"]
    assert together(reference, *heard, opposites=opposites).verdict(0.5) == "failed"
    # The control: heard by one of them alone it was a slip of the ear.
    assert together(reference, heard[0], reference, opposites=opposites).verdict(1.0) == "passed"


words = st.sampled_from([*TEXT.lower().strip(".").split(), "no", "never", "7"])


@given(st.lists(st.lists(words, max_size=14).map(" ".join), min_size=1, max_size=4))
def test_hearings_together_are_never_worse_than_the_best_and_never_better_than_all_errors_gone(heard):
    scores = [score(TEXT, each) for each in heard]
    merged = combined(scores, score)
    assert merged in scores or merged.accuracy >= max(each.accuracy for each in scores) or not merged.critical
    right = set()
    for each in scores:
        right |= {step.reference_span for step in each.alignment if step.op == "hit"}
    if merged.accuracy == 1.0:
        assert len(right) == len(TEXT.split())


def test_a_take_at_another_speed_has_the_same_frames():
    take = tone("hello")
    slower = played(take, 0.9)
    assert slower.pcm().frames == take.pcm().frames
    assert slower.duration_s == pytest.approx(take.duration_s / 0.9)
    raw = Audio(bytes(take.pcm().frames), "audio/pcm", sample_rate=8_000, channels=1)
    assert played(raw, 1.1).sample_rate == 8_800
    assert played(Audio(b"ID3", "audio/mpeg"), 0.9) is None
    assert played(Audio(url="https://example.com/x"), 0.9) is None


def test_a_second_recogniser_hears_the_take_as_it_is():
    take, first = tone("hello"), Ear(lambda audio: "")
    assert [audio.sample_rate for audio, _ in Relisten().hearings(take, first)] == [7_200, 8_800]
    second = ScriptedSTT()
    ((audio, ear),) = Relisten(stt=second).hearings(take, first)
    assert (audio, ear.name) == (take, "ScriptedSTT")
    by_url = Ear(lambda url: "")
    assert list(Relisten().hearings(take, by_url)) == []


def test_what_is_no_speed_or_no_recogniser_is_refused():
    with pytest.raises(ValueError, match="speed 9 is not valid"):
        Relisten(speeds=[9])
    with pytest.raises(TypeError, match="is no backend"):
        Relisten(stt=7)


# --- in the loop ----------------------------------------------------------------------------------------------------


def verified(stt, *strategies, text=TEXT, **options):
    voice, ear = ScriptedTTS(), ScriptedSTT(stt)
    with AudioCorrectionLoop(tts=voice, stt=ear, strategies=strategies, on_fail="best", **options) as loop:
        return loop.generate_verified_audio(text, max_attempts=2), voice, ear


def test_a_take_is_heard_again_before_it_is_made_again():
    result, voice, ear = verified(["the quick frown fox jumps over the lazy dog"], Relisten(), Resample())
    (take,) = result.sentences[0].takes
    assert result.passed
    assert (len(voice.calls), len(ear.calls)) == (1, 2)
    assert take.hearings == ("the quick frown fox jumps over the lazy dog", TEXT)
    # The control: without it the voice is asked again.
    result, voice, _ = verified(["the quick frown fox jumps over the lazy dog"], Resample())
    assert len(voice.calls) == 2


def test_the_words_that_two_hearings_share_make_a_pass():
    heard = ["the quick frown fox jumps over the lazy dog", "the quick brown fox jumps over the hazy dog"]
    result, voice, _ = verified(heard, Relisten(speeds=[0.9]), Resample())
    assert result.passed
    assert len(voice.calls) == 1


def test_a_second_recogniser_that_fails_is_passed_over():
    dead = ScriptedSTT([STTError("no model", retryable=False)] * 9)
    result, voice, _ = verified(["the quick frown fox jumps over the lazy dog"], Relisten(stt=dead), Resample())
    assert result.passed
    assert (len(voice.calls), len(dead.calls)) == (2, 1)


def test_silence_in_all_hearings_is_unheard():
    result, *_ = verified([""] * 9, Relisten(), Resample())
    assert {take.verdict for take in result.sentences[0].takes} == {"unheard"}


def test_a_recogniser_that_hears_for_nothing_is_asked_again_by_itself():
    class Free(ScriptedSTT):
        second_speeds = (0.9,)

    voice, ear = ScriptedTTS(), Free(["the quick frown fox jumps over the lazy dog"])
    with AudioCorrectionLoop(tts=voice, stt=ear) as loop:
        assert loop.generate_verified_audio(TEXT).passed
    assert [call["audio"].sample_rate for call in ear.calls] == [8_000, 7_200]
    assert len(voice.calls) == 1


def test_a_scorer_of_numbers_takes_the_best_hearing():
    def scorer(reference, heard):
        return 1.0 if heard == reference else 0.4

    result, voice, _ = verified(["something else"], Relisten(), scorer=scorer)
    assert result.passed
    assert len(voice.calls) == 1
