"""What a task holds: :class:`Reporter`, its stages, and the small protocol that others accept.

None of the reporting calls blocks, awaits, or raises for a delivery problem; all work from any thread, with
or without an event loop. A value that can't be reported is mended and noted (:mod:`progresskit.reports`).
"""

from __future__ import annotations

import operator
import secrets
import sys
import time
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload, runtime_checkable

import anyio

from progresskit import rules
from progresskit._platform import in_event_loop
from progresskit.errors import RunCancelled
from progresskit.events import new_run_id
from progresskit.logs import about, get_logger
from progresskit.outlets import Outlet, SinkOutlet, TeeOutlet
from progresskit.reports import Mender
from progresskit.stages import Node, Pacer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Self

    from progresskit.events import Event
    from progresskit.reports import Kind

__all__ = ["NullReporter", "ProgressReporter", "Reporter", "Stage", "TeeReporter"]

T = TypeVar("T")

_log = get_logger("publisher")


@runtime_checkable
class ProgressReporter(Protocol):
    """What code that reports progress asks of its caller: four methods, none of which raises or waits."""

    def progress(self, fraction: float | None, message: str = "", metadata: dict[str, Any] | None = None) -> None:
        """Say how much is done: ``fraction`` of the whole, 0 to 1, None where it isn't known."""
        ...

    def status(self, status: str, message: str = "", metadata: dict[str, Any] | None = None) -> None:
        """Say that the run's status changed."""
        ...

    def complete(self, result: Any = None, message: str = "") -> None:
        """End the run: it went well. ``result`` is any JSON."""
        ...

    def fail(self, error: str, *, code: str | None = None, details: dict[str, Any] | None = None) -> None:
        """End the run: it failed. ``error`` is text for people, ``code`` a word for programs."""
        ...


