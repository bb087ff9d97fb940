"""What is said of a URL that can't be used helps whoever wrote it, and quotes no password."""

import anyio
import pytest
import redis.sentinel

from progresskit import transport_from_url, watch
from progresskit.errors import TransportError
from progresskit.events import StatusEvent
from progresskit.transports import Batch
from progresskit.transports.redis import RedisTransport

ESCAPE = "special characters are written as %40"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("redis://user:hush@h/0?timout_s=1", "there is no option 'timout_s'"),
        ("redis://user:hush@h/zero", "number of a database"),
        ("rediss://user:hush@h/0?ssl_cert_reqs=perhaps", "Flag: perhaps"),
        ("redis://default:hush/0", "Port could not be cast to integer value;"),
        ("redis://:hu/sh@h/0", ESCAPE),
        ("redis://:hu?sh@h/0", ESCAPE),
        ("redis://:12345#sh@h/0", ESCAPE),  # else this would be a port, on this machine
        ("redis://:hush\u2100@h/0", "can't be read"),
    ],
)
def test_a_mistake_is_named_and_a_password_isnt(url, reason):
    for opened in (RedisTransport, transport_from_url):
        with pytest.raises(ValueError, match=reason) as caught:
            opened(url)
        assert not [part for part in ("hush", "hu/", "sh@", "12345") if part in str(caught.value)]
        assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize("url", ["localhost:6379", "unix:///tmp/redis.sock", "http://h/0", "h"])
def test_what_is_no_redis_url_is_told_how_one_begins(url):
    with pytest.raises(ValueError, match="begins with none of redis://, rediss://"):
        RedisTransport(url)


@pytest.mark.parametrize("url", ["redis://h?username=a@b&password=c@d", "redis://a%40b:c%2Fd@h:6379/0"])
def test_an_at_sign_where_it_may_stand_is_no_mistake(url):
    assert repr(transport_from_url(url)) == "<RedisTransport h:6379/0>"


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("99", "has no such database: name a lower one"),
        ("0?client_name=a+b", "takes no such client_name: use printable"),
    ],
)
async def test_what_only_the_server_finds_is_said_in_a_sentence_and_not_tried_again(shared_store, rest, says):
    transport = RedisTransport(f"redis://127.0.0.1:{shared_store.port}/{rest}")
    event = StatusEvent(project_id="p", task_name="t", status="started")
    for _ in range(2):  # the connection that failed isn't used again
        with pytest.raises(TransportError, match=says) as caught:
            transport.publish(Batch("p", "sender", 1, (event,)))
        assert not caught.value.retryable
    with anyio.fail_after(10), pytest.raises(TransportError, match=says) as caught:
        async with watch(transport, "p") as snapshots:
            await anext(snapshots)
    assert not caught.value.retryable
    await transport.aclose()


async def test_sentinels_that_dont_answer_are_named_without_their_password():
    # redis-py from 5.1 to 7.0 quotes all settings of a Sentinel, its password too, where none answers.
    client = redis.sentinel.Sentinel([("127.0.0.1", 1)], sentinel_kwargs={"password": "hush"}).master_for("mine")
    transport = RedisTransport(client)
    event = StatusEvent(project_id="p", task_name="t", status="started")
    with pytest.raises(TransportError, match=r"mine \(by Sentinel\): no Sentinel answers, or none knows") as caught:
        transport.publish(Batch("p", "sender", 1, (event,)))
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None
    async with transport.listen("p") as items:
        with pytest.raises(TransportError, match=r"the link to Redis broke: .* no Sentinel answers") as caught:
            await anext(items)
    assert "hush" not in str(caught.value)
    transport.close()
