"""A hub's fan-out, simulated step by step: one store, two hubs that lag behind it, clients that move between them.

What a step does is drawn: events, restarts of the store with or without loss, subscriptions that jump, reads
that are answered late, sends that block, wake, raise, connections that drop with a frame in flight. Nothing
waits: the fan-out is pure.
"""

from __future__ import annotations

import json
import types
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from progresskit import fanout as fanout_module
from progresskit import frames as frames_module
from progresskit import state as state_module
from progresskit.events import CompletedEvent, Cursor, ErrorEvent, ProgressEvent, StatusEvent, event_from_json
from progresskit.fanout import Fanout
from progresskit.frames import Form, encode_state
from progresskit.hub_client import Client
from progresskit.inline import SendCancelled, start_one_by_one
from progresskit.state import Snapshot, TaskTable, fold, state_from_json

if TYPE_CHECKING:
    import random

NOW = "2026-11-23T00:00:00.000Z"
TASKS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


@contextmanager
def small_limits():
    """Make a project of few tasks as full as one of a thousand: eviction, parts and large ticks are common."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_module, "MAX_TASKS", 4)
        patch.setattr(frames_module, "MAX_SNAPSHOT_BYTES", 450)
        patch.setattr(fanout_module, "MAX_TICK_BYTES", 1_500)
        yield


class Store:
    """The truth: what a transport keeps of one project, with every event that it ever accepted."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.cursor = Cursor("0", 0)
        self.table = TaskTable()
        self.logs: dict[str, dict[int, object]] = {}
        self.dumps: list[tuple[int, list]] = []
        self.history: dict[Cursor, list[dict]] = {self.cursor: []}
        self.drawn = 0

    def fresh(self, prefix: str) -> str:
        self.drawn += 1
        return f"{prefix}{self.drawn}"

    def publish(self) -> None:
        rng, name = self.rng, self.rng.choice(TASKS)
        state = self.table.get(name)
        run_id = state.run_id if state and rng.random() < 0.8 and not state.terminal else self.fresh("run")
        fields = {"project_id": "p", "task_name": name, "run_id": run_id, "timestamp": NOW}
        event = rng.choices(
            [
                lambda: ProgressEvent(**fields, progress=rng.random(), message="m" * rng.randrange(60), stage=["s"]),
                lambda: ProgressEvent(**fields, progress=rng.random()),
                lambda: StatusEvent(**fields, status=rng.choice(["started", "retrying", "stalled", "cancelled"])),
                lambda: CompletedEvent(**fields, result={"a": None}),
                lambda: ErrorEvent(**fields, error="no", metadata={"x": 1}),
            ],
            [5, 5, 3, 1, 1],
        )[0]()
        if self.cursor.offset == 0 and self.cursor.epoch == "0":
            self.cursor = Cursor(self.fresh("e"), 0)
        cursor = Cursor(self.cursor.epoch, self.cursor.offset + 1)
        state, accepted = fold(state, event, cursor=cursor)
        if accepted is not None:
            self.cursor = cursor
            self.table.put(state)
            self.logs.setdefault(cursor.epoch, {})[cursor.offset] = accepted
            self.history[cursor] = public(self.table)

    def dump(self) -> None:
        self.dumps.append((self.cursor.offset, list(self.table)))

    def restart(self) -> None:
        how = self.rng.randrange(3)
        if how == 0:  # all is lost: an unknown project
            self.cursor, self.table = Cursor("0", 0), TaskTable()
        elif how == 1 and self.dumps:  # it went back
            offset, tasks = self.rng.choice(self.dumps)
            self.cursor, self.table = Cursor(self.fresh("e"), offset), TaskTable(tasks)
        elif self.cursor.offset:  # it kept everything
            self.cursor = Cursor(self.fresh("e"), self.cursor.offset)
        self.history[self.cursor] = public(self.table)

    def read(self, after: Cursor | None) -> Snapshot:
        resumed = after is not None and after.epoch == self.cursor.epoch and after.offset <= self.cursor.offset
        tasks = self.table.since(after.offset) if resumed else self.table
        return Snapshot("p", self.cursor, tuple(tasks), resumed=resumed)


