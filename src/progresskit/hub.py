"""The consuming half of a server process: one subscription per project, shared by all its clients.

A hub keeps one folded state per watched project, and *ticks*: at once after a pause, then at most 30 times
a second. Each tick sends what happened since the last one, encoded once, to every client that is current;
who is behind gets snapshots of what changed (:mod:`progresskit.fanout`). So a client that is slow, or gone
without a word, costs the one message that is in flight to it, and delays nobody.
"""

from __future__ import annotations

import os
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Self

import anyio

from progresskit import rules
from progresskit.events import Cursor
from progresskit.followed import Complaints, FollowedProject
from progresskit.frames import closing_frame
from progresskit.hub_client import Client, Send, Why
from progresskit.transports import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from anyio.abc import TaskGroup

    from progresskit.fanout import Fanout
    from progresskit.frames import Form, Frame
    from progresskit.state import Snapshot
    from progresskit.transports import Transport

__all__ = ["Client", "Hub", "Send", "Why"]

CLOSING_S: Final = 1.0
"""Seconds that clients have to take their closing frame, and sends to end once they are cancelled."""
_LOOK_S: Final = 1.0


class Hub:
    """Serves the projects of one transport to many clients.

    ``async with`` it: it runs within one event loop, and may be entered again after it was left. A gateway
    attaches its connections; most programs only make a hub and hand it to one.

    Args:
        transport: Where the projects are kept, or its URL: a URL's transport is the hub's own, and is
            closed with it; a passed one stays yours.
        clock: Returns seconds that only go forward.
        sleep: Sleeps for some of these seconds.

    Raises:
        ValueError: The URL names no transport.
    """

    def __init__(
        self,
        transport: Transport | str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        self._source = transport
        self._transport: Transport | None
        self._transport, self._owned = opened(transport)
        self._clock = clock
        self._sleep = sleep
        self._projects: dict[str, FollowedProject] = {}
        self._tasks: TaskGroup | None = None
        self._pid: int | None = None
        self._closing: Frame | None = None
        self._complaints = Complaints(clock)

    @property
    def transport(self) -> Transport:
        """Where the projects are kept."""
        if self._transport is None:  # it was the hub's own, and closed with it
            self._transport, self._owned = opened(self._source)
        return self._transport

    @property
    def running(self) -> bool:
        """Whether the hub was entered, and not left yet, by this process."""
        return self._pid == os.getpid()

    def connections(self, project_id: str | None = None) -> int:
        """Return how many clients this process serves: of one project, or of all. Any thread may ask."""
        projects = list(self._projects.values()) if project_id is None else [self._projects.get(project_id)]
        return sum(len(project.fanout.clients) for project in projects if project is not None)

    def connections_by_project(self) -> dict[str, int]:
        """Return how many clients this process serves, for each project that has some."""
        counts = [(project_id, len(project.fanout.clients)) for project_id, project in list(self._projects.items())]
        return {project_id: count for project_id, count in counts if count}

    async def snapshot(self, project_id: str, after: Cursor | str | None = None) -> Snapshot:
        """Ask the transport for the states of a project's tasks.

        Args:
            project_id: The project.
            after: Only what changed since this cursor; one that is malformed counts as none.

        Raises:
            ValueError: The project id is not valid.
            TransportError: The store did not answer.
        """
        return await self.transport.read(rules.check_project_id(project_id), _parsed(after))

    @asynccontextmanager
    async def attach(
        self,
        project_id: str,
        send: Send,
        *,
        form: Form,
        after: Cursor | str | None = None,
        actions: Sequence[str] = (),
        inline: bool = True,
    ) -> AsyncIterator[Client]:
        """Serve a project to one connection, for as long as the block lasts.

        It starts with a snapshot, whose first frame carries ``actions``; events and further snapshots
        follow. Once the block is left no send runs any more: one that is in flight is cancelled.

        Args:
            project_id: The project.
            send: The ``send`` of an ASGI connection that was accepted. Nobody else may use it within the block.
                It is called in a copy of the context (:mod:`contextvars`) that enters the block.
            form: What frames become: WebSocket messages, or chunks of a streamed response.
            after: The cursor of the last frame that the client has; one that is malformed counts as none.
            actions: What the client may do.
            inline: Whether the first step of a send may run in the task of the hub; otherwise each send is
                a task of its own, as always on trio.

        Raises:
            ValueError: The project id is not valid.
            RuntimeError: The hub was not entered.
        """
        rules.check_project_id(project_id)
        if self._tasks is None:
            msg = "this hub isn't running: enter it first, with 'async with hub:'"
            raise RuntimeError(msg)
        project = self._projects.get(project_id)
        if project is None:
            project = self._projects[project_id] = self._follow(project_id, self._tasks)
        fanout = project.fanout
        client = Client(fanout, send, form=form, after=_parsed(after), actions=actions, inline=inline)
        fanout.add(client)
        try:
            if self._closing is not None:
                fanout.dismiss(client, self._closing)
            yield client
        finally:
            fanout.end(client, "closing")
            project.leave()
            if client.busy:
                client.idle = anyio.Event()
                with anyio.move_on_after(CLOSING_S, shield=True):
                    await client.idle.wait()

    async def aclose(self, *, retry_after_ms: int = 1_000) -> None:
        """Say goodbye: each client gets a ``closing`` frame after what is in flight, and ends.

        Clients that come later get it at once. It returns when all have ended, after a second at most;
        the hub's tasks end when its block is left.

        Args:
            retry_after_ms: When clients should come back, in milliseconds.
        """
        self._closing = closing_frame(retry_after_ms)
        served = self._served()
        for fanout, client in served:
            fanout.dismiss(client, self._closing)
        with anyio.move_on_after(CLOSING_S):
            for _fanout, client in served:
                await client.wait_closed()
        self._end_all()

    async def __aenter__(self) -> Self:
        if self._tasks is not None:
            msg = "this hub is running already: enter it once, and share it"
            raise RuntimeError(msg)
        _ = self.transport  # opened anew where it was closed
        self._closing = None
        self._projects = {}
        tasks = anyio.create_task_group()
        await tasks.__aenter__()
        self._tasks = tasks
        self._pid = os.getpid()
        tasks.start_soon(self._look_after)
        return self

    async def __aexit__(self, error_type: type[BaseException] | None, *_error: object) -> None:
        tasks = self._tasks
        if tasks is None:
            return
        try:
            if error_type is None:
                await self.aclose()
        finally:
            self._tasks = self._pid = None
            self._end_all()
            tasks.cancel_scope.cancel()
            try:
                # Not the error that leaves the block: the group would wrap it.
                await tasks.__aexit__(None, None, None)
            finally:
                self._projects = {}
                if self._owned and self._transport is not None:
                    transport, self._transport = self._transport, None
                    with anyio.CancelScope(shield=True):
                        await transport.aclose()

    def _follow(self, project_id: str, tasks: TaskGroup) -> FollowedProject:
        project = FollowedProject(
            self.transport,
            project_id,
            tasks=tasks,
            clock=self._clock,
            sleep=self._sleep,
            complaints=self._complaints,
        )
        tasks.start_soon(project.run)
        return project

    def _served(self) -> list[tuple[Fanout, Client]]:
        return [(project.fanout, client) for project in self._projects.values() for client in project.fanout.clients]

    def _end_all(self) -> None:
        for fanout, client in self._served():
            fanout.end(client, "closing")

    async def _look_after(self) -> None:
        """Once a second: heartbeats, dead clients, and projects that nobody watches any more."""
        while True:
            await self._sleep(_LOOK_S)
            for project_id, project in list(self._projects.items()):
                try:
                    await project.look_after()
                except Exception as error:  # noqa: BLE001 - the trouble of one project must not be that of all
                    self._complaints.say("project %s can't be looked after: %r", project_id, error)
                if project.is_abandoned():
                    del self._projects[project_id]
                    project.stop()


def _parsed(after: Cursor | str | None) -> Cursor | None:
    """Read a cursor as a client sent it; what can't be read counts as none."""
    if not isinstance(after, str):
        return after
    try:
        return Cursor.parse(after)
    except ValueError:
        return None
