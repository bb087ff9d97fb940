"""The servers that are compared: each on uvicorn, in a process of its own, which publishes and measures itself.

Every event's message is ``@`` and the moment at which it was due, by ``time.monotonic()``, which all processes
of a machine share: so what a server is late is part of the age that a client sees.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import socket
import time
from collections import defaultdict
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from typing_extensions import override

from progresskit import Hub, MemoryTransport
from progresskit.events import ProgressEvent
from progresskit.transports import Batch
from progresskit.web import Gateway, allow_anyone

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from starlette.requests import Request
    from starlette.types import ASGIApp

_TASKS = 20


class Order(NamedTuple):
    """What a server is to publish, at an even pace, however late it is.

    Args:
        project: Where.
        rate_hz: Events a second.
        warm_s: How long before it is measured.
        steady_s: How long it is measured.
        filling: Characters beside the message, in each event.
    """

    project: str
    rate_hz: float
    warm_s: float
    steady_s: float
    filling: int = 0


class Usage(NamedTuple):
    """What it took, in the steady time alone: from ``began`` until ``ended``.

    Args:
        began: By ``time.monotonic()``.
        ended: As above.
        due: How many events were due.
        published: How many were published, or handed to every client one after the other.
        cpu_s: Processor time of the whole process.
    """

    began: float
    ended: float
    due: int
    published: int
    cpu_s: float


class Subject(Protocol):
    """A server that can be told to publish."""

    app: ASGIApp

    async def publish(self, project: str, number: int, message: str, text: str) -> None:
        """Publish one event."""


class Ours(Subject):
    """A gateway, its hub, and the transport of one process; each event is a batch of its own."""

    def __init__(self) -> None:
        self._transport = MemoryTransport()
        self.app: ASGIApp = Gateway(Hub(self._transport), authorize=allow_anyone)

    @override
    async def publish(self, project: str, number: int, message: str, text: str) -> None:
        event = ProgressEvent(
            project_id=project,
            task_name=f"task {number % _TASKS}",
            run_id="run",
            progress=0.5,
            message=message,
            metadata={"text": text},
        )
        self._transport.publish(Batch(project, "bench", number, (event,)))


class PlainManager(Subject):
    """The connection manager that every tutorial has: one loop over the sockets, one send after the other."""

    def __init__(self) -> None:
        self._connections: dict[str, list[WebSocket]] = defaultdict(list)
        self.app: ASGIApp = Starlette(routes=[WebSocketRoute("/projects/{project_id}/stream", self._stream)])

    @override
    async def publish(self, project: str, number: int, message: str, text: str) -> None:
        data = json.dumps(_event(project, number, message, text))
        dead = []
        for websocket in list(self._connections[project]):
            try:
                await websocket.send_text(data)
            except Exception:  # noqa: BLE001 - as they have it
                dead.append(websocket)
        for websocket in dead:
            self._connections[project].remove(websocket)

    async def _stream(self, websocket: WebSocket) -> None:
        project = websocket.path_params["project_id"]
        await websocket.accept()
        self._connections[project].append(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            with contextlib.suppress(ValueError):
                self._connections[project].remove(websocket)


class SseStarlette(Subject):
    """The usual ``EventSourceResponse`` over a queue for each client."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[dict[str, str]]]] = defaultdict(set)
        self.app: ASGIApp = Starlette(routes=[Route("/projects/{project_id}/events", self._events)])

    @override
    async def publish(self, project: str, number: int, message: str, text: str) -> None:
        data = {"event": "progress", "data": json.dumps(_event(project, number, message, text))}
        for queue in self._queues[project]:
            queue.put_nowait(data)

    async def _events(self, request: Request) -> Any:
        from sse_starlette import EventSourceResponse  # noqa: PLC0415 - the other servers do without it

        queues = self._queues[request.path_params["project_id"]]

        async def stream() -> Any:
            queue: asyncio.Queue[dict[str, str]] = asyncio.Queue()
            queues.add(queue)
            try:
                while True:
                    yield await queue.get()
            finally:
                queues.discard(queue)

        return EventSourceResponse(stream())


def _event(project: str, number: int, message: str, text: str) -> dict[str, Any]:
    return {
        "type": "progress",
        "project_id": project,
        "task_name": f"task {number % _TASKS}",
        "status": "in_progress",
        "progress": 0.5,
        "message": message,
        "metadata": {"text": text},
        "timestamp": datetime.now(UTC).isoformat(),
    }


SUBJECTS: dict[str, type[Subject]] = {"ours": Ours, "plain manager": PlainManager, "sse-starlette": SseStarlette}


def serve(pipe: Connection, name: str, send_buffer: int | None) -> None:
    """Serve until told to stop: the whole life of a server's process.

    Args:
        pipe: Gives the port first; then takes orders, and gives the usage of each. None ends it.
        name: Which of the subjects.
        send_buffer: Bytes of a socket's send buffer; None = what the system thinks best.
    """
    with contextlib.suppress(KeyboardInterrupt, EOFError):  # whoever started this process has ended
        asyncio.run(_serve(pipe, SUBJECTS[name](), send_buffer))


async def _serve(pipe: Connection, subject: Subject, send_buffer: int | None) -> None:
    with socket.socket() as listener:
        if send_buffer is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)  # the accepted ones inherit it
        listener.bind(("127.0.0.1", 0))
        async with uvicorn_of(subject.app, listener):
            pipe.send(listener.getsockname()[1])
            number = 0
            while (order := await asyncio.to_thread(pipe.recv)) is not None:
                usage, number = await _carried_out(order, subject, number)
                pipe.send(usage)


@asynccontextmanager
async def uvicorn_of(app: ASGIApp, listener: socket.socket) -> Any:
    # No pings: clients that only drain don't answer them.
    config = uvicorn.Config(app, log_level="error", ws_ping_interval=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started:
        if serving.done():
            await serving
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await serving


async def _carried_out(order: Order, subject: Subject, number: int) -> tuple[Usage, int]:
    """Publish as ordered; return what it took, and the number of the last event."""
    text = "x" * order.filling

    begin, first = time.monotonic(), number

    async def publish() -> None:
        nonlocal number
        while True:
            due = begin + (number - first) / order.rate_hz
            # Late or not, the others get their turn: as between two messages of a broker.
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await subject.publish(order.project, number + 1, f"@{due:.6f}", text)
            number += 1

    publishing = asyncio.create_task(publish())
    await asyncio.sleep(order.warm_s)
    began, before, cpu_s = time.monotonic(), number, time.process_time()
    await asyncio.sleep(order.steady_s)
    ended, cpu_s = time.monotonic(), time.process_time() - cpu_s
    due = math.ceil((ended - begin) * order.rate_hz) - math.ceil((began - begin) * order.rate_hz)
    usage = Usage(began, ended, due, number - before, cpu_s)
    if publishing.done():
        await publishing  # it failed
    publishing.cancel()  # where it waits for a reader that never reads, it would wait for ever
    await asyncio.wait([publishing])
    return usage, number
