"""What travels between this process and the scripts: arguments out, receipts and snapshots back. Pure.

Names and values go as JSON text, which the scripts compare and join but never read: so what comes back is
what went in, to the byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic_core import from_json, to_json

from progresskit.errors import DecodeError
from progresskit.events import Cursor, decode_event, is_accepted
from progresskit.frames import Receipt, Run
from progresskit.logs import about, get_logger
from progresskit.state import state_from_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from progresskit.events import Event
    from progresskit.frames import Batch, News
    from progresskit.state import TaskState

__all__ = [
    "MAX_HEAD_BYTES",
    "Page",
    "Reply",
    "batch_arguments",
    "decode_published",
    "event_lines",
    "page_of",
    "receipt_of",
]

Reply = list[Any]
"""What a script answers: byte strings, whole numbers, and lists of them."""
MAX_HEAD_BYTES: Final = 512
"""What an event's JSON has at most beyond its lines: names of members, and the project."""

# What each kind of event may carry into the state, beside what the script decides by.
_MEMBERS: Final = {
    "progress": ("message", "metadata", "stage", "eta_s"),
    "status": ("message", "metadata"),
    "completed": ("message", "metadata", "result"),
    "error": ("message", "metadata", "error", "code", "details"),
}
_NAMES: Final = {name: b'"%s":' % name.encode() for names in _MEMBERS.values() for name in names}

_log = get_logger("transports")


class Page(NamedTuple):
    """One answer of the read script: as many states as it returns at once."""

    cursor: Cursor
    resumed: bool
    states: list[TaskState]
    after: Cursor | None
    """Where the next page begins; None where this is the last one."""
    protected: bool
    """Whether the server says which process it is."""


def event_lines(event: Event) -> bytes:
    """Write an event as lines: what the script decides by, then each member of the state that it carries.

    It ends with a form feed, which no JSON text has.
    """
    progress = None if event.type == "error" else event.progress
    part = event.part if event.type == "progress" else None
    lines = [
        to_json(event.task_name),
        b"" if event.run_id is None else to_json(event.run_id),
        event.type.encode(),
        event.status.encode(),
        to_json(event.timestamp),
        b"" if progress is None else to_json(progress),
        b"" if part is None else to_json(part[0]),
        b"" if part is None else to_json(part[1]),
    ]
    for name in _MEMBERS[event.type]:
        value = getattr(event, name)
        if value is not None:
            lines.append(_NAMES[name] + to_json(value))
    lines.append(b"\f")
    return b"\n".join(lines)


def batch_arguments(batch: Batch, events: Sequence[bytes]) -> list[bytes]:
    """Return what the publish script takes of a batch, whose events are written already."""
    held, left = (b"".join(map(_run_lines, runs)) for runs in (batch.held, batch.left))
    return [batch.sender.encode(), b"%d" % batch.number, b"".join(events), held, left]


def receipt_of(reply: Reply) -> tuple[Receipt, bool]:
    """Return the receipt that the publish script answered, and whether the server says which process it is.

    Raises:
        ValueError: Where the project stands isn't what a script of ours has noted.
    """
    epoch, offset, protected, accepted, words = reply
    cursor = _cursor(epoch, offset)
    cursors = tuple(None if place == b"-" else Cursor(cursor.epoch, int(place)) for place in accepted.split())
    news: dict[Run, News] = {}
    for task, run, word in zip(words[::3], words[1::3], words[2::3], strict=True):
        news[Run(from_json(task), from_json(run))] = word.decode()
    return Receipt(cursor, cursors, cursors.count(None), news), bool(protected)


def page_of(reply: Reply, project_id: str) -> Page:
    """Return what the read script answered; a state that isn't valid is left out, and logged.

    Raises:
        ValueError: As for a receipt.
    """
    epoch, offset, protected, resumed, more, after, *texts = reply
    cursor = _cursor(epoch, offset)
    states = []
    for text in texts:
        try:
            states.append(state_from_json(from_json(text, allow_inf_nan=False)))
        except ValueError as error:  # a DecodeError is one
            _log.warning("a task of project %s is left out: %s", project_id, error, extra=about(project_id))
    return Page(cursor, bool(resumed), states, Cursor(cursor.epoch, int(after)) if more else None, bool(protected))


def decode_published(data: bytes, project_id: str) -> list[Event | Cursor]:
    """Return the events of one message; a cursor alone for one that can't be decoded.

    Whoever may publish to the channel may have sent it: what isn't an accepted event of the project is left out.
    """
    items: list[Event | Cursor] = []
    for line in data.split(b"\n"):
        try:
            event = decode_event(line)
        except DecodeError as error:
            _log.debug("an event of project %s is skipped: %s", project_id, error, extra=about(project_id))
            cursor = _cursor_in(line)
            if cursor is not None:
                items.append(cursor)
        else:
            if event.project_id == project_id and is_accepted(event):
                items.append(event)
    return items


def _cursor(epoch: bytes, offset: bytes) -> Cursor:
    return Cursor.parse((epoch + b":" + offset).decode("latin-1"))


def _cursor_in(line: bytes) -> Cursor | None:
    try:
        fields = from_json(line)
        said = fields.get("cursor") if isinstance(fields, dict) else None
        return Cursor.parse(said) if isinstance(said, str) else None
    except (ValueError, RecursionError):
        return None


def _run_lines(run: Run) -> bytes:
    return b"%s\n%s\n" % (to_json(run.task_name), to_json(run.run_id))
