"""The stream as server-sent events: what an ``EventSource``, ``fetch`` and curl read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
from starlette.responses import Response

from progresskit.frames import Form, closing_frame, messages_of
from progresskit.web.streams import FAREWELL_S, RETRY_AFTER_MS, Ending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

__all__ = ["EventStream", "until_disconnect"]

_HEADERS: Final = {
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # nginx would hold back what isn't a buffer full
}


class EventStream(Response):
    """A response that lasts: headers at once, then the hub's own chunks.

    Args:
        follow: Attaches the raw ``send`` to the hub, and returns why it ended.
    """

    media_type = "text/event-stream"

    def __init__(self, follow: Callable[[Receive, Send], Awaitable[Ending]]) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._follow = follow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the client, the credentials, the hub or the server ends it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        ending = Ending.HUB_CLOSING
        if scope["method"] != "HEAD":
            ending = await self._follow(receive, send)
        if ending is Ending.GONE:
            return
        with anyio.move_on_after(FAREWELL_S):
            if ending is Ending.SERVER_ENDING:
                for message in messages_of([closing_frame(RETRY_AFTER_MS)], Form.SSE):
                    await send(message.content)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        # A client that reads too late for that finds the connection cut: the server closes it behind us.


async def until_disconnect(receive: Receive) -> Ending:
    """Take what a client sends beside its request: nothing, until it is gone."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return Ending.GONE
        if message.get("body"):
            return Ending.TOO_LARGE  # a GET has no body; who sends one could go on for ever
