"""The producing half of a process: :class:`Publisher` hands out reporters and sends what they say."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Final, TypeVar

from typing_extensions import override

from progresskit import rules
from progresskit.events import new_run_id
from progresskit.frames import Run
from progresskit.outlets import Outlet
from progresskit.reporter import Reporter
from progresskit.reports import SHORT_CHARS, Report
from progresskit.sender import Sender
from progresskit.stages import Eta
from progresskit.transports import transport_from_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    from progresskit.frames import News
    from progresskit.reports import Kind
    from progresskit.transports import Transport

__all__ = ["Publisher"]

_Outlet = TypeVar("_Outlet", bound="_RunOutlet")

_PROGRESS_STATUSES: Final = frozenset({"in_progress", "started", "retrying"})


class Publisher:
    """Sends the progress of this process through a transport.

    It can be a module's global: it starts its one thread with the first report, works from any thread, with
    or without an event loop, and starts clean in a forked child. None of its reporting calls waits for the
    store: what can't be delivered yet is kept within bounds (10,000 tasks, 16 MiB) and sent later; what had
    to be dropped is counted, logged, and makes ``flush()`` False.

    Args:
        transport: Where events go. It stays yours: the publisher doesn't close it.
        strict: Raise ``ValueError`` for a value that can't be reported, for development; else it is mended.
        max_rate_hz: Most progress events of a task per second; the last one is always sent.
        flush_timeout_s: Seconds that leaving a reporter waits for the store at most.
        describe_error: Words an exception that passes through a reporter, for example ``str``; without it
            watchers see only ``Task failed`` and an id under which the log has the traceback.

    Raises:
        TypeError: The transport is none; a URL is for :meth:`from_url`.
        ValueError: An option is out of range.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        strict: bool = False,
        max_rate_hz: float = 10,
        flush_timeout_s: float = 2,
        describe_error: Callable[[BaseException], str] | None = None,
    ) -> None:
        if not callable(getattr(transport, "publish", None)):
            # The type alone: a URL may hold a password.
            msg = (
                f"a value of type {type(transport).__name__} is no transport: pass one, for example MemoryTransport(); "
                "for a URL, use Publisher.from_url(url)"
            )
            raise TypeError(msg)
        if not 0 < max_rate_hz < math.inf:
            msg = f"max_rate_hz {rules.shown(max_rate_hz)} is not valid: use a finite number over 0"
            raise ValueError(msg)
        if not 0 <= flush_timeout_s < math.inf:
            msg = f"flush_timeout_s {rules.shown(flush_timeout_s)} is not valid: use a finite number of seconds"
            raise ValueError(msg)
        self._strict = strict
        self._max_rate_hz = max_rate_hz
        self._flush_timeout_s = flush_timeout_s
        self._describe_error = describe_error
        self._owned: Transport | None = None
        self._sender = self._new_sender(transport)

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        strict: bool = False,
        max_rate_hz: float = 10,
        flush_timeout_s: float = 2,
        describe_error: Callable[[BaseException], str] | None = None,
    ) -> Self:
        """Make a publisher with the transport that a URL names; it is closed with the publisher.

        Args:
            url: For example ``memory://``; see :func:`progresskit.transport_from_url`.
            strict: As above.
            max_rate_hz: As above.
            flush_timeout_s: As above.
            describe_error: As above.

        Raises:
            ValueError: The URL names no transport, or an option is out of range.
        """
        transport = transport_from_url(url)
        try:
            publisher = cls(
                transport,
                strict=strict,
                max_rate_hz=max_rate_hz,
                flush_timeout_s=flush_timeout_s,
                describe_error=describe_error,
            )
        except BaseException:  # whoever called has no publisher to close it by
            transport.close()
            raise
        publisher._owned = transport
        return publisher

    @property
    def transport(self) -> Transport:
        """Where events go."""
        return self._sender.transport

    def task(
        self, project_id: str, task_name: str, *, run_id: str | None = None, complete_on_exit: bool = True
    ) -> Reporter:
        """Return the reporter of one run of a task; use it as a context manager.

        Entering takes a lease on the run, which shows ``stalled`` when this process is no longer heard of,
        and sends ``started``; leaving gives it back.

        Args:
            project_id: Who may watch: 1 to 128 characters of ``A-Z a-z 0-9 . _ ~ -``.
            task_name: The line of progress, shown to people: 1 to 128 characters.
            run_id: The run that this is a step of; None = a new run with a fresh id.
            complete_on_exit: Whether leaving completes the run; False for a step of a longer one, which
                also sends no ``started``.

        Raises:
            ValueError: The project id or the run id is not valid.
        """
        rules.check_project_id(project_id)
        run_id = new_run_id() if run_id is None else _check_own_run_id(run_id)
        return _RunReporter(self._outlet(_RunOutlet, project_id, task_name, run_id), complete_on_exit=complete_on_exit)

    def part(
        self, project_id: str, task_name: str, *, run_id: str, key: str, share: float, stage: str, last: bool = False
    ) -> Reporter:
        """Return the reporter of one part of a run that several processes share; use it as a context manager.

        Its progress is that of the part: the store sums up ``share`` times progress over the parts. Leaving
        it finishes the part, and leaves the run open; a failure or a cancellation ends the run.

        Args:
            project_id: Who may watch.
            task_name: The run's line of progress.
            run_id: The run.
            key: Which part it is: 1 to 128 printable characters.
            share: How much of the whole it is, 0 to 1.
            stage: The part's name, shown to people as the outermost stage.
            last: Whether completing it completes the run.

        Raises:
            ValueError: An id or the share is not valid.
        """
        rules.check_project_id(project_id)
        rules.check_run_id(key)
        if not 0 <= share <= 1:
            msg = f"share {rules.shown(share)} is not valid: use a fraction of the whole, 0 to 1"
            raise ValueError(msg)
        outlet = self._outlet(_PartOutlet, project_id, task_name, _check_own_run_id(run_id))
        outlet.part = key, share
        outlet.stage = outlet.mender.stage_name(stage)
        outlet.last = last
        return _RunReporter(outlet, complete_on_exit=True)

    def current(self, project_id: str, task_name: str) -> Reporter:
        """Return a reporter that speaks of a task's current run, whichever that is.

        For callers that know no run; the store finds it, or begins one. Such a reporter holds no lease.

        Raises:
            ValueError: The project id is not valid.
        """
        rules.check_project_id(project_id)
        return _RunReporter(self._outlet(_RunOutlet, project_id, task_name, None), complete_on_exit=False)

    def flush(self, timeout_s: float = 2) -> bool:
        """Wait until the store has answered for all that was reported before.

        Args:
            timeout_s: Seconds to wait at most.

        Returns:
            True where it has, and nothing was lost since the last flush.
        """
        answered = self._sender.flush(timeout_s)
        return self._sender.lost() == 0 and answered

    async def answered(self, project_id: str, task_name: str, *, timeout_s: float) -> bool:
        """Wait until the store has answered for one task; it doesn't insist.

        Unlike ``flush`` it leaves the pauses between tries as they are, and doesn't wait at all while the
        store is known not to answer.
        """
        if self._sender.is_broken(project_id):
            return False
        return await self._sender.aflush(timeout_s, (project_id, task_name), insist=False)

    @contextlib.contextmanager
    def using(self, transport: Transport) -> Iterator[Self]:
        """Send through another transport within a ``with`` block; for tests.

        Reporters made in the block go on speaking to that transport.
        """
        former, self._sender = self._sender, self._new_sender(transport)
        try:
            yield self
        finally:
            inner, self._sender = self._sender, former
            inner.close(self._flush_timeout_s)

    def statistics(self) -> dict[str, int]:
        """Return what became of the reports so far.

        Returns:
            ``accepted`` and ``refused`` by the store, ``dropped`` here, ``resent`` batches, and
            ``failures`` to publish one.
        """
        return self._sender.counts

    def close(self) -> None:
        """Send what is left, within ``flush_timeout_s``, and take nothing more."""
        self._sender.close(self._flush_timeout_s)
        owned, self._owned = self._owned, None
        if owned is not None:
            owned.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _new_sender(self, transport: Transport) -> Sender:
        return Sender(transport, strict=self._strict, max_rate_hz=self._max_rate_hz)

    def _outlet(self, kind: type[_Outlet], project_id: str, task_name: str, run_id: str | None) -> _Outlet:
        sender = self._sender
        return kind(
            project_id,
            sender.mender.speaking_of(project_id).task_name(task_name),
            run_id,
            sender=sender,
            patience_s=self._flush_timeout_s,
            describe_error=self._describe_error,
        )


