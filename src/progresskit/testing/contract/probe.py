"""What the checks have in common: a project of their own, short ways to speak to it, and one way to complain."""

from __future__ import annotations

import math
import secrets
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final

import anyio
import anyio.to_thread

from progresskit.errors import TransportError
from progresskit.events import CompletedEvent, Cursor, ErrorEvent, ProgressEvent, StatusEvent
from progresskit.frames import Batch, Run
from progresskit.state import Snapshot
from progresskit.subscription import subscribe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from contextlib import AbstractAsyncContextManager

    from progresskit.events import Event
    from progresskit.frames import Receipt
    from progresskit.state import TaskState
    from progresskit.testing.harness import TransportHarness
    from progresskit.transports import Transport

PROMISED_S: Final = 10.0
"""Seconds within which a subscription makes good whatever went wrong."""
LEASE_S: Final = 20.0
"""Seconds that a lease lasts."""
NOWHERE: Final = Cursor("0", 0)
"""Where a project stands that nobody has written to."""
_LIMIT_S: Final = 120.0


def expect(holds: bool, rule: str, *seen: object) -> None:  # noqa: FBT001 - it reads as a sentence, like assert
    """Complain where a rule doesn't hold, under ``python -O`` too.

    Args:
        holds: Whether it does.
        rule: The rule, in words.
        seen: What was seen instead.

    Raises:
        AssertionError: It doesn't hold.
    """
    if not holds:
        raise AssertionError(rule + "".join(f"\n  seen: {value!r}" for value in seen))


class Probe:
    """One project of its own on a store, and a handle to speak to it."""

    def __init__(self, harness: TransportHarness, transport: Transport, project_id: str) -> None:
        self.harness = harness
        self.transport = transport
        self.project_id = project_id
        self.sender = secrets.token_hex(8)
        self._number = 0

    def progress(self, progress: float | None, *, task: str = "t", run: str | None = "r", **fields: Any) -> Event:
        """Make a progress event."""
        return ProgressEvent(project_id=self.project_id, task_name=task, run_id=run, progress=progress, **fields)

    def status(self, status: str, *, task: str = "t", run: str | None = "r", **fields: Any) -> Event:
        """Make a status event."""
        fields |= {"project_id": self.project_id, "task_name": task, "run_id": run, "status": status}
        return StatusEvent(**fields)

    def completed(self, *, task: str = "t", run: str | None = "r", **fields: Any) -> Event:
        """Make a completed event."""
        return CompletedEvent(project_id=self.project_id, task_name=task, run_id=run, **fields)

    def failed(self, error: str = "failed", *, task: str = "t", run: str | None = "r", **fields: Any) -> Event:
        """Make an error event."""
        return ErrorEvent(project_id=self.project_id, task_name=task, run_id=run, error=error, **fields)

    def batch(
        self,
        *events: Event,
        held: Iterable[tuple[str, str]] = (),
        left: Iterable[tuple[str, str]] = (),
        sender: str | None = None,
        number: int | None = None,
    ) -> Batch:
        """Make the next batch of this probe's sender, or one of another sender."""
        if number is None:
            self._number += 1
            number = self._number
        held, left = (tuple(Run(*run) for run in runs) for runs in (held, left))
        return Batch(self.project_id, sender or self.sender, number, events, held, left)

    async def send(self, batch: Batch, transport: Transport | None = None) -> Receipt:
        """Publish a batch from a worker thread: the call may block."""
        return await anyio.to_thread.run_sync((transport or self.transport).publish, batch)

    async def publish(self, *events: Event, **options: Any) -> Receipt:
        """Publish events as the next batch."""
        return await self.send(self.batch(*events, **options))

    async def insist(self, batch: Batch) -> Receipt:
        """Send a batch until the store answers, as a publisher does."""
        while True:
            try:
                return await self.send(batch)
            except TransportError as error:
                expect(error.retryable, "trouble with the connection is retryable", error)
            await anyio.sleep(0.01)

    async def refused_for_good(self, batch: Batch) -> None:
        """Expect that a batch is refused because of its content."""
        try:
            receipt = await self.send(batch)
        except TransportError as error:
            expect(not error.retryable, "what is refused for its content is not retryable", error)
        else:
            expect(False, "a batch that breaks a rule raises TransportError", receipt)  # noqa: FBT003 - see expect

    async def read(self, after: Cursor | None = None) -> Snapshot:
        """Read the project."""
        return await self.transport.read(self.project_id, after)

    async def task(self, task: str = "t") -> TaskState:
        """Read the state of a task that there is."""
        snapshot = await self.read()
        state = snapshot.get(task)
        if state is None:
            msg = f"the task {task!r} is not there: {snapshot!r}"
            raise AssertionError(msg)
        return state

    def listen(self) -> AbstractAsyncContextManager[AsyncIterator[Event | Cursor]]:
        """Listen to the project."""
        return self.transport.listen(self.project_id)

    def subscribe(
        self, *, after: Cursor | str | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[Snapshot | Event]]:
        """Subscribe to the project."""
        return subscribe(self.transport, self.project_id, after=after)

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[Follower]:
        """Subscribe to the project, and fold what comes."""
        async with self.subscribe() as items:
            yield Follower(self, items)


