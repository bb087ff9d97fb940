"""The checks of the port find what they are for: each fails on a transport without the rule that it names."""

import inspect
import subprocess
import sys
import time
import unittest
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from progresskit.errors import TransportError
from progresskit.frames import Run
from progresskit.state import MAX_TASKS, Snapshot, TaskTable
from progresskit.testing import TransportHarness, transport_checks
from progresskit.testing.contract import probe, subscribe
from progresskit.testing.transports import MemoryHarness
from progresskit.transports import MemoryTransport
from progresskit.transports.memory import _Project

CHECKS = {check.__name__: check for check in transport_checks}


@pytest.fixture
def anyio_backend():
    """Run on one kind of loop: the checks themselves run on both, on the transports that pass them."""
    return "asyncio"


@pytest.fixture(autouse=True)
def short_promises(monkeypatch):
    """What a broken transport never does is not worth waiting 10 s for."""
    for module in (probe, subscribe):
        monkeypatch.setattr(module, "PROMISED_S", 0.5)


class Mutant(MemoryTransport):
    """A memory transport, with its projects at hand."""

    def project(self, project_id):
        return self._projects.setdefault(project_id, self.new_project())

    def new_project(self):
        return _Project()


# --- publish ------------------------------------------------------------------------------------------------------


class LosesEvents(Mutant):
    """Acknowledges each batch whole, and loses its last event."""

    def publish(self, batch):
        if len(batch.events) < 2:
            return super().publish(batch)
        receipt = super().publish(replace(batch, events=batch.events[:-1]))
        return replace(receipt, accepted=(*receipt.accepted, receipt.cursor))


class LosesEnds(Mutant):
    """Never gets to know how a run ended."""

    def publish(self, batch):
        return super().publish(
            replace(batch, events=tuple(event for event in batch.events if event.type != "completed"))
        )


class IgnoresNumbers(Mutant):
    """Takes a batch as often as it comes."""

    def publish(self, batch):
        if batch.project_id in self._projects:
            self.project(batch.project_id).numbers.clear()
        return super().publish(batch)


class LosesReceipts(Mutant):
    """Takes each batch, and fails to say so the first time."""

    def __init__(self, **options):
        super().__init__(**options)
        self.told = set()

    def publish(self, batch):
        receipt = super().publish(batch)
        if (batch.sender, batch.number) in self.told:
            return receipt
        self.told.add((batch.sender, batch.number))
        msg = "no answer"
        raise TransportError(msg)


class LosesReceiptsAndIgnoresNumbers(LosesReceipts, IgnoresNumbers):
    """Takes a batch again that it was sent again because it didn't answer."""


class SharesNumbers(Mutant):
    """Keeps one number for all senders."""

    def publish(self, batch):
        return super().publish(replace(batch, sender="all"))


class HandsOutOffsetsTwice(Mutant):
    """Counts every fifth offset twice."""

    def publish(self, batch):
        receipt = super().publish(batch)
        project = self.project(batch.project_id)
        project.offset -= project.offset % 5 == 0
        return receipt


class RefusesAllOrNothing(Mutant):
    """Refuses a batch for one event of it."""

    def publish(self, batch):
        receipt = super().publish(batch)
        count = len(batch.events)
        return replace(receipt, accepted=(None,) * count, refused=count) if receipt.refused else receipt


class TakesAnySize(Mutant):
    """Takes more than 100 events at once."""

    def publish(self, batch):
        if len(batch.events) > 100:
            super().publish(replace(batch, events=batch.events[:100], number=batch.number - 0.5))
            return super().publish(replace(batch, events=batch.events[100:]))
        return super().publish(batch)


class NamesNullRuns(Mutant):
    """Takes events without a run for those of one run."""

    def publish(self, batch):
        return super().publish(
            replace(
                batch, events=tuple(event.model_copy(update={"run_id": event.run_id or "x"}) for event in batch.events)
            )
        )


class BoundsAtTheBatchsEnd(Mutant):
    """Puts tasks out when a batch is over."""

    class Table(TaskTable):
        def put(self, state):
            self._tasks.pop(state.task_name, None)
            self._tasks[state.task_name] = state

    def new_project(self):
        project = _Project()
        project.table = self.Table()
        return project

    def publish(self, batch):
        project = self.project(batch.project_id)
        receipt = super().publish(batch)
        while len(project.table) > MAX_TASKS:
            del project.table._tasks[next(iter(project.table)).task_name]
        return receipt


