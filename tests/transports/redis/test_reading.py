"""Reads that have no easy time: of a store that takes no writes, without threads, by a link that fails."""

from __future__ import annotations

import threading

import anyio
import pytest
import redis

from progresskit.errors import TransportError
from progresskit.events import StatusEvent
from progresskit.transports import Batch
from progresskit.transports.redis import RedisTransport
from progresskit.transports.redis.scripts import Scripts

TASKS = 20


@pytest.fixture
def transport(stores):
    store = stores()
    made = RedisTransport(f"redis://127.0.0.1:{store.port}/0?timeout_s=5")
    yield made, store.client(db=0)
    made.close()


def fill(transport):
    """Report twice as much as one answer of the read script holds."""
    for number in range(TASKS):
        event = StatusEvent(
            project_id="p", task_name=f"task {number}", run_id="r", status="started", metadata={"text": "x" * 28_000}
        )
        transport.publish(Batch("p", "sender", number + 1, (event,)))


async def test_a_large_project_is_read_whole_from_a_full_store_of_another_process(transport):
    transport, client = transport
    fill(transport)
    before = await transport.read("p")
    client.hset("progresskit:{p}:meta", "server", "0" * 40)  # as after a restart: the epoch can't be noted any more
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", "1mb")
    with anyio.fail_after(10):
        snapshot = await transport.read("p", before.cursor)
    assert len(snapshot.tasks) == TASKS
    assert not snapshot.resumed
    assert snapshot.cursor.epoch != before.cursor.epoch
    await transport.aclose()


async def test_a_read_works_again_once_threads_can_be_started(transport, monkeypatch):
    transport, _client = transport

    def refuse(self):
        msg = "can't start new thread"
        raise RuntimeError(msg)

    with monkeypatch.context() as short_of_threads:
        short_of_threads.setattr(threading.Thread, "start", refuse)
        with pytest.raises(TransportError, match="can't start"):
            await transport.read("p")
    with anyio.fail_after(10):
        assert (await transport.read("p")).tasks == ()
    await transport.aclose()


async def test_a_link_that_fails_before_anybody_else_has_a_turn_tells_who_listens(monkeypatch):
    def refuse(self):
        msg = "not today"
        raise TransportError(msg)

    monkeypatch.setattr(Scripts, "subscriber", refuse)
    transport = RedisTransport("redis://127.0.0.1:1/0")
    with anyio.fail_after(10):
        async with transport.listen("p") as items:
            with pytest.raises(TransportError, match="the link to Redis broke: not today"):
                await anext(items)


@pytest.mark.parametrize(("code", "says"), [("OOM", "is full"), ("READONLY", "is a replica")])
def test_a_refusal_is_worded_as_redis_6_2_sends_it_from_within_a_script_too(code, says):
    failure = redis.ResponseError(f"Error running script (call to f_12ab): @user_script:9: @user_script: 9: -{code} no")
    assert says in str(RedisTransport("redis://h")._publisher._failure(failure))
