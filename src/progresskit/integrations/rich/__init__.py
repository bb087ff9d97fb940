"""Progress in a terminal, drawn by rich: one line with a bar for each task, on stderr.

    >>> from progresskit.integrations.rich import track
    >>> sum(track([1, 2, 3], "Adding"))
    6

Where stderr is no terminal (a file, a pipe, ``TERM=dumb``) there are plain lines instead, a few of them.
``NO_COLOR`` is honoured. All text is shown as text: nothing in it is taken for markup, and control
characters are made visible. Needs the extra ``rich``.
"""

from __future__ import annotations

import math
import operator
import threading
import time
import unicodedata
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

from progresskit import rules
from progresskit.errors import MissingDependencyError
from progresskit.events import is_terminal, new_run_id
from progresskit.logs import get_logger
from progresskit.outlets import SinkOutlet
from progresskit.reporter import Reporter
from progresskit.reports import Mender
from progresskit.stages import Pacer

try:
    import rich  # noqa: F401 - asked for here, so that its absence has one clear message
except ImportError as error:
    raise MissingDependencyError.for_extra(package="rich", extra="rich") from error

from progresskit.integrations.rich.lines import TICK_S, TaskLines, terminal, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from progresskit.events import Event
    from progresskit.reports import Report

__all__ = ["RichReporter", "track"]

T = TypeVar("T")

_log = get_logger("integrations")


def track(iterable: Iterable[T], message: str = "", *, total: float | None = None) -> Iterator[T]:
    """Yield the items of an iterable, and draw a bar of those that are done.

    Args:
        iterable: What to iterate over.
        message: Names the line.
        total: How many items there are; None = its length, where it has one.
    """
    name = unicodedata.normalize("NFC", visible(Mender(note=_note).text(message, "message")))
    if total is None:
        hint = operator.length_hint(iterable, -1)
        total = hint if hint >= 0 else None
    with RichReporter(task_name=name[: rules.MAX_NAME_CHARS] or "task") as task:
        task.update(0, total=total)
        pacer = Pacer(time.perf_counter(), total)
        untold, items, left = 0, 1, 1
        try:
            try:
                # As Stage.track() does it; a generator within a generator would cost half as much again.
                for item in iterable:
                    yield item
                    left -= 1
                    if not left:
                        untold += items
                        items = left = pacer.items_to_next_look(time.perf_counter())
                        if pacer.due:
                            task.update(untold)
                            untold = 0
            finally:
                task.update(untold + items - left)
        except GeneratorExit:  # the loop was left: neither done nor failed
            task.status("cancelled")
            raise


class RichReporter(Reporter):
    """A run that is drawn as a line of the terminal, with its bar.

    All reporters of a process share the terminal, one line each, from any thread; what is printed meanwhile
    goes above the lines. Drawing is done by a thread of its own: a terminal that is slow or gone neither
    holds up the task nor fails it. Leaving the context, or the end of the run, gives the terminal back.

    Args:
        project_id: The project of the run's events.
        task_name: Names the line.
        describe_error: Words an exception that passes through. Whoever sits at the terminal may read it, so
            by default it is shown as it is.
    """

    def __init__(
        self,
        *,
        project_id: str = "local",
        task_name: str = "task",
        describe_error: Callable[[BaseException], str] = str,
    ) -> None:
        mender = Mender(note=_note)
        outlet = _LineOutlet(
            rules.check_project_id(project_id),
            mender.task_name(task_name),
            new_run_id(),
            lines=terminal(),
            mender=mender,
            describe_error=describe_error,
        )
        self._open(outlet, complete_on_exit=True)
        # One that was never entered gives the terminal back when it is forgotten.
        weakref.finalize(self, outlet.leave, ended=False)


class _LineOutlet(SinkOutlet):
    """Says a run's words to its line, from the first one to the run's end.

    Nobody reads more often than the lines are drawn: what is told in between is held, and becomes one event.
    """

    def __init__(self, *ids: Any, lines: TaskLines, **options: Any) -> None:
        super().__init__(*ids, sink=self._take, **options)
        self._lines = lines
        self._held: tuple[float | None, str, bytes | None, tuple[str, ...]] | None = None
        self._due_s = -math.inf
        self._turn = threading.RLock()  # the drawing thread asks for what is held as well

    def tell(self, progress: float | None, message: str, metadata: bytes | None, stage: tuple[str, ...]) -> None:
        if self._lines.foreign:
            return
        with self._turn:
            if self._held is not None:
                message = message or self._held[1]
            self._held = progress, message, metadata, stage
            if time.monotonic() >= self._due_s:
                self._let_go()

    def put(self, report: Report) -> None:
        if self._lines.foreign:
            return
        with self._turn:
            self._let_go()
            super().put(report)

    def leave(self, *, ended: bool) -> None:
        if self._lines.foreign:
            return
        with self._turn:
            self._let_go()
        super().leave(ended=ended)
        self._lines.release(self)

    def _refresh(self) -> None:
        # Whose turn it is may be waiting for this very thread, at the end: the last word then comes with his.
        if self._turn.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self._turn.release()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._due_s = time.monotonic() + TICK_S
            super().tell(*held)

    def _take(self, event: Event) -> None:
        self._lines.hold(self, self._refresh)
        self._lines.take(self, event)
        if is_terminal(event.status):
            self._lines.release(self)


def _note(reason: str, extra: dict[str, Any]) -> None:
    _log.warning("%s", reason, extra=extra)