class Subscription:
    """What ``subscribe`` promises, at any speed: events in order, snapshots where it likes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.after: Cursor | None = None
        self.position: Cursor | None = None

    def bring(self) -> object:
        store, at = self.store, self.position
        if at is None:
            item = store.read(self.after)
        else:
            log = store.logs.get(at.epoch if at.offset else store.cursor.epoch, {})
            item = log.get(at.offset + 1)
            if (item is None or store.rng.random() < 0.1) and at != store.cursor:
                item = store.read(at)
        if item is not None:
            self.position = item.cursor
        return item


@types.coroutine
def pause():
    yield


class Sends:
    """Starts sends by hand: in place, or later, as a task would."""

    def __init__(self, *, in_place: bool) -> None:
        self.in_place = in_place

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return

    def start(self, awaitable, context, done):
        flight = Flight(awaitable, done)
        if self.in_place:
            flight.step()
        if flight.over:
            return None
        Viewer.sending.flight = flight
        Viewer.sending.flights.append(flight)
        return flight.cancel

    def start_each(self, recipients, content):
        return start_one_by_one(self, recipients, content)


class Flight:
    """A send that goes on."""

    def __init__(self, coroutine, done) -> None:
        self.coroutine = coroutine
        self.done = done
        self.over = False

    def step(self, error: Exception | None = None) -> None:
        try:
            if error is None:
                self.coroutine.send(None)
            else:
                self.coroutine.throw(error)
        except StopIteration:
            self.over = True

    def wake(self, error: Exception | None = None) -> None:
        try:
            self.step(error)
        except Exception as raised:  # noqa: BLE001 - whatever it is, the test wants to see it
            self.over = True
            self.done(raised)
        else:
            if self.over:
                self.done(None)

    def cancel(self) -> None:
        if not self.over:
            self.over = True
            self.coroutine.close()
            self.done(SendCancelled())


class Viewer:
    """A client as the protocol wants it: it keeps a snapshot, and comes back with its cursor."""

    sending: Viewer

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.state: Snapshot | None = None
        self.client: Client | None = None
        self.hub: SimulatedHub | None = None
        self.flight: Flight | None = None
        self.flights: list[Flight] = []
        self.flying: list | None = None
        self.patience = 0.0
        self.frames_of_connection = 0
        self.seen: dict[tuple[str, str], dict[str, tuple[float, bool]]] = {}
        self.pings = self.pongs = 0
        self.broken: BaseException | None = None

    def come(self, hub: SimulatedHub, *, fresh: bool | None = None) -> None:
        rng = self.rng
        if rng.random() < 0.3 if fresh is None else fresh:
            self.state, self.seen = None, {}
        self.hub, self.frames_of_connection, self.pings, self.pongs = hub, 0, 0, 0
        self.change_pace()
        after = self.state.cursor if self.state is not None else None
        form = rng.choice(list(Form))
        self.client = Client(
            hub.fanout, self.send, form=form, after=after, actions=("watch",), inline=rng.random() < 0.7
        )
        Viewer.sending = self
        hub.viewers[self.client] = self
        hub.fanout.add(self.client)

    def go(self) -> None:
        if self.flying and self.rng.random() < 0.5:
            self.arrive(self.flying)  # it had arrived, and nobody knew
        self.hub.fanout.end(self.client, "closing")
        self.forget()

    def ping(self) -> None:
        self.pings += 1
        self.client.pong()

    def change_pace(self) -> None:
        self.patience = self.rng.choice(self.hub.world.patience)

    def is_current(self) -> bool:
        if self.client is None or self.client.busy or not self.frames_of_connection:
            return False
        return self.client.cursor is self.hub.fanout.state.cursor

    def is_between_parts(self) -> bool:
        return self.frames_of_connection > 0 and self.client in self.hub.fanout.behind

    def forget(self) -> None:
        self.hub.viewers.pop(self.client)
        self.client = self.hub = self.flight = self.flying = None

    async def send(self, content) -> None:
        if self.flying is not None:
            self.broken = AssertionError("a message was handed over while another was in flight")
        frames = decode(content)
        if self.rng.random() < self.patience:
            self.flying = frames
            await pause()
            self.flying = None
        if self.rng.random() < 0.01:
            raise OSError
        self.arrive(frames)

    def arrive(self, frames) -> None:
        try:
            self.take(frames)
        except BaseException as error:
            self.broken = error  # a fan-out takes it for a broken connection: the simulation tells
            raise

    def take(self, frames) -> None:
        for frame in frames:
            if frame["type"] not in {"pong", "closing"}:
                self.frames_of_connection += 1
                assert self.frames_of_connection > 1 or frame["type"] == "snapshot"
            match frame["type"]:
                case "snapshot":
                    self.take_snapshot(frame)
                case "heartbeat":
                    assert frame["cursor"] == str(self.state.cursor)
                case "pong":
                    self.pongs += 1
                    assert self.pongs <= self.pings
                case "closing":
                    pass
                case _:
                    event = event_from_json(frame)
                    here = self.state.cursor
                    assert event.cursor.offset == here.offset + 1
                    assert event.cursor.epoch == here.epoch or here.offset == 0
                    self.state = self.state.apply(event)
                    self.look(self.state.get(event.task_name))

    def take_snapshot(self, frame) -> None:
        tasks = tuple(map(state_from_json, frame["tasks"]))
        item = Snapshot("p", Cursor.parse(frame["cursor"]), tasks, resumed=frame["resumed"])
        first = self.frames_of_connection == 1
        assert ("actions" in frame) == first
        assert len(json.dumps(frame, separators=(",", ":"))) <= frames_module.MAX_SNAPSHOT_BYTES or len(tasks) <= 1
        self.state = item if self.state is None else self.state.apply(item)
        assert not (self.state is item and item.resumed), "resumed, but there was nothing to go on from"
        for state in item.tasks:
            self.look(state)

    def look(self, state) -> None:
        """Progress goes forward within a run, nothing follows a terminal, and no former run comes back."""
        runs = self.seen.setdefault((self.state.cursor.epoch, state.task_name), {})
        progress, terminal = runs.get(state.run_id, (0.0, False))
        assert (state.progress or 0.0) >= progress, "progress went back"
        assert not terminal or state.terminal, "something came after the end"
        if state.run_id in runs:
            assert state.run_id == list(runs)[-1], "a former run came back"
        runs[state.run_id] = (state.progress or 0.0, state.terminal)


def decode(content) -> list[dict]:
    if content["type"] == "websocket.send":
        decoded = json.loads(content["text"])
        return decoded if isinstance(decoded, list) else [decoded]
    assert content["more_body"]
    frames = []
    for chunk in content["body"].decode().removesuffix("\n\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in chunk.split("\n"))
        frame = json.loads(fields["data"])
        assert fields["event"] == frame["type"]
        assert fields.get("id") == (None if frame["type"] == "heartbeat" else frame.get("cursor"))
        frames.append(frame)
    return frames


class SimulatedHub:
    """A fan-out, its subscription, and its reads."""

    def __init__(self, store: Store, fanout_type: type[Fanout], world: World) -> None:
        self.store = store
        self.world = world
        self.subscription = Subscription(store)
        self.pending: list = []
        self.reading: tuple | None = None
        self.told_in = 0
        self.viewers: dict[Client, Viewer] = {}
        self.fanout = fanout_type(
            "p",
            in_place=Sends(in_place=True),
            as_tasks=Sends(in_place=False),
            clock=lambda: world.now,
            on_behind=lambda: None,
            on_ask=lambda: None,
        )

    def bring(self) -> bool:
        item = self.subscription.bring()
        if item is not None:
            self.pending.append(item)
        return item is not None

    def tick(self) -> None:
        items, self.pending = self.pending, []
        self.fanout.tick(items)

    def begin_anew(self) -> None:
        self.pending.clear()
        self.subscription.position = None
        self.subscription.after = self.fanout.state.cursor

    def begin_read(self) -> None:
        askers = self.fanout.askers()
        if askers and self.reading is None:
            self.reading = askers, self.store.cursor, self.fanout.state.epochs

    def answer(self) -> None:
        if self.reading is not None:
            askers, position, epochs = self.reading
            self.reading = None
            self.told_in = epochs
            self.fanout.answer(askers, position, epochs=epochs)


STEPS = {
    "publish": 2,
    "bring": 3,
    "lag": 1,
    "tick": 3,
    "serve": 3,
    "read": 3,
    "answer": 3,
    "come": 3,
    "go": 0.2,
    "roam": 1,
    "wake": 2,
    "break": 0.1,
    "pace": 0.2,
    "ping": 0.2,
    "time": 0.3,
    "store": 0.3,
}


class World:
    """Store, hubs and viewers, and the steps that they take."""

    def __init__(self, rng: random.Random, fanout_type: type[Fanout]) -> None:
        self.rng = rng
        self.now = 0.0
        # Each run has a temper of its own: what is rare in one is common in another.
        self.weights = {step: weight * rng.choice([0.3, 1, 3]) for step, weight in STEPS.items()}
        self.patience = rng.choice([(0.0,), (0.0, 0.3), (0.0, 0.3, 0.9)])
        self.store = Store(rng)
        self.hubs = [SimulatedHub(self.store, fanout_type, self) for _ in range(2)]
        self.viewers = [Viewer(rng) for _ in range(3)]
        # A fan-out doesn't tell a starter whose send it starts; the simulation has to know it.
        for hub in self.hubs:
            hand = hub.fanout._hand

            def handing(client, messages, now, hub=hub, hand=hand):
                Viewer.sending = hub.viewers[client]
                hand(client, messages, now)

            hub.fanout._hand = handing

    def step(self) -> None:  # noqa: C901 - one line for each kind of step
        """Take one of the steps that are possible now."""
        steps = [("publish", self.publish), ("store", self.trouble), ("time", self.wait)]
        for hub in self.hubs:
            if hub.subscription.position != self.store.cursor:
                steps.append(("bring" if hub is self.hubs[0] else "lag", partial(self.bring, hub)))
            if hub.pending:
                steps.append(("tick", hub.tick))
            if hub.fanout.behind:
                steps.append(("serve", partial(self.serve, hub)))
            if hub.reading is not None:
                steps.append(("answer", hub.answer))
            elif hub.fanout.askers():
                steps.append(("read", hub.begin_read))
        for viewer in self.viewers:
            if viewer.client is None:
                steps.append(("come", partial(viewer.come, self.rng.choice(self.hubs))))
                continue
            steps += [("go", viewer.go), ("ping", viewer.ping), ("pace", viewer.change_pace)]
            if viewer.flight is not None:
                steps += [("wake", viewer.flight.wake), ("break", partial(viewer.flight.wake, OSError()))]
            if viewer.is_between_parts():
                steps.append(("roam", partial(self.roam, viewer)))
        self.rng.choices(steps, [self.weights[name] for name, _step in steps])[0][1]()
        self.settle()

    def publish(self) -> None:
        for _ in range(self.rng.choice([1, 1, 1, 2, 3, 20])):
            self.store.publish()

    def trouble(self) -> None:
        self.rng.choice([self.store.dump, self.store.dump, self.store.restart])()

    def wait(self, seconds: float | None = None) -> None:
        self.now += seconds or self.rng.choice([1, 16])
        for hub in self.hubs:
            hub.fanout.look_after(list(hub.fanout.clients))
            if hub.fanout.ask_late():
                hub.begin_anew()

    def bring(self, hub: SimulatedHub) -> None:
        for _ in range(self.rng.choice([1, 1, 2, 3, 10])):
            hub.bring()

    def serve(self, hub: SimulatedHub) -> None:
        hub.fanout.serve(list(hub.fanout.behind)[: self.rng.randrange(1, 4)])

    def roam(self, viewer: Viewer) -> None:
        elsewhere = self.hubs[viewer.hub is self.hubs[0]]
        viewer.go()
        viewer.come(elsewhere, fresh=False)

    def settle(self) -> None:
        """Let viewers notice what ended."""
        for viewer in self.viewers:
            if viewer.broken is not None:
                raise viewer.broken
            if viewer.flight is not None and viewer.flight.over:
                viewer.flight = None
            if viewer.client is not None and viewer.client.why is not None:
                viewer.forget()
            if viewer.is_current():
                # The law in its strong form: whoever is current has the very state that stood there.
                assert public(viewer.state.tasks) == self.store.history[viewer.state.cursor]

    def finish(self) -> None:
        """Stop all trouble, and let everything that waits go on to its end."""
        for number in range(200):
            for hub in self.hubs:
                while hub.bring():
                    pass
                hub.tick()
                hub.begin_read()
                hub.answer()
                hub.fanout.serve(list(hub.fanout.behind))
            if number > 100:
                self.check_stuck()
                self.wait(1)
            for viewer in self.viewers:
                if viewer.client is None:
                    viewer.come(self.rng.choice(self.hubs))
                viewer.patience = 0.0
                if viewer.flight is not None:
                    viewer.flight.wake()
            self.settle()
            if all(self.is_done(viewer) for viewer in self.viewers):
                return
        pytest.fail("a client never came to the end")

    def check_stuck(self) -> None:
        """Only one thing takes time to get over: a store that lost all, twice, while the subscription slept.

        It sees the unknown project that it saw before, and waits for a place that was read in between.
        """
        for hub in self.hubs:
            if hub.fanout.waiting:
                assert hub.told_in == hub.fanout.state.epochs
                assert self.store.cursor == hub.fanout.state.cursor == Cursor("0", 0)

    def is_done(self, viewer: Viewer) -> bool:
        return viewer.is_current() and viewer.state.cursor == self.store.cursor


def public(states) -> list[dict]:
    """What readers may know of states."""
    return [json.loads(encode_state(state)) for state in states]


def run(rng: random.Random, fanout_type: type[Fanout] = Fanout) -> None:
    world = World(rng, fanout_type)
    try:
        for _ in range(rng.choice([20, 60, 100])):
            world.step()
        world.finish()
    finally:
        for flight in chain.from_iterable(viewer.flights for viewer in world.viewers):
            flight.coroutine.close()
