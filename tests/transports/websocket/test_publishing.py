"""Publishing through a gateway: one connection that is kept, and what becomes of a batch when it breaks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from progresskit import Publisher, wait
from progresskit.errors import TransportError
from progresskit.frames import MAX_BATCH_BYTES
from progresskit.transports import Run
from progresskit.transports.websocket import WebSocketTransport


def test_one_connection_is_kept(stand, transport, batch, progress):
    for number in range(1, 6):
        transport.publish(batch(number, progress(number / 10)))
    assert stand.proxy.accepted == 1


def test_a_connection_that_ended_meanwhile_is_opened_anew_within_the_call(stand, transport, batch, progress):
    transport.publish(batch(1, progress(0.1)))
    stand.proxy.break_open()
    assert len(transport.publish(batch(2, progress(0.2))).accepted) == 1
    stand.stop()
    with pytest.raises(TransportError) as failed:
        transport.publish(batch(3, progress(0.3)))
    assert failed.value.retryable
    stand.start()
    assert len(transport.publish(batch(3, progress(0.3))).accepted) == 1
    assert stand.truth().cursor.offset == 3


def test_a_batch_whose_receipt_was_lost_counts_once(stand, batch, progress, wait_for):
    transport = WebSocketTransport(f"{stand.address}?timeout_s=1")
    transport.publish(batch(1, progress(0.1)))
    stand.proxy.blackhole("down")
    with pytest.raises(TransportError) as failed:
        transport.publish(batch(2, progress(0.2)))
    assert failed.value.retryable
    wait_for(lambda: stand.truth().cursor.offset == 2)  # it was taken: only its receipt was lost
    stand.proxy.mend()
    assert transport.publish(batch(2, progress(0.2))).accepted == ()
    assert len(transport.publish(batch(3, progress(0.3))).accepted) == 1
    assert stand.truth().cursor.offset == 3
    transport.close()


def took_s(transport, batch):
    began = time.monotonic()
    with pytest.raises(TransportError) as failed:
        transport.publish(batch)
    assert failed.value.retryable
    return time.monotonic() - began


def test_a_gateway_that_hangs_is_not_waited_for(stand, batch, progress):
    transport = WebSocketTransport(stand.address)
    transport.publish(batch(1, progress(0.1)))
    stand.proxy.blackhole()
    assert took_s(transport, batch(2, progress(0.5))) < 1  # on the kept connection
    assert took_s(transport, batch(2, progress(0.5))) < 1  # which is opened anew
    large = tuple(Run("t" * 128, "진" * 100 + str(count)) for count in range(100))
    assert took_s(transport, batch(2, progress(0.5), held=large, left=large)) < 1
    # Control: without a limit of time the same call waits for as long as the gateway hangs.
    patient = WebSocketTransport(f"{stand.address}?timeout_s=60")
    done = threading.Event()
    thread = threading.Thread(target=lambda: (patient.publish(batch(2, progress(0.2))), done.set()))
    thread.start()
    assert not done.wait(1.5)
    stand.proxy.mend()
    assert done.wait(10)
    thread.join(10)
    patient.close()
    transport.close()


def test_a_connection_is_closed_with_the_answer_that_its_closing_could_not_wait_for(stand, batch, progress, wait_for):
    transport = WebSocketTransport(f"{stand.address}?timeout_s=10")
    transport.publish(batch(1, progress(0.1)))
    stand.proxy.blackhole("down")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(transport.publish, batch(2, progress(0.2)))
        wait_for(lambda: stand.truth().cursor.offset == 2)
        transport._address.timeout_s = 0.05  # of the closing alone: the batch is on its way
        transport.close()
        assert not waiting.done()
        assert stand.proxy.open == 1
        stand.proxy.mend()
        assert len(waiting.result(10).accepted) == 1
    wait_for(lambda: stand.proxy.open == 0)


def test_what_will_never_be_taken_is_refused_for_good_and_the_connection_stays(stand, transport, batch, progress):
    transport.publish(batch(1, progress(0.1)))
    wide = tuple(Run("진" * 128, "진" * 120 + str(count)) for count in range(100))
    for hopeless in (
        batch(2, *[progress(0.1)] * 101),
        batch(2, progress(0.1), held=wide + wide, left=wide + wide),  # more than 256 KiB, with all that it says
        batch(2, progress(0.1), held=(Run("t", "auto-1"),)),  # what the gateway refuses
        batch(2, progress(0.1), held=(Run("t", "r"),) * 101),
        batch(2, progress(0.1), sender=""),
    ):
        with pytest.raises(TransportError) as refused:
            transport.publish(hopeless)
        assert not refused.value.retryable
    assert len(transport.publish(batch(2, progress(0.2))).accepted) == 1
    assert stand.proxy.accepted == 1
    assert MAX_BATCH_BYTES == 256 * 1024


def test_a_gateway_that_is_not_there_or_is_none_is_worth_another_try(serve, nowhere, batch, progress):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b"{not json"})

    elsewhere = serve(app, lifespan="off")
    for url in (nowhere, elsewhere):
        transport = WebSocketTransport(url)
        with pytest.raises(TransportError) as failed:
            transport.publish(batch(1, progress(0.5)))
        assert failed.value.retryable
        with pytest.raises(TransportError) as failed:
            anyio.run(transport.read, "p")
        assert failed.value.retryable


def test_a_publisher_survives_a_restart_of_its_gateway_and_nothing_counts_twice(stand):
    publisher = Publisher.from_url(stand.address, max_rate_hz=1_000)
    try:
        tasks = [publisher.task("p", f"t{count}") for count in range(10)]
        for task in tasks:
            task.progress(0.5)
        assert publisher.flush(10)
        stand.stop()
        for task in tasks:
            task.progress(0.75)
            task.complete({"done": task.task_name})
        assert not publisher.flush(0.3)
        stand.start()
        assert publisher.flush(20)
    finally:
        publisher.close()
    truth = stand.truth()
    assert {state.task_name: (state.status, state.attempt) for state in truth.tasks} == {
        f"t{count}": ("completed", 1) for count in range(10)
    }
    assert truth.cursor.offset == publisher.statistics()["accepted"]


def test_publishing_works_again_after_a_fork_on_either_side(stand, transport, batch, progress):
    if not hasattr(os, "fork"):
        pytest.skip("this system can't fork")
    transport.publish(batch(1, progress(0.1)))
    child = os.fork()
    if child == 0:
        try:
            receipt = transport.publish(batch(1, progress(0.2, task="child"), sender="child"))
            os._exit(0 if len(receipt.accepted) == 1 else 1)
        except BaseException:  # noqa: BLE001 - a child of a test must not go on as the test
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(transport.publish(batch(2, progress(0.3))).accepted) == 1
    assert stand.proxy.accepted == 2  # the parent's connection is still the one it was
    assert {state.task_name for state in stand.truth().tasks} == {"t", "child"}


REPORT = """
import sys
from progresskit import Publisher
with Publisher.from_url(sys.argv[1]).task("p", sys.argv[2]) as task:
    task.progress(0.5, "half")
"""


async def test_two_processes_share_progress_through_a_gateway(stand):
    transport = WebSocketTransport(stand.address)
    commands = [[sys.executable, "-c", REPORT, stand.address, name] for name in ("one", "other")]
    workers = [subprocess.Popen(command) for command in commands]  # noqa: ASYNC220 - it starts, and isn't waited for
    for name in ("one", "other"):
        state = await wait(transport, "p", name, timeout_s=30)
        assert (state.status, state.message) == ("completed", "half")
    for worker in workers:
        assert await anyio.to_thread.run_sync(worker.wait, 30) == 0
    await transport.aclose()
