"""The adapter of ElevenLabs, over real HTTP, against a server that speaks its documented API.

What all adapters of vendors share (what an answer may hold, how it may break off) is tried in test_openai.py.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import time

import anyio
import pytest

from progresskit.audio import AudioCorrectionLoop
from progresskit.audio.backends import call
from progresskit.errors import TTSError
from progresskit.testing import ScriptedSTT
from progresskit.testing.audio import check_tts, text_in, tone

client_module = pytest.importorskip("elevenlabs.client")
module = pytest.importorskip("progresskit.audio.providers.elevenlabs", exc_type=ImportError)
vendors = pytest.importorskip("progresskit.audio.providers._vendors", exc_type=ImportError)

TEXT = "Good morning everyone."
RACHEL = "21m00Tcm4TlvDq8ikWAM"


@pytest.fixture
def options(vendor):
    return {"api_key": vendor.key, "base_url": vendor.url, "voice": RACHEL, "timeout_s": 10}


@pytest.fixture
def tts(options):
    with module.ElevenLabsTTS(**options) as tts:
        yield tts


@pytest.fixture
def async_client(vendor):
    return client_module.AsyncElevenLabs(api_key=vendor.key, base_url=vendor.url)


async def closed(client) -> None:
    await client._client_wrapper.httpx_client.httpx_client.aclose()


# --- what is asked, and what comes of it --------------------------------------------------------------------------


def test_a_text_is_one_wav_file(tts, vendor):
    audio = tts.synthesize(TEXT)
    assert (audio.media_type, text_in(audio)) == ("audio/wav", TEXT)
    (asked,) = vendor.requests
    assert asked["path"] == f"/v1/text-to-speech/{RACHEL}"
    assert asked["query"] == {"output_format": "wav_24000"}
    assert asked["headers"]["xi-api-key"] == vendor.key
    assert asked["fields"] == {"text": TEXT, "model_id": "eleven_multilingual_v2"}


@pytest.mark.parametrize("rate", [8_000, 22_050, 24_000])
def test_pcm_has_the_rate_of_its_format(options, rate):
    with module.ElevenLabsTTS(**options, output_format=f"pcm_{rate}") as tts:
        audio = tts.synthesize(TEXT)
    assert (audio.media_type, audio.sample_rate, audio.channels) == ("audio/pcm", rate, 1)


@pytest.mark.parametrize("wrong", ["pcm", "pcm_", "pcm_fast", "pcm_0", "pcm_99999999999"])
def test_a_format_whose_rate_no_sound_has_is_refused_at_once(options, wrong):
    with pytest.raises(ValueError, match=f"output_format '{wrong}' is not valid: give the rate"):
        module.ElevenLabsTTS(**options, output_format=wrong)


def test_the_hints_are_the_voice_the_language_and_the_seed(options, vendor):
    settings = {"voice_settings": {"stability": 0.4}}
    with module.ElevenLabsTTS(**options, model="eleven_flash_v2_5", settings=settings) as tts:
        tts.synthesize(TEXT, voice_id="AnotherVoice", language="ko-KR", seed=2**40 + 7)
    (asked,) = vendor.requests
    assert asked["path"] == "/v1/text-to-speech/AnotherVoice"
    fields = asked["fields"]
    assert (fields["language_code"], fields["seed"], fields["model_id"]) == ("ko", 7, "eleven_flash_v2_5")
    assert fields["voice_settings"]["stability"] == 0.4


def test_a_model_that_takes_no_language_is_told_none(tts, vendor):
    tts.synthesize(TEXT, language="ko")
    assert "language_code" not in vendor.requests[0]["fields"]


@pytest.mark.parametrize("voice_id", ["", "../../v1/user", "a/b", "a?output_format=mp3", "a b", "보이스", "a\n"])
def test_what_is_no_id_never_becomes_a_path(options, vendor, voice_id):
    options["voice"] = None
    with module.ElevenLabsTTS(**options) as tts, pytest.raises(TTSError, match="is no id") as caught:
        tts.synthesize(TEXT, voice_id=voice_id)
    assert not caught.value.retryable
    assert vendor.requests == []


async def test_it_fits_the_loop(tts):
    await check_tts(tts, language="en-US")


async def test_an_async_client_is_awaited(async_client):
    tts = module.ElevenLabsTTS(async_client, voice=RACHEL)
    assert text_in(await check_tts(tts)) == TEXT
    await closed(async_client)


async def test_a_cancelled_call_of_an_async_client_is_given_up_at_once(async_client, vendor):
    vendor.script = [vendor.hang()]
    begun = time.monotonic()
    with anyio.move_on_after(0.5) as scope:
        await call(module.ElevenLabsTTS(async_client, voice=RACHEL).synthesize, TEXT)
    assert scope.cancelled_caught
    assert time.monotonic() - begun < 5
    await closed(async_client)


# --- what goes wrong ----------------------------------------------------------------------------------------------

DETAIL = {"detail": {"status": "quota_exceeded", "message": "This request exceeds your quota."}}
INVALID = {"detail": [{"loc": ["body", "text"], "msg": "Field required", "type": "missing"}]}


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, {"detail": {"status": "voice_not_found", "message": "A voice was not found."}}, "A voice was"),
        (401, DETAIL, "exceeds your quota"),
        (403, {"detail": "Forbidden"}, "Forbidden"),
        (404, {}, r"404\Z"),
        (422, INVALID, "Field required"),
        (429, {"detail": {"status": "system_busy", "message": "Try again."}}, "Try again"),
        (500, "<html>Oh no</html>", r"500\Z"),
        (503, b"upstream down", "upstream down"),
    ],
)
def test_a_refusal_is_our_error_and_says_what_the_vendor_said(tts, vendor, tells_no_key, status, body, words):  # noqa: PLR0917 - fixtures and cases
    vendor.script = [vendor.answer(status, body, {"retry-after": "7"})]
    with pytest.raises(TTSError, match=words) as caught:
        tts.synthesize(TEXT)
    error = caught.value
    may_pass = status in {429, 500, 503}
    assert (error.retryable, error.status_code) == (may_pass, status)
    assert error.retry_after_s == (7 if may_pass else None)
    assert len(vendor.requests) == 1
    tells_no_key(error)


async def test_an_async_client_fails_alike(async_client, vendor, tells_no_key):
    vendor.script = [vendor.answer(429, {"detail": f"busy, {vendor.key}"}, {"retry-after": "3"})]
    with pytest.raises(TTSError, match="429: busy, …") as caught:
        await call(module.ElevenLabsTTS(async_client, voice=RACHEL).synthesize, TEXT)
    assert (caught.value.retryable, caught.value.retry_after_s) == (True, 3)
    tells_no_key(caught.value)
    await closed(async_client)


def test_a_wrong_key_is_refused_and_not_told(tts, tells_no_key, vendor):
    vendor.key = "another"
    with pytest.raises(TTSError, match="401: Invalid API key …") as caught:
        tts.synthesize(TEXT)
    assert not caught.value.retryable
    tells_no_key(caught.value)


def test_a_redirect_takes_the_key_nowhere(tts, vendor, serve):
    stranger = type(vendor)()
    stranger.url = serve(stranger.app)
    elsewhere = f"{stranger.url}/v1/text-to-speech/{RACHEL}"
    vendor.script = [vendor.answer(307, b"", {"location": elsewhere})]
    with pytest.raises(TTSError, match="307"):
        tts.synthesize(TEXT)
    assert stranger.requests == []


def test_a_redirect_would_take_it_elsewhere(vendor, serve):
    stranger = type(vendor)()
    stranger.url = serve(stranger.app)
    vendor.script = [vendor.answer(307, b"", {"location": f"{stranger.url}/v1/text-to-speech/{RACHEL}"})]
    client = client_module.ElevenLabs(api_key=vendor.key, base_url=vendor.url)
    module.ElevenLabsTTS(client, voice=RACHEL).synthesize(TEXT)
    assert stranger.requests[0]["headers"]["xi-api-key"] == vendor.key
    client._client_wrapper.httpx_client.httpx_client.close()


def test_a_server_that_isnt_there_may_come_back(options, tells_no_key):
    options["base_url"] = "http://127.0.0.1:1"
    with module.ElevenLabsTTS(**options) as tts, pytest.raises(TTSError, match="refused") as caught:
        tts.synthesize(TEXT)
    assert (caught.value.retryable, caught.value.status_code) == (True, None)
    tells_no_key(caught.value)


def test_an_answer_that_doesnt_begin_times_out(options, vendor):
    vendor.script = [vendor.hang()]
    options["timeout_s"] = 0.3
    with module.ElevenLabsTTS(**options) as tts, pytest.raises(TTSError, match="ReadTimeout") as caught:
        tts.synthesize(TEXT)
    assert caught.value.retryable


def test_an_answer_that_is_cut_off_is_asked_for_again(tts, vendor):
    vendor.script = [vendor.stream([tone(TEXT).data[:1_000]], {"content-length": "100000"})]
    with pytest.raises(TTSError, match="peer closed") as caught:
        tts.synthesize(TEXT)
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("body", "retryable"), [(b"", True), ({"audio": "none"}, False), ("<html>Welcome</html>", False)]
)
def test_an_answer_that_is_no_sound_is_refused(tts, vendor, body, retryable):
    vendor.script = [vendor.answer(200, body)]
    with pytest.raises(TTSError) as caught:
        tts.synthesize(TEXT)
    assert caught.value.retryable == retryable


def test_an_answer_is_taken_in_up_to_a_limit(tts, vendor, monkeypatch):
    monkeypatch.setattr(vendors, "MAX_BYTES", 2**20)
    vendor.script = [vendor.stream(itertools.repeat(b"\0" * 65_536, 512))]
    with pytest.raises(TTSError, match="more than 1 MiB") as caught:
        tts.synthesize(TEXT)
    assert not caught.value.retryable


# --- its client, and the loop over it -----------------------------------------------------------------------------


def test_close_closes_what_was_made_here_and_nothing_else(options, vendor):
    client = client_module.ElevenLabs(api_key=vendor.key, base_url=vendor.url)
    module.ElevenLabsTTS(client, voice=RACHEL).close()
    below = client._client_wrapper.httpx_client.httpx_client
    assert not below.is_closed
    below.close()
    ours = module.ElevenLabsTTS(**options)
    ours.close()
    ours.close()
    assert ours._client._client_wrapper.httpx_client.httpx_client.is_closed
    with pytest.raises(TTSError, match="closed"):
        ours.synthesize(TEXT)


def test_without_a_key_nothing_is_made(monkeypatch):
    monkeypatch.delenv("ELEVENLABS_API_KEY", raising=False)
    with pytest.raises(ValueError, match="set ELEVENLABS_API_KEY"):
        module.ElevenLabsTTS()


def test_its_repr_and_its_cache_id_tell_no_key(tts, vendor):
    for shown in (repr(tts), repr(vars(tts)), tts.cache_id):
        assert vendor.key not in shown


def test_a_whole_script_is_verified(options, vendor):
    busy = {"detail": {"status": "system_busy", "message": "Try again."}}
    vendor.script = [vendor.answer(429, busy, {"retry-after": "0"})]
    wrong = ["good evening everyone"]

    def stt(audio):
        said = text_in(audio)
        return wrong.pop() if wrong and said == TEXT else said

    with module.ElevenLabsTTS(**options) as tts, AudioCorrectionLoop(tts=tts, stt=stt) as loop:
        result = loop.generate_verified_audio(f"{TEXT} Welcome to the show.", voice_id="AnotherVoice")
    assert result.passed
    assert (result.attempts, result.report.retries) == (2, 1)
    assert {asked["path"] for asked in vendor.requests} == {"/v1/text-to-speech/AnotherVoice"}
    seeds = {asked["fields"]["seed"] for asked in vendor.requests}
    assert len(seeds) >= 3  # each take has its own, or the same words would fail again


def test_a_broken_file_is_asked_for_again(tts, vendor):
    whole = tone(TEXT).data
    vendor.script = [vendor.answer(200, broken) for broken in (whole[:-100], whole + whole)]
    with AudioCorrectionLoop(tts=tts, stt=text_in) as loop:
        result = loop.generate_verified_audio(TEXT)
    assert (result.passed, result.attempts, result.report.retries) == (True, 1, 2)


def test_a_refusal_ends_the_loop_with_the_vendors_words(tts, vendor, tells_no_key):
    vendor.script = [vendor.answer(401, DETAIL) for _ in range(2)]
    with AudioCorrectionLoop(tts=tts, stt=ScriptedSTT()) as loop, pytest.raises(TTSError, match="quota") as caught:
        loop.generate_verified_audio(TEXT)
    assert caught.value.status_code == 401
    tells_no_key(caught.value)


def test_what_is_missing_is_said_with_the_line_that_installs_it():
    code = (
        "import sys; sys.modules['elevenlabs'] = None\n"
        "from progresskit import MissingDependencyError\n"
        "try:\n    from progresskit.audio.providers.elevenlabs import ElevenLabsTTS\n"
        "except MissingDependencyError as error: print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert "is not installed" in result.stdout
    assert "pip install 'progresskit[elevenlabs]'" in result.stdout
