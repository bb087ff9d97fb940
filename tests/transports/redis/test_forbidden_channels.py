"""A user who may write but not publish, as every new one of Redis 7 is unless its channels are named."""

from __future__ import annotations

import pytest

from progresskit.errors import TransportError
from progresskit.events import StatusEvent
from progresskit.transports import Batch
from progresskit.transports.redis import RedisTransport


@pytest.mark.parametrize("kind", ["valkey", "redis-server"])
def test_it_is_told_which_channels_it_needs_and_leaves_nothing_for_ever(stores, kind):
    store = stores(kind)
    store.add_user("worker", "secret", "~progresskit:*", "resetchannels", "+@all")
    transport = RedisTransport(store.url_at(store.port, user="worker", password="secret"))
    event = StatusEvent(project_id="p", task_name="t", status="started")
    with pytest.raises(TransportError, match=r"refuses: .* channels that begin with progresskit:") as caught:
        transport.publish(Batch("p", "sender", 1, (event,)))
    assert caught.value.retryable
    keys = store.client().keys()
    assert keys == [b"progresskit:{p}:meta"], (
        "the first write is how a full store is found before anything is published"
    )
    assert store.client().pttl(keys[0]) > 0
    transport.close()
