"""Reading and cancelling by plain requests: each has an end, and says whether another try may help."""

from __future__ import annotations

import json
import socket
import time

import anyio
import pytest

from progresskit.errors import TransportError
from progresskit.events import CompletedEvent
from progresskit.transports.websocket import WebSocketTransport, requests


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


async def test_many_reads_of_a_gateway_that_hangs_leave_the_hosts_threads_alone():
    shared = anyio.to_thread.current_default_thread_limiter()
    with socket.create_server(("127.0.0.1", 0), backlog=100) as hung:
        transport = WebSocketTransport(f"ws://127.0.0.1:{hung.getsockname()[1]}")
        async with anyio.create_task_group() as tasks:
            for number in range(60):
                tasks.start_soon(transport.read, f"p{number}")
            connection, _ = await anyio.to_thread.run_sync(hung.accept)  # so they are under way
            assert shared.borrowed_tokens == 0
            tasks.cancel_scope.cancel()
        connection.close()


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


async def test_an_answer_that_breaks_off_is_none(stand, batch):
    stand.store.publish(batch(1, CompletedEvent(project_id="p", task_name="t", run_id="r", result="x" * 30_000)))
    transport = WebSocketTransport(stand.address)
    assert (await transport.read("p")).tasks
    stand.proxy.cut_after(2_000)
    with pytest.raises(TransportError) as failed:
        await transport.read("p")
    assert failed.value.retryable
