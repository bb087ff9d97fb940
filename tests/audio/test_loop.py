"""The correction loop: what fails is made again, the best is kept, and what comes out is what was verified."""

from __future__ import annotations

import asyncio
import json
import math
import pickle
import socket
import sys
import threading
import time

import anyio
import hypothesis.strategies as st
import pytest
from hypothesis import given

from progresskit.audio import Audio, AudioCorrectionLoop, Budget, score, take_sheet
from progresskit.audio.checks import flaw_of
from progresskit.audio.models import join_takes
from progresskit.audio.strategies import Resample
from progresskit.errors import MissingDependencyError, STTError, TTSError, VerificationFailed
from progresskit.testing import ScriptedSTT, ScriptedTTS
from progresskit.testing.audio import HANG, text_in, tone

TEXT = "Hello there my friends. How are you all today? This is the end of it."
WRONG = "nothing of that sort"


@pytest.fixture
def make():
    """Make a loop of a scripted pair, closed in the end."""
    loops = []

    def make(tts=(), stt=(), **options):
        voice = tts if isinstance(tts, ScriptedTTS) or callable(tts) else ScriptedTTS(tts)
        ear = stt if isinstance(stt, ScriptedSTT) or callable(stt) else ScriptedSTT(stt)
        loops.append(AudioCorrectionLoop(tts=voice, stt=ear, **options))
        return loops[-1], voice, ear

    yield make
    for loop in loops:
        loop.close()


# --- what is made, and what is kept ---------------------------------------------------------------------------------


def test_each_sentence_is_spoken_and_verified_alone(make):
    loop, voice, ear = make()
    result = loop.generate_verified_audio(TEXT, voice_id="joe")
    assert [call["text"] for call in voice.calls] == [s.text.strip() for s in result.sentences]
    assert len(ear.calls) == len(result.sentences) == 3
    assert {call["voice_id"] for call in voice.calls} == {"joe"}
    assert result.passed
    assert dict(result) == {"audio_url": None, "accuracy": 1.0, "attempts": 1}
    assert result.report.first_pass_rate == 1.0


def test_only_what_failed_is_made_again(make):
    loop, voice, _ear = make(stt=[WRONG])
    result = loop.generate_verified_audio(TEXT)
    assert [s.attempts for s in result.sentences] == [2, 1, 1]
    assert len(voice.calls) == 4
    assert result.attempts == 2


def test_the_worst_goes_first(make):
    heard = ["hello there my friend", WRONG, "this is the end of it"]
    loop, voice, _ear = make(stt=heard, concurrency=1)
    loop.generate_verified_audio(TEXT)
    assert [call["text"] for call in voice.calls][3:] == ["How are you all today?", "Hello there my friends."]


def test_the_best_take_is_kept_and_not_the_last(make):
    heard = ["hello there my friend", "hello there", WRONG]
    loop, _voice, _ear = make(stt=heard, on_fail="best")
    result = loop.generate_verified_audio("Hello there my friends.", max_attempts=3)
    (sentence,) = result.sentences
    assert sentence.transcript == "hello there my friend"
    assert result.audio is sentence.takes[0].audio
    assert not result.passed


def test_the_takes_are_joined_sample_by_sample(make):
    loop, _voice, _ear = make()
    result = loop.generate_verified_audio(TEXT)
    frames = b"".join(bytes(take.pcm().frames) for take in result.segments)
    assert bytes(result.audio.pcm().frames) == frames
    assert result.audio.duration_s == pytest.approx(sum(take.duration_s for take in result.segments))


def test_other_media_come_back_as_segments_or_through_join(make):
    def mp3(text):
        return Audio(b"ID3" + text.encode(), "audio/mpeg")

    hear = lambda audio: audio.data[3:].decode()  # noqa: E731 - short beside the voice
    loop, *_ = make(mp3, hear)
    result = loop.generate_verified_audio(TEXT)
    assert result.audio is None
    assert len(result.segments) == 3
    loop, *_ = make(mp3, hear, join=lambda takes: b"".join(take.data for take in takes))
    assert loop.generate_verified_audio(TEXT).audio.data.count(b"ID3") == 3


def test_a_voice_that_gives_urls_is_verified_as_one(make):
    urls = []

    def generate(text, voice_id):
        urls.append(f"https://example.com/{voice_id}/{len(urls)}")
        return urls[-1]

    loop, *_ = make(generate, lambda audio_url: TEXT)
    result = loop.generate_verified_audio(TEXT, "joe")
    assert result["audio_url"] == "https://example.com/joe/0"
    assert len(result.sentences) == 1
    # Where only the first take shows it, the text is taken as one from there on.
    loop, *_ = make(lambda text: "https://example.com/x", lambda audio: TEXT)
    assert len(loop.generate_verified_audio(TEXT).sentences) == 1


