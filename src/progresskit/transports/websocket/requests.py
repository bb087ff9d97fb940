"""Plain requests to a gateway: blocking, in a worker thread, each with an end."""

from __future__ import annotations

import http.client
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from anyio.lowlevel import RunVar

from progresskit.batches import object_from_json
from progresskit.errors import DecodeError, TransportError
from progresskit.transports.websocket.address import cut, left_s

if TYPE_CHECKING:
    import socket

    from progresskit.transports.websocket.address import Address

__all__ = ["Request"]

_PATIENCE_S: Final = 5.0
_MOST_BYTES: Final = 64 * 1024 * 1024  # 1,000 states of 33 KiB, and room
_CHUNK: Final = 64 * 1024
_THREADS: Final = 40
_threads: Final[RunVar[anyio.CapacityLimiter]] = RunVar("progresskit_gateway_requests")


class Request:
    """One request, and its answer.

    Args:
        address: The gateway.
        method: The method.
        route: The route, with its query.
        body: JSON, if any.
    """

    def __init__(self, address: Address, method: str, route: str, body: bytes | None = None) -> None:
        self._address = address
        self._method = method
        self._route = route
        self._body = body
        self._socket: socket.socket | None = None

    async def answer(self, *expected: int) -> tuple[int, bytes]:
        """Ask, and return the status and the body of the answer.

        Args:
            expected: The statuses that are answers; all others are refusals.

        Raises:
            TransportError: The gateway didn't answer in time, or refused.
        """
        try:
            status, body = await anyio.to_thread.run_sync(self._ask, abandon_on_cancel=True, limiter=_own_threads())
        finally:
            self._interrupt()
        if status not in expected:
            raise self._refusal(status, body)
        return status, body

    def _ask(self) -> tuple[int, bytes]:
        deadline = time.monotonic() + _PATIENCE_S
        headers = {**self._address.headers(), "Connection": "close"}
        if self._body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with closing(self._address.connect(deadline)) as self._socket:
                self._socket.settimeout(left_s(deadline))
                connection = http.client.HTTPConnection(self._address.authority)
                connection.sock = self._socket
                connection.request(self._method, self._address.path(self._route), body=self._body, headers=headers)
                with closing(connection.getresponse()) as response:
                    return response.status, self._read(response, deadline)
        except TimeoutError:
            msg = f"the gateway at {self._address.where} did not answer within {_PATIENCE_S:g} s"
            raise TransportError(msg) from None
        except (OSError, http.client.HTTPException) as error:
            said = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
            msg = f"the gateway at {self._address.where} can't be asked: {said}"
            raise TransportError(msg) from None

    def _read(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        assert self._socket is not None  # noqa: S101 - for the type checker: it was opened for this
        body = bytearray()
        while True:
            self._socket.settimeout(left_s(deadline))
            part = response.read1(_CHUNK)
            if not part:
                if response.length:
                    raise http.client.IncompleteRead(bytes(body), response.length)
                return bytes(body)
            body += part
            if len(body) > _MOST_BYTES:
                msg = f"the gateway at {self._address.where} answers with more than {_MOST_BYTES} bytes"
                raise TransportError(msg)

    def _interrupt(self) -> None:
        """Have the thread end that asks for somebody who has given up."""
        connection = self._socket
        if connection is not None:
            cut(connection)

    def _refusal(self, status: int, body: bytes) -> TransportError:
        try:
            code = object_from_json(body, "a refusal").get("code")
        except DecodeError:
            code = None
        said = f" ({code})" if isinstance(code, str) and code.isascii() and code.isidentifier() else ""
        # 401: a token that is given anew may be another one; what is fixed stays wrong.
        retryable = status >= 500 or status == 429 or (status == 401 and self._address.renews_token)  # noqa: PLR2004
        msg = f"the gateway at {self._address.where} answered {status}{said}"
        return TransportError(msg, retryable=retryable)


def _own_threads() -> anyio.CapacityLimiter:
    """Return what bounds our threads in this event loop: those that a host's handlers share aren't ours to fill."""
    try:
        return _threads.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_THREADS)
        _threads.set(limiter)
        return limiter
