"""Rule 5 and its kin: whatever a link does, what it did is made good in time."""

import anyio
import pytest

from progresskit import subscription
from progresskit.errors import TransportError
from progresskit.events import CompletedEvent, Cursor, ProgressEvent
from progresskit.state import Snapshot
from progresskit.subscription import subscribe, watch

FOR_EVER_S = 1e9
NOWHERE = Cursor("0", 0)


def progress(value=None, task="t", **fields):
    return ProgressEvent(project_id="p", task_name=task, run_id="r", progress=value, **fields)


def completed(task="t"):
    return CompletedEvent(project_id="p", task_name=task, run_id="r")


# --- rule 5, fault by fault ---------------------------------------------------------------------------------------


async def follow_one_fault(bench, fault):
    """Follow a project over a link with one fault; return how long the last event took to be known."""
    store = bench.Store()
    link = bench.Link(store, events=["go", fault])
    reader = bench.Reader(store)
    async with subscribe(link, "p") as items:
        await reader.come_to_the_store(items, 1)
        store.publish(progress(0.1))
        await reader.come_to_the_store(items, 1)
        store.publish(completed())
        return await reader.come_to_the_store(items, 30)


@pytest.mark.parametrize("fault", ["lose", "hold back", "half open"])
async def test_an_event_that_never_comes_is_made_good_within_10_s(bench, fault):
    assert 0 < await follow_one_fault(bench, fault) <= 10


@pytest.mark.parametrize("fault", ["end", "break"])
async def test_a_link_that_breaks_off_is_made_good_at_once(bench, fault):
    assert await follow_one_fault(bench, fault) <= 1


@pytest.mark.parametrize("fault", ["lose", "half open"])
async def test_without_comparing_a_lost_event_is_lost(bench, fault, monkeypatch):
    monkeypatch.setattr(subscription, "COMPARE_S", FOR_EVER_S)
    with pytest.raises(TimeoutError):
        await follow_one_fault(bench, fault)


async def test_without_reading_after_a_break_what_it_swallowed_is_late(bench, monkeypatch):
    monkeypatch.setattr(subscription._Follower, "_overflow", lambda follower: None)
    assert await follow_one_fault(bench, "end") > 4


async def follow_a_link_that_is_half_open(bench):
    """Return how long an event takes after the link was found to be silent."""
    store = bench.Store()
    reader = bench.Reader(store)
    async with subscribe(bench.Link(store, events=["half open"]), "p") as items:
        await reader.come_to_the_store(items, 1)
        store.publish(progress(0.1))
        await reader.come_to_the_store(items, 10)
        await anyio.sleep(0.1)
        store.publish(completed())
        return await reader.come_to_the_store(items, 10)


async def test_a_link_that_is_half_open_is_opened_anew(bench):
    assert await follow_a_link_that_is_half_open(bench) == 0


async def test_without_opening_it_anew_each_event_would_be_late(bench, monkeypatch):
    monkeypatch.setattr(subscription._Follower, "_reopen", lambda follower: None)
    assert await follow_a_link_that_is_half_open(bench) > 4


async def test_a_gap_is_made_good_at_once(bench):
    store = bench.Store()
    reader = bench.Reader(store)
    async with subscribe(bench.Link(store, events=["lose", "go"]), "p") as items:
        await reader.come_to_the_store(items, 1)
        store.publish(progress(0.1), progress(0.2, "other"))
        assert await reader.come_to_the_store(items, 10) == 0
    assert isinstance(reader.items[-1], Snapshot)


async def test_what_comes_twice_or_late_is_given_once(bench):
    store = bench.Store()
    reader = bench.Reader(store)
    faults = ["repeat", "hold back", "go", "flood", "repeat"]
    async with subscribe(bench.Link(store, events=faults), "p") as items:
        await reader.come_to_the_store(items, 1)
        for count in range(6):
            store.publish(progress(message=str(count)))
            await reader.come_to_the_store(items, 10)
    offsets = [item.cursor.offset for item in reader.items]
    assert offsets == sorted(set(offsets))


async def repeating(stream):
    """Repeat the first event for ever, and bring nothing else."""
    event = await anext(stream)
    while True:
        yield event
        await anyio.sleep(0.001)


async def test_a_link_that_only_repeats_doesnt_keep_from_comparing(bench):
    store = bench.Store()
    reader = bench.Reader(store)
    async with subscribe(bench.Link(store, through=repeating), "p") as items:
        await reader.come_to_the_store(items, 1)
        store.publish(progress(0.1))
        await reader.come_to_the_store(items, 1)
        store.publish(completed())
        await reader.come_to_the_store(items, 10)


async def test_a_silent_loss_of_the_store_is_found_within_10_s(bench):
    store = bench.Store()
    reader = bench.Reader(store)
    async with subscribe(bench.Link(store), "p") as items:
        store.publish(progress(0.1))
        await reader.come_to_the_store(items, 1)
        store.wipe()
        await reader.come_to_the_store(items, 10)
    assert reader.folded.tasks == ()


async def follow_a_late_event_of_a_lost_epoch(bench):
    """Let the first event of a lost epoch come after the loss was seen, as if it were the first of a new one."""
    store = bench.Store()
    reader = bench.Reader(store)
    async with subscribe(bench.Link(store, events=["hold back", "go"]), "p") as items:
        await reader.come_to_the_store(items, 1)
        store.publish(progress(0.1))
        await reader.come_to_the_store(items, 10)  # by comparing, which opens a new link
    epoch = reader.folded.cursor.epoch
    late = progress(0.1).model_copy(
        update={"cursor": Cursor(epoch, 1), "attempt": 1, "started_at": "2026-11-23T00:00:00.000Z"}
    )
    follower = subscription._Follower(bench.Link(store), "p", None, lambda _: None)
    reader.folded = None
    follower._position = Cursor(epoch, 1)
    store.wipe()
    follower._compare_at = 0.0
    reader.take(await anext(follower))
    follower._offer(late)
    with anyio.move_on_after(1):
        reader.take(await anext(follower))


