"""What the server of ``progresskit serve`` does about clients that are stalled, silent, or say too much."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="could not import uvicorn")
pytest.importorskip("websockets", reason="could not import websockets")

from progresskit.cli import serving
from progresskit.events import ProgressEvent
from progresskit.hub import Hub
from progresskit.transports import Batch, MemoryTransport
from progresskit.web import Gateway, allow_anyone

DESCRIPTORS = Path("/proc/self/fd")
FOREVER_S = 3_600
UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT and /proc are Linux's")


class Served:
    """A server in a thread, its store, and the clients that the test opens to it."""

    def __init__(self, **options):
        self.transport = MemoryTransport()
        listening = {"silent_s": options.get("silent_s", serving.SILENT_S)}
        self.listener = serving.listen(serving.LOOPBACK, 0, **listening)
        self.address = self.listener.getsockname()
        self.server = serving.server(Gateway(Hub(self.transport), authorize=allow_anyone), graceful_s=1, **options)
        self.clients = []
        self._numbers = itertools.count(1)
        self._thread = threading.Thread(target=self.server.run, args=([self.listener],))
        self._thread.start()

    def connect(self, request="", *, window=None):
        client = socket.socket()
        self.clients.append(client)
        if window is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        client.settimeout(10)
        client.connect(self.address)
        client.sendall(request.encode())
        return client

    def request(self, path, headers=""):
        return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"

    def publish(self):
        event = ProgressEvent(project_id="p", task_name="t", run_id="r", metadata={"filler": "x" * 30_000})
        self.transport.publish(Batch("p", "test", next(self._numbers), (event,)))

    @property
    def connections(self):
        return len(self.server.server_state.connections)

    def stop(self):
        for client in self.clients:
            client.close()
        self.server.should_exit = True
        self._thread.join(10)
        self.listener.close()
        self.transport.close()


@pytest.fixture
def served():
    running = []

    def serve(**options):
        running.append(Served(**options))
        return running[-1]

    yield serve
    for each in running:
        each.stop()


def eventually(condition, within_s=10.0):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.02)


def stall(served):
    """Open both kinds of stream, and read none of what comes but its beginning."""
    for headers in ("", UPGRADE):
        path = "/projects/p/stream" if headers else "/projects/p/events"
        client = served.connect(served.request(path, headers), window=4_096)
        assert client.recv(12).split()[1] in {b"200", b"101"}
    eventually(lambda: served.connections == 2)
    for _ in range(20):
        served.publish()
        time.sleep(0.01)  # a tick each, so that they are sent and not left out for a snapshot


@linux
def test_a_client_that_reads_nothing_gives_back_its_connection_and_its_descriptor(served):
    served_here, control = served(silent_s=1), served(silent_s=FOREVER_S)
    eventually(lambda: served_here.server.started and control.server.started)
    before = len(list(DESCRIPTORS.iterdir()))
    stall(control)
    stall(served_here)
    assert len(list(DESCRIPTORS.iterdir())) == before + 8
    eventually(lambda: served_here.connections == 0)
    eventually(lambda: len(list(DESCRIPTORS.iterdir())) == before + 6)
    assert control.connections == 2, "without the option they stay"


def test_a_client_that_owes_its_request_is_cut_and_one_that_is_being_answered_is_not(served):
    served_here, control = served(silent_s=0.5), served(silent_s=FOREVER_S)
    eventually(lambda: served_here.server.started and control.server.started)
    unfinished = ["", "GET /health HT", "GET /health HTTP/1.1\r\nHost: localhost\r\n"]
    unfinished.append(served_here.request("/view.css") + unfinished[-1])
    streams = [served_here.request("/projects/p/events"), served_here.request("/projects/p/stream", UPGRADE)]
    for request in streams + unfinished:
        control.connect(request)
    owing = [served_here.connect(request) for request in streams + unfinished][len(streams) :]
    for client in owing:
        while client.recv(65_536):
            pass
    assert served_here.connections == len(streams)
    time.sleep(1.5)  # two more looks
    assert served_here.connections == len(streams)
    assert control.connections == len(streams) + len(unfinished)


@pytest.fixture
def open_socket():
    from websockets.sync.client import connect  # noqa: PLC0415 - known to be there by now

    with contextlib.ExitStack() as stack:

        def open_socket(here, path="/projects/p/stream"):
            host, port = here.address
            url = f"ws://{host}:{port}{path}"
            return stack.enter_context(connect(url, open_timeout=10, compression="deflate"))

        yield open_socket


def test_a_large_message_on_a_stream_is_refused_by_its_head(served, open_socket):
    """Only what its frame header says arrives: nothing waits for, or holds, the rest."""
    here = served()
    stream = open_socket(here)
    assert json.loads(stream.recv(timeout=10))["type"] == "snapshot"
    stream.socket.sendall(bytes([0x81, 0xFE]) + (5_000).to_bytes(2, "big"))  # a text of 5,000 bytes begins
    with contextlib.suppress(Exception):
        stream.recv(timeout=10)
    assert stream.close_code == 1009


def test_no_compression_is_agreed_on(served, open_socket):
    stream = open_socket(served())
    assert stream.response.headers.get("Sec-WebSocket-Extensions") is None


# --- what a client can make it hold -------------------------------------------------------------------------------


def frame(opcode, payload, *, final=True):
    """Write a client's frame, masked by zeros."""
    return bytes([opcode | 0x80 * final, 0x80 | len(payload)]) + bytes(4) + payload


