"""The stream as a WebSocket: what a client may send on it, and the codes that it closes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio

from progresskit.frames import Form, closing_frame, messages_of
from progresskit.web.limits import Pace
from progresskit.web.routes import close_socket
from progresskit.web.streams import FAREWELL_S, RETRY_AFTER_MS, Ending

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Send

    from progresskit.hub import Client
    from progresskit.web.limits import Limits

__all__ = ["say_goodbye", "size_of", "until_disconnect"]

_CODES: Final = {
    Ending.HUB_CLOSING: (1012, "closing"),
    Ending.SERVER_ENDING: (1012, "closing"),
    Ending.EXPIRED: (4408, "expired"),
    Ending.TOO_LARGE: (1009, "message_too_large"),
    Ending.TOO_MANY: (4429, "too_many_messages"),
    Ending.TOO_MANY_SOCKETS: (4429, "too_many"),
    Ending.BAD_REQUEST: (4400, "bad_request"),
    Ending.STRANGER: (4401, "not_authenticated"),
}


async def until_disconnect(receive: Receive, client: Client, limits: Limits) -> Ending:
    """Answer pings until the client leaves or breaks a limit.

    Anything else that it says, text or binary, is skipped: a newer client may know more than we do.
    """
    pace = Pace(limits.messages_per_s)
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return Ending.GONE
        if size_of(message) > limits.message_bytes:
            return Ending.TOO_LARGE
        if not pace.keeps(anyio.current_time()):
            return Ending.TOO_MANY
        if message.get("text") == "ping":
            client.pong()


async def say_goodbye(send: Send, ending: Ending, form: Form) -> None:
    """Close an accepted socket with the code of its end."""
    if ending is Ending.GONE:
        return
    if ending is Ending.SERVER_ENDING:
        with anyio.move_on_after(FAREWELL_S):
            for message in messages_of([closing_frame(RETRY_AFTER_MS)], form):
                await send(message.content)
    code, reason = _CODES[ending]
    await close_socket(send, code, reason)


def size_of(message: Message) -> int:
    """Return how many bytes a client's message has."""
    text = message.get("text")
    if text is None:
        return len(message.get("bytes") or b"")
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
