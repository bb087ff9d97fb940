"""The servers of these tests do what their tests go by: each deed is seen from outside."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

KINDS = ["valkey", "redis-server"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_server_that_answers_is_the_one_that_was_started(stores, kind):
    store = stores(kind)
    assert store.ask("INFO", "server")["process_id"] == store.pid
    assert store.ask("CONFIG", "GET", "dir") in ([b"dir", bytes(store.folder)], {b"dir": bytes(store.folder)})
    store.kill()
    with pytest.raises(redis.ConnectionError, match="refused"):
        store.ask("PING")


def test_another_server_on_its_port_is_found_out(stores):
    store, other = stores(), stores()
    other.port = store.port
    with pytest.raises(AssertionError, match="another server answers"):
        other._answers()


def test_a_server_that_cant_start_says_why(stores):
    with pytest.raises(AssertionError, match=r"(?s)ended with 1:.*no-such-directive"):
        stores(no_such_directive="yes")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_acknowledged_outlives_a_kill_with_an_append_only_file_and_not_without(stores, kind):
    keeps, loses = stores(kind, appendonly="yes", appendfsync="always"), stores(kind)
    for store in (keeps, loses):
        store.ask("SET", "key", "value")
        before = store.pid
        store.restart()
        assert store.pid != before
    assert (keeps.ask("GET", "key"), loses.ask("GET", "key")) == (b"value", None)
    keeps.restart_empty()
    assert keeps.ask("GET", "key") is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_restart_from_an_older_dump_goes_back(stores, kind):
    store = stores(kind)
    store.ask("SET", "key", "older")
    dump = store.dump()
    store.ask("SET", "key", "newer")
    store.restart_from(dump)
    assert store.ask("GET", "key") == b"older"
    store.flushall()
    assert store.ask("GET", "key") is None


def test_a_frozen_server_accepts_and_doesnt_answer(stores):
    store = stores()
    store.freeze()
    began = time.monotonic()
    with store.client(socket_timeout=0.3) as client, pytest.raises(redis.TimeoutError):
        client.ping()
    assert time.monotonic() - began >= 0.25
    store.thaw()
    assert store.ask("PING")


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_server_takes_no_write_and_answers_reads(stores, kind):
    store = stores(kind)
    store.ask("SET", "key", "value")
    store.fill_up()
    with pytest.raises(redis.OutOfMemoryError):
        store.ask("SET", "key", "newer")
    assert store.ask("GET", "key") == b"value"
    store.make_room()
    store.ask("SET", "key", "newer")


def test_a_replica_takes_no_write_until_it_leads(stores):
    primary, replica = stores(password="secret"), stores(password="secret")
    primary.ask("SET", "key", "value")
    replica.follow(primary)
    assert replica.ask("GET", "key") == b"value"
    with pytest.raises(redis.ReadOnlyError):
        replica.ask("SET", "key", "newer")
    replica.lead()
    replica.ask("SET", "key", "newer")


def test_a_changed_password_throws_out_who_came_with_the_former(stores):
    store = stores(password="former")
    with store.client() as client:
        client.ping()
        store.change_password("new")
        with pytest.raises((redis.AuthenticationError, redis.ConnectionError)):
            client.ping()
        with pytest.raises(redis.AuthenticationError):
            client.ping()
    assert store.ask("PING")


def test_a_user_may_do_what_its_rules_say(stores):
    store = stores()
    store.add_user("worker", "secret", "~*", "&*", "+@all", "-info")
    with redis.Redis.from_url(store.url_at(store.port, user="worker", password="secret")) as client:
        client.set("key", "value")
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.info()


def test_everything_ends_with_its_test(program, tmp_path, everything):
    ending = type(everything)(program, lambda: tmp_path / "ending")
    store = ending.store()
    proxy = ending.proxy(store)
    store.freeze()
    ending.end()
    assert store.process.poll() is not None
    assert not is_alive(store.pid)
    for port in (store.port, proxy.port):
        with pytest.raises(redis.ConnectionError), redis.Redis(port=port, retry=None) as client:
            client.ping()


def test_no_server_outlives_its_tests_whatever_ends_them(tmp_path, program):
    script = f"""
import importlib.util, os, signal
spec = importlib.util.spec_from_file_location("stores", {str(Path(__file__).with_name("stores.py"))!r})
stores = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stores)
store = stores.Store({str(program("valkey"))!r}, {str(tmp_path)!r}).start()
store.restart()
print(store.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, timeout=30, check=False)
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while is_alive(int(done.stdout)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def takes(node, key):
    try:
        node.ask("SET", key, "value")
    except redis.exceptions.MovedError:
        return False
    return True


def test_a_cluster_shares_the_slots(lasting_cluster):
    slots = set()
    with lasting_cluster.client() as client:
        for count in range(100):
            client.set(f"key {count}", count)
            slots.add(client.get_node_from_key(f"key {count}").port)
        assert slots == {node.port for node in lasting_cluster.nodes}
    mine = [count for count in range(100) if takes(lasting_cluster.nodes[0], f"key {count}")]
    assert 0 < len(mine) < 100
    lasting_cluster.flushall()
    assert [node.ask("DBSIZE") for node in lasting_cluster.nodes] == [0, 0, 0]


def test_sentinel_makes_the_replica_the_primary(everything):
    watched = everything.watched()
    former = watched.primary
    master = watched.manager().master_for(watched.NAME)
    master.set("key", "value")
    new = watched.failover()
    assert new is not former
    assert master.get("key") == b"value"
    master.set("key", "newer")
    assert new.ask("GET", "key") == b"newer"
    master.close()
