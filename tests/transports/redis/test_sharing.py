"""Many who read at once, and whatever else somebody publishes to a channel."""

from __future__ import annotations

import json
import threading
from contextlib import AsyncExitStack

import anyio
import pytest

from progresskit import subscribe
from progresskit.events import Cursor, ProgressEvent
from progresskit.transports import Batch
from progresskit.transports.redis import RedisTransport
from progresskit.transports.redis.scripts import Scripts
from progresskit.transports.redis.wire import decode_published

WATCHED = 40


@pytest.fixture
async def transport(shared_store):
    transport = RedisTransport(f"{shared_store.url}?timeout_s=5&namespace=sharing")
    yield transport
    transport.close()
    await transport.aclose()


def event(project, number):
    return ProgressEvent(project_id=project, task_name="t", run_id="r", message=f"{number}")


def round_trips(monkeypatch):
    """Return a list that gets, for each round trip of a reader, how many calls went in it."""
    made, run_all = [], Scripts.run_all

    def counted(scripts, calls):
        made.append(len(calls))
        return run_all(scripts, calls)

    monkeypatch.setattr(Scripts, "run_all", counted)
    return made


async def test_all_that_are_watched_are_compared_in_one_round_trip(transport, monkeypatch):
    monkeypatch.setattr("progresskit.subscription.COMPARE_S", 1.0)
    made = round_trips(monkeypatch)

    async def follow(project, *, task_status):
        async with subscribe(transport, project) as items:
            await anext(items)
            task_status.started()
            async for _ in items:
                pass

    async with anyio.create_task_group() as tasks:
        for number in range(WATCHED):
            await tasks.start(follow, f"p{number}")
        made.clear()
        await anyio.sleep(3.2)
        tasks.cancel_scope.cancel()
    # Three moments of comparing at most four times: a machine that stalls may tear one of them into two.
    assert sum(made) >= 2 * WATCHED
    assert len(made) <= 8


async def test_one_connection_listens_for_all(transport, shared_store):
    with shared_store.client() as client:
        before = int(client.info("clients")["pubsub_clients"])
        async with AsyncExitStack() as stack:
            for number in range(WATCHED):
                items = await stack.enter_async_context(subscribe(transport, f"q{number}"))
                await anext(items)
            assert int(client.info("clients")["pubsub_clients"]) == before + 1
        with anyio.fail_after(10):
            while int(client.info("clients")["pubsub_clients"]) != before:  # noqa: ASYNC110 - the server tells nobody
                await anyio.sleep(0.02)
    assert "progresskit-redis-listening" not in {thread.name for thread in threading.enumerate()}


GARBAGE = [
    b"",
    b"\xff\xfe",
    b"[]",
    b"null\n{}\n17",
    b"{" * 5_000,
    b'{"type":"progress","cursor":17}',
    b'{"type":"progress","cursor":"no cursor"}',
    b'{"type":"tomorrow"}',
    b'{"type":"progress","project_id":"p","task_name":"t","timestamp":"2026-01-01T00:00:00.000Z","progress":NaN}',
    b"x" * 300_000,
]


@pytest.mark.parametrize("data", GARBAGE, ids=range(len(GARBAGE)))
def test_what_is_no_event_is_passed_over(data):
    assert decode_published(data, "p") == []


def test_an_event_of_another_project_or_that_no_store_accepted_is_passed_over():
    fields = json.loads(event("p", 1).model_dump_json())
    accepted = fields | {"cursor": "e:1", "attempt": 1, "started_at": fields["timestamp"]}
    [item] = decode_published(json.dumps(accepted).encode(), "p")
    assert item.cursor == Cursor("e", 1)
    assert decode_published(json.dumps(accepted).encode(), "q") == []
    assert decode_published(json.dumps(fields).encode(), "p") == []


def test_of_an_event_of_tomorrow_the_cursor_is_kept():
    assert decode_published(b'{"type":"tomorrow","cursor":"e:7"}', "p") == [Cursor("e", 7)]


async def test_a_stranger_on_the_channel_changes_nothing(transport, shared_store):
    async with subscribe(transport, "strangers") as items:
        await anext(items)
        with shared_store.client() as client:
            for data in GARBAGE:
                assert client.publish("sharing:0:strangers", data) == 1
        transport.publish(Batch("strangers", "me", 1, (event("strangers", 1),)))
        with anyio.fail_after(10):
            assert (await anext(items)).message == "1"
