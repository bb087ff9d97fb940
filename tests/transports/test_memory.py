"""The memory transport keeps the port's contract, between threads and event loops, and only within its process."""

import asyncio
import json
import logging
import os
import threading
import warnings

import anyio
import pytest

from progresskit.errors import TransportError
from progresskit.events import CompletedEvent, Cursor, ProgressEvent
from progresskit.hub import Hub
from progresskit.subscription import subscribe, wait
from progresskit.testing.transports import MemoryHarness, transport_checks
from progresskit.transports import Batch, MemoryTransport, Run, Transport, transport_from_url

HOUR_S = 3600
NOWHERE = Cursor("0", 0)


def progress(value=None, task="t", **fields):
    return ProgressEvent(project_id="p", task_name=task, run_id="r", progress=value, **fields)


def batch(number, *events, sender="s", **options):
    return Batch("p", sender, number, events, **options)


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


# --- the contract -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", transport_checks, ids=lambda check: check.__name__)
async def test_contract(check):
    await check(MemoryHarness())


@pytest.mark.long
@pytest.mark.parametrize("check", transport_checks, ids=lambda check: check.__name__)
async def test_contract_with_patience(check):
    harness = MemoryHarness()
    harness.patience_s = 60
    await check(harness)


def test_it_is_a_transport():
    assert isinstance(MemoryTransport(), Transport)


# --- between threads and event loops ------------------------------------------------------------------------------


