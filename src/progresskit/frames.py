"""What travels between processes besides events: batches with their receipts, and a server's frames. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from pydantic_core import to_json

from progresskit.events import Cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from progresskit.events import Event
    from progresskit.state import Snapshot, TaskState

__all__ = [
    "MAX_BATCH_BYTES",
    "MAX_BATCH_EVENTS",
    "MAX_SNAPSHOT_BYTES",
    "PONG",
    "Batch",
    "Form",
    "Frame",
    "Message",
    "News",
    "Receipt",
    "Run",
    "closing_frame",
    "cut_snapshot",
    "encode_snapshot",
    "encode_state",
    "event_frame",
    "heartbeat_frame",
    "messages_of",
]

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


MAX_SNAPSHOT_BYTES: Final = 64 * 1024
"""Largest snapshot frame; a task state that is larger goes alone."""


class Form(StrEnum):
    """How frames become messages of an ASGI ``send``."""

    TEXT = "text"
    """One WebSocket text message for each frame."""
    BATCH = "batch"
    """One WebSocket text message for all frames of a moment: a JSON array where there are several."""
    SSE = "sse"
    """One chunk of a streamed response for all frames of a moment, as server-sent events."""


class Frame(NamedTuple):
    """One JSON object from a server to a client, encoded.

    ``cursor`` is the position that a client stands at once it has the frame; None where the frame moves
    none (heartbeat, pong, closing).
    """

    type: str
    data: bytes
    cursor: Cursor | None = None


class Message(NamedTuple):
    """What is handed to an ASGI ``send`` at once, and the position of the client that has got it."""

    content: dict[str, Any]
    cursor: Cursor | None


PONG: Final = Frame("pong", b'{"type":"pong"}')
"""The answer to a client's ``ping``."""


def event_frame(event: Event) -> Frame:
    """Encode an event that a store has accepted.

    Any size is taken: the store has let it pass, and a reader that leaves it out has a gap.
    """
    return Frame(event.type, event.model_dump_json(exclude_none=True).encode(), event.cursor)


def heartbeat_frame(cursor: Cursor) -> Frame:
    """Say that the connection lives, and where its client stands."""
    return Frame("heartbeat", to_json({"type": "heartbeat", "cursor": str(cursor)}))


def closing_frame(retry_after_ms: int) -> Frame:
    """Say that the server is about to close the connection, and after how many milliseconds to come back."""
    return Frame("closing", to_json({"type": "closing", "retry_after_ms": retry_after_ms}))


def encode_state(state: TaskState) -> bytes:
    """Encode the state of a task as readers get it: compact JSON, nulls left out."""
    return state.model_dump_json(exclude_none=True).encode()


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Encode a whole snapshot as one frame, however large it is."""
    head = _snapshot_head(snapshot.project_id, snapshot.cursor, resumed=snapshot.resumed, actions=None)
    return head + b",".join(map(encode_state, snapshot.tasks)) + _SNAPSHOT_TAIL


def cut_snapshot(
    project_id: str,
    cursor: Cursor,
    tasks: Sequence[TaskState],
    *,
    resumed: bool,
    actions: Sequence[str] | None = None,
    encode: Callable[[TaskState], bytes] = encode_state,
) -> Frame:
    """Cut the next frame of a snapshot: as many of the tasks as fit into 64 KiB, but at least one.

    Args:
        project_id: The project.
        cursor: Where the project stands.
        tasks: What the client lacks, oldest change first.
        resumed: False where the client is to forget all that it has.
        actions: What the client may do, where this is the first frame of its connection.
        encode: Gives the encoded form of a state; one that remembers it spares encoding it twice.

    Returns:
        The frame. Its cursor is the project's where all tasks are in it, else that of the last one in it,
        in the project's epoch: what the client still lacks has changed after that. Then it says that ``more`` follow.
    """
    tail = _SNAPSHOT_TAIL
    head = _snapshot_head(project_id, cursor, resumed=resumed, actions=actions)
    # A part's cursor is of the same epoch, and its offset has no more digits: its head is no longer.
    room = MAX_SNAPSHOT_BYTES - len(head) - len(_PART_TAIL)
    parts: list[bytes] = []
    for state in tasks:
        data = encode(state)
        room -= len(data) + 1  # and a comma, which the first one lacks
        if room < -1 and parts:
            cursor = Cursor(cursor.epoch, tasks[len(parts) - 1].cursor.offset)
            head, tail = _snapshot_head(project_id, cursor, resumed=resumed, actions=actions), _PART_TAIL
            break
        parts.append(data)
    return Frame("snapshot", head + b",".join(parts) + tail, cursor)


_SNAPSHOT_TAIL: Final = b"]}"
_PART_TAIL: Final = b'],"more":true}'


def _snapshot_head(project_id: str, cursor: Cursor, *, resumed: bool, actions: Sequence[str] | None) -> bytes:
    fields: dict[str, Any] = {
        "type": "snapshot",
        "project_id": project_id,
        "cursor": str(cursor),
        "resumed": resumed,
    }
    if actions is not None:
        fields["actions"] = list(actions)
    return to_json(fields)[:-1] + b',"tasks":['


def messages_of(frames: Sequence[Frame], form: Form) -> tuple[Message, ...]:
    """Join the frames of one moment into messages: one for each over TEXT, else one for all of them."""
    if form is Form.TEXT:
        return tuple(Message(_text_message(frame.data), frame.cursor) for frame in frames)
    cursor = frames[-1].cursor
    if form is Form.SSE:
        body = b"".join(map(_server_sent, frames))
        return (Message({"type": "http.response.body", "body": body, "more_body": True}, cursor),)
    data = frames[0].data if len(frames) == 1 else b"[" + b",".join(frame.data for frame in frames) + b"]"
    return (Message(_text_message(data), cursor),)


def _text_message(data: bytes) -> dict[str, Any]:
    return {"type": "websocket.send", "text": data.decode()}


def _server_sent(frame: Frame) -> bytes:
    """Write a frame as a server-sent event; compact JSON has no line break that could end it early."""
    ident = b"" if frame.cursor is None else b"id: %s\n" % str(frame.cursor).encode()
    return b"event: %s\n%sdata: %s\n\n" % (frame.type.encode(), ident, frame.data)
