"""Snapshots and events: what goes out, when, and in which form."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from progresskit.events import Cursor
from progresskit.frames import Form, encode_state
from progresskit.hub import Hub


@pytest.mark.parametrize("form", list(Form))
async def test_a_client_gets_a_snapshot_with_its_actions_first_and_then_events(store, attach, form, new_screen):
    store.say("before", progress=0.1)
    screen = new_screen()
    async with Hub(store) as hub, attach(hub, screen, form=form, actions=["watch", "cancel"]) as client:
        await screen.until(lambda: screen.frames)
        assert client.cursor == screen.state.cursor
        await screen.at(store.say("after", progress=0.2))
        await screen.at(store.finish("after"))
    assert screen.kinds() == ["snapshot", "progress", "completed"]
    assert [frame.get("actions") for frame in screen.frames] == [["watch", "cancel"], None, None]
    assert screen.frames[0]["resumed"] is False
    assert [task["status"] for task in screen.shown()] == ["in_progress", "completed"]


async def test_an_unknown_project_is_an_empty_snapshot_that_its_first_event_follows(store, attach, new_screen):
    screen = new_screen()
    async with Hub(store) as hub, attach(hub, screen):
        await screen.at(Cursor("0", 0))
        await screen.at(store.say(progress=0.5))
    assert screen.kinds() == ["snapshot", "progress"]


async def test_each_project_goes_to_its_own_clients(store, attach, new_screen):
    mine, other = new_screen(), new_screen()
    async with Hub(store) as hub, attach(hub, mine, "mine"), attach(hub, other, "other"):
        await mine.at(Cursor("0", 0))
        await mine.at(store.say(project_id="mine"))
        await other.at(store.say(project_id="other"))
    assert mine.kinds() == other.kinds() == ["snapshot", "progress"]


async def test_it_ticks_at_once_after_a_pause_and_then_at_most_thirty_times_a_second(store, attach, new_screen, clock):
    screen = new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, attach(hub, screen, form=Form.BATCH):
        await screen.at(Cursor("0", 0))
        await clock.passes(1)
        await screen.at(store.say(progress=0.0))
        for number in range(1, 6):
            last = store.say(progress=number / 10)
        await clock.passes(0.033)
        assert screen.messages == 2, "a tick before its time"
        await clock.passes(0.001)
        await screen.at(last)
        assert screen.messages == 3, "one message for all that happened since"
        assert len(screen.frames) == 7
        await clock.passes(1)
        await screen.at(store.say(progress=0.9))


async def test_events_of_more_than_256_kib_go_out_as_a_snapshot(store, attach, new_screen, clock):
    screen = new_screen()
    async with Hub(store, clock=clock.clock, sleep=clock.sleep) as hub, attach(hub, screen):
        await screen.at(Cursor("0", 0))
        await clock.passes(1)
        await screen.at(store.say(metadata={"n": 0}))
        for number in range(1, 11):
            last = store.say(metadata={"n": number, "pad": "x" * 30_000})
        await clock.passes(0.1)
        await screen.at(last)
    assert screen.kinds() == ["snapshot", "progress", "snapshot"]
    assert screen.frames[-1]["resumed"] is True
    assert screen.state.get("t").metadata["n"] == 10


async def test_a_large_state_comes_in_parts(store, attach, new_screen):
    for number in range(20):
        last = store.say(f"t{number}", metadata={"pad": "x" * 20_000})
    screen = new_screen()
    async with Hub(store) as hub, attach(hub, screen, actions=["watch"]):
        await screen.at(last)
        assert screen.shown() == await store.truth()
    assert len(screen.frames) == 7
    assert [frame["resumed"] for frame in screen.frames] == [False] + [True] * 6
    assert ["actions" in frame for frame in screen.frames] == [True] + [False] * 6


async def test_what_clients_need_at_the_same_place_is_encoded_once(store, attach, monkeypatch, new_screen):
    encoded = []

    def encode(state):
        encoded.append(state)
        return encode_state(state)

    monkeypatch.setattr("progresskit.hub_state.encode_state", encode)
    for number in range(20):
        last = store.say(f"t{number}")
    async with Hub(store) as hub, AsyncExitStack() as stack:
        screens = [new_screen() for _ in range(20)]
        for screen in screens:
            await stack.enter_async_context(attach(hub, screen))
        for screen in screens:
            await screen.at(last)
        assert len(encoded) == 20
        await screens[0].at(store.say("t0"))
        late = new_screen()
        await stack.enter_async_context(attach(hub, late))
        await late.at(screens[0].state.cursor)
    assert len(encoded) == 21
