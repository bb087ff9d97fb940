"""Reporters and publishers that keep what is said, for tests of code that reports.

They share the real rules, the real repair of bad values, and the real fold: what they record is what
readers would get.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from progresskit.events import Cursor
from progresskit.reporter import Reporter
from progresskit.state import fold, for_readers, overlay
from progresskit.transports import MemoryTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from progresskit.events import Event
    from progresskit.publisher import Publisher
    from progresskit.state import TaskState

__all__ = ["Capture", "RecordingReporter", "capture"]

_EPOCH: Final = "recorded"


class RecordingReporter(Reporter):
    """A reporter that keeps its events, each one, as a store would accept them.

        >>> reporter = RecordingReporter()
        >>> reporter.progress(0.5, "half")
        >>> reporter.complete({"url": "a.wav"})
        >>> [event.type for event in reporter.events]
        ['progress', 'completed']
        >>> reporter.state.status, reporter.state.progress
        ('completed', 1.0)

    Args:
        project_id: The project of the events.
        task_name: Their task.
        run_id: Their run; None = a fresh one.
        strict: Raise ``ValueError`` for what can't be reported, instead of mending it.
        describe_error: Words an exception for people, for example ``str``.
        complete_on_exit: Whether leaving completes the run.
    """

    def __init__(
        self,
        *,
        project_id: str = "local",
        task_name: str = "task",
        run_id: str | None = None,
        strict: bool = False,
        describe_error: Callable[[BaseException], str] | None = None,
        complete_on_exit: bool = True,
    ) -> None:
        self._events: list[Event] = []
        self._state: TaskState | None = None
        super().__init__(
            self._record,
            project_id=project_id,
            task_name=task_name,
            run_id=run_id,
            strict=strict,
            describe_error=describe_error,
            complete_on_exit=complete_on_exit,
        )

    @property
    def events(self) -> list[Event]:
        """The accepted events so far."""
        return list(self._events)

    @property
    def state(self) -> TaskState | None:
        """What the events add up to; None = nothing was said yet."""
        return for_readers(self._state) if self._state is not None else None

    def _record(self, event: Event) -> None:
        # Reporters call this one at a time, under their lock.
        self._state, accepted = fold(self._state, event, cursor=Cursor(_EPOCH, len(self._events) + 1))
        if accepted is not None:
            self._events.append(accepted)


class Capture:
    """What a publisher sent within :func:`capture`, and what its store made of it."""

    def __init__(self, publisher: Publisher, transport: _Recorder) -> None:
        self._publisher = publisher
        self._transport = transport
        self._open = True

    @property
    def events(self) -> list[Event]:
        """The accepted events so far, of all projects, in the order in which they were accepted.

        What was reported before is sent first. Progress is merged as always: how many events a quick
        series of it makes depends on the time, what they add up to doesn't.
        """
        if self._open:
            self._publisher.flush()
        return list(self._transport.events)

    def state(self, project_id: str, task_name: str) -> TaskState | None:
        """Return the state of a task; None = nothing was said of it."""
        state: TaskState | None = None
        for event in self.events:
            if (event.project_id, event.task_name) == (project_id, task_name):
                state = overlay(state, event)
        return state

    def close(self) -> None:
        """Take nothing more: what the publisher sends from now on goes elsewhere."""
        self._open = False


@contextmanager
def capture(publisher: Publisher | None = None) -> Iterator[Capture]:
    """Catch what a publisher sends, instead of sending it.

    Reporters that were made before the block aren't caught.

        >>> from progresskit import MemoryTransport, Publisher
        >>> publisher = Publisher(MemoryTransport())
        >>> with capture(publisher) as captured:
        ...     with publisher.task("campaign_001", "render") as task:
        ...         task.progress(0.5)
        >>> captured.state("campaign_001", "render").status
        'completed'

    Args:
        publisher: Whose words to catch; None = those of ``broadcast_progress`` and its kin.
    """
    if publisher is None:
        from progresskit.integrations.manager import get_websocket_manager  # noqa: PLC0415 - only where it is used

        publisher = get_websocket_manager().publisher
    transport = _Recorder()
    captured = Capture(publisher, transport)
    try:
        with publisher.using(transport):
            yield captured
    finally:
        captured.close()


class _Recorder(MemoryTransport):
    """Keeps what it delivers."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    @override
    def _deliver(self, project_id: str, events: Iterable[Event]) -> None:
        self.events.extend(events)
        super()._deliver(project_id, events)
