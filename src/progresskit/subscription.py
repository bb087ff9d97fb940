"""The one loop over ``listen`` and ``read`` that makes every transport's events whole.

What :func:`subscribe` promises, for any transport:

1. The first item is a ``Snapshot``: all tasks; or, where ``after`` is of the current epoch,
   ``resumed=True`` and the tasks that changed since, however long ago that was. An ``after`` that is
   malformed, or beyond the store's offset, counts as none.
2. Then events follow in cursor order, none twice. A consumer slower than the project, or cut off, gets
   a ``resumed`` snapshot of what changed instead of the events it missed.
3. Where the epoch changed it gets a new full ``Snapshot``.
4. So a consumer needs only ``Snapshot.apply``.
5. An event lost, repeated or late in ``listen``, or a link that is silently half open, is made good
   within 10 s of the store answering.
6. Cancelling the consumer frees everything within a second.
"""

from __future__ import annotations

from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import anyio

from progresskit import rules
from progresskit.chance import CHANCE
from progresskit.errors import TransportError
from progresskit.events import Cursor
from progresskit.logs import about, get_logger
from progresskit.state import Snapshot
from progresskit.transports import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from progresskit.events import Event
    from progresskit.state import TaskState
    from progresskit.transports import Transport

__all__ = ["following", "subscribe", "wait", "watch"]

COMPARE_S: Final = 5.0
"""Seconds between two looks at whether the store is ahead of what ``listen`` brought."""
GRACE_S: Final = 1.0
"""Seconds that ``listen`` has to come to where the store was seen."""
_ROOM: Final = 1_000
_LEFT_EPOCHS: Final = 16
_RETRY_S: Final = (0.1, 1.0)

_log = get_logger("transports")


def subscribe(
    transport: Transport, project_id: str, *, after: Cursor | str | None = None
) -> AbstractAsyncContextManager[AsyncIterator[Snapshot | Event]]:
    """Follow a project: a snapshot first, then what changes, without gap or duplicate.

    See the top of this module for what is promised. While the store doesn't answer, the iterator
    waits and tries again.

    Args:
        transport: Where the project is kept.
        project_id: The project.
        after: The cursor of the last item that the consumer has; None = it has nothing.

    Raises:
        ValueError: The project id is not valid.
        TransportError: The transport refuses for good (not ``retryable``).
    """
    return following(transport, project_id, after=after, on_failure=lambda _: None)


@asynccontextmanager
async def following(
    transport: Transport,
    project_id: str,
    *,
    after: Cursor | str | None,
    on_failure: Callable[[TransportError], None],
) -> AsyncIterator[AsyncIterator[Snapshot | Event]]:
    """Follow a project as :func:`subscribe` does, and tell of each read that fails and is tried again."""
    follower = _Follower(transport, rules.check_project_id(project_id), _parsed(after), on_failure)
    failure: BaseException | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follower.pump)
        try:
            yield follower
        except BaseException as error:  # noqa: BLE001 - raised again below, outside the group that would wrap it
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        try:
            raise failure
        finally:
            failure = None  # it refers to this frame, which would keep both alive until the garbage is collected


@asynccontextmanager
async def watch(
    transport_or_url: Transport | str, project_id: str, *, after: Cursor | str | None = None
) -> AsyncIterator[AsyncIterator[Snapshot]]:
    """Follow a project as a series of folded snapshots: each is the whole of what is known.

    Args:
        transport_or_url: Where the project is kept; a URL's transport is opened and closed here.
        project_id: The project.
        after: Only what changed after this cursor, at first.

    Raises:
        ValueError: The project id or the URL is not valid.
        TransportError: The transport refuses for good (not ``retryable``).
    """
    transport, owned = opened(transport_or_url)
    try:
        async with subscribe(transport, project_id, after=after) as items:
            yield _Folded(items, project_id)
    finally:
        if owned:
            with anyio.CancelScope(shield=True):
                await transport.aclose()