def test_several_threads_publish_and_several_loops_listen():
    """Four threads publish; two loops of asyncio and two of trio, each in a thread of its own, follow them."""
    transport = MemoryTransport()
    publishers, loops, events = 4, 4, 250
    ready = threading.Barrier(publishers + loops)
    seen, wrong = [], []

    def publish(sender):
        ready.wait(10)
        for number in range(1, events):
            transport.publish(batch(number, progress(number / events, task=sender, message=str(number)), sender=sender))
        end = CompletedEvent(project_id="p", task_name=sender, run_id="r")
        transport.publish(batch(events, end, sender=sender))

    async def follow():
        async with subscribe(transport, "p") as items:
            snapshot = await anext(items)
            await anyio.to_thread.run_sync(ready.wait, 10)
            with anyio.fail_after(30):
                async for item in items:
                    snapshot = snapshot.apply(item)
                    if len([state for state in snapshot.tasks if state.terminal]) == publishers:
                        seen.append(snapshot)
                        return

    def run(target, *args, **options):
        try:
            target(*args, **options)
        except BaseException as error:  # noqa: BLE001 - told to the test
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(publish, f"task {count}")) for count in range(publishers)]
    threads += [
        threading.Thread(target=run, args=(anyio.run, follow), kwargs={"backend": backend})
        for backend in ("asyncio", "trio") * (loops // 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert not wrong
    truth = anyio.run(transport.read, "p")
    assert truth.cursor.offset == publishers * events
    assert seen == [truth] * loops
    assert not transport._listeners


async def test_a_raw_listener_hears_every_event_of_many_threads_in_order():
    transport = MemoryTransport()
    async with transport.listen("p") as stream, anyio.create_task_group() as tasks:

        def publish(sender):
            for number in range(1, 101):
                transport.publish(batch(number, progress(task=sender), sender=sender))

        for count in range(4):
            tasks.start_soon(anyio.to_thread.run_sync, publish, f"task {count}")
        with anyio.fail_after(20):
            offsets = [(await anext(stream)).cursor.offset for _ in range(400)]
    assert offsets == list(range(1, 401))


async def test_a_reader_far_behind_is_ended_and_costs_no_more_memory():
    transport = MemoryTransport()
    async with transport.listen("p") as stream:
        for number in range(1, 1_102):
            transport.publish(batch(number, progress()))
        assert len(stream._items) == 0
        with anyio.fail_after(5):
            assert [event async for event in stream] == []


def test_a_listener_whose_loop_is_gone_disturbs_nobody():
    transport = MemoryTransport()
    loop = asyncio.new_event_loop()

    async def listen():
        context = transport.listen("p")
        await context.__aenter__()
        return context

    context = loop.run_until_complete(listen())
    loop.close()
    assert transport.publish(batch(1, progress())).cursor.offset == 1
    transport.close()
    del context


async def test_readers_get_no_event_of_before_they_came():
    transport = MemoryTransport()
    transport.publish(batch(1, progress()))
    async with transport.listen("p") as stream:
        transport.publish(batch(2, progress()))
        assert (await anext(stream)).cursor.offset == 2


# --- ids and limits -----------------------------------------------------------------------------------------------


async def test_a_project_id_that_is_none_is_refused():
    transport = MemoryTransport()
    with pytest.raises(TransportError, match="project_id 'a/b' is not valid") as caught:
        transport.publish(Batch("a/b", "s", 1))
    assert not caught.value.retryable
    with pytest.raises(ValueError, match="project_id 'a/b' is not valid"):
        await transport.read("a/b")


# --- what is kept, and for how long -------------------------------------------------------------------------------


async def test_a_project_is_forgotten_24_hours_after_its_last_word():
    clock = Clock()
    transport = MemoryTransport(clock=clock)
    first = transport.publish(batch(1, progress(), held=(Run("t", "r"),)))
    transport.publish(Batch("q", "s", 1, (progress().model_copy(update={"project_id": "q"}),)))
    clock.now_s += 23 * HOUR_S
    transport.publish(batch(2, held=(Run("t", "r"),)))  # a renewal is a word too
    clock.now_s += 23 * HOUR_S
    assert (await transport.read("p")).cursor.offset >= 1
    assert (await transport.read("q")).cursor == NOWHERE
    clock.now_s += 1 * HOUR_S
    assert (await transport.read("p")).cursor == NOWHERE
    assert not transport._projects
    again = transport.publish(batch(3, progress()))
    assert again.cursor.offset == 1
    assert again.cursor.epoch != first.cursor.epoch


def test_the_numbers_of_senders_are_kept_for_an_hour():
    clock = Clock()
    transport = MemoryTransport(clock=clock)
    for count in range(100):
        transport.publish(batch(7, progress(), sender=f"sender {count}"))
    clock.now_s += HOUR_S - 1
    assert transport.publish(batch(7, progress(), sender="sender 0")).accepted == ()
    clock.now_s += 1
    assert len(transport.publish(batch(1, progress(), sender="new")).accepted) == 1
    assert list(transport._projects["p"].numbers) == ["new"]


async def test_what_is_the_stores_own_stays_in_the_store():
    transport = MemoryTransport()
    transport.publish(batch(1, progress(0.5, part=("a", 0.5))))
    other = progress(0.5, part=("a", 0.5)).model_copy(update={"run_id": "r2"})
    transport.publish(batch(2, other))
    [state] = (await transport.read("p")).tasks
    assert (state.superseded, dict(state.parts.values)) == ((), {})


# --- owners -------------------------------------------------------------------------------------------------------


async def test_what_is_closed_refuses_for_good_and_ends_its_listeners():
    transport = MemoryTransport()
    async with transport.listen("p") as stream:
        transport.close()
        with anyio.fail_after(5):
            assert [event async for event in stream] == []
    await transport.aclose()
    with pytest.raises(TransportError, match="this MemoryTransport is closed: open a new one") as caught:
        transport.publish(batch(1, progress()))
    assert not caught.value.retryable
    for call in (transport.read("p"), transport.cancel("p", "t"), wait(transport, "p", "t")):
        with pytest.raises(TransportError, match="is closed"):
            await call
    assert not transport.add_owner()


@pytest.mark.parametrize("wrong", [None, 5])
def test_a_reader_refuses_at_once_what_is_no_transport_and_no_url(wrong):
    with pytest.raises(TypeError, match="is no transport"):
        Hub(wrong)


def test_a_name_is_one_object_until_its_last_owner_closes():
    first = transport_from_url("memory://shared")
    second = transport_from_url("memory://shared")
    other = transport_from_url("memory://other")
    default = transport_from_url("memory://")
    named_default = transport_from_url("memory://default")
    try:
        assert first is second
        assert len({id(first), id(other), id(default)}) == 3
        assert default is named_default
        first.close()
        assert second.publish(batch(1, progress())).cursor.offset == 1
        second.close()
        anew = transport_from_url("memory://shared")
        assert anew is not first
        assert anew.publish(batch(1, progress())).cursor.offset == 1
        anew.close()
    finally:
        for transport in (other, default, named_default):
            transport.close()


def test_a_name_is_one_object_for_all_threads():
    ready = threading.Barrier(8)
    opened = []

    def open_it():
        ready.wait(10)
        opened.append(transport_from_url("memory://threads"))

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len({id(transport) for transport in opened}) == 1
    assert opened[0]._owners == 8
    for transport in opened:
        transport.close()
    assert opened[0]._closed


@pytest.mark.parametrize("url", ["", "memory", "http://secret:word@host", "redi://host", "://x"])
def test_any_other_url_names_no_transport_and_is_not_shown(url):
    with pytest.raises(
        ValueError, match=r"no transport for a URL with (the scheme '.*'|no scheme): use one of memory://"
    ) as caught:
        transport_from_url(url)
    assert "secret" not in str(caught.value)


# --- forks --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_a_fork_starts_clean_and_warns_once():
    transport = MemoryTransport()
    transport.publish(batch(1, progress()))
    assert not _warnings_of(lambda: transport.publish(batch(2, progress())))

    def in_child():
        messages = _warnings_of(lambda: [transport.publish(batch(number, progress())) for number in (3, 4)])
        messages += _warnings_of(lambda: anyio.run(transport.read, "p"))
        fresh = MemoryTransport()  # made in the child, it is the child's own
        return {"mine": messages, "fresh": _warnings_of(lambda: fresh.publish(batch(1, progress())))}

    with transport._lock:  # as if another thread were publishing at this moment
        told = _forked(in_child)
    assert told["fresh"] == []
    assert len(told["mine"]) == 2, "one warning, and one line in the log"
    for message in told["mine"]:
        assert "a MemoryTransport is used in a forked process: nobody outside it will see this progress" in message
        assert "redis://" in message
    assert not _warnings_of(lambda: transport.publish(batch(5, progress()))), "the parent goes on"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
async def test_a_child_doesnt_wake_its_parents_listeners():
    transport = MemoryTransport()
    async with transport.listen("p") as stream:
        told = _forked(lambda: _warnings_of(lambda: transport.publish(batch(1, progress()))))
        assert len(told) == 2
        with anyio.move_on_after(0.05):
            pytest.fail(f"heard from a child: {await anext(stream)}")


def _warnings_of(call):
    """Return what a call warns of, in Python's way and in the log."""
    logged = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: logged.append(record.getMessage())
    logger = logging.getLogger("progresskit.transports")
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call()
    finally:
        logger.removeHandler(handler)
    return [str(warning.message) for warning in caught] + logged


def _forked(call):
    """Run a call in a forked child, and return what it returned."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        answer = b'"the child failed"'
        try:
            answer = json.dumps(call()).encode()
        except BaseException as error:  # noqa: BLE001 - told to the parent
            answer = json.dumps([repr(error)]).encode()
        finally:
            os.write(writing, answer)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return json.loads(answer)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"sender": ""}, "sender is ''"),
        ({"sender": "a\nb"}, "sender is"),
        ({"sender": "s" * 129}, "1 to 128 printable"),
        ({"held": (Run("a\nb", "r"),)}, "task_name"),
        ({"left": (Run("t", ""),)}, "run id"),
    ],
)
def test_a_batch_with_ids_against_the_rules_is_refused(fields, reason):
    transport = MemoryTransport()
    batch = Batch(**({"project_id": "p", "sender": "s", "number": 1} | fields))
    with pytest.raises(TransportError, match=reason) as caught:
        transport.publish(batch)
    assert not caught.value.retryable
    transport.close()