def test_a_url_is_fetched_by_the_users_own_fetcher_alone(make):
    fetched = []

    def fetch(url):
        fetched.append(url)
        return tone(url.rpartition("/")[2].replace("%20", " ")).data

    loop, *_ = make(lambda text: "https://example.com/" + text.replace(" ", "%20"), fetch=fetch)
    result = loop.generate_verified_audio("Hello there my friends. How are you all today?")
    assert len(result.sentences) == len(fetched) == 2


def test_nothing_is_fetched_without_a_fetcher(make):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = server.getsockname()

        def fetch(_url):
            socket.create_connection(address).close()
            return tone(TEXT).data

        for options, is_fetched in (({}, False), ({"fetch": fetch}, True)):
            loop, *_ = make(
                lambda text: "http://{}:{}/take.wav".format(*address), lambda audio: TEXT, split=False, **options
            )
            take_sheet(loop.generate_verified_audio(TEXT))
            if is_fetched:  # the control
                server.accept()[0].close()
            else:
                with pytest.raises(BlockingIOError):
                    server.accept()


def test_store_gives_what_a_recogniser_of_urls_needs_and_the_result_s_url(make):
    stored = {}

    def store(audio):
        stored[f"s3://{len(stored)}"] = audio
        return f"s3://{len(stored) - 1}"

    loop, *_ = make(stt=lambda url: text_in(stored[url]), store=store)
    result = loop.generate_verified_audio(TEXT)
    assert stored[result.audio_url] == result.audio
    assert len(stored) == 4


def test_the_result_is_plain_json_and_survives_pickle(make):
    loop, *_ = make()
    result = loop.generate_verified_audio(TEXT)
    assert json.loads(json.dumps(result)) == {"audio_url": None, "accuracy": 1.0, "attempts": 1}
    assert pickle.loads(pickle.dumps(result)) == result


# --- when it isn't verified -----------------------------------------------------------------------------------------


def test_a_failure_holds_the_best_there_is(make):
    loop, *_ = make(stt=[WRONG] * 9)
    with pytest.raises(VerificationFailed) as caught:
        loop.generate_verified_audio(TEXT, max_attempts=3)
    failure = caught.value
    assert (failure.attempts, failure.reason) == (3, "budget")
    assert failure.best.sentences[0].attempts == 3
    assert "Hello" in failure.failing_words
    again = pickle.loads(pickle.dumps(failure))
    assert (again.best, again.attempts, again.failing_words) == (failure.best, 3, failure.failing_words)


def test_silence_is_neither_a_pass_nor_the_voice_s_fault(make):
    loop, *_ = make(stt=[""] * 5)
    with pytest.raises(VerificationFailed) as caught:
        loop.generate_verified_audio("Hello there my friends.")
    assert caught.value.reason == "unheard"


def test_the_same_bytes_again_end_a_sentence(make):
    same = tone("Hello there my friends.")
    loop, voice, ear = make([same] * 5, [WRONG] * 5)
    with pytest.raises(VerificationFailed) as caught:
        loop.generate_verified_audio("Hello there my friends.")
    assert caught.value.reason == "identical_takes"
    assert (len(voice.calls), len(ear.calls)) == (2, 1)


@pytest.mark.parametrize(
    ("reason", "takes", "heard", "strategies"),
    [
        ("identical_takes", [tone("Hello there my friends.")] * 2, ["hello bear my friends"], [Resample()]),
        ("same_words_failed", [], ["hello bear my friends"] * 2, [Resample()]),
        ("target_unreachable", [], ["hello bear my friends"], []),
        ("budget", [], ["hello bear my friends", "hello there my fiends"] * 2, [Resample()]),
        ("unheard", [], [""] * 4, [Resample()]),
    ],
)
def test_every_reason_to_stop_is_reached_and_told(make, reason, takes, heard, strategies):
    loop, voice, _ear = make(takes, heard, strategies=strategies)
    with pytest.raises(VerificationFailed, match=f"stopped by {reason}: ") as caught:
        loop.generate_verified_audio("Hello there my friends.", max_attempts=4)
    failure = caught.value
    assert failure.reason == reason
    assert len(voice.calls) == failure.attempts == failure.best.report.takes
    # The control: one good hearing more, where the budget has room for it, and it passes.
    loop, *_ = make((), heard[:1], strategies=[Resample()])
    assert loop.generate_verified_audio("Hello there my friends.", max_attempts=4).passed