@pytest.fixture(params=["limited", "control"])
def held(request, served, monkeypatch):
    """Return ``held(path, frames)``: the server's end of a socket that got these, and whether it is uvicorn's own."""
    is_control = request.param == "control"
    if is_control:
        monkeypatch.setattr(serving, "_LimitedSocket", "websockets-sansio")

    def run(path, frames):
        here = served()
        client = here.connect(here.request(path, UPGRADE))
        assert client.recv(12).split()[1] == b"101"
        [protocol] = here.server.server_state.connections
        client.settimeout(0)
        sent, deadline = 0, time.monotonic() + 5
        while sent < len(frames) and time.monotonic() < deadline:
            try:
                sent += client.send(frames[sent : sent + 65_536])
            except BlockingIOError:
                time.sleep(0.01)
        return protocol, is_control

    return run


def test_pongs_that_nobody_reads_do_not_pile_up(held):
    protocol, is_control = held("/projects/p/stream", frame(9, b"x" * 125) * 100_000)
    most = 512 * 1024  # what is read at once is answered at once, and asyncio reads 256 KiB
    if is_control:
        eventually(lambda: protocol.transport.get_write_buffer_size() > most)
    else:
        time.sleep(0.2)
        assert protocol.transport.get_write_buffer_size() < most


@pytest.mark.parametrize("frames", [frame(1, b"\xff"), frame(1, b"\xc3", final=False) + frame(0, b"(")])
@pytest.mark.parametrize("path", ["/projects/p/stream", "/publish"])
def test_a_text_that_is_none_closes_with_1007_and_fills_no_log(served, monkeypatch, caplog, path, frames):
    for is_control in (False, True):
        if is_control:
            monkeypatch.setattr(serving, "_LimitedSocket", "websockets-sansio")
        here = served()
        client = here.connect(here.request(path, UPGRADE))
        assert client.recv(12).split()[1] == b"101"
        client.sendall(frames)
        heard = b""
        while data := client.recv(65_536):
            heard += data
        assert heard.endswith(b"\x88\x02" + (1007).to_bytes(2, "big"))
        assert bool(caplog.records) is is_control


def test_a_message_in_many_fragments_costs_no_more_than_one_in_one(held):
    count = 60_000
    protocol, is_control = held("/publish", frame(1, b"x", final=False) + frame(0, b"xy", final=False) * count)

    def size():
        return sum(map(sys.getsizeof, protocol.frames))

    eventually(lambda: sum(map(len, protocol.frames)) == 1 + 2 * count)
    assert (size() > 8 * 2 * count) is is_control
    assert (size() < 4 * 2 * count) is not is_control
