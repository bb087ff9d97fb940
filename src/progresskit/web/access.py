"""Who may do what: the host's ``authorize``, asked about everything that leaves the gateway.

::

    def authorize(connection: HTTPConnection, project_id: str | None, action: Action) -> Grant | None:
        user = sessions.get(bearer_token(connection))
        if user is None:
            raise NotAuthenticated
        return Grant(user.id, expires_at=user.session_ends) if project_id in user.projects else None

Nothing passes by default: ``False``, ``None``, a failure and an answer of another type all mean no.
"""

from __future__ import annotations

import base64
import binascii
import functools
import inspect
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import anyio.to_thread
from starlette.requests import HTTPConnection

from progresskit import rules
from progresskit.errors import NotAuthenticated
from progresskit.logs import about, get_logger
from progresskit.web.refusals import EXPIRED, INTERNAL, NOT_AUTHENTICATED, NOT_FOUND, Refused

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = [
    "SUBPROTOCOL",
    "Action",
    "Authorize",
    "Grant",
    "Guard",
    "Leave",
    "NotAuthenticated",
    "allow_anyone",
    "bearer_token",
]

SUBPROTOCOL: Final = "progresskit.v1"
"""The WebSocket subprotocol that the gateway speaks."""
_BEARER_SUBPROTOCOL: Final = "bearer."

Action = Literal["watch", "publish", "cancel", "admin"]
"""What a connection asks to do: ``watch`` a project (its stream, events, snapshot and connections),
``publish`` to it, ``cancel`` a task of it, or look at the whole server (``admin``, with no project)."""

_log = get_logger("web")


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission for somebody in particular, until some moment.

    Args:
        principal: Who it is: what limits are counted by. It is never sent or logged.
        expires_at: Seconds since the epoch, as ``exp`` in a JWT; a stream that is open by then is closed
            with 4408. None = it doesn't expire.
    """

    principal: str
    expires_at: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no principal or no moment.

        Raises:
            TypeError: One of them has another type.
            ValueError: The principal is empty, or the moment isn't finite.
        """
        principal: Any = self.principal
        if not isinstance(principal, str):
            msg = f"principal is a {type(principal).__name__}: use a string, for example str(user.id)"
            raise TypeError(msg)
        if not principal:
            msg = "principal is empty: name who it is, or return True where nobody needs to be told apart"
            raise ValueError(msg)
        moment: Any = self.expires_at
        if moment is None:
            return
        if isinstance(moment, bool) or not isinstance(moment, int | float):
            msg = f"expires_at is a {type(moment).__name__}: use seconds since the epoch, as moment.timestamp() gives"
            raise TypeError(msg)
        if not math.isfinite(moment):
            msg = f"expires_at={moment} is no moment: use seconds since the epoch, or None"
            raise ValueError(msg)


Verdict = bool | Grant | None
Authorize = Callable[[HTTPConnection, str | None, Action], Verdict | Awaitable[Verdict]]
"""``authorize(connection, project_id, action)``: sync (called in a thread) or async."""


async def allow_anyone(connection: HTTPConnection, project_id: str | None, action: Action) -> bool:  # noqa: ARG001 - an Authorize
    """Let everybody do everything: for demos, and where something in front of the gateway decides."""
    return True


def bearer_token(connection: HTTPConnection) -> str | None:
    """Return the token that a connection carries; None where it carries none that can be read.

    Either ``Authorization: Bearer <token>``, or, since browsers let no page set a header on a
    WebSocket, a second subprotocol ``bearer.<base64url of the token>``.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    for offered in connection.scope.get("subprotocols", ()):
        if offered.startswith(_BEARER_SUBPROTOCOL):
            return _decoded(offered.removeprefix(_BEARER_SUBPROTOCOL))
    return None


def _decoded(text: str) -> str | None:
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode() or None
    except (binascii.Error, ValueError):  # UnicodeDecodeError is a ValueError
        return None


class Leave(NamedTuple):
    """What ``authorize`` allowed: to whom (None = nobody in particular), and until when."""

    principal: str | None
    expires_at: float | None


class Guard:
    """Asks ``authorize``, and turns whatever it says into a leave or a refusal.

    Args:
        authorize: The host's decision.
        now: Returns seconds since the epoch.

    Raises:
        TypeError: ``authorize`` can't be called.
    """

    def __init__(self, authorize: Any, *, now: Callable[[], float] = time.time) -> None:
        if not callable(authorize):
            msg = f"authorize={rules.shown(authorize)} can't be called: pass a function, or allow_anyone"
            raise TypeError(msg)
        self._authorize: Authorize = authorize
        self._is_async = _is_async(authorize)
        self._now = now

    async def leave(self, scope: Scope, project_id: str | None, action: Action) -> Leave:
        """Return the leave to do something.

        Raises:
            Refused: There is none.
        """
        try:
            verdict = await self._ask(HTTPConnection(scope), project_id, action)
        except NotAuthenticated:
            raise Refused(NOT_AUTHENTICATED) from None
        except Exception:  # noqa: BLE001 - the host's code: whatever fails in it lets nobody in
            _log.exception(
                "authorize failed for action %r on project %s: refused", action, project_id, extra=about(project_id)
            )
            raise Refused(INTERNAL) from None
        match verdict:
            case True:
                return Leave(None, None)
            case Grant() if verdict.expires_at is not None and verdict.expires_at <= self._now():
                raise Refused(EXPIRED)
            case Grant():
                return Leave(verdict.principal, verdict.expires_at)
            case False | None:
                raise Refused(NOT_FOUND)
            case _:
                # Truth is not enough: `return user` would let in whoever has an account.
                _log.error(
                    "authorize returned a %s: refused; return a bool or a Grant",
                    type(verdict).__name__,
                    extra=about(project_id),
                )
                raise Refused(INTERNAL)

    async def _ask(self, connection: HTTPConnection, project_id: str | None, action: Action) -> Any:
        if self._is_async:
            verdict: Any = self._authorize(connection, project_id, action)
        else:
            # In a list, because trio refuses a thread that returns a coroutine, and this may be one.
            [verdict] = await anyio.to_thread.run_sync(lambda: [self._authorize(connection, project_id, action)])
        return await verdict if inspect.isawaitable(verdict) else verdict


def _is_async(function: Any) -> bool:
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)
