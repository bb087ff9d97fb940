"""Where the words of a run go: nowhere, to a function, or to several places.

A :class:`~progresskit.Reporter` does the thinking (stages, the end of a run, what an exception means) and
speaks through one of these; a publisher brings its own kind.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from progresskit.logs import about, get_logger
from progresskit.reports import Report, to_event
from progresskit.stages import Eta

if TYPE_CHECKING:
    from collections.abc import Callable

    from progresskit.events import Event
    from progresskit.reports import Kind, Mender

__all__ = ["Outlet", "SinkOutlet", "TeeOutlet"]

_log = get_logger("publisher")

_SAID: Final = ("progress", "message", "metadata", "stage", "status", "result", "error", "code", "details")


class Outlet:
    """Where the words of one run go. This one drops them; its subclasses say what else happens.

    ``tell`` and ``put`` are called with ``lock`` held.

    Args:
        project_id: The project.
        task_name: The task.
        run_id: The run; None = the current one, whichever that is.
        mender: Makes what callers say fit the rules.
        describe_error: Words an exception that passes through a reporter; None = without its text.
    """

    def __init__(
        self,
        project_id: str,
        task_name: str,
        run_id: str | None,
        *,
        mender: Mender,
        describe_error: Callable[[BaseException], str] | None = None,
    ) -> None:
        self.project_id = project_id
        self.task_name = task_name
        self.run_id = run_id
        self.mender = mender.speaking_of(project_id, task_name)
        self.describe_error = describe_error
        self.silent = False  # nothing that is said from now on would be taken
        self.lock = threading.RLock()  # guards the run's stages and what is on its way

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody asked the run to stop."""
        return False

    @property
    def superseded(self) -> bool:
        """Whether the store refuses the run."""
        return False

    def tell(self, progress: float | None, message: str, metadata: bytes | None, stage: tuple[str, ...]) -> None:
        """Say that the run moved."""

    def put(self, report: Report) -> None:
        """Say anything else."""

    def report(self, kind: Kind, **fields: Any) -> Report:
        """Make a report of this run."""
        return Report(kind, self.project_id, self.task_name, self.run_id, at=self.now_s(), **fields)

    def now_s(self) -> float:
        """Return the time, in seconds since the epoch."""
        return time.time()

    def enter(self) -> None:
        """Take hold of the run."""

    def leave(self, *, ended: bool) -> None:
        """Let go of the run; ``ended``: its end has been said."""

    @property
    def patience_s(self) -> float:
        """How many seconds leaving may wait for the store."""
        return 0.0

    def flush(self, timeout_s: float) -> bool:  # noqa: ARG002 - nothing waits here
        """Wait until all that was said has been answered."""
        return True

    async def aflush(self, timeout_s: float) -> bool:
        """Wait as :meth:`flush` does, without blocking the event loop."""
        return self.flush(timeout_s)


class SinkOutlet(Outlet):
    """Makes the event at once, and hands it to a function, whose exceptions are logged."""

    def __init__(self, *ids: Any, sink: Callable[[Event], object], **options: Any) -> None:
        super().__init__(*ids, **options)
        self._sink = sink
        self._eta = Eta()

    @override
    def tell(self, progress: float | None, message: str, metadata: bytes | None, stage: tuple[str, ...]) -> None:
        now = time.monotonic()
        self._eta.update(now, progress)
        report = self.report("progress", progress=progress, message=message, metadata=metadata, stage=stage)
        self._hand_over(report, self._eta.remaining_s(now))

    @override
    def put(self, report: Report) -> None:
        self._hand_over(report)

    def _hand_over(self, report: Report, eta_s: float | None = None) -> None:
        try:
            event, _size = to_event(report, self.mender, now_s=self.now_s(), eta_s=eta_s)
            self._sink(event)
        except Exception:  # noqa: BLE001 - a sink is the host's, and reporting never fails the task
            about_it = about(self.project_id, self.task_name)
            _log.exception("the sink of task %s failed; the task goes on", self.task_name, extra=about_it)


class TeeOutlet(Outlet):
    """Passes on to other outlets."""

    def __init__(self, outlets: list[Outlet]) -> None:
        first = outlets[0]
        super().__init__(
            first.project_id, first.task_name, first.run_id, mender=first.mender, describe_error=first.describe_error
        )
        self.outlets = outlets

    @property
    @override
    def cancel_requested(self) -> bool:
        return any(outlet.cancel_requested for outlet in self.outlets)

    @property
    @override
    def superseded(self) -> bool:
        return any(outlet.superseded for outlet in self.outlets)

    @override
    def tell(self, progress: float | None, message: str, metadata: bytes | None, stage: tuple[str, ...]) -> None:
        for outlet in self.outlets:
            with outlet.lock:
                if not outlet.silent:
                    outlet.tell(progress, message, metadata, stage)

    @override
    def put(self, report: Report) -> None:
        fields = {name: getattr(report, name) for name in _SAID}
        for outlet in self.outlets:
            with outlet.lock:
                if not outlet.silent:
                    outlet.silent = report.terminal
                    outlet.put(outlet.report(report.kind, **fields))

    @override
    def enter(self) -> None:
        for outlet in self.outlets:
            outlet.enter()

    @override
    def leave(self, *, ended: bool) -> None:
        for outlet in self.outlets:
            outlet.leave(ended=ended)

    @property
    @override
    def patience_s(self) -> float:
        return max(outlet.patience_s for outlet in self.outlets)

    @override
    def flush(self, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        answers = [outlet.flush(max(0.0, deadline - time.monotonic())) for outlet in self.outlets]
        return all(answers)

    @override
    async def aflush(self, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        answers = [await outlet.aflush(max(0.0, deadline - time.monotonic())) for outlet in self.outlets]
        return all(answers)
