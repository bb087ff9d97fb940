"""The cache: a job that crashed goes on where it was, and nothing broken or foreign comes out of it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from progresskit.audio import Audio, AudioCorrectionLoop, OtherVoice, Relisten, Transcript
from progresskit.audio.backends import Voice
from progresskit.audio.cache import DirectoryCache, Memory, key_of
from progresskit.audio.strategies import Resample, SpokenForm
from progresskit.testing import ScriptedSTT, ScriptedTTS
from progresskit.testing.audio import text_in, tone

TEXT = "Hello there my friends. How are you all today? This is the end of it."
WRONG = "nothing of that sort"


def files(path):
    return sorted(file for file in path.rglob("*") if file.is_file())


def verified(cache, stt=(), tts=(), text=TEXT, **options):
    voice, ear = ScriptedTTS(tts), ScriptedSTT(stt)
    with AudioCorrectionLoop(tts=voice, stt=ear, cache=cache, on_fail="best", concurrency=1) as loop:
        return loop.generate_verified_audio(text, **options), voice, ear


def test_what_was_made_and_heard_is_not_made_or_heard_again(tmp_path):
    first, voice, ear = verified(tmp_path, ["hello there my friend"])
    assert (len(voice.calls), len(ear.calls)) == (4, 4)
    again, voice, ear = verified(str(tmp_path))
    assert (voice.calls, ear.calls) == ([], [])
    assert again.audio == first.audio
    assert again.sentences == first.sentences
    assert (again.report.cached, again.report.characters, again.report.takes) == (4, 0, 4)
    assert (first.report.cached, first.report.attempts) == (0, 2)


@pytest.mark.parametrize("change", [{"voice_id": "amy"}, {"language": "en"}, {"text": TEXT.replace(".", "!")}], ids=str)
def test_what_a_take_depends_on_makes_it_another(tmp_path, change):
    verified(tmp_path)
    _, voice, _ = verified(tmp_path, **change)
    assert voice.calls


def test_what_a_hearing_depends_on_makes_it_another(tmp_path):
    class Other(ScriptedSTT):
        pass

    def asked(ear, **options):
        with AudioCorrectionLoop(tts=ScriptedTTS(), stt=ear, cache=tmp_path, concurrency=1) as loop:
            loop.generate_verified_audio(TEXT, **options)
        return len(ear.calls)

    assert [asked(ScriptedSTT()) for _ in range(2)] == [3, 0]
    assert asked(Other()) == 3
    assert asked(ScriptedSTT(), language="en") == 3, "the takes are the same bytes"


def test_bare_samples_at_another_speed_are_another_sound(tmp_path):
    sound = tone("Hello there my friends.").pcm()
    take = Audio(bytes(sound.frames), "audio/pcm", sample_rate=sound.sample_rate, channels=1)
    ear = ScriptedSTT([WRONG, "hello there my friends"])
    with AudioCorrectionLoop(ScriptedTTS([take]), ear, strategies=[Relisten(speeds=[0.9])], cache=tmp_path) as loop:
        assert loop.generate_verified_audio("Hello there my friends.").passed
    assert len(ear.calls) == 2


def test_another_voice_has_takes_of_its_own(tmp_path):
    class Other(ScriptedTTS):
        pass

    verified(tmp_path)
    with AudioCorrectionLoop(tts=Other(), stt=ScriptedSTT(), cache=tmp_path) as loop:
        assert loop.generate_verified_audio(TEXT).report.cached == 0


def test_strategies_and_attempts_have_takes_of_their_own(tmp_path):
    def run(*strategies):
        voice, ear = ScriptedTTS(), ScriptedSTT(["take", "take five", "take"])
        with AudioCorrectionLoop(tts=voice, stt=ear, strategies=strategies, cache=tmp_path, on_fail="best") as loop:
            return loop.generate_verified_audio("Take five of these now.", max_attempts=2).report.cached

    assert run(Resample()) == 0
    assert run(SpokenForm(lambda text, _: text.replace("five", "fife"))) == 1, "the first take is the same"
    again = Resample()
    again.name = "another take"
    assert run(again) == 1, "it may say the same text"


def test_no_attempt_is_answered_by_the_take_of_one_before_it(tmp_path):
    voice, ear = ScriptedTTS(), ScriptedSTT([WRONG, WRONG])
    with AudioCorrectionLoop(tts=voice, stt=ear, strategies=[Resample()], cache=tmp_path) as loop:
        report = loop.generate_verified_audio("Hello there my friends.").report
    assert (report.cached, len(voice.calls)) == (0, 3)


def test_an_entry_that_is_broken_is_made_again(tmp_path):
    verified(tmp_path)
    for number, file in enumerate(files(tmp_path)):
        data = file.read_bytes()
        file.write_bytes([data[:-1], b"", data[:40] + b"x" + data[41:]][number % 3])
    result, voice, ear = verified(tmp_path)
    assert (len(voice.calls), len(ear.calls), result.passed) == (3, 3, True)
    assert verified(tmp_path)[1].calls == [], "and kept, whole"


FORGED = [
    b"[" * 100_000,
    b"[" * 100_000 + b"\nRIFF",
    b"[]\nRIFF",
    b"null",
    b'{"text":5}',
    b'{"media_type":null}\nRIFF',
    b'{"media_type":"audio/wav"}\nno sound',
    b'{"media_type":"audio/wav","sample_rate":1e400}\n' + tone("hello").data,
    b'{"media_type":"audio/pcm","sample_rate":1099511627776}\n\1\2',
    b'{"media_type":"audio/pcm","sample_rate":8000,"channels":70000}\n' + b"\1\2" * 70_000,
    b'{"media_type":"audio/pcm","sample_rate":8000}\n\1\2\3',
    b'{"media_type":"audio/wav","url":"https://example.com/another"}\n',
    b'{"media_type":"audio/wav","url":5}\n' + tone("hello").data,
    b'{"media_type":"audio/wav","data":""}\n' + tone("hello").data,
]


@pytest.mark.parametrize("value", FORGED, ids=range(len(FORGED)))
def test_an_entry_that_is_whole_and_holds_nonsense_is_made_again(tmp_path, value, caplog):
    first, *_ = verified(tmp_path)
    for file in files(tmp_path):
        file.write_bytes(hashlib.sha256(value).digest() + value)
    result, voice, ear = verified(tmp_path)
    assert (len(voice.calls), len(ear.calls), result.report.cached) == (3, 3, 0)
    assert result.audio == first.audio
    assert "an entry of the cache is broken" in caplog.text
    assert verified(tmp_path)[1].calls == [], "and kept, whole"


def test_a_cached_take_that_is_larger_than_accepted_is_made_again(tmp_path):
    long = "Hello there my friends of the sea. How are you?"
    verified(tmp_path, text=long)
    with AudioCorrectionLoop(
        ScriptedTTS([tone("Hello there")]), ScriptedSTT([long[:34]]), cache=tmp_path, max_take_bytes=20_000
    ) as loop:
        result = loop.generate_verified_audio(long)
    assert result.report.cached == 1, "the shorter one"


def test_an_answer_that_json_can_not_hold_is_no_failure_of_the_job(tmp_path):
    class Half:
        def __float__(self):
            return 0.5

    class Ear(ScriptedSTT):
        def transcribe(self, audio):
            return Transcript(text_in(audio), confidence=Half())

    for _ in range(2):
        ear = Ear()
        with AudioCorrectionLoop(ScriptedTTS(), ear, cache=tmp_path) as loop:
            assert loop.generate_verified_audio(TEXT).passed
    assert ear.calls == []


@contextmanager
def as_nobody():
    """Be a user who may not write everywhere; a test that isn't run by root is one already."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder there can be written whatever its mode says")
