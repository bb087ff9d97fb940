"""What waits to be sent: a bounded buffer that merges progress and keeps the order of each task. Pure.

A progress merges into the last entry of its task where that is a progress of the same run and part which
hasn't been taken yet; anything else closes that entry and comes after it. Progress is held back so that a
task has at most ``max_rate_hz`` of them a second; a status or an end takes what is held along at once.

Where the buffer is full, the oldest progress goes first, then the oldest status, last the oldest end of a
run. A fifth of the room is kept for ends.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from progresskit.reports import Report

__all__ = ["MAX_BYTES", "MAX_TASKS", "Outbox"]

MAX_TASKS: Final = 10_000
"""Most tasks with something to send."""
MAX_BYTES: Final = 16 * 1024 * 1024
"""Most bytes, as :meth:`Report.weigh` counts them; those on their way to the store count too."""
_OPEN_SHARE: Final = 0.8


class Outbox:
    """Reports on their way out, by project and task.

    Every report stands in exactly one of three places: waiting here, taken (until :meth:`settle`), or
    dropped. Not thread-safe: its owner holds a lock. What waits is what stands in the lanes; all else can be
    made anew from them (:meth:`rebuild`), since the exception of a signal handler may tear any operation apart.

    Args:
        dropped: Called with each report that has to go to make room.
        max_rate_hz: Most progress events of a task per second.
        max_tasks: Most tasks with something to send.
        max_bytes: Most bytes in all.
    """

    def __init__(
        self,
        dropped: Callable[[Report], None],
        *,
        max_rate_hz: float = 10,
        max_tasks: int = MAX_TASKS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._dropped = dropped
        self._interval_s = 1 / max_rate_hz
        self._max_tasks = max_tasks
        self._max_bytes = max_bytes
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._ready: dict[str, dict[_Lane, None]] = {}  # by project, lanes that may be taken from now
        self._later: list[tuple[float, int, _Lane]] = []  # a heap of lanes by when they may be
        self._count = itertools.count()
        # Oldest first, so that the next one to drop is always at hand: progress, statuses, ends.
        self._kinds: tuple[dict[Report, None], ...] = ({}, {}, {})
        self._waiting_tasks = 0
        self._bytes = 0  # of all that waits or is taken
        self._end_bytes = 0  # of the ends among it
        self._taken: dict[Report, None] = {}

    def __len__(self) -> int:
        """Return how many reports wait."""
        return sum(map(len, self._kinds))

    def add(self, report: Report, now: float) -> float:
        """Put a report at the end of its task, or merge it into the last one.

        Args:
            report: What was said; merged where it can be.
            now: The time, as the caller's clock counts it.

        Returns:
            When it may go.
        """
        lane = self._lane(report)
        tail = lane.reports[-1] if lane.reports else None
        if tail is not None and tail.open:
            if report.kind == "progress" and tail.run_id == report.run_id and _part_key(tail) == _part_key(report):
                tail.part = report.part
                self.merge(tail, report.progress, report.message, report.metadata, report.stage, report.status)
                return lane.next_at
            tail.open = False
        report.open = report.kind == "progress"
        due = max(now, lane.next_at) if report.open else now
        self._admit(report, lane, due)
        return due

    def add_first(self, report: Report, now: float) -> None:
        """Put a report before all that waits of its task: it was said before."""
        lane = self._lane(report)
        self._admit(report, lane, max(now, lane.next_at), first=True)

    def merge(  # noqa: PLR0917 - the fast path of a tight loop: keywords cost
        self,
        tail: Report,
        progress: float | None,
        message: str,
        metadata: bytes | None,
        stage: tuple[str, ...],
        status: str,
    ) -> None:
        """Merge what was said next into a report that is still ``open``."""
        resized = message or metadata is not None
        tail.absorb(progress, message, metadata, stage, status)
        if not resized:
            return
        size = tail.weigh()
        self._weigh(tail, size - tail.size)
        grown = size > tail.size
        tail.size = size
        if grown:
            self._make_room()

    def next_at(self) -> float | None:
        """Return when the next held progress may go; None where none is held."""
        while self._later and not self._is_current(self._later[0]):
            heapq.heappop(self._later)
        return self._later[0][0] if self._later else None

    def ready(self, now: float) -> Iterable[str]:
        """Return the projects of which something has become due since this was asked last."""
        projects: dict[str, None] = {}
        while (moment := self.next_at()) is not None and moment <= now:
            _due, _count, lane = heapq.heappop(self._later)
            lane.due = None
            if lane.reports:
                self._ready.setdefault(lane.project_id, {})[lane] = None
                projects[lane.project_id] = None
            else:
                self._lanes.pop((lane.project_id, lane.task_name), None)  # it only kept the pace
        return projects

    def is_ready(self, project_id: str) -> bool:
        """Tell whether a project has something to send now."""
        return project_id in self._ready

    def take(self, project_id: str, now: float, *, most: int, most_bytes: int) -> list[Report]:
        """Take the next reports of a project, in order per task.

        They count as the outbox's until they are settled.

        Args:
            project_id: The project.
            now: The time, as the caller's clock counts it.
            most: Most reports to take.
            most_bytes: Most bytes to take; one report is always taken.
        """
        taken: list[Report] = []
        size = 0
        # Looked up anew each time: a finalizer that reports may come in, and have all of it rebuilt.
        while (lanes := self._ready.get(project_id)) and len(taken) < most:
            lane = next(iter(lanes))
            while lane.reports and len(taken) < most:
                report = lane.reports[0]
                if taken and size + report.size > most_bytes:
                    return taken
                self._taken[report] = None
                taken.append(report)
                lane.reports.popleft()
                report.open = False
                self._kinds[_kind(report)].pop(report, None)
                size += report.size
            if lane.reports:
                break
            self._emptied(lane)
            lane.next_at = now + self._interval_s
            self._schedule(lane, lane.next_at)
        return taken

    def settle(self, reports: list[Report]) -> None:
        """Forget reports that were taken: the store has answered, or they are given up."""
        for report in reports:
            self._taken.pop(report, None)
            self._weigh(report, -report.size)

    def hurry(self, now: float, lane_of: tuple[str, str] | None = None) -> None:
        """Let held progress go now: of one ``(project_id, task_name)``, or of all."""
        lanes = self._lanes.values() if lane_of is None else filter(None, [self._lanes.get(lane_of)])
        for lane in list(lanes):
            if lane.reports:
                self._schedule(lane, now)

    def waiting(self, lane_of: tuple[str, str] | None = None) -> list[Report]:
        """Return what waits: of one ``(project_id, task_name)``, or all."""
        if lane_of is None:
            return [report for kind in self._kinds for report in list(kind)]
        lane = self._lanes.get(lane_of)
        return list(lane.reports) if lane is not None else []

    def rebuild(self) -> None:
        """Set everything right from the lanes, after an operation was torn apart."""
        self._kinds = ({}, {}, {})
        self._ready.clear()
        self._later.clear()
        self._waiting_tasks = self._bytes = self._end_bytes = 0
        # Copies, made in one step each: while this goes on another handler may come in.
        lanes = list(self._lanes.values())
        for report in list(self._taken):
            self._weigh(report, report.size)
        waiting = [report for lane in lanes for report in list(lane.reports)]
        for report in sorted(waiting, key=lambda report: report.seq):
            self._kinds[_kind(report)][report] = None
            self._weigh(report, report.size)
        for lane in lanes:
            lane.due = None
            self._waiting_tasks += bool(lane.reports)
            held = all(report.kind == "progress" for report in list(lane.reports))
            self._schedule(lane, lane.next_at if held else 0.0)

    def clear(self) -> None:
        """Drop all that waits."""
        for report in self.waiting():
            self._drop(report)

    def _admit(self, report: Report, lane: _Lane, due: float, *, first: bool = False) -> None:
        report.seq = next(self._count)
        report.size = report.weigh()
        if not lane.reports:
            self._waiting_tasks += 1
        if first:
            lane.reports.appendleft(report)
        else:
            lane.reports.append(report)
        self._kinds[_kind(report)][report] = None
        self._weigh(report, report.size)
        self._schedule(lane, due)
        self._make_room()

    def _lane(self, report: Report) -> _Lane:
        key = report.project_id, report.task_name
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(*key)
        return lane

    def _schedule(self, lane: _Lane, due: float) -> None:
        if lane in self._ready.get(lane.project_id, ()):
            return
        if lane.due is None or due < lane.due:
            lane.due = due
            heapq.heappush(self._later, (due, next(self._count), lane))

    def _is_current(self, entry: tuple[float, int, _Lane]) -> bool:
        return entry[2].due == entry[0]

    def _emptied(self, lane: _Lane) -> None:
        self._waiting_tasks -= 1
        lanes = self._ready.get(lane.project_id)
        if lanes is not None:
            lanes.pop(lane, None)
            if not lanes:
                del self._ready[lane.project_id]

    def _weigh(self, report: Report, delta: int) -> None:
        self._bytes += delta
        if report.terminal:
            self._end_bytes += delta

    def _make_room(self) -> None:
        while self._bytes - self._end_bytes > _OPEN_SHARE * self._max_bytes and (self._kinds[0] or self._kinds[1]):
            self._drop_oldest()
        while (self._bytes > self._max_bytes or self._waiting_tasks > self._max_tasks) and any(self._kinds):
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        for kind in self._kinds:
            if (report := next(iter(kind), None)) is not None:
                self._drop(report)
                return

    def _drop(self, report: Report) -> None:
        lane = self._lanes.get((report.project_id, report.task_name))
        self._kinds[_kind(report)].pop(report, None)
        if lane is None or report not in lane.reports:
            return  # a signal handler came in, and it is gone already
        lane.reports.remove(report)
        report.open = False
        self._weigh(report, -report.size)
        if not lane.reports:
            self._emptied(lane)
            self._schedule(lane, lane.next_at)
        self._dropped(report)


class _Lane:
    """The reports of one task, in order."""

    __slots__ = ("due", "next_at", "project_id", "reports", "task_name")

    def __init__(self, project_id: str, task_name: str) -> None:
        self.project_id = project_id
        self.task_name = task_name
        self.reports: deque[Report] = deque()
        self.due: float | None = None  # when it may be taken from; None = it is ready, or has nothing
        self.next_at = 0.0  # when its next progress may go


def _kind(report: Report) -> int:
    return 2 if report.terminal else 0 if report.kind == "progress" else 1


def _part_key(report: Report) -> str | None:
    return report.part[0] if report.part is not None else None
