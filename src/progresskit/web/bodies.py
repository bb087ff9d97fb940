"""The body of a POST: JSON, of a size that is known before it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio

from progresskit.web.refusals import BAD_REQUEST, NOT_JSON, TOO_LARGE, Refused

if TYPE_CHECKING:
    from progresskit.web.routes import Caller

__all__ = ["check_is_json", "read_body"]

_PATIENCE_S: Final = 10.0


def check_is_json(caller: Caller) -> None:
    """Refuse a body of another type: what a page may send to foreign hosts without asking is never JSON.

    Raises:
        Refused: It says that it is something else, or nothing.
    """
    media_type = caller.connection.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise Refused(NOT_JSON)


async def read_body(caller: Caller, limit: int) -> bytes:
    """Return the body of a request.

    Args:
        caller: Who asks.
        limit: The most bytes that it may have.

    Raises:
        Refused: It is larger, or didn't come within 10 s.
    """
    announced = caller.connection.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > len(str(limit)) or int(announced) > limit):
        raise Refused(TOO_LARGE)
    body = bytearray()
    with anyio.move_on_after(_PATIENCE_S):
        while True:
            message = await caller.receive()
            if message["type"] == "http.disconnect":
                break
            body += message.get("body", b"")
            if len(body) > limit:
                raise Refused(TOO_LARGE)
            if not message.get("more_body", False):
                return bytes(body)
    raise Refused(BAD_REQUEST)
