"""The store is killed, emptied, put back to an older dump; workers are killed, stopped, and come back as zombies.

What was acknowledged stays, everybody comes to where the store is within 10 s, and nothing runs backwards within an
epoch: see following.py, which checks each item that a subscription gives.
"""

import hashlib
import random
import signal
import subprocess
import sys
import threading
import time
from functools import partial

import anyio
import anyio.to_thread
import pytest

from progresskit import Publisher
from progresskit.errors import RunCancelled
from progresskit.events import CompletedEvent, ProgressEvent
from progresskit.subscription import wait, watch
from progresskit.transports.redis import RedisTransport, scripts

PROJECT = "campaign"


class Crew:
    """Threads that report tasks, one run after the other, and note the ends that a flush acknowledged."""

    def __init__(self, url, size=3):
        self.acknowledged = {}  # task name -> the result that was acknowledged
        self.failures = []
        self._over = threading.Event()
        self._publishers = [Publisher.from_url(url, flush_timeout_s=0) for _ in range(size)]
        self._threads = [
            threading.Thread(target=self._work, args=(number, publisher), daemon=True)
            for number, publisher in enumerate(self._publishers)
        ]
        for thread in self._threads:
            thread.start()

    def _work(self, number, publisher):
        rng = random.Random(number)
        try:
            count = 0
            while not self._over.is_set():
                count += 1
                name = f"worker {number} task {count % 50}"
                with publisher.task(PROJECT, name) as task:
                    for step in range(rng.randrange(1, 6)):
                        task.progress(step / 6, f"step {step}")
                        if rng.random() < 0.3:
                            time.sleep(0.002)
                    self.acknowledged.pop(name, None)  # it has begun anew
                    task.complete({"count": count})
                    if task.flush(rng.choice([0.05, 1])):
                        self.acknowledged[name] = {"count": count}
        except BaseException as error:  # noqa: BLE001 - told to the test
            self.failures.append(error)

    def end(self):
        """Let the threads end, and all that they said be answered."""
        self._over.set()
        for thread in self._threads:
            thread.join(30)
        flushed = [publisher.flush(20) for publisher in self._publishers]
        for publisher in self._publishers:
            publisher.close()
        assert not self.failures
        return all(flushed)


@pytest.fixture
async def reading(following):
    """Return ``reading(url, count)``: a transport, and readers of the project who follow it during the test."""
    transports = []
    async with anyio.create_task_group() as tasks:

        def start(url, count=1):
            transport = RedisTransport(url)
            transports.append(transport)
            readers = [following.Reader(transport, PROJECT) for _ in range(count)]
            for reader in readers:
                tasks.start_soon(reader.follow)
            return transport, readers

        yield start
        tasks.cancel_scope.cancel()
    for transport in transports:
        await transport.aclose()
        transport.close()


@pytest.mark.parametrize("kind", ["valkey", "redis-server"])
async def test_no_acknowledged_end_is_lost_when_the_store_is_killed(stores, reading, following, long_form, kind):
    store = stores(kind, appendonly="yes", appendfsync="always")
    transport, readers = reading(store.url, 3)
    crew = await anyio.to_thread.run_sync(Crew, store.url)
    ends = 0
    rounds = 20 if long_form else 2
    try:
        for _ in range(rounds):
            await anyio.sleep(0.5)
            ends += len(crew.acknowledged)
            await anyio.to_thread.run_sync(store.restart)
            # Publishers go on meanwhile: converging is asked for where the store stands at each moment.
            await following.converge(readers, transport, PROJECT)
    finally:
        flushed = await anyio.to_thread.run_sync(crew.end)
    assert flushed
    assert ends > 0, "control: some ends were acknowledged before a kill"
    await following.converge(readers, transport, PROJECT)
    snapshot = await transport.read(PROJECT)
    for name, result in crew.acknowledged.items():
        state = snapshot.get(name)
        assert (state.status, state.result) == ("completed", result)
    for reader in readers:
        epochs = [epoch for epoch in reader.epochs if epoch != "0"]
        assert len(epochs) == len(set(epochs)) == rounds + 1, "each restart is another epoch"