class Stage:
    """A part of a run with a progress of its own, which counts into the whole by its weight.

    A stage's progress is the weighted mean over the stages declared in it so far, and never goes back:
    declare all of them before the first starts where the split should be right from the beginning. A
    ``progress()`` of a stage that has stages in it counts where it is the larger one. ``stage()`` declares;
    ``with`` starts it, and finishes it unless an exception passes through.
    """

    def __init__(self, outlet: Outlet, root: Node, node: Node) -> None:
        self.outlet = outlet
        self._root = root
        self._node = node

    def progress(self, fraction: float | None, message: str = "", metadata: dict[str, Any] | None = None) -> None:
        """Say how much of this stage is done.

        Args:
            fraction: 0 to 1; None where it isn't known. It never goes back.
            message: Text for people, at most 2,000 characters; empty keeps the last one.
            metadata: JSON object, replaced as a whole; None keeps the last one. It is encoded now.
        """
        outlet = self.outlet
        encoded = None
        if (
            metadata is not None
            or type(fraction) is not float
            or not 0.0 <= fraction <= 1.0
            or type(message) is not str
            or len(message) > rules.MAX_TEXT_CHARS
            or outlet.mender.strict
        ):
            fraction = outlet.mender.fraction(fraction)
            message = outlet.mender.text(message, "message")
            encoded = outlet.mender.json_object(metadata, "metadata")
        with outlet.lock:
            if outlet.silent:
                return
            node = self._node
            if fraction is not None:
                node.advance_to(fraction)
            outlet.tell(self._root.fraction, message, encoded, node.path)

    def update(
        self,
        advance: float = 1,
        *,
        total: float | None = None,
        message: str = "",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Count: ``advance`` more items of this stage are done.

        Args:
            advance: How many, since the last call.
            total: How many there are in all, once that is known; until then the progress is unknown.
            message: Text for people; empty keeps the last one.
            metadata: JSON object, replaced as a whole; None keeps the last one.
        """
        outlet = self.outlet
        by = outlet.mender.number(advance, "advance") or 0.0
        if total is not None:
            total = outlet.mender.number(total, "total")
        text = outlet.mender.text(message, "message")
        encoded = outlet.mender.json_object(metadata, "metadata")
        with outlet.lock:
            if outlet.silent:
                return
            self._node.advance(by, total)
            outlet.tell(self._root.fraction, text, encoded, self._node.path)

    @overload
    def track(self, iterable: Iterable[T], message: str = "", *, total: float | None = None) -> Iterator[T]: ...
    @overload
    def track(
        self, iterable: AsyncIterable[T], message: str = "", *, total: float | None = None
    ) -> AsyncIterator[T]: ...
    def track(
        self, iterable: Iterable[T] | AsyncIterable[T], message: str = "", *, total: float | None = None
    ) -> Iterator[T] | AsyncIterator[T]:
        """Yield the items of an iterable, counting those that are done.

        An item is done when the next one is asked for.

        Args:
            iterable: What to iterate over; an async iterable gives an async iterator.
            message: Text for people.
            total: How many items there are; None = its length, where it has one.

        Raises:
            RunCancelled: From the iterator: somebody asked the run to stop.
        """
        if total is None:
            total = _length_of(iterable)
        if isinstance(iterable, AsyncIterable):
            return self._atrack(iterable, message, total)
        return self._track(iterable, message, total)

    def _track(self, iterable: Iterable[T], message: str, total: float | None) -> Iterator[T]:
        tracker = _Tracker(self, message, total)
        done, look_at = 0, 1
        try:
            for item in iterable:
                yield item
                done += 1
                if done >= look_at:
                    look_at = tracker.look(done)
        finally:
            tracker.finish(done)

    async def _atrack(self, iterable: AsyncIterable[T], message: str, total: float | None) -> AsyncIterator[T]:
        tracker = _Tracker(self, message, total)
        done, look_at = 0, 1
        try:
            async for item in iterable:
                yield item
                done += 1
                if done >= look_at:
                    look_at = tracker.look(done)
        finally:
            tracker.finish(done)

    def stage(self, name: str, *, weight: float = 1) -> Stage:
        """Declare a stage within this one; ``with`` starts it.

        Args:
            name: Shown to people, at most 128 characters.
            weight: How much it counts, relative to its siblings.
        """
        mender = self.outlet.mender
        name, weight = mender.stage_name(name), mender.weight(weight)
        if len(self._node.path) >= rules.MAX_STAGES:
            mender.note("stage depth", f"stages nest deeper than {rules.MAX_STAGES}: the path shown is cut")
        with self.outlet.lock:
            return Stage(self.outlet, self._root, self._node.child(name, weight))

    def __enter__(self) -> Self:
        self._speak()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if exc is None:
            with self.outlet.lock:
                self._node.finish()
            parent = self._node.parent
            self._speak(parent.path if parent is not None else ())

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        Stage.__exit__(self, exc_type, exc, traceback)

    def _speak(self, path: tuple[str, ...] | None = None) -> None:
        """Say which stage is running now."""
        with self.outlet.lock:
            if not self.outlet.silent:
                self.outlet.tell(self._root.fraction, "", None, self._node.path if path is None else path)


class _Tracker:
    """The rare half of ``track()``: what happens when the loop looks up."""

    def __init__(self, stage: Stage, message: str, total: float | None) -> None:
        self._stage = stage
        self._total = total = stage.outlet.mender.number(total, "total") if total is not None else None
        self._reported = 0
        self._pacer = Pacer(time.perf_counter(), total)
        stage.update(0, total=total, message=message)

    def look(self, done: int) -> int:
        """Report where it is time to, and return at which item to look again."""
        outlet = self._stage.outlet
        if outlet.cancel_requested:
            raise _cancelled(outlet)
        items = self._pacer.items_to_next_look(time.perf_counter())
        if self._pacer.due:
            self._stage.update(done - self._reported, total=self._total)
            self._reported = done
        return done + items

    def finish(self, done: int) -> None:
        if done > self._reported:
            self._stage.update(done - self._reported, total=self._total)


class Reporter(Stage):
    """One run of a task: everything that can be said about it.

    As a context manager it sends ``started``, completes the run if nothing else ended it, and publishes an
    error (or ``cancelled``) where an exception passes through, which it raises again. An exception's own
    text is not published unless ``describe_error`` words it: watchers see ``Task failed`` and an
    ``error_id`` under which the log has the traceback.

    Args:
        sink: Called with each event, in order, from the thread that reports. What it raises is logged.
        project_id: The project of the events.
        task_name: Their task.
        run_id: Their run; None = a fresh one.
        strict: Raise ``ValueError`` for what can't be reported, instead of mending it.
        describe_error: Words an exception for people, for example ``str``.
        complete_on_exit: Whether leaving completes the run; False for a step of a longer one, which also
            sends no ``started``.
    """

    def __init__(
        self,
        sink: Callable[[Event], object],
        *,
        project_id: str = "local",
        task_name: str = "task",
        run_id: str | None = None,
        strict: bool = False,
        describe_error: Callable[[BaseException], str] | None = None,
        complete_on_exit: bool = True,
    ) -> None:
        mender = Mender(strict=strict, note=_note)
        outlet = SinkOutlet(
            rules.check_project_id(project_id),
            mender.task_name(task_name),
            rules.check_run_id(run_id) if run_id is not None else new_run_id(),
            sink=sink,
            mender=mender,
            describe_error=describe_error,
        )
        self._open(outlet, complete_on_exit=complete_on_exit)

    def _open(self, outlet: Outlet, *, complete_on_exit: bool) -> None:
        root = Node()
        Stage.__init__(self, outlet, root, root)
        self._complete_on_exit = complete_on_exit
        self._ended = False

    @property
    def project_id(self) -> str:
        """The project."""
        return self.outlet.project_id

    @property
    def task_name(self) -> str:
        """The task."""
        return self.outlet.task_name

    @property
    def run_id(self) -> str | None:
        """The run."""
        return self.outlet.run_id

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody asked this run to stop."""
        return self.outlet.cancel_requested

    @property
    def superseded(self) -> bool:
        """Whether the store refuses this run: a newer one has taken its place, or it was ended elsewhere."""
        return self.outlet.superseded

    def raise_if_cancelled(self) -> None:
        """Raise where somebody asked this run to stop.

        Raises:
            RunCancelled: Leaving the reporter with it publishes ``cancelled``.
        """
        if self.outlet.cancel_requested:
            raise _cancelled(self.outlet)

    def status(self, status: str, message: str = "", metadata: dict[str, Any] | None = None) -> None:
        """Say that the run's status changed; ``completed``, ``failed`` and ``cancelled`` end it."""
        mender = self.outlet.mender
        known = mender.status(status)
        text = mender.text(message, "message")
        encoded = mender.json_object(metadata, "metadata")
        match known:
            case "completed":
                self._put("completed", message=text, metadata=encoded)
            case "failed":
                self._put("error", error=text or "failed", message=text, metadata=encoded)
            case _:
                self._put("status", status=known, message=text, metadata=encoded)

    def complete(self, result: Any = None, message: str = "") -> None:
        """End the run: it went well.

        Args:
            result: Any JSON; it is encoded now.
            message: Text for people.
        """
        mender = self.outlet.mender
        self._put("completed", result=mender.data(result, "result"), message=mender.text(message, "message"))

    def fail(self, error: str, *, code: str | None = None, details: dict[str, Any] | None = None) -> None:
        """End the run: it failed.

        Args:
            error: Text for people.
            code: A word for programs, at most 128 characters.
            details: JSON object; it is encoded now.
        """
        mender = self.outlet.mender
        self._put(
            "error",
            error=mender.text(error, "error") or "failed",
            code=mender.text(code, "code", rules.MAX_NAME_CHARS) or None,
            details=mender.json_object(details, "details"),
        )

    def flush(self, timeout_s: float = 2) -> bool:
        """Wait until the store has answered for all that was said here.

        Args:
            timeout_s: Seconds to wait at most.

        Returns:
            True where it has, and nothing of it was dropped; ``superseded`` tells whether it refused.
        """
        return self.outlet.flush(timeout_s)

    async def aflush(self, timeout_s: float = 2) -> bool:
        """Wait as :meth:`flush` does, without blocking the event loop."""
        return await self.outlet.aflush(timeout_s)

    def __enter__(self) -> Self:
        try:
            self.outlet.enter()
            if self._complete_on_exit:
                self._put("status", status="started")
        except BaseException:  # of a signal handler: the block won't be entered, nor left
            self.outlet.leave(ended=False)
            raise
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end(exc)
        if not in_event_loop():
            self.outlet.flush(self.outlet.patience_s)

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end(exc)
        with anyio.CancelScope(shield=True):  # how it ended should arrive, also where the task was cancelled
            await self.outlet.aflush(self.outlet.patience_s)

    def _put(self, kind: Kind, **fields: Any) -> None:
        with self.outlet.lock:
            if self.outlet.silent:
                return
            report = self.outlet.report(kind, **fields)
            if report.terminal:
                self._ended = self.outlet.silent = True
            self.outlet.put(report)

    def _end(self, exc: BaseException | None) -> None:
        """Say how the run ended, where nothing has said it yet, and let go of it."""
        try:
            if not self._ended and not self.outlet.silent:
                self._say_end(exc)
        finally:
            self.outlet.leave(ended=self._ended)

    def _say_end(self, exc: BaseException | None) -> None:
        if exc is None:
            if self._complete_on_exit:
                self.complete()
        elif isinstance(exc, RunCancelled) or _is_cancellation(exc):
            self._put("status", status="cancelled")
        elif not _is_celery_control_flow(exc):
            self._fail_with(exc)

    def _fail_with(self, exc: BaseException) -> None:
        error_id = secrets.token_hex(4)
        about_it = about(self.project_id, self.task_name)
        text = "Task failed"
        if self.outlet.describe_error is not None:
            try:
                text = self.outlet.mender.text(self.outlet.describe_error(exc), "error")
            except Exception:  # noqa: BLE001 - it is the host's, and the task's own error matters more
                _log.exception("describe_error failed; the error is described as %r", text, extra=about_it)
        _log.error("task %s failed (error_id %s)", self.task_name, error_id, exc_info=exc, extra=about_it)
        self.fail(text, code=type(exc).__name__[: rules.MAX_NAME_CHARS], details={"error_id": error_id})


class NullReporter(Reporter):
    """Drops all that is said; for code that reports where nobody listens."""

    def __init__(self) -> None:
        self._open(Outlet("local", "task", new_run_id(), mender=Mender(note=_note)), complete_on_exit=True)


class TeeReporter(Reporter):
    """Says the same to several reporters; each keeps its own project, task and run.

    Args:
        reporters: Who is told. Enter and leave the tee, not them.
    """

    def __init__(self, *reporters: Reporter) -> None:
        if not reporters:
            msg = "a TeeReporter of no reporters: pass at least one, or use NullReporter()"
            raise ValueError(msg)
        self._open(TeeOutlet([reporter.outlet for reporter in reporters]), complete_on_exit=True)


def _note(reason: str, extra: dict[str, Any]) -> None:
    _log.warning("%s", reason, extra=extra)


def _length_of(iterable: object) -> int | None:
    try:
        hint = operator.length_hint(iterable, -1)
    except Exception:  # noqa: BLE001 - a foreign __len__ may do anything, and that of a large range overflows
        return None
    return hint if hint >= 0 else None


def _cancelled(outlet: Outlet) -> RunCancelled:
    return RunCancelled(f"task {outlet.task_name} was asked to stop")


def _is_cancellation(exc: BaseException) -> bool:
    # Who never imported an event loop was not cancelled by it; importing asyncio costs a tenth of all our imports.
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    by_asyncio = asyncio is not None and isinstance(exc, asyncio.CancelledError)
    return by_asyncio or (trio is not None and isinstance(exc, trio.Cancelled))


def _is_celery_control_flow(exc: BaseException) -> bool:
    """Tell whether an exception is Celery's way to say that this delivery is not the end of the task."""
    celery = sys.modules.get("celery.exceptions")  # who never imported it can't have raised one
    return celery is not None and isinstance(exc, celery.Retry | celery.Ignore | celery.Reject)
