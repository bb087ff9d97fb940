"""Rules 1 to 4: what a consumer gets; and ``watch`` and ``wait``, which stand on it."""

import anyio
import pytest

from progresskit.events import CompletedEvent, Cursor, ProgressEvent
from progresskit.subscription import subscribe, wait, watch
from progresskit.transports import MemoryTransport

NOWHERE = Cursor("0", 0)


def progress(value=None, task="t", **fields):
    return ProgressEvent(project_id="p", task_name=task, run_id="r", progress=value, **fields)


def completed(task="t"):
    return CompletedEvent(project_id="p", task_name=task, run_id="r")


# --- rules 1 to 4: what the consumer gets -------------------------------------------------------------------------


async def test_a_consumer_slower_than_the_project_gets_a_resumed_snapshot_and_little_is_kept_for_it(bench):
    store = bench.Store()
    reader = bench.Reader(store)
    store.publish(progress())
    async with subscribe(bench.Link(store), "p") as items:
        await reader.come_to_the_store(items, 1)
        for count in range(2_500):
            store.publish(progress(task=f"t{count % 3}"))
            if count % 500 == 0:
                await anyio.sleep(0.01)
            assert len(items._buffer) <= 1_000
        await reader.come_to_the_store(items, 1)
    assert reader.items[-1].resumed
    assert len(reader.items) < 50


async def test_after_says_what_the_consumer_has(bench):
    store = bench.Store()
    first = store.publish(progress(0.1, "a"))
    last = store.publish(progress(0.2, "b"))
    for after, resumed, tasks in [
        (first, True, ["b"]),
        (str(first), True, ["b"]),
        (last, True, []),
        (None, False, ["a", "b"]),
        ("nonsense", False, ["a", "b"]),
        (Cursor(first.epoch, 9), False, ["a", "b"]),
        (NOWHERE, False, ["a", "b"]),
    ]:
        async with subscribe(bench.Link(store), "p", after=after) as items:
            item = await anext(items)
        assert (item.resumed, [state.task_name for state in item.tasks], item.cursor) == (resumed, tasks, last)


async def test_a_project_id_that_is_none_is_refused_at_once(bench):
    with pytest.raises(ValueError, match="project_id 'a/b' is not valid"):
        async with subscribe(MemoryTransport(), "a/b"):
            pass


async def test_what_the_consumer_raises_leaves_as_it_is(bench):
    async def raise_within(error):
        async with subscribe(MemoryTransport(), "p") as items:
            await anext(items)
            raise error

    for error in (KeyError("own"), ExceptionGroup("own", [ValueError()]), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught:
            await raise_within(error)
        assert caught.value is error


async def test_watch_gives_the_whole_of_what_is_known(bench):
    store = bench.Store()
    store.publish(progress(0.1, "a"))
    async with watch(bench.Link(store, events=["go", "lose"]), "p") as snapshots:
        assert [state.task_name for state in (await anext(snapshots)).tasks] == ["a"]
        store.publish(progress(0.2, "b"))
        assert [state.task_name for state in (await anext(snapshots)).tasks] == ["a", "b"]
        store.publish(progress(0.3, "a"))
        snapshot = await anext(snapshots)
        assert [(state.task_name, state.progress) for state in snapshot.tasks] == [("b", 0.2), ("a", 0.3)]
        assert not snapshot.resumed


async def test_watch_after_a_cursor_gives_what_changed_since(bench):
    store = bench.Store()
    cursor = store.publish(progress(0.1, "a"))
    store.publish(progress(0.2, "b"))
    async with watch(bench.Link(store), "p", after=cursor) as snapshots:
        snapshot = await anext(snapshots)
        assert (snapshot.resumed, [state.task_name for state in snapshot.tasks]) == (True, ["b"])


async def test_wait_waits_for_a_task_that_nobody_has_reported_yet(bench):
    store = bench.Store()

    async def work():
        await anyio.sleep(100)
        store.publish(progress(0.1))
        await anyio.sleep(100)
        store.publish(completed())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        state = await wait(bench.Link(store), "p", "t", timeout_s=1_000)
    assert (state.status, state.progress) == ("completed", 1.0)


async def test_wait_gives_up_in_time_and_names_bad_ids(bench):
    with pytest.raises(TimeoutError):
        await wait(MemoryTransport(), "p", "t", timeout_s=30)
    with pytest.raises(ValueError, match="task_name '' has 0 characters"):
        await wait(MemoryTransport(), "p", "")
