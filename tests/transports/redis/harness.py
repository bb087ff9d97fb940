"""How the contract's checks reach a store of Redis, and do to it what happens to stores."""

from __future__ import annotations

import anyio.to_thread
from redis.cluster import ClusterNode, RedisCluster
from redis.sentinel import Sentinel

from progresskit.testing import TransportHarness
from progresskit.transports.redis import RedisTransport


class RedisHarness(TransportHarness):
    """A server behind a proxy, reached by its URL."""

    def __init__(self, store, proxies, *, patience_s=5.0):
        self._store = store
        self._proxies = proxies
        self._dump = None
        self.patience_s = patience_s

    async def open(self):
        if self._dump is None:
            self._dump = await anyio.to_thread.run_sync(self._store.dump)
        return await anyio.to_thread.run_sync(self._connect)

    def _connect(self):
        [proxy] = self._proxies
        return patient(RedisTransport(self._store.url_at(proxy.port)))

    async def wipe(self):
        await anyio.to_thread.run_sync(self._store.flushall)

    async def rewind(self):
        await anyio.to_thread.run_sync(self._store.restart_from, self._dump)

    async def cut(self):
        for proxy in self._proxies:
            proxy.refuse()

    async def mend(self):
        for proxy in self._proxies:
            proxy.mend()

    async def elapse(self, seconds):
        """Put all that the store has noted so far back by so many seconds: to it, they have passed."""
        await anyio.to_thread.run_sync(self._grow_old, seconds)

    def _grow_old(self, seconds):
        for node in self._nodes():
            grow_old(node, seconds)

    def _nodes(self):
        return [self._store]


class ClusterHarness(RedisHarness):
    """A cluster behind proxies, reached by a client of the user's."""

    def _connect(self):
        nodes = [ClusterNode("127.0.0.1", proxy.port) for proxy in self._proxies]
        with RedisCluster(startup_nodes=nodes) as client:
            return RedisTransport(client)

    def _nodes(self):
        return self._store.nodes


class SentinelHarness(RedisHarness):
    """A primary behind a proxy, watched by a Sentinel and reached by a client that asks it."""

    def __init__(self, watched, proxies, **options):
        super().__init__(watched.primary, proxies, **options)
        self._watched = watched

    def _connect(self):
        manager = Sentinel([("127.0.0.1", sentinel.port) for sentinel in self._watched.sentinels])
        with manager.master_for(self._watched.NAME) as client:
            return patient(RedisTransport(client))


def patient(transport):
    """Let a transport wait for longer than a quarter of a second: the machine may be busy with other things."""
    transport._server.timeout_s = 5.0
    return transport


def grow_old(store, seconds, namespace="progresskit"):
    """Put what a server has noted so far back by so many seconds; its keys' TTL stays."""
    with store.client() as client:
        for meta in client.scan_iter(f"{namespace}:{{*}}:meta", 1_000):
            prefix = meta.removesuffix(b"meta")
            keys = [prefix + name for name in (b"tasks", b"due", b"seen")]
            client.eval(_GROW_OLD, len(keys), *keys, round(seconds * 1000))


_GROW_OLD = """
local tasks, due, seen = unpack(KEYS)
local found = redis.call('HGETALL', tasks)
for at = 1, #found, 2 do
  local record = cmsgpack.unpack(found[at + 1])
  for sender, ends in pairs(record.leases) do
    record.leases[sender] = ends - ARGV[1]
  end
  redis.call('HSET', tasks, found[at], cmsgpack.pack(record))
end
for _, key in ipairs({due, seen}) do
  for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    redis.call('ZINCRBY', key, -ARGV[1], member)
  end
end
"""