async def wait(
    transport_or_url: Transport | str, project_id: str, task_name: str, *, timeout_s: float | None = None
) -> TaskState:
    """Wait until a task's current run is over, and return its state.

    A task that nobody has reported yet is waited for too.

    Args:
        transport_or_url: Where the project is kept.
        project_id: The project.
        task_name: The task.
        timeout_s: Seconds to wait at most; None = for ever.

    Raises:
        TimeoutError: It wasn't over by then.
        ValueError: An id or the URL is not valid.
        TransportError: The transport refuses for good (not ``retryable``).
    """
    rules.check_task_name(task_name)
    state: TaskState | None = None
    with anyio.move_on_after(timeout_s):
        async with watch(transport_or_url, project_id) as snapshots:
            async for snapshot in snapshots:
                state = snapshot.get(task_name)
                if state is not None and state.terminal:
                    return state
    stands = "nobody has reported it yet" if state is None else f"it is {state.status}"
    msg = f"task {task_name!r} of project {project_id!r} was not over within {timeout_s:g} s: {stands}"
    raise TimeoutError(msg)


class _Folded:
    """Each item of a subscription, laid over what came before.

    No generator: one that is cancelled within ``anext`` is over, and a consumer may well come back.
    """

    def __init__(self, items: AsyncIterator[Snapshot | Event], project_id: str) -> None:
        self._items = items
        self._snapshot = Snapshot(project_id, Cursor("0", 0), resumed=True)  # until the first item: nothing is known

    def __aiter__(self) -> AsyncIterator[Snapshot]:
        return self

    async def __anext__(self) -> Snapshot:
        self._snapshot = self._snapshot.apply(await anext(self._items))
        return self._snapshot


def _cursor_of(item: Event | Cursor) -> Cursor | None:
    return item if isinstance(item, Cursor) else item.cursor


