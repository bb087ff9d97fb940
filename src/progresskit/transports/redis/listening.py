"""One pub/sub connection, shared by all who listen through a transport, and the thread that reads it.

Only that thread touches the connection; who wants to subscribe puts a command into its queue and wakes it.
A new reader of a channel subscribes again even where the connection has the channel already: the answer
proves that the link is alive, and one that gets none drops the link for everybody.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import anyio

from progresskit.errors import TransportError
from progresskit.transports.listener import Listener
from progresskit.transports.redis.wire import decode_published

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CONFIRM_S", "ChannelListener", "Link"]

CONFIRM_S: Final = 1.0
"""Seconds that a subscription may go unconfirmed on a silent link before that counts as dead."""


class ChannelListener(Listener):
    """A reader of one channel.

    Args:
        project_id: Whose events it is for.
        channel: Where they are published.
    """

    def __init__(self, project_id: str, channel: str) -> None:
        super().__init__()
        self.project_id = project_id
        self.channel = channel
        self._confirmed = anyio.Event()

    def confirm(self) -> None:
        """Say that its subscription stands, or that the link is gone; from any thread."""
        self._call(self._confirmed.set)

    async def confirmed(self, link: Link) -> bool:
        """Wait until its subscription stands; False where the link has brought nothing at all for too long."""
        while not self._confirmed.is_set():
            with anyio.move_on_after(CONFIRM_S):
                await self._confirmed.wait()
                break
            if link.silent_s > CONFIRM_S:
                return False
        return True


class Link:
    """One pub/sub connection's life, from its first listener to its last, or to its end.

    Args:
        connect: Opens the connection; called in the link's thread, and allowed to block.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._channels: dict[str, list[ChannelListener]] = {}
        self._unconfirmed: dict[str, deque[ChannelListener]] = {}
        self._commands: deque[tuple[str, str]] = deque()
        self._awake, self._waker = socket.socketpair()
        self._awake.settimeout(0)
        self._waker.settimeout(0)
        self._over = False
        self._connection: Any = None
        self._heard_at = time.monotonic()

    def start(self) -> None:
        """Connect and read, in a thread; not before the first listener is there, who is told where that fails."""
        threading.Thread(target=self._run, name="progresskit-redis-listening", daemon=True).start()

    @property
    def silent_s(self) -> float:
        """For how many seconds it has brought nothing."""
        return time.monotonic() - self._heard_at

    def add(self, listener: ChannelListener) -> bool:
        """Subscribe for a listener; False where the link is over."""
        with self._lock:
            if self._over:
                return False
            self._channels.setdefault(listener.channel, []).append(listener)
            self._unconfirmed.setdefault(listener.channel, deque()).append(listener)
            self._command("SUBSCRIBE", listener.channel)
            return True

    def remove(self, listener: ChannelListener) -> None:
        """Take a listener off; the last one ends the link."""
        with self._lock:
            listeners = self._channels.get(listener.channel, [])
            if listener not in listeners:
                return
            listeners.remove(listener)
            if not listeners:
                del self._channels[listener.channel]
                self._command("UNSUBSCRIBE", listener.channel)
            if not self._channels:
                self._end()

    def drop(self, reason: str) -> None:
        """End the link, and with it everybody's listening."""
        with self._lock:
            self._end()
            left, self._channels = self._channels, {}
        failure = TransportError(reason)
        for listeners in left.values():
            for listener in listeners:
                listener.end(failure)
                listener.confirm()

    def let_go(self) -> None:
        """Close this process's end, after a fork: only the parent's may keep the connection open."""
        self._awake.close()
        self._waker.close()
        if self._connection is not None:
            self._connection.disconnect()  # which leaves a socket of another process open at its other ends

    def _command(self, name: str, channel: str) -> None:
        self._commands.append((name, channel))
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it will wake anyway; closed: it has ended
            self._waker.send(b"\0")

    def _end(self) -> None:
        self._over = True
        self._wake()

    def _run(self) -> None:
        reason = "the link to Redis was closed"
        try:
            self._connection = self._connect()
            try:
                self._read(self._connection)
            finally:
                self._connection.disconnect()
        except Exception as error:  # noqa: BLE001 - whatever broke it: its listeners open another one
            reason = f"the link to Redis broke: {error}"
        finally:
            self.drop(reason)
            self._awake.close()
            self._waker.close()

    def _read(self, connection: Any) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._awake, selectors.EVENT_READ)
            selector.register(connection._sock, selectors.EVENT_READ)  # noqa: SLF001 - redis-py gives it no public name
            while not self._over:
                self._send(connection)
                if connection.can_read(timeout=0):  # what is in its buffer already makes no socket readable
                    self._take(connection.read_response())
                    continue
                selector.select()
                with contextlib.suppress(BlockingIOError):
                    self._awake.recv(4096)

    def _send(self, connection: Any) -> None:
        while self._commands:
            connection.send_command(*self._commands.popleft())

    def _take(self, message: list[Any]) -> None:
        self._heard_at = time.monotonic()
        kind, channel, data = message[0], message[1].decode(), message[2]
        if kind == b"message":
            with self._lock:
                listeners = list(self._channels.get(channel, ()))
            if listeners:
                items = decode_published(data, listeners[0].project_id)
                for listener in listeners:
                    listener.feed(items)
        elif kind == b"subscribe":
            with self._lock:
                waiting = self._unconfirmed.get(channel)
                subscribed = waiting.popleft() if waiting else None
                if waiting is not None and not waiting:
                    del self._unconfirmed[channel]
            if subscribed is not None:
                subscribed.confirm()
