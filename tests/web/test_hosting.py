"""Who runs the hub, and how everything ends: lifespans, first requests, shutdown, and what is given back."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Mount

from progresskit.errors import TransportError
from progresskit.hub import Hub
from progresskit.transports import MemoryTransport
from progresskit.web import Gateway, allow_anyone, hosting, sockets

DESCRIPTORS = Path("/proc/self/fd")


def eventually(condition, within_s=5.0):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.01)


def as_the_app(gateway):
    return gateway


def with_lifespan(gateway):
    return Starlette(routes=[Mount("/", gateway)], lifespan=gateway.lifespan)


def without_lifespan(gateway):
    return Starlette(routes=[Mount("/", gateway)])


def without_any(gateway):
    """As under Django: a lifespan is refused, requests are passed on."""

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await gateway(scope, receive, send)

    return app


HOSTS = [as_the_app, with_lifespan, without_lifespan, without_any]


@pytest.fixture(params=HOSTS)
def host(request):
    return request.param


@pytest.fixture
def hub(transport):
    return Hub(transport)


def test_the_hub_runs_while_it_is_served_and_again_when_it_is_served_again(serve, host, hub, stream, publish):
    app = host(Gateway(hub, authorize=allow_anyone))
    for attempt in range(2):
        url = serve(app)
        with stream(url) as socket:
            socket.until("snapshot")
            publish(progress=attempt / 10)
            assert socket.until("progress")["progress"] == attempt / 10
            assert hub.running
        serve.stop(url)
        assert not hub.running


def test_a_server_that_ends_ends_its_streams_first(serve, host, hub, stream, sse):
    url = serve(host(Gateway(hub, authorize=allow_anyone)), timeout_graceful_shutdown=4)
    with stream(url) as socket, sse(url) as (_, events):
        socket.until("snapshot")
        next(events)
        began = time.monotonic()
        serve.stop(url)
        assert time.monotonic() - began < 2
        [last] = list(events)  # the body ends as it should, or this would raise
        assert last["event"] == "closing"
        assert last["data"]["retry_after_ms"] > 0
        assert socket.close_code() == 1012


def test_a_server_that_can_not_be_seen_waits_for_its_streams(serve, hub, sse, monkeypatch):
    """Control: without the look at the server, uvicorn waits until it loses patience."""
    monkeypatch.setattr(hosting, "servers_of_this_loop", list)
    url = serve(Gateway(hub, authorize=allow_anyone), timeout_graceful_shutdown=2)
    with sse(url) as (_, events):
        next(events)
        began = time.monotonic()
        serve.stop(url)
        assert time.monotonic() - began >= 2


def test_a_server_that_has_served_enough_requests_ends_too(serve, hub, sse, http):
    url = serve(Gateway(hub, authorize=allow_anyone), limit_max_requests=3, timeout_graceful_shutdown=4)
    with sse(url) as (_, events):
        next(events)
        began = time.monotonic()
        for _ in range(3):
            http.get(f"{url}/view.css")
        assert [frame["event"] for frame in events] == ["closing"]
        assert time.monotonic() - began < 2


def test_a_hub_that_is_closed_says_closing_and_then_1012(serve, hub, stream, sse):
    closers = []

    class Closing(Gateway):
        async def __call__(self, scope, receive, send):
            if scope.get("path") == "/close":
                closers.append(asyncio.create_task(self.hub.aclose(retry_after_ms=1234)))
                scope["path"] = "/health"
            await super().__call__(scope, receive, send)

    url = serve(Closing(hub, authorize=allow_anyone))
    with stream(url) as one, stream(url, query="?batch=1") as two, sse(url) as (_, events):
        one.until("snapshot")
        two.until("snapshot")
        next(events)
        httpx.get(f"{url}/close")
        for socket in (one, two):
            assert socket.until("closing")["retry_after_ms"] == 1234
            assert socket.close_code() == 1012
        assert [frame["data"] for frame in events] == [{"type": "closing", "retry_after_ms": 1234}]


def test_a_hub_that_the_host_runs_is_left_running(serve, transport, stream, sse):
    """The gateway says goodbye to its own clients, and the hub goes on."""
    ready, done = threading.Event(), threading.Event()
    hubs = []

    async def app(scope, receive, send):
        if scope["type"] != "lifespan":
            await hubs[0][1](scope, receive, send)
            return
        await receive()
        async with Hub(transport) as hub:
            hubs.append((hub, Gateway(hub, authorize=allow_anyone)))
            await send({"type": "lifespan.startup.complete"})
            ready.set()
            await receive()
            assert hub.running
        done.set()
        await send({"type": "lifespan.shutdown.complete"})

    url = serve(app, timeout_graceful_shutdown=4)
    assert ready.wait(5)
    with stream(url) as socket, sse(url) as (_, events):
        socket.until("snapshot")
        next(events)
        began = time.monotonic()
        serve.stop(url)
        assert time.monotonic() - began < 2
        assert [frame["event"] for frame in events] == ["closing"]
        assert socket.close_code() == 1012
    assert done.wait(5)


def test_two_gateways_may_share_a_hub(serve, hub, stream):
    one, two = (Gateway(hub, authorize=allow_anyone) for _ in range(2))
    url = serve(Starlette(routes=[Mount("/one", one), Mount("/two", two)], lifespan=one.lifespan))
    for path in ("/one", "/two"):
        with stream(url + path) as socket:
            assert socket.until("snapshot")


def test_a_middleware_that_minds_the_task_works_with_sends_of_their_own(serve, hub, stream, sse, publish):
    class Middle(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            return await call_next(request)

    gateway = Gateway(hub, authorize=allow_anyone, inline_sends=False)
    app = Starlette(routes=[Mount("/", gateway)], lifespan=gateway.lifespan, middleware=[Middleware(Middle)])
    url = serve(app)
    with stream(url) as socket, sse(url) as (_, events):
        socket.until("snapshot")
        next(events)
        publish(progress=0.5)
        assert socket.until("progress")["progress"] == 0.5
        assert next(events)["data"]["progress"] == 0.5


class Refusing(MemoryTransport):
    async def read(self, project_id, after=None):
        msg = "down"
        raise TransportError(msg)


def test_a_store_that_is_down_at_the_start_keeps_no_server_from_starting(serve, http):
    url = serve(Gateway(Hub(Refusing()), authorize=allow_anyone))
    assert http.get(f"{url}/health").status_code == 503


# --- nothing leaks ------------------------------------------------------------------------------------------------


class Counted(Gateway):
    """Counts what its connections use."""

    def __init__(self, hub):
        super().__init__(hub, authorize=allow_anyone)
        self.loop = None

    async def __call__(self, scope, receive, send):
        self.loop = asyncio.get_running_loop()
        await super().__call__(scope, receive, send)

    def used(self):
        return {
            "descriptors": len(list(DESCRIPTORS.iterdir())),
            "tasks": len(asyncio.all_tasks(self.loop)),
            "seats": self._seats._taken,
            "streams": len(self._streams),
            "clients": self.hub.connections(),
        }


@pytest.fixture
def come_and_go(stream, sse):
    def run(url):
        with stream(url) as socket, sse(url) as (_, events):
            socket.until("snapshot")
            next(events)
        with stream(url) as socket:
            socket.connection.socket.close()  # no closing handshake: a cut cable
        with stream(url, "a%20b") as socket:
            socket.close_code()

    return run


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="descriptors are counted in /proc")
def test_every_connection_gives_back_its_task_its_memory_and_its_descriptor(serve, hub, stream, come_and_go):
    gateway = Counted(hub)
    url = serve(gateway)
    with stream(url) as one_that_stays:  # so that the hub keeps following the project
        one_that_stays.until("snapshot")
        come_and_go(url)
        eventually(lambda: gateway.used()["clients"] == 1)
        eventually(lambda: gateway.used()["streams"] == 1)
        before = gateway.used()
        for _ in range(8):
            come_and_go(url)
        eventually(lambda: all(now <= before[name] for name, now in gateway.used().items()))


def test_a_stream_that_would_not_notice_its_client_leaving_is_seen_to_leak(
    serve, hub, stream, come_and_go, monkeypatch
):
    """Control: without the look at what the client sends, the same counts grow."""

    async def never(*_):
        await anyio.sleep_forever()

    monkeypatch.setattr(sockets, "until_disconnect", never)
    gateway = Counted(hub)
    url = serve(gateway)
    with stream(url) as one_that_stays:
        one_that_stays.until("snapshot")
        before = gateway.used()
        come_and_go(url)
        now = gateway.used()
        assert now["streams"] > before["streams"]
        assert now["tasks"] > before["tasks"]
        assert now["seats"] > before["seats"]


async def test_the_first_request_starts_the_hub_on_any_event_loop(transport):
    """Without a server, as plain ASGI, and on trio too."""
    hub = Hub(transport)
    gateway = Gateway(hub, authorize=allow_anyone)
    sent = []

    async def receive():
        await anyio.sleep_forever()

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/projects/p", "query_string": b"", "headers": []}
    await gateway(scope, receive, send)
    assert sent[0]["status"] == 200
    assert hub.running
    async with gateway.lifespan():
        assert hub.running
    assert hub.running  # it was there before
    gateway._hosting._run.stop.set()
    with anyio.fail_after(5):
        await gateway._hosting._run.ended.wait()
    assert not hub.running


async def test_a_lifespan_that_fails_inside_passes_the_error_on_and_ends_the_hub(transport):
    hub = Hub(transport)
    gateway = Gateway(hub, authorize=allow_anyone)
    with pytest.raises(KeyError):
        async with gateway.lifespan():
            raise KeyError
    assert not hub.running


def test_a_hub_ends_with_its_event_loop(transport):
    hub = Hub(transport)
    gateway = Gateway(hub, authorize=allow_anyone)

    async def main():
        await gateway._hosting.ensure()
        assert hub.running

    for _ in range(2):
        asyncio.run(main())
        assert not hub.running


def test_one_gateway_serves_one_event_loop_at_a_time(serve, hub, http):
    gateway = Gateway(hub, authorize=allow_anyone)
    url = serve(gateway)

    async def serve_elsewhere():
        async with gateway.lifespan():
            pass

    with pytest.raises(RuntimeError, match="another event loop"):
        asyncio.run(serve_elsewhere())
    assert http.get(f"{url}/health").status_code == 200  # where it is, it goes on