class DeliversElsewhere(Mutant):
    """Tells everybody everything."""

    def _deliver(self, project_id, events):
        for name in self._listeners:
            super()._deliver(name, events)


# --- leases, news, cancel -----------------------------------------------------------------------------------------


class HoldsNothing(Mutant):
    """Knows no leases."""

    def publish(self, batch):
        return super().publish(replace(batch, held=()))


class RenewsByResends(Mutant):
    """Renews the leases of a batch that it has taken already."""

    def publish(self, batch):
        receipt = super().publish(batch)
        if batch.events and not receipt.accepted:
            self.project(batch.project_id).numbers.clear()
            super().publish(replace(batch, events=()))
        return receipt


class NeverRenews(Mutant):
    """Gives a lease once."""

    def publish(self, batch):
        before = {run: dict(senders) for run, senders in self.project(batch.project_id).leases.items()}
        receipt = super().publish(batch)
        self.project(batch.project_id).leases.update(before)
        return receipt


class GivesNothingBack(Mutant):
    """Keeps a lease that was given back."""

    def publish(self, batch):
        return super().publish(replace(batch, left=()))


class LapsesWithTheFirst(Mutant):
    """Ends a run with the first of its leases."""

    async def read(self, project_id, after=None):
        for senders in self.project(project_id).leases.values():
            senders.update(dict.fromkeys(senders, min(senders.values())))
        return await super().read(project_id, after)


class HoldsTasks(Mutant):
    """Gives leases of tasks, not of runs."""

    def publish(self, batch):
        receipt = super().publish(batch)
        project = self.project(batch.project_id)
        for run in batch.held:
            state = project.table.get(run.task_name)
            if state is not None and not state.terminal:
                project.leases.setdefault(Run(run.task_name, state.run_id), {})[batch.sender] = self._clock() + 20
        return receipt


class NeverRevives(Mutant):
    """Forgets what a stalled run was doing."""

    async def read(self, project_id, after=None):
        snapshot = await super().read(project_id, after)
        self.project(project_id).before_stall.clear()
        return snapshot


class RevivesBesideAnEvent(Mutant):
    """Makes an event for a renewal, though another one has ended the stall."""

    def publish(self, batch):
        super().publish(replace(batch, events=(), number=batch.number - 0.5))
        return super().publish(batch)


class WritesOnRenewal(Mutant):
    """Begins a project with a renewal."""

    def publish(self, batch):
        self.project(batch.project_id).offset += not batch.events
        return super().publish(batch)


class TellsNothing(Mutant):
    """Has no news."""

    def publish(self, batch):
        return replace(super().publish(batch), news={})


class TellsEverything(Mutant):
    """Has news of a late ``queued`` too."""

    def publish(self, batch):
        receipt = super().publish(batch)
        runs = {Run(event.task_name, event.run_id) for event in batch.events if event.run_id}
        return replace(receipt, news={**receipt.news, **self.project(batch.project_id)._news(runs)})


class CancelsTasks(Mutant):
    """Takes a cancel for one of all runs to come."""

    def __init__(self, **options):
        super().__init__(**options)
        self.asked = set()

    async def cancel(self, project_id, task_name):
        self.asked.add(task_name)
        return await super().cancel(project_id, task_name)

    def publish(self, batch):
        receipt = super().publish(batch)
        return replace(
            receipt, news={run: "cancel" for run in batch.held if run.task_name in self.asked} | receipt.news
        )


class CancelsAnything(Mutant):
    """Says that whatever was asked to stop will stop."""

    async def cancel(self, project_id, task_name):
        await super().cancel(project_id, task_name)
        return True


# --- read, listen, close ------------------------------------------------------------------------------------------


class WritesOnRead(Mutant):
    """Begins a project with a read."""

    async def read(self, project_id, after=None):
        self.project(project_id)
        return await super().read(project_id, after)


class ReadsAll(Mutant):
    """Never resumes."""

    async def read(self, project_id, after=None):
        return await super().read(project_id)


class ResumesAnything(Mutant):
    """Takes any cursor for one of its own."""

    async def read(self, project_id, after=None):
        snapshot = await super().read(project_id, after)
        return replace(snapshot, resumed=after is not None)


