"""The state of a task, as the fold of its events. Pure: no clock, no I/O.

:func:`fold` is the store's half: it decides which events count, fences runs, keeps progress monotonic
and makes the event that readers get. :func:`overlay` is the readers' half: all that is needed to
follow a project from the accepted events. ``fold(events)`` and ``overlay(accepted events)`` give the
same state, in every language (``tests/vectors/fold.json``).
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic resolves the annotations of Parts
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from progresskit import rules
from progresskit.errors import DecodeError
from progresskit.events import (
    Count,
    Cursor,
    Event,
    Fraction,
    JsonObject,
    ProgressEvent,
    ProjectId,
    RunId,
    Seconds,
    Stage,
    Status,
    TaskName,
    Timestamp,
    explain,
    is_terminal,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "MAX_PARTS",
    "MAX_SUPERSEDED",
    "MAX_TASKS",
    "Parts",
    "Snapshot",
    "TaskState",
    "TaskTable",
    "fold",
    "for_readers",
    "overlay",
    "state_from_json",
]

MAX_TASKS: Final = 1_000
"""Tasks that a project keeps; one more puts out the task that changed longest ago."""
MAX_SUPERSEDED: Final = 16
"""Former runs of a task that are fenced."""
MAX_PARTS: Final = 1_000
"""Parts of a run that count; what comes beyond carries no progress."""

_STATUSES: Final = frozenset[str](get_args(Status))
_STORES_OWN: Final = frozenset({"superseded", "parts"})
# What an event may carry into the state, beside what every accepted event sets.
_OVERLAID: Final = ("progress", "message", "metadata", "stage", "result", "error", "code", "details")


def _known_status(value: Any) -> Any:
    """Take a status that a newer store wrote for what it surely means: the run isn't over."""
    return "in_progress" if isinstance(value, str) and value not in _STATUSES else value


@dataclass(frozen=True, slots=True)
class Parts:
    """How far each part of a run is, and the sum: what the whole has reached."""

    values: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """``{key: (share of the whole, fraction of the part)}``."""
    total: float = 0.0
    """The sum of share times fraction."""

    def reached(self, key: str, share: float, fraction: float) -> Parts | None:
        """Return the parts after one of them reported; None where there is no room for another.

        A part keeps its largest fraction and its newest share.
        """
        former = self.values.get(key)
        if former is None and len(self.values) >= MAX_PARTS:
            return None
        old_share, old_fraction = former or (0.0, 0.0)
        fraction = max(fraction, old_fraction)
        total = self.total - old_share * old_fraction + share * fraction
        return Parts({**self.values, key: (share, fraction)}, total)


