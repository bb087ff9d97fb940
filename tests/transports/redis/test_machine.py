"""Publishers, readers and what befalls a store, in any order: hypothesis looks for one that breaks a rule.

The machine and its model stand in machine.py. It runs on two worlds: memory, and a server behind a proxy.
"""

import secrets
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from progresskit import subscription
from progresskit.errors import TransportError
from progresskit.frames import Batch
from progresskit.transports import MemoryTransport
from progresskit.transports.redis import RedisTransport


class MemoryWorld:
    """A memory transport: its data can be lost, its listeners be cut off, and its clock be set."""

    restarts = False

    def __init__(self):
        self.now_s = 0.0
        self._transport = MemoryTransport(clock=lambda: self.now_s)

    def open(self):
        self._transport.add_owner()
        return self._transport

    def insist(self, batch):
        return self._transport.publish(batch), 1

    def elapse(self, seconds):
        self.now_s += seconds

    def wipe(self):
        with self._transport._lock:
            self._transport._projects.clear()

    def cut(self):
        with self._transport._lock:
            for listeners in self._transport._listeners.values():
                for listener in listeners:
                    listener.end()

    @contextmanager
    def deaf(self):
        """Let nobody hear of what is published."""
        with pytest.MonkeyPatch.context() as patch:
            with self._transport._lock:
                for listeners in self._transport._listeners.values():
                    for listener in listeners:
                        patch.setattr(listener, "feed", lambda items: None)
            yield


class RedisWorld:
    """A server behind a proxy; whoever reads comes through it, and so does whoever publishes."""

    restarts = True

    def __init__(self, store, proxy, grow_old):
        self._store = store
        self._proxy = proxy
        self._grow_old = grow_old
        self._namespace = secrets.token_hex(6)
        self._publishing = self.open()

    def open(self):
        return RedisTransport(f"{self._store.url_at(self._proxy.port)}?namespace={self._namespace}")

    def insist(self, batch):
        for tries in range(1, 20):
            try:
                return self._publishing.publish(batch), tries
            except TransportError as error:
                last = error
        raise last

    def elapse(self, seconds):
        self._grow_old(self._store, seconds, self._namespace)

    def wipe(self):
        self._store.flushall()

    def cut(self):
        self._proxy.break_open()

    def strand(self):
        self._proxy.strand("down")

    def dump(self):
        return self._store.dump()

    def rewind(self, dump):
        self._store.restart_from(dump)

    def restart_empty(self):
        self._store.restart_empty()

    @contextmanager
    def deaf(self):
        """Let nobody hear of what is published."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self._publishing._server, "channel", lambda project_id: "nowhere")
            yield


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Let subscriptions compare positions often: each example waits for it."""
    monkeypatch.setattr(subscription, "COMPARE_S", 0.3)
    monkeypatch.setattr(subscription, "GRACE_S", 0.2)


def run(make, *, examples, steps=30):
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    options = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=checks,
        phases=[Phase.generate],  # what depends on moments doesn't shrink
    )
    run_state_machine_as_test(make, settings=options)


def test_on_memory_everybody_comes_to_the_store(driving, following, long_form):
    run(lambda: driving.Machine(MemoryWorld(), following), examples=500 if long_form else 15)


@pytest.fixture(params=["valkey", pytest.param("redis-server", marks=pytest.mark.long)])
def new_world(request, stores, proxies, harness):
    """Return ``new_world()``: a server without data, behind a proxy."""
    store = stores(request.param)
    proxy = proxies(store)

    def new():
        store.flushall()
        return RedisWorld(store, proxy, harness.grow_old)

    return new


def test_on_redis_everybody_comes_to_the_store(driving, following, new_world, long_form):
    run(lambda: driving.Machine(new_world(), following), examples=300 if long_form else 8)


# --- controls: the machine finds what it is for -------------------------------------------------------------------


class ForgetsNumbers(MemoryWorld):
    """Takes a batch twice."""

    def insist(self, batch):
        with self._transport._lock:
            for project in self._transport._projects.values():
                project.numbers.clear()
        return super().insist(batch)


class KeepsItsEpoch(MemoryWorld):
    """Loses its data, and goes on in the same epoch."""

    epoch = None

    def insist(self, batch):
        receipt, tries = super().insist(batch)
        project = self._transport._projects.get(batch.project_id)
        if project is not None:
            self.epoch = self.epoch or project.epoch
            project.epoch = self.epoch
        return receipt, tries


class LosesLeases(MemoryWorld):
    """Lets no lease lapse."""

    def elapse(self, seconds):
        pass


class AcceptsLast(MemoryWorld):
    """Loses a batch's last event, and says that it took it."""

    def insist(self, batch):
        fewer = Batch(batch.project_id, batch.sender, batch.number, batch.events[:-1], batch.held, batch.left)
        return super().insist(fewer)


@pytest.mark.parametrize("world", [ForgetsNumbers, KeepsItsEpoch, LosesLeases, AcceptsLast])
def test_the_machine_finds_a_store_that_breaks_a_rule(driving, following, monkeypatch, world):
    monkeypatch.setattr(driving.Machine, "patience_s", 1)
    with pytest.raises(AssertionError):
        run(lambda: driving.Machine(world(), following), examples=100)
