"""The socket on which batches come in: each is let in for itself, taken, and answered by its receipt.

Batches of one project are taken in the order in which they come; projects don't wait for each other. No more
is read than is under way: a client that is faster than the store, or that doesn't read its receipts, is held
up by TCP, and costs no memory beyond that.
"""

from __future__ import annotations

import math
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import anyio
from pydantic_core import to_json

from progresskit.batches import number_of, object_from_json
from progresskit.errors import DecodeError
from progresskit.frames import PONG
from progresskit.web.refusals import CLOSING, EXPIRED, TOO_MANY, Refused
from progresskit.web.sockets import size_of
from progresskit.web.streams import LOOK_S, Ending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.abc import TaskGroup
    from starlette.types import Receive, Send

    from progresskit.web.access import Leave
    from progresskit.web.limits import Limits

__all__ = ["NEWCOMER_S", "Inbox"]

NEWCOMER_S: Final = 10.0
"""Seconds within which somebody must bring a batch that is let in: a socket isn't for strangers to sit on."""
_UNREAD_S: Final = 60.0

_ENDINGS: Final = {EXPIRED: Ending.EXPIRED, TOO_MANY: Ending.TOO_MANY_SOCKETS, CLOSING: Ending.SERVER_ENDING}


class Inbox:
    """One socket, from its accepting to its end.

    Args:
        take: Takes a batch as decoded JSON, and returns the receipt as it is sent, under the batch's number. It
            calls :meth:`let_in` on the way.
        send: The socket's.
        limits: What is taken.
        now: Returns seconds since the epoch, by which credentials expire.
    """

    def __init__(
        self,
        take: Callable[[Inbox, dict[str, Any], int], Awaitable[bytes]],
        send: Send,
        limits: Limits,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._take = take
        self._send = send
        self._limits = limits
        self._now = now
        self._places = anyio.Semaphore(limits.batches_in_flight)
        self._speaking = anyio.Lock()
        self._lanes: dict[str, deque[tuple[dict[str, Any], int]]] = {}
        self._ending: Ending | None = None
        self._scope = anyio.CancelScope()
        self.known = False
        self._until = now() + NEWCOMER_S, Ending.STRANGER
        self._postponed = anyio.Event()

    def let_in(self, leave: Leave) -> None:
        """Take note that somebody was let in, and until when."""
        self.known = True
        self._until = math.inf if leave.expires_at is None else leave.expires_at, Ending.EXPIRED
        self._postponed.set()

    def end(self, ending: Ending) -> None:
        """End it, now or as soon as it begins; the first reason stays."""
        if self._ending is None:
            self._ending = ending
            self._scope.cancel()

    async def serve(self, receive: Receive) -> Ending:
        """Take batches until something ends it, and return what did."""
        with self._scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._until_time_is_up)
                self.end(await self._read(receive, tasks))
        return self._ending or Ending.GONE

    async def _read(self, receive: Receive, tasks: TaskGroup) -> Ending:
        while True:
            await self._places.acquire()
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return Ending.GONE
            if size_of(message) > self._limits.batch_bytes:
                return Ending.TOO_LARGE
            text = message.get("text") or ""
            if text == "ping":
                await self._answer(PONG.data)
                self._places.release()
                continue
            try:
                fields = object_from_json(text, "a batch")
            except DecodeError:
                return Ending.BAD_REQUEST
            number = number_of(fields)
            if number is None:  # nothing could be answered that its sender would understand
                return Ending.BAD_REQUEST
            self._queue(fields, number, tasks)

    def _queue(self, fields: dict[str, Any], number: int, tasks: TaskGroup) -> None:
        project_id = fields.get("project_id")
        lane = project_id if isinstance(project_id, str) else ""
        if lane in self._lanes:
            self._lanes[lane].append((fields, number))
        else:
            self._lanes[lane] = deque([(fields, number)])
            tasks.start_soon(self._work, lane)

    async def _work(self, lane: str) -> None:
        """Take the batches of one project, one after the other."""
        waiting = self._lanes[lane]
        while waiting:
            await self._handle(*waiting.popleft())
            self._places.release()
        del self._lanes[lane]

    async def _handle(self, fields: dict[str, Any], number: int) -> None:
        try:
            await self._answer(await self._take(self, fields, number))
        except Refused as refused:
            await self._answer(to_json({"type": "error", "number": number, "code": refused.refusal.code}))
            ending = _ENDINGS.get(refused.refusal)
            if ending is not None:
                self.end(ending)

    async def _answer(self, data: bytes) -> None:
        """Send a message; a client that takes none for a minute counts as dead."""
        try:
            with anyio.fail_after(_UNREAD_S):
                async with self._speaking:
                    await self._send({"type": "websocket.send", "text": data.decode()})
        except (OSError, RuntimeError):  # TimeoutError is an OSError; RuntimeError: the server has closed it already
            self.end(Ending.GONE)

    async def _until_time_is_up(self) -> None:
        # The wall clock may be set, and a monotonic one stands still in a suspended machine: look again.
        while (left_s := self._until[0] - self._now()) > 0:
            self._postponed = anyio.Event()
            with anyio.move_on_after(min(left_s, LOOK_S)):
                await self._postponed.wait()
        self.end(self._until[1])