class _RunReporter(Reporter):
    """A reporter whose words a sender delivers."""

    def __init__(self, outlet: _RunOutlet, *, complete_on_exit: bool) -> None:
        self._open(outlet, complete_on_exit=complete_on_exit)


class _RunOutlet(Outlet):
    """Writes a run's words into the outbox of a sender, and hears what the store says of the run."""

    part: tuple[str, float] | None = None  # what its progress is of: a key, and its share; None = the whole

    def __init__(
        self,
        project_id: str,
        task_name: str,
        run_id: str | None,
        *,
        sender: Sender,
        patience_s: float,
        describe_error: Callable[[BaseException], str] | None,
    ) -> None:
        super().__init__(project_id, task_name, run_id, mender=sender.mender, describe_error=describe_error)
        self._sender = sender
        self.lock = sender.lock
        sender.outlets.add(self)
        self._patience_s = patience_s
        self._tail: Report | None = None  # the progress that was put last: open until it is taken
        self._known: Report | None = None  # all that was sent of the run, merged
        self._end: Report | None = None
        self._lost = 0
        self._held = False
        self._cancel_requested = False
        self._superseded = False
        self._eta = Eta()

    @property
    def run(self) -> Run | None:
        """The run, as batches name it."""
        return Run(self.task_name, self.run_id) if self.run_id is not None else None

    @property
    @override
    def cancel_requested(self) -> bool:
        return self._cancel_requested

    @property
    @override
    def superseded(self) -> bool:
        return self._superseded

    @property
    @override
    def patience_s(self) -> float:
        return 0.0 if self._sender.is_broken(self.project_id) else self._patience_s

    @override
    def now_s(self) -> float:
        return self._sender.wall()

    @override
    def tell(self, progress: float | None, message: str, metadata: bytes | None, stage: tuple[str, ...]) -> None:
        tail = self._tail
        if tail is not None and tail.open:
            if metadata is not None or len(message) > SHORT_CHARS:
                self._sender.merge(tail, progress, message, metadata, stage)
                return
            # Report.absorb(), written out: this is what a tight loop spends its time on.
            if progress is not None and (tail.progress is None or progress > tail.progress):
                tail.progress = progress
            if message:
                tail.message = message
            tail.stage = stage
            return
        report = Report(
            "progress",
            self.project_id,
            self.task_name,
            self.run_id,
            progress=progress,
            message=message,
            metadata=metadata,
            stage=stage,
            part=self.part,
        )
        self.put(report)
        self._tail = report

    @override
    def put(self, report: Report) -> None:
        report.origin = self
        self._sender.put(report)

    @override
    def enter(self) -> None:
        if self.run is not None and not self._held:
            self._held = True
            self._sender.hold(self)

    @override
    def leave(self, *, ended: bool) -> None:
        if self._held:
            self._held = False
            self._sender.leave(self, ended=ended)

    @override
    def flush(self, timeout_s: float) -> bool:
        return self._sender.flush(timeout_s, (self.project_id, self.task_name)) and self._lost == 0

    @override
    async def aflush(self, timeout_s: float) -> bool:
        return await self._sender.aflush(timeout_s, (self.project_id, self.task_name)) and self._lost == 0

    def hear(self, word: News) -> None:
        """Learn what the store says of the run; under the sender's lock."""
        if word == "cancel":
            self._cancel_requested = True
        elif word in {"superseded", "over"} and self._end is None:  # of an end that was said here, `over` is no news
            self._superseded = True
            self.silent = True

    def learn(self, report: Report, now: float) -> float | None:
        """Note what is about to be sent, and return how many seconds are left; under the sender's lock."""
        self._remember(report)
        if report.kind != "progress":
            return None
        self._eta.update(now, report.progress)
        return self._eta.remaining_s(now)

    def lose(self, report: Report) -> None:
        """Note that something is lost; under the sender's lock."""
        self._lost += 1
        self._remember(report)

    def whole(self) -> list[Report]:
        """Return all that is known of the run, for a store that has forgotten it; under the sender's lock."""
        if self._superseded:
            return []
        reports = []
        known = self._known
        if known is not None:
            kind: Kind = "progress" if known.status in _PROGRESS_STATUSES else "status"
            reports.append(self._again(known, kind))
        if self._end is not None:
            reports.append(self._again(self._end, self._end.kind))
        return reports

    def _again(self, report: Report, kind: Kind) -> Report:
        again = Report(
            kind,
            self.project_id,
            self.task_name,
            self.run_id,
            progress=report.progress,
            message=report.message,
            metadata=report.metadata,
            stage=report.stage,
            part=self.part if kind == "progress" else None,
            status=report.status,
            result=report.result,
            error=report.error,
            code=report.code,
            details=report.details,
            at=report.at,
        )
        again.origin = self
        return again

    def _remember(self, report: Report) -> None:
        if report.terminal:
            self._end = report
            return
        if self._known is None:
            self._known = Report("progress", self.project_id, self.task_name, self.run_id)
        stage = report.stage if report.kind == "progress" else self._known.stage
        self._known.absorb(report.progress, report.message, report.metadata, stage, report.status)