def test_a_cache_that_can_not_be_written_is_still_read_and_said_once(caplog):
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path, which nobody else may enter
        path = Path(folder)
        path.chmod(0o755)
        verified(path, text="Hello there my friends.")
        for file in files(path):
            file.chmod(0o444)
        for each in (*path.iterdir(), path):
            each.chmod(0o555)
        with as_nobody():
            result, voice, _ = verified(path)
            with pytest.raises(PermissionError):  # the control
                (path / "x").write_bytes(b"")
        for each in (path, *path.iterdir()):
            each.chmod(0o755)
        assert (result.passed, result.report.cached, len(voice.calls)) == (True, 1, 2)
        assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
            "the cache can't be written: what is made now will be made again"
        ]
        assert len(files(path)) == 2, "the take and its transcript, as before"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder there can be read whatever its mode says")
def test_a_cache_that_nobody_may_enter_is_as_good_as_none(tmp_path, caplog):
    verified(tmp_path)
    caplog.clear()
    tmp_path.chmod(0)
    with as_nobody():
        result, voice, _ = verified(tmp_path)
    tmp_path.chmod(0o755)
    assert (result.passed, len(voice.calls)) == (True, 3)
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 2, "that it can't be read, and can't be written"


def test_a_cache_in_the_place_of_a_file_is_as_good_as_none(tmp_path, caplog):
    (tmp_path / "file").write_bytes(b"not yours")
    result, voice, _ = verified(tmp_path / "file" / "cache")
    assert (result.passed, len(voice.calls)) == (True, 3)
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1
    assert (tmp_path / "file").read_bytes() == b"not yours"


