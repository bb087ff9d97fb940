"""The clients of a server, in a process of their own: raw sockets, most of which only drain.

Parsing would cost more than what is measured. So only a few of them look at what comes, and at nothing in
it but the moments that the messages of the events name.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_MOMENT = re.compile(rb"@(\d+\.\d{6})")
_LONGEST_MOMENT = 32
_DRAIN_S = 0.02
_AT_ONCE = 50  # handshakes


class Crowd(NamedTuple):
    """Clients that are to connect alike.

    Args:
        name: By which they leave together.
        path: What they ask for.
        count: How many.
        samplers: How many of them look at what comes.
        websocket: Whether they ask for a WebSocket, or for server-sent events.
        stalled: Whether they never read, once they are connected.
    """

    name: str
    path: str
    count: int
    samplers: int = 0
    websocket: bool = True
    stalled: bool = False


class Seen(NamedTuple):
    """An event, as one client saw it: when it was due, and when it came."""

    due: float
    at: float


def attend(pipe: Connection, port: int) -> None:
    """Be the clients of a server: the whole life of their process.

    Args:
        pipe: Takes a crowd, which comes; ``("seen", name)``, answered by a list for each of its samplers;
            ``("leave", name)``; None, the end. Each but the last is answered once it is done.
        port: The server's.
    """
    with contextlib.suppress(KeyboardInterrupt, EOFError):  # whoever started this process has ended
        _Clients(port).run(pipe)


class _Sampler:
    """Notes the moments in what a client gets; each counts once, as a snapshot repeats the newest."""

    def __init__(self) -> None:
        self._rest = b""
        self._known: set[bytes] = set()
        self.seen: list[Seen] = []

    def take(self, data: bytes, now: float) -> None:
        data = self._rest + data
        end = 0
        for match in _MOMENT.finditer(data):
            end = match.end()
            moment = match[1]
            if moment not in self._known:
                self._known.add(moment)
                self.seen.append(Seen(float(moment), now))
        self._rest = data[max(end, len(data) - _LONGEST_MOMENT) :]


class _Clients:
    def __init__(self, port: int) -> None:
        self._port = port
        self._crowds: dict[str, list[socket.socket]] = {}
        self._sampled: dict[str, list[_Sampler]] = {}
        self._samplers = selectors.DefaultSelector()
        self._drainers = selectors.DefaultSelector()
        self._sink = bytearray(256 * 1024)

    def run(self, pipe: Connection) -> None:
        drain_at = time.monotonic()
        while True:
            if pipe.poll():
                request = pipe.recv()
                if request is None:
                    return
                pipe.send(self._answer(request))
            self._sample(max(0.0, drain_at - time.monotonic()))
            if time.monotonic() >= drain_at:
                drain_at = time.monotonic() + _DRAIN_S
                self._drain()

    def _answer(self, request: Crowd | tuple[str, str]) -> list[list[Seen]]:
        match request:
            case Crowd():
                self._come(request)
            case "leave", name:
                self._leave(name)
            case "seen", name:
                samplers = self._sampled[name]
                seen = [sampler.seen for sampler in samplers]
                for sampler in samplers:
                    sampler.seen = []
                return seen
        return []

    def _come(self, crowd: Crowd) -> None:
        connected = self._crowds[crowd.name] = []
        sampled = self._sampled[crowd.name] = []
        for first in range(0, crowd.count, _AT_ONCE):
            asking = [self._asking(crowd) for _ in range(first, min(first + _AT_ONCE, crowd.count))]
            for each in asking:
                rest = _answered(each, b"101" if crowd.websocket else b"200")
                each.setblocking(False)  # noqa: FBT003 - as it is called
                if crowd.samplers > len(sampled):
                    sampler = _Sampler()
                    sampled.append(sampler)
                    sampler.take(rest, time.monotonic())
                    self._samplers.register(each, selectors.EVENT_READ, sampler)
                elif not crowd.stalled:
                    self._drainers.register(each, selectors.EVENT_READ)
                connected.append(each)

    def _leave(self, name: str) -> None:
        for each in self._crowds.pop(name):
            for selector in (self._samplers, self._drainers):
                with contextlib.suppress(KeyError):
                    selector.unregister(each)
            each.close()

    def _asking(self, crowd: Crowd) -> socket.socket:
        client = socket.socket()
        client.settimeout(10)
        if crowd.stalled:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", self._port))
        lines = [f"GET {crowd.path} HTTP/1.1", "Host: localhost"]
        if crowd.websocket:
            lines += [
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
            ]
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        return client

    def _sample(self, timeout_s: float) -> None:
        if not self._samplers.get_map():
            time.sleep(timeout_s)
            return
        for key, _ in self._samplers.select(timeout_s):
            data = key.fileobj.recv(len(self._sink))
            if not data:
                msg = "the server has cut a client off"
                raise ConnectionError(msg)
            key.data.take(data, time.monotonic())

    def _drain(self) -> None:
        if self._drainers.get_map():
            for key, _ in self._drainers.select(0):
                if not key.fileobj.recv_into(self._sink):
                    msg = "the server has cut a client off"
                    raise ConnectionError(msg)


def _answered(client: socket.socket, status: bytes) -> bytes:
    """Return what a server sent after the head of its answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(4096)
        if not more:
            break
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 " + status):
        msg = f"a client was refused: {head!r}"
        raise ConnectionError(msg)
    return rest