def test_the_report_tells_what_was_done(make):
    spent = {"tts": 0.0, "stt": 0.0}
    made, heard = [], iter([WRONG, STTError("busy")])

    async def busy(phase):
        began_s = time.monotonic()
        await anyio.sleep(0.03)
        spent[phase] += time.monotonic() - began_s

    async def speak(text, attempt):
        await busy("tts")
        made.append(tone(text, number=attempt))
        return made[-1] if len(made) > 1 else None  # nothing, which is asked for again

    async def hear(audio: Audio):
        await busy("stt")
        answer = next(heard, None)
        if isinstance(answer, Exception):
            raise answer
        return answer or text_in(audio)

    loop, *_ = make(speak, hear, strategies=[Resample()])
    began_s = time.monotonic()
    result = loop.generate_verified_audio(TEXT)
    report = result.report
    assert report.elapsed_s == pytest.approx(time.monotonic() - began_s, abs=0.2)
    assert report.tts_s == pytest.approx(spent["tts"], abs=0.1), "without the pause before the second try"
    assert report.stt_s == pytest.approx(spent["stt"], abs=0.1)
    assert report.audio_s == pytest.approx(sum(take.duration_s for take in made[1:]))
    assert report.characters == sum(len(text_in(take)) for take in made)
    assert (report.first_pass_rate, report.attempts, report.takes) == (pytest.approx(2 / 3), 2, len(made) - 1)
    assert (report.retries, report.cached, report.target) == (2, 0, 0.95)


def test_what_can_not_be_the_text_is_not_listened_to(make):
    silent = Audio(b"\0\0" * 16_000, "audio/pcm", sample_rate=16_000, channels=1)
    loop, _voice, ear = make([silent])
    result = loop.generate_verified_audio("Hello there my friends.")
    assert [take.flaw for take in result.sentences[0].takes] == ["silent", None]
    assert len(ear.calls) == 1


@pytest.mark.parametrize(
    ("budget", "said"), [(Budget(attempts=2), "all 2 attempts"), (Budget(characters=50), "exceed its 50 characters")]
)
def test_a_budget_is_kept(make, budget, said):
    loop, voice, _ear = make(stt=[WRONG] * 9, budget=budget)
    with pytest.raises(VerificationFailed, match=f"stopped by budget: .*{said}") as caught:
        loop.generate_verified_audio("Hello there my friends.", max_attempts=9)
    assert caught.value.reason == "budget"
    assert len(voice.calls) == 2


def test_a_budget_of_seconds_gives_up_what_is_under_way(make):
    loop, voice, _ear = make([tone("Hello there my friends."), HANG], [WRONG], budget=Budget(seconds=0.5))
    began = time.monotonic()
    with pytest.raises(VerificationFailed, match=r"0\.[35] seconds are over") as caught:
        loop.generate_verified_audio("Hello there my friends.")
    assert time.monotonic() - began < 5
    assert caught.value.reason == "budget"
    assert caught.value.best.sentences[0].attempts == 1
    voice.release()


# --- backends that fail ---------------------------------------------------------------------------------------------


def test_calls_that_are_repeated_count_into_the_budget_of_characters(make):
    loop, voice, _ear = make([OSError("reset")] * 9, budget=Budget(characters=50))
    with pytest.raises(TTSError, match="after 2 tries: reset") as caught:
        loop.generate_verified_audio("Hello there my friends.")
    assert len(voice.calls) == 2
    assert caught.value.best.report.characters == 46


def test_sentences_that_are_worked_on_at_once_share_the_budget_of_characters(make):
    loop, voice, _ear = make(budget=Budget(characters=30), concurrency=3, on_fail="best")
    result = loop.generate_verified_audio(TEXT)
    assert sum(len(call["text"]) for call in voice.calls) == result.report.characters <= 30
    assert result.sentences[1].reason == "budget"
    assert "30 characters" in result.sentences[1].detail


def test_a_budget_of_seconds_ends_a_pause_between_two_tries(make):
    loop, voice, _ear = make([TTSError("busy", retry_after_s=30)], budget=Budget(seconds=0.3))
    began = time.monotonic()
    with pytest.raises(VerificationFailed, match=r"0\.[35] seconds are over") as caught:
        loop.generate_verified_audio("Hello there my friends.")
    assert time.monotonic() - began < 5
    assert caught.value.reason == "budget"
    assert len(voice.calls) == 1


class StatusError(Exception):
    def __init__(self, status):
        super().__init__(f"HTTP {status}")
        self.status_code = status