class ReadsWithoutTheOldest(Mutant):
    """Leaves a task out."""

    async def read(self, project_id, after=None):
        snapshot = await super().read(project_id, after)
        return replace(snapshot, tasks=snapshot.tasks[1:] if len(snapshot.tasks) > 1 else snapshot.tasks)


class ReadsItsOwn(Mutant):
    """Shows readers what is the store's own."""

    async def read(self, project_id, after=None):
        snapshot = await super().read(project_id, after)
        return replace(snapshot, tasks=tuple(self.project(project_id).table))


class ReadsFromAReplica(Mutant):
    """Reads what was there 50 ms ago."""

    def __init__(self, **options):
        super().__init__(**options)
        self.before = {}

    def publish(self, batch):
        project = self.project(batch.project_id)
        self.before[batch.project_id] = Snapshot(batch.project_id, project.cursor), time.monotonic() + 0.05
        return super().publish(batch)

    async def read(self, project_id, after=None):
        before, until = self.before.get(project_id, (None, 0))
        return before if time.monotonic() < until else await super().read(project_id, after)


class KeepsItsEpoch(Mutant):
    """Has one epoch for ever."""

    def new_project(self):
        project = _Project()
        project.epoch = "same"
        return project

    def publish(self, batch):
        if batch.events:
            self.project(batch.project_id)
        return super().publish(batch)


class LosesDeliveries(Mutant):
    """Delivers every event but each third one."""

    def _deliver(self, project_id, events):
        super()._deliver(project_id, [event for event in events if event.cursor.offset % 3])


class LeavesSlowly(Mutant):
    """Takes its time to give a link back."""

    @asynccontextmanager
    async def listen(self, project_id):
        async with super().listen(project_id) as stream:
            try:
                yield stream
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(1.3)


class NeverCloses(Mutant):
    """Works on when it is closed."""

    def close(self):
        pass


class ClosesForAll(Mutant):
    """Ends with the first owner that closes it."""

    def close(self):
        self._closed = True


MUTANTS = {
    LosesEvents: ["accepted_events_get_the_next_offsets", "the_fold_is_the_same_everywhere"],
    LosesEnds: ["a_race_with_the_end_is_never_lost", "accepted_events_get_the_next_offsets"],
    IgnoresNumbers: ["a_number_is_taken_once", "a_resend_renews_nothing"],
    LosesReceiptsAndIgnoresNumbers: ["a_batch_that_is_sent_again_counts_once"],
    SharesNumbers: ["numbers_are_each_senders_own"],
    HandsOutOffsetsTwice: ["many_threads_may_publish", "events_follow_in_order_none_twice"],
    RefusesAllOrNothing: ["a_refused_event_gets_no_offset"],
    TakesAnySize: ["a_batch_against_the_rules_is_refused_whole"],
    NamesNullRuns: ["a_null_run_is_filled_in", "the_fold_is_the_same_everywhere"],
    BoundsAtTheBatchsEnd: ["a_project_keeps_1000_tasks"],
    DeliversElsewhere: ["projects_are_apart"],
    HoldsNothing: ["a_run_that_lapses_shows_stalled", "a_stall_comes_to_those_who_watch"],
    RenewsByResends: ["a_resend_renews_nothing"],
    NeverRenews: ["a_renewal_keeps_a_run_alive"],
    GivesNothingBack: ["a_run_that_nobody_holds_never_stalls"],
    LapsesWithTheFirst: ["a_run_lapses_with_its_last_lease"],
    HoldsTasks: ["the_end_of_a_run_ends_its_leases"],
    NeverRevives: ["a_renewal_revives"],
    RevivesBesideAnEvent: ["an_event_ends_a_stall"],
    WritesOnRenewal: ["a_renewal_alone_writes_no_project"],
    TellsNothing: ["a_receipt_tells_what_became_of_a_run", "a_cancel_reaches_the_publisher"],
    TellsEverything: ["some_make_no_news"],
    CancelsTasks: ["a_cancel_reaches_the_publisher"],
    CancelsAnything: ["only_a_live_named_run_can_be_cancelled"],
    WritesOnRead: ["an_unknown_project_is_empty", "an_unknown_project_begins_at_nothing"],
    ReadsAll: ["a_read_gives_what_changed", "the_first_item_is_a_snapshot"],
    ResumesAnything: ["a_cursor_from_elsewhere_counts_as_none", "another_epoch_begins_with_all_tasks"],
    ReadsWithoutTheOldest: ["a_slow_consumer_is_brought_up_to_date", "a_cut_is_made_good"],
    ReadsItsOwn: ["an_accepted_event_is_complete"],
    ReadsFromAReplica: ["no_event_is_seen_before_the_state_holds_it"],
    KeepsItsEpoch: ["a_wiped_store_has_another_epoch", "another_epoch_begins_with_all_tasks"],
    LosesDeliveries: ["whoever_listens_misses_nothing"],
    LeavesSlowly: ["listening_ends_with_its_context", "a_consumer_that_leaves_leaves_nothing"],
    NeverCloses: ["closing_twice_is_harmless"],
    ClosesForAll: ["handles_are_closed_one_by_one"],
}
# The first needs a store that can go back to a dump, the second 10 s of patience: its rule has a control in
# tests/subscription.
WITHOUT_MUTANT = {"a_store_that_went_back_has_another_epoch", "a_silent_loss_is_found"}


