"""Subscriptions on real loops, beside real threads: who comes late learns the end, who leaves leaves nothing."""

import asyncio
import contextlib
import gc
import queue
import random
import sys
import threading
import weakref

import anyio
import anyio.lowlevel
import pytest

from progresskit.events import CompletedEvent, ErrorEvent, ProgressEvent
from progresskit.subscription import subscribe, wait, watch
from progresskit.transports import Batch, MemoryTransport, transport_from_url

AT_ONCE_S = 4  # well below the 5 s after which comparing would find it


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.fixture
def worker():
    """Return a function that has another thread call something, soon."""
    calls = queue.SimpleQueue()

    def work():
        while (call := calls.get()) is not None:
            call()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield calls.put
    calls.put(None)
    thread.join(5)


def publish(transport, number, kind, **fields):
    event = kind(project_id="p", task_name="t", run_id=f"r{number}", **fields)
    transport.publish(Batch("p", f"sender {kind.__name__}", number + 1, (event,)))


async def race(rounds, worker):
    transport = MemoryTransport()
    rng = random.Random(1)
    for number in range(rounds):
        publish(transport, number, ProgressEvent, progress=0.9)
        kind, fields = (ErrorEvent, {"error": "no"}) if number % 3 == 0 else (CompletedEvent, {"result": number})
        worker(lambda number=number, kind=kind, fields=fields: publish(transport, number, kind, **fields))
        for _ in range(rng.randrange(6)):
            await anyio.lowlevel.checkpoint()
        with anyio.fail_after(AT_ONCE_S):
            state = await wait(transport, "p", "t")
        assert state.run_id == f"r{number}"
        assert state.error == "no" if kind is ErrorEvent else state.result == number
    assert not transport._listeners


async def test_a_subscriber_that_races_a_completion_always_learns_the_outcome(worker):
    await race(300, worker)


@pytest.mark.long
async def test_a_subscriber_that_races_a_completion_10000_times_always_learns_the_outcome(worker):
    await race(10_000, worker)


async def test_a_subscriber_follows_a_thread_event_by_event(worker):
    transport = MemoryTransport()
    async with subscribe(transport, "p") as items:
        await anext(items)
        for number in range(200):
            worker(lambda number=number: publish(transport, number, ProgressEvent, message=str(number)))
        offset = 0
        with anyio.fail_after(AT_ONCE_S):
            while offset < 200:
                cursor = (await anext(items)).cursor
                assert cursor.offset == offset + 1
                offset = cursor.offset


@pytest.mark.parametrize("follow", [subscribe, watch])
async def test_cancelling_the_consumer_frees_everything_within_a_second(follow, worker):
    transport = MemoryTransport()
    publish(transport, 0, ProgressEvent)
    tasks_before = count_tasks()
    for patience_s in (0, 0, 0.001, 0.01, 0.05):
        with anyio.fail_after(patience_s + 1), anyio.move_on_after(patience_s):
            async with follow(transport, "p") as items:
                async for _item in items:
                    pass
        assert not transport._listeners
        assert count_tasks() == tasks_before


async def test_a_hundred_consumers_that_are_cancelled_leave_nothing_in_memory():
    transport = MemoryTransport()
    left = weakref.WeakSet()
    all_there = anyio.Event()

    async def consume():
        async with subscribe(transport, "p") as items:
            left.add(items)
            async for _item in items:
                if len(left) == 100:
                    all_there.set()

    async with anyio.create_task_group() as tasks:
        for _ in range(100):
            tasks.start_soon(consume)
        with anyio.fail_after(5):
            await all_there.wait()
        assert len(transport._listeners["p"]) == 100
        tasks.cancel_scope.cancel()
    del tasks
    await anyio.lowlevel.checkpoint()
    gc.collect()
    assert not transport._listeners
    assert len(left) == 0


async def test_who_breaks_out_of_the_loop_leaves_nothing_either():
    transport = MemoryTransport()
    with contextlib.suppress(LookupError):
        async with subscribe(transport, "p") as items:
            async for _item in items:
                raise LookupError
    assert not transport._listeners


async def test_a_url_s_transport_is_closed_with_the_watch_and_a_passed_one_is_not():
    mine = transport_from_url("memory://watched")
    try:
        async with watch("memory://watched", "p") as snapshots:
            await anext(snapshots)
        with pytest.raises(TimeoutError):
            await wait("memory://watched", "p", "t", timeout_s=0.01)
        assert mine._owners == 1
        async with watch(mine, "p") as snapshots:
            await anext(snapshots)
        assert mine._owners == 1
    finally:
        mine.close()


def count_tasks():
    if "trio" in sys.modules and sys.modules["trio"].lowlevel.in_trio_run():
        return sys.modules["trio"].lowlevel.current_statistics().tasks_living
    return len(asyncio.all_tasks())
