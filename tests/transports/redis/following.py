"""Consumers of a subscription that fold what they get, and complain where something runs backwards."""

from __future__ import annotations

import itertools
from collections import deque

import anyio

from progresskit.errors import TransportError
from progresskit.events import Cursor, is_terminal
from progresskit.frames import Batch
from progresskit.state import Snapshot
from progresskit.subscription import subscribe
from progresskit.testing.contract.probe import same, same_states

NOWHERE = Cursor("0", 0)


class Reader:
    """Follows one project; each item is checked when it comes."""

    def __init__(self, transport, project_id):
        self.folded = None
        self.items = 0
        self.epochs = []
        self._transport = transport
        self._project_id = project_id
        self._seen = {}  # (task, run) -> its progress and status, within the epoch
        self._stood = deque(maxlen=1_000)  # what was folded lately, after each item

    async def follow(self):
        async with subscribe(self._transport, self._project_id) as items:
            async for item in items:
                self.take(item)

    def forget(self):
        """Begin anew, as a reader that kept nothing."""
        self.folded = None
        self.epochs.clear()
        self._seen.clear()
        self._stood.clear()

    def take_first(self, item):
        """Take the first item after coming back with a cursor: what changed meanwhile, or all."""
        assert isinstance(item, Snapshot), "the first item is a Snapshot"
        if item.cursor != self.folded.cursor:
            self.take(item)
        else:
            assert not item.tasks
            assert item.resumed == (item.cursor != NOWHERE)

    def take(self, item):
        self.items += 1
        if self.folded is None:
            assert isinstance(item, Snapshot), "the first item is a Snapshot"
            assert not item.resumed
        else:
            self._check_follows(item, self.folded.cursor)
        self.folded = item if self.folded is None else self.folded.apply(item)
        if self.epochs[-1:] != [self.folded.cursor.epoch]:
            self.epochs.append(self.folded.cursor.epoch)
            self._seen.clear()
        self._stood.append(self.folded)
        for state in item.tasks if isinstance(item, Snapshot) else [self.folded.get(item.task_name)]:
            self._check_goes_on(state)

    def _check_follows(self, item, before):
        same = item.cursor.epoch == before.epoch
        if isinstance(item, Snapshot):
            assert item.resumed == same, f"another epoch begins with all tasks: {item} after {before}"
            assert not same or item.cursor.offset > before.offset, f"offsets run back: {item} after {before}"
        else:
            assert same or before == NOWHERE, f"another epoch begins with a snapshot: {item} after {before}"
            assert item.cursor.offset == before.offset + 1, f"events follow each other: {item} after {before}"

    def _check_goes_on(self, state):
        run = state.task_name, state.run_id
        progress, status = self._seen.get(run, (None, None))
        assert progress is None or (state.progress or 0) >= progress, f"progress ran back from {progress}: {state}"
        assert not is_terminal(status) or state.status == status, f"something followed {status}: {state}"
        self._seen[run] = state.progress, state.status

    def has_come_to(self, truth):
        """Tell whether it is where the store was seen, or beyond; where it stood just there, it had that state."""
        cursor = self.folded and self.folded.cursor
        if cursor is None or cursor.epoch != truth.cursor.epoch or cursor.offset < truth.cursor.offset:
            return False
        for stood in self._stood:
            if stood.cursor == truth.cursor:
                assert same_states(stood.tasks, truth.tasks), f"at {truth.cursor}: {differing(stood, truth)}"
        return True

    def is_at(self, truth):
        """Tell whether it is where the store is."""
        return self.has_come_to(truth) and self.folded.cursor == truth.cursor


def differing(one, other):
    """Return the tasks that two snapshots don't say the same of."""
    names = {state.task_name for state in (*one.tasks, *other.tasks)}
    return [(one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)][:3]


async def read(transport, project_id):
    """Read a project, as soon as the store answers."""
    while True:
        try:
            return await transport.read(project_id)
        except TransportError:
            await anyio.sleep(0.05)


async def converge(readers, transport, project_id, *, within_s=10.0, under_load=False):
    """Wait until all readers are where the store is, and return how many seconds it took.

    Args:
        readers: Those who follow the project.
        transport: What the store is read by.
        project_id: The project.
        within_s: Seconds that it may take, from the store's first answer on.
        under_load: Whether publishers go on: then it is enough that they come to where the store was seen first.
    """
    truth = await read(transport, project_id)
    began = anyio.current_time()
    while not all(reader.has_come_to(truth) if under_load else reader.is_at(truth) for reader in readers):
        took_s = anyio.current_time() - began
        stand = [reader.folded and str(reader.folded.cursor) for reader in readers]
        assert took_s <= within_s, f"not within {within_s:g} s: readers stand at {stand}, the store at {truth.cursor}"
        await anyio.sleep(0.02)
        seen = await read(transport, project_id)
        if not under_load or seen.cursor.epoch != truth.cursor.epoch:
            truth = seen
    return anyio.current_time() - began


class Speaker:
    """Sends batches of one sender, in order, as a publisher's thread does."""

    def __init__(self, transport, project_id, sender="sender"):
        self._transport = transport
        self._project_id = project_id
        self._sender = sender
        self._numbers = itertools.count(1)

    def batch(self, *events, held=(), left=()):
        return Batch(self._project_id, self._sender, next(self._numbers), events, held, left)

    def say(self, *events, held=(), left=()):
        return self._transport.publish(self.batch(*events, held=held, left=left))


__all__ = ["Reader", "Speaker", "converge", "read", "same", "same_states"]
