"""The hub itself: its life, its counts, what it survives; and the whole of it at random."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import AsyncExitStack
from contextvars import ContextVar

import anyio
import pytest
from anyio.lowlevel import checkpoint

from progresskit.errors import TransportError
from progresskit.events import Cursor, ProgressEvent
from progresskit.frames import Form
from progresskit.hub import Hub

who = ContextVar("who", default="nobody")


async def test_a_subscription_that_fails_is_begun_anew_and_said(store, attach, caplog, new_screen, clock):
    screen = new_screen()
    caplog.set_level(logging.WARNING, "progresskit.hub")
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, attach(hub, screen):
        await screen.at(Cursor("0", 0))
        for error in (TransportError("gone for good", retryable=False), RuntimeError("a fault")):
            await store.refuses(error)
            missed = store.say()
            await clock.passes(1)
            store.broken = None
            await clock.passes(10)
            await anyio.wait_all_tasks_blocked()
            await clock.passes(1)
            await screen.at(missed)
        assert screen.shown() == await store.truth()
    said = [record.getMessage() for record in caplog.records if record.name == "progresskit.hub"]
    assert "project p" in said[0]
    assert "gone for good" in said[0]
    assert len(said) == 1, "a broken store is said once a minute"


async def test_a_store_that_doesnt_answer_is_said_though_the_subscription_goes_on(store, attach, caplog, new_screen):
    screen = new_screen()
    caplog.set_level(logging.WARNING, "progresskit.hub")
    store.broken = TransportError("nobody at home")
    async with Hub(store) as hub, attach(hub, screen):
        for _ in range(3):
            store.refused = anyio.Event()
            with anyio.fail_after(5):
                await store.refused.wait()
        store.broken = None
        await screen.at(Cursor("0", 0))
    said = [record.getMessage() for record in caplog.records if record.name == "progresskit.hub"]
    assert said == ["project p can't be read: TransportError('nobody at home')"]
    assert caplog.records[0].project_id == "p"


async def test_an_event_that_no_store_accepted_is_said_and_read_instead(store, attach, caplog, new_screen, clock):
    screen = new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, attach(hub, screen):
        await screen.at(Cursor("0", 0))
        cursor = store.say("good")
        await clock.passes(1)
        await screen.at(cursor)
        (project,) = hub._projects.values()
        bad = ProgressEvent(project_id="p", task_name="bad", run_id="r")
        project._pending.append(bad)
        project._arrived.set()
        await clock.passes(1)
        await screen.at(store.say("good"))
        assert screen.shown() == await store.truth()
    assert "can't be folded" in caplog.text


async def test_counts_are_those_of_this_process(store, attach, new_screen):
    async with (
        Hub(store) as hub,
        attach(hub, new_screen(), "a"),
        attach(hub, new_screen(), "a"),
        attach(hub, new_screen(), "b"),
    ):
        assert hub.connections() == 3
        assert hub.connections("a") == 2
        assert hub.connections("nobody") == 0
        assert hub.connections_by_project() == {"a": 2, "b": 1}
    assert hub.connections() == 0
    assert hub.connections_by_project() == {}


async def test_a_snapshot_is_asked_of_the_store(store):
    first = store.say("a")
    store.say("b")
    hub = Hub(store)
    assert [state.task_name for state in (await hub.snapshot("p")).tasks] == ["a", "b"]
    assert [state.task_name for state in (await hub.snapshot("p", str(first))).tasks] == ["b"]
    assert not (await hub.snapshot("p", "nonsense")).resumed
    with pytest.raises(ValueError, match="project_id"):
        await hub.snapshot("not a project")


async def test_a_hub_must_be_entered_once_and_its_project_ids_are_checked(store, new_screen):
    hub = Hub(store)
    assert not hub.running
    with pytest.raises(RuntimeError, match="enter it first"):
        async with hub.attach("p", new_screen().send, form=Form.TEXT):
            pass
    async with hub:
        assert hub.running
        with pytest.raises(RuntimeError, match="running already"):
            await hub.__aenter__()
        with pytest.raises(ValueError, match="project_id"):
            async with hub.attach("not a project", new_screen().send, form=Form.TEXT):
                pass
    assert not hub.running


async def test_an_error_leaves_the_block_as_it_is(store, attach, new_screen):
    with pytest.raises(KeyError, match="mine"):
        async with Hub(store) as hub, attach(hub, new_screen()):
            {}["mine"]


def test_a_hub_runs_again_in_another_loop(store, anyio_backend_name, new_screen):
    async def once(hub):
        screen = new_screen()
        async with hub, hub.attach("p", screen.send, form=Form.TEXT):
            await screen.until(lambda: screen.frames)

    hub = Hub(store)
    for _ in range(2):
        anyio.run(once, hub, backend=anyio_backend_name)


async def test_the_transport_of_a_url_is_closed_with_the_hub_and_a_passed_one_is_not(store):
    async with Hub(store):
        pass
    store.say()
    hub = Hub("memory://hub-test")
    async with hub:
        transport = hub.transport
    with pytest.raises(TransportError):
        await transport.read("p")
    async with hub:
        assert (await hub.snapshot("p")).cursor == Cursor("0", 0)
    with pytest.raises(ValueError, match="scheme"):
        Hub("nothing://here")


async def test_sends_run_in_the_context_that_attached(store, attach, new_screen):
    seen = []

    class Curious(new_screen):
        async def send(self, content):
            seen.append(who.get())
            await checkpoint()
            seen.append(who.get())
            await super().send(content)

    screen = Curious()
    async with Hub(store) as hub:
        token = who.set("the request")
        async with attach(hub, screen):
            who.reset(token)
            await screen.at(Cursor("0", 0))
            await screen.at(store.say())
    assert seen == ["the request"] * 4


async def test_a_message_is_the_clients_own_to_write_into(store, attach, new_screen):
    class Rude(new_screen):
        async def send(self, content):
            await super().send(content)
            content.clear()

    rude, polite = Rude(), new_screen()
    async with Hub(store) as hub, attach(hub, rude), attach(hub, polite):
        await rude.at(Cursor("0", 0))
        await polite.at(store.say())


async def test_a_place_that_was_lost_twice_is_asked_for_again(store, attach, new_screen, clock):
    """It read a place; then all was lost, and the subscription sees the same nothing as before."""
    watching, late = new_screen(), new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, AsyncExitStack() as stack:
        await stack.enter_async_context(attach(hub, watching))
        await watching.at(Cursor("0", 0))
        await stack.enter_async_context(attach(hub, late, after="gone:5"))
        (project,) = hub._projects.values()
        askers = project.fanout.askers()
        project.fanout.answer(askers, Cursor("between", 3), epochs=project.fanout.state.epochs)
        await clock.passes(5)
        assert not late.frames
        await clock.passes(5)
        await late.at(Cursor("0", 0))


async def be_unreliable(hub, screen, attach, rng, stop):
    """Stall, wake, drop off and come back, until told to stop."""
    while not stop.is_set():
        after = None if screen.state is None else str(screen.state.cursor)
        with anyio.move_on_after(rng.uniform(0.01, 0.1)):
            async with attach(hub, screen, form=rng.choice(list(Form)), after=after):
                while not stop.is_set():
                    await anyio.sleep(rng.uniform(0, 0.02))
                    if screen.full is not None:
                        screen.wake()
                    elif rng.random() < 0.5:
                        screen.stall()
        screen.full = None


@pytest.mark.parametrize("seed", range(3))
async def test_clients_that_stall_wake_drop_off_and_resume_end_at_the_stores_state(
    store, attach, seed, monkeypatch, new_screen
):
    """The whole of it, with the real subscription; the simulation in test_properties.py goes further."""
    rng = random.Random(seed)
    monkeypatch.setattr("progresskit.fanout.MAX_TICK_BYTES", 2_000)
    monkeypatch.setattr("progresskit.frames.MAX_SNAPSHOT_BYTES", 1_000)
    stop = anyio.Event()
    screens = [new_screen() for _ in range(8)]
    async with Hub(store) as hub, AsyncExitStack() as stack:
        async with anyio.create_task_group() as tasks:
            for screen in screens:
                tasks.start_soon(be_unreliable, hub, screen, attach, rng, stop)
            for number in range(300):
                store.say(f"t{rng.randrange(12)}", progress=number / 300, message="x" * rng.randrange(300))
                if rng.random() < 0.01:
                    store._projects.clear()
                if number % 10 == 0:
                    await anyio.sleep(0.005)
            stop.set()
        last = store.say("last")
        for screen in screens:
            after = None if screen.state is None else str(screen.state.cursor)
            await stack.enter_async_context(attach(hub, screen, after=after))
        for screen in screens:
            await screen.at(last)
            assert screen.shown() == await store.truth()


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_a_hub_that_was_left_has_no_tasks(store, new_screen):
    before = asyncio.all_tasks()
    async with Hub(store) as hub, hub.attach("p", new_screen().send, form=Form.TEXT):
        await checkpoint()
    await checkpoint()
    assert asyncio.all_tasks() == before
