"""A model of a project, and a machine that drives a store and its readers against it: see test_machine.py.

The model folds by ``progresskit.state``, and keeps numbers, leases and cancels in the plainest way. Whatever the
machine does, receipts and the state read are the model's, and every reader comes to that state; what each reader
gets on its way is checked in following.py.
"""

from __future__ import annotations

import copy
import secrets
from contextlib import suppress

import anyio
from anyio.from_thread import start_blocking_portal
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from progresskit.errors import TransportError
from progresskit.events import Cursor, StatusEvent
from progresskit.frames import Batch, Run
from progresskit.state import TaskTable, fold
from progresskit.subscription import subscribe
from progresskit.testing.strategies import event_sequences

LEASE_S = 20
TASKS = ("a", "b", "c")
RUNS = (None, "r1", "r2", "r3")
SENDERS = ("one", "another")

runs = st.builds(Run, st.sampled_from(TASKS), st.sampled_from(RUNS[1:]))
some_runs = st.lists(runs, max_size=2, unique=True).map(tuple)


class Model:
    """What a project is, by the rules alone."""

    def __init__(self):
        self.table = TaskTable()
        self.offset = 0
        self.numbers = {}  # sender -> the last one taken
        self.leases = {}  # run -> sender -> when it was renewed
        self.before = {}  # stalled run -> its status before
        self.cancelled = set()

    def take(self, batch, now):
        """Return each event's offset, None where it is refused; nothing for a batch that was taken before."""
        if not self.offset and not batch.events:
            return []
        if batch.number <= self.numbers.get(batch.sender, 0):
            return []
        self.numbers[batch.sender] = batch.number
        offsets = [self.fold(event) for event in batch.events]
        for run in batch.held:
            state = self.live(run)
            if state is None:
                continue
            if run in self.before:
                status = "started" if self.before[run] == "queued" else self.before[run]
                self.fold(self.status(run, status, batch.project_id))
            self.leases.setdefault(run, {})[batch.sender] = now
        for run in batch.left:
            self.leases.get(run, {}).pop(batch.sender, None)
        return offsets

    def lapse(self, now, order, project_id):
        """End the leases that have lapsed, in the order in which the store did."""
        for run, senders in sorted(self.leases.items(), key=lambda lease: order(lease[0])):
            if not senders or now - max(senders.values()) < LEASE_S:
                continue
            before = self.live(run).status
            self.fold(self.status(run, "stalled", project_id))
            self.before[run] = before
            del self.leases[run]

    @staticmethod
    def status(run, status, project_id):
        return StatusEvent(project_id=project_id, task_name=run.task_name, run_id=run.run_id, status=status)

    def fold(self, event):
        former = self.table.get(event.task_name)
        state, accepted = fold(former, event, cursor=Cursor("m", self.offset + 1))
        if accepted is None:
            return None
        self.offset += 1
        self.table.put(state)
        run = Run(state.task_name, state.run_id)
        self.before.pop(run, None)
        if former is not None and former.run_id != state.run_id:
            self.end(Run(former.task_name, former.run_id))
        if state.terminal:
            self.end(run)
        return self.offset

    def live(self, run):
        state = self.table.get(run.task_name)
        return state if state is not None and state.run_id == run.run_id and not state.terminal else None

    def end(self, run):
        self.leases.pop(run, None)
        self.before.pop(run, None)
        self.cancelled.discard(run)

    def cancel(self, task):
        state = self.table.get(task)
        if state is None or state.terminal or state.run_id.startswith("auto-"):
            return False
        self.cancelled.add(Run(task, state.run_id))
        return True

    def news(self, batch):
        """Return what a receipt has to say of the held runs."""
        return {run: word for run in batch.held if (word := self.word(run)) is not None}

    def word(self, run):
        state = self.table.get(run.task_name)
        if state is None:
            return "unknown"
        if state.run_id != run.run_id:
            return "superseded" if run.run_id in state.superseded else "unknown"
        return "over" if state.terminal else "cancel" if run in self.cancelled else None


def told(states):
    """Return what states say, but for what the store adds by its own clock and name."""
    return [
        state.model_dump(mode="json", exclude={"cursor", "updated_at"}) | {"offset": state.cursor.offset}
        for state in states
    ]


