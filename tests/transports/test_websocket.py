"""The WebSocket transport keeps the port's contract, through a real gateway, across processes and faults."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import pickle
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import anyio
import pytest

from progresskit import Publisher, wait
from progresskit.errors import NotAuthenticated, TransportError
from progresskit.events import CompletedEvent, Cursor, ProgressEvent
from progresskit.frames import MAX_BATCH_BYTES
from progresskit.hub import Hub
from progresskit.subscription import subscribe
from progresskit.testing.transports import TransportHarness, transport_checks
from progresskit.transports import Batch, MemoryTransport, Run, Transport, transport_from_url
from progresskit.transports.websocket import WebSocketTransport, listening, requests
from progresskit.web import Gateway, Grant, Limits, allow_anyone, bearer_token

SECRET = "hunter2"


def load_proxy():
    spec = importlib.util.spec_from_file_location("proxy_of_redis_tests", Path(__file__).parent / "redis" / "proxy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Proxy


def free_port():
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def progress(value=None, task="t", **fields):
    return ProgressEvent(project_id="p", task_name=task, run_id="r", progress=value, **fields)


def batch(number, *events, sender="s", **options):
    return Batch("p", sender, number, events, **options)


def wait_for(holds, patience_s=10):
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        threading.Event().wait(0.01)


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


class Stand:
    """A store, a gateway of it, and a proxy before that."""

    def __init__(self, serve):
        self._serve = serve
        self.clock = Clock()
        self.store = MemoryTransport(clock=self.clock)
        self.authorize = allow_anyone
        self.url = self._start(0)
        self.proxy = load_proxy()(free_port(), self.port)
        self.address = f"ws://127.0.0.1:{self.proxy.port}"

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    def _start(self, port):
        async def authorize(*arguments):
            return await self.authorize(*arguments)

        return self._serve(Gateway(Hub(self.store), authorize=authorize), port=port)

    def stop(self):
        self._serve.stop(self.url)

    def start(self):
        self._start(self.port)

    def truth(self):
        return anyio.run(self.store.read, "p")


@pytest.fixture
def stand(serve):
    stand = Stand(serve)
    yield stand
    stand.proxy.close()


@pytest.fixture
def transport(stand):
    transport = WebSocketTransport(stand.address)
    yield transport
    transport.close()


# --- the contract -------------------------------------------------------------------------------------------------


class GatewayHarness(TransportHarness):
    """A gateway on uvicorn before a memory store, behind a proxy that can be cut."""

    def __init__(self, stand):
        self._stand = stand

    async def open(self):
        return WebSocketTransport(self._stand.address)

    async def wipe(self):
        with self._stand.store._lock:
            self._stand.store._projects.clear()

    async def cut(self):
        self._stand.proxy.refuse()

    async def mend(self):
        self._stand.proxy.mend()

    async def elapse(self, seconds):
        self._stand.clock.now_s += seconds


@pytest.mark.parametrize("check", transport_checks, ids=lambda check: check.__name__)
async def test_contract(check, stand):
    await check(GatewayHarness(stand))


@pytest.mark.long
@pytest.mark.parametrize("check", transport_checks, ids=lambda check: check.__name__)
async def test_contract_with_patience(check, stand):
    harness = GatewayHarness(stand)
    harness.patience_s = 60
    await check(harness)


def test_it_is_a_transport_and_a_url_opens_it(stand):
    with closing(transport_from_url(stand.address)) as transport:
        assert isinstance(transport, WebSocketTransport)
        assert isinstance(transport, Transport)
        assert len(transport.publish(batch(1, progress(0.5))).accepted) == 1
        assert repr(transport) == f"<WebSocketTransport {stand.address}>"


# --- publishing ---------------------------------------------------------------------------------------------------


def test_one_connection_is_kept(stand, transport):
    for number in range(1, 6):
        transport.publish(batch(number, progress(number / 10)))
    assert stand.proxy.accepted == 1


def test_a_connection_that_ended_meanwhile_is_opened_anew_within_the_call(stand, transport):
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


def test_a_batch_whose_receipt_was_lost_counts_once(stand, transport):
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


def took_s(transport, number, **options):
    began = time.monotonic()
    with pytest.raises(TransportError) as failed:
        transport.publish(batch(number, progress(0.5), **options))
    assert failed.value.retryable
    return time.monotonic() - began


def test_a_gateway_that_hangs_costs_half_a_second_at_most(stand, transport):
    transport.publish(batch(1, progress(0.1)))
    stand.proxy.blackhole()
    assert took_s(transport, 2) < 0.6  # on the kept connection
    assert took_s(transport, 2) < 0.6  # which is opened anew
    large = tuple(Run("t" * 128, "진" * 100 + str(count)) for count in range(100))
    assert took_s(transport, 2, held=large, left=large) < 0.6
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


def test_what_will_never_be_taken_is_refused_for_good_and_the_connection_stays(stand, transport):
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


def test_a_gateway_that_is_not_there_or_is_none_is_worth_another_try(serve):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b"{not json"})

    elsewhere = serve(app, lifespan="off")
    for url in (f"ws://127.0.0.1:{free_port()}", elsewhere):
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


def test_publishing_works_again_after_a_fork_on_either_side(stand, transport):
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


# --- reading ------------------------------------------------------------------------------------------------------


async def test_a_hub_may_follow_a_gateway(stand, serve):
    """A gateway of a gateway: what is published to either is read from both."""
    far = WebSocketTransport(stand.address)
    near = serve(Gateway(Hub(far), authorize=allow_anyone))
    transport = WebSocketTransport(near.replace("http", "ws"))
    async with subscribe(transport, "p") as items:
        await anext(items)
        stand.store.publish(batch(1, progress(0.5)))
        with anyio.fail_after(10):
            assert (await anext(items)).progress == 0.5
        receipt = await anyio.to_thread.run_sync(transport.publish, batch(2, progress(0.75)))
        assert receipt.cursor.offset == 2
        with anyio.fail_after(10):
            assert (await anext(items)).progress == 0.75
    for each in (transport, far):
        await each.aclose()
        each.close()


async def test_a_half_open_stream_is_noticed(stand, monkeypatch):
    monkeypatch.setattr(listening, "SILENCE_S", 0.5)
    transport = WebSocketTransport(stand.address)
    with anyio.fail_after(10):
        async with transport.listen("p") as stream:
            stand.proxy.strand()
            with pytest.raises(TransportError, match="did not answer in time") as broken:
                await anext(stream)
            assert broken.value.retryable


async def test_a_stream_that_lives_is_not_taken_for_half_open(stand, monkeypatch):
    """Control: the same silence, but no longer than it may be."""
    monkeypatch.setattr(listening, "SILENCE_S", 5)
    transport = WebSocketTransport(stand.address)
    async with transport.listen("p") as stream:
        with anyio.move_on_after(1) as silence:
            await anext(stream)
        assert silence.cancelled_caught
        stand.store.publish(batch(1, progress(0.5)))
        with anyio.fail_after(5):
            assert (await anext(stream)).progress == 0.5
    await transport.aclose()


def snapshot_frame(offset, *tasks, epoch="e"):
    frame = {"type": "snapshot", "project_id": "p", "cursor": f"{epoch}:{offset}", "resumed": offset > 0}
    return frame | {"tasks": list(tasks)}


def event_frame(offset, epoch="e", **fields):
    event = progress(0.5, cursor=Cursor(epoch, offset), attempt=1, started_at="2026-11-23T00:00:00.000Z")
    return json.loads(event.model_dump_json(exclude_none=True)) | fields


@pytest.fixture
def scripted(serve):
    """Return ``scripted(*messages) -> transport``: a gateway whose streams send these, and then wait."""

    def start(*messages):
        async def app(scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            for message in messages:
                if isinstance(message, float):
                    await anyio.sleep(message)
                elif isinstance(message, int):
                    await send({"type": "websocket.close", "code": message})
                    return
                else:
                    await send({"type": "websocket.send", "text": json.dumps(message)})
            with suppress(Exception):
                while (await receive())["type"] != "websocket.disconnect":
                    pass

        return WebSocketTransport(serve(app, lifespan="off").replace("http", "ws"))

    return start


async def test_a_snapshot_on_the_way_is_a_gap_wherever_the_reader_stands_and_its_parts_are_one(scripted):
    parts = [snapshot_frame(offset) for offset in (4, 5, 6)]
    transport = scripted(
        snapshot_frame(3), *parts, event_frame(7), snapshot_frame(8), 0.3, snapshot_frame(9, epoch="f")
    )
    items = []
    async with transport.listen("p") as stream:
        with anyio.fail_after(10):
            while len(items) < 4:
                items.append(await anext(stream))
    beyond = Cursor("e", 2**53)
    assert items[0] == beyond
    assert items[1].cursor == Cursor("e", 7)
    assert items[2:] == [beyond, Cursor("f", 2**53)]
    assert Cursor.parse(str(beyond)) == beyond


class Script:
    """A gateway that says what it is told: by its streams, and as the snapshot."""

    def __init__(self, snapshot, *messages):
        self.snapshot = snapshot
        self.messages = messages
        self.reads = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.reads += 1
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": json.dumps(self.snapshot).encode()})
            return
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": json.dumps(self.messages[0])})
        while self.reads == 0:  # noqa: ASYNC110 - what is waited for happens in another request
            await anyio.sleep(0.01)
        self.snapshot = self.messages[-1]
        for message in self.messages[1:]:
            await send({"type": "websocket.send", "text": json.dumps(message)})
        with suppress(Exception):
            while (await receive())["type"] != "websocket.disconnect":
                pass


@pytest.mark.parametrize("is_beyond", [True, False], ids=["a gap", "control"])
async def test_a_snapshot_that_is_one_ahead_is_no_event_that_cannot_be_decoded(serve, monkeypatch, is_beyond):
    """Control: the snapshot's own cursor stands for such an event, and what it brought is never seen."""
    if not is_beyond:
        monkeypatch.setattr(listening, "_BEYOND_ALL", 4)
    fields = event_frame(4)
    task = {name: fields[name] for name in ("project_id", "task_name", "run_id", "attempt", "status", "started_at")}
    task |= {"updated_at": fields["timestamp"], "cursor": "e:4"}
    script = Script(snapshot_frame(3), snapshot_frame(3), snapshot_frame(4, task))
    transport = WebSocketTransport(serve(script, lifespan="off").replace("http", "ws"))
    async with subscribe(transport, "p") as items:
        assert (await anext(items)).tasks == ()
        with anyio.move_on_after(5 if is_beyond else 1) as waiting:
            assert (await anext(items)).get("t").cursor == Cursor("e", 4)
    assert waiting.cancelled_caught != is_beyond
    await transport.aclose()


