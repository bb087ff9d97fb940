"""A gateway's frames, as a reader in Python gets them. Pure.

What a message says is decoded strictly; only what a newer gateway may add is passed over: unknown fields,
unknown frames, and events of an unknown type, of which the cursor is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic_core import from_json

from progresskit import rules
from progresskit.errors import DecodeError
from progresskit.events import Cursor, Event, event_from_json, is_accepted
from progresskit.state import Snapshot, state_from_json

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Closing", "Heartbeat", "Received", "decode_message", "decode_snapshot"]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The connection lives, and its reader stands at a cursor."""

    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Closing:
    """The gateway is about to close the connection; come back after so many milliseconds."""

    retry_after_ms: int


Received: TypeAlias = Snapshot | Event | Cursor | Heartbeat | Closing
"""What a frame says; a cursor alone stands for an event that this reader can't decode."""


def decode_message(data: bytes | str, project_id: str) -> list[Received]:
    """Decode one message of a project's stream: a frame, or an array of them.

    Args:
        data: The JSON.
        project_id: The project that was asked for.

    Raises:
        DecodeError: It is no JSON, holds something else than objects, or a frame that is not valid.
    """
    frames = _from_json(data)
    received: list[Received] = []
    for frame in frames if isinstance(frames, list) else [frames]:
        if not isinstance(frame, dict):
            msg = f"a frame that is {rules.shown(frame)}, no JSON object"
            raise DecodeError(msg)
        received += _decoded(frame, project_id)
    return received


def decode_snapshot(data: bytes | str, project_id: str) -> Snapshot:
    """Decode the snapshot of a project.

    Raises:
        DecodeError: It is none, or another project's.
    """
    fields = _from_json(data)
    if not isinstance(fields, dict) or fields.get("type") != "snapshot":
        msg = "an answer that is no snapshot"
        raise DecodeError(msg)
    return _snapshot(fields, project_id)


def _decoded(frame: dict[str, Any], project_id: str) -> Iterator[Received]:
    """Yield what a frame says, if anything."""
    match frame.get("type"):
        case "snapshot":
            yield _snapshot(frame, project_id)
        case "heartbeat":
            yield Heartbeat(_cursor(frame))
        case "closing":
            after_ms = frame.get("retry_after_ms")
            yield Closing(after_ms if isinstance(after_ms, int) and after_ms >= 0 else 0)
        case _ if "cursor" in frame:
            yield _event(frame, project_id)
        case _:
            return  # a pong, or a frame of tomorrow


def _event(frame: dict[str, Any], project_id: str) -> Event | Cursor:
    try:
        event = event_from_json(frame)
    except DecodeError:
        return _cursor(frame)
    if not is_accepted(event) or event.project_id != project_id:
        msg = f"an event of project {event.project_id} in the stream of {project_id}, or one that no store accepted"
        raise DecodeError(msg)
    return event


def _snapshot(frame: dict[str, Any], project_id: str) -> Snapshot:
    tasks, resumed = frame.get("tasks"), frame.get("resumed")
    if frame.get("project_id") != project_id or not isinstance(tasks, list) or not isinstance(resumed, bool):
        msg = f"a snapshot of project {rules.shown(frame.get('project_id'))} that is not valid for {project_id}"
        raise DecodeError(msg)
    states = tuple(map(state_from_json, tasks))
    if any(state.project_id != project_id for state in states):
        msg = f"a snapshot of project {project_id} that holds another one's task"
        raise DecodeError(msg)
    return Snapshot(project_id, _cursor(frame), states, resumed=resumed)


def _cursor(frame: dict[str, Any]) -> Cursor:
    cursor = frame.get("cursor")
    try:
        if isinstance(cursor, str):
            return Cursor.parse(cursor)
    except ValueError:
        pass
    msg = f"a frame of type {rules.shown(frame.get('type'))} whose cursor is {rules.shown(cursor)}"
    raise DecodeError(msg)


def _from_json(data: bytes | str) -> Any:
    try:
        return from_json(data.encode() if isinstance(data, str) else data, allow_inf_nan=False)
    except (ValueError, RecursionError) as error:
        msg = f"a message that is no JSON: {error}"
        raise DecodeError(msg) from None