async def test_without_an_append_only_file_ends_are_lost(stores, following):
    """Control: it is the store's promise that is kept."""
    store = stores()
    transport = RedisTransport(store.url)
    speaker = following.Speaker(transport, PROJECT)
    receipt = speaker.say(progress(0.5), completed())
    assert receipt.cursor.offset == 2
    await anyio.to_thread.run_sync(store.restart)
    assert (await following.read(transport, PROJECT)).tasks == ()
    transport.close()
    await transport.aclose()


async def test_an_empty_restart_is_another_epoch_and_what_is_held_is_told_again(stores, reading, following, long_form):
    store = stores()
    transport, readers = reading(store.url, 3)
    crew = await anyio.to_thread.run_sync(Crew, store.url)
    publisher = Publisher.from_url(store.url)
    rounds = 10 if long_form else 2
    try:
        with publisher.task(PROJECT, "held") as task:
            task.progress(0.5, "half")
            assert await task.aflush(5)
            for _ in range(rounds):
                await anyio.sleep(0.3)
                await anyio.to_thread.run_sync(store.restart_empty)
                await following.converge(readers, transport, PROJECT, under_load=True)
            task.progress(0.6)
            assert await task.aflush(10)
            # The store has answered that the epoch is another one: what is known is sent whole, in the next batch.
            assert await task.aflush(10)
            with anyio.fail_after(10):
                async with watch(transport, PROJECT) as snapshots:
                    async for snapshot in snapshots:
                        state = snapshot.get("held")
                        if state is not None and (state.progress, state.message) == (0.6, "half"):
                            break
    finally:
        publisher.close()
        assert await anyio.to_thread.run_sync(crew.end)
    await following.converge(readers, transport, PROJECT)
    for reader in readers:
        epochs = [epoch for epoch in reader.epochs if epoch != "0"]
        assert len(epochs) == len(set(epochs)) == rounds + 1, "each restart is another epoch, and none comes back"


def progress(value, *, task="t", run="r", **fields):
    return ProgressEvent(project_id=PROJECT, task_name=task, run_id=run, progress=value, **fields)


def completed(*, task="t", run="r", **fields):
    return CompletedEvent(project_id=PROJECT, task_name=task, run_id=run, **fields)


async def diverges(store, following, rounds):
    """Put the store back while publishers go on before any reader is back; tell whether a reader was fooled."""
    transport = RedisTransport(store.url)
    reader = following.Reader(transport, PROJECT)
    fooled = False
    try:
        for count in range(rounds):
            speaker = following.Speaker(transport, PROJECT, f"sender {count}")
            speaker.say(progress(0.1, run=f"r{count}"), progress(0.1, task="other", run=f"r{count}"))
            dump = await anyio.to_thread.run_sync(store.dump)
            speaker.say(progress(0.2, run=f"r{count}", message="lost"), completed(task="other", run=f"r{count}"))
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(reader.follow)
                await following.converge([reader], transport, PROJECT)
                tasks.cancel_scope.cancel()
            before = reader.folded.cursor
            await anyio.to_thread.run_sync(store.restart_from, dump)
            # As many events as were lost: where the epoch is the same, the offsets are too.
            batch = speaker.batch(progress(0.3, run=f"r{count}"), progress(0.4, task="new", run=f"r{count}"))
            await insist(transport, batch)
            snapshot = await following.read(transport, PROJECT)
            resumed = await transport.read(PROJECT, before)
            fooled |= resumed.resumed and not following.same_states(reader.folded.apply(resumed).tasks, snapshot.tasks)
            reader.forget()  # how it folds what it resumed with was looked at above
    finally:
        transport.close()
        await transport.aclose()
    return fooled


async def insist(transport, batch):
    while True:
        try:
            return await anyio.to_thread.run_sync(transport.publish, batch)
        except Exception:  # noqa: BLE001 - it starts just now
            await anyio.sleep(0.05)