class TaskState(BaseModel):
    """Where a task stands: the newest value of every field of its current run.

    ``updated_at`` and ``cursor`` are those of the last event that was accepted; ``attempt`` counts the
    runs. ``superseded`` (former runs, which can't write any more) and ``parts`` are the store's own:
    they are never sent to readers.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    project_id: ProjectId
    task_name: TaskName
    run_id: RunId
    attempt: Count
    status: Annotated[Status, BeforeValidator(_known_status)]
    progress: Fraction | None = None
    message: str | None = None
    metadata: JsonObject | None = None
    stage: Stage | None = None
    eta_s: Seconds | None = None
    result: Any = None
    error: str | None = None
    code: str | None = None
    details: JsonObject | None = None
    started_at: Timestamp
    updated_at: Timestamp
    cursor: Cursor
    superseded: tuple[str, ...] = Field(default=(), exclude=True, repr=False)
    parts: Parts = Field(default=Parts(), exclude=True, repr=False)

    @property
    def terminal(self) -> bool:
        """Whether the run is over: completed, failed or cancelled."""
        return is_terminal(self.status)


def fold(state: TaskState | None, event: Event, *, cursor: Cursor) -> tuple[TaskState | None, Event | None]:
    """Decide what an event does to a task.

    Args:
        state: The task so far; None where the project has no such task.
        event: What a sender says.
        cursor: The position that the event gets if it is accepted.

    Returns:
        The state afterwards, and the event as readers get it: with its run, attempt, start, cursor and
        (where it has a number) progress filled in, and without ``part``. Where the event is refused:
        the state as it was, and None.
    """
    run_id = event.run_id if event.run_id is not None else _current_run(state, event, cursor)
    if run_id is None or (state is not None and _is_refused(state, run_id, event)):
        return state, None
    attempt, superseded, parts, reached, started_at = _run_so_far(state, run_id, event.timestamp)

    changes: dict[str, Any] = {"run_id": run_id, "attempt": attempt, "started_at": started_at, "cursor": cursor}
    if isinstance(event, ProgressEvent) and event.part is not None:
        changes |= {"part": None, "progress": None}
        if event.progress is not None and (grown := parts.reached(*event.part, event.progress)) is not None:
            parts = grown
            changes["progress"] = min(1.0, parts.total)
    if event.type == "completed":
        changes["progress"] = 1.0
    progress = changes.get("progress", getattr(event, "progress", None))
    if progress is not None:
        changes["progress"] = max(progress, reached or 0.0)

    accepted = event.model_copy(update=changes)
    folded = overlay(state, accepted).model_copy(update={"superseded": superseded, "parts": parts})
    return folded, accepted


def overlay(state: TaskState | None, event: Event) -> TaskState:
    """Lay an accepted event over the state of its task: all that a reader needs.

    Args:
        state: The task so far; None where the reader knows no such task.
        event: An event that the store accepted: it carries run, attempt, start and cursor.

    Raises:
        ValueError: The event was not accepted by a store.
    """
    if event.run_id is None or event.attempt is None or event.started_at is None or event.cursor is None:
        msg = f"an event of task {rules.shown(event.task_name)} that no store has accepted can't be laid over its state"
        raise ValueError(msg)
    if state is None or state.run_id != event.run_id:
        former: dict[str, Any] = {"project_id": event.project_id, "task_name": event.task_name, "run_id": event.run_id}
        state = TaskState.model_construct(**former)
    changes: dict[str, Any] = {name: value for name in _OVERLAID if (value := getattr(event, name, None)) is not None}
    if isinstance(event, ProgressEvent):
        changes["stage"] = event.stage
    return state.model_copy(
        update=changes
        | {
            "status": event.status,
            "eta_s": getattr(event, "eta_s", None),
            "attempt": event.attempt,
            "started_at": event.started_at,
            "updated_at": event.timestamp,
            "cursor": event.cursor,
        }
    )


def for_readers(state: TaskState) -> TaskState:
    """Return a state without what is the store's own: as :func:`overlay` gives it."""
    if not state.superseded and not state.parts.values:
        return state
    return state.model_copy(update={"superseded": (), "parts": Parts()})


def _run_so_far(
    state: TaskState | None, run_id: str, now: str
) -> tuple[int, tuple[str, ...], Parts, float | None, str]:
    """Return attempt, superseded runs, parts, progress and start of a run, before the event at hand."""
    if state is None:
        return 1, (), Parts(), None, now
    if state.run_id == run_id:
        return state.attempt, state.superseded, state.parts, state.progress, state.started_at
    attempt = state.attempt if _is_taken_over(state) else state.attempt + 1
    return attempt, (*state.superseded, state.run_id)[-MAX_SUPERSEDED:], Parts(), None, now


def _current_run(state: TaskState | None, event: Event, cursor: Cursor) -> str | None:
    """Find the run that an event without one belongs to; None = the event is refused."""
    fresh = f"{rules.AUTO_RUN_PREFIX}{cursor.offset}"
    if state is None:
        return fresh
    if state.terminal:
        return None if is_terminal(event.status) else fresh
    if event.status == "queued" and state.status != "queued":
        # Somebody starts the task again. An unnamed run is given up, and so is one not heard of; a late
        # word of the queue must not unseat a run that has begun.
        return fresh if state.run_id.startswith(rules.AUTO_RUN_PREFIX) or state.status == "stalled" else None
    return state.run_id


def _is_refused(state: TaskState, run_id: str, event: Event) -> bool:
    if run_id == state.run_id:
        return state.terminal or (event.status == "queued" and state.status != "queued")
    return run_id in state.superseded


def _is_taken_over(state: TaskState) -> bool:
    """Whether the run was only announced, without a name: the first named run is that attempt."""
    return state.run_id.startswith(rules.AUTO_RUN_PREFIX) and state.status == "queued"


