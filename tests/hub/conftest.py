"""What the tests of the hub share: a store with handles, clients that may stall, and time that waits."""

from __future__ import annotations

import importlib.util
import itertools
import json
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint

from progresskit.events import CompletedEvent, Cursor, ProgressEvent, event_from_json
from progresskit.frames import Form, encode_state
from progresskit.state import Snapshot, state_from_json
from progresskit.transports import Batch, MemoryTransport


class Store(MemoryTransport):
    """A memory transport with handles on what can go wrong, and on what is asked of it."""

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(1)
        self.reads = self.links = 0
        self.broken: Exception | None = None
        self.refused = anyio.Event()
        self.deaf: anyio.Event | None = None  # while it is there, events are held back
        self.garbled = False

    def say(self, task_name="t", project_id="p", **fields):
        event = ProgressEvent(project_id=project_id, task_name=task_name, run_id="r", **fields)
        return self.publish(Batch(project_id, "test", next(self.numbers), (event,))).cursor

    def finish(self, task_name="t", project_id="p"):
        event = CompletedEvent(project_id=project_id, task_name=task_name, run_id="r")
        return self.publish(Batch(project_id, "test", next(self.numbers), (event,))).cursor

    async def read(self, project_id, after=None):
        self.reads += 1
        await checkpoint()
        if self.broken is not None:
            self.refused.set()
            raise self.broken
        return await super().read(project_id, after)

    async def refuses(self, error):
        """Break, and wait until somebody has noticed."""
        self.broken, self.refused = error, anyio.Event()
        for listener in self._listeners.get("p", ()):
            listener.end()  # who listens anew reads first
        with anyio.fail_after(5):
            await self.refused.wait()

    @asynccontextmanager
    async def listen(self, project_id):
        async with super().listen(project_id) as items:
            self.links += 1
            try:
                yield self.heard(items)
            finally:
                self.links -= 1

    async def heard(self, items):
        async for item in items:
            if self.deaf is not None:
                await self.deaf.wait()
            yield item.cursor if self.garbled else item

    async def truth(self, project_id="p"):
        return public((await self.read(project_id)).tasks)


class Screen:
    """A client: its socket, which may be full, and what has come through it."""

    def __init__(self):
        self.state: Snapshot | None = None
        self.frames: list[dict] = []
        self.messages = 0
        self.full: anyio.Event | None = None
        self.error: Exception | None = None
        self.changed = anyio.Event()
        self.in_flight = self.cancelled = 0

    def stall(self):
        self.full = anyio.Event()

    def wake(self):
        self.full.set()
        self.full = None

    async def send(self, content):
        if self.error is not None:
            raise self.error
        self.in_flight += 1
        assert self.in_flight == 1
        try:
            if self.full is not None:
                self.changed.set()
                await self.full.wait()
        except BaseException:
            self.cancelled += 1
            raise
        finally:
            self.in_flight -= 1
        self.messages += 1
        for frame in decoded(content):
            self.frames.append(frame)
            self.take(frame)
        self.changed.set()

    def take(self, frame):
        if frame["type"] == "snapshot":
            cursor, tasks = Cursor.parse(frame["cursor"]), map(state_from_json, frame["tasks"])
            item = Snapshot("p", cursor, tuple(tasks), resumed=frame["resumed"])
            self.state = item if self.state is None else self.state.apply(item)
        elif "task_name" in frame:
            self.state = self.state.apply(event_from_json(frame))

    def kinds(self):
        return [frame["type"] for frame in self.frames]

    async def until(self, condition):
        with anyio.fail_after(5):
            while not condition():
                self.changed = anyio.Event()
                await self.changed.wait()

    async def at(self, cursor):
        """Wait until the screen shows what stood at a cursor."""
        await self.until(lambda: self.state is not None and self.state.cursor == cursor)

    async def blocked(self):
        await self.until(lambda: self.in_flight)

    def shown(self):
        return public(self.state.tasks)


def decoded(content):
    if content["type"] == "websocket.send":
        found = json.loads(content["text"])
        return found if isinstance(found, list) else [found]
    chunks = content["body"].decode().removesuffix("\n\n").split("\n\n")
    return [json.loads(chunk.rpartition("data: ")[2]) for chunk in chunks]


def public(states):
    """What readers may know of states."""
    return [json.loads(encode_state(state)) for state in states]


class Time:
    """Time that passes when it is told to."""

    def __init__(self):
        self.now = 1_000.0
        self.sleepers: list[tuple[float, anyio.Event]] = []

    def clock(self):
        return self.now

    async def sleep(self, seconds):
        event = anyio.Event()
        self.sleepers.append((self.now + seconds, event))
        await event.wait()

    async def settle(self):
        for _ in range(20):
            await checkpoint()

    async def passes(self, seconds):
        """Let time pass, and everybody wake in order."""
        end = self.now + seconds
        await self.settle()
        while due := [sleeper for sleeper in self.sleepers if sleeper[0] <= end]:
            sleeper = min(due, key=lambda one: one[0])
            self.sleepers.remove(sleeper)
            self.now = max(self.now, sleeper[0])
            sleeper[1].set()
            await self.settle()
        self.now = end
        await self.settle()


@pytest.fixture
def store():
    store = Store()
    yield store
    store.close()


@pytest.fixture(params=[True, False], ids=["in place", "as tasks"])
def attach(request):
    """Return ``attach(hub, screen, project_id="p", *, form=Form.TEXT, …)``, for both ways to send."""

    def attach(hub, screen, project_id="p", *, form=Form.TEXT, **options):
        return hub.attach(project_id, screen.send, form=form, inline=request.param, **options)

    return attach


@pytest.fixture
def new_screen():
    """Return the class of the clients, which take no arguments."""
    return Screen


@pytest.fixture
def clock():
    """Return time that passes by ``await clock.passes(seconds)`` alone; it has ``clock`` and ``sleep`` for a hub."""
    return Time()


@pytest.fixture(scope="session")
def simulation():
    """Return the module simulation.py: no test file can import it."""
    spec = importlib.util.spec_from_file_location("hub_simulation", Path(__file__).with_name("simulation.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
