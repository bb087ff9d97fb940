"""Nothing newer than Redis 6.2 is asked of a server: not by us, not by redis-py's handshake, not by the scripts.

What clients send is recorded by the proxy, byte by byte; what scripts call is told by MONITOR. When a command and
each of its options came is known to the server itself: COMMAND DOCS.
"""

import re
import threading

import anyio
import pytest
import redis
from redis.cluster import ClusterNode

from progresskit import Publisher
from progresskit.subscription import subscribe, wait
from progresskit.transports.redis import RedisTransport

OLDEST = (6, 2)


class Docs:
    """When each command of a server came, and each of its options."""

    def __init__(self, store):
        with store.client(protocol=2) as client:
            client.set_response_callback("COMMAND", lambda answer, **_options: answer)
            self._commands = {name.upper(): entry for name, entry in pairs(client.execute_command("COMMAND", "DOCS"))}

    def newer(self, command):
        """Return what of a command is newer than the oldest server that we support."""
        words = [text(word) for word in command]
        entry = dict(pairs(self._commands[words[0].upper()]))
        name, rest = words[0].upper(), words[1:]
        if "subcommands" in entry and rest:
            name = f"{words[0]}|{words[1]}".upper()
            known = {one.upper(): inner for one, inner in pairs(entry["subcommands"])}
            entry, rest = dict(pairs(known[name])), words[2:]
        found = [name] if is_newer(entry) else []
        given = {word.upper() for word in rest}
        found += [f"{name} {token}" for token in self._new_tokens(entry.get("arguments", [])) if token in given]
        return found

    def _new_tokens(self, arguments, *, newer=False):
        for argument in arguments:
            fields = dict(pairs(argument))
            new = newer or is_newer(fields)
            if new and fields.get("token"):
                yield text(fields["token"]).upper()
            yield from self._new_tokens(fields.get("arguments", []), newer=new)


def pairs(answer):
    """Return an answer's keys and values, whichever form the client gives it."""
    if isinstance(answer, dict):
        return [(text(key), value) for key, value in answer.items()]
    return [(text(key), value) for key, value in zip(answer[::2], answer[1::2], strict=True)]


def text(value):
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def is_newer(fields):
    since = fields.get("since")
    return since is not None and tuple(int(part) for part in text(since).split(".")[:2]) > OLDEST


def commands_in(data):
    """Return the commands that a client has sent."""
    commands, at = [], 0

    def line():
        nonlocal at
        end = data.index(b"\r\n", at)
        found, at = data[at:end], end + 2
        return found

    while at < len(data):
        count = line()
        assert count[:1] == b"*", count
        command = []
        for _ in range(int(count[1:])):
            size = int(line()[1:])
            command.append(data[at : at + size])
            at += size + 2
        commands.append(command)
    return commands


class Monitor:
    """What a server is asked, by clients and scripts, as it tells it."""

    def __init__(self, store):
        self._client = store.client(socket_timeout=None)
        self.lines = []
        self._end = f"the end of monitoring {store.port}"
        self._store = store
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _listen(self):
        with self._client.monitor() as monitor:
            self._ready.set()
            for told in monitor.listen():
                if self._end in told["command"]:
                    return
                self.lines.append(told)

    def end(self):
        """Return the commands that scripts have called."""
        self._store.ask("ECHO", self._end)
        self._thread.join(10)
        self._client.close()
        return [words(told["command"]) for told in self.lines if told["client_type"] == "lua"]


def words(command):
    """Split a command as MONITOR tells it, without its quotes; redis-py gives it partly unescaped."""
    return [word.strip('"') for word in re.split(r'(?<=[^\\])" "|^"|"$| ', command) if word]