async def test_events_of_an_epoch_that_was_left_are_dropped(bench):
    await follow_a_late_event_of_a_lost_epoch(bench)


async def test_without_remembering_the_epoch_a_late_event_would_count(bench, monkeypatch):
    monkeypatch.setattr(subscription, "_LEFT_EPOCHS", 0)
    with pytest.raises(AssertionError):
        await follow_a_late_event_of_a_lost_epoch(bench)


async def test_an_event_that_cant_be_decoded_is_passed_over(bench):
    async def through(stream):
        async for event in stream:
            yield event.cursor if event.message == "of a newer writer" else event

    store = bench.Store()
    async with subscribe(bench.Link(store, through=through), "p") as items:
        assert (await anext(items)).cursor == NOWHERE
        store.publish(progress(0.1), progress(0.2, message="of a newer writer"), progress(0.3))
        assert [(await anext(items)).cursor.offset for _ in range(2)] == [1, 3]
        store.publish(progress(0.4, message="of a newer writer"))
        with anyio.move_on_after(12):
            pytest.fail(f"nothing was lost, yet there is {await anext(items)}")


# --- the store doesn't answer, the link doesn't open --------------------------------------------------------------


async def test_while_the_store_doesnt_answer_the_iterator_waits_and_tries_again_in_no_haste(bench):
    store = bench.Store()
    link = bench.Link(store, reads=["refuse"] * 60)
    reader = bench.Reader(store)
    store.publish(progress(0.1))
    async with subscribe(link, "p") as items:
        took_s = await reader.come_to_the_store(items, 120)
    assert took_s > 25
    assert len(link.read_at) == 61


async def test_the_first_read_waits_at_most_a_second_for_listen(bench):
    store = bench.Store()
    store.publish(progress(0.1))
    for trouble in ("hang", "slow"):
        reader = bench.Reader(store)
        async with subscribe(bench.Link(store, opens=[trouble]), "p") as items:
            assert await reader.come_to_the_store(items, 10) == pytest.approx(1)


async def follow_while_listen_is_slow_to_open(bench):
    """Return how long what happens between the first read and the opening takes to be known."""
    store = bench.Store()
    reader = bench.Reader(store)
    async with subscribe(bench.Link(store, opens=["slow"]), "p") as items:
        await reader.come_to_the_store(items, 2)
        store.publish(progress(0.1))
        return await reader.come_to_the_store(items, 10)


async def test_what_happens_while_listen_is_slow_to_open_isnt_missed(bench):
    assert await follow_while_listen_is_slow_to_open(bench) == pytest.approx(1)


async def test_without_reading_after_the_opening_it_would_be_late(bench, monkeypatch):
    monkeypatch.setattr(subscription._Follower, "_overflow", lambda follower: None)
    assert await follow_while_listen_is_slow_to_open(bench) >= 4


async def test_a_link_that_ends_as_soon_as_it_is_open_is_opened_anew_in_no_haste(bench):
    async def ending(stream):
        return
        yield

    link = bench.Link(bench.Store(), through=ending)
    async with subscribe(link, "p") as items:
        await anext(items)
        with anyio.move_on_after(60):
            await anext(items)
    assert 60 <= len(link.opened) <= 130
    assert len(link.read_at) <= len(link.opened) + 15


async def test_a_transport_that_breaks_in_its_own_way_is_logged_and_opened_anew(bench, caplog):
    store = bench.Store()
    reader = bench.Reader(store)
    async with subscribe(bench.Link(store, opens=["break", "break", "refuse"]), "p") as items:
        store.publish(progress(0.1))
        await reader.come_to_the_store(items, 1)
        await anyio.sleep(5)
        store.publish(progress(0.2))
        assert await reader.come_to_the_store(items, 1) == 0
    assert "listening to project p failed; opening it anew" in caplog.text


async def test_a_transport_that_refuses_for_good_says_so_to_the_consumer(bench):
    store = bench.Store()
    async with subscribe(bench.Link(store), "p") as items:
        await anext(items)
        store.transport.close()
        with anyio.fail_after(10), pytest.raises(TransportError, match="this MemoryTransport is closed"):
            await anext(items)


# --- consumers that give up and come back -------------------------------------------------------------------------


async def come_back(bench, follow, patience_s, reads):
    """Ask again and again with little patience; return how long it took to learn of the end."""
    store = bench.Store()
    link = bench.Link(store, events=["lose", "go"], reads=reads)
    async with follow(link, "p") as items:
        with anyio.fail_after(600):
            await anext(items)
        store.publish(progress(0.1), completed())
        began = anyio.current_time()
        with anyio.fail_after(60):
            while True:
                with anyio.move_on_after(patience_s):
                    item = await anext(items)
                    if item.cursor == store.cursor:
                        return anyio.current_time() - began


@pytest.mark.parametrize("follow", [subscribe, watch])
async def test_a_consumer_that_gives_up_waiting_loses_nothing(bench, follow):
    reads = ["go", "slow to go"]
    assert await come_back(bench, follow, 0.5, reads) <= 1
    assert await come_back(bench, follow, FOR_EVER_S, reads) <= 1


async def test_without_minding_the_item_at_hand_it_would_be_late(bench, monkeypatch):
    monkeypatch.setattr(subscription._Follower, "_overflow", lambda follower: None)
    assert await come_back(bench, subscribe, 0.5, ["go", "slow to go"]) > 4