@pytest.mark.parametrize("error", [OSError("reset"), TimeoutError(), StatusError(503), TTSError("busy"), b"", None])
def test_an_error_that_may_pass_is_tried_again_and_is_no_attempt(make, error):
    loop, voice, _ear = make([error])
    result = loop.generate_verified_audio("Hello there my friends.")
    assert result.attempts == 1
    assert result.report.retries == 1
    assert len(voice.calls) == 2


@pytest.mark.parametrize("error", [StatusError(401), ValueError("bad"), TTSError("no", retryable=False), 7])
def test_an_error_that_stays_names_the_backend_and_the_sentence_at_once(make, error):
    loop, voice, _ear = make([tone("Hello there my friends."), error], concurrency=1)
    with pytest.raises(TTSError, match=r"ScriptedTTS failed on sentence 2 .*How are you") as caught:
        loop.generate_verified_audio(TEXT)
    assert len(voice.calls) == 2
    assert caught.value.best.sentences[0].passed, "the takes made so far are kept"


def test_a_store_that_fails_as_well_does_not_hide_the_backend_s_error(make):
    def store(_audio):
        raise ZeroDivisionError

    loop, *_ = make([tone(TEXT), TTSError("gone", retryable=False)], [WRONG], split=False, store=store)
    with pytest.raises(TTSError, match="gone"):
        loop.generate_verified_audio(TEXT)


@pytest.mark.parametrize("given", [None, 5, b"s3://x", ""])
def test_a_store_that_gives_no_url_is_said(make, given):
    loop, *_ = make(store=lambda audio: given)
    with pytest.raises(TypeError, match="store= gave "):
        loop.generate_verified_audio(TEXT)


@pytest.mark.parametrize("given", [None, 5, "x", [0, 1]])
def test_only_bytes_are_sound(make, given):
    loop, *_ = make(join=lambda takes: given)  # bytes(5) would be published, as five zeros
    with pytest.raises(TypeError, match="join= gave"):
        loop.generate_verified_audio(TEXT)
    loop, *_ = make(lambda text: "https://example.com/x", fetch=lambda url: given)
    with pytest.raises(TTSError, match="fetch= gave"):
        loop.generate_verified_audio(TEXT)


def test_a_sound_that_no_format_has_is_a_take_that_failed(make):
    samples = bytes(tone("Hello there my friends.").pcm().frames)
    for wrong in ({"channels": 70_000}, {"sample_rate": 2**40}):
        pcm = {"sample_rate": 8_000, "channels": 1} | wrong
        loop, *_ = make(lambda text, pcm=pcm: Audio(samples, "audio/pcm", **pcm))
        (name, value), *_ = wrong.items()
        with pytest.raises(TTSError, match=f"failed on sentence 1 .*: {name} {value} is not valid"):
            loop.generate_verified_audio(TEXT)


def test_nothing_that_was_fetched_or_joined_is_no_sound(make):
    answers = iter([b"", tone("Hello there my friends.").data])
    loop, *_ = make(lambda text: "https://example.com/x", fetch=lambda url: next(answers))
    result = loop.generate_verified_audio("Hello there my friends.")
    assert (result.report.retries, result.attempts) == (1, 1)
    loop, *_ = make(join=lambda takes: b"")
    with pytest.raises(ValueError, match="join= gave nothing"):
        loop.generate_verified_audio(TEXT)


def test_an_error_whose_words_fail_is_an_error_like_any(make):
    class MuteError(Exception):
        def __str__(self):
            msg = "no words"
            raise ZeroDivisionError(msg)

    class MuteEnd(BaseException):
        __str__ = MuteError.__str__

    async def end(text):
        raise MuteEnd

    for voice, said in (([MuteError()], "MuteError"), ([MuteEnd()], "MuteEnd"), (end, "MuteEnd")):
        loop, *_ = make(voice, timeout_s=5, budget=Budget(seconds=20))
        with pytest.raises(TTSError, match=f"failed on sentence 1 .*: .*{said}"):
            loop.generate_verified_audio(TEXT)


def test_what_was_fetched_is_checked_like_any_take(make):
    loop, *_ = make(
        lambda text: "https://example.com/x", fetch=lambda url: tone("x").data[:-10], budget=Budget(characters=30)
    )
    with pytest.raises(TTSError, match="broken file: it is truncated"):
        loop.generate_verified_audio("Hello there my friends.")


def test_a_wait_of_minutes_is_a_failure_that_says_how_long(make):
    loop, voice, _ear = make([TTSError("busy", retry_after_s=600)])
    with pytest.raises(TTSError, match="busy") as caught:
        loop.generate_verified_audio("Hello there my friends.")
    assert (caught.value.retryable, caught.value.retry_after_s, len(voice.calls)) == (True, 600, 1)