def test_a_cache_may_have_any_name(tmp_path):
    path = tmp_path / "캐시 é\N{ZERO WIDTH JOINER} %s {x}"
    verified(path)
    assert verified(path)[1].calls == []


def test_two_processes_may_share_a_cache(tmp_path):
    command = [sys.executable, "-c", JOB, str(tmp_path), TEXT]
    jobs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for job in jobs:
        said, failed = job.communicate(timeout=60)
        assert "passed True" in said, failed
        assert failed == ""
    again = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert again.stdout.splitlines() == ["passed True 5"]
    assert not [file for file in files(tmp_path) if file.suffix == ".part"]


def test_a_cache_that_fails_is_no_failure_of_the_job(caplog):
    class Full:
        def get(self, key):
            raise FileNotFoundError(key)

        async def put(self, key, value):
            raise OSError(28, "disk full")

    result, voice, _ = verified(Full())
    assert result.passed
    assert len(voice.calls) == 3
    assert "disk full" in caplog.text


def test_a_cache_that_fails_each_time_is_said_once(caplog):
    class Broken:
        def get(self, key):
            raise OSError(5, "gone")

        put = get

    assert verified(Broken())[0].passed
    assert [record.getMessage()[:22] for record in caplog.records] == [
        "the cache can't be rea",
        "the cache can't be wri",
    ]


def test_a_cache_that_hangs_holds_up_nothing():
    class Hung(dict):
        async def get(self, key):
            await anyio.sleep_forever()

        put = dict.__setitem__

    with AudioCorrectionLoop(ScriptedTTS(), ScriptedSTT(), cache=Hung(), timeout_s=0.1) as loop:
        assert loop.generate_verified_audio("Hello there my friends.").passed


@pytest.mark.parametrize("cache", ["", 5, b"/tmp", {}, object()], ids=repr)
def test_what_is_no_cache_is_refused_at_once(cache):
    with pytest.raises(TypeError, match="give the path of a directory"):
        AudioCorrectionLoop(ScriptedTTS(), ScriptedSTT(), cache=cache)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
def test_what_stands_in_the_place_of_an_entry_does_no_harm(tmp_path):
    verified(tmp_path)
    target = tmp_path / "target"
    target.write_bytes(b"not yours")
    for number, file in enumerate(files(tmp_path)):
        if file != target:
            file.unlink()
            [lambda file=file: os.mkfifo(file), lambda file=file: file.symlink_to(target), file.mkdir][number % 3]()
    result, voice, _ = verified(tmp_path)
    assert (result.passed, len(voice.calls)) == (True, 3)
    assert target.read_bytes() == b"not yours"


def test_any_object_that_gets_and_puts_is_a_cache():
    class Store(dict):
        put = dict.__setitem__

    store = Store()
    verified(store)
    assert all(len(key) == 64 for key in store)
    assert verified(store)[1].calls == []


def test_silence_is_not_kept_since_a_dead_recogniser_may_come_back(tmp_path):
    verified(tmp_path, [""], text="Hello there my friends.", max_attempts=1)
    result, voice, ear = verified(tmp_path, text="Hello there my friends.", max_attempts=1)
    assert (result.passed, len(voice.calls), len(ear.calls)) == (True, 0, 1)


def test_a_url_alone_is_not_kept(tmp_path):
    def speak(text):
        return "https://example.com/take"

    speak.cache_id = "urls"
    hear = ScriptedSTT([Transcript(TEXT)])
    with AudioCorrectionLoop(tts=speak, stt=hear, cache=tmp_path) as loop:
        assert loop.generate_verified_audio(TEXT).passed
    assert files(tmp_path) == []