class Client:
    """One reader, which may stall, leave, and come back with its cursor."""

    def __init__(self, portal, reader, transport, project_id, resumes):
        self._portal = portal
        self.reader = reader
        self._transport = transport
        self._project_id = project_id
        self._resumes = resumes and reader.folded is not None
        self._gate = portal.call(anyio.Event)
        self._gate.set()
        self.failure = None
        self._future, self._scope = portal.start_task(self._run)

    async def _run(self, *, task_status):
        with anyio.CancelScope() as scope:
            task_status.started(scope)
            try:
                await self._follow()
            except AssertionError as error:
                self.failure = error
            except BaseExceptionGroup as group:
                found, _rest = group.split(AssertionError)
                if found is None:
                    raise
                self.failure = found

    async def _follow(self):
        after = self.reader.folded.cursor if self._resumes else None
        if not self._resumes:
            self.reader.forget()
        async with subscribe(self._transport, self._project_id, after=after) as items:
            async for item in items:
                await self._gate.wait()
                if after is not None:
                    self.reader.take_first(item)
                    after = None
                else:
                    self.reader.take(item)

    def stall(self):
        if self._gate.is_set():
            self._gate = self._portal.call(anyio.Event)

    def resume(self):
        self._portal.call(self._gate.set)

    def leave(self):
        self._portal.call(self._scope.cancel)
        self._future.result(10)