async def test_a_subscription_reads_anew_where_the_stream_left_events_out(stand, monkeypatch):
    """The gateway's hub sends snapshots in place of events: a tick of more than 256 KiB."""
    transport = WebSocketTransport(stand.address)
    async with subscribe(transport, "p") as items:
        folded = await anext(items)
        large = [CompletedEvent(project_id="p", task_name=f"t{n}", run_id="r", result="x" * 30_000) for n in range(24)]
        for number in range(3):
            stand.store.publish(batch(number + 1, *large[number * 8 : number * 8 + 8]))
        with anyio.fail_after(10):
            while len([state for state in folded.tasks if state.terminal]) < 24:
                folded = folded.apply(await anext(items))
    assert folded.tasks == (await stand.store.read("p")).tasks
    await transport.aclose()


async def test_what_is_new_tomorrow_moves_the_cursor(scripted):
    transport = scripted(snapshot_frame(3), [event_frame(4, type="paused"), {"type": "weather"}, event_frame(5)])
    async with transport.listen("p") as stream:
        with anyio.fail_after(10):
            assert await anext(stream) == Cursor("e", 4)
            assert (await anext(stream)).cursor == Cursor("e", 5)


@pytest.mark.parametrize(
    ("messages", "retryable"),
    [
        ([4404], False),
        ([4401], False),
        ([4400], False),
        ([4408], True),
        ([4429], True),
        ([1012], True),
        ([snapshot_frame(3), 1012], True),
        ([snapshot_frame(3), [1]], True),
        ([snapshot_frame(3) | {"project_id": "q"}], True),
    ],
)
async def test_a_stream_that_ends_says_whether_another_try_may_help(scripted, messages, retryable):
    with anyio.fail_after(10):
        async with scripted(*messages).listen("p") as stream:
            with pytest.raises(TransportError) as ended:
                await anext(stream)
    assert ended.value.retryable == retryable


