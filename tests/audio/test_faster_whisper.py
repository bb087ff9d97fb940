"""The adapter of faster-whisper: real decoding, and a scripted model behind the installed package's real signatures.

No model can be had without a network, so what a real one hears is not tried here.
"""

from __future__ import annotations

import inspect
import io
import math
import multiprocessing
import os
import struct
import subprocess
import sys
import threading
from dataclasses import fields
from fractions import Fraction

import pytest

from progresskit.audio import Audio, AudioCorrectionLoop
from progresskit.errors import STTError
from progresskit.testing import ScriptedTTS
from progresskit.testing.audio import check_stt, tone

np = pytest.importorskip("numpy")
av = pytest.importorskip("av")
faster_whisper = pytest.importorskip("faster_whisper")
transcribe = pytest.importorskip("faster_whisper.transcribe")
module = pytest.importorskip("progresskit.audio.providers.faster_whisper", exc_type=ImportError)

TEXT = "Good morning everyone."


def made(kind, **values):
    """Make one of the package's own results: a field that it doesn't have is an error here."""
    return kind(**{field.name: None for field in fields(kind)} | values)


def segment(text, *, tokens=4, avg_logprob=0.0):
    return made(transcribe.Segment, text=text, tokens=[0] * tokens, avg_logprob=avg_logprob)


class ScriptedModel:
    """Hears what its script says; takes what the real methods take, and nothing else."""

    signatures = (
        inspect.signature(faster_whisper.WhisperModel.transcribe),
        inspect.signature(faster_whisper.BatchedInferencePipeline.transcribe),
    )

    def __init__(self, *script):
        self.script = list(script)
        self.calls = []

    def transcribe(self, *args, **options):
        bound = [signature.bind(self, *args, **options) for signature in self.signatures]
        self.calls.append(bound[0].arguments)
        heard = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(heard, Exception):
            raise heard
        language = options["language"] or "en"
        return (each() if callable(each) else each for each in heard), made(
            transcribe.TranscriptionInfo, language=language
        )


def hearing(*heard):
    model = ScriptedModel(*heard)
    return module.FasterWhisperSTT(model), model


# --- what it asks, and what comes of it ---------------------------------------------------------------------------


def test_segments_are_one_text_with_the_models_language():
    stt, model = hearing([segment(" Good morning"), segment(" everyone.")])
    heard = stt.transcribe(tone(TEXT), language="en-GB")
    assert (heard.text, heard.language) == (TEXT, "en")
    (asked,) = model.calls
    assert asked["language"] == "en"
    assert asked["condition_on_previous_text"] is False
    assert asked["vad_filter"] is True


def test_it_is_never_told_what_it_should_hear():
    stt, model = hearing([segment(" Hi.")])
    stt.transcribe(tone(TEXT))
    (asked,) = model.calls
    assert asked["language"] is None
    assert asked.keys().isdisjoint({"initial_prompt", "prefix", "hotwords"})


def test_the_detector_of_speech_can_be_left_out():
    model = ScriptedModel([segment(" Hi.")])
    module.FasterWhisperSTT(model, vad=False).transcribe(tone(TEXT))
    assert model.calls[0]["vad_filter"] is False


@pytest.mark.parametrize(
    ("heard", "confidence"),
    [
        ([], None),
        ([segment("a", avg_logprob=math.log(0.5))], 0.5),
        ([segment("a", tokens=3, avg_logprob=math.log(0.25)), segment("b", tokens=1, avg_logprob=0.0)], 0.25**0.75),
        ([segment("a", avg_logprob=0.1)], 1.0),
        ([segment("a", tokens=0, avg_logprob=math.log(0.5))], 0.5),
    ],
)
def test_confidence_is_the_mean_probability_of_the_tokens(heard, confidence):
    stt, _ = hearing(heard)
    assert stt.transcribe(tone(TEXT)).confidence == pytest.approx(confidence)


def as_file(format_name, codec, rate=48_000):
    """Encode one second of a tone, by the package's own FFmpeg."""
    file = io.BytesIO()
    samples = (np.sin(np.arange(rate) * 2 * np.pi * 440 / rate) * 12_000).astype("<i2")
    with av.open(file, "w", format=format_name) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        for packet in [*stream.encode(frame), *stream.encode()]:
            container.mux(packet)
    return file.getvalue()


@pytest.mark.parametrize(
    ("audio", "seconds"),
    [
        (tone(TEXT), len(TEXT) * 0.05),
        (Audio(bytes(tone(TEXT).pcm().frames), "audio/pcm", sample_rate=8_000), len(TEXT) * 0.05),
        (Audio(as_file("flac", "flac"), "audio/flac"), 1),
        (Audio(as_file("ogg", "libopus"), "audio/ogg"), 1),
        (Audio(as_file("mp3", "libmp3lame"), "audio/mpeg"), 1),
    ],
)
def test_every_format_is_decoded_to_what_the_model_takes(audio, seconds):
    stt, model = hearing([segment(" Hi.")])
    stt.transcribe(audio)
    samples = model.calls[0]["audio"]
    assert samples.dtype == np.float32
    assert len(samples) / 16_000 == pytest.approx(seconds, abs=0.1)
    assert 0.2 < abs(samples).max() <= 1


def test_the_models_of_the_package_take_what_is_given_to_them():
    parameters = inspect.signature(faster_whisper.WhisperModel.__init__).parameters
    assert list(parameters)[1] == "model_size_or_path"
    assert inspect.signature(faster_whisper.decode_audio).parameters["sampling_rate"].default == 16_000


