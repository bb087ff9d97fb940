"""The transport of one process: the state in a dictionary, the events handed over in memory."""

from __future__ import annotations

import os
import threading
import time
import warnings
import weakref
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from progresskit import rules
from progresskit._platform import after_fork_in_child
from progresskit.errors import TransportError
from progresskit.events import Cursor, Status, StatusEvent, new_run_id
from progresskit.frames import Batch, News, Receipt, Run
from progresskit.logs import get_logger
from progresskit.state import Snapshot, TaskTable, fold, for_readers
from progresskit.transports.base import KEEP_S, LEASE_S, SENDER_KEEP_S, check_batch
from progresskit.transports.listener import Listener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from progresskit.events import Event
    from progresskit.state import TaskState

__all__ = ["MemoryTransport"]

_log = get_logger("transports")
_live: weakref.WeakSet[MemoryTransport] = weakref.WeakSet()


class MemoryTransport:
    """Carries progress within one process: between threads, event loops, and both.

    It keeps what a store keeps (states, offsets, leases, cancel requests), for 24 hours after the last
    word of a project. It reaches no other process: used after a fork it warns once, because what the
    child reports is seen by nobody in the parent.

    Args:
        clock: Returns seconds that only go forward; leases are measured by it.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._warned = False
        self._closed = False
        # In the order of their last publish or renewal: the first is the first to be forgotten.
        self._projects: dict[str, _Project] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._owners = 1
        _live.add(self)

    def publish(self, batch: Batch) -> Receipt:
        """Fold a batch into the project's state; see :meth:`Transport.publish`.

        Raises:
            TransportError: The transport is closed, or the batch breaks a rule; not retryable.
        """
        self._check_use()
        check_batch(batch)
        with self._lock:
            now = self._clock()
            project = self._projects.pop(batch.project_id, None)
            if project is None:
                if not batch.events:
                    return Receipt(_NOWHERE, (), 0, dict.fromkeys(batch.held, "unknown"))
                project = _Project()
            self._projects[batch.project_id] = project
            project.touched = now
            receipt, delivered = project.take(batch, now)
            self._forget(now)
            self._deliver(batch.project_id, delivered)
            return receipt

    async def read(self, project_id: str, after: Cursor | None = None) -> Snapshot:
        """Return what changed since a cursor; see :meth:`Transport.read`."""
        self._check_use()
        rules.check_project_id(project_id)
        with self._lock:
            now = self._clock()
            self._forget(now)
            project = self._projects.get(project_id)
            if project is None:
                return Snapshot(project_id, _NOWHERE)
            self._deliver(project_id, project.lapse(project_id, now))
            resumed = after is not None and after.epoch == project.epoch and after.offset <= project.offset
            tasks = project.table.since(after.offset) if after is not None and resumed else project.table
            return Snapshot(project_id, project.cursor, tuple(map(for_readers, tasks)), resumed=resumed)

    @asynccontextmanager
    async def listen(self, project_id: str) -> AsyncIterator[AsyncIterator[Event | Cursor]]:
        """Yield the project's events as they come; see :meth:`Transport.listen`."""
        self._check_use()
        listener = Listener()
        with self._lock:
            self._listeners.setdefault(project_id, []).append(listener)
        try:
            yield listener
        finally:
            with self._lock:
                listeners = self._listeners[project_id]
                listeners.remove(listener)
                if not listeners:
                    del self._listeners[project_id]

    async def cancel(self, project_id: str, task_name: str) -> bool:
        """Ask the task's live run to stop; see :meth:`Transport.cancel`."""
        self._check_use()
        with self._lock:
            project = self._projects.get(project_id)
            return project is not None and project.cancel(task_name)

    def add_owner(self) -> bool:
        """Count one more owner, who will close it too; False where the last one has closed it already."""
        with self._lock:
            if not self._closed:
                self._owners += 1
            return not self._closed

    def close(self) -> None:
        """Say that one owner is done; the last one ends the transport and drops its state."""
        with self._lock:
            self._owners -= 1
            if self._owners > 0 or self._closed:
                return
            self._closed = True
            self._projects.clear()
            for listener in [listener for listeners in self._listeners.values() for listener in listeners]:
                listener.end()

    async def aclose(self) -> None:
        """Say that one owner is done: the same as :meth:`close`, since one object serves both halves."""
        self.close()

    def _deliver(self, project_id: str, events: Iterable[Event]) -> None:
        for listener in self._listeners.get(project_id, ()):
            listener.feed(events)

    def _forget(self, now: float) -> None:
        """Drop the projects of which nobody has said a word for a day."""
        while self._projects:
            project_id = next(iter(self._projects))
            if self._projects[project_id].touched > now - KEEP_S:
                break
            del self._projects[project_id]

    def _check_use(self) -> None:
        if self._closed:
            msg = "this MemoryTransport is closed: open a new one"
            raise TransportError(msg, retryable=False)
        if os.getpid() != self._pid and not self._warned:
            self._warned = True
            msg = (
                "a MemoryTransport is used in a forked process: nobody outside it will see this progress. "
                "Use a transport that crosses processes, for example redis://"
            )
            _log.warning(msg)
            warnings.warn(msg, RuntimeWarning, stacklevel=3)

    def _after_fork(self) -> None:
        # The lock may have been held by a thread that doesn't exist here; the listeners' loops don't either.
        self._lock = threading.Lock()
        self._listeners = {}


