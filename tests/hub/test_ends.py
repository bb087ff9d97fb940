"""Heartbeats, pings, and how a client ends."""

from __future__ import annotations

from functools import partial

import anyio
import pytest

from progresskit.errors import TransportError
from progresskit.events import Cursor
from progresskit.frames import Form
from progresskit.hub import Hub


@pytest.mark.parametrize("form", list(Form))
async def test_a_heartbeat_comes_after_fifteen_seconds_of_silence_with_the_clients_cursor(
    store, attach, form, new_screen, clock
):
    screen = new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, attach(hub, screen, form=form):
        await screen.at(Cursor("0", 0))
        await clock.passes(14)
        cursor = store.say()
        await clock.passes(14)
        assert screen.kinds() == ["snapshot", "progress"]
        await clock.passes(2)
        assert screen.kinds() == ["snapshot", "progress", "heartbeat"]
        assert screen.frames[-1] == {"type": "heartbeat", "cursor": str(cursor)}
        await clock.passes(12)
        assert len(screen.frames) == 3
        await clock.passes(4)
        assert len(screen.frames) == 4


async def test_there_is_no_heartbeat_before_the_snapshot_and_none_beside_a_message(store, attach, new_screen, clock):
    screen = new_screen()
    store.broken = TransportError("down")
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, attach(hub, screen):
        await clock.passes(40)
        assert screen.frames == []
        store.broken = None
        await screen.at(Cursor("0", 0))
        screen.stall()
        cursor = store.say()
        await clock.passes(40)
        assert screen.in_flight
        screen.wake()
        await screen.at(cursor)
    assert screen.kinds() == ["snapshot", "progress"]


async def test_a_ping_is_answered_at_once_or_after_what_is_in_flight_and_one_is_remembered(store, attach, new_screen):
    screen, witness = new_screen(), new_screen()
    async with Hub(store) as hub, attach(hub, screen) as client, attach(hub, witness):
        await screen.at(Cursor("0", 0))
        client.pong()
        await screen.until(lambda: screen.kinds() == ["snapshot", "pong"])
        screen.stall()
        store.say()
        await screen.blocked()
        for _ in range(5):
            client.pong()
        missed = store.say()
        await witness.at(missed)
        screen.wake()
        await screen.at(missed)
    assert screen.kinds() == ["snapshot", "pong", "progress", "pong", "snapshot"]


async def test_a_ping_is_answered_while_the_store_is_down(store, attach, new_screen):
    screen = new_screen()
    store.broken = TransportError("down")
    async with Hub(store) as hub, attach(hub, screen) as client:
        client.pong()
        await screen.until(lambda: screen.kinds() == ["pong"])
        store.broken = None
        await screen.at(Cursor("0", 0))


async def test_a_send_that_hangs_for_sixty_seconds_ends_its_client(store, attach, new_screen, clock):
    dead, alive = new_screen(), new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, attach(hub, dead) as client, attach(hub, alive):
        await dead.at(Cursor("0", 0))
        await alive.at(Cursor("0", 0))
        dead.stall()
        store.say()
        await clock.passes(58)
        assert hub.connections("p") == 2
        await clock.passes(3)
        with anyio.fail_after(5):
            assert await client.wait_closed() == "dead"
        assert hub.connections("p") == 1
        await dead.until(lambda: dead.cancelled)
        await alive.at(store.say())
    assert dead.kinds() == ["snapshot"]


async def test_a_client_that_stalls_again_and_again_is_not_cut_off_for_being_slow(store, attach, new_screen, clock):
    slow = new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, attach(hub, slow) as client:
        await slow.at(Cursor("0", 0))
        for _ in range(4):
            slow.stall()
            cursor = store.say()
            await clock.passes(50)
            slow.wake()
            await slow.at(cursor)
        assert client.why is None


async def test_leaving_cancels_what_is_in_flight_and_frees_everything(store, attach, new_screen, clock):
    screen = new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub:
        async with attach(hub, screen):
            await screen.at(Cursor("0", 0))
            await clock.passes(1)
            assert store.links == 1
            screen.stall()
            store.say()
            await screen.blocked()
        assert screen.in_flight == 0, "nothing runs any more once the block is left"
        assert screen.cancelled == 1
        assert hub.connections() == 0
        await clock.passes(3)
        assert not hub._projects
        assert store.links == 0


async def test_a_cancelled_owner_sees_its_cancellation_and_nothing_else(store, attach, new_screen):
    screen = new_screen()
    async with Hub(store) as hub:
        with anyio.CancelScope() as scope:
            async with attach(hub, screen) as client:
                await screen.at(Cursor("0", 0))
                screen.stall()
                store.say()
                await screen.blocked()
                scope.cancel()
                await client.wait_closed()
        assert scope.cancelled_caught
        assert screen.cancelled == 1


async def test_a_project_is_followed_for_a_moment_after_its_last_client_left(store, attach, new_screen, clock):
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub:
        for _ in range(3):  # a page that is loaded again and again
            screen = new_screen()
            async with attach(hub, screen):
                await screen.at(Cursor("0", 0))
            await clock.passes(0.5)
        assert store.reads == 1
        await clock.passes(3)
        assert store.links == 0
        screen = new_screen()
        async with attach(hub, screen):
            await screen.at(Cursor("0", 0))
        assert store.reads == 2


async def test_closing_says_goodbye_after_what_is_in_flight(store, attach, new_screen, monkeypatch):
    monkeypatch.setattr("progresskit.hub.CLOSING_S", 0.2)
    free, busy, hung, late = new_screen(), new_screen(), new_screen(), new_screen()
    async with Hub(store) as hub, attach(hub, free) as a, attach(hub, busy) as b, attach(hub, hung) as c:
        for screen in (free, busy, hung):
            await screen.at(Cursor("0", 0))
        busy.stall()
        hung.stall()
        store.say()
        await busy.blocked()
        await hung.blocked()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(hub.aclose, retry_after_ms=2_500))
            with anyio.fail_after(5):
                assert await a.wait_closed() == "closing"
            busy.wake()
            with anyio.fail_after(5):
                assert await b.wait_closed() == "closing"
                assert await c.wait_closed() == "closing"
        assert hub.connections() == 0
        assert hub.running
        async with attach(hub, late) as d:
            with anyio.fail_after(5):
                assert await d.wait_closed() == "closing"
    assert free.kinds() == busy.kinds() == ["snapshot", "progress", "closing"]
    assert free.frames[-1] == {"type": "closing", "retry_after_ms": 2_500}
    assert hung.kinds() == ["snapshot"]
    assert late.kinds() == ["closing"]