async def twice(check, mutant):
    """Run a check twice: the comparison that comes each 5 s may once fall just where it makes good what is broken."""
    for _ in range(2):
        await check(MemoryHarness(mutant))


@pytest.mark.parametrize(
    ("mutant", "name"),
    [(mutant, name) for mutant, names in MUTANTS.items() for name in names],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
async def test_a_transport_without_the_rule_fails_the_check(mutant, name):
    with pytest.raises((AssertionError, TimeoutError, TransportError)) as caught:
        await twice(CHECKS[name], mutant)
    if isinstance(caught.value, AssertionError):
        assert str(caught.value), "a complaint says what was seen"


def test_every_check_has_a_transport_that_fails_it():
    assert {name for names in MUTANTS.values() for name in names} == CHECKS.keys() - WITHOUT_MUTANT


async def test_a_transport_that_only_loses_receipts_passes():
    await CHECKS["a_batch_that_is_sent_again_counts_once"](MemoryHarness(LosesReceipts))


# --- the kit itself -----------------------------------------------------------------------------------------------


def test_each_check_has_a_name_of_its_own_and_quotes_its_rule():
    assert len(CHECKS) == len(transport_checks)
    for check in transport_checks:
        assert inspect.iscoroutinefunction(check)
        assert check.__doc__.startswith("Check")
        assert '"' in check.__doc__, check.__name__


class OnlyOpens(TransportHarness):
    """The least that a harness may be."""

    def __init__(self):
        self._transport = MemoryTransport()

    async def open(self):
        self._transport.add_owner()
        self._transport.add_owner()
        return self._transport


async def test_what_a_harness_cant_do_is_skipped_not_failed():
    for name, deed in [
        ("a_run_that_lapses_shows_stalled", r"wait 24 s \(its patience_s is 5\)"),
        ("a_wiped_store_has_another_epoch", "wipe its store"),
        ("a_store_that_went_back_has_another_epoch", "put its store back to an older state"),
        ("a_batch_that_is_sent_again_counts_once", "cut the links to its store"),
    ]:
        with pytest.raises(unittest.SkipTest, match=f"OnlyOpens can't {deed}"):
            await CHECKS[name](OnlyOpens())
    await CHECKS["closing_twice_is_harmless"](OnlyOpens())


async def test_a_harness_waits_really_where_it_has_the_patience():
    harness = OnlyOpens()
    began = time.monotonic()
    await harness.elapse(0.02)
    assert time.monotonic() - began >= 0.015


def test_the_kit_loads_neither_pytest_nor_hypothesis():
    code = (
        "import sys, progresskit.testing; print({'pytest', '_pytest', 'hypothesis', 'rapidfuzz'} & sys.modules.keys())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_the_checks_need_no_pytest():
    code = """
import anyio
from progresskit.testing.transports import MemoryHarness, transport_checks
for check in transport_checks[:2]:
    anyio.run(check, MemoryHarness())
"""
    subprocess.run([sys.executable, "-O", "-c", code], check=True)


async def test_the_checks_complain_under_python_o_too():
    with pytest.raises(AssertionError, match=r"half a rule\n  seen: 1\n  seen: 'x'"):
        probe.expect(False, "half a rule", 1, "x")  # noqa: FBT003 - see expect
