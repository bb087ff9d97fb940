"""Where a project stands in a hub, and the frames that are cut from that. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from progresskit.frames import cut_snapshot, encode_state, messages_of
from progresskit.state import Snapshot, TaskTable, overlay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from progresskit.events import Cursor, Event
    from progresskit.frames import Form, Message
    from progresskit.state import TaskState

__all__ = ["HubState"]

_MAX_PARTS: Final = 16


class HubState:
    """One project's folded state.

    Each task state is encoded once after each change, and only when somebody needs it; a snapshot frame is
    shared by all clients that need the same one before the next change.

    ``cursor`` is None before the first snapshot. A position that was reached stays one and the same object, so
    that comparing by identity is enough to see who is there. ``epochs`` counts the changes of the epoch.
    """

    def __init__(self, project_id: str) -> None:
        self.cursor: Cursor | None = None
        self.epochs = 0
        self._project_id = project_id
        self._table = TaskTable()
        self._encoded: dict[str, bytes] = {}
        self._parts: dict[tuple[int | None, tuple[str, ...] | None, Form], Message] = {}

    def take(self, item: Snapshot | Event) -> bool:
        """Take one item of the project's subscription.

        Returns:
            False for an event that the state holds already.

        Raises:
            ValueError: It is an event that no store has accepted.
        """
        if isinstance(item, Snapshot):
            self._take_snapshot(item)
            return True
        cursor, here = item.cursor, self.cursor
        if cursor is not None and here is not None and cursor.epoch == here.epoch and cursor.offset <= here.offset:
            return False
        state = overlay(self._table.get(item.task_name), item)
        put_out = self._table.put(state)
        self._forget((state,) if put_out is None else (state, put_out))
        self._move(state.cursor)
        return True

    def part(self, at: Cursor | None, form: Form, actions: tuple[str, ...] | None) -> Message:
        """Cut the snapshot frame that a client needs next.

        Args:
            at: The cursor of the last frame that the client has. Where it is none, of another epoch, or
                beyond the state, a full snapshot begins; else it is one of what changed since.
            form: What the frame becomes.
            actions: What the client may do, where this is the first frame of its connection.
        """
        here = self.cursor
        if here is None:
            msg = "there is no snapshot to cut before the first one was taken"
            raise RuntimeError(msg)
        since = at.offset if at is not None and at.epoch == here.epoch and at.offset <= here.offset else None
        key = since, actions, form
        part = self._parts.get(key)
        if part is None:
            tasks = list(self._table) if since is None else self._table.since(since)
            frame = cut_snapshot(
                self._project_id, here, tasks, resumed=since is not None, actions=actions, encode=self._encode
            )
            (part,) = messages_of((frame,), form)
            if len(self._parts) >= _MAX_PARTS:  # clients at many different places: they have little to share
                self._parts.clear()
            self._parts[key] = part
        return part

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.resumed:
            self._forget(self._table.update(snapshot.tasks))
            self._forget(snapshot.tasks)
        else:
            self._table = TaskTable(snapshot.tasks)
            self._encoded.clear()
        self._move(snapshot.cursor)

    def _move(self, cursor: Cursor) -> None:
        self._parts.clear()
        here = self.cursor
        if here is None or here.epoch != cursor.epoch:
            self.epochs += 1
        if cursor != here:
            self.cursor = cursor

    def _encode(self, state: TaskState) -> bytes:
        data = self._encoded.get(state.task_name)
        if data is None:
            data = self._encoded[state.task_name] = encode_state(state)
        return data

    def _forget(self, states: Iterable[TaskState]) -> None:
        for state in states:
            self._encoded.pop(state.task_name, None)
