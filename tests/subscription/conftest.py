"""What the tests of ``subscribe`` share: a loop whose clock jumps, a store with a memory, links that fail by script.

Time is virtual: the subscription's clock is the event loop's, and a loop whose clock jumps to the next timer
goes through minutes of repair in milliseconds, with the real constants.
"""

import asyncio
import selectors
from contextlib import asynccontextmanager
from types import SimpleNamespace

import anyio
import pytest
from trio.testing import MockClock

from progresskit.errors import TransportError
from progresskit.events import Cursor
from progresskit.state import Snapshot
from progresskit.transports import Batch, MemoryTransport

CUT = "cut"
NOWHERE = Cursor("0", 0)


class JumpingSelector(selectors.DefaultSelector):
    """Never waits for a timer, but puts the clock forward to it."""

    now_s = 0.0

    def select(self, timeout=None):
        ready = super().select(timeout and 0)
        if not ready and timeout is not None:
            self.now_s += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self._timers = JumpingSelector()
        super().__init__(self._timers)

    def time(self):
        return self._timers.now_s


def virtual(backend):
    if backend == "asyncio":
        return {"loop_factory": VirtualTimeLoop}
    return {"clock": MockClock(autojump_threshold=0)}


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param, virtual(request.param)


class Store:
    """A memory transport, and what it held at each cursor."""

    def __init__(self):
        self.transport = MemoryTransport()
        self.number = 0
        self.held = {str(NOWHERE): {}}
        self.cursor = NOWHERE

    def publish(self, *events):
        for event in events:
            self.number += 1
            self.cursor = self.transport.publish(Batch("p", "sender", self.number, (event,))).cursor
            self.held[str(self.cursor)] = self.truth()
        return self.cursor

    def truth(self):
        project = self.transport._projects.get("p")
        return {} if project is None else {state.task_name: state.model_dump() for state in project.table}

    def wipe(self):
        self.transport._projects.clear()
        self.cursor = NOWHERE


class Link:
    """A transport over a store, whose links and reads do what a script says; after it, all is well.

    Args:
        store: The store behind it.
        events: What happens to each listened event.
        opens: What happens to each opening of ``listen``.
        reads: What happens to each read.
        through: What a stream of events comes through, instead of the script for events.
    """

    def __init__(self, store, *, events=(), opens=(), reads=(), through=None):
        self.store = store
        self.events = iter(events)
        self.opens = iter(opens)
        self.reads = iter(reads)
        self.opened = []  # when
        self.read_at = []  # when
        self.through = through or self._through
        self.publish = store.transport.publish
        self.cancel = store.transport.cancel
        self.close = store.transport.close
        self.aclose = store.transport.aclose

    def heal(self):
        """End the script; a link that is silently half open stays so."""
        self.events = self.opens = self.reads = iter(())

    async def read(self, project_id, after=None):
        self.read_at.append(anyio.current_time())
        fault = next(self.reads, "go")
        if fault == "refuse":
            raise TransportError(CUT)
        if fault == "slow to go":
            await anyio.sleep(0.7)
        snapshot = await self.store.transport.read(project_id, after)
        if fault == "slow to come":
            await anyio.sleep(0.7)
        return snapshot

    @asynccontextmanager
    async def listen(self, project_id):
        self.opened.append(anyio.current_time())
        match next(self.opens, "go"):
            case "refuse":
                raise TransportError(CUT)
            case "break":
                raise OSError(CUT)
            case "hang":
                await anyio.sleep_forever()
            case "slow":
                await anyio.sleep(2)
        async with self.store.transport.listen(project_id) as stream:
            yield self.through(stream)

    async def _through(self, stream):
        late = []
        async for event in stream:
            match fault := next(self.events, "go"):
                case "end":
                    return
                case "break":
                    raise TransportError(CUT)
                case "half open":
                    await anyio.sleep_forever()
                case "delay":
                    await anyio.sleep(3)
            for known in arrivals(fault, event, late):
                yield known


def arrivals(fault, event, late):
    """Return what comes instead of an event; ``late`` are those held back, which come after what followed them."""
    match fault:
        case "lose":
            return []
        case "repeat":
            return [event, event]
        case "hold back":
            late.append(event)
            return []
        case "flood":
            return [*late, *[event] * 5]
    return [event, *[late.pop(0) for _ in late[:1]]]


class Reader:
    """A consumer that folds what it gets, and checks each item against what the store held there."""

    def __init__(self, store):
        self.store = store
        self.folded = None
        self.items = []

    def take(self, item):
        if self.folded is None:
            assert isinstance(item, Snapshot), "the first item is a Snapshot"
            self.folded = item
        else:
            before = self.folded.cursor
            if isinstance(item, Snapshot):
                assert item.resumed == (item.cursor.epoch == before.epoch), "another epoch begins with all tasks"
                assert not item.resumed or item.cursor.offset > before.offset
            else:
                assert item.cursor.offset == before.offset + 1, "events follow in cursor order, without gap, none twice"
                assert before in (NOWHERE, Cursor(item.cursor.epoch, before.offset))
            self.folded = self.folded.apply(item)
        self.items.append(item)
        held = {state.task_name: state.model_dump() for state in self.folded.tasks}
        assert held == self.store.held[str(self.folded.cursor)], "a consumer needs only Snapshot.apply"

    async def come_to_the_store(self, items, within_s):
        """Take items until the store's position is reached, and return how long it took."""
        began = anyio.current_time()
        with anyio.fail_after(within_s):
            while self.folded is None or self.folded.cursor != self.store.cursor:
                self.take(await anext(items))
        return anyio.current_time() - began


BENCH = SimpleNamespace(Store=Store, Link=Link, Reader=Reader, virtual=virtual)


@pytest.fixture(scope="session")
def bench():
    """Return ``Store``, ``Link`` and ``Reader``, and ``virtual(backend)``: the options of a loop whose clock jumps."""
    return BENCH
