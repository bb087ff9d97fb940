"""What a hub costs a server, and what its clients see: beside the plain manager, and beside sse-starlette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clients import Crowd
from rows import Row
from servers import Order
from stands import Measured, Stand, room_for_clients, stand

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLERS = 5
_SMALL_BUFFER = 64 * 1024


class _Pace:
    """How long and how often is measured, and with how many clients."""

    def __init__(self, *, quick: bool) -> None:
        self.rounds = 1 if quick else 3
        self.warm_s = 0.1 if quick else 0.4
        self.sizes = (1, 10, 100) if quick else (1, 100, 1000)
        self.sse_clients = 30 if quick else 300
        self._most = room_for_clients()
        self._steady_s = 0.3 if quick else 2.0

    def order(self, project: str, rate_hz: float) -> Order:
        return Order(project, rate_hz, self.warm_s, self._steady_s)

    def clients(self, wanted: int) -> tuple[int, str]:
        """Return how many clients there may be, and what is to be said where they aren't as many as wanted."""
        count = min(wanted, self._most)
        return count, "" if count == wanted else f" (not {wanted:,}: a process may open no more files)"


def fanout_rows(*, quick: bool) -> Iterator[Row | str]:
    """Compare with the plain manager, for few and many clients, at a high and a low rate."""
    pace = _Pace(quick=quick)
    with stand("ours") as ours, stand("plain manager") as plain:
        for size in pace.sizes:
            count, remark = pace.clients(size)
            crowds = {
                "batch": (ours, Crowd("batch", "/projects/batch/stream?batch=1", count, _SAMPLERS)),
                "plain": (plain, Crowd("plain", "/projects/plain/stream", count, _SAMPLERS)),
            }
            most = size == pace.sizes[-1]
            if most:
                crowds["each"] = (ours, Crowd("each", "/projects/each/stream", count, _SAMPLERS))
            for server, crowd in crowds.values():
                server.come(crowd)
            for rate_hz in (200, 10):
                found = _in_turns(pace, {name: server for name, (server, _) in crowds.items()}, rate_hz)
                what = f"{count:,} socket{'s' * (count > 1)}, {rate_hz} events/s{remark}: "
                yield Row(
                    what=f"{what}CPU an event; plain manager",
                    ours=[each.cpu_s for each in found["batch"]],
                    theirs=[each.cpu_s for each in found["plain"]],
                    most_ratio=(0.25 if rate_hz == 200 else 1.0) if most else None,
                )
                if most:
                    yield Row(
                        what=f"{what}the same without ?batch=1",
                        ours=[each.cpu_s for each in found["each"]],
                        theirs=[each.cpu_s for each in found["plain"]],
                    )
                yield from _age_rows(what, found["batch"], found["plain"], 0.15 if most and rate_hz == 200 else None)
            for name, (server, _) in crowds.items():
                server.leave(name)


def sse_rows(*, quick: bool) -> Iterator[Row | str]:
    """Compare with sse-starlette, a queue for each client."""
    pace = _Pace(quick=quick)
    count, remark = pace.clients(pace.sse_clients)
    with stand("ours") as ours, stand("sse-starlette") as theirs:
        crowd = Crowd("sse", "/projects/sse/events", count, _SAMPLERS, websocket=False)
        for server in (ours, theirs):
            server.come(crowd)
        for rate_hz in (200, 10):
            found = _in_turns(pace, {"ours": ours, "theirs": theirs}, rate_hz, project="sse")
            what = f"{count:,} SSE clients, {rate_hz} events/s{remark}: "
            yield Row(
                what=f"{what}CPU a delivery; sse-starlette",
                ours=[each.cpu_s / count for each in found["ours"]],
                theirs=[each.cpu_s / count for each in found["theirs"]],
                most_ratio=0.3,
            )
            yield from _age_rows(what, found["ours"], found["theirs"])


def stuck_rows(*, quick: bool) -> Iterator[Row | str]:
    """Compare what the others get beside one client that never reads."""
    pace = _Pace(quick=quick)
    count, remark = pace.clients(pace.sizes[1])
    what = f"{count:,} sockets beside one that never reads{remark}: "
    found: dict[str, list[Measured]] = {}
    for name in ("ours", "plain manager"):
        with stand(name, send_buffer=_SMALL_BUFFER) as server:
            server.come(Crowd("stuck", "/projects/p/stream?batch=1", 1, stalled=True))
            server.fill("p")
            server.come(Crowd("others", "/projects/p/stream?batch=1", count, _SAMPLERS))
            found[name] = [server.measure("others", pace.order("p", 200)) for _ in range(pace.rounds)]
    ours, theirs = found.values()
    yield Row(
        what=f"{what}events they get",
        ours=[each.share for each in ours],
        theirs=[each.share for each in theirs],
        unit="%",
        least_ours=99.9,
    )
    yield from _age_rows(what, ours, theirs)


def stalled_rows(*, quick: bool) -> Iterator[Row | str]:
    """Compare ours with itself: what the others need beside stalled clients, and what without them."""
    pace = _Pace(quick=quick)
    count, remark = pace.clients(pace.sizes[-1])
    stalled = count // 10
    what = f"{count - stalled:,} sockets beside {stalled} stalled{remark}: "
    with stand("ours", send_buffer=_SMALL_BUFFER) as server:
        server.come(Crowd("stalled", "/projects/beside/stream?batch=1", stalled, stalled=True))
        server.fill("beside")
        for project in ("beside", "alone"):
            server.come(Crowd(project, f"/projects/{project}/stream?batch=1", count - stalled, _SAMPLERS))
        found = _in_turns(pace, {"beside": server, "alone": server}, 200)
    beside, alone = found.values()
    yield Row(
        what=f"{what}CPU an event; none stalled",
        ours=[each.cpu_s for each in beside],
        theirs=[each.cpu_s for each in alone],
        most_ratio=1.3,
    )
    yield Row(
        what=f"{what}p99 age",
        ours=[each.p99_s for each in beside],
        theirs=[each.p99_s for each in alone],
        most_ratio=1.3,
    )
    yield Row(what=f"{what}events they get", ours=[each.share for each in beside], unit="%", least_ours=99.9)


def _in_turns(
    pace: _Pace, servers: dict[str, Stand], rate_hz: float, project: str | None = None
) -> dict[str, list[Measured]]:
    """Measure each server, with the project and the crowd of its name, or with the one project, once a round."""
    found: dict[str, list[Measured]] = {name: [] for name in servers}
    for number in range(pace.rounds):
        turn = list(servers.items())
        for name, server in turn if number % 2 == 0 else reversed(turn):
            found[name].append(server.measure(project or name, pace.order(project or name, rate_hz)))
    return found


def _age_rows(
    what: str, ours: list[Measured], theirs: list[Measured], most_p99_s: float | None = None
) -> Iterator[Row | str]:
    yield Row(what=f"{what}p50 age", ours=[each.p50_s for each in ours], theirs=[each.p50_s for each in theirs])
    yield Row(
        what=f"{what}p99 age",
        ours=[each.p99_s for each in ours],
        theirs=[each.p99_s for each in theirs],
        most_ours=most_p99_s,
    )