def test_a_backend_that_can_not_be_told_from_others_is_refused_at_once(tmp_path):
    def speak(text):
        return tone(text)

    with pytest.raises(TypeError, match="cache_id"):
        AudioCorrectionLoop(tts=speak, stt=ScriptedSTT(), cache=tmp_path)
    for strategy in (OtherVoice(speak), Relisten(stt=lambda audio: "")):
        with pytest.raises(TypeError, match="cache_id"):
            AudioCorrectionLoop(ScriptedTTS(), ScriptedSTT(), strategies=[strategy], cache=tmp_path)
    AudioCorrectionLoop(tts=speak, stt=ScriptedSTT()).close()


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(*_args):
        raise PermissionError(13, "no rename")

    cache = DirectoryCache(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", fail)
        with pytest.raises(OSError, match="no rename"):
            cache.put("ab" * 32, b"x")
    assert files(tmp_path) == []
    cache.put("ab" * 32, b"x")
    assert cache.get("ab" * 32) == b"x"


@pytest.mark.anyio
async def test_what_comes_out_is_what_went_in(tmp_path):
    memory, checked = Memory(DirectoryCache(tmp_path)), Voice(ScriptedTTS()).checked
    take = Audio(b"\0\1" * 9, "audio/pcm", sample_rate=8_000, channels=1, url="https://example.com/x")
    await memory.keep_take(key_of(kind="take"), take)
    assert await memory.take(key_of(kind="take"), checked) == take
    heard = Transcript("말", language="ko", confidence=0.5)
    await memory.keep_transcript(key_of(kind="transcript"), heard)
    assert await memory.transcript(key_of(kind="transcript")) == heard
    assert await memory.take(key_of(kind="take", text="other"), checked) is None
    assert await memory.take(key_of(kind="transcript"), checked) is None, "it is whole, and something else"
    assert await memory.transcript(key_of(kind="take")) is None


JOB = """
import sys
from progresskit.audio import AudioCorrectionLoop
from progresskit.testing.audio import text_in, tone

class Voice:
    def synthesize(self, text, attempt):
        print(f"{attempt} {text}", flush=True)
        if "hang" in sys.argv and attempt == 2 and text.startswith("How"):
            sys.stdin.read()
        is_wrong = attempt == 1 and not text.startswith("This")
        return tone("nothing of that sort" if is_wrong else text, number=attempt)

class Ear:
    def transcribe(self, audio):
        return text_in(audio)

loop = AudioCorrectionLoop(tts=Voice(), stt=Ear(), cache=sys.argv[1], concurrency=1)
result = loop.generate_verified_audio(sys.argv[2])
print("passed", result.passed, result.report.cached, flush=True)
loop.close()
"""


def test_a_job_that_was_killed_goes_on_where_it_was(tmp_path):
    cache = tmp_path / "cache"
    command = [sys.executable, "-c", JOB, str(cache), TEXT]
    job = subprocess.Popen([*command, "hang"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = [job.stdout.readline().strip() for _ in range(5)]
    assert said[-1] == "2 How are you all today?"
    job.kill()  # nothing of it gets to clean up
    job.communicate()
    assert job.returncode != 0
    again = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert again.stdout.splitlines() == ["2 How are you all today?", "passed True 4"]
    # The control: without the cache all is made again.
    other = [*command[:3], str(tmp_path / "other"), TEXT]
    afresh = subprocess.run(other, capture_output=True, text=True, timeout=60, check=True)
    assert afresh.stdout.splitlines() == [*said, "passed True 0"]


def test_a_process_that_is_killed_at_any_moment_leaves_no_half_entry(tmp_path, long_form):
    writer = (
        "import sys\nfrom progresskit.audio.cache import DirectoryCache\ncache = DirectoryCache(sys.argv[1])\n"
        "print('ready', flush=True)\nwhile True:\n    cache.put('ab' * 32, b'0123456789' * 300_000)"
    )
    for number in range(20 if long_form else 3):
        process = subprocess.Popen([sys.executable, "-c", writer, str(tmp_path)], stdout=subprocess.PIPE)
        process.stdout.readline()
        deadline = time.monotonic() + 10
        while DirectoryCache(tmp_path).get("ab" * 32) is None and time.monotonic() < deadline:
            pass
        time.sleep(0.003 * number)  # to hit another moment each time
        process.kill()
        process.communicate()
        assert DirectoryCache(tmp_path).get("ab" * 32) == b"0123456789" * 300_000


def test_text_in_reads_what_a_cached_take_says(tmp_path):
    first, *_ = verified(tmp_path)
    again, *_ = verified(tmp_path)
    assert [text_in(each) for each in again.segments] == [text_in(each) for each in first.segments]
