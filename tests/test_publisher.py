"""What a publisher promises: nothing blocks, nothing raises, nothing is lost in silence."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import signal
import threading
import time
import weakref

import anyio
import pytest

from progresskit import MemoryTransport, Publisher, RunCancelled, TransportError, wait
from progresskit.events import Cursor
from progresskit.transports import Batch, Receipt

pytestmark = pytest.mark.anyio


class FaultyTransport:
    """A memory transport whose ``publish`` follows a script."""

    def __init__(self, inner=None):
        self.inner = inner or MemoryTransport()
        self.down = False
        self.bad_projects = set()
        self.lose_answers = 0
        self.hold = threading.Event()  # clear = a store that hangs
        self.hold.set()
        self.batches = []

    def publish(self, batch):
        self.batches.append(batch)
        self.hold.wait(60)
        if self.down:
            msg = "connection refused"
            raise TransportError(msg)
        if batch.project_id in self.bad_projects:
            msg = "the store refuses this content"
            raise TransportError(msg, retryable=False)
        receipt = self.inner.publish(batch)
        if self.lose_answers:
            self.lose_answers -= 1
            msg = "the answer was lost"
            raise TransportError(msg)
        return receipt

    def __getattr__(self, name):
        return getattr(self.inner, name)


@pytest.fixture
def transport():
    faulty = FaultyTransport()
    yield faulty
    faulty.hold.set()


@pytest.fixture
def publisher(transport):
    publisher = Publisher(transport, flush_timeout_s=1)
    yield publisher
    transport.hold.set()
    publisher.close()


async def until(condition):
    """Ask again until an answer is true, for 10 s at most."""
    with anyio.fail_after(10):
        while not (answer := await condition()):  # noqa: ASYNC110 - the store tells nobody of a renewal
            await anyio.sleep(0.02)
    return answer


async def state_of(transport, task_name="t", project_id="p"):
    return (await transport.read(project_id)).get(task_name)


@pytest.fixture
def renews_soon(monkeypatch):
    """Let what is held be renewed twice a second: test_courier.py says how often it is."""
    monkeypatch.setattr("progresskit.courier.RENEW_S", 0.5)


# --- what a run sends -----------------------------------------------------------------------------------------------


async def test_a_run_is_started_and_completed_by_its_context(transport, publisher):
    with publisher.task("p", "t") as task:
        assert task.flush()
        assert (await state_of(transport)).status == "started"
        task.progress(0.4, "working")
    assert publisher.flush()
    state = await state_of(transport)
    assert (state.status, state.progress, state.message) == ("completed", 1.0, "working")


async def test_an_exception_is_published_without_its_text_and_raised_again(transport, publisher, caplog):
    with pytest.raises(KeyError), publisher.task("p", "t"):
        {}["password=hunter2"]
    assert publisher.flush()
    state = await state_of(transport)
    assert (state.status, state.error, state.code) == ("failed", "Task failed", "KeyError")
    assert "hunter2" not in state.model_dump_json()
    assert state.details["error_id"] in caplog.text
    assert "hunter2" in caplog.text


async def test_describe_error_words_it(transport):
    with Publisher(transport, describe_error=str) as publisher:
        task = publisher.task("p", "t")
        with pytest.raises(ValueError, match="no frames"), task:
            raise ValueError(*["no frames"])
    assert (await state_of(transport)).error == "no frames"


async def test_a_step_neither_starts_nor_ends_its_run(transport, publisher):
    with publisher.task("p", "t", run_id="chain-1", complete_on_exit=False) as step:
        step.progress(0.25)
    assert publisher.flush()
    state = await state_of(transport)
    assert (state.run_id, state.status, state.progress) == ("chain-1", "in_progress", 0.25)


@pytest.mark.parametrize("project_id", ["", "a b", "x" * 129, "..", "a/b", "é"])
def test_a_wrong_project_id_is_refused_at_once(publisher, project_id):
    with pytest.raises(ValueError, match="project_id"):
        publisher.task(project_id, "t")


def test_a_run_id_of_the_store_s_kind_is_refused(publisher):
    with pytest.raises(ValueError, match="auto-"):
        publisher.task("p", "t", run_id="auto-7")


@pytest.mark.parametrize("option", [{"max_rate_hz": 0}, {"max_rate_hz": float("nan")}, {"flush_timeout_s": -1}])
def test_an_option_out_of_range_is_refused(option):
    with pytest.raises(ValueError, match="is not valid"):
        Publisher(MemoryTransport(), **option)


@pytest.mark.parametrize("transport", ["redis://:secret@store", None, 5])
def test_what_is_no_transport_is_refused_at_once(transport):
    with pytest.raises(TypeError, match=r"is no transport: .*from_url") as refused:
        Publisher(transport)
    assert "secret" not in str(refused.value)


async def test_metadata_is_sent_as_it_was_at_the_call(transport, publisher):
    with publisher.task("p", "t") as task:
        metadata = {"step": 1}
        task.progress(0.1, metadata=metadata)
        metadata["step"] = 2
        metadata["bad"] = object()
        task.flush()
        assert (await state_of(transport)).metadata == {"step": 1}


async def test_progress_is_held_to_the_rate_and_the_last_value_arrives(transport):
    with Publisher(transport, max_rate_hz=20) as publisher, publisher.task("p", "t") as task:
        began = time.monotonic()
        while time.monotonic() - began < 0.5:
            task.progress(min(0.9, time.monotonic() - began))
        task.progress(0.95, "last")

        async def arrived():
            state = await state_of(transport)
            return state if state.progress == 0.95 else None

        assert (await until(arrived)).message == "last"
        events = sum(len(batch.events) for batch in transport.batches)
        assert events <= 20 * 0.5 + 5


def test_what_is_said_after_the_end_is_dropped_in_silence(transport, publisher):
    with publisher.task("p", "t") as task:
        task.complete()
        task.progress(0.1)
        task.fail("too late")
    assert publisher.flush()
    assert publisher.statistics()["refused"] == 0


# --- a store that fails ---------------------------------------------------------------------------------------------


async def test_what_a_dead_store_missed_arrives_when_it_is_back(transport, publisher):
    transport.down = True
    with publisher.task("p", "t") as task:
        task.progress(0.3)
        assert not task.flush(0.2)
        task.progress(0.6, "later")
        transport.down = False
        assert task.flush(5)
        state = await state_of(transport)
        assert (state.progress, state.message) == (0.6, "later")
    statistics = publisher.statistics()
    assert statistics["failures"] > 0
    assert statistics["dropped"] == 0


def test_no_call_waits_for_a_store_that_hangs(transport, publisher):
    transport.hold.clear()
    began = time.monotonic()
    with publisher.task("p", "t") as task:
        for index in range(1_000):
            task.progress(index / 1_000, "working")
        task.status("retrying")
        assert time.monotonic() - began < 1
    assert time.monotonic() - began < 3, "leaving waits no longer than its deadline"
    control = threading.Thread(target=transport.publish, args=(Batch("p", "control", 1),), daemon=True)
    control.start()
    control.join(1)
    assert control.is_alive(), "control: who publishes by himself waits"


async def test_leaving_does_not_wait_while_the_breaker_is_open(transport, publisher):
    transport.down = True
    with publisher.task("p", "t") as task:
        for _ in range(100):
            task.flush(0.05)
            if publisher.statistics()["failures"] >= 3:
                break
        began = time.monotonic()
    assert time.monotonic() - began < 0.5


async def test_leaving_does_not_block_an_event_loop(transport, publisher):
    transport.hold.clear()
    began = time.monotonic()
    with publisher.task("p", "t"):
        pass
    assert time.monotonic() - began < 0.5


async def test_an_async_context_waits_for_the_store(transport, publisher):
    async with publisher.task("p", "t") as task:
        task.progress(0.5)
    assert (await state_of(transport)).status == "completed"


async def test_a_batch_whose_answer_was_lost_has_no_second_effect(transport, publisher):
    transport.lose_answers = 2
    with publisher.task("p", "t") as task:
        task.progress(0.5)
        assert task.flush(5)
    snapshot = await transport.read("p")
    assert snapshot.get("t").attempt == 1
    numbers = [batch.number for batch in transport.batches]
    assert len(numbers) > len(set(numbers)), "control: something was sent again"
    assert snapshot.cursor.offset == len(
        [e for n, b in {b.number: b for b in transport.batches}.items() for e in b.events]
    )


async def test_content_that_is_refused_is_lost_and_said_and_holds_up_nobody(transport, publisher, caplog):
    transport.bad_projects.add("bad")
    with publisher.task("bad", "t") as task:
        assert not task.flush(2)
    with publisher.task("p", "t"):
        pass
    assert not publisher.flush(), "something was lost"
    assert publisher.flush(), "which is told once"
    assert (await state_of(transport)).status == "completed"
    assert publisher.statistics()["dropped"] >= 2
    assert "refused for good" in caplog.text


async def test_one_failing_project_holds_up_no_other(transport, publisher):
    original = transport.publish

    def publish(batch):
        if batch.project_id == "down":
            msg = "node down"
            raise TransportError(msg)
        return original(batch)

    transport.publish = publish
    with publisher.task("down", "t") as dead, publisher.task("p", "t") as task:
        dead.progress(0.1)
        for step in range(5):
            task.progress(step / 10)
            assert task.flush(2)
        assert not dead.flush(0.1)


async def test_a_foreign_error_of_a_transport_is_logged_and_tried_again(transport, publisher, caplog):
    original, tries = transport.publish, []

    def publish(batch):
        tries.append(batch)
        if len(tries) == 1:
            raise ZeroDivisionError
        return original(batch)

    transport.publish = publish
    with publisher.task("p", "t"):
        pass
    assert publisher.flush(5)
    assert "ZeroDivisionError" in caplog.text


GARBAGE = [None, "thanks", (1, 2), Receipt(None, (), 0, {}), Receipt(Cursor("e", 1), (), 0, None)]


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
async def test_a_receipt_that_is_none_is_a_failure_and_nothing_is_lost(transport, publisher, garbage):
    original, tries = transport.publish, []

    def publish(batch):
        tries.append(batch)
        receipt = original(batch)
        return garbage if len(tries) == 1 else receipt

    transport.publish = publish
    with publisher.task("p", "t") as task:
        assert task.flush(5)
    assert publisher.flush(5)
    assert (await state_of(transport)).status == "completed"
    assert publisher.statistics()["failures"] == 1


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
async def test_nothing_that_a_transport_raises_ends_the_thread(transport, publisher, error):
    original, tries = transport.publish, []

    def publish(batch):
        tries.append(batch)
        if len(tries) == 1:
            raise error
        return original(batch)

    transport.publish = publish
    with publisher.task("p", "t") as task:
        assert task.flush(5)
    assert publisher.flush(5)
    assert (await state_of(transport)).status == "completed"


def test_a_transport_may_report_and_flush_through_its_own_publisher(transport, publisher):
    original, nested = transport.publish, []

    def publish(batch):
        if not nested:
            nested.append(publisher.task("p", "nested"))
            nested[0].progress(0.5)
            began = time.monotonic()
            assert not nested[0].flush(5)
            nested.append(time.monotonic() - began)
        return original(batch)

    transport.publish = publish
    with publisher.task("p", "t"):
        pass
    assert publisher.flush(5)
    assert nested[1] < 1, "the thread that sends doesn't wait for itself"


def test_a_log_handler_may_report_while_another_thread_does(transport, publisher):
    """The lock of a handler and ours are never taken in both orders."""
    task = publisher.task("p", "t")
    reporting, logger = threading.Event(), logging.getLogger("progresskit.publisher")

    class Handler(logging.Handler):
        def emit(self, record):
            if record.name == "host":
                reporting.set()
                time.sleep(0.05)
            task.status("retrying", record.getMessage()[:100])

    handler, host = Handler(), logging.getLogger("host")
    for one in (logger, host):
        one.addHandler(handler)
        one.setLevel(logging.INFO)
    try:
        transport.down = True
        task.progress(0.5)
        while publisher.statistics()["failures"] < 1:
            task.flush(0.05)
        speaker = threading.Thread(target=lambda: [host.warning("said") for _ in range(20)], daemon=True)
        speaker.start()
        assert reporting.wait(5)
        transport.down = False  # now the sender logs that it delivers again
        speaker.join(10)
        assert not speaker.is_alive()
        assert publisher.flush(5)
    finally:
        for one in (logger, host):
            one.removeHandler(handler)
            one.setLevel(logging.NOTSET)


def test_a_flush_that_gave_up_leaves_nothing_behind(transport, publisher):
    transport.hold.clear()
    task = publisher.task("p", "t")
    task.status("retrying")
    for _ in range(100):
        task.flush(0)
    asyncio.run(task.aflush(0.01))
    sender = publisher._sender
    assert not any(report.waiters for report in [*sender._outbox.waiting(), *sender._courier.underway()])


def test_a_flush_may_wait_for_ever(publisher):
    task = publisher.task("p", "t")
    task.progress(0.5)
    assert task.flush(float("inf"))


def test_runs_that_end_do_not_hurry_a_dead_store(transport, publisher):
    transport.down = True
    while publisher.statistics()["failures"] < 3:
        publisher.flush(0.05)
        publisher.task("p", "t").progress(0.5)
    before = publisher.statistics()["failures"]
    for index in range(200):
        with publisher.task("p", f"t{index}"):
            pass
    assert publisher.statistics()["failures"] - before < 10


def test_an_outage_is_logged_once_and_so_is_its_end(transport, publisher, caplog):
    caplog.set_level(logging.INFO, "progresskit.publisher")
    transport.down = True
    with publisher.task("p", "t") as task:
        for _ in range(5):
            task.flush(0.05)
        transport.down = False
        assert task.flush(5)
    said = [record.getMessage() for record in caplog.records]
    assert sum("can't be delivered" in line for line in said) == 1
    assert sum("delivered again" in line for line in said) == 1


@pytest.mark.parametrize("events", [30_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_a_dead_store_costs_bounded_memory_and_every_loss_is_counted(transport, events):
    transport.down = True
    publisher = Publisher(transport, flush_timeout_s=0)
    reporter = publisher.task("p", "t", run_id="r")
    for index in range(events):
        reporter.status("retrying", "x" * 1_000 + str(index))
    assert publisher.statistics()["dropped"] > events / 2
    assert sum(report.size for report in publisher._sender._outbox.waiting()) <= 16 * 1024 * 1024
    transport.down = False
    assert not publisher.flush(20)
    counts = publisher.statistics()
    assert counts["accepted"] + counts["dropped"] == events
    publisher.close()


# --- what the store says of a run -----------------------------------------------------------------------------------


async def test_a_superseded_run_falls_silent(transport, publisher):
    with publisher.task("p", "t") as old:
        assert old.flush()
        with publisher.task("p", "t") as new:
            new.progress(0.1)
            assert new.flush()
            old.progress(0.9, "zombie")
            assert old.flush(), "the store has answered"
            assert old.superseded
            assert not new.superseded
            state = await state_of(transport)
            assert (state.run_id, state.progress, state.attempt) == (new.run_id, 0.1, 2)
            refused = publisher.statistics()["refused"]
            old.progress(0.95)
            old.flush()
            assert publisher.statistics()["refused"] == refused


async def test_a_cancel_reaches_the_task_and_makes_it_cancelled(transport, publisher):
    task = publisher.task("p", "t")

    async def work():
        with task:
            assert task.flush()
            assert await transport.cancel("p", "t")
            for _ in task.track(range(1_000_000)):
                task.flush()

    with pytest.raises(RunCancelled):
        await work()
    assert publisher.flush()
    assert (await state_of(transport)).status == "cancelled"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # it waits for a renewal: once is enough
@pytest.mark.usefixtures("renews_soon")
async def test_a_held_run_is_renewed_and_a_left_one_never_stalls():
    now = [0.0]
    transport = MemoryTransport(clock=lambda: now[0])
    with Publisher(transport) as publisher:
        held = publisher.task("p", "held", run_id="h", complete_on_exit=False)
        held.__enter__()
        held.progress(0.1)
        with publisher.task("p", "left", run_id="l", complete_on_exit=False) as left:
            left.progress(0.1)
        assert publisher.flush()
        now[0] += 21
        snapshot = await transport.read("p")
        assert snapshot.get("held").status == "stalled", "nobody renewed it by the store's clock"
        assert snapshot.get("left").status == "in_progress"

        async def revived():
            return (await state_of(transport, "held")).status == "in_progress"

        assert await until(revived)
        held.__exit__(None, None, None)


async def test_a_store_that_lost_its_data_is_told_the_whole_again(transport, publisher):
    with publisher.task("p", "t") as task:
        task.progress(0.7, "far", {"k": 1})
        assert task.flush()
        transport.inner = MemoryTransport()
        task.progress(0.75)
        assert task.flush()
        assert publisher.flush()
        state = await state_of(transport)
        assert (state.progress, state.message, state.metadata) == (0.75, "far", {"k": 1})


async def test_what_is_told_again_does_not_undo_what_was_said_since(transport):
    with Publisher(transport, max_rate_hz=2) as publisher, publisher.task("p", "t") as task:
        task.progress(0.7, "old", {"k": "old"})
        assert task.flush()
        transport.inner = MemoryTransport()
        transport.hold.clear()
        sent = len(transport.batches)
        task.status("retrying")
        with anyio.fail_after(5):
            while len(transport.batches) == sent:  # noqa: ASYNC110 - the sender's thread tells nobody
                await anyio.sleep(0.01)
        task.progress(0.8, "new", {"k": "new"})
        transport.hold.set()
        assert await task.aflush(5)
        assert await publisher._sender.aflush(5)
        state = await state_of(transport)
        assert (state.progress, state.message, state.metadata) == (0.8, "new", {"k": "new"})


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # it waits for a renewal: once is enough
@pytest.mark.usefixtures("renews_soon")
async def test_an_idle_run_is_told_again_by_its_next_renewal(transport, publisher):
    with publisher.task("p", "t") as task:
        task.progress(0.7, "far")
        assert task.flush()
        transport.inner = MemoryTransport()
        state = await until(lambda: state_of(transport))
        assert (state.progress, state.message, state.run_id) == (0.7, "far", task.run_id)


# --- control flow, threads, loops -----------------------------------------------------------------------------------


class TimeUp(BaseException):
    """What a host may raise from a signal handler."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
