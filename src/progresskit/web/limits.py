"""How much a gateway takes from its clients, and the counting of it."""

from __future__ import annotations

from collections import Counter, deque
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

import anyio

from progresskit import rules
from progresskit.frames import MAX_BATCH_BYTES
from progresskit.web.refusals import TOO_MANY, TOO_MANY_BATCHES, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

__all__ = ["Limits", "Pace", "Seats", "Turns"]

_WAIT_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a gateway takes.

    Args:
        message_bytes: Largest message of a client on a stream; a larger one closes it with 1009.
        messages_per_s: Most messages of a client on a stream within any second; more close it with 4429.
        connections_per_principal: Streams (WebSocket and SSE) and sockets for batches that one principal may
            hold open, and as many POSTs beside them; what ``authorize`` lets in with a plain ``True`` has no
            principal, and isn't counted so.
        connections: Streams in all, and sockets on which batches come in; and as many POSTs beside them.
        batch_bytes: Largest batch, by POST or on a socket.
        batches_in_flight: Batches that are taken at once: of one socket, and of one principal's POSTs; the next
            one waits. A POST counts once its body is there.
    """

    message_bytes: int = 4 * 1024
    messages_per_s: int = 20
    connections_per_principal: int = 32
    connections: int = 10_000
    batch_bytes: int = MAX_BATCH_BYTES
    batches_in_flight: int = 8

    def __post_init__(self) -> None:
        """Refuse what can't be a limit.

        Raises:
            ValueError: One of them is no whole number above 0.
        """
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                msg = f"{field.name}={rules.shown(value)} is no limit: use a whole number above 0"
                raise ValueError(msg)


class Seats:
    """Counts the connections that are open, in all and by principal. Used from one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken = 0
        self._by_principal: Counter[str] = Counter()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take one of all seats.

        Raises:
            Refused: There is none left.
        """
        if self._taken >= self._limits.connections:
            raise Refused(TOO_MANY)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    @contextmanager
    def one_of(self, principal: str | None) -> Iterator[None]:
        """Take one of a principal's seats; None, who is nobody in particular, needs none.

        Raises:
            Refused: There is none left.
        """
        if principal is None:
            yield
            return
        if self._by_principal[principal] >= self._limits.connections_per_principal:
            raise Refused(TOO_MANY)
        self._by_principal[principal] += 1
        try:
            yield
        finally:
            self._by_principal[principal] -= 1
            if not self._by_principal[principal]:
                del self._by_principal[principal]  # principals come and go; their names must not pile up


class Pace:
    """Tells whether one more message keeps a limit per second. Pure: the clock is the caller's.

    Args:
        most_per_s: Messages that any second may hold.
    """

    def __init__(self, most_per_s: int) -> None:
        self._most = most_per_s
        self._recent: deque[float] = deque()

    def keeps(self, now_s: float) -> bool:
        """Count a message, and tell whether the limit is kept."""
        while self._recent and self._recent[0] <= now_s - 1:
            self._recent.popleft()
        self._recent.append(now_s)
        return len(self._recent) <= self._most


class Turns:
    """Lets so many of each principal's requests be under way at once; the next ones wait for a while.

    Who is nobody in particular shares the turns with all others who aren't.

    Args:
        most: Requests at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # Of those who have a request under way: principals come and go, and their names must not pile up.
        self._of: WeakValueDictionary[str | None, anyio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def one_of(self, principal: str | None) -> AsyncIterator[None]:
        """Take one of a principal's turns.

        Raises:
            Refused: There was none for 2 s.
        """
        turns = self._of.get(principal)
        if turns is None:
            turns = self._of[principal] = anyio.Semaphore(self._most)
        try:
            with anyio.fail_after(_WAIT_S):
                await turns.acquire()
        except TimeoutError:
            raise Refused(TOO_MANY_BATCHES) from None
        try:
            yield
        finally:
            turns.release()
