"""Clients that are slow, stall or break: they cost the others nothing, and catch up."""

from __future__ import annotations

import gc
import time
import tracemalloc
from contextlib import AsyncExitStack

import anyio
import pytest

from progresskit.events import Cursor, ProgressEvent
from progresskit.frames import Form
from progresskit.hub import Hub


@pytest.mark.parametrize("form", list(Form))
async def test_a_slow_client_delays_nobody_and_catches_up_with_one_snapshot(store, attach, form, new_screen):
    slow, quick = new_screen(), new_screen()
    async with Hub(store) as hub, attach(hub, slow, form=form), attach(hub, quick, form=form):
        await slow.at(Cursor("0", 0))
        slow.stall()
        first = store.say("a", progress=0.0)
        await slow.blocked()
        for number in range(1, 50):
            last = store.say("a" if number % 2 else "b", progress=number / 50)
        await quick.at(last)
        assert slow.state.cursor == Cursor("0", 0)
        slow.wake()
        await slow.at(last)
        assert first.epoch == last.epoch
        assert slow.shown() == quick.shown() == await store.truth()
        await slow.at(store.say("c"))
    assert slow.kinds()[-2:] == ["snapshot", "progress"]
    assert slow.kinds().count("snapshot") == 2
    assert slow.frames[-2]["resumed"] is True


async def test_who_missed_nothing_gets_no_snapshot(store, attach, new_screen):
    screen = new_screen()
    async with Hub(store) as hub, attach(hub, screen):
        await screen.at(Cursor("0", 0))
        screen.stall()
        cursor = store.say()
        await screen.blocked()
        screen.wake()
        await screen.at(cursor)
        await screen.at(store.say())
    assert screen.kinds() == ["snapshot", "progress", "progress"]


async def test_a_send_that_raises_ends_its_client_and_nothing_else(store, attach, new_screen):
    broken, whole = new_screen(), new_screen()
    async with Hub(store) as hub, attach(hub, broken) as client, attach(hub, whole):
        await broken.at(Cursor("0", 0))
        broken.error = OSError("the peer is gone")
        cursor = store.say()
        with anyio.fail_after(5):
            assert await client.wait_closed() == "failed"
        await whole.at(cursor)
        assert hub.connections("p") == 1
        await whole.at(store.say())
        client.pong()
    assert broken.kinds() == ["snapshot"]


async def test_a_send_that_raises_later_ends_its_client_and_nothing_else(store, attach, new_screen):
    broken, whole = new_screen(), new_screen()
    async with Hub(store) as hub, attach(hub, broken) as client, attach(hub, whole):
        await broken.at(Cursor("0", 0))
        broken.stall()
        store.say()
        await broken.blocked()
        broken.take = None  # what comes in raises
        broken.wake()
        with anyio.fail_after(5):
            assert await client.wait_closed() == "failed"
        await whole.at(store.say())


class Counter:
    """A client that only counts, and keeps the last message as it came."""

    def __init__(self):
        self.messages = 0
        self.last = ""
        self.full: anyio.Event | None = None
        self.changed = anyio.Event()

    async def send(self, content):
        if self.full is not None:
            await self.full.wait()
        self.messages += 1
        self.last = content["text"]
        self.changed.set()

    async def at(self, cursor):
        with anyio.fail_after(10):
            while str(cursor) not in self.last:
                self.changed = anyio.Event()
                await self.changed.wait()


async def all_at(clients, cursor):
    for client in clients:
        await client.at(cursor)


async def test_a_hundred_stalled_of_a_thousand_delay_nobody_and_nothing_is_kept_for_them(store):
    counters = [Counter() for _ in range(1_000)]
    stalled, free = counters[:100], counters[100:]

    async def burst(text):
        for number in range(50):
            cursor = store.say(f"t{number % 5}", message=text)
        await all_at(free, cursor)
        return cursor

    async with Hub(store) as hub, AsyncExitStack() as stack:
        for counter in counters:
            await stack.enter_async_context(hub.attach("p", counter.send, form=Form.BATCH))
        await all_at(counters, Cursor("0", 0))
        for counter in stalled:
            counter.full = anyio.Event()
        await burst("x")
        gc.collect()
        tracemalloc.start()
        try:
            for _ in range(4):
                cursor = await burst("x" * 2_000)
            gc.collect()
            held, _peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        # 200 events of 2 KiB went by: kept for each of the stalled that would be 40 MB.
        assert held < 4_000_000
        assert [counter.messages for counter in stalled] == [1] * 100
        for counter in stalled:
            counter.full.set()
        await all_at(stalled, cursor)
        assert [counter.messages for counter in stalled] == [3] * 100, "one in flight, and one snapshot"


async def test_control_one_stalled_client_stops_a_plain_manager_for_all(store, new_screen):
    screens = [new_screen() for _ in range(3)]
    screens[1].stall()
    with anyio.move_on_after(0.2) as patience:
        for screen in screens:
            await screen.send({"type": "websocket.send", "text": '{"type":"pong"}'})
    assert patience.cancelled_caught
    assert [screen.messages for screen in screens] == [1, 0, 0]


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_stalled_clients_cost_the_others_nothing(store):
    """The same work with and without a hundred stalled of a thousand, in turns; the best of each counts."""

    async def send(_content):
        return

    async def stall(_content):
        await anyio.sleep_forever()

    async def cost(hub):
        tick = next(iter(hub._projects.values())).fanout.tick
        best = float("inf")
        here = (await hub.snapshot("p")).cursor
        for number in range(1, 30):
            event = event_of(Cursor(here.epoch, here.offset + number))
            begun = time.perf_counter()
            tick([event])
            best = min(best, time.perf_counter() - begun)
        return best

    def event_of(cursor):
        now = "2026-11-23T00:00:00.000Z"
        return ProgressEvent(project_id="p", task_name="t", run_id="r", attempt=1, started_at=now, cursor=cursor)

    async def measured(sends):
        async with Hub(store) as hub, AsyncExitStack() as stack:
            for one in sends:
                await stack.enter_async_context(hub.attach("p", one, form=Form.BATCH))
            await anyio.wait_all_tasks_blocked()
            return await cost(hub)

    ratios = []
    for _ in range(3):
        alone = await measured([send] * 900)
        beside = await measured([send] * 900 + [stall] * 100)
        ratios.append(beside / alone)
    assert min(ratios) <= 1.3
