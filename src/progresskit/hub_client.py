"""One connection that a hub serves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Literal

import anyio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from progresskit.events import Cursor
    from progresskit.fanout import Fanout
    from progresskit.frames import Form, Frame

__all__ = ["Client", "Send", "Why"]

Send = Callable[[dict[str, Any]], Awaitable[object]]
"""The ``send`` of an ASGI connection."""

Why = Literal["failed", "dead", "closing"]
"""Why a client ended: its ``send`` raised; it didn't finish for 60 s; the hub closes, or the client was left."""


class Client:
    """One connection that a hub serves, made by ``Hub.attach``.

    For its owner: :meth:`wait_closed`, :meth:`pong` and ``cursor``. The rest is the fan-out's.
    """

    __slots__ = (
        "_fanout",
        "actions",
        "busy",
        "cancel",
        "closed",
        "context",
        "cursor",
        "due",
        "form",
        "idle",
        "in_place",
        "leaving",
        "opened",
        "send",
        "sent_at",
        "why",
    )

    def __init__(
        self, fanout: Fanout, send: Send, *, form: Form, after: Cursor | None, actions: Sequence[str], inline: bool
    ) -> None:
        self._fanout = fanout
        self.send = send
        self.form = form
        self.actions = tuple(actions)
        self.in_place = inline
        self.context = copy_context()  # every send runs in it, as if the owner's own task had called it
        self.cursor = after  # of the last frame that was handed to send
        self.opened = False  # whether it has had its first snapshot
        self.busy = False  # whether a message is in flight
        self.sent_at = 0.0
        self.cancel: Callable[[], object] | None = None  # what ends the message in flight
        self.due: Frame | None = None  # goes out when nothing is in flight: a pong, or the closing frame
        self.leaving = False  # ends as soon as it has had the closing frame
        self.why: Why | None = None
        self.closed = anyio.Event()
        self.idle: anyio.Event | None = None  # somebody waits until nothing is in flight

    async def wait_closed(self) -> Why:
        """Wait until the hub has ended this client, and say why. It gets nothing after that."""
        await self.closed.wait()
        return self.why or "closing"

    def pong(self) -> None:
        """Answer a ``ping``: at once, or after the message in flight. One answer is remembered, not more."""
        self._fanout.pong(self)

    def sent(self, error: Exception | None) -> None:
        """Take note that a message which didn't go out at once has gone out, or failed."""
        self._fanout.sent(self, error)