# What is raised within a finalizer, the interpreter drops and pytest reports.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_exception_of_a_signal_handler_passes_through_and_breaks_nothing(transport, publisher):
    def time_up(_number, _frame):
        if armed:
            raise TimeUp

    former = signal.signal(signal.SIGALRM, time_up)
    raised, armed = 0, []
    try:
        task = publisher.task("p", "t")
        for round_ in range(200):
            try:
                armed.append(round_)
                # Again and again, since one that is raised within a finalizer is lost.
                signal.setitimer(signal.ITIMER_REAL, 0.0002 + 0.00001 * round_, 0.5)
                while True:
                    task.progress(0.5, f"round {round_}", {"round": round_})
                    task.status("retrying")
            except TimeUp:
                armed.clear()
                raised += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    assert raised == 200
    # One that was lost leaves half a second of reports, for which there may be no room: this flush tells of that.
    publisher.flush(20)
    task.complete("done")
    assert publisher.flush(20)
    assert asyncio.run(wait(transport, "p", "t", timeout_s=5)).result == "done"


def test_a_report_that_was_torn_apart_while_it_woke_the_sender_delays_no_other(transport, publisher):
    task = publisher.task("p", "t")
    task.progress(0.1)
    assert publisher.flush(5)
    time.sleep(0.3)  # it looks up once more when the next progress might go, then sleeps until the lease is renewed
    sender = publisher._sender
    wakes = sender._wakes

    class Torn:
        get = wakes.get

        def put(self, _item):
            sender._wakes = wakes
            raise TimeUp

    sender._wakes = Torn()
    with pytest.raises(TimeUp):
        task.status("retrying", "torn")
    begun = time.monotonic()
    task.status("retrying", "whole")
    while not any(event.message == "whole" for batch in transport.batches for event in batch.events):
        assert time.monotonic() - begun < 2
        time.sleep(0.01)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
