"""What comes in, on its way to the store: whose it is, a thread for as long as the store takes, and an end to that."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread

from progresskit import rules
from progresskit._platform import loop_caller
from progresskit.errors import TransportError
from progresskit.followed import Complaints
from progresskit.logs import about, get_logger
from progresskit.web.refusals import CLOSING, INTERNAL, NOT_TAKEN, STORE_UNAVAILABLE, Refused, invalid_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from progresskit.frames import Batch, Receipt
    from progresskit.hub import Hub
    from progresskit.web.refusals import Refusal

__all__ = ["PATIENCE_S", "Desk", "sender_of"]

PATIENCE_S: Final = 5.0
"""Seconds that the store may take to answer."""
THREADS: Final = 32
"""Batches that may be on their way to the store at once."""

_log = get_logger("web")


def sender_of(principal: str | None, sender: str) -> str:
    """Return the name under which the store knows a sender: nobody can take a number of somebody else's.

    A principal may be any text, and isn't told to anybody; so its digest stands for it, and for a sender that would
    become too long: the store may be a gateway, whose senders are as long as ours.
    """
    whose = "-" if principal is None else _digest(principal)
    name = f"{whose}:{sender}"
    return name if len(name) <= rules.MAX_NAME_CHARS else f"{whose}:{_digest(sender)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Desk:
    """Hands on what came in.

    Args:
        hub: Its transport takes it.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._free: anyio.Semaphore | None = None  # of the event loop that serves, which may not run yet
        self._complaints = Complaints(time.monotonic)

    async def publish(self, batch: Batch, principal: str | None) -> Receipt:
        """Publish a batch in a worker thread.

        Args:
            batch: What was said.
            principal: Who said it.

        Raises:
            Refused: The store didn't answer in time, or will never take it.
        """
        batch = replace(batch, sender=sender_of(principal, batch.sender))
        try:
            with anyio.fail_after(PATIENCE_S):
                return await self._in_thread(lambda: self._hub.transport.publish(batch))
        except TransportError as error:
            raise self._failed(batch.project_id, error, invalid_event("the store refuses it for good")) from None
        except TimeoutError:
            raise self._unanswered(batch.project_id, f"no answer for {PATIENCE_S:g} s") from None
        except Exception:  # noqa: BLE001 - a foreign transport's: its words are for the log alone
            _log.exception("publishing a batch failed", extra=about(batch.project_id))
            raise Refused(INTERNAL) from None

    async def cancel(self, project_id: str, task_name: str) -> bool:
        """Ask a task's live run to stop; False where there is none.

        Raises:
            Refused: The store didn't answer in time, or will never take it.
        """
        try:
            with anyio.fail_after(PATIENCE_S):
                return await self._hub.transport.cancel(project_id, task_name)
        except TransportError as error:
            raise self._failed(project_id, error, NOT_TAKEN) from None
        except TimeoutError:
            raise self._unanswered(project_id, f"no answer for {PATIENCE_S:g} s") from None

    def _failed(self, project_id: str, error: TransportError, for_good: Refusal) -> Refused:
        if error.retryable or not self._hub.running:
            return self._unanswered(project_id, error)
        _log.error("the store refused for good what it was sent: %s", error, extra=about(project_id))
        return Refused(for_good)

    def _unanswered(self, project_id: str, error: object) -> Refused:
        if not self._hub.running:
            return Refused(CLOSING)
        self._complaints.say("nothing can be sent on to the store of project %s: %s", project_id, error)
        return Refused(STORE_UNAVAILABLE)

    async def _in_thread(self, publish: Callable[[], Receipt]) -> Receipt:
        """Run in a thread, whose place is free again once it has really ended, however long that takes."""
        if self._free is None:
            self._free = anyio.Semaphore(THREADS)
        await self._free.acquire()
        place = _Place(self._free)
        call = loop_caller()

        def work() -> Receipt:
            place.begun = True
            try:
                return publish()
            finally:
                call(place.leave)

        try:
            # A limiter of its own: the threads that a host's handlers share aren't ours to fill.
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1))
        finally:
            if not place.begun:
                place.leave()


class _Place:
    """One of the threads; left once."""

    def __init__(self, free: anyio.Semaphore) -> None:
        self._free = free
        self._left = False
        self.begun = False

    def leave(self) -> None:
        if not self._left:
            self._left = True
            self._free.release()
