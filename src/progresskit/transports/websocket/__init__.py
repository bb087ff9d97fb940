"""Progress through a gateway somewhere else: several processes share it with no Redis.

The URL is the gateway's address, ``ws[s]://host:port/prefix`` (or ``http[s]://``), with one option of our own:
``?timeout_s=`` is the seconds that connecting, and the answer to a batch, may take (0.25). A user and password in
it are sent as Basic credentials. No proxy of the environment is used.
"""

from __future__ import annotations

import weakref
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import anyio.to_thread
from pydantic_core import to_json

from progresskit import rules
from progresskit._platform import after_fork_in_child
from progresskit.errors import DecodeError, MissingDependencyError, TransportError
from progresskit.received import decode_snapshot
from progresskit.transports.base import check_batch

try:
    import websockets as _installed  # noqa: F401 - only to say clearly what is missing
except ImportError as error:
    raise MissingDependencyError.for_extra(package="websockets", extra="websocket") from error

from progresskit.transports.websocket.address import Address
from progresskit.transports.websocket.line import Line
from progresskit.transports.websocket.listening import StreamListener
from progresskit.transports.websocket.requests import Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from progresskit.events import Cursor, Event
    from progresskit.frames import Batch, Receipt
    from progresskit.state import Snapshot

__all__ = ["WebSocketTransport"]

_live: weakref.WeakSet[WebSocketTransport] = weakref.WeakSet()


class WebSocketTransport:
    """Carries progress through a gateway.

    It works in threads, in event loops of asyncio and trio, and after a fork. Nothing is connected before it is
    used. A batch that the gateway doesn't answer fails within twice ``timeout_s``; it is for the publisher to keep
    it and send it again, which counts once.

    Args:
        url: The gateway's address, as above.
        token: The bearer token, or a function that returns it: asked anew for each connection, from any thread.
        headers: What else is sent along with each connection.

    Raises:
        ValueError: One of them isn't valid.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | Callable[[], str | None] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._address = Address(url, token=token, headers=headers)
        self._publishing_closed = False
        self._reading_closed = False
        self._line = Line(self._address)
        self._listeners: weakref.WeakSet[StreamListener] = weakref.WeakSet()
        _live.add(self)

    def __repr__(self) -> str:
        """Say where it leads, without credentials."""
        return f"<{type(self).__name__} {self._address.where}>"

    def publish(self, batch: Batch) -> Receipt:
        """Have the gateway take a batch; see :meth:`Transport.publish`.

        Raises:
            TransportError: ``retryable``: the gateway didn't answer, its store didn't, or it doesn't let us; otherwise
                the batch breaks a rule, or the transport is closed.
        """
        self._check_open(closed=self._publishing_closed)
        check_batch(batch)
        return self._line.ask(batch)

    async def read(self, project_id: str, after: Cursor | None = None) -> Snapshot:
        """Return what changed since a cursor; see :meth:`Transport.read`."""
        self._check_open(closed=self._reading_closed)
        route = f"/projects/{rules.check_project_id(project_id)}"
        if after is not None:
            route += f"?after={quote(str(after))}"
        _status, body = await Request(self._address, "GET", route).answer(200)
        try:
            return decode_snapshot(body, project_id)
        except DecodeError as error:
            msg = f"the gateway at {self._address.where} answered what is no snapshot: {error}"
            raise TransportError(msg) from None

    @asynccontextmanager
    async def listen(self, project_id: str) -> AsyncIterator[AsyncIterator[Event | Cursor]]:
        """Yield the project's events as they come; see :meth:`Transport.listen`."""
        self._check_open(closed=self._reading_closed)
        listener = StreamListener(self._address, rules.check_project_id(project_id))
        self._listeners.add(listener)
        try:
            await listener.open()
            yield listener
        finally:
            listener.stop()
            self._listeners.discard(listener)

    async def cancel(self, project_id: str, task_name: str) -> bool:
        """Ask the task's live run to stop; see :meth:`Transport.cancel`."""
        self._check_open(closed=self._reading_closed)
        route = f"/projects/{rules.check_project_id(project_id)}/cancel"
        body = to_json({"task_name": rules.check_task_name(task_name)})
        status, _body = await Request(self._address, "POST", route, body).answer(202, 409)
        return status == 202  # noqa: PLR2004 - accepted; 409 where no run is live

    def close(self) -> None:
        """End publishing: the connection is closed, and nothing more is taken."""
        self._publishing_closed = True
        self._line.close()

    async def aclose(self) -> None:
        """End reading: everybody's listening ends."""
        self._reading_closed = True
        for listener in list(self._listeners):
            listener.stop()
        # A hub owns the whole of its transport; who goes on publishing gets another connection.
        line, self._line = self._line, Line(self._address)
        await anyio.to_thread.run_sync(line.close)

    def _check_open(self, *, closed: bool) -> None:
        if closed:
            msg = "this WebSocketTransport is closed: open a new one"
            raise TransportError(msg, retryable=False)

    def _after_fork(self) -> None:
        # Neither the threads that hold locks here exist, nor are the connections ours.
        self._line.drop()
        self._line = Line(self._address)
        for listener in list(self._listeners):
            listener.drop()
        self._listeners = weakref.WeakSet()


def _reset_in_child() -> None:
    for transport in list(_live):
        transport._after_fork()  # noqa: SLF001 - the same module


after_fork_in_child(_reset_in_child)