@pytest.fixture
async def spoken(stores, proxies):
    """Return ``spoken(connect)``: have a transport do all that it can, and return what the server was asked."""
    store = stores("redis-server")
    proxy = proxies(store)
    proxy.record()

    async def speak(connect):
        monitor = Monitor(store)
        transport = connect(proxy)
        async with subscribe(transport, "p") as items:
            await anext(items)
            publisher = Publisher(transport)
            with publisher.task("p", "t") as task:
                task.progress(0.5, "half")
                assert await task.aflush(5)
                assert await transport.cancel("p", "t")
                await anext(items)
            publisher.current("p", "parts").progress(0.1)
            for count in range(3):  # more than one run, so that the first one's traces are removed
                with publisher.task("p", "again", run_id=f"r{count}") as task:
                    task.progress(0.1)
            assert publisher.flush(5)
            publisher.close()
            await wait(transport, "p", "t", timeout_s=5)
        transport.close()
        await transport.aclose()
        called = monitor.end()
        sent = [command for said in proxy.said for command in commands_in(b"".join(said))]
        return store, sent, called

    return speak


def by_url(proxy):
    return RedisTransport(f"redis://127.0.0.1:{proxy.port}/0")


def by_client(proxy):
    return RedisTransport(redis.Redis(port=proxy.port, protocol=3, client_name="mine"))


@pytest.mark.parametrize("connect", [by_url, by_client])
async def test_nothing_newer_than_6_2_is_asked(spoken, connect):
    store, sent, called = await spoken(connect)
    docs = Docs(store)
    names = {text(command[0]).upper() for command in sent}
    assert {"EVALSHA", "SUBSCRIBE"} <= names, "control: it was recorded"
    assert "PSUBSCRIBE" not in names
    assert {command[0].upper() for command in called} >= {"HSET", "ZADD", "PUBLISH", "PEXPIRE"}, "control: as above"
    newer = {found for command in (*sent, *called) for found in docs.newer(command)}
    assert not newer
    if connect is by_client:
        assert [b"CLIENT", b"SETNAME", b"mine"] in sent, "what the user chose is kept"


async def test_in_a_cluster_nothing_newer_than_6_2_is_asked(stores, proxied_cluster):
    _cluster, proxies = proxied_cluster
    with redis.RedisCluster(startup_nodes=[ClusterNode("127.0.0.1", proxies[0].port)], protocol=3) as given:
        transport = RedisTransport(given)
    for proxy in proxies:
        proxy.record()
    with anyio.fail_after(20):
        async with subscribe(transport, "p") as items:
            await anext(items)
            with Publisher(transport) as publisher, publisher.task("p", "t"):
                await anext(items)
    transport.close()
    await transport.aclose()
    sent = [command for proxy in proxies for said in proxy.said for command in commands_in(b"".join(said))]
    names = {text(command[0]).upper() for command in sent}
    assert {"EVALSHA", "SUBSCRIBE", "CLUSTER"} <= names, "control: it was recorded"
    docs = Docs(stores("redis-server"))
    assert not {found for command in sent for found in docs.newer(command)}


async def test_what_is_newer_is_found(stores):
    """Control."""
    docs = Docs(stores("redis-server"))
    assert docs.newer(["PEXPIRE", "key", "1000", "nx"]) == ["PEXPIRE NX"]
    assert docs.newer(["PEXPIRE", "key", "1000"]) == []
    assert docs.newer([b"FUNCTION", b"LIST"]) == ["FUNCTION|LIST"]
    assert docs.newer(["ZADD", "key", "GT", "1", "member"]) == []


async def test_redis_py_by_itself_asks_for_something_newer(stores, proxies):
    """Control: without what connecting.py does, its handshake does."""
    store = stores()
    proxy = proxies(store)
    proxy.record()
    with redis.Redis(port=proxy.port) as client:
        client.ping()
    sent = commands_in(b"".join(proxy.said[0]))
    assert any(command[:2] == [b"CLIENT", b"SETINFO"] for command in sent), sent
    assert Docs(store).newer([b"CLIENT", b"SETINFO", b"LIB-NAME", b"x"]) == ["CLIENT|SETINFO"]