def test_a_signal_handler_may_report(transport, publisher):
    handled, numbers = [], itertools.count()
    with publisher.task("p", "t") as task:

        def report(_number, _frame):
            number = next(numbers)
            handled.append(number)
            task.status("retrying", f"interrupted {number}")

        former = signal.signal(signal.SIGALRM, report)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        try:
            while len(handled) < 100:
                task.progress(0.5, "working", {"k": 1})
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, former)
    assert publisher.flush(10)
    statuses = [event for batch in transport.batches for event in batch.events if event.type == "status"]
    told = [event.message for event in statuses if event.message]
    assert sorted(told) == sorted(f"interrupted {number}" for number in handled)


def test_many_threads_may_speak_for_one_run(transport, publisher):
    with publisher.task("p", "t") as task:
        stages = [task.stage(f"s{index}") for index in range(8)]

        def work(stage):
            with stage:
                for _ in stage.track(range(500)):
                    pass

        threads = [threading.Thread(target=work, args=(stage,)) for stage in stages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert task.flush(5)
        assert asyncio.run(transport.read("p")).get("t").progress == 1.0


def test_it_works_in_one_event_loop_after_another(transport, publisher):
    async def report():
        async with publisher.task("p", "t") as task:
            task.progress(0.5)

    for _ in range(3):
        asyncio.run(report())
    assert asyncio.run(transport.read("p")).get("t").attempt == 3


def test_using_sends_elsewhere_and_comes_back(transport, publisher):
    other = MemoryTransport()
    with publisher.using(other), publisher.task("p", "inside"):
        pass
    with publisher.task("p", "outside"):
        pass
    assert publisher.flush()
    assert [task.task_name for task in asyncio.run(other.read("p")).tasks] == ["inside"]
    assert [task.task_name for task in asyncio.run(transport.read("p")).tasks] == ["outside"]


def test_a_closed_publisher_takes_nothing_more_and_raises_nothing(transport):
    publisher = Publisher(transport)
    publisher.close()
    publisher.close()
    with publisher.task("p", "t") as task:
        task.progress(0.5)
    assert not task.flush(0.1)
    assert transport.batches == []


def test_what_comes_after_the_end_is_logged_without_the_lock_for_which_a_handler_may_wait(transport):
    publisher = Publisher(transport)
    publisher.close()
    first, second = publisher.task("p", "first"), publisher.task("p", "second")
    passed = []
    said = threading.Event()

    class Reports(logging.Handler):
        def emit(self, record):
            thread = threading.Thread(target=second.status, args=("in_progress", record.getMessage()), daemon=True)
            thread.start()
            thread.join(5)
            passed.append((record.getMessage(), thread.is_alive()))
            said.set()

    log, handler = logging.getLogger("progresskit.publisher"), Reports()
    log.addHandler(handler)
    try:
        first.status("in_progress", "too late")
        assert said.wait(10)
    finally:
        log.removeHandler(handler)
    assert passed == [("progress was lost: the publisher is closed (1 in all)", False)]


def test_what_a_closed_publisher_could_not_send_is_said_and_not_blamed_on_room(transport, caplog):
    transport.down = True
    publisher = Publisher(transport, flush_timeout_s=0.1)
    for name in ("a", "b"):
        publisher.task("p", name).status("started")
    publisher.close()
    lost = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert lost == ["progress was lost: the publisher is closed (2 in all)"]
    assert publisher.statistics()["dropped"] == 2


def test_who_opens_a_transport_closes_it():
    passed = MemoryTransport()
    Publisher(passed).close()
    asyncio.run(passed.read("p"))
    owned = Publisher.from_url("memory://closed-with-its-publisher")
    inner = owned._sender.transport
    owned.close()
    with pytest.raises(TransportError, match="closed"):
        inner.publish(Batch("p", "s", 1))


def test_closing_within_using_closes_what_is_its_own():
    publisher, other = Publisher.from_url("memory://closed-within-using"), MemoryTransport()
    own = publisher._sender.transport
    with publisher.using(other):
        publisher.close()
    asyncio.run(other.read("p"))
    with pytest.raises(TransportError, match="closed"):
        asyncio.run(own.read("p"))


def test_closing_takes_no_longer_than_its_time_and_counts_what_it_gives_up(transport):
    transport.down = True
    publisher = Publisher(transport, flush_timeout_s=0.5)
    task = publisher.task("p", "t")
    task.status("retrying")
    while not publisher.statistics()["failures"]:
        task.flush(0.05)
    task.status("retrying")
    began = time.monotonic()
    publisher.close()
    assert time.monotonic() - began < 0.9
    assert publisher.statistics()["dropped"] == 2
    transport.down = False
    assert not task.flush(0.1)
    assert publisher.statistics()["accepted"] == 0, "what was given up is not sent later"


def test_a_publisher_that_nobody_holds_can_be_collected(transport):
    publisher = Publisher(transport)
    with publisher.task("p", "t"):
        pass
    sender = weakref.ref(publisher._sender)
    publisher.close()
    del publisher
    gc.collect()
    assert sender() is None


def test_strict_raises_what_would_be_mended(transport):
    with Publisher(transport, strict=True) as publisher:
        task = publisher.task("p", "t")
        for wrong in (
            lambda: task.progress(float("nan")),
            lambda: task.progress(1.7),
            lambda: task.progress(0.5, "x" * 2_001),
            lambda: task.progress(0.5, "\ud800"),
            lambda: task.progress(0.5, metadata={"k": object()}),
            lambda: task.progress(0.5, metadata=[1]),
            lambda: task.status("unheard of"),
            lambda: task.complete(float("inf")),
            lambda: task.stage("s", weight=-1),
            lambda: publisher.task("p", "line\nbreak"),
        ):
            with pytest.raises(ValueError, match=r"\w+"):
                wrong()


async def test_the_current_run_is_found_by_the_store(transport, publisher):
    with publisher.task("p", "t") as task:
        assert task.flush()
        nameless = publisher.current("p", "t")
        nameless.progress(0.5, "from elsewhere")
        assert nameless.flush()
        state = await state_of(transport)
        assert (state.run_id, state.progress) == (task.run_id, 0.5)


async def test_a_transport_may_be_slow_but_is_told_the_last_word(transport, publisher):
    transport.hold.clear()
    with publisher.task("p", "t") as task:
        task.progress(0.1)
        for index in range(100):
            task.progress(index / 100, f"{index}")
        transport.hold.set()
    assert publisher.flush(5)
    assert (await state_of(transport)).message == "99"
    assert sum(len(batch.events) for batch in transport.batches) < 10