async def test_a_planned_close_ends_the_stream(scripted):
    transport = scripted(snapshot_frame(3), event_frame(4), {"type": "closing", "retry_after_ms": 1000})
    with anyio.fail_after(10):
        async with transport.listen("p") as stream:
            assert [item.cursor.offset async for item in stream] == [4]


async def test_closing_ends_all_listening_and_leaves_no_thread(stand):
    transport = WebSocketTransport(stand.address)
    async with transport.listen("p") as stream, transport.listen("q") as other:
        await transport.aclose()
        with anyio.fail_after(5):
            assert [item async for item in stream] == [item async for item in other] == []
    await anyio.to_thread.run_sync(wait_for, lambda: not listening_threads())


def listening_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("progresskit-listen")]


# --- requests -----------------------------------------------------------------------------------------------------


async def test_a_gateway_that_hangs_is_asked_no_longer_than_it_may(stand, monkeypatch):
    monkeypatch.setattr(requests, "_PATIENCE_S", 0.5)
    transport = WebSocketTransport(stand.address)
    stand.proxy.blackhole()
    for call in (transport.read("p"), transport.cancel("p", "t")):
        began = time.monotonic()
        with pytest.raises(TransportError, match="did not answer within") as failed:
            await call
        assert failed.value.retryable
        assert time.monotonic() - began < 2


