"""The benchmarks run, and print every row. What the rows say is for people to judge: a busy machine proves nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
ROWS = [
    "progress(), a call; queue.SimpleQueue.put",
    "progress(), a call; kept redis-py publish",
    "track(), an item; tqdm",
    "import progresskit; import pydantic, anyio, with four models",
    *(
        f"{clients}, {rate} events/s: {what}"
        for clients in ("1 socket", "10 sockets", "100 sockets")
        for rate in (200, 10)
        for what in ("CPU an event; plain manager", "p50 age", "p99 age")
    ),
    "100 sockets, 200 events/s: the same without ?batch=1",
    "30 SSE clients, 200 events/s: CPU a delivery; sse-starlette",
    "30 SSE clients, 10 events/s: CPU a delivery; sse-starlette",
    "10 sockets beside one that never reads: events they get",
    "90 sockets beside 10 stalled: CPU an event; none stalled",
    "90 sockets beside 10 stalled: p99 age",
    "an event through one publisher; pipelined HSET and PUBLISH",
    "progress(), a call; asyncio.run(redis.asyncio publish)",
    "progress(), a call; a publish by a kept client",
    "progress(), a call; Celery's update_state",
    "server time, a batch of one event; a bare PUBLISH",
    "server time, an event of a batch of 100; a bare PUBLISH",
    "worker to browser, 100 events/s: p50 age; raw pub/sub",
    "worker to browser, 100 events/s: p99 age; raw pub/sub",
    *(f"a call beside a store that {fault}: p99" for fault in ("refuses", "hangs")),
]


@pytest.fixture(scope="module")
def parts():
    """Ask for a part that there is not, and return those that there are."""
    refused = subprocess.run([sys.executable, str(BENCHMARKS), "nothing"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    said, found, names = refused.stderr.partition("there is no part nothing; there are ")
    assert found, said
    return names.strip().split(", ")


def missing(printed):
    return [row for row in ROWS if not any(line.startswith(row) for line in printed.splitlines())]


@pytest.mark.needs("uvicorn", "sse_starlette", "tqdm")
def test_every_row_of_every_part_is_measured_and_printed(parts):
    # At the same time: each part mostly waits.
    running = [
        subprocess.Popen(
            [sys.executable, str(BENCHMARKS), "--quick", part],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for part in parts
    ]
    printed = "".join(part.communicate(timeout=300)[0] for part in running)
    assert [part.returncode for part in running] == [0] * len(parts), printed
    assert missing(printed) == []


@pytest.mark.long
@pytest.mark.needs("uvicorn", "sse_starlette", "tqdm")
def test_all_parts_are_measured_one_after_the_other_where_none_is_named():
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS), "--quick"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert missing(done.stdout) == []


def test_a_part_that_there_is_not_is_refused_by_name(parts):
    assert {"fanout", "redis"} < set(parts)
