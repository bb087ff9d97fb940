"""One live connection of a client, whether WebSocket or SSE: what it lives by, and how it ends."""

from __future__ import annotations

import time
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from progresskit.hub import Client

__all__ = ["FAREWELL_S", "LOOK_S", "RETRY_AFTER_MS", "Ending", "Stream"]

FAREWELL_S: Final = 1.0
"""Seconds that the last words to a client may take: one that reads nothing can't hold up an end."""
RETRY_AFTER_MS: Final = 1_000
"""When clients of a server that is about to end may come back."""
LOOK_S: Final = 60.0
"""Seconds after which a clock that may have been set is looked at again."""


class Ending(Enum):
    """Why a stream ends."""

    GONE = auto()
    """The client left, or takes nothing any more: there is nobody to say goodbye to."""
    HUB_CLOSING = auto()
    """The hub closes, and has said so."""
    SERVER_ENDING = auto()
    """The server ends; the client has yet to be told."""
    EXPIRED = auto()
    """The credentials ran out."""
    TOO_LARGE = auto()
    """The client sent a message over the limit."""
    TOO_MANY = auto()
    """The client sent messages faster than the limit."""
    TOO_MANY_SOCKETS = auto()
    """The client's principal has as many connections as it may."""
    BAD_REQUEST = auto()
    """The client sent what is no batch, where only batches come in."""
    STRANGER = auto()
    """The client brought nothing that was let in."""


class Stream:
    """Waits for whatever ends a connection first.

    Args:
        now: Returns seconds since the epoch, by which credentials expire.
    """

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ending: Ending | None = None
        self._scope = anyio.CancelScope()

    def end(self, ending: Ending) -> None:
        """End it, now or as soon as it begins; the first reason stays."""
        if self._ending is None:
            self._ending = ending
            self._scope.cancel()

    async def follow(
        self, client: Client, listen: Callable[[], Awaitable[Ending]], *, expires_at: float | None
    ) -> Ending:
        """Return why the connection ended.

        Args:
            client: The hub's half of it.
            listen: Takes what the client sends, until it ends.
            expires_at: When the credentials run out, in seconds since the epoch.
        """
        with self._scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._until_hub_ends, client)
                if expires_at is not None:
                    tasks.start_soon(self._until_expired, expires_at)
                self.end(await listen())
        return self._ending or Ending.GONE

    async def _until_hub_ends(self, client: Client) -> None:
        why = await client.wait_closed()
        self.end(Ending.HUB_CLOSING if why == "closing" else Ending.GONE)

    async def _until_expired(self, expires_at: float) -> None:
        # The wall clock may be set, and a monotonic one stands still in a suspended machine: look again.
        while (left_s := expires_at - self._now()) > 0:  # noqa: ASYNC110 - no event tells of a clock
            await anyio.sleep(min(left_s, LOOK_S))
        self.end(Ending.EXPIRED)
