"""Whatever client is given, and whatever its settings, the transport speaks to its server in its own way."""

import anyio
import anyio.to_thread
import pytest
import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.asyncio.sentinel
from redis.cluster import ClusterNode

from progresskit.errors import TransportError
from progresskit.events import ProgressEvent
from progresskit.state import Snapshot
from progresskit.subscription import subscribe
from progresskit.transports import Batch, transport_from_url
from progresskit.transports.redis import RedisTransport


async def works(transport, projects=("a", "b", "c", "d", "e")):
    """Publish and follow in projects whose slots are of different nodes."""
    with anyio.fail_after(20):
        for project in projects:
            async with subscribe(transport, project) as items:
                heard = await anext(items)
                while isinstance(heard, Snapshot):  # where the link took its time to open, there is a second one
                    offset = heard.cursor.offset + 1
                    event = ProgressEvent(project_id=project, task_name="t", run_id="r", progress=0.5, message="é")
                    receipt = transport.publish(Batch(project, "sender", offset, (event,)))
                    assert receipt.cursor.offset == offset
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


class FailsOnce(redis.CredentialProvider):
    """Knows the password, but not the first time it is asked."""

    def __init__(self):
        self.asked = 0

    def get_credentials(self):
        self.asked += 1
        if self.asked == 1:
            msg = "no vault"
            raise RuntimeError(msg)
        return ("worker", "secret")


@pytest.mark.parametrize("call", ["publish", "read", "cancel"])
async def test_a_provider_that_fails_leaves_no_connection_without_user_and_database(stores, call):
    """Control: a client of redis-py, whose next command goes to database 0."""
    store = stores()
    store.add_user("worker", "secret", "~*", "&*", "+@all")
    provided = {"port": store.port, "db": 4, "credential_provider": FailsOnce()}
    transport = RedisTransport(redis.Redis(**provided))
    batch = Batch("p", "sender", 1, (ProgressEvent(project_id="p", task_name="t", run_id="r", progress=0.5),))
    calls = {
        "publish": lambda: anyio.to_thread.run_sync(transport.publish, batch),
        "read": lambda: transport.read("p"),
        "cancel": lambda: transport.cancel("p", "t"),
    }
    with pytest.raises(TransportError, match="can't be asked: RuntimeError") as failure:
        await calls[call]()
    assert failure.value.retryable
    await works(transport, ["p"])
    assert store.client(db=0).keys() == []
    assert store.client(db=4).keys()

    control = redis.Redis(**{**provided, "credential_provider": FailsOnce()})
    with pytest.raises(RuntimeError):
        control.ping()
    control.set("astray", 1)
    assert store.client(db=0).keys() == [b"astray"]


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