def test_a_store_that_stumbles_is_asked_again(make):
    answers = iter([OSError("reset"), "s3://x", "s3://x"])

    async def store(_audio):
        await anyio.lowlevel.checkpoint()
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    loop, *_ = make(stt=lambda url: TEXT, store=store, split=False)
    result = loop.generate_verified_audio(TEXT)
    assert (result.audio_url, result.report.retries) == ("s3://x", 1)


def test_a_backend_that_ends_its_thread_or_its_own_task_has_failed_and_nothing_hangs(make):
    def leave(text):
        sys.exit(3)

    async def cancel(text):
        task = asyncio.ensure_future(asyncio.sleep(60))
        task.cancel()
        await task

    async def leave_the_loop(text):
        sys.exit(3)

    async def close(text):
        raise GeneratorExit

    async def in_a_group(text):
        msg = "two"
        raise BaseExceptionGroup(msg, [TTSError("gone"), asyncio.CancelledError()])

    for voice, said in (
        (leave, "SystemExit: 3"),
        (leave_the_loop, "ended from within by SystemExit: 3"),
        (cancel, "ended from within by CancelledError"),
        (close, "ended from within by GeneratorExit"),
        (in_a_group, "ended from within by TTSError: gone; CancelledError"),
    ):
        loop, *_ = make(voice, timeout_s=5)
        for _ in range(2):
            with pytest.raises(TTSError, match=said):
                loop.generate_verified_audio(TEXT)


@pytest.mark.parametrize("group", [ExceptionGroup, lambda *given: ExceptionGroup("outer", [ExceptionGroup(*given)])])
def test_an_error_in_a_group_is_that_error(make, group):
    busy, gone = OSError("busy"), TTSError("gone", retryable=False, status_code=401)
    loop, voice, _ear = make([group("unhandled", [busy])])
    assert loop.generate_verified_audio("Hello there my friends.").report.retries == 1
    loop, voice, _ear = make([group("unhandled", [busy, gone])])
    with pytest.raises(TTSError, match=r"failed on sentence 1 .*: gone") as caught:
        loop.generate_verified_audio("Hello there my friends.")
    assert (len(voice.calls), caught.value.retryable, caught.value.status_code) == (1, False, 401)


@pytest.mark.parametrize("failing", ["tts", "stt"])
@pytest.mark.parametrize("concurrency", [2, 5])
def test_nothing_more_is_paid_for_after_a_failure_for_good(make, failing, concurrency):
    heard = threading.Event()

    def fail(*_):
        heard.set()
        msg = "gone"
        raise ValueError(msg)

    def speak(text):
        spoken.append(text)
        if failing == "tts" or (len(spoken) == 2 and heard.wait(5) and time.sleep(0.05)):
            fail()
        return tone(text)

    spoken = []
    loop, *_ = make(speak, fail if failing == "stt" else (), concurrency=concurrency)
    with pytest.raises(TTSError if failing == "tts" else STTError, match="gone"):
        loop.generate_verified_audio("One more. " * 8)
    time.sleep(0.05)  # for a thread that shouldn't be there
    assert len(spoken) == (1 if failing == "tts" else 2)


def test_a_recogniser_that_fails_is_no_pass(make):
    loop, *_ = make(stt=[STTError("no model", retryable=False)])
    with pytest.raises(STTError, match="ScriptedSTT failed on sentence 1"):
        loop.generate_verified_audio("Hello there my friends.")


def test_a_voice_that_hangs_is_given_up_and_asked_again(make):
    loop, voice, _ear = make([HANG], timeout_s=0.2)
    result = loop.generate_verified_audio("Hello there my friends.")
    assert result.report.retries == 1
    voice.release()


# --- progress -------------------------------------------------------------------------------------------------------


def test_progress_comes_from_the_callers_thread_and_never_goes_back(make):
    loop, *_ = make(stt=[WRONG] * 4)
    said = []

    def on_progress(progress, message, metadata):
        asyncio.run(asyncio.sleep(0))  # as in workers that have no loop of their own
        said.append((progress, message, metadata, threading.current_thread()))

    loop.generate_verified_audio(TEXT, on_progress=on_progress)
    values = [progress for progress, *_ in said]
    assert values == sorted(values)
    assert values[-1] == 1.0
    assert {thread for *_, thread in said} == {threading.current_thread()}
    assert {metadata["phase"] for _, _, metadata, _ in said} == {"tts", "stt", "scored"}
    assert all({"attempt", "max_attempts", "sentence", "sentences"} <= metadata.keys() for _, _, metadata, _ in said)
    assert all(("accuracy" in metadata) == (metadata["phase"] == "scored") for _, _, metadata, _ in said)