async def test_who_gives_up_reading_is_let_go_at_once_and_so_is_its_connection():
    with socket.create_server(("127.0.0.1", 0)) as hung:
        transport = WebSocketTransport(f"ws://127.0.0.1:{hung.getsockname()[1]}")
        began = time.monotonic()
        with anyio.move_on_after(0.2):
            await transport.read("p")
        assert time.monotonic() - began < 1
        connection, _ = hung.accept()
        with connection:
            connection.settimeout(3)  # its own patience would be 5 s
            while await anyio.to_thread.run_sync(connection.recv, 65_536):
                pass


@pytest.mark.parametrize(
    ("status", "body", "retryable"),
    [
        (200, b"", True),
        (200, b"[]", True),
        (
            200,
            json.dumps(
                {"type": "snapshot", "project_id": "q", "cursor": "e:1", "resumed": False, "tasks": []}
            ).encode(),
            True,
        ),
        (302, b"", False),
        (400, b'{"code":"bad_request"}', False),
        (404, b'{"code":["not_found"]}', False),
        (429, b'{"code":"too_many"}', True),
        (500, b"\xff", True),
        (503, b'{"code":"store_unavailable"}', True),
    ],
)
async def test_an_answer_that_is_none_says_whether_another_try_may_help(serve, status, body, retryable):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    with pytest.raises(TransportError) as refused:
        await WebSocketTransport(serve(app, lifespan="off")).read("p")
    assert refused.value.retryable == retryable


async def test_an_answer_that_breaks_off_is_none(stand):
    stand.store.publish(batch(1, CompletedEvent(project_id="p", task_name="t", run_id="r", result="x" * 30_000)))
    transport = WebSocketTransport(stand.address)
    assert (await transport.read("p")).tasks
    stand.proxy.cut_after(2_000)
    with pytest.raises(TransportError) as failed:
        await transport.read("p")
    assert failed.value.retryable


# --- credentials --------------------------------------------------------------------------------------------------


def lets_in(*tokens):
    async def authorize(connection, project_id, action):
        if bearer_token(connection) not in tokens:
            raise NotAuthenticated
        return Grant("me")

    return authorize