def _reset_in_child() -> None:
    for transport in list(_live):
        transport._after_fork()  # noqa: SLF001 - the same module


after_fork_in_child(_reset_in_child)

_NOWHERE: Final = Cursor("0", 0)


class _Project:
    """What the store keeps of one project."""

    def __init__(self) -> None:
        self.epoch = new_run_id()
        self.offset = 0
        self.touched = 0.0
        self.table = TaskTable()
        # Of the current, live run of each task:
        self.leases: dict[Run, dict[str, float]] = {}  # sender -> when its lease ends
        self.before_stall: dict[Run, Status] = {}
        self.cancelled: set[Run] = set()
        self.numbers: dict[str, tuple[int, float]] = {}  # sender -> (its last number, when)

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.epoch, self.offset)

    def take(self, batch: Batch, now: float) -> tuple[Receipt, list[Event]]:
        # A `queued` that comes late makes no news: whoever waits in line has nothing to stop.
        named = {*batch.held, *(Run(e.task_name, e.run_id) for e in batch.events if e.run_id and e.status != "queued")}
        if batch.number <= self.numbers.get(batch.sender, (0, now))[0]:
            return Receipt(self.cursor, (), 0, self._news(named)), []
        self._remember(batch, now)
        delivered: list[Event] = []
        accepted: list[Cursor | None] = []
        for event in batch.events:
            told = self._fold(event)
            if told is not None:
                delivered.append(told)
                if event.run_id is not None:
                    named.add(Run(event.task_name, event.run_id))
            accepted.append(told.cursor if told is not None else None)
        for run in batch.held:
            delivered += self._renew(batch.project_id, run, batch.sender, now)
        for run in batch.left:
            senders = self.leases.get(run, {})
            senders.pop(batch.sender, None)
            if not senders:
                self.leases.pop(run, None)
        return Receipt(self.cursor, tuple(accepted), accepted.count(None), self._news(named)), delivered

    def lapse(self, project_id: str, now: float) -> list[Event]:
        """End the leases whose time is over; a run that lost its last one shows ``stalled``."""
        delivered = []
        for run, senders in list(self.leases.items()):
            if any(ends > now for ends in senders.values()):
                continue
            del self.leases[run]
            state = self._live(run)
            if state is None:
                continue
            event = StatusEvent(project_id=project_id, task_name=run.task_name, run_id=run.run_id, status="stalled")
            told = self._fold(event)
            if told is not None:
                self.before_stall[run] = state.status
                delivered.append(told)
        return delivered

    def cancel(self, task_name: str) -> bool:
        state = self.table.get(task_name)
        if state is None or state.terminal or state.run_id.startswith(rules.AUTO_RUN_PREFIX):
            return False
        self.cancelled.add(Run(task_name, state.run_id))
        return True

    def _fold(self, event: Event) -> Event | None:
        former = self.table.get(event.task_name)
        state, told = fold(former, event, cursor=Cursor(self.epoch, self.offset + 1))
        if state is None or told is None:
            return None
        self.offset += 1
        run = Run(state.task_name, state.run_id)
        self.before_stall.pop(run, None)
        if former is not None and former.run_id != state.run_id:
            self._end(Run(former.task_name, former.run_id))
        if state.terminal:
            self._end(run)
        put_out = self.table.put(state)
        if put_out is not None:
            self._end(Run(put_out.task_name, put_out.run_id))
        return told

    def _renew(self, project_id: str, run: Run, sender: str, now: float) -> list[Event]:
        state = self._live(run)
        if state is None:
            return []
        before = self.before_stall.get(run)
        told = None
        if before is not None:
            status: Status = "started" if before == "queued" else before
            told = self._fold(
                StatusEvent(project_id=project_id, task_name=run.task_name, run_id=run.run_id, status=status)
            )
        self.leases.setdefault(run, {})[sender] = now + LEASE_S
        return [] if told is None else [told]

    def _live(self, run: Run) -> TaskState | None:
        state = self.table.get(run.task_name)
        return state if state is not None and state.run_id == run.run_id and not state.terminal else None

    def _end(self, run: Run) -> None:
        self.leases.pop(run, None)
        self.before_stall.pop(run, None)
        self.cancelled.discard(run)

    def _remember(self, batch: Batch, now: float) -> None:
        self.numbers.pop(batch.sender, None)
        self.numbers[batch.sender] = (batch.number, now)
        while self.numbers[sender := next(iter(self.numbers))][1] <= now - SENDER_KEEP_S:
            del self.numbers[sender]

    def _news(self, runs: Iterable[Run]) -> dict[Run, News]:
        return {run: word for run in runs if (word := self._word(run)) is not None}

    def _word(self, run: Run) -> News | None:
        state = self.table.get(run.task_name)
        if state is None:
            return "unknown"
        if run.run_id != state.run_id:
            return "superseded" if run.run_id in state.superseded else "unknown"
        if state.terminal:
            return "over"
        return "cancel" if run in self.cancelled else None
