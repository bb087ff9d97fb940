"""The thread that sends: takes from the outbox, publishes, and sees to forks and the end of the process.

A caller's side of it is a write under a lock that is never held over I/O. There is one plain thread, no
event loop; it starts with the first report, and ends after ten idle seconds.
"""

from __future__ import annotations

import contextlib
import queue
import secrets
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, Final

import anyio

from progresskit._platform import after_fork_in_child, at_exit, loop_caller
from progresskit.chance import CHANCE
from progresskit.courier import Courier
from progresskit.errors import TransportError
from progresskit.logs import get_logger
from progresskit.outage import Outage
from progresskit.outbox import Outbox
from progresskit.reports import Mender, to_event, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from progresskit.courier import Goodbye, Holder, Parcel
    from progresskit.outlets import Outlet
    from progresskit.reports import Report
    from progresskit.transports import Transport

__all__ = ["Sender", "Ticket"]

_IDLE_S: Final = 10.0
_UNEXPECTED_PAUSE_S: Final = 0.1

_log = get_logger("publisher")
_live: weakref.WeakSet[Sender] = weakref.WeakSet()


class Ticket:
    """Waits until the store has answered for some reports and goodbyes."""

    def __init__(self, awaited: list[Report | Goodbye], done: Callable[[], None]) -> None:
        self._awaited = awaited
        self._left = len(awaited)
        self._done = done
        self.answered = self._left == 0
        self.whole = True
        for one in awaited:
            one.waiters[self] = None
        if self.answered:
            done()

    def settle(self, *, delivered: bool) -> None:
        """Count one of them; under the sender's lock."""
        self._left -= 1
        self.whole &= delivered
        if self._left == 0:
            self.answered = True
            self._done()

    def withdraw(self) -> None:
        """Wait no longer; under the sender's lock."""
        for one in self._awaited:
            one.waiters.pop(self, None)


