"""Which batch goes to the store next, and what its answer means. Pure: no clock, no thread, no I/O.

A project's batches go one after the other, each until it is answered; projects don't wait for each other.
A batch that failed goes again as it was, with the same number, after a pause that grows (full jitter).
After three failures in a row the project's breaker is open: nothing waits for it any more, and it is tried
every 4 s at the latest, so that the leases of its runs outlive it.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from progresskit.frames import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Batch, Receipt, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from progresskit.events import Event
    from progresskit.frames import News
    from progresskit.outbox import Outbox
    from progresskit.reports import Report

__all__ = ["BREAKER_FAILURES", "RENEW_S", "Courier", "Goodbye", "Holder", "Parcel"]

RENEW_S: Final = 4.0
"""Seconds between two renewals of a lease."""
BREAKER_FAILURES: Final = 3
"""Failures in a row after which nothing waits for a project any more."""
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 4.0
_NO_EPOCH: Final = "0"  # of a project that nobody has written to
_MOST_LEASES: Final = 100
# Of a batch's bytes, what its leases and ids may take; no character of a name takes more than 4, escaped or not.
_FRAME_BYTES: Final = 128 * 1024
_IDS_BYTES: Final = 1024
_QUOTES_BYTES: Final = 8


class Holder(Protocol):
    """Who holds a run, in the courier's eyes."""

    project_id: str

    @property
    def run(self) -> Run | None:
        """The run; None where it isn't known."""
        ...

    def hear(self, word: News) -> None:
        """Learn what the store says of the run."""
        ...

    def whole(self) -> list[Report]:
        """Return all that is known of the run, for a store that has forgotten it."""
        ...


@dataclass(eq=False, slots=True)
class Goodbye:
    """A lease that is given back."""

    project_id: str
    run: Run
    waiters: dict[Any, None] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Parcel:
    """A batch on its way, and what it is made of.

    Args:
        project_id: The project.
        number: The batch's number.
        held: The runs whose lease it takes or renews.
        left: The leases that it gives back.
        reports: What its events will be made of.
        batch: The batch, once made; it goes again as it was.
        tried: Whether it has failed before.
    """

    project_id: str
    number: int
    held: tuple[Run, ...]
    left: tuple[Goodbye, ...]
    reports: list[Report]
    batch: Batch | None = None
    tried: bool = False


@dataclass(eq=False, slots=True)
class _Lease:
    renew_at: float
    known: bool = False  # the store has taken it: until then it goes along with the run's events
    holders: list[Holder] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Channel:
    """What is on its way to one project."""

    project_id: str
    parcels: deque[Parcel] = field(default_factory=deque)
    sending: bool = False
    failures: int = 0
    retry_at: float = 0.0
    epoch: str | None = None
    leases: dict[Run, _Lease] = field(default_factory=dict)
    left: dict[Run, Goodbye] = field(default_factory=dict)
    due: float | None = None  # when it is looked at next; an entry of the agenda with another time is void