class _PartOutlet(_RunOutlet):
    """Speaks of one part of a run: what moves or completes it are that part's words, what ends it the run's."""

    stage = ""
    last = False
    _finished = False  # it was said to be done
    _run_ended = False

    @override
    def tell(self, progress: float | None, message: str, metadata: bytes | None, stage: tuple[str, ...]) -> None:
        self._finished |= progress == 1
        super().tell(progress, message, metadata, (self.stage, *stage))

    @override
    def put(self, report: Report) -> None:
        if report.kind == "completed" and not self.last:
            # Said once: repeated after the next part has begun, it would show this one as the running stage.
            if not self._finished:
                self.tell(1.0, report.message, None, ())
            return
        if report.kind == "status" and report.status in _PROGRESS_STATUSES:
            # The statuses that a progress carries name the stage too, and a part that starts is at 0.
            report.kind, report.part, report.stage = "progress", self.part, (self.stage,)
            report.progress = 0.0 if report.status == "started" else None
        self._run_ended |= report.terminal
        super().put(report)

    @override
    def leave(self, *, ended: bool) -> None:
        super().leave(ended=self._run_ended)

    @override
    def learn(self, report: Report, now: float) -> float | None:
        self._remember(report)
        return None  # a part knows nothing of the time that the whole will take


def _check_own_run_id(run_id: str) -> str:
    if rules.check_run_id(run_id).startswith(rules.AUTO_RUN_PREFIX):
        msg = f"run_id {rules.shown(run_id)} is not valid: ids that begin with 'auto-' are drawn by the store"
        raise ValueError(msg)
    return run_id
