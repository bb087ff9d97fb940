"""What is said of a project whose keys another program has changed, and that the remedy is one."""

from __future__ import annotations

import uuid

import anyio
import pytest
import redis

from progresskit.errors import TransportError
from progresskit.events import Cursor, ProgressEvent
from progresskit.subscription import following
from progresskit.transports import Batch, Run
from progresskit.transports.redis import RedisTransport

# What is done to which key.
DAMAGES = {
    "another type": ("meta", lambda client, key: client.set(key, "x")),
    "another type behind": ("due", lambda client, key: client.lpush(key, "x")),
    "no offset": ("meta", lambda client, key: client.hset(key, "offset", "x")),
    "an infinite offset": ("meta", lambda client, key: client.hset(key, "offset", "inf")),
    "no number": ("meta", lambda client, key: client.hset(key, "offset", "nan")),
    "an offset below 0": ("meta", lambda client, key: client.hset(key, "offset", "-5")),
    "an offset beyond count": ("meta", lambda client, key: client.hset(key, "offset", "1e300")),
    "an epoch of bytes": ("meta", lambda client, key: client.hset(key, "epoch", b"\xff\xfe")),
    "an epoch of words": ("meta", lambda client, key: client.hset(key, "epoch", "a b:c\n")),
    "no record": ("tasks", lambda client, key: client.hset(key, '"t"', "x")),
    "an empty record": ("tasks", lambda client, key: client.hset(key, '"t"', b"\x80")),
}
REPLACED = {"another type", "another type behind"}
SAYS = (
    r"another program changed the keys of project {0} \(.+\)\. Delete them, progresskit:\{{{0}\}}:\*, or take another "
)


@pytest.fixture(scope="module", params=["valkey", "redis-server"])
def store(lasting, request):
    return lasting.store(request.param)


@pytest.fixture
def damaged(store):
    """Return ``damaged(what)``: a transport, a project whose keys were changed so, and what deletes these."""
    with store.client() as client:
        transports = []

        def damage(what):
            project_id = uuid.uuid4().hex
            transport = RedisTransport(f"{store.url}?timeout_s=5")
            transports.append(transport)
            publish(transport, project_id, 1)
            name, change = DAMAGES[what]
            key = f"progresskit:{{{project_id}}}:{name}"
            if what in REPLACED:
                client.delete(key)
            change(client, key)

            def mend():
                client.delete(*client.scan_iter(f"progresskit:{{{project_id}}}:*"))

            return transport, project_id, mend

        yield damage
        for transport in transports:
            transport.close()


def publish(transport, project_id, number):
    event = ProgressEvent(project_id=project_id, task_name="t", run_id="r", progress=0.5)
    return transport.publish(Batch(project_id, "sender", number, (event,), held=(Run("t", "r"),)))


@pytest.mark.parametrize("what", DAMAGES)
async def test_it_is_named_with_its_remedy_and_is_worth_another_try(damaged, what):
    transport, project_id, mend = damaged(what)
    for ask in (
        lambda: transport.read(project_id),
        lambda: anyio.to_thread.run_sync(publish, transport, project_id, 2),
    ):
        with pytest.raises(TransportError, match=SAYS.format(project_id)) as caught:
            await ask()
        assert caught.value.retryable
        assert "user_script: " not in str(caught.value)
    mend()
    assert (await transport.read(project_id)).cursor == Cursor("0", 0)
    assert publish(transport, project_id, 3).cursor.offset == 1
    await transport.aclose()


async def test_one_damaged_project_among_many_that_are_read_at_once_is_the_one_that_fails(damaged):
    transport, project_id, _mend = damaged("another type")
    sound = uuid.uuid4().hex
    publish(transport, sound, 1)
    read = []

    async def read_sound():
        read.append(await transport.read(sound))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(read_sound)
        with pytest.raises(TransportError, match=SAYS.format(project_id)):
            await transport.read(project_id)
    assert [snapshot.get("t").progress for snapshot in read] == [0.5] * 3
    await transport.aclose()


async def test_a_subscription_outlives_it(damaged):
    transport, project_id, mend = damaged("an infinite offset")
    failures = []

    def note(error):
        failures.append(str(error))
        mend()

    with anyio.fail_after(10):
        async with following(transport, project_id, after=None, on_failure=note) as items:
            assert (await anext(items)).tasks == ()
    assert len(failures) == 1
    await transport.aclose()


@pytest.mark.parametrize(
    "text",
    [
        "Error running script (call to f_12ab): @user_script:42: @user_script: 42: -WRONGTYPE Operation against a key",
        "Error running script (call to f_12ab): @user_script:20: user_script:20: bad argument #2 to 'format'",
    ],
)
def test_redis_6_2_words_it_in_another_way(text):
    failure = RedisTransport("redis://h")._publisher._failure(redis.ResponseError(text), "p")
    assert "another program changed the keys of project p" in str(failure)


@pytest.mark.parametrize(
    "text",
    [
        "MISCONF Redis is configured to save RDB snapshots script: 12ab, on @user_script:42.",
        "NOREPLICAS Not enough good replicas to write. script: 12ab, on @user_script:42.",
        "Error running script (call to f_12ab): @user_script:42: @user_script: 42: -MISCONF Redis is configured",
        "BUSY Redis is busy running a script. You can only call SCRIPT KILL",
    ],
)
def test_what_keeps_a_store_from_writing_is_no_damage(text):
    failure = RedisTransport("redis://h")._publisher._failure(redis.ResponseError(text), "p")
    assert str(failure) == f"Redis at h:6379/0: {text}"
