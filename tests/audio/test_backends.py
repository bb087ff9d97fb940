"""Anybody's voice and recogniser fit: whatever their form, and what they take and give."""

from __future__ import annotations

import contextlib
import functools
import sys
import threading

import anyio
import pytest

from progresskit.audio import Audio, Transcript
from progresskit.audio.backends import Ear, Voice
from progresskit.errors import STTError, TTSError
from progresskit.testing.audio import tone

pytestmark = pytest.mark.anyio

WAV = tone("hello")
HINTS = {"voice_id": "joe", "language": "en", "attempt": 2, "seed": 7}


async def test_sync_backends_run_in_a_thread_of_their_own():
    threads = []

    def speak(_text):
        threads.append(threading.current_thread())
        return WAV

    assert await Voice(speak).speak("hello", HINTS) is WAV
    assert threads != [threading.current_thread()]


class Service:
    def synthesize(self, text, *, voice_id=None):
        return tone(f"{text} {voice_id}")

    async def transcribe(self, audio: Audio, language=None):
        await anyio.lowlevel.checkpoint()
        return Transcript(audio.media_type, language=language)

    def generate(self, text, voice_id):
        return f"https://example.com/{voice_id}/{text}"

    def hear_url(self, audio_url):
        return audio_url


async def test_objects_bound_methods_partials_and_callables_fit():
    service = Service()
    assert (await Voice(service).speak("a", HINTS)).data == tone("a joe").data
    assert (await Voice(service.generate).speak("a", HINTS)).url == "https://example.com/joe/a"
    assert (await Voice(functools.partial(service.synthesize)).speak("a", HINTS)).data == tone("a joe").data
    assert (await Ear(service).hear(WAV, HINTS)).language == "en"
    assert (await Ear(service.hear_url).hear(Audio(url="https://x/y"), HINTS)).text == "https://x/y"


async def test_a_backend_gets_the_hints_that_it_names_and_no_other():
    seen = {}

    def some(_text, *, attempt, seed=None):
        seen.update(attempt=attempt, seed=seed)
        return WAV

    def every(_text, **hints):
        seen.update(hints)
        return WAV

    await Voice(some).speak("x", HINTS)
    assert seen == {"attempt": 2, "seed": 7}
    seen.clear()
    await Voice(every).speak("x", HINTS | {"voice_id": None})
    assert seen == {"language": "en", "attempt": 2, "seed": 7}


async def test_a_recogniser_of_any_hint_is_told_the_language_alone():
    seen = {}

    def hear(_audio, **hints):
        seen.update(hints)
        return "hi"

    await Ear(hear).hear(WAV, HINTS)
    assert seen == {"language": "en"}


async def test_a_required_hint_is_given_even_where_it_is_none():
    seen = []

    def speak(_text, voice_id):
        seen.append(voice_id)
        return WAV

    await Voice(speak).speak("x", HINTS | {"voice_id": None})
    assert seen == [None]


@pytest.mark.parametrize("kind", [Voice, Ear])
def test_a_required_parameter_that_is_no_hint_is_refused_at_once(kind):
    with pytest.raises(TypeError, match="'style'"):
        kind(lambda _text, style: style)
    with pytest.raises(TypeError, match="no positional parameter"):
        kind(lambda: None)
    with pytest.raises(TypeError, match="is no backend"):
        kind(7)


def test_what_a_recogniser_takes_is_told_by_its_first_parameter():
    def by_bytes(data: bytes): ...
    def by_text(path: str): ...
    def by_name(audio_url): ...
    def by_short_name(url): ...
    def by_audio(audio): ...

    forms = [Ear(each).takes for each in (by_bytes, by_text, by_name, by_short_name, by_audio)]
    assert forms == ["bytes", "url", "url", "url", "audio"]


async def chunks(*parts):
    for part in parts:
        await anyio.lowlevel.checkpoint()
        yield part