class TaskTable:
    """The tasks of one project, ordered by their last change, oldest first; at most 1,000.

    The mutable half of :class:`Snapshot`: what a store, a hub and a merge keep.
    """

    def __init__(self, tasks: Iterable[TaskState] = ()) -> None:
        self._tasks: dict[str, TaskState] = {}
        self.update(tasks)

    def __len__(self) -> int:
        """Return the number of tasks."""
        return len(self._tasks)

    def __iter__(self) -> Iterator[TaskState]:
        """Iterate over the tasks, the one that changed longest ago first."""
        return iter(self._tasks.values())

    def get(self, task_name: str) -> TaskState | None:
        """Return a task; None where there is no such task."""
        return self._tasks.get(task_name)

    def put(self, state: TaskState) -> TaskState | None:
        """Set the task that changed last, and return the one that it puts out, if any."""
        self._tasks.pop(state.task_name, None)
        self._tasks[state.task_name] = state
        return self._tasks.pop(next(iter(self._tasks))) if len(self._tasks) > MAX_TASKS else None

    def update(self, tasks: Iterable[TaskState]) -> list[TaskState]:
        """Set tasks in any order, and return those that they put out."""
        self._tasks.update((state.task_name, state) for state in tasks)
        by_change = sorted(self._tasks.values(), key=lambda state: state.cursor.offset)
        self._tasks = {state.task_name: state for state in by_change[-MAX_TASKS:]}
        return by_change[:-MAX_TASKS]

    def since(self, offset: int) -> list[TaskState]:
        """Return the tasks that changed after an offset, oldest change first."""
        changed = []
        for state in reversed(self._tasks.values()):
            if state.cursor.offset <= offset:
                break
            changed.append(state)
        changed.reverse()
        return changed


@dataclass(frozen=True)
class Snapshot:
    """Task states of a project, and the position they stand at.

    Args:
        project_id: The project.
        cursor: The position of the project in its events; ``0:0`` where it is unknown.
        tasks: The states, oldest change first.
        resumed: True where ``tasks`` are only those that changed since the cursor that was asked for;
            False where they are all.
    """

    project_id: str
    cursor: Cursor
    tasks: tuple[TaskState, ...] = ()
    resumed: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        """Put the tasks in the order of their change."""
        object.__setattr__(self, "tasks", tuple(sorted(self.tasks, key=lambda state: state.cursor.offset)))

    @cached_property
    def _by_name(self) -> dict[str, TaskState]:
        return {state.task_name: state for state in self.tasks}

    def get(self, task_name: str) -> TaskState | None:
        """Return the state of a task; None where the snapshot names no such task."""
        return self._by_name.get(task_name)

    def apply(self, item: Snapshot | Event) -> Snapshot:
        """Return the snapshot after one more item of a subscription.

        A snapshot that isn't ``resumed`` replaces; one that is sets the tasks it names; an event is
        laid over its task, and ignored where it stands at or before this snapshot in its epoch.
        """
        if isinstance(item, Snapshot):
            if not item.resumed:
                return item
            table = TaskTable(self.tasks)
            table.update(item.tasks)
            return Snapshot(self.project_id, item.cursor, tuple(table), resumed=self.resumed)
        if item.cursor is None or (item.cursor.epoch == self.cursor.epoch and item.cursor.offset <= self.cursor.offset):
            return self
        tasks = [state for state in self.tasks if state.task_name != item.task_name]
        tasks.append(overlay(self.get(item.task_name), item))
        return Snapshot(self.project_id, item.cursor, tuple(tasks[-MAX_TASKS:]), resumed=self.resumed)


def state_from_json(fields: Any) -> TaskState:
    """Make a task state from decoded JSON; unknown fields are ignored, and so is what is a store's own.

    Raises:
        DecodeError: It is no valid state.
    """
    if isinstance(fields, dict):
        fields = {name: value for name, value in fields.items() if name not in _STORES_OWN}
    try:
        return TaskState.model_validate(fields)
    except ValidationError as error:
        msg = f"a task state that is not valid: {explain(error)}"
        raise DecodeError(msg) from None