async def test_a_token_that_changes_is_asked_for_anew(stand):
    stand.authorize = lets_in("old")
    tokens = ["old"]
    transport = WebSocketTransport(stand.address, token=lambda: tokens[0])

    def publish(number):
        return transport.publish(batch(number, progress(number / 10)))

    await anyio.to_thread.run_sync(publish, 1)
    stand.authorize = lets_in("new")
    with pytest.raises(TransportError, match="not_authenticated") as refused:
        await anyio.to_thread.run_sync(publish, 2)
    assert refused.value.retryable
    with pytest.raises(TransportError, match="401") as refused:
        await transport.read("p")
    assert refused.value.retryable
    tokens[0] = "new"
    assert len((await anyio.to_thread.run_sync(publish, 2)).accepted) == 1
    assert (await transport.read("p")).cursor.offset == 2
    stand.authorize = lets_in("newest")
    tokens[0] = "newest"
    assert len((await anyio.to_thread.run_sync(publish, 3)).accepted) == 1  # the kept connection's were the former ones
    async with transport.listen("p"):
        pass
    await transport.aclose()
    transport.close()


async def test_what_stays_refused_is_said_to_readers_and_kept_by_publishers(stand):
    stand.authorize = lets_in("right")
    transport = WebSocketTransport(stand.address, token="wrong")
    with pytest.raises(TransportError) as refused:
        await transport.read("p")
    assert not refused.value.retryable
    with pytest.raises(TransportError) as refused:
        await transport.cancel("p", "t")
    assert not refused.value.retryable
    with pytest.raises(TransportError) as refused:
        await anyio.to_thread.run_sync(transport.publish, batch(1, progress(0.1)))
    assert refused.value.retryable


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ws://",
        "ftp://host",
        f"ws://host:{SECRET}",
        f"ws://user:{SECRET}@",
        f"ws://host/?token={SECRET}",
        f"ws://host/?{SECRET}",
        f"ws://host/#token={SECRET}",
        f"ws://host/a b{SECRET}",
        f"ws://host/?timeout_s={SECRET}",
        "ws://host/?timeout_s=0",
        "ws://host/?timeout_s=nan",
        f"ws://[{SECRET}",
    ],
)
def test_what_is_no_address_is_refused_without_a_word_of_it(url):
    with pytest.raises(ValueError, match=r"\w") as refused:
        WebSocketTransport(url)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [
        {"token": ""},
        {"token": f"{SECRET} "},
        {"token": f"{SECRET}\r\nx: y"},
        {"token": f"{SECRET}ü"},
        {"headers": {"x": f"{SECRET}\n"}},
        {"headers": {"x": f"{SECRET}진"}},
        {"headers": {"x": 7}},
        {"headers": {f"x {SECRET}": "y"}},
        {"token": SECRET, "headers": {"authorization": SECRET}},
    ],
)
def test_credentials_that_are_none_are_refused_without_a_word_of_them(options):
    with pytest.raises(ValueError, match=r"\w") as refused:
        WebSocketTransport("ws://host", **options)
    assert SECRET not in str(refused.value)


def failing():
    raise LookupError(SECRET)


def malformed():
    return f"{SECRET}\n"


NO_TOKENS = (failing, malformed)


@pytest.mark.parametrize(
    ("userinfo", "options"),
    [
        (f"user:{SECRET}@", {}),
        ("", {"token": SECRET}),
        ("", {"token": lambda: SECRET}),
        ("", {"token": failing}),
        ("", {"token": malformed}),
        ("", {"headers": {"x-api-key": SECRET}}),
    ],
)
async def test_no_secret_is_in_an_error_a_log_or_a_name(stand, caplog, userinfo, options):
    caplog.set_level(logging.DEBUG)
    seen = []

    async def authorize(connection, project_id, action):
        seen.append(str(connection.headers))
        raise NotAuthenticated

    stand.authorize = authorize
    said = []
    for address in (stand.address, f"ws://127.0.0.1:{free_port()}"):
        transport = WebSocketTransport(address.replace("ws://", f"ws://{userinfo}"), **options)
        said.append(repr(transport))
        for call in (
            lambda transport=transport: anyio.to_thread.run_sync(transport.publish, batch(1, progress(0.1))),
            lambda transport=transport: transport.read("p"),
            lambda transport=transport: transport.cancel("p", "t"),
            lambda transport=transport: first_of(transport),
        ):
            with pytest.raises(TransportError) as failed:
                await call()
            said += [str(failed.value), repr(failed.value), str(pickle.loads(pickle.dumps(failed.value)))]
            while (error := failed.value.__cause__ or None) is not None:
                pytest.fail(f"the error tells of another one: {error!r}")
    mine = [record.getMessage() for record in caplog.records if not record.name.startswith(("uvicorn", "asyncio"))]
    assert not [text for text in said + mine if SECRET in text]
    # Control: what isn't to be seen was sent, but where there was none to send.
    assert len(seen) == (0 if options.get("token") in NO_TOKENS else 4)


