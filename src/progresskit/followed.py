"""A project that a hub follows: the tasks that keep its fan-out going."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import anyio
from anyio.lowlevel import checkpoint

from progresskit.chance import CHANCE
from progresskit.fanout import Fanout
from progresskit.inline import starters
from progresskit.logs import about, get_logger
from progresskit.subscription import following

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.abc import TaskGroup

    from progresskit.events import Event
    from progresskit.state import Snapshot
    from progresskit.transports import Transport

__all__ = ["Complaints", "FollowedProject"]

TICK_S: Final = 1 / 30
"""Seconds between two ticks at least."""
LINGER_S: Final = 1.0
"""Seconds that a project is followed after its last client left: a page that is loaded anew finds it."""
_MAX_PENDING: Final = 1_000
_TURN: Final = 25
_RETRY_S: Final = (0.1, 5.0)
_EVERY_S: Final = 60.0

_log = get_logger("hub")


class FollowedProject:
    """One project's subscription, ticks, catching up and reads, as tasks that outlive every failure.

    Args:
        transport: Where the project is kept.
        project_id: The project.
        tasks: Where sends live that are tasks of trio.
        clock: Returns seconds that only go forward.
        sleep: Sleeps for some of these seconds.
        complaints: Logs what goes wrong.
    """

    def __init__(
        self,
        transport: Transport,
        project_id: str,
        *,
        tasks: TaskGroup,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        complaints: Complaints,
    ) -> None:
        self._transport = transport
        self._project_id = project_id
        self._clock = clock
        self._sleep = sleep
        self._complaints = complaints
        self._behind = _Signal()
        self._asked = _Signal()
        self._arrived = _Signal()
        self._ticked = _Signal()
        self._pending: list[Snapshot | Event] = []
        self._link = anyio.CancelScope()
        self._life = anyio.CancelScope()
        self._left_at = clock()
        in_place, as_tasks = starters(tasks)
        self.fanout = Fanout(
            project_id,
            in_place=in_place,
            as_tasks=as_tasks,
            clock=clock,
            on_behind=self._behind.set,
            on_ask=self._asked.set,
        )

    async def run(self) -> None:
        """Follow the project until :meth:`stop`."""
        with self._life:
            async with anyio.create_task_group() as tasks:
                for work in (self._follow, self._tick, self._serve, self._read):
                    tasks.start_soon(work)

    def stop(self) -> None:
        """End the tasks."""
        self._life.cancel()

    def leave(self) -> None:
        """Take note that a client left."""
        self._left_at = self._clock()

    def is_abandoned(self) -> bool:
        """Tell whether nobody has watched the project for a while."""
        return not self.fanout.clients and self._clock() - self._left_at >= LINGER_S

    async def look_after(self) -> None:
        """Look after the clients, a few at a time; and after the subscription, where it seems to be stuck."""
        clients = iter(list(self.fanout.clients))
        while turn := list(islice(clients, _TURN)):
            self.fanout.look_after(turn)
            await checkpoint()
        if self.fanout.ask_late():
            self._begin_anew()

    async def _follow(self) -> None:
        """Keep the subscription open, and lay what it brings ready for the next tick."""
        delay_s, most_s = _RETRY_S
        while True:
            failure: Exception | None = None
            with anyio.CancelScope() as self._link:
                try:
                    async with following(
                        self._transport,
                        self._project_id,
                        after=self.fanout.state.cursor,
                        on_failure=self._complain,
                    ) as items:
                        async for item in items:
                            if self._link.cancel_called:
                                break
                            delay_s = _RETRY_S[0]
                            self._pending.append(item)
                            self._arrived.set()
                            while len(self._pending) >= _MAX_PENDING:
                                await self._ticked.wait()
                except Exception as error:  # noqa: BLE001 - a foreign transport's; a subscription never ends in silence
                    failure = error
            if not self._link.cancel_called:
                self._complaints.say(
                    "the subscription to project %s ended (%r); beginning it anew", self._project_id, failure
                )
            await self._sleep(CHANCE.uniform(0.5, 1) * delay_s)
            delay_s = min(most_s, 2 * delay_s)

    def _begin_anew(self) -> None:
        """Subscribe anew from where the state stands; what it hadn't folded is in what that brings first."""
        self._pending.clear()
        self._link.cancel()

    async def _tick(self) -> None:
        """Tick at once after a pause, then at most 30 times a second."""
        while True:
            while not self._pending:
                await self._arrived.wait()
            items, self._pending = self._pending, []
            self._ticked.set()
            try:
                self.fanout.tick(items)
            except Exception as error:  # noqa: BLE001 - a foreign transport's; a tick that fails must not be the last
                self._complaints.say("what project %s brought can't be folded: %r", self._project_id, error)
                self._begin_anew()
            await self._sleep(TICK_S)

    async def _serve(self) -> None:
        """Hand those who are behind one frame per turn of the loop, a few clients in each."""
        behind = self.fanout.behind
        while True:
            while not behind:
                await self._behind.wait()
            turn = list(islice(behind, _TURN))
            try:
                self.fanout.serve(turn)
            except Exception as error:  # noqa: BLE001 - a state that can't be encoded must not stop the others
                self._complaints.say("a snapshot of project %s can't be cut: %r", self._project_id, error)
                for client in turn:
                    if not client.busy and client.cursor is not self.fanout.state.cursor:
                        self.fanout.end(client, "failed")
            await checkpoint()

    async def _read(self) -> None:
        """Read where the store stands, for all clients that came with a cursor before the read began."""
        delay_s, most_s = _RETRY_S
        while True:
            while not (askers := self.fanout.askers()):
                await self._asked.wait()
            epochs = self.fanout.state.epochs
            try:
                snapshot = await self._transport.read(self._project_id, self.fanout.state.cursor or askers[0].cursor)
            except Exception as error:  # noqa: BLE001 - a foreign transport's; clients wait until it answers
                self._complain(error)
                await self._sleep(CHANCE.uniform(0.5, 1) * delay_s)
                delay_s = min(most_s, 2 * delay_s)
            else:
                delay_s = _RETRY_S[0]
                self.fanout.answer(askers, snapshot.cursor, epochs=epochs)

    def _complain(self, error: Exception) -> None:
        self._complaints.say("project %s can't be read: %r", self._project_id, error)


class Complaints:
    """Warnings in the log, of each kind at most one a minute: a broken store has many readers.

    Args:
        clock: Returns seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}

    def say(self, message: str, project_id: str, error: object) -> None:
        """Log a warning, unless one of its kind was logged a moment ago; then it is counted.

        Args:
            message: The kind, with places for the project and the error.
            project_id: The project.
            error: What happened.
        """
        now = self._clock()
        said_at, unsaid = self._said.get(message, (now - _EVERY_S, 0))
        if now - said_at < _EVERY_S:
            self._said[message] = said_at, unsaid + 1
            return
        self._said[message] = now, 0
        _log.warning(message, project_id, error, extra=about(project_id))
        if unsaid:
            _log.warning("(%d warnings like the last one were left out)", unsaid)


class _Signal:
    """What a task sleeps on; setting it before it sleeps, or twice, is the same as once."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()
        self._event = anyio.Event()