async def test_sound_may_come_in_any_form(tmp_path):
    path = tmp_path / "take.wav"
    path.write_bytes(WAV.data)
    half = len(WAV.data) // 2
    parts = WAV.data[:half], WAV.data[half:]
    for given in (WAV, WAV.data, bytearray(WAV.data), memoryview(WAV.data), path, list(parts), iter(parts)):
        audio = await Voice(lambda _text, given=given: given).speak("x", {})
        assert audio.data == WAV.data
        assert audio.media_type == "audio/wav"
    assert (await Voice(lambda _text: chunks(*parts)).speak("x", {})).data == WAV.data
    assert (await Voice(lambda _text: "https://x/y.mp3").speak("x", {})).url == "https://x/y.mp3"
    assert (await Voice(lambda _text: b"ID3rest").speak("x", {})).media_type == "audio/mpeg"


@pytest.mark.parametrize("stream", ["sync", "async"])
async def test_a_stream_that_is_given_up_is_closed(stream):
    closed = []

    def endless():
        try:
            while True:
                yield b"x" * 1_000
        finally:
            closed.append(stream)

    async def endless_async():
        with contextlib.closing(endless()) as chunks:
            for chunk in chunks:
                await anyio.lowlevel.checkpoint()
                yield chunk

    given = endless() if stream == "sync" else endless_async()
    with pytest.raises(TTSError, match="more than 5000 bytes"):
        await Voice(lambda _text: given, max_bytes=5_000).speak("x", {})
    assert closed == [stream], "now, and not when it is collected"


async def test_a_stream_without_end_is_left_alone_when_it_is_given_up():
    closed = threading.Event()

    def endless():
        try:
            while True:
                yield b""
        finally:
            closed.set()

    with anyio.move_on_after(0.1) as scope:
        await Voice(lambda _text: endless()).speak("x", {})
    assert scope.cancelled_caught
    assert closed.wait(5), "its thread would turn for ever"


async def test_a_stream_that_never_waits_holds_up_nobody():
    async def endless():
        while True:
            yield b""

    with anyio.move_on_after(0.1) as scope:
        await Voice(lambda _text: endless()).speak("x", {})
    assert scope.cancelled_caught


@pytest.mark.parametrize("most", [sys.maxsize, 2**50, 10**400], ids=["maxsize", "petabyte", "huge"])
async def test_a_file_may_be_read_without_a_limit(tmp_path, most):
    path = tmp_path / "한 é.wav"
    path.write_bytes(WAV.data)
    assert (await Voice(lambda _text: path, max_bytes=most).speak("x", {})).data == WAV.data


@pytest.mark.parametrize("given", [None, b"", "", [], WAV.data[:40], WAV.data[:-10]], ids=range(6))
async def test_nothing_or_half_a_file_is_an_error_that_may_pass(given):
    with pytest.raises(TTSError) as caught:
        await Voice(lambda _text: given).speak("x", {})
    assert caught.value.retryable


@pytest.mark.parametrize("given", [7, {"audio": b"x"}, [1, 2], object()], ids=range(4))
async def test_the_wrong_type_is_an_error_that_stays(given):
    with pytest.raises(TTSError, match="give Audio, bytes") as caught:
        await Voice(lambda _text: given).speak("x", {})
    assert not caught.value.retryable


async def test_a_transcript_may_be_a_str_and_nothing_is_silence():
    assert (await Ear(lambda _audio: "hi").hear(WAV, {})).text == "hi"
    assert (await Ear(lambda _audio: None).hear(WAV, {})).text == ""
    with pytest.raises(STTError, match="give a Transcript"):
        await Ear(lambda _audio: 7).hear(WAV, {})


async def test_sound_that_is_not_there_in_the_form_that_is_taken_is_an_error():
    def by_url(url): ...
    def by_bytes(data: bytes): ...

    with pytest.raises(STTError, match="store="):
        await Ear(by_url).hear(WAV, {})
    with pytest.raises(STTError, match="fetch="):
        await Ear(by_bytes).hear(Audio(url="https://x"), {})