@asynccontextmanager
async def probe(harness: TransportHarness) -> AsyncIterator[Probe]:
    """Open a handle for one check, and a project that nobody has written to; close the handle afterwards."""
    with anyio.fail_after(_LIMIT_S):  # a transport that hangs fails the check, not the whole suite
        async with handle(harness) as transport:
            try:
                yield Probe(harness, transport, f"check-{secrets.token_hex(8)}")
            except BaseExceptionGroup as group:
                raise _first(group) from None  # a complaint, or a skip, must be seen as what it is


def _first(error: BaseException) -> BaseException:
    """Return the first exception of a task group, which is none itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@contextmanager
def within(limit_s: float, rule: str) -> Iterator[None]:
    """Expect that a block takes no longer than so many seconds."""
    began = anyio.current_time()
    yield
    took_s = anyio.current_time() - began
    expect(took_s <= limit_s, f"{rule}, within {limit_s:g} s", took_s)


@asynccontextmanager
async def handle(harness: TransportHarness) -> AsyncIterator[Transport]:
    """Open one more handle on the store, and close it."""
    transport = await harness.open()
    try:
        yield transport
    finally:
        with anyio.CancelScope(shield=True):
            await close(transport)


async def close(transport: Transport) -> None:
    """Close both halves of a handle."""
    await transport.aclose()
    await anyio.to_thread.run_sync(transport.close)


async def taken(stream: AsyncIterator[Event | Cursor], count: int) -> list[Event]:
    """Take so many events from a listened stream."""
    events: list[Event] = []
    with anyio.move_on_after(PROMISED_S):
        async for item in stream:
            if isinstance(item, Cursor):
                continue
            events.append(item)
            if len(events) == count:
                break
    expect(len(events) == count, f"{count} events come by listen, in a healthy system", events)
    return events


class Follower:
    """A consumer of a subscription, who folds what it gets.

    Args:
        probe: The project.
        items: The subscription.
    """

    def __init__(self, probe: Probe, items: AsyncIterator[Snapshot | Event]) -> None:
        self._probe = probe
        self._items = items
        self.folded: Snapshot | None = None
        self.seen: list[Snapshot | Event] = []  # since the last time that `until` was called

    def names(self) -> set[str]:
        """Return the tasks that it knows."""
        return {state.task_name for state in self.folded.tasks} if self.folded is not None else set()

    async def until(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """Take items until the folded state is as wanted."""
        self.seen = []
        with anyio.move_on_after(PROMISED_S):
            while self.folded is None or not holds(self.folded):
                item = await anext(self._items)
                self.seen.append(item)
                if self.folded is not None:
                    self.folded = self.folded.apply(item)
                elif isinstance(item, Snapshot):
                    self.folded = item
                else:
                    expect(False, "the first item is a Snapshot", item)  # noqa: FBT003 - see expect
        if self.folded is None or not holds(self.folded):
            msg = f"a consumer comes to where the store is within {PROMISED_S:g} s: {self.folded!r} after {self.seen!r}"
            raise AssertionError(msg)
        return self.folded

    async def catch_up(self) -> None:
        """Take items until the folded state is the store's."""
        truth = await self._probe.read()
        folded = await self.until(lambda snapshot: snapshot.cursor == truth.cursor)
        alike = same_states(folded.tasks, truth.tasks)
        expect(alike, "a consumer needs only Snapshot.apply to have what the store has", folded, truth)


def same(left: object, right: object) -> bool:
    """Tell whether two JSON values are the same; sums of shares may differ in the last digits."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, abs_tol=1e-9)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def same_states(left: Iterable[TaskState], right: Iterable[TaskState]) -> bool:
    """Tell whether two lists of states say the same to a reader."""
    one, other = ([state.model_dump(mode="json") for state in states] for states in (left, right))
    return same(one, other)