def test_what_on_progress_raises_ends_the_loop(make):
    loop, voice, _ear = make()
    with pytest.raises(ZeroDivisionError):
        loop.generate_verified_audio(TEXT, on_progress=lambda *_: 1 / 0)
    assert len(voice.calls) <= 2


# --- faces ----------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_async_face_runs_in_the_callers_loop(make):
    loop, *_ = make()
    said = []

    async def on_progress(progress, _message, _metadata):
        await anyio.lowlevel.checkpoint()
        said.append(progress)

    result = await loop.agenerate_verified_audio(TEXT, on_progress=on_progress)
    assert result.passed
    assert said[-1] == 1.0


@pytest.mark.anyio
async def test_cancelling_the_async_face_frees_everything(make):
    loop, voice, _ear = make([HANG])
    with anyio.move_on_after(0.2) as scope:
        await loop.agenerate_verified_audio(TEXT)
    assert scope.cancelled_caught
    voice.release()


@pytest.mark.anyio
async def test_the_sync_face_works_on_a_thread_that_runs_a_loop(make):
    loop, *_ = make()
    assert loop.generate_verified_audio("Hello there my friends.").passed


@pytest.mark.anyio
async def test_what_takes_long_to_compute_runs_beside_the_event_loop(make, monkeypatch):
    ran_in = []

    def noted(function):
        return lambda *args: ran_in.append(threading.current_thread()) or function(*args)

    monkeypatch.setattr("progresskit.audio.judge.flaw_of", noted(flaw_of))
    loop, *_ = make(scorer=noted(score))
    assert (await loop.agenerate_verified_audio("Hello there my friends.")).passed
    assert len(ran_in) == 3, "the take's samples, its score, and that of the whole text"
    assert threading.current_thread() not in ran_in


def test_an_async_backend_lives_in_one_event_loop(make):
    loops = set()

    async def speak(text):
        loops.add(asyncio.get_running_loop())
        return tone(text)

    loop, *_ = make(speak)
    for _ in range(3):
        loop.generate_verified_audio("Hello there my friends.")
    assert len(loops) == 1


def test_one_is_spoken_while_another_is_heard(make):
    heard = threading.Event()
    met = []

    def speak(text):
        if text.startswith("How"):
            met.append(heard.wait(5))
        return tone(text)

    def hear(audio: Audio):
        heard.set()
        return text_in(audio)

    loop, *_ = make(speak, hear)
    loop.generate_verified_audio(TEXT)
    assert met == [True]


@pytest.mark.parametrize("phase", ["tts", "stt", "scored"])
def test_what_on_progress_raises_in_any_phase_ends_the_loop(make, phase):
    loop, *_ = make()

    def on_progress(_progress, _message, metadata):
        if metadata["phase"] == phase:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loop.generate_verified_audio(TEXT, on_progress=on_progress)
    assert loop.generate_verified_audio(TEXT).passed, "the loop object is as good as new"


def test_an_async_on_progress_needs_the_async_face(make):
    class OnProgress:
        async def __call__(self, _progress, _message, _metadata): ...

    loop, voice, _ear = make()
    for on_progress in (OnProgress(), OnProgress().__call__):
        with pytest.raises(TypeError, match="agenerate_verified_audio"):
            loop.generate_verified_audio(TEXT, on_progress=on_progress)
    assert voice.calls == []


def test_a_run_ends_with_what_on_progress_raised(make):
    ended = threading.Event()

    async def speak(text):
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    loop, *_ = make(speak)
    with pytest.raises(ZeroDivisionError):
        loop.generate_verified_audio(TEXT, on_progress=lambda *_: 1 / 0)
    assert ended.wait(10)


def test_no_two_are_spoken_at_once(make):
    speaking, most = [], []

    async def speak(text):
        speaking.append(text)
        most.append(len(speaking))
        await anyio.sleep(0.01)
        speaking.pop()
        return tone(text)

    loop, *_ = make(speak, concurrency=3)
    assert loop.generate_verified_audio(TEXT).passed
    assert max(most) == 1


@pytest.mark.parametrize("concurrency", [1, 2, 3])
def test_no_more_are_worked_on_at_once_than_was_said(make, concurrency):
    held, most = [], []

    async def hear(audio: Audio):
        held.append(audio)
        with anyio.move_on_after(5 if concurrency > 1 else 0.01):
            while len(held) < concurrency and not most:  # noqa: ASYNC110 - until as many are there as may be
                await anyio.sleep(0.001)
        await anyio.sleep(0.02)  # for one too many to come
        most.append(len(held))
        held.remove(audio)
        return text_in(audio)

    loop, *_ = make(stt=hear, concurrency=concurrency)
    assert loop.generate_verified_audio(TEXT + " " + TEXT).passed
    assert max(most) == concurrency


