"""Laws of the loop, with scripted backends: whatever they do, what is promised holds."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from progresskit.audio import AudioCorrectionLoop, Budget, score
from progresskit.audio.models import join_takes
from progresskit.audio.relisten import Relisten
from progresskit.audio.strategies import OtherVoice, Resample, Respell, Retake, SpokenForm
from progresskit.errors import BackendError, STTError
from progresskit.testing import ScriptedSTT, ScriptedTTS
from progresskit.testing.audio import HANG, tone

TEXT = "We paid $5 for the MP3. Nobody knew of Qxz. It was not the end."
HEARD = [
    "we paid five dollars for the m p three",
    "we paid six dollars for the m p three",
    "nobody knew of cues",
    "nobody knew of qxz",
    "it was the end",
    "it was not the end",
    "",
    "thanks for watching",
    "nothing of that sort",
]

STRATEGIES = [
    Relisten(speeds=[0.9]),
    Resample(),
    SpokenForm(lambda text, _: text.replace("$5", "five dollars")),
    Respell({"Qxz": "kooks"}),
    OtherVoice("amy"),
]
some_strategies = st.lists(st.sampled_from(STRATEGIES), unique_by=id)
transcripts = st.lists(st.sampled_from(HEARD), max_size=30)


@settings(max_examples=30)
@given(transcripts, some_strategies, st.integers(1, 5), st.sampled_from([None, 40, 120, 400]), st.integers(1, 3))
def test_never_more_than_the_budget_and_never_anything_but_the_best(heard, strategies, attempts, characters, workers):
    voice, ear = ScriptedTTS(), ScriptedSTT([*heard])
    made = {}

    def speak(text, voice_id=None, attempt=1):
        take = voice.synthesize(text, voice_id=voice_id, attempt=attempt)
        made[take.data] = text
        return take

    budget = Budget(characters=characters)
    with AudioCorrectionLoop(
        speak, ear, strategies=strategies, budget=budget, concurrency=workers, on_fail="best"
    ) as loop:
        result = loop.generate_verified_audio(TEXT, max_attempts=attempts)
    sent = sum(len(call["text"]) for call in voice.calls)
    assert sent == result.report.characters <= (characters or sent)
    assert len(voice.calls) == result.report.takes <= 3 * attempts
    assert result.report.attempts == result.attempts <= attempts
    assert "".join(sentence.text for sentence in result.sentences) == TEXT
    for sentence in result.sentences:
        assert len(sentence.takes) <= attempts
        assert all(made[take.audio.data] == take.spoken for take in sentence.takes)
        if sentence.best is None:
            assert sentence.reason == "budget"
            continue
        assert sentence.audio in [take.audio for take in sentence.takes]
        assert sentence.passed == any(take.verdict == "passed" for take in sentence.takes)
        assert "passed" not in [take.verdict for take in sentence.takes[:-1]], "what passed was spoken again"
        again = score(sentence.text.strip(), sentence.transcript)
        assert again.verdict(0.95) == sentence.verdict, "scored against the sentence, whatever was spoken"
        assert sentence.passed or sentence.reason in {
            "budget",
            "identical_takes",
            "same_words_failed",
            "target_unreachable",
        }
    if result.audio is not None:
        assert result.audio.data == join_takes([sentence.audio for sentence in result.sentences]).data


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(["", "thanks for watching", "...", STTError("gone", retryable=False)]), min_size=1),
    some_strategies,
    st.integers(1, 4),
)
def test_a_dead_recogniser_never_passes_anything(answers, strategies, attempts):
    ear = ScriptedSTT(answers[number % len(answers)] for number in range(500))
    with AudioCorrectionLoop(ScriptedTTS(), ear, strategies=strategies, on_fail="best") as loop:
        try:
            result = loop.generate_verified_audio(TEXT, max_attempts=attempts)
        except BackendError as error:
            result = error.best
    assert not result.passed
    assert not any(sentence.passed for sentence in result.sentences)


@settings(max_examples=30)
@given(st.permutations([0.2, 0.5, 0.8, 0.9]), st.integers(2, 4))
def test_a_failed_retry_never_replaces_a_better_take(accuracies, attempts):
    answers = iter(accuracies)
    with AudioCorrectionLoop(
        ScriptedTTS(), ScriptedSTT(), scorer=lambda *_: next(answers, 0.0), on_fail="best"
    ) as loop:
        result = loop.generate_verified_audio("Hello there.", max_attempts=attempts)
    (sentence,) = result.sentences
    made = accuracies[:attempts]
    assert sentence.accuracy == max(made)
    assert result.audio.data == sentence.takes[made.index(max(made))].audio.data


PAIRS = [
    (TEXT, "we paid five dollars for the mp three nobody knew of cues it was the end"),
    ("Meet at 3:30 on 5 May 2026.", "meet at half past three on may the fifth twenty twenty six"),
    ("회의는 5월 13일 오후 3시 30분입니다.", "회의는 오월 십삼 일 오후 세 시 반입니다"),
    ("progress bar를 켜세요.", "프로그레스 바를 끄세요"),
    ("我们下午3点半见。不要2号。", "我们下午三点半见。不要二号"),
    ("氷点下5度、みっつ買いません。", "氷点下ご度、三つ買いません"),
]


def test_scores_that_threads_make_at_once_are_those_of_one_after_the_other():
    together = threading.Barrier(6)

    def scored(first):
        together.wait(10)
        return {pair: score(*pair).json() for pair in PAIRS[first:] + PAIRS[:first]}

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as pool:
            at_once = list(pool.map(scored, range(6)))
    finally:
        sys.setswitchinterval(usual)
    alone = {pair: score(*pair).json() for pair in PAIRS}
    assert len(set(alone.values())) == len(PAIRS)
    assert at_once == [alone] * 6


def test_what_is_spoken_another_way_is_scored_by_what_was_written():
    heard = ["we paid sick dollars", "we paid five dollars"]
    strategies = [SpokenForm(lambda text, _: text.replace("$5", "six dollars"))]  # a wrong one
    voice = ScriptedTTS()
    with AudioCorrectionLoop(voice, ScriptedSTT(heard[:1]), strategies=strategies, on_fail="best") as loop:
        result = loop.generate_verified_audio("We paid $5.", max_attempts=2)
    assert voice.calls[1]["text"] == "We paid six dollars."
    assert not result.passed, "what was said was heard, and it isn't what was written"


def test_what_another_voice_says_is_asked_of_that_voice():
    text = "Hello there my friends."
    other, voice = ScriptedTTS([tone(text, number=9)]), ScriptedTTS()
    strategies = [OtherVoice("amy"), OtherVoice(other)]
    with AudioCorrectionLoop(voice, ScriptedSTT(["hello bear my friends"] * 2), strategies=strategies) as loop:
        result = loop.generate_verified_audio(text, voice_id="joe")
    assert [call["voice_id"] for call in voice.calls] == ["joe", "amy"]
    assert [call["voice_id"] for call in other.calls] == [None]
    assert [take.voice for take in result.sentences[0].takes] == ["", "amy", "ScriptedTTS"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda: "a text", "'mine' gave a str: return a Retake, or None"),
        (lambda: Retake(None), "retake of None"),
        (lambda: Retake("Hello.", voice_id=5), "with the voice 5"),
        (lambda: Retake("Hello.", tts=5), "int is no backend"),
    ],
)
def test_a_strategy_that_gives_no_retake_is_said(given, said):
    class Mine:
        name = "mine"

        def retake(self, sentence, language):
            return given()

    with (
        AudioCorrectionLoop(ScriptedTTS(), ScriptedSTT(["hello bear"]), strategies=[Mine()]) as loop,
        pytest.raises(TypeError, match=said),
    ):
        loop.generate_verified_audio("Hello there my friends.")


def test_what_is_no_strategy_is_refused():
    class Unnamed(Resample):
        name = 5

    for wrong in (Resample, "resample", object(), Unnamed()):
        with pytest.raises(TypeError, match="is no strategy"):
            AudioCorrectionLoop(ScriptedTTS(), ScriptedSTT(), strategies=[wrong])
    with pytest.raises(ValueError, match="two strategies have the name 'new take'"):
        AudioCorrectionLoop(ScriptedTTS(), ScriptedSTT(), strategies=[Resample(), Resample()])


# --- cancellation ---------------------------------------------------------------------------------------------------


def threads():
    return {thread for thread in threading.enumerate() if thread.name.startswith("progresskit.audio")}


@pytest.mark.anyio
@pytest.mark.parametrize("phase", ["tts", "stt"])
async def test_cancellation_leaves_no_task_no_thread_and_no_half_file(tmp_path, phase, anyio_backend_name):
    begun = anyio.Event()
    ended = []

    async def hang():
        begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(phase)

    async def speak(text):
        if phase == "tts" and text.startswith("Nobody"):
            await hang()
        return tone(text)

    async def hear(audio):
        if phase == "stt":
            await hang()
        return "nothing"

    speak.cache_id = hear.cache_id = "scripted"
    before = threads()
    tasks = len(asyncio.all_tasks()) if anyio_backend_name == "asyncio" else None
    async with AudioCorrectionLoop(speak, hear, cache=tmp_path) as loop, anyio.create_task_group() as group:
        group.start_soon(loop.agenerate_verified_audio, TEXT)
        with anyio.fail_after(10):
            await begun.wait()
        group.cancel_scope.cancel()
    assert phase in ended
    with anyio.fail_after(10):
        while threads() - before:  # noqa: ASYNC110 - a write to the cache that had begun ends by itself
            await anyio.sleep(0.01)
    if tasks is not None:
        assert len(asyncio.all_tasks()) == tasks
    assert [file for file in tmp_path.rglob("*") if file.is_file() and file.suffix == ".part"] == []


def test_the_sync_face_leaves_no_thread_once_it_is_closed():
    before, voice = threads(), ScriptedTTS([HANG])
    loop = AudioCorrectionLoop(voice, ScriptedSTT())
    with pytest.raises(ZeroDivisionError):
        loop.generate_verified_audio(TEXT, on_progress=lambda *_: 1 / 0)
    assert loop.generate_verified_audio("Hello there my friends.", max_attempts=1) is not None
    assert threads() - before, "the control: its event loop is kept for the next call"
    loop.close()
    voice.release()
    deadline = time.monotonic() + 10
    while threads() - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threads() - before == set()
