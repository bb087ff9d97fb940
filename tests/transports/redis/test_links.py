"""Links that are half open, cut or slow, and stores that lose their data in silence: a subscription finds out."""

import anyio
import anyio.lowlevel
import pytest

from progresskit import subscription
from progresskit.errors import TransportError
from progresskit.events import ProgressEvent
from progresskit.state import Snapshot
from progresskit.transports.redis import RedisTransport

PROMISED_S = 10


@pytest.fixture
def soon(long_form, monkeypatch):
    """Let subscriptions compare positions every second; the long form waits the real 5 s."""
    if not long_form:
        monkeypatch.setattr(subscription, "COMPARE_S", 1.0)


@pytest.fixture
def here(stores):
    """Return a server of this test's own."""
    return stores()


@pytest.fixture
def proxy(proxies, here):
    return proxies(here)


@pytest.fixture
async def far(here, proxy):
    """Return a transport through the proxy, for reading."""
    transport = RedisTransport(here.url_at(proxy.port))
    yield transport
    transport.close()
    await transport.aclose()


@pytest.fixture
def speaker(here, following):
    """Return what speaks to the server itself."""
    transport = RedisTransport(here.url)
    yield following.Speaker(transport, "p")
    transport.close()


def progress(value, **fields):
    return ProgressEvent(project_id="p", task_name="t", run_id="r", progress=value, **fields)


class Two:
    """A subscription, and beside it a bare listening: the control, which learns of nothing."""

    def __init__(self, items, stream):
        self._items = items
        self._stream = stream

    async def takes(self, cursor):
        """Take items until one stands at a cursor."""
        with anyio.fail_after(PROMISED_S):
            while (item := await anext(self._items)).cursor != cursor:
                pass
        return item

    async def hears_nothing(self):
        with anyio.move_on_after(0.3):
            pytest.fail(f"control: heard {await anext(self._stream)}")


@pytest.fixture
async def two(far, speaker):
    async with subscription.subscribe(far, "p") as items, far.listen("p") as stream:
        both = Two(items, stream)
        await both.takes(subscription.Cursor("0", 0))
        first = speaker.say(progress(0.1))
        await both.takes(first.cursor)
        await anext(stream)
        yield both


@pytest.mark.usefixtures("soon")
async def test_a_half_open_link_is_found(proxy, two, speaker):
    proxy.strand()
    receipt = speaker.say(progress(0.5))
    await two.hears_nothing()
    assert isinstance(await two.takes(receipt.cursor), Snapshot)
    with anyio.fail_after(PROMISED_S):  # the link is another one by now, and carries events once it stands
        while isinstance(await two.takes(speaker.say(progress(None)).cursor), Snapshot):
            pass


@pytest.mark.usefixtures("soon")
async def test_a_link_that_only_carries_what_we_say_is_found(proxy, two, speaker):
    proxy.strand("down")
    receipt = speaker.say(progress(0.5))
    await two.hears_nothing()
    await two.takes(receipt.cursor)


@pytest.mark.usefixtures("soon")
async def test_a_lost_message_is_found(two, speaker, monkeypatch):
    with monkeypatch.context() as lost:
        lost.setattr(type(speaker._transport._server), "channel", lambda self, project_id: "nowhere")
        receipt = speaker.say(progress(0.5))
    await two.hears_nothing()
    assert (await two.takes(receipt.cursor)).get("t").progress == 0.5


@pytest.mark.usefixtures("soon")
async def test_a_flushall_in_silence_is_found(two, here):
    here.flushall()
    await two.hears_nothing()
    snapshot = await two.takes(subscription.Cursor("0", 0))
    assert (snapshot.tasks, snapshot.resumed) == ((), False)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("fault", ["refuse", "reset", "blackhole"])
async def test_an_outage_of_the_network_is_made_good_when_it_ends(proxy, two, speaker, fault):
    getattr(proxy, fault)()
    receipt = speaker.say(progress(0.5))
    if fault == "blackhole":
        await two.hears_nothing()
    else:
        with pytest.raises(TransportError, match="the link to Redis broke"):
            await two.hears_nothing()
    proxy.mend()
    await two.takes(receipt.cursor)


@pytest.mark.parametrize("room", [1, 20, 100, 1_500])
@pytest.mark.usefixtures("soon")
async def test_a_message_that_is_cut_is_no_event(proxy, two, speaker, room, caplog):
    proxy.cut_after(room)
    receipt = speaker.say(*(progress(None, message=f"{count} {'x' * 300}") for count in range(5)))
    item = await two.takes(receipt.cursor)
    state = item.get("t") if isinstance(item, Snapshot) else item
    assert state.message.startswith("4 ")
    assert "can't be decoded" not in caplog.text


async def test_a_receipt_that_is_lost_means_a_second_sending_and_no_second_effect(here, proxy, following):
    transport = RedisTransport(here.url_at(proxy.port))
    try:
        speaker = following.Speaker(transport, "p")
        speaker.say(progress(0.1))
        batch = speaker.batch(progress(0.5), progress(None, message="once"))
        proxy.blackhole("down")
        began = anyio.current_time()
        with pytest.raises(TransportError, match=r"[Tt]ime") as caught:
            transport.publish(batch)
        assert caught.value.retryable
        assert anyio.current_time() - began < 3
        assert (await transport_at(here)).cursor.offset == 3, "the store has taken it"
        proxy.mend()
        receipt = transport.publish(batch)
        assert (receipt.accepted, receipt.cursor.offset) == ((), 3)
        assert speaker.say(progress(0.6)).cursor.offset == 4
    finally:
        transport.close()


async def transport_at(here):
    transport = RedisTransport(here.url)
    try:
        return await transport.read("p")
    finally:
        await transport.aclose()


async def test_latency_delays_and_breaks_nothing(here, proxy, following):
    proxy.delay(0.05)
    transport = RedisTransport(here.url_at(proxy.port) + "?timeout_s=2")
    speaker = following.Speaker(transport, "p")
    async with anyio.create_task_group() as tasks:
        reader = following.Reader(transport, "p")
        tasks.start_soon(reader.follow)
        for count in range(5):
            speaker.say(progress(count / 10))
            await anyio.lowlevel.checkpoint()
        await following.converge([reader], transport, "p")
        tasks.cancel_scope.cancel()
    transport.close()
    await transport.aclose()