def test_two_threads_may_use_one_loop_at_once(make):
    loop, *_ = make()
    results = []
    threads = [threading.Thread(target=lambda: results.append(loop.generate_verified_audio(TEXT))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [result.passed for result in results] == [True] * 4


def test_closing_during_a_call_ends_it_and_says_so(make):
    loop, voice, _ear = make([HANG])
    closer = threading.Thread(target=lambda: (_until(lambda: voice.calls), loop.close()))
    closer.start()
    with pytest.raises(RuntimeError, match="closed during the call"):
        loop.generate_verified_audio(TEXT)
    closer.join(10)
    voice.release()


def test_the_sync_face_within_its_own_async_backend_is_an_error_and_no_deadlock(make):
    async def speak(text):
        return loop.generate_verified_audio(text)

    loop, *_ = make(speak)
    with pytest.raises(TTSError, match="event loop thread"):
        loop.generate_verified_audio(TEXT)


def _until(condition):
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_closing_twice_is_harmless_and_a_closed_loop_says_so(make):
    loop, *_ = make()
    loop.close()
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.generate_verified_audio(TEXT)


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", "...", "\n\n", None, 7])
def test_a_text_without_words_is_refused(make, text):
    loop, *_ = make()
    with pytest.raises(ValueError, match="no letter and no digit"):
        loop.generate_verified_audio(text)


@pytest.mark.parametrize(
    "options",
    [{"max_attempts": wrong} for wrong in (0, -1, 2.5, True, "3", None)]
    + [{"target_accuracy": wrong} for wrong in (1.5, float("nan"), "0.9", None)]
    + [{"language": 7}, {"voice_id": 7}],
    ids=str,
)
def test_a_number_out_of_range_is_refused(make, options):
    loop, *_ = make()
    with pytest.raises(ValueError, match="is not valid"):
        loop.generate_verified_audio(TEXT, **options)
    wrongs = [
        *({"timeout_s": wrong} for wrong in (0, -1, None, "5", True, [], math.inf, math.nan, 10**400)),
        {"concurrency": -1},
        {"concurrency": True},
        {"concurrency": 0.5},
        {"max_take_bytes": 0.5},
        {"on_fail": "shrug"},
    ]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="is not valid"):
            make(**wrong)


def test_attempts_may_be_without_number(make):
    loop, *_ = make(stt=[WRONG], budget=Budget(attempts=10**400))
    assert loop.generate_verified_audio(TEXT, max_attempts=10**400).attempts == 2


def test_a_recogniser_of_urls_beside_the_offline_voice_needs_a_store(monkeypatch):
    from progresskit.audio.providers import piper  # noqa: PLC0415 - here alone

    monkeypatch.setattr(piper, "PiperTTS", ScriptedTTS)
    with pytest.raises(TypeError, match="store="):
        AudioCorrectionLoop(stt=lambda audio_url: audio_url)


def test_without_arguments_what_is_missing_is_said(monkeypatch):
    from progresskit.audio.providers import piper  # noqa: PLC0415 - here alone

    def missing():
        raise MissingDependencyError.for_extra(package="piper", extra="piper")

    monkeypatch.setattr(piper, "PiperTTS", missing)
    with pytest.raises(MissingDependencyError, match=r"pip install 'progresskit\[piper\]'.*tts="):
        AudioCorrectionLoop()


@pytest.mark.parametrize("limit", [{"attempts": 1.5}, {"characters": 0}, {"seconds": "9"}, {"seconds": float("inf")}])
def test_a_limit_that_is_no_positive_number_is_no_budget(limit):
    with pytest.raises(ValueError, match="is no budget"):
        Budget(**limit)


class Tensor:
    """Two numbers of another library, which are none."""

    def __float__(self):
        msg = "two elements can't be one number"
        raise RuntimeError(msg)

    def __repr__(self):
        msg = "nor be shown"
        raise RuntimeError(msg)


# 95 may be a percentage: taken for all of it, it would pass anything.
NO_ACCURACY = [None, "one", [1.0], 1j, math.nan, math.inf, -math.inf, 95, 1.01, 10**400, -(10**5_000), Tensor()]


@pytest.mark.parametrize("answer", NO_ACCURACY, ids=range(len(NO_ACCURACY)))
def test_a_scorer_that_gives_nothing_of_the_kind_is_said(make, answer):
    loop, *_ = make(scorer=lambda *_: answer)
    with pytest.raises(TypeError, match=r"the scorer gave .*: return a Score, or a number from 0 to 1"):
        loop.generate_verified_audio(TEXT)


@pytest.mark.parametrize(("answer", "accuracy"), [(1 + 1e-12, 1.0), (True, 1.0), (-0.5, 0.0), (-(10**300), 0.0)])
def test_a_rounding_error_and_more_errors_than_words_are_within_0_and_1(make, answer, accuracy):
    loop, *_ = make(scorer=lambda *_: answer, on_fail="best")
    assert loop.generate_verified_audio(TEXT, max_attempts=1).accuracy == accuracy


@pytest.mark.parametrize("budget", [None, Budget(seconds=0.1)])
@pytest.mark.parametrize("good", [0, 1])
def test_a_scorer_that_hangs_is_given_up(make, budget, good):
    released = threading.Event()
    calls = []

    def hang(*_):
        calls.append(1)
        if len(calls) > good:
            released.wait(60)
        return 1.0

    loop, *_ = make(scorer=hang, timeout_s=0.3, budget=budget, split=False)
    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"no answer of scorer= within 0\.3 s: .*timeout_s="):
        loop.generate_verified_audio(TEXT)
    assert time.monotonic() - began < 10
    released.set()


