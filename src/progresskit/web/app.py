"""The gateway: an ASGI app that serves a hub to browsers, over WebSocket and server-sent events alike.

::

    gateway = Gateway("redis://localhost:6379/0", authorize=authorize)
    app = FastAPI(lifespan=gateway.lifespan)
    app.mount("/api/v1/ws", gateway)

=============================================  ==========================================================
``WS /projects/{project_id}/stream``           the frames; ``?after=``, ``?batch=1``
``GET /projects/{project_id}/events``          the same frames as server-sent events
``GET /projects/{project_id}``                 the snapshot; ``?after=``
``GET /projects/{project_id}/connections``     how many watch the project in this process
``GET /connections``                           how many watch what in this process
``POST /projects/{project_id}/events``         a batch of events, answered with its receipt
``WS /publish``                                batches of all projects in, receipts out
``POST /projects/{project_id}/cancel``         ask the live run of a task to stop
``GET /projects/{project_id}/view``            a live page, with ``/view.css`` and ``/js/view.js``
``GET /progresskit.js``, ``/js/element.js``    the browser client, and ``<progress-stream>``
``GET /health``                                200 where the store has answered within 15 s, else 503
=============================================  ==========================================================
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router, WebSocketRoute

from progresskit import rules
from progresskit.batches import InvalidEventError, batch_from_json, decode_batch, encode_receipt, object_from_json
from progresskit.errors import TransportError
from progresskit.events import new_run_id
from progresskit.frames import Form, encode_snapshot
from progresskit.hub import Hub
from progresskit.logs import about, get_logger
from progresskit.web import sockets, sse
from progresskit.web.access import Guard
from progresskit.web.bodies import check_is_json, read_body
from progresskit.web.health import Store
from progresskit.web.hosting import Hosting
from progresskit.web.inbox import Inbox
from progresskit.web.limits import Limits, Seats, Turns
from progresskit.web.origins import Origins
from progresskit.web.pages import PUBLIC_FILES, packaged_file
from progresskit.web.publishing import Desk
from progresskit.web.refusals import (
    BAD_REQUEST,
    CLOSING,
    NOT_FOUND,
    NOT_LIVE,
    NOT_TAKEN,
    STORE_UNAVAILABLE,
    Refused,
    invalid_event,
    malformed,
)
from progresskit.web.routes import HttpEndpoint, SocketEndpoint
from progresskit.web.streams import Ending, Stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator

    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from progresskit.hub import Client
    from progresskit.web.access import Action, Authorize, Leave
    from progresskit.web.routes import Answer, Caller

__all__ = ["Gateway"]

_DEFAULT_LIMITS: Final = Limits()

_log = get_logger("web")
T = TypeVar("T")


class Gateway:
    """An ASGI app that serves a hub to browsers; it may be mounted anywhere.

    Its hub runs from the lifespan on: the gateway's own where it is the whole app, else pass
    ``lifespan=gateway.lifespan`` to the host app, whose mounts get none. Where no lifespan arrives the
    first request starts it. One gateway serves one event loop.

    Args:
        hub_or_url: The hub; a URL's hub is the gateway's own.
        authorize: Decides who may do what; see :mod:`progresskit.web.access`. ``allow_anyone`` lets
            everybody do everything.
        allow_origins: Origins of pages that may use the gateway beside its own, for example
            ``["https://app.example.com"]``. Its own is told by the ``Host`` header, so a proxy must pass
            that on.
        limits: What is taken from clients.
        inline_sends: False where the host's ``send`` minds which task calls it, as under Starlette's
            ``BaseHTTPMiddleware``.

    Raises:
        TypeError: ``hub_or_url`` or ``authorize`` is something else.
        ValueError: The URL names no transport, or an origin is none.
    """

    def __init__(
        self,
        hub_or_url: Hub | str,
        *,
        authorize: Authorize,
        allow_origins: Iterable[str] = (),
        limits: Limits = _DEFAULT_LIMITS,
        inline_sends: bool = True,
    ) -> None:
        self._hub = _hub(hub_or_url)
        self._guard = Guard(authorize)
        self._origins = Origins(allow_origins)
        self._limits = limits
        self._seats = Seats(limits)
        self._posts = Seats(limits)  # of their own: who watches in many tabs may still ask a run to stop
        self._inline_sends = inline_sends
        self._store = Store(self._hub)
        self._desk = Desk(self._hub)
        self._turns = Turns(limits.batches_in_flight)
        self._streams: set[Stream | Inbox] = set()
        self._hosting = Hosting(self._hub, self._end_streams)
        self._router = Router(self.routes, redirect_slashes=False, default=self._nowhere, lifespan=self.lifespan)

    @property
    def hub(self) -> Hub:
        """The hub that is served."""
        return self._hub

    @asynccontextmanager
    async def lifespan(self, app: Any = None) -> AsyncIterator[None]:  # noqa: ARG002 - what frameworks call it with
        """Run the hub while the block runs: ``FastAPI(lifespan=gateway.lifespan)``.

        Raises:
            TransportError: The transport refuses for good.
            RuntimeError: The hub runs in another event loop.
        """
        async with self._hosting.lifespan():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one socket, or the lifespan."""
        await self._router(scope, receive, send)

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes, each whole in itself: for routers that take them one by one."""
        return [
            # Without methods: the endpoint answers 405 itself, as JSON.
            Route("/projects/{project_id}", self._http(get=self._snapshot)),
            Route("/projects/{project_id}/events", self._http(get=self._events, post=self._publish)),
            Route("/projects/{project_id}/cancel", self._http(post=self._cancel)),
            Route("/projects/{project_id}/connections", self._http(get=self._project_connections)),
            Route("/projects/{project_id}/view", self._http(get=self._view)),
            Route("/connections", self._http(get=self._connections)),
            Route("/health", self._http(get=self._health)),
            *(Route(f"/{name}", self._http(get=partial(_file, name=name))) for name in PUBLIC_FILES),
            WebSocketRoute(
                "/projects/{project_id}/stream",
                SocketEndpoint(self._admit_stream, self._stream, self._origins),
            ),
            WebSocketRoute("/publish", SocketEndpoint(self._admit_batches, self._batches, self._origins)),
        ]

    def _http(self, *, get: Answer | None = None, post: Answer | None = None) -> HttpEndpoint:
        answers = {"GET": get, "HEAD": get, "POST": post}
        return HttpEndpoint({method: answer for method, answer in answers.items() if answer is not None}, self._origins)

    # --- the stream, in both forms --------------------------------------------------------------------------------

    async def _admit_stream(self, caller: Caller) -> Leave:
        caller.held.enter_context(self._seats.one())
        leave = await self._guard.leave(caller.connection.scope, caller.project_id, "watch")
        caller.held.enter_context(self._seats.one_of(leave.principal))
        await self._hosting.ensure()
        return leave

    async def _stream(self, caller: Caller, leave: Leave, send: Send) -> None:
        query = caller.connection.query_params
        form = Form.BATCH if query.get("batch") == "1" else Form.TEXT
        ending = await self._follow(
            caller,
            leave,
            send,
            lambda client: sockets.until_disconnect(caller.receive, client, self._limits),
            form=form,
            after=query.get("after"),
        )
        await sockets.say_goodbye(send, ending, form)

    async def _events(self, caller: Caller) -> Response:
        leave = await self._admit_stream(caller)
        # What a browser sends when it reconnects is newer than the URL that it was given.
        after = caller.connection.headers.get("last-event-id") or caller.connection.query_params.get("after")

        async def follow(receive: Receive, send: Send) -> Ending:
            return await self._follow(
                caller, leave, send, lambda _: sse.until_disconnect(receive), form=Form.SSE, after=after
            )

        return sse.EventStream(follow)

    async def _follow(
        self,
        caller: Caller,
        leave: Leave,
        send: Send,
        listen: Callable[[Client], Awaitable[Ending]],
        *,
        form: Form,
        after: str | None,
    ) -> Ending:
        """Attach a connection's raw ``send`` to the hub until something ends it."""
        actions = await self._actions(caller)
        stream = Stream()
        with self._ended_with_us(stream):
            if not self._hub.running:  # it ended while we were accepting
                return Ending.SERVER_ENDING
            async with self._hub.attach(
                caller.project_id, send, form=form, after=after, actions=actions, inline=self._inline_sends
            ) as client:
                return await stream.follow(client, partial(listen, client), expires_at=leave.expires_at)

    async def _actions(self, caller: Caller) -> tuple[str, ...]:
        """Return what a watcher may do, so that a page offers nothing that would be refused."""
        try:
            await self._guard.leave(caller.connection.scope, caller.project_id, "cancel")
        except Refused:
            return ("watch",)
        return ("watch", "cancel")

    @contextmanager
    def _ended_with_us(self, stream: Stream | Inbox) -> Iterator[None]:
        self._streams.add(stream)
        try:
            yield
        finally:
            self._streams.discard(stream)

    def _end_streams(self) -> None:
        for stream in list(self._streams):
            stream.end(Ending.SERVER_ENDING)

    # --- the ways in ----------------------------------------------------------------------------------------------

    async def _admit_batches(self, caller: Caller) -> None:
        # Who it is shows with the first batch: what is asked is whether somebody may publish to a project.
        caller.held.enter_context(self._seats.one())
        await self._hosting.ensure()

    async def _batches(self, caller: Caller, _admitted: None, send: Send) -> None:
        async def take(inbox: Inbox, fields: dict[str, Any], number: int) -> bytes:
            await self._hosting.ensure()
            project_id = _project_of(fields)
            leave = await self._guard.leave(caller.connection.scope, project_id, "publish")
            if not inbox.known:
                caller.held.enter_context(self._seats.one_of(leave.principal))
            inbox.let_in(leave)
            batch = _made(lambda: batch_from_json(fields))
            return encode_receipt(await self._desk.publish(batch, leave.principal), number=number)

        inbox = Inbox(take, send, self._limits)
        with self._ended_with_us(inbox):
            ending = await inbox.serve(caller.receive)
        await sockets.say_goodbye(send, ending, Form.TEXT)

    async def _admit_post(self, caller: Caller, action: Action) -> tuple[Leave, bytes]:
        """Return whose request it is, and its body: whole, so that one that is slow to come takes nobody's turn."""
        project_id = caller.project_id
        check_is_json(caller)
        caller.held.enter_context(self._posts.one())
        leave = await self._guard.leave(caller.connection.scope, project_id, action)
        caller.held.enter_context(self._posts.one_of(leave.principal))
        await self._hosting.ensure()
        return leave, await read_body(caller, self._limits.batch_bytes)

    async def _publish(self, caller: Caller) -> Response:
        project_id = caller.project_id
        leave, body = await self._admit_post(caller, "publish")
        async with self._turns.one_of(leave.principal):
            batch = _made(lambda: decode_batch(body, project_id=project_id, sender=new_run_id()))
            receipt = await self._desk.publish(batch, leave.principal)
        return Response(encode_receipt(receipt), media_type="application/json")

    async def _cancel(self, caller: Caller) -> Response:
        project_id = caller.project_id
        leave, body = await self._admit_post(caller, "cancel")
        async with self._turns.one_of(leave.principal):
            task_name = _made(lambda: rules.check_task_name(object_from_json(body, "a request").get("task_name")))
            if not await self._desk.cancel(project_id, task_name):
                raise Refused(NOT_LIVE)
        return JSONResponse({"project_id": project_id, "task_name": task_name}, 202)

    # --- plain requests -------------------------------------------------------------------------------------------

    async def _snapshot(self, caller: Caller) -> Response:
        project_id = caller.project_id
        await self._guard.leave(caller.connection.scope, project_id, "watch")
        await self._hosting.ensure()
        try:
            snapshot = await self._store.snapshot(project_id, caller.connection.query_params.get("after"))
        except TransportError as error:
            _log.warning("project %s can't be read: %s", project_id, error, extra=about(project_id))
            if not self._hub.running:
                raise Refused(CLOSING) from None
            raise Refused(STORE_UNAVAILABLE if error.retryable else NOT_TAKEN) from None
        return Response(encode_snapshot(snapshot), media_type="application/json")

    async def _project_connections(self, caller: Caller) -> Response:
        project_id = caller.project_id
        await self._guard.leave(caller.connection.scope, project_id, "watch")
        return JSONResponse({"project_id": project_id, "active_connections": self._hub.connections(project_id)})

    async def _connections(self, caller: Caller) -> Response:
        await self._guard.leave(caller.connection.scope, None, "admin")
        projects = self._hub.connections_by_project()
        return JSONResponse(
            {"total_projects": len(projects), "total_connections": sum(projects.values()), "projects": projects}
        )

    async def _health(self, _caller: Caller) -> Response:
        await self._hosting.ensure()
        if not await self._store.is_well():
            raise Refused(STORE_UNAVAILABLE)
        return JSONResponse({"status": "ok"})

    async def _view(self, caller: Caller) -> Response:
        _ = caller.project_id  # a page for what can't be a project would wait for ever
        return packaged_file(caller.connection, "view.html")

    async def _nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what no route takes."""
        if scope["type"] == "websocket":
            await SocketEndpoint(_refuse, _serve_nothing, self._origins)(scope, receive, send)
        else:
            await HttpEndpoint({scope["method"]: _refuse}, self._origins)(scope, receive, send)


async def _file(caller: Caller, *, name: str) -> Response:
    return packaged_file(caller.connection, name)


async def _refuse(caller: Caller) -> Response:
    # An encoded slash has become a path of its own by now: what a project id can't hold is malformed.
    raise Refused(BAD_REQUEST if b"%2f" in caller.connection.scope.get("raw_path", b"").lower() else NOT_FOUND)


async def _serve_nothing(caller: Caller, admitted: Any, send: Send) -> None:
    """Stand where a refused socket is never served."""


def _project_of(fields: dict[str, Any]) -> str:
    """Return the project that a batch names, which is all that is needed to know whether it may come in."""
    return _made(lambda: rules.check_project_id(fields.get("project_id")))  # type: ignore[arg-type]


def _made(make: Callable[[], T]) -> T:
    """Return what a client's words make, or refuse them with the sentence that says what is wrong with them."""
    try:
        return make()
    except InvalidEventError as error:
        raise Refused(invalid_event(str(error))) from None
    except ValueError as error:  # a DecodeError is one
        raise Refused(malformed(str(error))) from None


def _hub(hub_or_url: Any) -> Hub:
    if isinstance(hub_or_url, Hub):
        return hub_or_url
    if isinstance(hub_or_url, str):
        return Hub(hub_or_url)
    msg = f"{rules.shown(hub_or_url)} is no hub and no URL: pass Hub(transport), or a URL such as 'memory://'"
    raise TypeError(msg)
