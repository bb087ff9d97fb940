"""A gateway on a real uvicorn, and clients of it: what the tests of the web half share.

They are plain, synchronous tests: the server has a thread and an event loop (asyncio's, the only one that
uvicorn knows) to itself, and the clients are as foreign to it as a browser is.
"""

from __future__ import annotations

import itertools
import json
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from progresskit.events import ProgressEvent
from progresskit.hub import Hub
from progresskit.transports import Batch, MemoryTransport
from progresskit.web import Gateway, allow_anyone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 5.0


@pytest.fixture
def transport() -> Iterator[MemoryTransport]:
    transport = MemoryTransport()
    yield transport
    transport.close()


@pytest.fixture
def publish(transport) -> Callable[..., Any]:
    """Return ``publish(project_id="p", task_name="t", **fields)``: one progress event, accepted by the store."""
    numbers = itertools.count(1)

    def publish(project_id="p", task_name="t", **fields):
        event = ProgressEvent(project_id=project_id, task_name=task_name, run_id="r", **fields)
        return transport.publish(Batch(project_id, "test", next(numbers), (event,)))

    return publish


@pytest.fixture
def gateway(serve, transport) -> Callable[..., str]:
    """Return ``gateway(authorize=allow_anyone, **options) -> base_url``: a gateway, served."""

    def start(authorize=allow_anyone, *, server=(), **options):
        return serve(Gateway(Hub(transport), authorize=authorize, **options), **dict(server))

    return start


class Socket:
    """A client's end of a stream."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    @property
    def subprotocol(self):
        return self.connection.subprotocol

    def message(self) -> Any:
        """Return the next message, decoded."""
        return json.loads(self.connection.recv(timeout=PATIENCE_S))

    def until(self, wanted: str) -> Any:
        """Return the next frame of a type."""
        while (frame := self.message())["type"] != wanted:
            pass
        return frame

    def send(self, data: str | bytes) -> None:
        self.connection.send(data)

    def close_code(self) -> int:
        """Read until the server closes, and return its code; 1006: it was cut without a word."""
        with suppress(ConnectionClosed):
            while True:
                self.connection.recv(timeout=PATIENCE_S)
        return self.connection.close_code


@pytest.fixture
def stream() -> Callable[..., Any]:
    """Return ``stream(base_url, project_id="p", *, query="", **options)``: a context with a ``Socket``."""

    @contextmanager
    def open_stream(base_url, project_id="p", *, query="", **options):
        url = f"ws{base_url.removeprefix('http')}/projects/{project_id}/stream{query}"
        with connect(url, open_timeout=PATIENCE_S, close_timeout=1, compression=None, **options) as connection:
            yield Socket(connection)

    return open_stream


@pytest.fixture
def inbox() -> Callable[..., Any]:
    """Return ``inbox(base_url, **options)``: a context with a ``Socket`` on which batches go in."""

    @contextmanager
    def open_inbox(base_url, **options):
        url = f"ws{base_url.removeprefix('http')}/publish"
        with connect(url, open_timeout=PATIENCE_S, close_timeout=1, compression=None, **options) as connection:
            yield Socket(connection)

    return open_inbox


class GatedStore(MemoryTransport):
    """A store whose ``publish`` can be held up, by project, or made to fail; it counts who is inside."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        self.inside = self.most_inside = self.published = 0
        self._gates: dict[str, threading.Event] = {}
        self._counting = threading.Lock()

    def hold(self, project_id: str) -> threading.Event:
        """Hold up what is published to a project until the event that is returned is set."""
        return self._gates.setdefault(project_id, threading.Event())

    def release(self) -> None:
        """Let everything pass."""
        while self._gates:
            self._gates.popitem()[1].set()

    def publish(self, batch):
        with self._counting:
            self.inside += 1
            self.published += 1
            self.most_inside = max(self.most_inside, self.inside)
        try:
            gate = self._gates.get(batch.project_id)
            if gate is not None:
                assert gate.wait(30), "nobody opened the gate"
            if self.failure is not None:
                raise self.failure
            return super().publish(batch)
        finally:
            with self._counting:
                self.inside -= 1


@pytest.fixture
def store() -> Iterator[GatedStore]:
    store = GatedStore()
    yield store
    store.release()
    store.close()


@pytest.fixture
def an_event() -> Callable[..., dict[str, Any]]:
    """Return ``an_event(**fields)``: one progress event, as JSON."""

    def an_event(**fields):
        return {
            "type": "progress",
            "task_name": "t",
            "run_id": "r",
            "timestamp": "2026-11-23T00:00:00.000Z",
            "progress": 0.5,
        } | fields

    return an_event


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
def sse() -> Callable[..., Any]:
    """Return ``sse(base_url, project_id="p", *, query="", headers=None)``: a context with (response, events)."""

    @contextmanager
    def open_events(base_url, project_id="p", *, query="", headers=None):
        url = f"{base_url}/projects/{project_id}/events{query}"
        with httpx.Client(timeout=PATIENCE_S) as client, client.stream("GET", url, headers=headers) as response:
            yield response, _events(response)

    return open_events


def _events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    fields: dict[str, Any] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            yield fields | {"data": json.loads(fields["data"])}
            fields = {}
