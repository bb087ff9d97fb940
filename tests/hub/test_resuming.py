"""Clients that come back with a cursor, and stores that lose theirs."""

from __future__ import annotations

from contextlib import AsyncExitStack

import anyio
import pytest

from progresskit.events import Cursor
from progresskit.hub import Hub
from progresskit.state import Snapshot


async def test_a_client_that_comes_back_gets_what_changed_since_its_cursor(store, attach, new_screen):
    store.say("a")
    after = store.say("b")
    store.say("c")
    screen = new_screen()
    screen.state = Snapshot("p", after)
    async with Hub(store) as hub, attach(hub, screen, after=str(after), actions=["watch"]):
        await screen.at(store.say("d"))
        await screen.at(store.say("e"))
    first = screen.frames[0]
    assert first["resumed"] is True
    assert first["actions"] == ["watch"]
    assert [task["task_name"] for task in first["tasks"]] in (["c"], ["c", "d"])


async def test_a_client_that_missed_nothing_is_told_so(store, attach, new_screen):
    cursor = store.say("a")
    screen = new_screen()
    screen.state = Snapshot("p", Cursor("0", 0))
    async with Hub(store) as hub, attach(hub, screen, after=str(cursor)):
        await screen.at(cursor)
    assert [(frame["type"], frame["resumed"], frame["tasks"]) for frame in screen.frames] == [("snapshot", True, [])]


@pytest.mark.parametrize("after", ["gone:1", "{epoch}:99", "nonsense", "", ":", "a:b:c", "0:0"])
async def test_a_cursor_that_is_no_place_to_go_on_from_counts_as_none(store, attach, after, new_screen):
    cursor = store.say("a")
    screen = new_screen()
    async with Hub(store) as hub, attach(hub, screen, after=after.format(epoch=cursor.epoch)):
        await screen.at(cursor)
    assert screen.frames[0]["resumed"] is False
    assert [task["task_name"] for task in screen.frames[0]["tasks"]] == ["a"]


async def test_clients_that_come_back_together_share_a_read(store, attach, new_screen):
    cursor = store.say("a")
    screens = [new_screen() for _ in range(50)]
    async with Hub(store) as hub, AsyncExitStack() as stack:
        first = new_screen()
        await stack.enter_async_context(attach(hub, first))
        await first.at(cursor)
        store.reads = 0
        for screen in screens:
            screen.state = Snapshot("p", Cursor("0", 0))
            await stack.enter_async_context(attach(hub, screen, after=str(cursor)))
        for screen in screens:
            await screen.at(cursor)
    assert store.reads <= 2, "one that had begun before some came, and one for those"


async def test_a_hub_that_is_behind_answers_only_when_it_stands_where_the_store_stood(store, attach, new_screen):
    """The cursor of a part, cut by a hub that was ahead, lacks what had changed after it."""
    early = store.say("a", message="early")
    first, roaming = new_screen(), new_screen()
    async with Hub(store) as hub, AsyncExitStack() as stack:
        await stack.enter_async_context(attach(hub, first))
        await first.at(early)
        store.deaf = anyio.Event()  # this hub falls behind
        part = store.say("b")
        late = store.say("a", progress=0.5)
        # Another hub has cut [b] out of [b, a], and the client has nothing else.
        roaming.state = Snapshot("p", part, (await store.read("p")).tasks[:1])
        assert roaming.state.get("a") is None
        await stack.enter_async_context(attach(hub, roaming, after=str(part)))
        await anyio.wait_all_tasks_blocked()
        assert not roaming.frames
        store.deaf.set()
        store.deaf = None
        await roaming.at(late)
        assert roaming.shown() == await store.truth()
    assert roaming.state.get("a").message == "early"


async def test_a_lost_store_starts_every_client_anew(store, attach, new_screen):
    lost = store.say("lost")
    screen, stalled = new_screen(), new_screen()
    async with Hub(store) as hub, attach(hub, screen), attach(hub, stalled):
        await screen.at(lost)
        await stalled.at(lost)
        stalled.stall()
        store.say("lost")
        await stalled.blocked()
        store._projects.clear()
        cursor = store.say("new")
        await screen.at(cursor)
        assert cursor.epoch != lost.epoch
        stalled.wake()
        await stalled.at(cursor)
        for one in (screen, stalled):
            assert [task["task_name"] for task in one.shown()] == ["new"]
            assert one.frames[-1]["resumed"] is False


async def test_an_event_that_cant_be_decoded_keeps_no_client_waiting_for_ever(store, attach, new_screen, clock):
    """The subscription passes it over in silence, so the state never comes to where the store was read."""
    watching, late = new_screen(), new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, AsyncExitStack() as stack:
        before = store.say("a")
        await stack.enter_async_context(attach(hub, watching))
        await watching.at(before)
        store.garbled = True
        after = store.say("a", message="from the future")
        await clock.passes(1)
        late.state = Snapshot("p", before)
        await stack.enter_async_context(attach(hub, late, after=str(before)))
        await clock.passes(5)
        store.garbled = False
        if late.state.cursor != after:  # a subscription may as well bring the state instead
            await clock.passes(6)
        await late.at(after)
        await watching.at(after)
        assert watching.shown() == await store.truth()
