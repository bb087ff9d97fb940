"""Whatever client is given, and whatever its settings, the transport speaks to its server in its own way."""

import anyio
import pytest
import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.asyncio.sentinel
from redis.cluster import ClusterNode

from progresskit.events import ProgressEvent
from progresskit.subscription import subscribe
from progresskit.transports import Batch, transport_from_url
from progresskit.transports.redis import RedisTransport


async def works(transport, projects=("a", "b", "c", "d", "e")):
    """Publish and follow in projects whose slots are of different nodes."""
    with anyio.fail_after(20):
        for project in projects:
            async with subscribe(transport, project) as items:
                first = await anext(items)
                event = ProgressEvent(project_id=project, task_name="t", run_id="r", progress=0.5, message="é")
                receipt = transport.publish(Batch(project, "sender", first.cursor.offset + 1, (event,)))
                assert receipt.cursor.offset == first.cursor.offset + 1
                heard = await anext(items)
                assert (heard.message, heard.cursor) == ("é", receipt.cursor)
            assert await transport.cancel(project, "t")
            state = (await transport.read(project)).get("t")
            assert (state.progress, state.cursor) == (0.5, receipt.cursor)
    transport.close()
    await transport.aclose()


SETTINGS = [{}, {"protocol": 3}, {"decode_responses": True}, {"protocol": 3, "decode_responses": True, "db": 3}]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("make", [redis.Redis, redis.asyncio.Redis], ids=["sync", "async"])
async def test_a_client_of_one_server(stores, make, settings):
    store = stores(password="secret")
    client = make(port=store.port, password="secret", socket_timeout=60, **settings)
    await works(RedisTransport(client))
    keys = store.client(db=settings.get("db", 0)).keys()
    assert keys, "its database is the client's"
    assert store.client(db=1).keys() == []


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
async def test_a_url(shared_store, scheme):
    await works(transport_from_url(f"{scheme}://127.0.0.1:{shared_store.port}/2?namespace=mine&timeout_s=1"))
    keys = shared_store.client(db=2).keys()
    assert keys
    assert {key.split(b":")[0] for key in keys} == {b"mine"}


async def test_a_url_of_one_node_of_a_cluster(lasting_cluster):
    await works(RedisTransport(lasting_cluster.nodes[0].url))


@pytest.mark.parametrize("make", [redis.RedisCluster, redis.asyncio.cluster.RedisCluster], ids=["sync", "async"])
async def test_a_client_of_a_cluster(lasting_cluster, make):
    node = lasting_cluster.nodes[0]
    if make is redis.RedisCluster:
        client = make(startup_nodes=[ClusterNode("127.0.0.1", node.port)], decode_responses=True)
    else:
        client = make(host="127.0.0.1", port=node.port)
    await works(RedisTransport(client))


@pytest.mark.parametrize(
    "asyncio", [pytest.param(False, id="sync"), pytest.param(True, id="async", marks=pytest.mark.long)]
)
async def test_a_client_by_sentinel_follows_a_failover(everything, asyncio):
    watched = everything.watched()
    sentinels = [("127.0.0.1", sentinel.port) for sentinel in watched.sentinels]
    module = redis.asyncio.sentinel if asyncio else redis.sentinel
    client = module.Sentinel(sentinels).master_for(watched.NAME)
    await works(RedisTransport(client))
    watched.failover()
    await works(RedisTransport(client))
