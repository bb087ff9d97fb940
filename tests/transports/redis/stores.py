"""Real servers for the tests: single ones, a cluster of three, and a primary watched by Sentinel.

Each is a process that was started here, listens on 127.0.0.1 only, keeps its data in a folder of its own, and is
asked whether it is the one before anybody uses it.
"""

from __future__ import annotations

import atexit
import functools
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

START_S = 10.0
_SLOTS = 16_384


def free_port():
    """Return a port that nobody uses, and that the system gives to nobody who connects.

    Of the ports that outgoing connections take their own from, one that a killed server left could end up as
    the other end of a client that tries to reach it: connected to itself.
    """
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def wait_until(holds, what, *, within_s=START_S, pause_s=0.02):
    """Wait until a condition holds, and return what it returned; errors of the connection count as not yet."""
    deadline = time.monotonic() + within_s
    seen = None
    while time.monotonic() < deadline:
        try:
            seen = holds()
        except redis.RedisError as error:
            seen = error
        else:
            if seen:
                return seen
        time.sleep(pause_s)
    msg = f"{what} within {within_s:g} s: {seen!r}"
    raise AssertionError(msg)


_GUARD = """
import os, signal, sys
pids = set()
for line in sys.stdin:
    (pids.add if line[0] == "+" else pids.discard)(abs(int(line)))
for pid in pids:
    os.kill(pid, signal.SIGKILL)
"""


@functools.cache
def _guard():
    """Start what kills our servers when this process is gone without having done so."""
    command = [sys.executable, "-S", "-E", "-c", _GUARD]
    guard = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, bufsize=1, start_new_session=True)
    atexit.register(guard.communicate)
    return guard


def _tell_guard(sign, pid):
    _guard().stdin.write(f"{sign}{pid}\n")


