"""A gateway on this machine alone: what ``progresskit demo`` shows its page with."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final

from progresskit import _platform
from progresskit.errors import MissingDependencyError
from progresskit.web import Gateway, allow_anyone

try:
    import uvicorn
except ImportError as error:
    raise MissingDependencyError.for_extra(package="uvicorn", extra="server") from error

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from progresskit.hub import Hub

__all__ = ["LOOPBACK", "listen", "local_server"]

LOOPBACK: Final = "127.0.0.1"
_HOSTS: Final = ["localhost", LOOPBACK]


def listen(port: int) -> socket.socket:
    """Bind a port of 127.0.0.1; 0 = a free one.

    Raises:
        OSError: It is taken, or not ours to take.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        _platform.reuse_address(listener)
        listener.bind((LOOPBACK, port))
        listener.listen(128)  # a browser that is quicker than the server waits, instead of being refused
    except BaseException:
        listener.close()
        raise
    listener.set_inheritable(False)
    return listener


def local_server(hub: Hub) -> uvicorn.Server:
    """Make a server that answers only to a browser of this machine.

    Anybody who can reach it may watch; so it takes no other name than ``localhost`` and ``127.0.0.1``, which
    keeps out pages of the web that have their own name resolved to this machine (DNS rebinding).
    """
    from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415 - after web has asked for it

    app: ASGIApp = TrustedHostMiddleware(Gateway(hub, authorize=allow_anyone), allowed_hosts=_HOSTS)
    options: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "timeout_graceful_shutdown": 1,
        "ws_per_message_deflate": False,
        "ws_max_size": 4 * 1024,
    }
    return uvicorn.Server(uvicorn.Config(app, **options))
