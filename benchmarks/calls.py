"""What reporting costs the task itself: ``progress()`` and ``track()``, in a tight loop."""

from __future__ import annotations

import io
import queue
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from rows import Row, in_turns
from stores import redis_server

from progresskit import MemoryTransport, Publisher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MESSAGE = "Rendering"
_PAYLOAD = b'{"type":"progress","task_name":"render","status":"in_progress","progress":0.5,"message":"Rendering"}'


def progress_rows(*, quick: bool) -> Iterator[Row | str]:
    """Compare a call of ``progress()`` with handing the same to a queue, and to a Redis."""
    calls, rounds = (200, 11) if quick else (200, 2_001)  # a round is far shorter than the system's time slice
    said = 0

    def ours() -> float:
        nonlocal said
        start = time.perf_counter()
        for number in range(said, said + calls):
            task.progress(number / (calls * rounds), _MESSAGE)
        took = time.perf_counter() - start
        said += calls
        return took / calls

    def simple_queue() -> float:
        items: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
        start = time.perf_counter()
        for number in range(calls):
            items.put((number / calls, _MESSAGE))
        return (time.perf_counter() - start) / calls

    with Publisher(MemoryTransport()) as publisher, publisher.task("bench", "render") as task, ExitStack() as stack:
        port = stack.enter_context(redis_server())
        subjects: list[Callable[[], float]] = [ours, simple_queue]
        if isinstance(port, int):
            subjects.append(stack.enter_context(_redis_publish(port, calls // 40)))
        costs = in_turns(rounds, *subjects)
    yield Row(what="progress(), a call; queue.SimpleQueue.put", ours=costs[0], theirs=costs[1], most_ours=1e-6)
    redis = "progress(), a call; kept redis-py publish"
    yield Row(what=redis, ours=costs[0], theirs=costs[2]) if isinstance(port, int) else f"{redis}: {port}"


def track_rows(*, quick: bool) -> Iterator[Row | str]:
    """Compare ``track()`` with tqdm, per item of a loop that does nothing."""
    from tqdm import tqdm  # noqa: PLC0415 - the other rows do without it

    items, rounds = (5_000, 5) if quick else (20_000, 301)

    def ours() -> float:
        with task.stage("loop") as stage:
            start = time.perf_counter()
            for _ in stage.track(range(items)):
                pass
            return (time.perf_counter() - start) / items

    def theirs() -> float:
        start = time.perf_counter()
        for _ in tqdm(range(items), file=io.StringIO()):
            pass
        return (time.perf_counter() - start) / items

    with Publisher(MemoryTransport()) as publisher, publisher.task("bench", "render") as task:
        costs = in_turns(rounds, ours, theirs)
    yield Row(what="track(), an item; tqdm", ours=costs[0], theirs=costs[1], most_ratio=0.5)


@contextmanager
def _redis_publish(port: int, calls: int) -> Iterator[Callable[[], float]]:
    """Yield what measures a publish through one kept connection; nobody subscribes, and the payload is ready."""
    import redis  # noqa: PLC0415 - the other rows do without it

    with redis.Redis(port=port) as client:
        client.ping()

        def measure() -> float:
            start = time.perf_counter()
            for _ in range(calls):
                client.publish("bench", _PAYLOAD)
            return (time.perf_counter() - start) / calls

        yield measure
