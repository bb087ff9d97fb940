"""Consumers of a subscription that fold what they get, and complain where something runs backwards."""

from __future__ import annotations

import itertools

import anyio

from progresskit.errors import TransportError
from progresskit.events import Cursor, is_terminal
from progresskit.frames import Batch
from progresskit.state import Snapshot
from progresskit.subscription import subscribe
from progresskit.testing.contract.probe import same_states

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

    async def follow(self):
        async with subscribe(self._transport, self._project_id) as items:
            async for item in items:
                self.take(item)

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
        for state in self.folded.tasks:
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

    def is_at(self, truth):
        return (
            self.folded is not None
            and self.folded.cursor == truth.cursor
            and same_states(self.folded.tasks, truth.tasks)
        )


async def read(transport, project_id):
    """Read a project, as soon as the store answers."""
    while True:
        try:
            return await transport.read(project_id)
        except TransportError:
            await anyio.sleep(0.05)


async def converge(readers, transport, project_id, within_s=10.0):
    """Wait until all readers are where the store is, and return how many seconds it took."""
    began = anyio.current_time()
    truth = await read(transport, project_id)
    while not all(reader.is_at(truth) for reader in readers):
        took_s = anyio.current_time() - began
        assert took_s <= within_s, f"not within {within_s} s: {[reader.folded for reader in readers]} is not {truth}"
        await anyio.sleep(0.02)
        truth = await read(transport, project_id)
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