def test_silence_passes_no_scorer(make):
    loop, *_ = make(stt=["", "...", "", ""], scorer=lambda *_: 1.0, on_fail="best")
    result = loop.generate_verified_audio("Hello there my friends.", max_attempts=4)
    assert {take.verdict for take in result.sentences[0].takes} == {"unheard"}


def test_a_voice_that_turns_to_urls_is_taken_as_one_from_there_on(make):
    turned = threading.Event()
    said = []

    def speak(text):
        if text == TEXT:
            turned.set()
            return "https://example.com/all"
        return "https://example.com/x" if text.startswith("How") else tone(text)

    def hear(audio):
        if audio.data:  # the first sentence, until the second has turned the plan over
            assert turned.wait(5)
        return text_in(audio) or TEXT

    loop, *_ = make(speak, hear)
    result = loop.generate_verified_audio(TEXT, on_progress=lambda *word: said.append(word))
    assert (result.audio_url, len(result.sentences)) == ("https://example.com/all", 1)
    assert all(metadata["sentence"] <= metadata["sentences"] for _, _, metadata in said)
    assert [progress for progress, *_ in said] == sorted(progress for progress, *_ in said)


def test_a_real_users_text_is_spoken_whole(make):
    text = 'He said: "Go home!"\n\nWe paid $3.50 for 2.\n\n\n***\n' + "And on and on we walked, " * 30 + "to the sea.\n"
    loop, voice, _ear = make()
    result = loop.generate_verified_audio(text)
    assert "".join(s.text for s in result.sentences) == text
    assert all(call["text"] for call in voice.calls)


def test_any_scorer_may_judge(make):
    loop, *_ = make(scorer=lambda reference, hypothesis: 1.0 if hypothesis else 0.0)
    assert loop.generate_verified_audio(TEXT).accuracy == 1.0
    loop, *_ = make(scorer=lambda *_: 0.5)
    with pytest.raises(VerificationFailed):
        loop.generate_verified_audio(TEXT, max_attempts=1)


# --- laws -----------------------------------------------------------------------------------------------------------

heard_texts = st.sampled_from([None, WRONG, "", "hello there my friends", "how are you today", "this is the end"])


@given(st.lists(heard_texts, max_size=12), st.integers(1, 3))
def test_whatever_is_heard_the_result_is_what_was_verified(heard, attempts):
    voice = ScriptedTTS()
    ear = ScriptedSTT([text if text is not None else _echo for text in heard])
    with AudioCorrectionLoop(tts=voice, stt=ear, on_fail="best") as loop:
        values = []
        result = loop.generate_verified_audio(TEXT, max_attempts=attempts, on_progress=lambda p, *_: values.append(p))
    assert "".join(sentence.text for sentence in result.sentences) == TEXT
    assert result.audio.data == join_takes(result.segments).data
    assert values == sorted(values)
    for sentence in result.sentences:
        assert 1 <= sentence.attempts <= attempts
        assert sentence.audio in [take.audio for take in sentence.takes]
        assert sentence.accuracy == max(take.accuracy for take in sentence.takes) or sentence.verdict != "unheard"
        again = score(sentence.text.strip(), sentence.transcript)
        assert sentence.passed == (again.verdict(0.95) == "passed")
        later = [take.verdict for take in sentence.takes[:-1]]
        assert "passed" not in later, "a sentence that passed was spoken again"
    assert result.passed == all(sentence.passed for sentence in result.sentences)


def _echo():
    return WRONG
