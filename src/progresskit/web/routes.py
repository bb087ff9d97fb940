"""The two kinds of endpoint that all routes of a gateway are made of: plain ASGI, and nothing leaks from them.

Each holds the checks that come before any answer, so that they stand wherever its route does: in the
gateway's own router or in a FastAPI app's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import anyio
from starlette.requests import HTTPConnection
from starlette.responses import Response

from progresskit import rules
from progresskit.logs import get_logger
from progresskit.web.access import SUBPROTOCOL
from progresskit.web.refusals import BAD_REQUEST, INTERNAL, METHOD_NOT_ALLOWED, Refused
from progresskit.web.streams import FAREWELL_S

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from progresskit.web.origins import Origins
    from progresskit.web.refusals import Refusal

__all__ = ["Answer", "Caller", "HttpEndpoint", "SocketEndpoint", "close_socket"]

_log = get_logger("web")

_HEADERS: Final = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what is held for the time of the answer.

    Args:
        connection: The request or the WebSocket.
        held: Closed once the answer is over.
        receive: Gives what else comes: the body of a request, the messages of a socket.
    """

    connection: HTTPConnection
    held: ExitStack
    receive: Receive

    @property
    def project_id(self) -> str:
        """The project of the path.

        Raises:
            Refused: It is none.
        """
        try:
            return rules.check_project_id(self.connection.path_params["project_id"])
        except ValueError:
            raise Refused(BAD_REQUEST) from None


Answer = Callable[[Caller], Awaitable[Response]]
"""Returns the response to a request, or raises ``Refused``."""


class HttpEndpoint:
    """One HTTP route.

    Args:
        answers: What answers each method that the route takes beside ``OPTIONS``.
        origins: Which pages may ask.
    """

    def __init__(self, answers: Mapping[str, Answer], origins: Origins) -> None:
        self._answers = answers
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with ExitStack() as held:
            response = await self._respond(Caller(HTTPConnection(scope), held, receive))
            try:
                await response(scope, receive, send)
            except OSError:
                return  # the client is gone

    async def _respond(self, caller: Caller) -> Response:
        shared: dict[str, str] = {}
        try:
            shared = self._origins.admit(caller.connection.scope)
            response = await self._admitted(caller)
        except Refused as refused:
            response = refused.refusal.response()
        except Exception:  # noqa: BLE001 - a client gets a sentence, the log the traceback
            _log.exception("answering a request failed")
            response = INTERNAL.response()
        if response.status_code == METHOD_NOT_ALLOWED.status:
            response.headers["allow"] = ", ".join((*self._answers, "OPTIONS"))
        response.headers.update(_HEADERS | shared)
        response.headers.setdefault("cache-control", "no-store")
        return response

    async def _admitted(self, caller: Caller) -> Response:
        connection = caller.connection
        method = connection.scope["method"]
        if method == "OPTIONS" and "access-control-request-method" in connection.headers:
            return Response(status_code=204, headers=self._origins.preflight(self._answers))
        answer = self._answers.get(method)
        if answer is None:
            raise Refused(METHOD_NOT_ALLOWED)
        return await answer(caller)


class SocketEndpoint:
    """One WebSocket route.

    Args:
        admit: Decides whether the socket may be; raises ``Refused`` where not. Its result goes to ``serve``.
        serve: Serves the accepted socket, and returns when it is over.
        origins: Which pages may connect.
    """

    def __init__(
        self,
        admit: Callable[[Caller], Awaitable[Any]],
        serve: Callable[[Caller, Any, Send], Awaitable[None]],
        origins: Origins,
    ) -> None:
        self._admit = admit
        self._serve = serve
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket."""
        if (await receive())["type"] != "websocket.connect":
            return  # it left before it was there
        try:
            self._origins.admit(scope)
        except Refused:
            await send({"type": "websocket.close"})  # before accepting: the server answers 403
            return
        with ExitStack() as held:
            try:
                await self._converse(Caller(HTTPConnection(scope), held, receive), send)
            except OSError:
                return  # the client is gone

    async def _converse(self, caller: Caller, send: Send) -> None:
        refusal = None
        admitted: Any = None
        try:
            admitted = await self._admit(caller)
        except Refused as refused:
            refusal = refused.refusal
        except Exception:  # noqa: BLE001 - as above
            _log.exception("admitting a socket failed")
            refusal = INTERNAL
        # A refused socket is accepted too: a browser tells its page no code of one that never was.
        offered = caller.connection.scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if SUBPROTOCOL in offered else None})
        if refusal is None:
            refusal = await self._served(caller, admitted, send)
        if refusal is not None:
            await close_socket(send, refusal.close_code, refusal.code)

    async def _served(self, caller: Caller, admitted: Any, send: Send) -> Refusal | None:
        try:
            await self._serve(caller, admitted, send)
        except OSError:
            raise  # the client is gone
        except Exception:  # noqa: BLE001 - as above
            _log.exception("serving a socket failed")
            return INTERNAL
        return None


async def close_socket(send: Send, code: int, reason: str) -> None:
    """Close a socket; one that takes nothing any more is left as it is."""
    with anyio.move_on_after(FAREWELL_S), suppress(RuntimeError):  # what servers raise where it is closed already
        await send({"type": "websocket.close", "code": code, "reason": reason})
