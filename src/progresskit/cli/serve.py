"""``progresskit serve``: a gateway by itself, for processes that share progress and for people who watch it."""

from __future__ import annotations

import hashlib
import hmac
import logging
import signal
from typing import TYPE_CHECKING, Any, Final

from progresskit.cli.serving import is_loopback, listen, only_local_names, server
from progresskit.cli.usage import TOKEN_VARIABLE, UsageError, read_token, say, shown_url
from progresskit.hub import Hub
from progresskit.integrations.rich.lines import visible
from progresskit.web import Gateway, Grant, Limits, NotAuthenticated, allow_anyone, bearer_token

if TYPE_CHECKING:
    from pathlib import Path

    import uvicorn
    from starlette.requests import HTTPConnection
    from starlette.types import ASGIApp

    from progresskit.web import Action

__all__ = ["run_serve"]

_FAILED: Final = 1
_INTERRUPTED: Final = 130  # what a shell expects of a program that Ctrl-C ended
_GRACEFUL_S: Final = 3
# One token is shared by all, so what one principal may hold is what all may.
_LIMITS: Final = Limits(connections_per_principal=Limits().connections)


def run_serve(url: str, *, host: str, port: int, token_file: Path | None, anonymous: bool) -> int:
    """Serve until Ctrl-C or SIGTERM, and return the exit code.

    Args:
        url: Where the projects are kept.
        host: A name or an address of this machine.
        port: The port; 0 = a free one.
        token_file: Holds the token that clients must have; None = that of ``$PROGRESSKIT_TOKEN``, if any.
        anonymous: Whether everybody may do everything.

    Raises:
        UsageError: Two ways of access are asked for, or none and others than this machine could reach it;
            the token is none; the URL names no transport.
        MissingDependencyError: What the transport needs is not installed.
    """
    if anonymous and token_file is not None:
        msg = "give --token-file or --allow-anonymous, not both"
        raise UsageError(msg)
    token = None if anonymous else read_token(token_file)
    try:
        listener = listen(host, port)
    except OSError as error:
        say(f"progresskit: can't listen on {_authority(host, port)}: {error.strerror or error}")
        return _FAILED
    with listener:
        if token is None and not anonymous and not is_loopback(listener):
            msg = (
                f"--host {host} can be reached from other machines: give --token-file FILE (or ${TOKEN_VARIABLE}), "
                "or --allow-anonymous where everybody may read and write everything"
            )
            raise UsageError(msg)
        app, access = _app(_hub(url), token, host=host, anonymous=anonymous)
        made = server(app, graceful_s=_GRACEFUL_S)
        received = _ended_by_signals(made)
        say(_welcome(url, _authority(host, listener.getsockname()[1]), access))
        logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        made.run(sockets=[listener])
    return _INTERRUPTED if signal.SIGINT in received else 0  # what supervisors send (SIGTERM) is no failure


def _ended_by_signals(server: uvicorn.Server) -> list[int]:
    """Have a server end by Ctrl-C and SIGTERM from now on, and return where these are noted.

    uvicorn has handlers of its own while it serves, and hands on to these what it got.
    """
    received = []

    def end(number: int, _frame: Any) -> None:
        received.append(number)
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return received


def _hub(url: str) -> Hub:
    try:
        return Hub(url)
    except ValueError as error:
        msg = f"--url can't be used: {error}"
        raise UsageError(msg) from None


def _app(hub: Hub, token: str | None, *, host: str, anonymous: bool) -> tuple[ASGIApp, str]:
    """Return what is served, and who may use it, in words."""
    if token is not None:
        return Gateway(hub, authorize=_Bearers(token), limits=_LIMITS), "whoever has the token"
    gateway = Gateway(hub, authorize=allow_anyone)
    if anonymous:
        return gateway, "everybody who can reach it"
    return only_local_names(gateway, host), "this machine"


class _Bearers:
    """Lets whoever has the token do everything; knows the token by its digest only."""

    def __init__(self, token: str) -> None:
        self._digest = _digest(token)

    async def __call__(self, connection: HTTPConnection, project_id: str | None, action: Action) -> Grant:  # noqa: ARG002 - an Authorize
        token = bearer_token(connection)
        if token is None or not hmac.compare_digest(_digest(token), self._digest):
            raise NotAuthenticated
        return Grant("token")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _welcome(url: str, authority: str, access: str) -> str:
    project = f"{authority}/projects/{{project_id}}"
    return "\n".join(
        (
            f"Serving {shown_url(url)} at http://{authority} to {access}; Ctrl-C ends.",
            f"  live page          http://{project}/view",
            f"  WebSocket          ws://{project}/stream",
            f"  server-sent events http://{project}/events",
            f"  for publishers     ws://{authority}",
            f"  health             http://{authority}/health",
        )
    )


def _authority(host: str, port: int) -> str:
    host = visible(host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