async def test_it_fits_the_loop():
    stt, _ = hearing([segment(" Good morning everyone.")])
    await check_stt(stt, tone(TEXT), language="en")
    with AudioCorrectionLoop(tts=ScriptedTTS(), stt=stt) as loop:
        assert (await loop.agenerate_verified_audio(TEXT, language="en-US")).passed


# --- what goes wrong ----------------------------------------------------------------------------------------------


def header(rate):
    data = b"\0\1" * 10_000
    parts = (b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16, b"data", len(data))
    return Audio(struct.pack("<4sI4s4sIHHIIHH4sI", *parts) + data)


@pytest.mark.parametrize(
    "audio",
    [
        Audio(url="https://example.org/a.wav"),
        Audio(tone(TEXT).data[:-100]),
        Audio(b"no sound at all" * 20, "audio/mpeg"),
        Audio(b"\0\1", "audio/pcm"),
        header(rate=1),  # 20 KB, and 160 million samples once they are resampled
    ],
)
def test_what_cant_be_heard_is_an_error_that_no_retry_mends(audio):
    stt, model = hearing([segment(" Hi.")])
    with pytest.raises(STTError) as caught:
        stt.transcribe(audio)
    assert not caught.value.retryable
    assert model.calls == []


@pytest.mark.parametrize("audio", [tone(TEXT), Audio(as_file("flac", "flac"), "audio/flac")])
def test_what_is_too_long_is_refused_before_its_samples_are_kept(monkeypatch, audio):
    monkeypatch.setattr(module, "_LONGEST_S", 0.5)
    stt, model = hearing([segment(" Hi.")])
    with pytest.raises(STTError, match="longer than 0 s") as caught:
        stt.transcribe(audio)
    assert not caught.value.retryable
    assert model.calls == []


def test_a_file_without_samples_is_heard_as_nothing(monkeypatch):
    stt, model = hearing([segment(" Hi.")])
    monkeypatch.setattr(faster_whisper, "decode_audio", lambda file: np.zeros(0, np.float32))
    assert stt.transcribe(tone(TEXT)).text == ""
    assert model.calls == []


OUT_OF_MEMORY = RuntimeError("CUDA failed with error out of memory")


def fail():
    raise OUT_OF_MEMORY


@pytest.mark.parametrize(
    ("failure", "words", "retryable"),
    [
        (ValueError("'xx' is not a valid language code"), "valid language", False),
        (OUT_OF_MEMORY, "out of memory", True),
        ([segment(" Good"), fail], "out of memory", True),  # while it listens
    ],
)
def test_a_model_that_fails_is_our_error(failure, words, retryable):
    stt, _ = hearing(failure)
    with pytest.raises(STTError, match=words) as caught:
        stt.transcribe(tone(TEXT))
    assert caught.value.retryable == retryable


# --- its model ----------------------------------------------------------------------------------------------------


def test_a_model_is_a_size_a_repository_or_a_folder(tmp_path):
    for model in ("tiny", "large-v3-turbo", "somebody/their-model", tmp_path, str(tmp_path)):
        module.FasterWhisperSTT(model)
    with pytest.raises(ValueError, match=r"no model 'huge'.*tiny.*large-v3"):
        module.FasterWhisperSTT("huge")


def test_it_is_loaded_once_and_not_before_the_first_clip(monkeypatch):
    loads = []

    def load(name):
        loads.append(name)
        return ScriptedModel([segment(" Hi.")])

    monkeypatch.setattr(faster_whisper, "WhisperModel", load)
    stt = module.FasterWhisperSTT("tiny")
    assert loads == []
    threads = [threading.Thread(target=stt.transcribe, args=(tone(TEXT),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert loads == ["tiny"]


def test_a_model_that_cant_be_loaded_says_which_and_why(tmp_path):
    # The package's own loader, on a folder that is none of its models.
    stt = module.FasterWhisperSTT(tmp_path)
    with pytest.raises(STTError, match=rf"{tmp_path.name}.*can't be loaded") as caught:
        stt.transcribe(tone(TEXT))
    assert not caught.value.retryable


def is_loaded_anew(stt):
    return stt._model is None and stt._left_behind is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
@pytest.mark.parametrize(("ours", "code"), [(True, 0), (False, 1)])
def test_a_forked_child_loads_its_own_but_keeps_yours(monkeypatch, ours, code):
    model = ScriptedModel([segment(" Hi.")])
    monkeypatch.setattr(faster_whisper, "WhisperModel", lambda name: model)
    stt = module.FasterWhisperSTT("tiny" if ours else model)
    stt.transcribe(tone(TEXT))
    child = multiprocessing.get_context("fork").Process(target=lambda: sys.exit(not is_loaded_anew(stt)))
    child.start()
    child.join(20)
    assert child.exitcode == code


def test_a_cache_tells_models_apart():
    ids = {module.FasterWhisperSTT(model).cache_id for model in ("tiny", "small")}
    yours = [ScriptedModel([]), ScriptedModel([])]  # nothing in them tells what they have loaded
    ids |= {module.FasterWhisperSTT(model).cache_id for model in yours}
    assert len(ids) == 4
    assert module.FasterWhisperSTT("tiny").cache_id in ids


def test_what_is_missing_is_said_with_the_line_that_installs_it():
    code = (
        "import sys; sys.modules['faster_whisper'] = None\n"
        "from progresskit import MissingDependencyError\n"
        "try:\n    from progresskit.audio.providers.faster_whisper import FasterWhisperSTT\n"
        "except MissingDependencyError as error: print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert "'faster_whisper' is not installed" in result.stdout
    assert "pip install 'progresskit[faster-whisper]'" in result.stdout
