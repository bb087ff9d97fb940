"""The chain that apps have today, and its endpoint, run with nothing but an import line changed."""

from __future__ import annotations

import asyncio
import itertools
import runpy
from pathlib import Path

import celery
import httpx
import pytest
from celery.contrib.testing.worker import start_worker
from fastapi import FastAPI

from progresskit import MemoryTransport
from progresskit.integrations.manager import configure, get_websocket_manager

CODE = Path(__file__).parent / "users_code" / "chain.py"
_numbers = itertools.count()


@pytest.fixture
def transport():
    transport = MemoryTransport()
    configure(transport)
    yield transport
    configure("memory://")


@pytest.fixture
def click(transport, serve, eventually):
    """Return ``click(**steps)``, which posts to their endpoint and returns the answer, and where the line then ends."""
    queue = f"users-{next(_numbers)}"
    app = celery.Celery(queue, broker="memory://", backend="cache+memory://")
    app.conf.update(task_default_queue=queue, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
    app.conf.broker_transport_options = {"polling_interval": 0.02}  # else each step waits for a second
    made = {"script": 0}

    def generate_script(topic):
        made["script"] += 1
        return f"a script on {topic}"

    steps = {
        "generate_script": generate_script,
        "generate_audio": lambda script: f"audio of {script}",
        "generate_video": lambda script: f"video of {script}",
        "process_lipsync": lambda video, audio: f"{video} with {audio}",
    }
    theirs = runpy.run_path(str(CODE), init_globals=steps, run_name=f"their_chain_{next(_numbers)}")
    site = FastAPI()
    site.include_router(theirs["router"])
    url = serve(site)

    def click():
        answer = httpx.post(f"{url}/projects/p/generate-video", params={"topic": "AI"}, timeout=10)
        assert answer.status_code == 200, answer.text
        celery.result.AsyncResult(answer.json()["task_id"], app=app).get(timeout=10)
        eventually(lambda: state_of(transport).terminal)
        return answer.json()

    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, loglevel="WARNING"):
        yield click
        app.control.shutdown()  # else it looks every 2 s whether it is to end
    app.close()


def state_of(transport):
    return asyncio.run(transport.read("p")).get("pipeline")


def test_the_chain_runs_and_its_line_completes(click, transport):
    answer = click()
    assert answer["status"] == "queued"
    state = state_of(transport)
    assert (state.status, state.progress, state.message) == ("completed", 1.0, "Processing lipsync...")
    assert state.result == {"final_video_url": "video of a script on AI with audio of a script on AI"}


def test_a_second_click_after_a_step_that_died_without_a_word_starts_anew(click, transport):
    manager = get_websocket_manager()
    asyncio.run(manager.broadcast_status("p", "pipeline", "queued"))
    asyncio.run(manager.broadcast_progress("p", "pipeline", 0.75, message="Generating video..."))
    died = state_of(transport)
    assert (died.status, died.progress) == ("in_progress", 0.75)
    click()
    state = state_of(transport)
    assert (state.status, state.attempt) == ("completed", died.attempt + 1)