async def first_of(transport):
    async with transport.listen("p") as stream:
        return await anext(stream)


async def test_a_user_in_the_url_and_headers_are_sent_along(stand):
    seen = []

    async def authorize(connection, project_id, action):
        seen.append((connection.headers.get("authorization"), connection.headers.get("x-api-key")))
        return True

    stand.authorize = authorize
    address = stand.address.replace("ws://", "ws://us%20er:p%40ss@")
    transport = WebSocketTransport(address, headers={"x-api-key": "k"})
    await transport.read("p")
    await anyio.to_thread.run_sync(transport.publish, batch(1, progress(0.1)))
    async with transport.listen("p"):
        pass
    transport.close()
    assert set(seen) == {("Basic dXMgZXI6cEBzcw==", "k")}


def test_a_prefix_and_other_schemes_lead_there_too(serve):
    from starlette.applications import Starlette  # noqa: PLC0415 - only this test mounts
    from starlette.routing import Mount  # noqa: PLC0415 - as above

    store = MemoryTransport()
    gateway = Gateway(Hub(store), authorize=allow_anyone, limits=Limits())
    url = serve(Starlette(routes=[Mount("/api/v1/ws", gateway)], lifespan=gateway.lifespan))
    for number, address in enumerate((f"{url}/api/v1/ws", f"{url.replace('http', 'ws')}/api/v1/ws/"), 1):
        transport = WebSocketTransport(address)
        assert len(transport.publish(batch(number, progress(0.5))).accepted) == 1
        assert anyio.run(transport.read, "p").cursor.offset == number
        transport.close()
    assert repr(transport) == f"<WebSocketTransport {url.replace('http', 'ws')}/api/v1/ws>"


@pytest.fixture
def certificate(tmp_path):
    """Return a key and a certificate for 127.0.0.1 that nobody has signed but itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("skipped because openssl is missing: install openssl as your system does")
    key, path = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", path, "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return key, path


async def test_tls_is_spoken_and_the_certificate_checked(serve, certificate, monkeypatch):
    key, path = certificate
    gateway = Gateway(Hub(MemoryTransport()), authorize=lets_in(SECRET))
    url = serve(gateway, ssl_keyfile=key, ssl_certfile=path).replace("http", "wss") + "?timeout_s=5"
    stranger = WebSocketTransport(url, token=SECRET)
    for call in (lambda: anyio.to_thread.run_sync(stranger.publish, batch(1)), lambda: stranger.read("p")):
        with pytest.raises(TransportError, match=r"(?i)certificate"):
            await call()
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    transport = WebSocketTransport(url, token=SECRET)
    async with transport.listen("p") as stream:
        await anyio.to_thread.run_sync(transport.publish, batch(1, progress(0.5)))
        with anyio.fail_after(10):
            assert (await anext(stream)).progress == 0.5
    assert (await transport.read("p")).cursor.offset == 1
    assert await transport.cancel("p", "t")
    await transport.aclose()
    transport.close()
    assert repr(transport).startswith("<WebSocketTransport wss://127.0.0.1:")


def test_what_is_missing_is_said_with_the_line_that_installs_it():
    program = """
import sys
sys.modules["websockets"] = None
from progresskit import transport_from_url
try:
    transport_from_url("ws://localhost")
except ImportError as error:
    print(error)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "pip install 'progresskit[websocket]'" in said
