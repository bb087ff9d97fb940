"""The façade: broadcasts from anywhere, never raising, in the form that apps have today."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time

import pytest

from progresskit import MemoryTransport, TransportError
from progresskit.integrations import manager as module
from progresskit.integrations.manager import WebSocketManager, configure, get_websocket_manager


@pytest.fixture
def transport():
    """The façade on a transport of the test's own."""
    transport = MemoryTransport()
    configure(transport)
    yield transport
    configure("memory://")


@pytest.fixture
def manager(transport):
    return get_websocket_manager()


def state_of(transport, task_name="t", project_id="p"):
    return asyncio.run(transport.read(project_id)).get(task_name)


def test_there_is_one_manager():
    assert get_websocket_manager() is get_websocket_manager()


def test_a_broadcast_is_in_the_store_when_it_returns(transport, manager):
    asyncio.run(manager.broadcast_status("p", "t", "queued", "waiting"))
    assert state_of(transport).status == "queued"
    asyncio.run(manager.broadcast_progress("p", "t", 0.2, "in_progress", "Step 1", {"k": 1}))
    state = state_of(transport)
    assert (state.status, state.progress, state.message, state.metadata) == ("in_progress", 0.2, "Step 1", {"k": 1})
    asyncio.run(manager.broadcast_completion("p", "t", {"url": "x"}))
    state = state_of(transport)
    assert (state.status, state.progress, state.result) == ("completed", 1.0, {"url": "x"})


def test_an_error_is_published_as_it_is(transport, manager):
    asyncio.run(manager.broadcast_error("p", "t", "no voice", {"voice_id": "joe"}))
    state = state_of(transport)
    assert (state.status, state.error, state.details) == ("failed", "no voice", {"voice_id": "joe"})


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("pending", "queued"),
        ("retry", "retrying"),
        ("revoked", "cancelled"),
        ("started", "started"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("warming up", "in_progress"),
        (7, "in_progress"),
    ],
)
def test_a_status_is_understood(transport, manager, status, shown):
    asyncio.run(manager.broadcast_status("p", "t", status, "said"))
    assert state_of(transport).status == shown
    asyncio.run(manager.broadcast_progress("p", "u", 0.5, status, "said"))
    assert state_of(transport, "u").status == shown


@pytest.mark.parametrize("status", ["queued", "pending"])
def test_queued_starts_a_finished_or_dead_line_anew(transport, manager, status):
    for end in (manager.broadcast_completion("p", "t"), manager.broadcast_progress("p", "t", 0.9)):
        asyncio.run(end)
        former = state_of(transport)
        asyncio.run(manager.broadcast_status("p", "t", status))
        state = state_of(transport)
        assert (state.status, state.progress, state.attempt) == ("queued", None, former.attempt + 1)


@pytest.mark.parametrize("project_id", ["", "a b", None, 7, "../x"])
def test_a_bad_id_is_logged_and_never_raised(manager, caplog, project_id):
    asyncio.run(manager.broadcast_progress(project_id, "t", 0.5))
    asyncio.run(manager.broadcast_completion(project_id, "t"))
    assert "left out" in caplog.text


@pytest.mark.parametrize("progress", [float("nan"), 1.7, "half", None])
def test_a_bad_value_is_mended(transport, manager, progress):
    asyncio.run(manager.broadcast_progress("p", "t", progress, metadata={"k": object()}))
    assert state_of(transport).status == "in_progress"


def test_it_works_from_threads_and_from_one_loop_after_another(transport, manager):
    def work(index):
        for step in range(10):
            asyncio.run(manager.broadcast_progress("p", f"t{index}", step / 10))

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert manager.publisher.flush(5)
    assert [state_of(transport, f"t{index}").progress for index in range(4)] == [0.9] * 4


class DeadTransport(MemoryTransport):
    """A store that hangs for a second and then refuses."""

    def publish(self, _batch):
        time.sleep(1)
        msg = "connection refused"
        raise TransportError(msg)


def test_a_dead_store_costs_a_broadcast_next_to_nothing():
    configure(DeadTransport())
    try:
        manager = get_websocket_manager()
        began = time.monotonic()
        for step in range(5):
            asyncio.run(manager.broadcast_progress("p", "t", step / 10))
        assert time.monotonic() - began < 1
    finally:
        configure("memory://")


def test_the_hub_and_the_publisher_share_a_transport(transport, manager):
    assert manager.hub.transport is transport
    assert manager.get_connection_count("p") == 0


def test_the_environment_says_which_transport(monkeypatch):
    monkeypatch.setenv("PROGRESSKIT_URL", "memory://from-the-environment")
    manager = WebSocketManager()
    asyncio.run(manager.broadcast_status("p", "t", "started"))
    inner = manager.hub.transport
    assert state_of(inner).status == "started"
    manager.configure(MemoryTransport())
    with pytest.raises(TransportError, match="closed"):
        asyncio.run(inner.read("p"))


def test_its_log_can_be_turned_on(manager, caplog):
    logging.getLogger("progresskit.integrations").setLevel(logging.DEBUG)
    asyncio.run(manager.broadcast_progress("no such id!", "t", 0.5))
    assert [record.name for record in caplog.records] == ["progresskit.integrations"]
    assert module._log.name == "progresskit.integrations"


@pytest.mark.needs("uvicorn", "websockets")
def test_a_gateway_on_its_hub_serves_what_is_broadcast_and_is_counted(manager, serve):
    from websockets.sync.client import connect  # noqa: PLC0415 - comes with the server

    from progresskit.web import Gateway, allow_anyone  # noqa: PLC0415 - as above

    url = serve(Gateway(manager.hub, authorize=allow_anyone)).replace("http", "ws")
    with connect(f"{url}/projects/p/stream") as socket:
        assert json.loads(socket.recv(5))["type"] == "snapshot"
        assert manager.get_connection_count("p") == 1
        asyncio.run(manager.broadcast_progress("p", "t", 0.5, message="half"))
        frame = json.loads(socket.recv(5))
        assert (frame["progress"], frame["message"]) == (0.5, "half")
    assert manager.get_connection_count("q") == 0
