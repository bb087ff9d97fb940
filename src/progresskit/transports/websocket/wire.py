"""One WebSocket over a blocking socket: no thread of its own, and an end to each call.

The protocol is that of ``websockets``, without its connections: a process that forks has no reader's thread to
lose, and a child that closes its copy of a socket says nothing to the gateway.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from progresskit.transports.websocket.address import cut, left_s

if TYPE_CHECKING:
    from collections.abc import Callable

    from progresskit.transports.websocket.address import Address

__all__ = ["Wire", "WireError"]

_MOST_BYTES: Final = 4 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_FAREWELL_S: Final = 0.1

# At the level DEBUG the library logs every header and frame: nobody may turn that on for what we send.
_SILENT: Final = logging.Logger("progresskit.transports.wire")  # noqa: LOG001 - it must not be found by its name
_SILENT.disabled = True


class WireError(Exception):
    """A WebSocket that doesn't work, or not any more.

    Args:
        message: What happened, without secrets.
        code: The close code, where the gateway has closed it.
        timed_out: Whether the gateway just said nothing; the wire may still be read then.
    """

    def __init__(self, message: str, *, code: int | None = None, timed_out: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.timed_out = timed_out


class Wire:
    """A WebSocket to a route of a gateway. One thread at a time; only :meth:`interrupt` may come from another.

    Args:
        address: The gateway.
        route: The route, with its query.
        deadline: When it must be open, by the monotonic clock.
        begun: Is given the wire before the gateway has answered, so that opening it can be interrupted too.

    Raises:
        WireError: It can't be opened.
        TransportError: There is no token.
    """

    def __init__(
        self,
        address: Address,
        route: str,
        *,
        deadline: float,
        begun: Callable[[Wire], None] = lambda _: None,
    ) -> None:
        headers = address.headers()
        self._messages: list[bytes] = []
        self._parts = bytearray()
        self._response: Response | None = None
        uri = parse_uri(f"ws://{address.authority}{address.path(route)}")
        self._protocol = ClientProtocol(uri, max_size=_MOST_BYTES, logger=_SILENT)
        try:
            self._socket = address.connect(deadline)
        except OSError as error:
            raise _failed(error) from None
        opened = False
        try:
            begun(self)
            self._shake_hands(headers, deadline)
            opened = True
        finally:
            if not opened:
                self.drop()

    def send(self, data: bytes, deadline: float) -> None:
        """Send one text message.

        Raises:
            WireError: It wasn't taken.
        """
        self._protocol.send_text(data)
        self._flush(deadline)

    def receive(self, deadline: float) -> bytes:
        """Return the next message, text or binary.

        Raises:
            WireError: None came in time (``timed_out``), or none will.
        """
        while not self._messages:
            self._check_open()
            self._read(deadline)
        return self._messages.pop(0)

    def interrupt(self) -> None:
        """Have whoever opens or reads it stop, from any thread."""
        cut(self._socket)

    def close(self) -> None:
        """Say goodbye, and close it."""
        with suppress(Exception):  # it may be in any state: the gateway finds out by itself
            self._protocol.send_close(1000)
            self._flush(time.monotonic() + _FAREWELL_S)
        self.drop()

    def drop(self) -> None:
        """Close this process's end without a word: a parent's connection goes on."""
        with suppress(OSError):
            self._socket.close()

    def _shake_hands(self, headers: dict[str, str], deadline: float) -> None:
        request = self._protocol.connect()
        for name, value in headers.items():
            if name in request.headers:
                del request.headers[name]
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush(deadline)
        while self._response is None and self._protocol.handshake_exc is None:
            self._read(deadline)
        refusal = self._protocol.handshake_exc
        if isinstance(refusal, InvalidStatus):
            msg = f"it answered {refusal.response.status_code} instead of opening a WebSocket"
            raise WireError(msg)
        if refusal is not None:
            msg = "what answers there speaks no WebSocket"
            raise WireError(msg)

    def _read(self, deadline: float) -> None:
        try:
            self._socket.settimeout(left_s(deadline))
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise _failed(error) from None
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            self._take(event)
        with suppress(WireError):  # a pong, or the answer to a close: what came before it counts all the same
            self._flush(deadline)
        if not data and not self._messages:
            self._check_open()
            msg = "the connection was cut"
            raise WireError(msg)

    def _take(self, event: object) -> None:
        if isinstance(event, Response):
            self._response = event
        elif isinstance(event, Frame) and event.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            self._parts += event.data
            if event.fin:
                self._messages.append(bytes(self._parts))
                self._parts.clear()

    def _check_open(self) -> None:
        close = self._protocol.close_rcvd
        if close is not None:
            msg = f"the gateway closed the connection ({close.code})"
            raise WireError(msg, code=close.code)
        if self._protocol.parser_exc is not None and self._response is not None:
            msg = "the gateway broke the WebSocket protocol"
            raise WireError(msg)

    def _flush(self, deadline: float) -> None:
        try:
            for data in self._protocol.data_to_send():
                if data:
                    self._socket.settimeout(left_s(deadline))
                    self._socket.sendall(data)
        except OSError as error:
            raise _failed(error) from None


def _failed(error: OSError) -> WireError:
    if isinstance(error, TimeoutError):
        return WireError("it did not answer in time", timed_out=True)
    return WireError(f"the connection failed: {error.strerror or type(error).__name__}")