async def test_an_older_dump_is_another_epoch_before_any_reader_is_back(stores, following, long_form):
    assert not await diverges(stores(), following, 10 if long_form else 2)


async def test_a_store_that_keeps_its_epoch_fools_them(stores, following, monkeypatch):
    """Control: without looking at the process that noted the epoch, a restored dump goes on in it."""
    for name, script in scripts._SCRIPTS.items():
        assert "asked ~= server" in script.source, "this control no longer fits the script"
        source = script.source.replace("asked ~= server", "false")
        digest = hashlib.sha1(source.encode()).hexdigest()
        monkeypatch.setitem(scripts._SCRIPTS, name, script._replace(source=source, digest=digest))
    assert await diverges(stores(), following, 2)


async def test_under_load_an_older_dump_makes_nobody_diverge(stores, reading, following, long_form):
    store = stores()
    transport, readers = reading(store.url, 3)
    crew = await anyio.to_thread.run_sync(Crew, store.url)
    try:
        for _ in range(10 if long_form else 2):
            dump = await anyio.to_thread.run_sync(store.dump)
            await anyio.sleep(0.4)
            await anyio.to_thread.run_sync(store.restart_from, dump)
            await following.converge(readers, transport, PROJECT, under_load=True)
    finally:
        assert await anyio.to_thread.run_sync(crew.end)
    await following.converge(readers, transport, PROJECT)


# --- races and zombies --------------------------------------------------------------------------------------------


async def test_who_subscribes_while_it_ends_learns_of_the_end(shared_store, following, long_form):
    transport = RedisTransport(shared_store.url)
    rounds, at_once = (10_000 if long_form else 200), 20
    speaker = following.Speaker(transport, "race")
    rng = random.Random(1)

    async def race(count):
        task = f"t{count % at_once}"
        await anyio.sleep(rng.random() * 0.01)
        with anyio.fail_after(4.5):  # below the 5 s after which comparing would find it
            state = await wait(transport, "race", task)
        assert state.run_id == f"r{count}"
        assert state.status == "completed"

    try:
        for first in range(0, rounds, at_once):
            counts = range(first, first + at_once)
            event = partial(ProgressEvent, project_id="race", progress=0.9)
            speaker.say(*(event(task_name=f"t{count % at_once}", run_id=f"r{count}") for count in counts))
            async with anyio.create_task_group() as tasks:
                for count in counts:
                    tasks.start_soon(race, count)
                    await anyio.sleep(rng.random() * 0.002)
                    end = CompletedEvent(project_id="race", task_name=f"t{count % at_once}", run_id=f"r{count}")
                    await anyio.to_thread.run_sync(speaker.say, end)
    finally:
        transport.close()
        await transport.aclose()


async def test_a_zombie_changes_nothing_and_learns_that_it_is_one(shared_store):
    transport = RedisTransport(shared_store.url)
    zombie, successor = Publisher(transport), Publisher(transport)
    try:
        with zombie.task("zombie", "t") as old:
            old.progress(0.9, "old")
            assert await old.aflush(5)
            with successor.task("zombie", "t") as new:
                new.progress(0.1, "new")
                assert await new.aflush(5)
                before = (await transport.read("zombie")).get("t")
                assert before.run_id == new.run_id
                old.progress(0.95, "still here")
                assert await old.aflush(5)
                old.fail("gave up")
                assert await old.aflush(5)
                assert (await transport.read("zombie")).get("t") == before
                assert old.superseded
                new.complete({"by": "the successor"})
                assert await new.aflush(5)
        state = (await transport.read("zombie")).get("t")
        assert (state.status, state.result, state.attempt) == ("completed", {"by": "the successor"}, 2)
    finally:
        zombie.close()
        successor.close()
        transport.close()
        await transport.aclose()


# --- workers that are killed or stopped ---------------------------------------------------------------------------

