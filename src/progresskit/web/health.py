"""Whether the store answers: asked at most every 15 s where it does, and once at a time where it doesn't."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import anyio

from progresskit.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable

    from progresskit.hub import Hub
    from progresskit.state import Snapshot

__all__ = ["Store"]

ANSWER_LASTS_S: Final = 15.0
"""How long an answer of the store shows that it is well."""
_SILENCE_LASTS_S: Final = 1.0
_PATIENCE_S: Final = 5.0
_NO_PROJECT: Final = "progresskit~health"  # a name that nobody publishes to; reading it writes nothing


class Store:
    """Reads of the store with an end, and the memory of when it last answered.

    Args:
        hub: Reads for us.
        clock: Returns seconds that only go forward.
    """

    def __init__(self, hub: Hub, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._hub = hub
        self._clock = clock
        self._answered_at: float | None = None
        self._silent_at: float | None = None
        self._asking: anyio.Lock | None = None  # made in the event loop that serves

    async def snapshot(self, project_id: str, after: str | None) -> Snapshot:
        """Return what changed since a cursor.

        Raises:
            TransportError: The store does not answer, or not within 5 s.
        """
        try:
            with anyio.fail_after(_PATIENCE_S):
                snapshot = await self._hub.snapshot(project_id, after)
        except TimeoutError:
            msg = f"the store did not answer within {_PATIENCE_S:g} s"
            raise TransportError(msg) from None
        self._answered_at = self._clock()
        return snapshot

    async def is_well(self) -> bool:
        """Tell whether it has answered within 15 s; ask it where that isn't known."""
        if self._asking is None:
            self._asking = anyio.Lock()
        async with self._asking:
            if _within(self._answered_at, self._clock(), ANSWER_LASTS_S):
                return True
            if _within(self._silent_at, self._clock(), _SILENCE_LASTS_S):
                return False  # whoever asks about a dead store all the time asks us, not the store
            try:
                await self.snapshot(_NO_PROJECT, None)
            except TransportError:
                self._silent_at = self._clock()
                return False
            return True


def _within(moment: float | None, now: float, span_s: float) -> bool:
    return moment is not None and now - moment < span_s