class Store:
    """One server: a process, its port, its folder.

    Args:
        program: The server's binary.
        folder: Where its data, its log and its dumps stand.
        password: What clients have to say; None = nothing.
        settings: Directives of its configuration, with underscores for hyphens.
    """

    def __init__(self, program, folder, *, password=None, **settings):
        self.program = str(program)
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.password = password
        self.settings = {"save": "", "appendonly": "no", "repl_diskless_sync_delay": 0} | settings
        if password is not None:
            self.settings["requirepass"] = password
        self.process = None
        self._dumps = 0

    # --- running ---

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        """Start the process, and wait until it answers and has loaded its data."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        _tell_guard("+", self.pid)
        wait_until(self._answers, f"{self.program} on port {self.port} answers")
        return self

    def _command(self):
        given = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "daemonize": "no"} | self.settings
        command = [self.program]
        for name, value in given.items():
            command += [f"--{name.replace('_', '-')}", str(value)]
        return command

    def _answers(self):
        code = self.process.poll()
        if code is not None:
            log = (self.folder / "log").read_text(errors="replace")[-2_000:]
            msg = f"{self.program} ended with {code}:\n{log}"
            raise AssertionError(msg)
        with self.client() as client:
            info = client.info()  # answered while it is loading, too
        if info["process_id"] != self.pid:
            msg = f"another server answers on port {self.port}: pid {info['process_id']}, not {self.pid}"
            raise AssertionError(msg)
        return info.get("loading", 0) == 0

    def kill(self):
        """End the process by SIGKILL; what it had not written is lost."""
        if self.process is not None:
            self.process.kill()
            self._ended()

    def terminate(self):
        """End the process by SIGTERM, in good order."""
        self.process.terminate()
        self._ended()

    def _ended(self):
        self.process.wait(START_S)
        _tell_guard("-", self.pid)

    def freeze(self):
        """Stop the process by SIGSTOP: its kernel goes on to accept connections and bytes, it does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        """Let it go on by SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def restart(self):
        """Kill the process and start it again over what it has written."""
        self.kill()
        return self.start()

    def restart_empty(self):
        """Kill the process and start it again without its data."""
        self.kill()
        self._clear()
        return self.start()

    def dump(self):
        """Write a dump of the data as they are now, and return its path."""
        self._dumps += 1
        with self.client(socket_timeout=START_S) as client:
            client.save()
        return Path(shutil.copy(self.folder / "dump.rdb", self.folder / f"older-{self._dumps}"))

    def restart_from(self, dump):
        """Kill the process and start it again over an older dump."""
        if self.settings["appendonly"] == "yes":
            msg = "a server that has an append-only file doesn't look at dumps"
            raise ValueError(msg)
        self.kill()
        self._clear()
        shutil.copy(dump, self.folder / "dump.rdb")
        return self.start()

    def _clear(self):
        (self.folder / "dump.rdb").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)

    # --- speaking to it ---

    @property
    def url(self):
        return self.url_at(self.port)

    def url_at(self, port, *, user="", password=None):
        """Return its URL, by way of another port (a proxy's)."""
        password = self.password if password is None else password
        who = f"{user}:{password}@" if password is not None else ""
        return f"redis://{who}127.0.0.1:{port}/0"

    def client(self, **options):
        """Return a client of it; whoever calls this closes it, by ``with``."""
        limits = {"socket_timeout": 2, "socket_connect_timeout": 2, "retry": Retry(NoBackoff(), 0)}
        return redis.Redis(port=self.port, **({"password": self.password} | limits | options))

    def ask(self, *command):
        """Send one command, and return the answer."""
        with self.client() as client:
            return client.execute_command(*command)

    def flushall(self):
        self.ask("FLUSHALL")

    # --- what befalls it ---

    def fill_up(self):
        """Let it have no memory left: it takes no write any more."""
        self.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
        self.ask("CONFIG", "SET", "maxmemory", "1")

    def make_room(self):
        self.ask("CONFIG", "SET", "maxmemory", "0")

    def follow(self, primary):
        """Make it a replica, which takes no write, and wait until it has what its primary has."""
        if primary.password is not None:
            self.ask("CONFIG", "SET", "masterauth", primary.password)
        self.ask("REPLICAOF", "127.0.0.1", str(primary.port))
        wait_until(self._follows, "a replica has come to its primary")

    def _follows(self):
        with self.client() as client:
            return client.info("replication")["master_link_status"] == "up"

    def lead(self):
        """Make a replica a primary."""
        self.ask("REPLICAOF", "NO", "ONE")

    def change_password(self, password):
        """Let it ask for another password, and throw everybody out who came with the former one."""
        with closing(self.client()) as client:
            client.execute_command("CONFIG", "SET", "requirepass", password)
            self.password = password or None
            for kind in ("normal", "pubsub"):
                client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")

    def add_user(self, name, password, *rules):
        """Add a user who may do what the rules of ACL SETUSER say."""
        self.ask("ACL", "SETUSER", name, "reset", "on", f">{password}", *rules)


class Cluster:
    """Three primaries that share the slots.

    Args:
        program: The server's binary.
        folder: Where their folders stand.
        at: Ports under which the nodes are known to clients (proxies'), in order; None = their own.
    """

    def __init__(self, program, folder, *, make_proxy=None):
        self.nodes = []
        for number in range(3):
            settings = {"cluster_enabled": "yes", "cluster_port": free_port(), "cluster_node_timeout": 2_000}
            node = Store(program, Path(folder) / f"node-{number}", **settings)
            if make_proxy is not None:
                node.settings["cluster_announce_ip"] = "127.0.0.1"
                node.settings["cluster_announce_port"] = make_proxy(node).port
                node.settings["cluster_announce_bus_port"] = settings["cluster_port"]
            self.nodes.append(node)

    def start(self):
        """Start the nodes, and wait until all of them say that the cluster is whole."""
        for node in self.nodes:
            node.start()
        ends = [_SLOTS * number // len(self.nodes) for number in range(len(self.nodes) + 1)]
        first = self.nodes[0]
        for node, begin, end in zip(self.nodes, ends, ends[1:], strict=False):
            node.ask("CLUSTER", "ADDSLOTSRANGE", str(begin), str(end - 1))
            if node is not first:
                node.ask("CLUSTER", "MEET", "127.0.0.1", str(first.port), str(first.settings["cluster_port"]))
        self.wait_until_whole()
        return self

    def wait_until_whole(self):
        wait_until(lambda: all(map(self._is_whole, self.nodes)), "the cluster is whole", within_s=30, pause_s=0.1)

    def _is_whole(self, node):
        with node.client(decode_responses=True) as client:
            info = client.cluster("INFO")
        return info["cluster_state"] == "ok" and info["cluster_known_nodes"] == str(len(self.nodes))

    def kill(self):
        for node in self.nodes:
            node.kill()

    def dump(self):
        return [node.dump() for node in self.nodes]

    def restart_from(self, dumps):
        """Restart every node over an older dump, and wait until the cluster is whole again."""
        for node, dump in zip(self.nodes, dumps, strict=True):
            node.restart_from(dump)
        self.wait_until_whole()

    def flushall(self):
        for node in self.nodes:
            node.flushall()

    def client(self):
        """Return a client of the cluster; whoever calls this closes it."""
        nodes = [redis.cluster.ClusterNode("127.0.0.1", node.port) for node in self.nodes]
        return redis.RedisCluster(startup_nodes=nodes)


class Watched:
    """A primary and its replicas, watched by Sentinels.

    Args:
        program: The server's binary; it is the Sentinels' too.
        folder: Where their folders stand.
        replicas: How many replicas.
        down_after_ms: Milliseconds without an answer after which the primary counts as down.
        make_proxy: Makes a proxy of the primary, under whose port it is watched; None = its own port.
    """

    NAME = "tasks"

    def __init__(self, program, folder, *, replicas=1, sentinels=1, down_after_ms=500, make_proxy=None):
        folder = Path(folder)
        self.primary = Store(program, folder / "primary")
        self.replicas = [Store(program, folder / f"replica-{number}") for number in range(replicas)]
        self.sentinels = [_Sentinel(program, folder / f"sentinel-{number}") for number in range(sentinels)]
        self._down_after_ms = down_after_ms
        self._make_proxy = make_proxy

    def start(self):
        self.primary.start()
        for replica in self.replicas:
            replica.start().follow(self.primary)
        port = self.primary.port if self._make_proxy is None else self._make_proxy(self.primary).port
        for sentinel in self.sentinels:
            sentinel.watch(self.NAME, port, self._down_after_ms)
            sentinel.start()
        wait_until(self._is_complete, "every Sentinel knows primary and replicas")
        return self

    def _is_complete(self):
        for sentinel in self.sentinels:
            with sentinel.client() as client:
                watched = client.sentinel_master(self.NAME)
            if watched["num-slaves"] < len(self.replicas):
                return False
        return True

    def kill(self):
        for store in (*self.sentinels, self.primary, *self.replicas):
            store.kill()

    def manager(self):
        """Return redis-py's Sentinel object, whose ``master_for(NAME)`` gives a client."""
        return redis.sentinel.Sentinel([("127.0.0.1", sentinel.port) for sentinel in self.sentinels])

    def failover(self):
        """Kill the primary, and wait until the Sentinels have made a replica the primary; return that."""
        former = self.primary
        former.kill()
        port = wait_until(lambda: self._port_other_than(former), "a replica is made the primary", within_s=30)
        self.primary = next(replica for replica in self.replicas if replica.port == port)
        self.replicas = [store for store in (former, *self.replicas) if store is not self.primary]
        wait_until(lambda: self.primary.ask("ROLE")[0] in (b"master", "master"), "it knows that it is", within_s=30)
        return self.primary

    def _port_other_than(self, former):
        with self.sentinels[0].client() as client:
            watched = client.sentinel_master(self.NAME)  # which redis-py goes by
        return watched["port"] if watched["port"] != former.port and watched["flags"] == "master" else None


class _Sentinel(Store):
    def watch(self, name, port, down_after_ms):
        lines = [
            f"port {self.port}",
            "bind 127.0.0.1",
            f"dir {self.folder}",
            f"sentinel monitor {name} 127.0.0.1 {port} 1",
            f"sentinel down-after-milliseconds {name} {down_after_ms}",
            f"sentinel failover-timeout {name} 3000",
        ]
        (self.folder / "sentinel.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _command(self):
        return [self.program, str(self.folder / "sentinel.conf"), "--sentinel"]
