"""Events on their way to one reader: fed from any thread, iterated in the reader's event loop."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import anyio

from progresskit._platform import loop_caller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from progresskit.errors import TransportError
    from progresskit.events import Cursor, Event

__all__ = ["Listener"]

_ROOM: Final = 1_000


class Listener:
    """What a transport's ``listen`` yields: made in the reader's event loop, fed by whoever has the events.

    A reader that is slower than its project, by more than 1,000 events, comes to the end: what it missed is
    read from the state. Feeding and ending take no lock: whoever does it calls one at a time.
    """

    def __init__(self) -> None:
        self._call = loop_caller()
        self._items: deque[Event | Cursor] = deque()
        self._ended = False
        self._failure: TransportError | None = None
        self._woken = anyio.Event()

    def feed(self, items: Iterable[Event | Cursor]) -> None:
        """Hand over what came."""
        if self._ended:
            return
        self._items.extend(items)
        if len(self._items) > _ROOM:
            self._items.clear()
            self._ended = True
        self.wake()

    def end(self, failure: TransportError | None = None) -> None:
        """Say that no more will come; with a failure, its reader gets that once it has taken what is there."""
        if not self._ended:
            self._ended = True
            self._failure = failure
            self.wake()

    def wake(self) -> None:
        """Have the reader look again."""
        self._call(self._wake)

    def _wake(self) -> None:
        self._woken.set()

    def __aiter__(self) -> AsyncIterator[Event | Cursor]:
        return self

    async def __anext__(self) -> Event | Cursor:
        while True:
            self._woken = anyio.Event()
            try:
                return self._items.popleft()
            except IndexError:
                if self._ended:
                    raise self._failure or StopAsyncIteration from None
            await self._woken.wait()
