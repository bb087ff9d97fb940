"""What ``progresskit watch`` prints, in three forms: lines with bars, plain lines, and JSON."""

from __future__ import annotations

import json
import os
import stat
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from progresskit import rules
from progresskit.cli.usage import say
from progresskit.events import Cursor, Event
from progresskit.frames import encode_snapshot, event_frame
from progresskit.integrations.rich.lines import plain_line
from progresskit.state import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from progresskit.integrations.rich.lines import TaskLines
    from progresskit.state import TaskState

__all__ = ["Bars", "JsonLines", "PlainLines", "Printer", "View"]


class Printer:
    """Writes lines to a descriptor, each at once.

    From a thread, and past Python's buffers: who doesn't read what we print must not keep us from ending.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def print(self, line: bytes) -> None:
        """Write a line.

        Raises:
            OSError: It can't be written; ``BrokenPipeError`` where nobody reads any more.
        """
        await anyio.to_thread.run_sync(_write, self._descriptor, line + b"\n", abandon_on_cancel=True)

    async def wait_closed(self) -> None:
        """Return once nobody reads the pipe any more, which a project where nothing happens would not show."""
        if os.name == "posix" and stat.S_ISFIFO(os.fstat(self._descriptor).st_mode):
            await anyio.wait_readable(self._descriptor)  # a pipe's writing end never is, until it breaks
        else:
            await anyio.sleep_forever()


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


View = Callable[[Snapshot | Event], Awaitable[None]]
"""Shows an item of a subscription."""


class JsonLines:
    """What comes, as it is on the wire: one JSON object a line."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    async def __call__(self, item: Snapshot | Event) -> None:
        """Print an item, whole."""
        data = encode_snapshot(item) if isinstance(item, Snapshot) else event_frame(item).data
        await self._printer.print(_in_one_line(data))


def _in_one_line(data: bytes) -> bytes:
    """Escape what a terminal may obey and what some readers take for the end of a line; the JSON stays equal."""
    text = data.decode()
    if text.isprintable():
        return data
    return "".join(_escaped(char) if rules.is_unprintable(char) else char for char in text).encode()


def _escaped(char: str) -> str:
    return json.dumps(char)[1:-1] if char != "\x7f" else "\\u007f"


class _Tasks(ABC):
    """The tasks as they stand, each shown when it changes."""

    def __init__(self, project_id: str) -> None:
        self._snapshot = Snapshot(project_id, Cursor("0", 0), resumed=True)
        self._is_first = True
        self._marks: dict[str, object] = {}

    async def __call__(self, item: Snapshot | Event) -> None:
        self._snapshot = self._snapshot.apply(item)
        if isinstance(item, Snapshot):
            for state in self._news(item):
                # Whether its message came with its end isn't known; one from before it would belie it.
                await self._show(state, "" if state.terminal else state.message or "")
            if self._is_first and not item.tasks:
                say("Nothing has been reported yet.")
            self._is_first = False
        elif (changed := self._snapshot.get(item.task_name)) is not None:
            self._marks[changed.task_name] = _mark(changed)
            await self._show(changed, item.message or "")

    def _news(self, item: Snapshot) -> Iterator[TaskState]:
        """Yield what a snapshot says that wasn't shown; forget what it says is gone."""
        gone = self._marks.keys() - {state.task_name for state in self._snapshot.tasks}
        for task_name in gone:
            del self._marks[task_name]
            self._forget(task_name)
        for state in item.tasks:
            if self._marks.get(state.task_name) != _mark(state):
                self._marks[state.task_name] = _mark(state)
                yield state

    @abstractmethod
    async def _show(self, state: TaskState, words: str) -> None:
        """Show a task, and the words that its last change came with."""

    def _forget(self, task_name: str) -> None:  # noqa: B027 - most have nothing to take back
        """Show a task no more: the store has forgotten it."""


def _mark(state: TaskState) -> object:
    """Return what differs between two moments of a task, in whatever epoch."""
    return state.run_id, state.status, state.updated_at


class PlainLines(_Tasks):
    """A line for each change."""

    def __init__(self, project_id: str, printer: Printer) -> None:
        super().__init__(project_id)
        self._printer = printer

    async def _show(self, state: TaskState, words: str) -> None:
        encoding = sys.stdout.encoding or "utf-8"
        await self._printer.print(plain_line(state, words).encode(encoding, "backslashreplace"))


class Bars(_Tasks):
    """A line with a bar for each task, drawn on the terminal."""

    def __init__(self, project_id: str, lines: TaskLines) -> None:
        super().__init__(project_id)
        self._lines = lines

    async def _show(self, state: TaskState, words: str) -> None:
        self._lines.show(state.task_name, state, words)

    def _forget(self, task_name: str) -> None:
        self._lines.drop(task_name)
