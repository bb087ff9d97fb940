"""Following a project by a gateway's stream: gaps, half-open links, and its end."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress

import anyio
import pytest

from progresskit.errors import TransportError
from progresskit.events import CompletedEvent, Cursor, ProgressEvent
from progresskit.hub import Hub
from progresskit.subscription import subscribe
from progresskit.transports.websocket import WebSocketTransport, listening
from progresskit.transports.websocket.address import Address
from progresskit.web import Gateway, allow_anyone


async def test_a_hub_may_follow_a_gateway(stand, serve, batch, progress):
    """A gateway of a gateway: what is published to either is read from both, whoever sends it."""
    far = WebSocketTransport(stand.address)
    near = serve(Gateway(Hub(far), authorize=allow_anyone))
    transport = WebSocketTransport(near.replace("http", "ws"))
    async with subscribe(transport, "p") as items:
        await anext(items)
        stand.store.publish(batch(1, progress(0.5)))
        with anyio.fail_after(10):
            assert (await anext(items)).progress == 0.5
        receipt = await anyio.to_thread.run_sync(transport.publish, batch(2, progress(0.75), sender="s" * 128))
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


async def test_a_stream_that_lives_is_not_taken_for_half_open(stand, monkeypatch, batch, progress):
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
    run = {"project_id": "p", "task_name": "t", "run_id": "r", "attempt": 1, "started_at": "2026-11-23T00:00:00.000Z"}
    event = ProgressEvent(**run, progress=0.5, cursor=Cursor(epoch, offset))
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


async def test_a_subscription_reads_anew_where_the_stream_left_events_out(stand, monkeypatch, batch):
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


async def test_closing_ends_all_listening_and_leaves_no_thread(stand, wait_for):
    transport = WebSocketTransport(stand.address)
    async with transport.listen("p") as stream, transport.listen("q") as other:
        await transport.aclose()
        with anyio.fail_after(5):
            assert [item async for item in stream] == [item async for item in other] == []
    await anyio.to_thread.run_sync(wait_for, lambda: not listening_threads())


@pytest.mark.parametrize("scheme", ["ws", "wss"])
@pytest.mark.parametrize("is_interrupted", [True, False], ids=["interrupted", "control"])
async def test_a_stream_can_be_stopped_while_it_is_opened(monkeypatch, scheme, is_interrupted):
    monkeypatch.setattr(listening, "_OPEN_S", 60)
    if not is_interrupted:
        monkeypatch.setattr(listening.Wire, "interrupt", lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        listener = listening.StreamListener(address_of(mute, scheme), "p")
        others = listening_threads()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listener.open)
            connection, _ = await anyio.to_thread.run_sync(mute.accept)
            with connection:
                assert await anyio.to_thread.run_sync(connection.recv, 1)  # hands are being shaken
                [thread] = set(listening_threads()).difference(others)
                listener.stop()
                await anyio.to_thread.run_sync(thread.join, 10 if is_interrupted else 0.5)
                assert thread.is_alive() != is_interrupted


async def test_a_stream_that_was_stopped_is_not_opened(monkeypatch):
    monkeypatch.setattr(listening, "_OPEN_S", 60)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        listener = listening.StreamListener(address_of(mute), "p")
        listener.stop()
        with anyio.fail_after(10):
            await listener.open()
            assert [item async for item in listener] == []


def address_of(server, scheme="ws"):
    return Address(f"{scheme}://127.0.0.1:{server.getsockname()[1]}", token=None, headers=None)


def listening_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("progresskit-listen")]