class Machine(RuleBasedStateMachine):
    """Drives a world (a store, and what may befall it); see the worlds in test_machine.py."""

    patience_s = 10

    def __init__(self, world, following):
        super().__init__()
        self.world = world
        self.following = following
        self.project_id = f"machine-{secrets.token_hex(6)}"
        self.model = Model()
        self.now = 0.0
        self.numbers = dict.fromkeys(SENDERS, 0)
        self.last = {}  # sender -> the last batch that it sent
        self.late = []  # batches that were held back
        self.dumps = []
        self.epochs = []
        self.fresh = True  # the next epoch seen is a new one
        self.clients = []
        self.left = []  # readers who went, and may come back
        self.context = start_blocking_portal("asyncio")
        self.portal = self.context.__enter__()
        self.reading = self.world.open()

    def teardown(self):
        try:
            for client in self.clients:
                client.resume()
            self.converge()
            for client in self.clients:
                client.leave()
                assert client.failure is None, client.failure
        finally:
            self.portal.call(self.reading.aclose)
            self.portal.call(self.portal.stop, True)  # noqa: FBT003 - it cancels what is left of a run that failed
            self.context.__exit__(None, None, None)

    # --- what is compared ---

    @invariant()
    def no_reader_complains(self):
        for client in self.clients:
            assert client.failure is None, client.failure

    def see(self, cursor):
        """Check that an epoch is a new one where the store lost its data or its process, and else the same."""
        if cursor.epoch == "0":
            assert not self.model.offset
            return
        if self.fresh:
            assert cursor.epoch not in self.epochs, "an epoch never comes back"
            self.epochs.append(cursor.epoch)
            self.fresh = False
        assert cursor.epoch == self.epochs[-1], "the epoch stays"

    def read(self, after=None):
        async def read():
            while True:
                with suppress(TransportError):
                    return await self.reading.read(self.project_id, after)
                await anyio.sleep(0.02)

        return self.portal.call(read)

    def check_state(self):
        snapshot = self.read()

        def order(run):
            state = snapshot.get(run.task_name)
            return state.cursor.offset if state is not None else 0

        self.model.lapse(self.now, order, self.project_id)
        self.see(snapshot.cursor)
        assert snapshot.cursor.offset == self.model.offset
        assert self.following.same(told(snapshot.tasks), told(self.model.table))
        return snapshot

    def converge(self):
        truth = self.check_state()
        readers = [client.reader for client in self.clients]

        async def come():
            within_s = self.patience_s
            return await self.following.converge(readers, self.reading, self.project_id, within_s=within_s)

        try:
            self.portal.call(come)
        except AssertionError as error:
            failures = [client.failure for client in self.clients if client.failure is not None]
            raise (failures or [error])[0] from error
        for reader in readers:
            assert self.following.same_states(reader.folded.tasks, truth.tasks)

    # --- publishers ---

    def send(self, batch):
        """Send until it is answered, and compare the receipt with the model's."""
        receipt, tries = self.world.insist(batch)
        offsets = self.model.take(batch, self.now)
        self.see(receipt.cursor)
        assert receipt.cursor.offset == self.model.offset
        accepted = [cursor and cursor.offset for cursor in receipt.accepted]
        assert accepted == offsets or (tries > 1 and accepted == []), "of the first try the answer may be lost"
        held = {run: word for run, word in receipt.news.items() if run in batch.held}
        assert held == self.model.news(batch)

    @rule(
        sender=st.sampled_from(SENDERS),
        sequence=event_sequences(task_names=TASKS, run_ids=RUNS, max_size=5),
        holds=st.booleans(),
        held=some_runs,
        left=some_runs,
        withhold=st.booleans(),
    )
    def publish(self, *, sender, sequence, holds, held, left, withhold):
        self.numbers[sender] += 1
        events = tuple(event.model_copy(update={"project_id": self.project_id}) for event in sequence)
        if holds:
            own = (Run(event.task_name, event.run_id) for event in events if event.run_id is not None)
            held = tuple(dict.fromkeys([*held, *own]))
        batch = Batch(self.project_id, sender, self.numbers[sender], events, held, left)
        if withhold and len(self.late) < 2:
            self.late.append(batch)
        else:
            self.last[sender] = batch
            self.send(batch)

    @precondition(lambda self: any(not state.terminal for state in self.model.table))
    @rule(sender=st.sampled_from(SENDERS))
    def renew(self, sender):
        """Hold all runs that are alive, and say nothing."""
        held = tuple(Run(state.task_name, state.run_id) for state in self.model.table if not state.terminal)
        self.publish(sender=sender, sequence=[], holds=False, held=held, left=(), withhold=False)

    @precondition(lambda self: self.last)
    @rule(data=st.data())
    def send_again(self, data):
        self.send(self.last[data.draw(st.sampled_from(sorted(self.last)))])

    @precondition(lambda self: self.late)
    @rule()
    def send_what_was_held_back(self):
        self.send(self.late.pop(0))

    @precondition(lambda self: self.last)
    @rule(sender=st.sampled_from(SENDERS), sequence=event_sequences(task_names=TASKS, run_ids=RUNS, max_size=3))
    def publish_what_nobody_hears(self, sender, sequence):
        with self.world.deaf():
            self.publish(sender=sender, sequence=sequence, holds=False, held=(), left=(), withhold=False)

    @rule(task=st.sampled_from(TASKS))
    def cancel(self, task):
        async def cancel():
            while True:
                with suppress(TransportError):
                    return await self.reading.cancel(self.project_id, task)
                await anyio.sleep(0.02)

        assert self.portal.call(cancel) == self.model.cancel(task)

    @rule(seconds=st.sampled_from([21, 21, 7]))
    def pass_time(self, seconds):
        self.world.elapse(seconds)
        self.now += seconds
        self.check_state()

    # --- readers ---

    @precondition(lambda self: len(self.clients) < 3)
    @rule(comes_back=st.booleans(), resumes=st.booleans())
    def join(self, comes_back, resumes):
        if comes_back and self.left:
            reader = self.left.pop()
        else:
            reader, resumes = self.following.Reader(self.reading, self.project_id), False
        self.clients.append(Client(self.portal, reader, self.reading, self.project_id, resumes))

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def leave(self, data):
        client = self.clients.pop(data.draw(st.integers(0, len(self.clients) - 1)))
        client.resume()
        client.leave()
        assert client.failure is None, client.failure
        self.left.append(client.reader)

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def stall(self, data):
        data.draw(st.sampled_from(self.clients)).stall()

    @precondition(lambda self: self.clients)
    @rule()
    def all_resume_and_come_to_the_store(self):
        for client in self.clients:
            client.resume()
        self.converge()

    # --- what befalls the store, and the links to it ---

    @rule()
    def cut(self):
        self.world.cut()

    @rule()
    def wipe(self):
        self.world.wipe()
        self.model = Model()
        self.fresh = True

    @precondition(lambda self: self.world.restarts)
    @rule()
    def strand(self):
        self.world.strand()

    @precondition(lambda self: self.world.restarts)
    @rule()
    def restart(self):
        self.world.rewind(self.world.dump())
        self.fresh = True

    @precondition(lambda self: self.world.restarts)
    @rule()
    def restart_empty(self):
        self.world.restart_empty()
        self.model = Model()
        self.fresh = True

    @precondition(lambda self: self.world.restarts)
    @rule()
    def dump(self):
        self.dumps.append((self.world.dump(), copy.deepcopy(self.model), self.now))

    @precondition(lambda self: self.world.restarts and self.dumps)
    @rule(data=st.data())
    def rewind(self, data):
        dump, model, then = data.draw(st.sampled_from(self.dumps))
        self.world.rewind(dump)
        self.model = copy.deepcopy(model)
        for senders in self.model.leases.values():
            for sender in senders:
                senders[sender] += self.now - then  # the older data have not grown old with the rest
        self.fresh = True
