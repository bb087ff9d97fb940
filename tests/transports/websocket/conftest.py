"""What the tests of the WebSocket transport share: a store, a real gateway, a proxy that can be cut, batches."""

from __future__ import annotations

import importlib.util
import socket
import time
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from progresskit.events import ProgressEvent
from progresskit.hub import Hub
from progresskit.transports import Batch, MemoryTransport
from progresskit.transports.websocket import WebSocketTransport
from progresskit.web import Gateway, allow_anyone


def load_proxy():
    spec = importlib.util.spec_from_file_location(
        "proxy_of_redis_tests", Path(__file__).parents[1] / "redis" / "proxy.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Proxy


def free_port():
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


class Stand:
    """A store, a gateway of it, and a proxy before that."""

    def __init__(self, serve):
        self._serve = serve
        self.clock = Clock()
        self.store = MemoryTransport(clock=self.clock)
        self.authorize = allow_anyone
        self.url = self._start(0)
        self.proxy = load_proxy()(free_port(), self.port)
        self.address = f"ws://127.0.0.1:{self.proxy.port}"

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    def _start(self, port):
        async def authorize(*arguments):
            return await self.authorize(*arguments)

        return self._serve(Gateway(Hub(self.store), authorize=authorize), port=port)

    def stop(self):
        self._serve.stop(self.url)

    def start(self):
        self._start(self.port)

    def truth(self):
        return anyio.run(self.store.read, "p")


@pytest.fixture
def stand(serve):
    stand = Stand(serve)
    yield stand
    stand.proxy.close()


@pytest.fixture
def transport(stand):
    transport = WebSocketTransport(f"{stand.address}?timeout_s=5")  # the machine may be busy with other things
    yield transport
    transport.close()


@pytest.fixture
def nowhere():
    """Return an address at which nobody listens."""
    return f"ws://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def progress():
    """Return ``progress(value=None, task="t", **fields)``: one event of a run."""

    def progress(value=None, task="t", **fields):
        return ProgressEvent(project_id="p", task_name=task, run_id="r", progress=value, **fields)

    return progress


@pytest.fixture(scope="session")
def batch():
    """Return ``batch(number, *events, sender="s", **options)``: what a transport is handed."""

    def batch(number, *events, sender="s", **options):
        return Batch("p", sender, number, events, **options)

    return batch


@pytest.fixture(scope="session")
def wait_for():
    """Return ``wait_for(holds)``: asks again until it holds, for 10 s at most."""

    def wait_for(holds):
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.01)

    return wait_for
