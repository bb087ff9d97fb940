"""Who may not do something is told so; a user without INFO is served all the same; no password is shown."""

import logging
import re
import traceback
from contextlib import suppress

import anyio.to_thread
import pytest

from progresskit import Publisher
from progresskit.errors import TransportError
from progresskit.events import ProgressEvent
from progresskit.transports import Batch, transport_from_url
from progresskit.transports.redis import RedisTransport

SECRET = "s3cret-w0rd"
NEEDED = ["+eval", "+evalsha", "+@hash", "+@sortedset", "+@keyspace", "+time", "+publish", "+subscribe", "+unsubscribe"]


def progress(value):
    return ProgressEvent(project_id="p", task_name="t", run_id="r", progress=value)


@pytest.fixture
def opened(following):
    """Return ``opened(url)``: a transport, and what speaks through it."""
    made = []

    def open_at(url):
        transport = RedisTransport(url)
        made.append(transport)
        return transport, following.Speaker(transport, "p")

    yield open_at
    for transport in made:
        transport.close()


@pytest.mark.parametrize("kind", ["valkey", "redis-server"])
async def test_a_user_without_info_is_served_and_it_is_said_once(stores, opened, caplog, kind):
    store = stores(kind)
    store.add_user("worker", SECRET, "~progresskit:*", "&progresskit:*", *NEEDED)
    transport, speaker = opened(store.url_at(store.port, user="worker", password=SECRET))
    with caplog.at_level(logging.DEBUG):
        async with transport.listen("p") as stream:
            first = speaker.say(progress(0.5))
            assert (await anext(stream)).progress == 0.5
        assert (await transport.read("p")).cursor == first.cursor
        assert await transport.cancel("p", "t")
        assert speaker.say(progress(0.6)).cursor.offset == 2
    said = [record for record in caplog.records if "INFO" in record.getMessage()]
    assert [record.levelname for record in said] == ["WARNING"]
    assert "+info" in said[0].getMessage()
    store.flushall()
    again = speaker.say(progress(0.7))
    assert again.cursor.offset == 1
    assert again.cursor.epoch != first.cursor.epoch, "that the data are lost is seen without INFO"


async def test_a_user_who_may_ask_info_is_told_nothing(stores, opened, caplog):
    transport, speaker = opened(stores().url)
    speaker.say(progress(0.5))
    await transport.read("p")
    assert not caplog.records


async def test_without_info_an_older_dump_keeps_its_epoch(stores, opened):
    """Control: this is the protection that such a user lacks; with INFO the epoch is another one."""
    store = stores()
    store.add_user("worker", SECRET, "~*", "&*", "+@all", "-info")
    epochs = {}
    for user in ("worker", None):
        url = store.url_at(store.port, user=user, password=SECRET) if user else store.url
        _transport, speaker = opened(url)
        before = speaker.say(progress(0.5)).cursor
        store.restart_from(store.dump())
        store.add_user("worker", SECRET, "~*", "&*", "+@all", "-info")
        after = insist(speaker, progress(0.6)).cursor
        epochs[user] = before.epoch == after.epoch
        store.flushall()
    assert epochs == {"worker": True, None: False}


def insist(speaker, event):
    batch = speaker.batch(event)
    for _ in range(5):
        with suppress(TransportError):  # its connection was of the former process
            return speaker._transport.publish(batch)
    return speaker._transport.publish(batch)


NEED = "the scripts need EVAL, EVALSHA"


@pytest.mark.parametrize(
    ("without", "said"),
    [("-evalsha", NEED), ("resetkeys", NEED), ("-publish", "no permissions to run the 'publish' command")],
)
async def test_who_may_not_is_told_what_is_needed(stores, opened, without, said):
    store = stores()
    store.add_user("worker", SECRET, "~*", "&*", "+@all", without)
    _transport, speaker = opened(store.url_at(store.port, user="worker", password=SECRET))
    with pytest.raises(TransportError, match=said) as caught:
        speaker.say(progress(0.5))
    assert caught.value.retryable


def texts_of(error):
    """Return all that an error says, and what caused it."""
    texts = []
    while error is not None:
        texts += traceback.format_exception_only(error)
        error = error.__cause__
    return texts


async def all_that_is_said(url):
    """Do what there is to do at a URL, and return what reprs, errors and statistics say."""
    transport = transport_from_url(url)
    said = [repr(transport)]
    batch = Batch("p", "sender", 1, (progress(0.5),))
    for call in (
        lambda: anyio.to_thread.run_sync(transport.publish, batch),
        lambda: transport.read("p"),
        lambda: transport.cancel("p", "t"),
        lambda: listen_once(transport),
    ):
        try:
            await call()
        except TransportError as error:
            said += texts_of(error)
    transport.close()
    await transport.aclose()
    with Publisher.from_url(url, flush_timeout_s=0.3) as publisher:
        with publisher.task("p", "t"):
            pass
        said.append(str(publisher.statistics()))
    return said


async def listen_once(transport):
    async with transport.listen("p") as stream:
        with anyio.move_on_after(0.1):
            await anext(stream)


@pytest.mark.parametrize(
    ("url", "control"),
    [
        (f"redis://worker:{SECRET}@127.0.0.1:PORT/0", "refuses the user or password"),
        (f"redis://:{SECRET}@127.0.0.1:PORT/0", "refuses the user or password"),
        (f"redis://127.0.0.1:PORT/0?password={SECRET}", "refuses the user or password"),
        (f"redis://:{SECRET}@127.0.0.1:1/0", "refused"),
        (f"rediss://:{SECRET}@127.0.0.1:PORT/0", "SSL|EOF|closed|reset|Timeout"),
        (f"redis://:{SECRET}@no-such-host.invalid:6379/0", "doesn't answer"),
    ],
)
async def test_no_password_is_shown(stores, caplog, url, control):
    store = stores(password="another")
    with caplog.at_level(logging.DEBUG):
        said = await all_that_is_said(url.replace("PORT", str(store.port)))
    logged = [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    assert re.search(control, "".join(said)), said
    assert re.search(control, "".join(logged)), logged
    assert not [text for text in (*said, *logged) if SECRET in text]


@pytest.mark.parametrize(
    "url",
    [
        f"redis://:{SECRET}@host:port/0",
        f"redis://:{SECRET}@host/0?no_such_option=1",
        f"redis://:{SECRET}@host/0?socket_timeout={SECRET}",
        f"redis://host/0?password={SECRET}&timeout_s=no",
        f"redis://:{SECRET}@host/0?namespace=%7B",
        f"redis://:{SECRET}@[host/0",
        f"redis://:{SECRET}#@host/0",
    ],
)
def test_a_url_that_isnt_valid_shows_no_password(url):
    with pytest.raises(ValueError, match=r".") as caught:
        transport_from_url(url)
    assert SECRET not in "".join(texts_of(caught.value))