WORKER = """
import sys, time
from progresskit import Publisher, courier
from progresskit.transports.redis import scripts

url, lease_s, renew_s = sys.argv[1:]
scripts.Scripts.lease_s, courier.RENEW_S = float(lease_s), float(renew_s)
with Publisher.from_url(url).task("workers", "t") as task:
    task.progress(0.5, "half")
    print(task.flush(10), flush=True)
    time.sleep(600)
"""


class Leases:
    """How long a lease lasts here, how often it is renewed, and how soon a lapse is seen."""

    def __init__(self, *, long):
        self.lease_s, self.renew_s, self.seen_s = (20, 4, 30) if long else (1, 0.2, 10)


@pytest.fixture
def leases(long_form, monkeypatch):
    leases = Leases(long=long_form)
    monkeypatch.setattr(scripts.Scripts, "lease_s", leases.lease_s)
    if not long_form:
        monkeypatch.setattr("progresskit.subscription.COMPARE_S", 1.0)
    return leases


@pytest.fixture
def worker(stores, leases):
    """Return a store, and a process that reports a task to it."""
    store = stores()
    arguments = [store.url, str(leases.lease_s), str(leases.renew_s)]
    process = subprocess.Popen([sys.executable, "-c", WORKER, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "True\n"
    yield store, process
    process.kill()
    process.wait(10)
    process.stdout.close()


async def status_comes(transport, status, within_s):
    """Wait until a reader sees the task with a status, and return the seconds that it took."""
    began = time.monotonic()
    with anyio.fail_after(within_s):
        async with watch(transport, "workers") as snapshots:
            async for snapshot in snapshots:
                state = snapshot.get("t")
                if state is not None and state.status == status:
                    return time.monotonic() - began, state
    return None


async def test_a_killed_worker_shows_stalled_and_nothing_worse(worker, leases):
    store, process = worker
    transport = RedisTransport(store.url)
    try:
        await anyio.sleep(leases.lease_s * 1.5)
        assert (await transport.read("workers")).get("t").status == "in_progress", "control: it is alive, and silent"
        process.kill()
        took_s, state = await status_comes(transport, "stalled", leases.seen_s)
        assert (state.progress, state.message) == (0.5, "half")
        assert took_s > leases.lease_s * 0.5, "a lease outlives its last renewal"
        await anyio.sleep(leases.lease_s * 1.5)
        assert (await transport.read("workers")).get("t").status == "stalled", "never declared failed by guess"
    finally:
        await transport.aclose()


async def test_a_stopped_worker_revives_by_its_renewal_alone(worker, leases):
    store, process = worker
    transport = RedisTransport(store.url)
    try:
        process.send_signal(signal.SIGSTOP)
        _took_s, stalled = await status_comes(transport, "stalled", leases.seen_s)
        process.send_signal(signal.SIGCONT)
        _took_s, revived = await status_comes(transport, "in_progress", leases.seen_s)
        assert revived.cursor.offset == stalled.cursor.offset + 1, "by one event: the worker says nothing"
        assert (revived.progress, revived.message, revived.run_id) == (0.5, "half", stalled.run_id)
    finally:
        await transport.aclose()


async def test_a_cancel_reaches_a_worker_by_its_renewal(stores, leases, monkeypatch):
    monkeypatch.setattr("progresskit.courier.RENEW_S", leases.renew_s)
    transport = RedisTransport(stores().url)
    try:
        with Publisher(transport) as publisher:
            task = publisher.task("workers", "t")
            with pytest.raises(RunCancelled):
                await work_until_cancelled(transport, task)
            assert task.cancel_requested
            assert publisher.flush(5)
        assert (await transport.read("workers")).get("t").status == "cancelled"
    finally:
        transport.close()
        await transport.aclose()


async def work_until_cancelled(transport, task):
    async with task:
        assert await task.aflush(5)
        assert await transport.cancel("workers", "t")
        with anyio.fail_after(5):
            for _item in task.track(range(1_000), "waiting"):
                await anyio.sleep(0.01)