def _next_comparison() -> float:
    """Return when to compare next: all of an event loop's subscriptions at once, so that they share a round trip."""
    return (anyio.current_time() // COMPARE_S + 1) * COMPARE_S


def _parsed(after: Cursor | str | None) -> Cursor | None:
    if not isinstance(after, str):
        return after
    try:
        return Cursor.parse(after)
    except ValueError:
        return None


class _Follower:
    """One subscription: a pump fills a bounded buffer, the consumer's own ``__anext__`` does the rest.

    Its clock is the event loop's, so that a loop with a virtual one is all that a test needs.
    """

    def __init__(
        self,
        transport: Transport,
        project_id: str,
        after: Cursor | None,
        on_failure: Callable[[TransportError], None],
    ) -> None:
        self._transport = transport
        self._project_id = project_id
        self._about = about(project_id)
        self._after = after
        self._on_failure = on_failure
        self._reading = False  # from the first read on, a link that opens has missed something
        self._position: Cursor | None = None  # of the last item given to the consumer
        self._left: deque[str] = deque(maxlen=_LEFT_EPOCHS)
        self._buffer: deque[Event | Cursor] = deque()
        self._overflowed = False
        self._arrived = anyio.Event()
        self._opened = anyio.Event()
        self._link = anyio.CancelScope()
        self._compare_at = 0.0
        self._ahead: tuple[Snapshot, float] | None = None  # what the store was seen to hold, and how long we wait

    def __aiter__(self) -> AsyncIterator[Snapshot | Event]:
        return self

    async def __anext__(self) -> Snapshot | Event:
        if self._position is None:
            if not self._reading:
                # Listen first, then read: what happens in between is in both, never in none.
                with anyio.move_on_after(GRACE_S):
                    await self._opened.wait()
                self._reading = True
            return self._take(await self._read(self._after))
        while True:
            item = await self._next(self._position)
            if item is not None:
                return item

    async def _next(self, position: Cursor) -> Snapshot | Event | None:
        """Take one step: give an item, or come nearer to one."""
        if self._overflowed:
            return await self._catch_up(position)
        if self._buffer:
            return await self._sort(self._buffer.popleft(), position)
        now = anyio.current_time()
        if self._ahead is not None:
            snapshot, deadline = self._ahead
            if snapshot.cursor.offset <= position.offset:
                self._ahead = None
            elif now >= deadline:
                self._reopen()
                return self._take(snapshot)
        elif now >= self._compare_at:
            return await self._compare(position)
        await self._wait_until(self._compare_at if self._ahead is None else self._ahead[1])
        return None

    async def _catch_up(self, position: Cursor) -> Snapshot | None:
        """Read what the buffer had no room for."""
        self._overflowed = False
        try:
            snapshot = await self._read(position)
        except BaseException:
            self._overflowed = True  # a consumer that gave up waiting may come back
            raise
        return self._take(snapshot) if snapshot.cursor != position else None

    async def _compare(self, position: Cursor) -> Snapshot | None:
        """Look whether the store is ahead of what ``listen`` brought."""
        snapshot = await self._read(position)
        self._compare_at = _next_comparison()
        if snapshot.cursor == position:
            return None
        if snapshot.resumed:
            self._ahead = snapshot, anyio.current_time() + GRACE_S
            return None
        # Another epoch, of which `listen` has said nothing: the link may be half open.
        self._reopen()
        return self._take(snapshot)

    async def _sort(self, item: Event | Cursor, position: Cursor) -> Snapshot | Event | None:
        """Decide what a listened item is: the next one, an old one, or the sign of a gap."""
        cursor = _cursor_of(item)
        if cursor is None or self._is_past(cursor):
            return None
        same = cursor.epoch == position.epoch
        if cursor.offset == position.offset + 1 and (same or position.offset == 0):
            self._position = cursor
            return None if isinstance(item, Cursor) else item
        # A gap, or another epoch: the store knows.
        try:
            snapshot = await self._read(position)
        except BaseException:
            self._overflow()  # the item was taken from the buffer; a consumer that gave up waiting may come back
            raise
        if not same and snapshot.cursor.epoch != cursor.epoch:
            self._left.append(cursor.epoch)
        return self._take(snapshot) if snapshot.cursor != position else None

    def _is_past(self, cursor: Cursor) -> bool:
        """Tell whether the consumer has what stands at a cursor, or has left its epoch."""
        if cursor.epoch in self._left:
            return True
        position = self._position
        return position is not None and cursor.epoch == position.epoch and cursor.offset <= position.offset

    def _take(self, snapshot: Snapshot) -> Snapshot:
        """Make a snapshot the position that everything else continues from."""
        if self._position is not None and self._position.epoch != snapshot.cursor.epoch:
            self._left.append(self._position.epoch)
        if snapshot.cursor.epoch in self._left:
            self._left.remove(snapshot.cursor.epoch)  # a store that went back to it: the truth all the same
        self._position = snapshot.cursor
        self._ahead = None
        self._compare_at = _next_comparison()
        return snapshot

    async def _read(self, after: Cursor | None) -> Snapshot:
        """Read, and try again for as long as the store doesn't answer."""
        delay_s, most_s = _RETRY_S
        while True:
            try:
                return await self._transport.read(self._project_id, after)
            except TransportError as error:
                if not error.retryable:
                    raise
                _log.debug("project %s can't be read yet: %s", self._project_id, error, extra=self._about)
                self._on_failure(error)
            await anyio.sleep(CHANCE.uniform(0.5, 1) * delay_s)
            delay_s = min(most_s, 2 * delay_s)

    async def _wait_until(self, moment: float) -> None:
        if self._buffer or self._overflowed:
            return
        self._arrived = anyio.Event()
        with anyio.move_on_after(max(0.0, moment - anyio.current_time())):
            await self._arrived.wait()

    def _reopen(self) -> None:
        """Drop a link that doesn't bring what the store has; the pump opens another one."""
        self._buffer.clear()
        self._link.cancel()

    async def pump(self) -> None:
        """Keep ``listen`` open, and put what it brings into the buffer."""
        delay_s, most_s = _RETRY_S
        while True:
            with anyio.CancelScope() as self._link:
                try:
                    async with self._transport.listen(self._project_id) as stream:
                        if self._reading:
                            # What came before this link is known to the store only.
                            self._overflow()
                        self._opened.set()
                        async for item in stream:
                            delay_s = _RETRY_S[0]  # a link that opens only to end at once earns no haste
                            self._offer(item)
                except TransportError as error:
                    _log.debug("the link of project %s broke: %s", self._project_id, error, extra=self._about)
                    if not error.retryable:
                        delay_s = most_s  # the consumer's read says it; a pump has nobody to tell
                except Exception:  # noqa: BLE001 - a foreign transport's; a pump that ends leaves its reader waiting
                    _log.exception(
                        "listening to project %s failed; opening it anew",
                        self._project_id,
                        extra=self._about,
                    )
            if not self._link.cancel_called:
                await anyio.sleep(CHANCE.uniform(0.5, 1) * delay_s)
                delay_s = min(most_s, 2 * delay_s)

    def _offer(self, item: Event | Cursor) -> None:
        cursor = _cursor_of(item)
        if self._overflowed or cursor is None or self._is_past(cursor):
            return  # all of it will be read, or is known; a link that only repeats must not keep us from comparing
        if len(self._buffer) >= _ROOM:
            self._overflow()
        else:
            self._buffer.append(item)
            self._arrived.set()

    def _overflow(self) -> None:
        self._buffer.clear()
        self._overflowed = True
        self._arrived.set()
