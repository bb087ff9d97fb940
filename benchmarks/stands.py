"""A server in one process, its clients in another, and what was seen of both."""

from __future__ import annotations

import multiprocessing
import sys
import time
from contextlib import contextmanager
from statistics import quantiles
from typing import TYPE_CHECKING, Any, NamedTuple

from clients import Crowd, Seen, attend
from servers import Order, Usage, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

_SETTLE_S = 0.25
_SPARE_FILES = 100


class Measured(NamedTuple):
    """What one order came to, in its steady time.

    Args:
        cpu_s: Processor time of the server's process for each event that it published.
        p50_s: Age of the events that were seen: from when they were due until they came.
        p99_s: As above.
        share: How many of the events that were due came to a client, in percent.
    """

    cpu_s: float
    p50_s: float
    p99_s: float
    share: float


class Stand:
    """A server and its clients, each in a process of its own."""

    def __init__(self, server: Connection, clients: Connection) -> None:
        self._server = server
        self._clients = clients

    def come(self, crowd: Crowd) -> None:
        """Have clients connect."""
        self._ask(crowd)

    def leave(self, name: str) -> None:
        """Have clients leave."""
        self._ask(("leave", name))

    def fill(self, project: str) -> None:
        """Publish 3 MB: more than the buffers hold of a client that doesn't read."""
        self._publish(Order(project, rate_hz=200, warm_s=0, steady_s=1, filling=16_000))

    def measure(self, crowd: str, order: Order) -> Measured:
        """Publish, and see what of it comes to a crowd."""
        self._ask(("seen", crowd))
        usage = self._publish(order)
        time.sleep(_SETTLE_S)
        seen = [
            [event for event in each if usage.began <= event.due < usage.ended] for each in self._ask(("seen", crowd))
        ]
        came = [event.at - event.due for each in seen for event in each]
        # Those of clients that saw nothing at all are missing here: the share says so.
        hundredths = quantiles(came, n=100) if len(came) > 1 else [float("inf")] * 99
        cpu_s = usage.cpu_s / usage.published if usage.published else float("inf")
        share = 100 * len(came) / (usage.due * len(seen))
        return Measured(cpu_s, hundredths[49], hundredths[98], share)

    def _publish(self, order: Order) -> Usage:
        self._server.send(order)
        usage: Usage = self._server.recv()
        return usage

    def _ask(self, request: Crowd | tuple[str, str]) -> list[list[Seen]]:
        self._clients.send(request)
        answer: list[list[Seen]] = self._clients.recv()
        return answer


@contextmanager
def stand(name: str, *, send_buffer: int | None = None) -> Iterator[Stand]:
    """Run a server and a process of clients; see :func:`servers.serve`."""
    with process_of(serve, name, send_buffer) as server:
        port = server.recv()
        with process_of(attend, port) as clients:
            yield Stand(server, clients)


@contextmanager
def process_of(target: Callable[..., None], *args: Any) -> Iterator[Connection]:
    # Not forked: the child of a process that has threads may come to life with a lock held.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=target, args=(there, *args), daemon=True)
    process.start()
    there.close()
    try:
        yield here
        here.send(None)
        process.join(10)
    finally:
        process.terminate()  # where it has ended already, this does nothing
        process.join()
        here.close()


def room_for_clients() -> int:
    """Return for how many clients a process may hold sockets, having raised the limit as far as it goes."""
    if sys.platform == "win32":
        return 500  # what select() takes there
    import resource  # noqa: PLC0415 - not on every system

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return 8192 if soft == resource.RLIM_INFINITY else soft - _SPARE_FILES