class Sender:
    """Sends what one process says through one transport.

    Args:
        transport: Where batches go.
        strict: Whether callers are told of what can't be reported.
        max_rate_hz: Most progress events of a task per second.
        clock: Returns seconds that only go forward.
        wall: Returns seconds since the epoch.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        strict: bool = False,
        max_rate_hz: float = 10,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.transport = transport
        self.mender = Mender(strict=strict, note=_note)
        self.clock = clock
        self.wall = wall
        self._max_rate_hz = max_rate_hz
        self._outbox = Outbox(self._drop)
        self.outlets: weakref.WeakSet[Outlet] = weakref.WeakSet()  # who speaks through this sender
        warm_up()
        self._start_clean()
        _live.add(self)

    def _start_clean(self) -> None:
        """Begin with nothing, as a new process does."""
        for report in self._outbox.waiting():
            report.open = False  # whoever merges into it would speak to nobody
        # Reentrant: a signal handler or a finalizer may report while this thread is inside.
        self.lock = threading.RLock()
        for outlet in self.outlets:
            outlet.lock = self.lock
        self._outbox = Outbox(self._drop, max_rate_hz=self._max_rate_hz)
        self._courier = Courier(self._outbox, sender=secrets.token_hex(8), uniform=CHANCE.uniform)
        # Its put() may be called again while it runs, by a signal handler: a Condition's notify() may not.
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._torn = False  # whether an operation on the outbox began and didn't end
        self._operation = 0
        self._wake_at = 0.0  # when the thread looks up by itself
        self._thread: threading.Thread | None = None
        self._exits = False
        self._closed = False
        self._late = False  # whether somebody reported after that
        self._lost = 0
        self._unsaid: tuple[str, Report] | None = None  # what was dropped, and why, where the log has yet to say it
        self._outage = Outage(self.clock)

    @property
    def counts(self) -> dict[str, int]:
        """The counters of what became of the reports."""
        return dict(self._courier.counts)

    def put(self, report: Report) -> None:
        """Say something: merged, queued, or dropped where there is no room; never blocks on I/O."""
        with self.lock:
            if self._closed:
                self._drop(report)
                if not self._late:
                    self._late = True
                    self._wake()  # for a thread to say it: this one holds the lock, as its caller may
                return
            due = 0.0
            try:
                operation = self._begin()
                due = self._outbox.add(report, self.clock())
                self._end(operation)
            finally:  # an exception of a signal handler must not leave it lying there
                self._wake(max(due, self._courier.retry_at(report.project_id)))

    def merge(
        self, tail: Report, progress: float | None, message: str, metadata: bytes | None, stage: tuple[str, ...]
    ) -> None:
        """Merge what was said next into a report that is still open; the caller holds the lock."""
        operation = self._begin()
        self._outbox.merge(tail, progress, message, metadata, stage, "in_progress")
        self._end(operation)

    def hold(self, holder: Holder) -> None:
        """Take a lease on a run, and renew it until :meth:`leave`."""
        with self.lock:
            if not self._closed:
                taken_back = self._courier.hold(holder, self.clock())
                self._settle(filter(None, [taken_back]), delivered=True)
                self._wake()

    def leave(self, holder: Holder, *, ended: bool) -> None:
        """Give a lease back."""
        with self.lock:
            if not self._closed:
                self._courier.leave(holder, ended=ended)
                self._wake()

    def is_broken(self, project_id: str | None = None) -> bool:
        """Tell whether the breaker of a project, or of any, is open."""
        with self.lock:
            return self._courier.is_broken(project_id)

    def flush(self, timeout_s: float, lane_of: tuple[str, str] | None = None) -> bool:
        """Wait until the store has answered for all that was said before.

        Args:
            timeout_s: Seconds to wait at most.
            lane_of: Only what was said of this ``(project_id, task_name)``.

        Returns:
            True where it has, and none of it was dropped.
        """
        return self._wait(timeout_s, lane_of)

    def finish(self, timeout_s: float) -> bool:
        """Wait as :meth:`flush` does, but not for projects whose breaker is open."""
        return self._wait(timeout_s, broken=False)

    def _wait(self, timeout_s: float, lane_of: tuple[str, str] | None = None, *, broken: bool = True) -> bool:
        done = threading.Event()
        deadline = self.clock() + max(0.0, timeout_s)
        # Who doesn't wait has no right to hurry: a thousand runs that end would bring a dead store to its knees.
        ticket = self._ticket(done.set, lane_of, insist=timeout_s > 0, broken=broken)
        try:
            while not ticket.answered and threading.current_thread() is not self._thread:
                left_s = deadline - self.clock()
                if left_s <= 0:
                    break
                if self._is_driven():
                    done.wait(min(left_s, threading.TIMEOUT_MAX))
                elif not self._step():  # no thread can be started any more: the interpreter is ending
                    time.sleep(min(left_s, 0.01))
        finally:
            self._withdraw(ticket)
        self._say_losses()
        return ticket.answered and ticket.whole

    async def aflush(self, timeout_s: float, lane_of: tuple[str, str] | None = None, *, insist: bool = True) -> bool:
        """Wait as :meth:`flush` does, without blocking the event loop.

        Args:
            timeout_s: Seconds to wait at most.
            lane_of: Only what was said of this ``(project_id, task_name)``.
            insist: Whether to try again at once where the last try failed.
        """
        done = anyio.Event()
        call = loop_caller()
        ticket = self._ticket(lambda: call(done.set), lane_of, insist=insist)
        try:
            with anyio.move_on_after(timeout_s):
                await done.wait()
        finally:
            self._withdraw(ticket)
        self._say_losses()
        return ticket.answered and ticket.whole

    def lost(self) -> int:
        """Return how many reports were lost since this was last asked."""
        with self.lock:
            lost, self._lost = self._lost, 0
            return lost

    def close(self, timeout_s: float) -> bool:
        """Send what is left within a time, and take nothing more."""
        deadline = self.clock() + timeout_s
        sent = self.finish(timeout_s)
        with self.lock:
            self._closed = True
            operation = self._begin()
            self._outbox.clear()
            for parcel in self._courier.give_up():
                self._bury(parcel)
                if parcel.reports:
                    self._unsaid = _CLOSED, parcel.reports[-1]
            self._end(operation)
            self._wakes.put(None)
            thread = self._thread
        self._say_losses()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=max(0.1, deadline - self.clock()))
        return sent

    def _ticket(
        self,
        done: Callable[[], None],
        lane_of: tuple[str, str] | None,
        *,
        insist: bool = True,
        broken: bool = True,
    ) -> Ticket:
        with self.lock:
            awaited: list[Report | Goodbye] = [
                *self._outbox.waiting(lane_of),
                *self._courier.underway(lane_of),
                *self._courier.goodbyes(lane_of),
            ]
            if not broken:
                awaited = [one for one in awaited if not self._courier.is_broken(one.project_id)]
            ticket = Ticket(awaited, done)
            if not ticket.answered:
                operation = self._begin()
                self._outbox.hurry(self.clock(), lane_of)
                self._end(operation)
                if insist:
                    self._courier.hurry(lane_of[0] if lane_of is not None else None)
                self._wake()
            return ticket

    def _withdraw(self, ticket: Ticket) -> None:
        if not ticket.answered:
            with self.lock:
                ticket.withdraw()

    def _begin(self) -> int:
        """Begin an operation on the outbox, under the lock; mend what an exception left torn.

        A signal handler may raise within any operation of the main thread, or report by itself within one.
        """
        if self._torn:
            self._outbox.rebuild()
        self._torn = True
        self._operation += 1
        return self._operation

    def _end(self, operation: int) -> None:
        """End it; where another one came in between, what this one went by may have been stale."""
        self._torn = operation != self._operation

    def _wake(self, moment: float = 0.0) -> None:
        """See to it that the thread runs, and looks up at a moment or before; under the lock."""
        if moment < self._wake_at:
            self._wakes.put(None)  # first: an exception of a signal handler in between costs a look too many, no wake
            self._wake_at = moment
        thread = self._thread
        if thread is None or not thread.is_alive():
            self._start()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="progresskit-sender", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending: flush() sends by itself
            self._thread = None
        if not self._exits:
            self._exits = True
            at_exit(_weakly(self))

    def _is_driven(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_alive()

    def _run(self) -> None:
        me = threading.current_thread()
        idle_since = self.clock()
        while self._thread is me:
            try:
                stepped = self._step()
            except BaseException as error:  # noqa: BLE001 - nobody stands above a thread; one that ends loses all that follows
                self._outage.failed(error, None, kept=len(self._outbox), unexpected=True)
                time.sleep(_UNEXPECTED_PAUSE_S)
                continue
            self._say_losses()
            if stepped:
                idle_since = self.clock()
                continue
            with self.lock:
                now = self.clock()
                moment = self._courier.next_at(now)
                if self._closed or (moment is None and now - idle_since >= _IDLE_S):
                    self._thread = None
                    return
                self._wake_at = idle_since + _IDLE_S if moment is None else moment
                pause_s = self._wake_at - now
            with contextlib.suppress(queue.Empty):
                self._wakes.get(timeout=min(max(0.0, pause_s), threading.TIMEOUT_MAX))

    def _step(self) -> bool:
        """Send one batch; False where there is none to send now."""
        with self.lock:
            operation = self._begin()
            parcel = self._courier.next_parcel(self.clock())
            self._end(operation)
        if parcel is None:
            return False
        finished = False
        try:
            self._send(parcel)
            finished = True
        finally:
            if not finished:
                with self.lock:
                    self._courier.failed(parcel, self.clock())
        return True

    def _send(self, parcel: Parcel) -> None:
        if parcel.batch is None:
            self._make(parcel)
        assert parcel.batch is not None  # noqa: S101 - for the type checker: made just above
        try:
            receipt = self.transport.publish(parcel.batch)
            with self.lock:
                operation = self._begin()
                reports = self._courier.answered(parcel, receipt, self.clock())
                self._settle([*reports, *parcel.left], delivered=True)
                self._end(operation)
        except TransportError as error:
            self._failed(parcel, error, retryable=error.retryable)
        except Exception as error:  # noqa: BLE001 - a foreign transport's; a thread that ends would lose all that follows
            self._failed(parcel, error, retryable=True)
        else:
            self._outage.over(parcel.project_id)

    def _make(self, parcel: Parcel) -> None:
        """Make the events, outside the lock: callers don't wait for it."""
        with self.lock:
            now = self.clock()
            etas_s = [report.origin and report.origin.learn(report, now) for report in parcel.reports]
        made = [
            (report, *to_event(report, self.mender, now_s=self.wall(), eta_s=eta_s))
            for report, eta_s in zip(parcel.reports, etas_s, strict=True)
        ]
        with self.lock:
            self._courier.seal(parcel, made)

    def _failed(self, parcel: Parcel, error: Exception, *, retryable: bool) -> None:
        with self.lock:
            if retryable and not self._closed:
                self._courier.failed(parcel, self.clock())
            else:
                self._courier.refused_for_good(parcel)
                self._bury(parcel)
            kept = len(self._outbox)
        if retryable:
            unexpected = not isinstance(error, TransportError)
            self._outage.failed(error, parcel.project_id, kept=kept, unexpected=unexpected)
        else:
            self._outage.refused(error, parcel.project_id)

    def _drop(self, report: Report) -> None:
        """Give up a report that was not taken yet."""
        reason = _CLOSED if self._closed else "there is no room to keep it until the store answers"
        self._courier.counts["dropped"] += 1
        self._lose(report)
        self._settle([report], delivered=False)
        self._unsaid = reason, report

    def _say_losses(self) -> None:
        """Log what was dropped: without the lock, for which a handler that reports may be waiting."""
        unsaid, self._unsaid = self._unsaid, None
        if unsaid is not None:
            reason, report = unsaid
            self._outage.lost(reason, self._courier.counts["dropped"], report.project_id, report.task_name)

    def _bury(self, parcel: Parcel) -> None:
        for report in parcel.reports:
            self._lose(report)
        self._settle([*parcel.reports, *parcel.left], delivered=False)

    def _lose(self, report: Report) -> None:
        self._lost += 1
        if report.origin is not None:
            report.origin.lose(report)

    def _settle(self, settled: Iterable[Report | Goodbye], *, delivered: bool) -> None:
        for one in settled:
            for waiter in list(one.waiters):
                waiter.settle(delivered=delivered)
            one.waiters.clear()


def _note(reason: str, extra: dict[str, Any]) -> None:
    _log.warning("%s", reason, extra=extra)


def _weakly(sender: Sender) -> Callable[[], Any]:
    """Return the exit handler of a sender, which doesn't keep it alive."""
    reference = weakref.ref(sender)

    def finish() -> None:
        living = reference()
        if living is not None:
            living.finish(_EXIT_S)

    return finish


_CLOSED: Final = "the publisher is closed"
_EXIT_S: Final = 2.0
"""Seconds that an ending process waits for the store."""


def _reset_in_child() -> None:
    for sender in list(_live):
        sender._start_clean()  # noqa: SLF001 - the same module


after_fork_in_child(_reset_in_child)
