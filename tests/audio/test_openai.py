"""The adapters of OpenAI, over real HTTP, against a server that speaks its documented API."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import subprocess
import sys
import time
from email.utils import format_datetime

import anyio
import pytest

from progresskit.audio import Audio, AudioCorrectionLoop
from progresskit.audio.backends import call
from progresskit.errors import STTError, TTSError
from progresskit.testing import ScriptedSTT
from progresskit.testing.audio import check_stt, check_tts, text_in, tone

openai = pytest.importorskip("openai")
module = pytest.importorskip("progresskit.audio.providers.openai", exc_type=ImportError)
vendors = pytest.importorskip("progresskit.audio.providers._vendors", exc_type=ImportError)

TEXT = "Good morning everyone."


@pytest.fixture
def options(vendor):
    return {"api_key": vendor.key, "base_url": f"{vendor.url}/v1"}


@pytest.fixture
def tts(options):
    with module.OpenAITTS(**options, timeout_s=10) as tts:
        yield tts


@pytest.fixture
def stt(options):
    with module.OpenAISTT(**options, timeout_s=10) as stt:
        yield stt


@pytest.fixture(params=["voice", "recogniser"])
def ask(request):
    """Ask one of the two for something; their errors are made by the same code, and must be of their own class."""
    if request.param == "voice":
        tts = request.getfixturevalue("tts")
        return lambda: tts.synthesize(TEXT), TTSError
    stt = request.getfixturevalue("stt")
    return lambda: stt.transcribe(tone(TEXT)), STTError


# --- what is asked, and what comes of it --------------------------------------------------------------------------


def test_a_text_is_one_wav_file(tts, vendor):
    audio = tts.synthesize(TEXT)
    assert (audio.media_type, text_in(audio)) == ("audio/wav", TEXT)
    assert audio.duration_s > 1
    (asked,) = vendor.requests
    assert asked["headers"]["authorization"] == f"Bearer {vendor.key}"
    assert asked["fields"] == {
        "model": "gpt-4o-mini-tts",
        "input": TEXT,
        "voice": "alloy",
        "response_format": "wav",
    }


def test_pcm_has_the_rate_that_is_documented(options):
    with module.OpenAITTS(**options, response_format="pcm") as tts:
        audio = tts.synthesize(TEXT)
    assert (audio.media_type, audio.sample_rate, audio.channels) == ("audio/pcm", 24_000, 1)
    assert audio.duration_s > 0.1


@pytest.mark.parametrize(
    ("voice_id", "sent"), [(None, "nova"), ("coral", "coral"), ("voice_1234", {"id": "voice_1234"})]
)
def test_the_hint_is_the_voice(options, vendor, voice_id, sent):
    with module.OpenAITTS(**options, model="tts-1", voice="nova", settings={"speed": 0.9}) as tts:
        tts.synthesize(TEXT, voice_id=voice_id)
    assert vendor.requests[0]["fields"]["voice"] == sent
    assert vendor.requests[0]["fields"]["speed"] == 0.9


def test_what_is_heard_is_sent_as_a_file_and_nothing_else_is(stt, vendor):
    assert stt.transcribe(tone(TEXT), language="ko-KR").text == TEXT
    fields = vendor.requests[0]["fields"]
    assert fields.pop("file") == ("speech.wav", tone(TEXT).data, "audio/wav")
    # No prompt and no keywords: a recogniser that knows the text would hear it in anything.
    assert fields == {"model": "gpt-transcribe", "language": "ko", "response_format": "json"}


@pytest.mark.parametrize(
    ("audio", "name", "kind"),
    [
        (Audio(b"ID3 and so on", "audio/mpeg"), "speech.mp3", "audio/mpeg"),
        (Audio(b"OggS and so on", "application/octet-stream"), "speech.ogg", "audio/ogg"),
        (Audio(b"\0\1" * 800, "audio/pcm", sample_rate=8_000), "speech.wav", "audio/wav"),
        (Audio(tone(TEXT).data.replace(b"RIFF", b"RIFF\xff\xff\xff\xff")[:4] + b"\xff" * 4 + tone(TEXT).data[8:]),
         "speech.wav", "audio/wav"),
    ],
)  # fmt: skip
def test_a_file_is_named_by_what_it_is(stt, vendor, audio, name, kind):
    vendor.script = [vendor.answer(200, {"text": ""})]
    assert stt.transcribe(audio).text == ""
    sent = vendor.requests[0]["fields"]["file"]
    assert (sent[0], sent[2]) == (name, kind)
    if kind == "audio/wav":  # whose header says how long it is, whatever the voice's said
        assert int.from_bytes(sent[1][4:8], "little") == len(sent[1]) - 8
        assert Audio(sent[1]).pcm().frames == audio.pcm().frames


@pytest.mark.parametrize(
    "audio",
    [
        Audio(url="https://example.org/a.wav"),
        Audio(tone(TEXT).data[:-100]),
        Audio(b"\0\1" * 800, "audio/pcm"),
    ],
)
def test_what_cant_be_sent_is_an_error_that_no_retry_mends(stt, vendor, audio):
    with pytest.raises(STTError) as caught:
        stt.transcribe(audio)
    assert not caught.value.retryable
    assert vendor.requests == []


async def test_both_fit_the_loop(tts, stt):
    audio = await check_tts(tts)
    assert (await check_stt(stt, audio)).text == TEXT


async def test_an_async_client_is_awaited(options):
    async with openai.AsyncOpenAI(**options) as client:
        audio = await check_tts(module.OpenAITTS(client))
        assert (await check_stt(module.OpenAISTT(client), audio)).text == TEXT


async def test_a_cancelled_call_of_an_async_client_is_given_up_at_once(options, vendor):
    vendor.script = [vendor.hang()]
    async with openai.AsyncOpenAI(**options) as client:
        begun = time.monotonic()
        with anyio.move_on_after(0.5) as scope:
            await call(module.OpenAITTS(client).synthesize, TEXT)
    assert scope.cancelled_caught
    assert time.monotonic() - begun < 5


# --- what goes wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        (400, False),
        (401, False),
        (403, False),
        (404, False),
        (413, False),
        (422, False),
        (408, True),
        (429, True),
        (500, True),
        (503, True),
    ],
)
def test_a_refusal_is_our_error_and_says_what_the_vendor_said(ask, vendor, tells_no_key, status, retryable):
    call, kind = ask
    message = f"No, not with {vendor.key}."
    vendor.script = [vendor.answer(status, {"error": {"message": message, "code": "x"}}, {"retry-after": "7"})]
    with pytest.raises(kind, match=rf"answered {status}: No, not with …\.") as caught:
        call()
    error = caught.value
    assert (error.retryable, error.status_code) == (retryable, status)
    assert error.retry_after_s == (7 if retryable else None)
    assert len(vendor.requests) == 1
    tells_no_key(error)


def test_the_vendors_own_retries_are_off_also_in_a_client_of_yours(vendor, options):
    def answers():
        return [vendor.answer(503, {}, {"retry-after-ms": "1"}) for _ in range(3)]

    with openai.OpenAI(**options) as client:
        vendor.script = answers()
        with pytest.raises(openai.InternalServerError):  # the control: it asks three times by itself
            client.audio.speech.create(input=TEXT, model="tts-1", voice="alloy")
        assert len(vendor.requests) == 3
        vendor.script = answers()
        with pytest.raises(TTSError):
            module.OpenAITTS(client).synthesize(TEXT)
        assert len(vendor.requests) == 4


def test_retry_after_may_be_a_date(ask, vendor):
    call, kind = ask
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    vendor.script = [vendor.answer(429, {}, {"retry-after": format_datetime(later, usegmt=True)})]
    with pytest.raises(kind) as caught:
        call()
    assert 15 < caught.value.retry_after_s <= 30


def test_an_account_without_money_is_not_asked_again(ask, vendor):
    call, kind = ask
    body = {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}
    vendor.script = [vendor.answer(429, body)]
    with pytest.raises(kind, match="quota") as caught:
        call()
    assert not caught.value.retryable


def test_a_wrong_key_is_refused_and_not_told(options, tells_no_key, vendor):
    vendor.key = "another"
    with module.OpenAITTS(**options) as tts, pytest.raises(TTSError, match="401: Incorrect API key") as caught:
        tts.synthesize(TEXT)
    assert not caught.value.retryable
    tells_no_key(caught.value)


def test_a_long_answer_is_cut_but_never_within_the_key(ask, vendor):
    call, kind = ask
    for length in range(240, 300, 4):
        vendor.script = [vendor.answer(400, {"error": {"message": "x" * length + vendor.key + "x" * 1_000}})]
        with pytest.raises(kind, match=r"xxx…?x*\Z") as caught:
            call()
        assert len(str(caught.value)) <= 300


def test_the_line_break_after_a_key_is_none_of_it(options, vendor):
    options["api_key"] += "\n"  # as it is read from a file
    with module.OpenAITTS(**options) as tts:
        assert text_in(tts.synthesize(TEXT)) == TEXT


@pytest.mark.parametrize("tail", ["가", "\x00", "\nx"])
def test_a_key_that_is_no_header_is_refused_at_once_and_not_told(options, vendor, tail):
    options["api_key"] += tail
    with pytest.raises(ValueError, match="copy it again") as caught:
        module.OpenAITTS(**options)
    assert vendor.key not in str(caught.value)


@pytest.mark.parametrize("tail", ["\n", "가"])
def test_nor_is_one_that_is_in_a_client_of_yours(options, tells_no_key, vendor, tail):
    options["api_key"] += tail
    with openai.OpenAI(**options) as client, pytest.raises(TTSError) as caught:
        module.OpenAITTS(client).synthesize(TEXT)
    assert not caught.value.retryable
    assert vendor.requests == []
    tells_no_key(caught.value, logs=False)  # the HTTP client's own debug log quotes the header


def test_a_page_of_a_proxy_is_not_quoted(ask, vendor):
    call, kind = ask
    vendor.script = [vendor.answer(502, "<html><title>Bad gateway</title></html>")]
    with pytest.raises(kind, match=r"answered 502\Z") as caught:
        call()
    assert caught.value.retryable


def test_a_server_that_isnt_there_may_come_back(options, tells_no_key):
    options["base_url"] = "http://127.0.0.1:1/v1"
    with module.OpenAITTS(**options) as tts, pytest.raises(TTSError, match="refused") as caught:
        tts.synthesize(TEXT)
    assert (caught.value.retryable, caught.value.status_code) == (True, None)
    tells_no_key(caught.value)


def test_an_answer_that_doesnt_begin_times_out(options, vendor):
    vendor.script = [vendor.hang()]
    with module.OpenAITTS(**options, timeout_s=0.3) as tts, pytest.raises(TTSError, match="imeout") as caught:
        tts.synthesize(TEXT)
    assert caught.value.retryable


def test_an_answer_that_doesnt_end_times_out_although_it_goes_on(options, vendor):
    vendor.script = [vendor.stream(itertools.repeat(b"\0", 200), pause_s=0.05)]
    begun = time.monotonic()
    with module.OpenAITTS(**options, timeout_s=0.5) as tts, pytest.raises(TTSError, match=r"after 0\.5 s") as caught:
        tts.synthesize(TEXT)
    assert caught.value.retryable
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("headers", [{"content-length": "100000"}, None])
def test_an_answer_that_is_cut_off_is_asked_for_again(ask, vendor, headers):
    def broken():
        yield tone(TEXT).data[:1_000]
        raise ConnectionAbortedError

    call, kind = ask
    vendor.script = [vendor.stream(broken(), headers)]
    with pytest.raises(kind, match="peer closed") as caught:
        call()
    assert caught.value.retryable


def test_an_empty_answer_is_asked_for_again(ask, vendor):
    call, kind = ask
    vendor.script = [vendor.answer(200, b"", {"content-type": "audio/wav"})]
    with pytest.raises(kind, match="answered with nothing") as caught:
        call()
    assert caught.value.retryable


@pytest.mark.parametrize("body", ["<html>Welcome</html>", {"error": "none"}, ["text"], {"text": None}, b"\0\1\2\3"])
def test_an_answer_of_another_kind_is_refused(ask, vendor, body):
    call, kind = ask
    vendor.script = [vendor.answer(200, body)]
    with pytest.raises(kind, match="check base_url") as caught:
        call()
    assert not caught.value.retryable


def test_an_answer_that_is_nested_without_end_is_refused(ask, stt, vendor):
    call, kind = ask
    nested = b'{"error":' * 3_000 + b'"x"' + b"}" * 3_000
    vendor.script = [vendor.answer(400, nested, {"content-type": "application/json"})]
    with pytest.raises(kind, match="answered 400") as caught:
        call()
    assert not caught.value.retryable
    vendor.script = [vendor.answer(200, b"[" * 100_000, {"content-type": "application/json"})]
    with pytest.raises(STTError, match="check base_url"):
        stt.transcribe(tone(TEXT))


@pytest.mark.parametrize("after", ["Wed, 25 Nov 2026 00:01:00 +99999999999999999999", "9" * 400, "nan", "-1", "\xff"])
def test_a_retry_after_that_is_nonsense_is_none(ask, vendor, after):
    call, kind = ask
    vendor.script = [vendor.answer(429, {"error": {"message": "Slow down."}}, {"retry-after": after})]
    with pytest.raises(kind, match="Slow down") as caught:
        call()
    assert caught.value.retryable
    assert not caught.value.retry_after_s


def test_pcm_that_is_a_page_is_refused(options, vendor):
    vendor.script = [vendor.answer(200, "<html>Welcome</html>")]
    with module.OpenAITTS(**options, response_format="pcm") as tts, pytest.raises(TTSError, match="text/html"):
        tts.synthesize(TEXT)


def test_another_format_than_was_asked_for_is_told_by_its_bytes(options, vendor):
    vendor.script = [vendor.answer(200, b"ID3 and so on", {"content-type": "audio/wav"}) for _ in range(2)]
    with module.OpenAITTS(**options) as tts:
        assert tts.synthesize(TEXT).media_type == "audio/mpeg"
    vendor.script = [vendor.answer(200, tone(TEXT).data)]
    with module.OpenAITTS(**options, response_format="pcm") as tts:
        assert tts.synthesize(TEXT).media_type == "audio/wav"
    vendor.script = [vendor.answer(200, b"\xff\xf1 and so on", {"content-type": "audio/aac"})]
    with module.OpenAITTS(**options, response_format="aac") as tts:
        assert tts.synthesize(TEXT).media_type == "audio/aac"


def test_an_answer_is_taken_in_up_to_a_limit(ask, vendor, monkeypatch):
    monkeypatch.setattr(vendors, "MAX_BYTES", 2**20)
    call, kind = ask
    vendor.script = [vendor.stream(itertools.repeat(b"\0" * 65_536, 512))]
    with pytest.raises(kind, match="more than 1 MiB") as caught:
        call()
    assert not caught.value.retryable
    assert vendor.sent < 32 * 2**20  # what had been on its way


def test_what_is_no_error_of_the_client_goes_through(tts, vendor, monkeypatch):
    class SoftTimeLimit(Exception):  # noqa: N818 - Celery's name
        pass

    def interrupted(*args):
        raise SoftTimeLimit

    monkeypatch.setattr(vendors._Answer, "add", interrupted)
    with pytest.raises(SoftTimeLimit):
        tts.synthesize(TEXT)


# --- its client ---------------------------------------------------------------------------------------------------


def test_close_closes_what_was_made_here_and_nothing_else(options):
    with openai.OpenAI(**options) as client:
        yours = module.OpenAITTS(client)
        yours.close()
        assert not client.is_closed()
        with pytest.raises(TTSError, match="closed") as caught:
            yours.synthesize(TEXT)
        assert not caught.value.retryable
    ours = module.OpenAITTS(**options)
    ours.close()
    ours.close()
    assert ours._client.is_closed()


def test_without_a_key_nothing_is_made(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ValueError, match="set OPENAI_API_KEY"):
        module.OpenAITTS()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    module.OpenAITTS().close()


def test_its_repr_and_its_cache_id_tell_no_key(tts, vendor):
    for shown in (repr(tts), repr(vars(tts)), tts.cache_id):
        assert vendor.key not in shown


def test_a_cache_tells_two_apart_by_all_that_changes_the_sound(options):
    changes = [{}, {"voice": "nova"}, {"model": "tts-1"}, {"response_format": "pcm"}, {"settings": {"speed": 2}}]
    made = [module.OpenAITTS(**options, **change) for change in changes]
    assert len({tts.cache_id for tts in made}) == len(made)
    again = module.OpenAITTS(**options)
    assert again.cache_id == made[0].cache_id
    for tts in [*made, again]:
        tts.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_a_forked_child_has_connections_of_its_own(tts):
    tts.synthesize(TEXT)
    parents = tts._client
    pid = os.fork()
    if pid == 0:
        # Whatever happens, this copy of pytest must not go on.
        try:
            spoken = tts.synthesize(TEXT)
            os._exit(0 if tts._client is not parents and text_in(spoken) == TEXT else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert tts._client is parents


# --- the loop over both -------------------------------------------------------------------------------------------


def test_a_whole_script_is_verified(tts, stt, vendor):
    busy = vendor.answer(429, {"error": {"message": "Slow down."}}, {"retry-after": "0"})
    vendor.script = [busy, vendor.answer(503, "<html></html>")]
    with AudioCorrectionLoop(tts=tts, stt=stt) as loop:
        result = loop.generate_verified_audio(f"{TEXT} Welcome to the show.", voice_id="coral", language="en-GB")
    assert result.passed
    assert result.report.retries == 2
    assert result.audio.media_type == "audio/wav"
    assert {asked["fields"].get("voice", "coral") for asked in vendor.requests} == {"coral"}
    assert all("prompt" not in asked["fields"] for asked in vendor.requests)


def test_a_sentence_that_is_heard_wrong_is_spoken_again(tts, stt, vendor):
    speak = [lambda: vendor.answer(200, tone("Good evening everyone.").data)]
    vendor.script = speak
    with AudioCorrectionLoop(tts=tts, stt=stt) as loop:
        result = loop.generate_verified_audio(TEXT)
    assert (result.passed, result.attempts) == (True, 2)


def test_a_broken_file_is_asked_for_again(tts, stt, vendor):
    whole = tone(TEXT).data
    vendor.script = [vendor.answer(200, broken) for broken in (whole[:-100], whole + whole)]
    with AudioCorrectionLoop(tts=tts, stt=stt) as loop:
        result = loop.generate_verified_audio(TEXT)
    assert (result.passed, result.attempts, result.report.retries) == (True, 1, 2)


def test_pcm_takes_are_joined(options):
    stt = ScriptedSTT(["good morning", "good night"])
    tts = module.OpenAITTS(**options, response_format="pcm")
    with tts, AudioCorrectionLoop(tts=tts, stt=stt, concurrency=1) as loop:
        result = loop.generate_verified_audio("Good morning. Good night.")
    assert result.audio.media_type == "audio/pcm"
    assert result.audio.data == b"".join(segment.data for segment in result.segments)


def test_a_refusal_ends_the_loop_with_the_vendors_words(tts, stt, vendor, tells_no_key):
    vendor.key = "another"
    with AudioCorrectionLoop(tts=tts, stt=stt) as loop, pytest.raises(TTSError, match="Incorrect API key") as caught:
        loop.generate_verified_audio(TEXT)
    assert caught.value.status_code == 401
    tells_no_key(caught.value)


def test_a_recogniser_that_hears_nothing_passes_nothing(tts, stt, vendor):
    vendor.script = [vendor.answer(200, tone(TEXT).data), vendor.answer(200, {"text": ""})]
    with AudioCorrectionLoop(tts=tts, stt=stt, on_fail="best") as loop:
        result = loop.generate_verified_audio(TEXT, max_attempts=1)
    assert (result.passed, result.sentences[0].verdict) == (False, "unheard")


def test_what_is_missing_is_said_with_the_line_that_installs_it():
    code = (
        "import sys; sys.modules['openai'] = None\n"
        "from progresskit import MissingDependencyError\n"
        "try:\n    from progresskit.audio.providers.openai import OpenAITTS\n"
        "except MissingDependencyError as error: print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert "'openai' is not installed" in result.stdout
    assert "pip install 'progresskit[openai]'" in result.stdout
