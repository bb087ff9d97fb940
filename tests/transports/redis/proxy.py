"""A TCP proxy on loopback that does to connections what networks do to them.

Every fault can be switched on while connections are open, and concerns those and the ones to come.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress

_CHUNK = 65_536
_LOOK_S = 5.0

UP, DOWN = "up", "down"
"""Towards the server, and towards the client."""


class Proxy:
    """Passes on what comes to its port to another one, until told otherwise.

    Args:
        port: The port of its own.
        target: The port of the server.
    """

    def __init__(self, port, target):
        self.port = port
        self.target = target
        self.accepted = 0  # connections so far
        self.passed = {UP: 0, DOWN: 0}  # bytes so far
        self.said = []  # what each connection has sent up so far, where `record` was called
        self._records = False
        self._changed = threading.Condition()
        self._links = set()
        self._held = frozenset()  # the directions in which nothing passes
        self._latency_s = 0.0
        self._resets = False
        self._room = None  # bytes that still pass down before the cut; None = no limit
        self._listener = None
        self._listen()

    @property
    def open(self):
        """How many connections are open now."""
        with self._changed:
            return len(self._links)

    def record(self):
        """Keep in ``said`` what clients send from now on, connection by connection."""
        self._records = True

    # --- faults ---

    def refuse(self):
        """Listen no more, and reset what is open: who connects is refused."""
        self._stop_listening()
        self._reset_open()

    def reset(self):
        """Reset what is open, and whatever connects, as soon as it does."""
        with self._changed:
            self._resets = True
        self._reset_open()

    def blackhole(self, *ways):
        """Accept, and pass nothing on: both ways, or one of them. What was held goes on after :meth:`mend`."""
        with self._changed:
            self._held = frozenset(ways or (UP, DOWN))

    def strand(self, *ways):
        """Leave the connections that are open half open for ever, without a word to either end; new ones work."""
        with self._changed:
            for link in self._links:
                link.held = frozenset(ways or (UP, DOWN))

    def delay(self, seconds):
        """Hold each chunk back for so long, each way."""
        with self._changed:
            self._latency_s = seconds

    def cut_after(self, count):
        """Let so many bytes more come to clients, then reset the connection that they end on."""
        with self._changed:
            self._room = count

    def break_open(self):
        """Reset what is open; new connections work."""
        self._reset_open()

    def mend(self):
        """Be a cable again."""
        with self._changed:
            self._held, self._latency_s, self._resets, self._room = frozenset(), 0.0, False, None
            self._changed.notify_all()
        if self._listener is None:
            self._listen()

    def close(self):
        """End everything."""
        self._stop_listening()
        self._reset_open()

    # --- machinery ---

    def _listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), name=f"proxy {self.port}", daemon=True).start()

    def _stop_listening(self):
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            listener.close()

    def _reset_open(self):
        with self._changed:
            links = list(self._links)
        for link in links:
            self._end(link, reset=True)

    def _accept(self, listener):
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            with self._changed:
                self.accepted += 1
                resets = self._resets
            try:
                server = None if resets else socket.create_connection(("127.0.0.1", self.target), _LOOK_S)
            except OSError:
                server = None
            if server is None:
                _close(client, reset=True)
                continue
            link = _Link(client, server)
            with self._changed:
                self._links.add(link)
            for way, source, sink in ((UP, client, server), (DOWN, server, client)):
                name = f"proxy {self.port} {way}"
                threading.Thread(target=self._pump, args=(link, way, source, sink), name=name, daemon=True).start()
            if self._listener is not listener or self._resets:  # a fault came in between
                self._end(link, reset=True)

    def _pump(self, link, way, source, sink):
        reset = False
        while not link.ended:
            try:
                data = source.recv(_CHUNK)
            except TimeoutError:
                continue
            except OSError:
                reset = True
                break
            if not data:
                break
            data, reset = self._let_through(link, way, data)
            try:
                sink.sendall(data)
            except OSError:
                reset = True
            if reset:
                break
        self._end(link, reset=reset)

    def _let_through(self, link, way, data):
        """Wait as the faults demand; return what passes, and whether the connection ends there."""
        with self._changed:
            latency_s = self._latency_s
        time.sleep(latency_s)
        with self._changed:
            self._changed.wait_for(lambda: link.ended or way not in self._held | link.held)
            if link.ended:
                return b"", True
            cut = False
            if way == DOWN and self._room is not None:
                cut = len(data) >= self._room
                data = data[: self._room]
                self._room = None if cut else self._room - len(data)
            self.passed[way] += len(data)
            if way == UP and self._records:
                if not link.said:
                    self.said.append(link.said)
                link.said.append(data)
        return data, cut

    def _end(self, link, *, reset):
        with self._changed:
            if link.ended:
                return
            link.ended = True
            self._links.discard(link)
            self._changed.notify_all()
        _close(link.client, reset=reset)
        _close(link.server, reset=reset)


class _Link:
    def __init__(self, client, server):
        self.client = client
        self.server = server
        self.held = frozenset()
        self.said = []
        self.ended = False
        for end in (client, server):
            end.settimeout(_LOOK_S)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _close(end, *, reset):
    with suppress(OSError):
        if reset:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.shutdown(socket.SHUT_RD)  # wakes the thread that reads, and tells the other end nothing
        else:
            end.shutdown(socket.SHUT_RDWR)
    end.close()