class Courier:
    """Makes parcels of what an outbox holds, and draws the consequences of their answers.

    Not thread-safe: its owner holds a lock.

    Args:
        outbox: What waits to be sent.
        sender: The id under which this process's batches go.
        uniform: Returns a random number between two bounds.
    """

    def __init__(self, outbox: Outbox, *, sender: str, uniform: Callable[[float, float], float]) -> None:
        self._outbox = outbox
        self._sender = sender
        self._uniform = uniform
        self._number = 0
        self._channels: dict[str, _Channel] = {}
        # A heap of channels by when they have something to send: a step must not cost more with more projects.
        self._agenda: list[tuple[float, int, _Channel]] = []
        self._count = itertools.count()
        self.counts = {"accepted": 0, "refused": 0, "dropped": 0, "resent": 0, "failures": 0}

    def hold(self, holder: Holder, now: float) -> Goodbye | None:
        """Take a lease on a run, with the next batch of its project; return the goodbye that is taken back."""
        run = _run_of(holder)
        channel = self._channel(holder.project_id)
        lease = channel.leases.get(run)
        if lease is None:
            lease = channel.leases[run] = _Lease(now)
        lease.holders.append(holder)
        self._look_at(channel, max(lease.renew_at, channel.retry_at))
        return channel.left.pop(run, None)

    def leave(self, holder: Holder, *, ended: bool) -> None:
        """Give a lease back; that of a run that has ``ended`` is gone with it."""
        channel = self._channel(holder.project_id)
        run = _run_of(holder)
        lease = channel.leases.get(run)
        if lease is None or holder not in lease.holders:
            self._tidy(channel)
            return
        lease.holders.remove(holder)
        if not lease.holders:
            del channel.leases[run]
            if not ended:
                channel.left[run] = Goodbye(channel.project_id, run)
                self._look_at(channel, channel.retry_at)
        self._tidy(channel)

    def next_parcel(self, now: float) -> Parcel | None:
        """Return the parcel to send now; None where there is none."""
        for project_id in self._outbox.ready(now):
            channel = self._channel(project_id)
            self._look_at(channel, channel.retry_at)
        while (moment := self._next_look()) is not None and moment <= now:
            channel = heapq.heappop(self._agenda)[2]
            channel.due = None
            if channel.sending:
                continue  # it is looked at when the answer is there
            due = self._due(channel)
            if due is None:
                self._tidy(channel)
            elif due > now:
                self._look_at(channel, due)
            else:
                return self._depart(channel, now)
        return None

    def next_at(self, now: float) -> float | None:
        """Return when there will be a parcel, if nothing new comes; None = never."""
        moments = [moment for moment in (self._next_look(), self._outbox.next_at()) if moment is not None]
        return max(now, min(moments)) if moments else None

    def seal(self, parcel: Parcel, made: Sequence[tuple[Report, Event, int]]) -> None:
        """Make the batch of a parcel; what is too large for one goes into further parcels."""
        channel = self._channels[parcel.project_id]
        chunks: list[list[tuple[Report, Event]]] = [[]]
        size = 0
        for report, event, event_size in made:
            size += event_size + 1
            if size > MAX_BATCH_BYTES - _FRAME_BYTES and chunks[-1]:
                chunks.append([])
                size = event_size
            chunks[-1].append((report, event))
        for index, chunk in enumerate(chunks):
            if index:
                self._number += 1
                parcel = Parcel(parcel.project_id, self._number, (), (), [])
                channel.parcels.insert(index, parcel)
            parcel.reports = [report for report, _event in chunk]
            events = tuple(event for _report, event in chunk)
            left = tuple(goodbye.run for goodbye in parcel.left)
            parcel.batch = Batch(parcel.project_id, self._sender, parcel.number, events, held=parcel.held, left=left)

    def answered(self, parcel: Parcel, receipt: Receipt, now: float) -> list[Report]:
        """Draw the consequences of a receipt, and return the reports that are settled by it."""
        # All that is needed of it first: a foreign transport's receipt may be anything, and is then none.
        epoch, news = receipt.cursor.epoch, dict(receipt.news)
        refused = max(0, min(receipt.refused, len(parcel.reports)))
        channel = self._finish(parcel)
        channel.failures = 0
        channel.retry_at = 0.0
        self.counts["refused"] += refused
        self.counts["accepted"] += len(parcel.reports) - refused
        for run in parcel.held:
            if run in channel.leases:
                channel.leases[run].known = news.get(run) != "unknown"
        forgotten = {run for run, word in news.items() if not self._spread(channel, parcel, run, word)}
        if epoch != _NO_EPOCH:
            if channel.epoch is not None and epoch != channel.epoch:
                forgotten |= channel.leases.keys()
            channel.epoch = epoch
        for run in forgotten:
            self._tell_whole(channel, run, now)
        self._plan(channel)
        return parcel.reports

    def failed(self, parcel: Parcel, now: float) -> None:
        """Keep a parcel for another try, after a pause."""
        channel = self._channels[parcel.project_id]
        channel.sending = False
        channel.failures += 1
        parcel.tried = True
        self.counts["failures"] += 1
        longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(channel.failures, 16))
        channel.retry_at = now + self._uniform(0, longest)
        self._plan(channel)

    def refused_for_good(self, parcel: Parcel) -> list[Report]:
        """Give a parcel up whose content is at fault, and return its reports: they are lost."""
        self._plan(self._finish(parcel))
        self.counts["failures"] += 1
        self.counts["dropped"] += len(parcel.reports)
        return parcel.reports

    def give_up(self) -> list[Parcel]:
        """Give up what failed, and return those parcels; one that is being sent just now is let go on."""
        given_up = []
        for channel in self._channels_of(None):
            for parcel in list(channel.parcels)[channel.sending :]:
                channel.parcels.remove(parcel)
                self._outbox.settle(parcel.reports)
                self.counts["dropped"] += len(parcel.reports)
                given_up.append(parcel)
        return given_up

    def retry_at(self, project_id: str) -> float:
        """Return when a project is tried again after a failure; 0 where none was."""
        channel = self._channels.get(project_id)
        return channel.retry_at if channel is not None else 0.0

    def is_broken(self, project_id: str | None = None) -> bool:
        """Tell whether the breaker of a project, or of any, is open."""
        return any(channel.failures >= BREAKER_FAILURES for channel in self._channels_of(project_id))

    def hurry(self, project_id: str | None = None) -> None:
        """Try again at once: somebody waits for it."""
        for channel in self._channels_of(project_id):
            if channel.retry_at:
                channel.retry_at = 0.0
                self._plan(channel)

    def underway(self, lane_of: tuple[str, str] | None = None) -> list[Report]:
        """Return the reports in parcels: of one ``(project_id, task_name)``, or all."""
        return [
            report
            for channel in self._channels_of(lane_of[0] if lane_of is not None else None)
            for parcel in list(channel.parcels)
            for report in list(parcel.reports)
            if lane_of is None or lane_of == (report.project_id, report.task_name)
        ]

    def goodbyes(self, lane_of: tuple[str, str] | None = None) -> list[Goodbye]:
        """Return the leases that are given back and not yet answered: of one ``(project_id, task_name)``, or all."""
        return [
            goodbye
            for channel in self._channels_of(lane_of[0] if lane_of is not None else None)
            for goodbye in [*channel.left.values(), *(one for parcel in list(channel.parcels) for one in parcel.left)]
            if lane_of is None or lane_of == (goodbye.project_id, goodbye.run.task_name)
        ]

    def _channels_of(self, project_id: str | None) -> list[_Channel]:
        """Return the channel of a project, or all, as a copy: a signal handler may add one meanwhile."""
        if project_id is None:
            return list(self._channels.values())
        channel = self._channels.get(project_id)
        return [channel] if channel is not None else []

    def _channel(self, project_id: str) -> _Channel:
        channel = self._channels.get(project_id)
        if channel is None:
            channel = self._channels[project_id] = _Channel(project_id)
        return channel

    def _look_at(self, channel: _Channel, moment: float) -> None:
        """See to it that a channel is looked at by a moment."""
        if channel.due is None or moment < channel.due:
            heapq.heappush(self._agenda, (moment, next(self._count), channel))
            channel.due = moment

    def _next_look(self) -> float | None:
        while self._agenda and self._agenda[0][2].due != self._agenda[0][0]:
            heapq.heappop(self._agenda)
        return self._agenda[0][0] if self._agenda else None

    def _due(self, channel: _Channel) -> float | None:
        """Return when a channel has something to send; None = never, as things are."""
        if channel.parcels or channel.left or self._outbox.is_ready(channel.project_id):
            return channel.retry_at
        soonest = min((lease.renew_at for lease in channel.leases.values()), default=None)
        return max(soonest, channel.retry_at) if soonest is not None else None

    def _plan(self, channel: _Channel) -> None:
        """Look at a channel when it has something to send, and forget it where it never has."""
        due = self._due(channel)
        if due is not None:
            self._look_at(channel, due)
        else:
            self._tidy(channel)

    def _depart(self, channel: _Channel, now: float) -> Parcel:
        channel.sending = True
        if channel.parcels:
            self.counts["resent"] += channel.parcels[0].tried
        else:
            channel.parcels.append(self._pack(channel, now))
        return channel.parcels[0]

    def _pack(self, channel: _Channel, now: float) -> Parcel:
        reports = self._outbox.take(
            channel.project_id, now, most=MAX_BATCH_EVENTS, most_bytes=MAX_BATCH_BYTES - _FRAME_BYTES
        )
        for run in [run for run, lease in channel.leases.items() if not lease.holders]:
            # Somebody was interrupted while entering or leaving.
            del channel.leases[run]
            channel.left[run] = Goodbye(channel.project_id, run)
        told = {Run(report.task_name, report.run_id) for report in reports if report.run_id is not None}
        held = _as_many_as_fit(
            run for run, lease in channel.leases.items() if lease.renew_at <= now or (not lease.known and run in told)
        )
        for run in held:
            channel.leases[run].renew_at = now + RENEW_S
        left = tuple(channel.left.pop(run) for run in _as_many_as_fit(channel.left))
        self._number += 1
        return Parcel(channel.project_id, self._number, tuple(held), left, reports)

    def _finish(self, parcel: Parcel) -> _Channel:
        channel = self._channels[parcel.project_id]
        channel.sending = False
        channel.parcels.remove(parcel)
        self._outbox.settle(parcel.reports)
        return channel

    def _spread(self, channel: _Channel, parcel: Parcel, run: Run, word: News) -> bool:
        """Tell everybody who speaks for a run what the store said; False where it has forgotten the run."""
        if word == "unknown":
            return False
        holders = list(channel.leases[run].holders) if run in channel.leases else []
        for report in parcel.reports:
            if report.origin is not None and report.origin.run == run and report.origin not in holders:
                holders.append(report.origin)
        for holder in holders:
            holder.hear(word)
        return True

    def _tell_whole(self, channel: _Channel, run: Run, now: float) -> None:
        lease = channel.leases.get(run)
        if lease is None:
            return
        lease.known = False
        for holder in lease.holders:
            for report in reversed(holder.whole()):
                self._outbox.add_first(report, now)

    def _tidy(self, channel: _Channel) -> None:
        # One that is on the agenda is looked at there, and forgotten then.
        if channel.due is None and not (channel.parcels or channel.leases or channel.left):
            del self._channels[channel.project_id]


def _as_many_as_fit(runs: Iterable[Run]) -> list[Run]:
    """Return the first of some runs: as many as a batch has room for in one of its two lists."""
    fitting: list[Run] = []
    room = _FRAME_BYTES // 2 - _IDS_BYTES
    for run in runs:
        room -= 4 * (len(run.task_name) + len(run.run_id)) + _QUOTES_BYTES
        if room < 0 or len(fitting) == _MOST_LEASES:
            break
        fitting.append(run)
    return fitting


def _run_of(holder: Holder) -> Run:
    run = holder.run
    if run is None:
        msg = "only a named run can be held"
        raise ValueError(msg)
    return run
