"""What travels between processes besides events: batches with their receipts, and a server's frames. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from progresskit.events import Cursor, Event

__all__ = ["MAX_BATCH_BYTES", "MAX_BATCH_EVENTS", "Batch", "News", "Receipt", "Run"]

MAX_BATCH_EVENTS: Final = 100
"""Most events of one batch."""
MAX_BATCH_BYTES: Final = 256 * 1024
"""Largest encoded batch."""

News = Literal["cancel", "superseded", "over", "unknown"]
"""What a publisher may learn of a run: somebody asked it to stop (told until it ends); a newer run has
taken its place; it is over; the store knows no such task, or only another epoch's run."""


class Run(NamedTuple):
    """One run of a task, as ``held``, ``left`` and ``news`` name it."""

    task_name: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What a publisher tells the store about one project at once.

    Args:
        project_id: The one project that all of it belongs to.
        sender: An id that the publisher draws anew in each process.
        number: Counts up with each batch of a sender, from 1; a batch that is sent again keeps its number.
        events: At most 100, in the order in which they happened.
        held: The runs whose lease the batch takes or renews.
        left: The runs whose lease it gives back.
    """

    project_id: str
    sender: str
    number: int
    events: tuple[Event, ...] = ()
    held: tuple[Run, ...] = ()
    left: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the store answers to a batch.

    Args:
        cursor: Where the project stands after it.
        accepted: The cursor of each event, None where it was refused; empty where the batch's number
            had been taken already.
        refused: How many events were refused.
        news: What the publisher should know of the runs that the batch names.
    """

    cursor: Cursor
    accepted: tuple[Cursor | None, ...]
    refused: int
    news: Mapping[Run, News]
