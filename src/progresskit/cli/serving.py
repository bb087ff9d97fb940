"""A gateway on uvicorn, by itself: what ``progresskit serve`` runs, and ``progresskit demo`` shows its page with."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any, Final

from progresskit import _platform
from progresskit.errors import MissingDependencyError
from progresskit.web import Gateway, Limits, allow_anyone

try:
    import uvicorn
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
except ImportError as error:
    raise MissingDependencyError.for_extra(package=error.name or "uvicorn", extra="server") from error

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from progresskit.hub import Hub

__all__ = ["LOOPBACK", "SILENT_S", "is_loopback", "listen", "local_server", "only_local_names", "server"]

LOOPBACK: Final = "127.0.0.1"
SILENT_S: Final = 30.0
"""Seconds that a client may take nothing of what was sent to it, or say nothing where it is to speak."""
_HOSTS: Final = ["localhost", LOOPBACK, "::1", "[::1]"]
_PING_S: Final = 15.0
_BACKLOG: Final = 2_048
"""Connections that may wait to be accepted: after a restart all browsers come back at once."""
_LIMITS: Final = Limits()


def listen(host: str, port: int, *, silent_s: float = SILENT_S) -> socket.socket:
    """Bind a port of a host; 0 = a free one.

    Args:
        host: A name or an address of this machine.
        port: The port.
        silent_s: Seconds after which a client that takes nothing of what is sent to it is cut, where the
            system can do that.

    Raises:
        OSError: It is taken, or not ours to take; or the host is none.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except UnicodeError:  # of two dots in a row, say
        msg = "no host has such a name"
        raise OSError(msg) from None
    listener = socket.socket(family, kind, protocol)
    try:
        _platform.reuse_address(listener)
        _platform.drop_silent_peers(listener, silent_s)
        listener.bind(address)
        listener.listen(_BACKLOG)  # a browser that is quicker than the server waits, instead of being refused
    except BaseException:  # Ctrl-C too: nobody else would close it
        listener.close()
        raise
    listener.set_inheritable(False)
    return listener


def is_loopback(listener: socket.socket) -> bool:
    """Tell whether only this machine can reach what listens there."""
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def server(app: ASGIApp, *, graceful_s: int, silent_s: float = SILENT_S) -> uvicorn.Server:
    """Make a server that hands a gateway's limits to uvicorn, whatever else is installed.

    Args:
        app: The gateway.
        graceful_s: Seconds that connections have to end once the server is asked to.
        silent_s: Seconds after which a client that owes a request is cut, at the latest.
    """
    made: uvicorn.Server

    async def look_after() -> None:
        idle.close_the_old(made.server_state.connections)

    idle = _Idle()
    options: dict[str, Any] = {
        "loop": "asyncio",
        "http": "h11",
        "ws": _LimitedSocket,
        "ws_max_size": _LIMITS.batch_bytes,
        "ws_per_message_deflate": False,  # a small message may become a huge one
        "ws_ping_interval": _PING_S,
        "ws_ping_timeout": _PING_S,
        "backlog": _BACKLOG,
        "timeout_graceful_shutdown": graceful_s,
        "callback_notify": look_after,
        "timeout_notify": silent_s / 2,
        "log_config": None,
        "log_level": "warning",
        "access_log": False,
    }
    made = uvicorn.Server(uvicorn.Config(app, **options))
    return made


def local_server(hub: Hub) -> uvicorn.Server:
    """Make a server that answers only to a browser of this machine, which may do everything."""
    return server(only_local_names(Gateway(hub, authorize=allow_anyone)), graceful_s=1)


def only_local_names(app: ASGIApp, *others: str) -> ASGIApp:
    """Have an app take no other ``Host`` than the names of this machine's loopback.

    Where anybody who can reach it may watch, that keeps out pages of the web that have their own name
    resolved to this machine (DNS rebinding).

    Args:
        app: The app.
        others: Further names that it takes.
    """
    from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415 - after web has asked for it

    return TrustedHostMiddleware(app, allowed_hosts=[*_HOSTS, *others])


class _LimitedSocket(WebSocketsSansIOProtocol):
    """Holds of a client no more than its message may be large; uvicorn alone counts neither pongs nor fragments.

    Nor does it write a traceback for each text that isn't UTF-8.
    """

    def handle_connect(self, event: Any) -> None:
        if event.path.partition("?")[0] != "/publish":  # elsewhere the rest of a large message isn't even read
            self.conn.max_message_size = _LIMITS.message_bytes
        super().handle_connect(event)

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()  # who reads no pongs gets none: they would pile up

    def handle_cont(self, event: Any) -> None:
        frames: list[Any] = self.frames  # one item: a list of small fragments is many times as large as their message
        if not isinstance(frames[0], bytearray):
            frames[0] = bytearray(frames[0])
        frames[0] += event.data
        if event.fin:
            frames[0] = bytes(frames[0])
            self.send_receive_event_to_app()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "bytes" or self.close_sent or _is_utf8(self.frames[0]):
            super().send_receive_event_to_app()
        else:  # as uvicorn does, but without its traceback: any stranger could fill the log
            self.conn.send_close(1007)
            self.handle_parser_exception()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Idle:
    """Closes connections that owe a request, or the rest of one: uvicorn waits for those for ever."""

    def __init__(self) -> None:
        self._seen: dict[Any, Any] = {}

    def close_the_old(self, connections: set[Any]) -> None:
        """Close those that were idle the last time too, and have been all the while."""
        idle = {
            each: each.cycle
            for each in connections
            if hasattr(each, "cycle") and (each.cycle is None or each.cycle.response_complete)
        }
        for each, cycle in idle.items():
            if self._seen.get(each, self) is cycle:
                each.transport.close()
        self._seen = idle
