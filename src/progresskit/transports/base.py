"""The port: what a transport is, in six methods.

A transport carries events from publishers to readers, and keeps the state of every task. The hard
promises (no gap, no duplicate, repair within seconds) are made once, above it, by
:func:`progresskit.subscribe` and :class:`progresskit.Publisher`, not in each transport. What a
transport has to promise stands in the docstrings below; the checks in
:mod:`progresskit.testing` quote them, and run against any transport.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from progresskit import rules
from progresskit.errors import TransportError
from progresskit.events import encode_event
from progresskit.frames import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Batch, Receipt, Run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from progresskit.events import Cursor, Event
    from progresskit.state import Snapshot

__all__ = ["KEEP_S", "LEASE_S", "SENDER_KEEP_S", "Batch", "Receipt", "Run", "Transport", "check_batch"]

LEASE_S: Final = 20.0
"""Seconds that a lease lasts after its last renewal."""
KEEP_S: Final = 24 * 3600.0
"""Seconds that a project is kept after its last publish or renewal."""
SENDER_KEEP_S: Final = 3600.0
"""Seconds that the last number of a sender is remembered."""


@runtime_checkable
class Transport(Protocol):
    """Carries events from publishers to readers, and keeps the state of every task.

    Who opens a transport closes it. Closing twice is harmless.
    """

    def publish(self, batch: Batch) -> Receipt:
        """Fold a batch into the project's state, renew its leases, and pass on what was accepted.

        Blocking, and callable from any thread. The events are folded in order, each accepted one gets
        the next offset, and none is visible before the state holds it. A number that the store has
        taken from this sender already does nothing and renews nothing.

        Raises:
            TransportError: ``retryable``: the store did not answer, and the same batch may be sent
                again; otherwise the content is at fault, and it never will be taken.
        """
        ...

    async def read(self, project_id: str, after: Cursor | None = None) -> Snapshot:
        """Return what changed since a cursor: the truth.

        All tasks where ``after`` is None, of another epoch, or beyond the project's offset; else
        ``resumed=True`` and the tasks that changed since. A project that nobody has written to is an
        empty snapshot at ``0:0``, and reading it writes nothing. Lapsed leases are ended first: their
        runs show ``stalled``.

        Raises:
            TransportError: The store did not answer.
        """
        ...

    def listen(self, project_id: str) -> AbstractAsyncContextManager[AsyncIterator[Event | Cursor]]:
        """Yield the project's accepted events as they come; once entered, nothing later is missed.

        It may lose, repeat or delay events, and it may end: that is made good above. A bare ``Cursor``
        stands for an event that this reader can't decode.

        Raises:
            TransportError: The link broke.
        """
        ...

    async def cancel(self, project_id: str, task_name: str) -> bool:
        """Ask the task's live run to stop: its publisher hears of it in its next receipt.

        Returns:
            False where the task has no live run, or only an unnamed one.

        Raises:
            TransportError: The store did not answer.
        """
        ...

    def close(self) -> None:
        """End publishing."""
        ...

    async def aclose(self) -> None:
        """End reading."""
        ...


def check_batch(batch: Batch, bounds: Sequence[int] | None = None) -> None:
    """Refuse a batch that no store may take, whoever made it.

    Args:
        batch: The batch.
        bounds: For each event, how many bytes it has at most; where these are within the limits it needn't be
            encoded to find out.

    Raises:
        TransportError: It breaks a rule; not retryable.
    """
    try:
        rules.check_project_id(batch.project_id)
        if len(batch.events) > MAX_BATCH_EVENTS:
            msg = f"a batch of {len(batch.events)} events: the limit is {MAX_BATCH_EVENTS}"
            raise ValueError(msg)  # noqa: TRY301 - one place turns them all into what the port raises
        if not (1 <= len(batch.sender) <= rules.MAX_NAME_CHARS and batch.sender.isprintable()):
            sender = rules.shown(batch.sender)
            msg = f"a batch whose sender is {sender}: use 1 to {rules.MAX_NAME_CHARS} printable characters"
            raise ValueError(msg)  # noqa: TRY301 - as above
        for run in (*batch.held, *batch.left):
            rules.check_task_name(run.task_name)
            rules.check_run_id(run.run_id)
        for event in batch.events:
            if event.project_id != batch.project_id:
                msg = f"a batch of project {batch.project_id} holds an event of {rules.shown(event.project_id)}"
                raise ValueError(msg)  # noqa: TRY301 - as above
        if bounds is None or max(bounds, default=0) > rules.MAX_EVENT_BYTES or sum(bounds) > MAX_BATCH_BYTES:
            size = sum(len(encode_event(event)) for event in batch.events)  # refuses one that is too large
            if size > MAX_BATCH_BYTES:
                msg = f"a batch of {size} bytes: the limit is {MAX_BATCH_BYTES}"
                raise ValueError(msg)  # noqa: TRY301 - as above
    except ValueError as error:
        raise TransportError(str(error), retryable=False) from None
