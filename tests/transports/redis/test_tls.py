"""A connection for which TLS was asked stays one, wherever it leads: a password never goes out in the clear."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest
import redis.sentinel

from progresskit.transports.redis.connecting import cluster_of, server_from

TLS, PLAIN = b"\x16", b"*"  # how a handshake of TLS begins, and how a command does


@pytest.fixture
def listener():
    """Give a port, and what each connection to it said first."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def listen():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(5)
                        heard.append(connection.recv(1))

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(("scheme", "first"), [("rediss", TLS), ("redis", PLAIN)])
def test_a_server_that_turns_out_to_be_a_node_of_a_cluster(listener, scheme, first):
    port, heard = listener
    server = server_from(f"{scheme}://:secret@127.0.0.1:{port}/0?timeout_s=5")
    with contextlib.suppress(redis.RedisError, redis.exceptions.RedisClusterException):
        cluster_of(server, server.client()).client()
    assert set(heard) == {first}


@pytest.mark.parametrize(("tls", "first"), [(True, TLS), (False, PLAIN)])
def test_sentinels_that_are_asked(listener, tls, first):
    port, heard = listener
    settings = {"ssl": tls, "password": "secret"}
    client = redis.sentinel.Sentinel([("127.0.0.1", port)], sentinel_kwargs=settings).master_for("mine")
    with contextlib.suppress(redis.RedisError):
        server_from(client).client().ping()
    assert set(heard) == {first}
