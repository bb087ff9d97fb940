"""Every client of a hub ends at the store's state, whatever its socket does; see simulation.py.

The rules are left out one by one, and each of these controls fails.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.events import Cursor
from progresskit.fanout import Fanout
from progresskit.state import Snapshot


@given(st.integers(0, 2**64))
def test_every_client_ends_at_the_stores_state_and_sees_no_progress_go_back(simulation, seed):
    with simulation.small_limits():
        simulation.run(random.Random(seed))


# --- controls: each leaves out one rule ---------------------------------------------------------------------------


class AnswersWithoutRead(Fanout):
    """A client that names a cursor is served at once, from wherever this hub stands."""

    def add(self, client):
        super().add(client)
        if self.waiting.pop(client, "not there") is None:
            self._join_behind(client)


class ReleasesEarly(Fanout):
    """It reads, but doesn't wait until its state stands where the read stood."""

    def _release(self):
        for client, told in list(self.waiting.items()):
            if told is not None and self.state.cursor is not None:
                del self.waiting[client]
                if not client.busy:
                    self._join_behind(client)


class TakesAnyRead(Fanout):
    """A read that began before the epoch changed counts."""

    def answer(self, askers, position, *, epochs):
        super().answer(askers, position, epochs=self.state.epochs)


class AsksOnce(Fanout):
    """A client that waits for a place of an epoch that is gone doesn't ask again."""

    def _ask_again(self):
        return


class SendsEventsToAll(Fanout):
    """Events go to clients that are behind, too."""

    def _send(self, frames, before):
        for client in self.clients:
            if not client.busy and client.opened and client not in self.waiting:
                client.cursor = before
        super()._send(frames, before)


class ForgetsWhoFinishes(Fanout):
    """A client whose send has finished waits for the next tick."""

    def sent(self, client, error):
        client.busy = False
        client.cancel = None


class TrustsTheWholeTick(Fanout):
    """A client counts as having got all of a tick, though its first frame blocked."""

    def _hand(self, client, messages, now):
        super()._hand(client, messages, now)
        if messages[-1].cursor is not None:
            client.cursor = messages[-1].cursor


class SendsEventsBesideSnapshots(Fanout):
    """A tick that takes a snapshot sends the events that came after it, too."""

    def tick(self, items):
        for item in items:
            before = self.state.cursor
            super().tick([item])
            if isinstance(item, Snapshot):
                for client in self.clients:
                    if client.cursor is before and client.opened and not client.busy:
                        client.cursor = self.state.cursor


class ResumesAcrossEpochs(Fanout):
    """An offset counts without its epoch."""

    def _next_part(self, client):
        if client.cursor is not None:
            client.cursor = Cursor(self.state.cursor.epoch, client.cursor.offset)
        return super()._next_part(client)


class ResumesFromBeyond(Fanout):
    """A client that is beyond the hub's state counts as one that missed nothing."""

    def _next_part(self, client):
        here = self.state.cursor
        if client.cursor is not None and client.cursor.offset > here.offset:
            client.cursor = here
        return super()._next_part(client)


class KeepsOldStates(Fanout):
    """A state is encoded once, and never again."""

    class Stubborn(dict):
        def pop(self, *args):
            return None

        def clear(self):
            return

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.state._encoded = self.Stubborn()


class ClaimsTheWhole(Fanout):
    """The first part of a snapshot claims to be all of it."""

    def _next_part(self, client):
        return super()._next_part(client)._replace(cursor=self.state.cursor)


class EventsBetweenParts(Fanout):
    """Events go out between two parts of a snapshot."""

    def _send(self, frames, before):
        for client in self.clients:
            if not client.busy and client.opened and client.cursor.epoch == before.epoch:
                client.cursor = before
        super()._send(frames, before)


class TwoMessagesInFlight(Fanout):
    """A heartbeat goes out beside a message in flight."""

    def look_after(self, clients):
        for client in clients:
            client.busy = False
        super().look_after(clients)


@pytest.mark.parametrize(
    "control",
    [
        AnswersWithoutRead,
        ReleasesEarly,
        TakesAnyRead,
        AsksOnce,
        SendsEventsToAll,
        ForgetsWhoFinishes,
        TrustsTheWholeTick,
        SendsEventsBesideSnapshots,
        ResumesAcrossEpochs,
        ResumesFromBeyond,
        KeepsOldStates,
        ClaimsTheWhole,
        EventsBetweenParts,
        TwoMessagesInFlight,
    ],
)
def test_each_rule_is_needed(simulation, control):
    with simulation.small_limits(), pytest.raises((AssertionError, pytest.fail.Exception)):  # noqa: PT012 - any of the runs
        for seed in range(3_000):
            simulation.run(random.Random(seed), control)
