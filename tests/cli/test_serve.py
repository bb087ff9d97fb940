"""``progresskit serve``: a gateway in a process of its own, as users start and stop it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from progresskit.events import ProgressEvent, encode_event

pytestmark = pytest.mark.needs("typer", "rich", "uvicorn", "websockets")

SECRET = "a-token-that-nobody-may-see"
ipv6 = pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
posix = pytest.mark.skipif(os.name != "posix", reason="signals and mode bits are POSIX's")


@pytest.fixture
def token_file(tmp_path):
    file = tmp_path / "token.txt"
    file.write_text(SECRET + "\n", encoding="ascii")
    file.chmod(0o600)
    return file


def ask(port, path="/health", *, host=None, token=None):
    """Return the status and the body that a GET is answered with; the server may still be starting."""
    headers = {"Host": host or f"127.0.0.1:{port}"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def open_socket(port, path="/projects/p/stream", *, subprotocols=None):
    from websockets.sync.client import connect  # noqa: PLC0415 - known to be there once a test runs

    return connect(f"ws://127.0.0.1:{port}{path}", subprotocols=subprotocols, open_timeout=20, compression=None)


def last_words(stream):
    """Return what comes on a socket until it is closed."""
    from websockets.exceptions import ConnectionClosedError  # noqa: PLC0415 - as above

    frames = []
    with contextlib.suppress(ConnectionClosedError):
        frames.extend(map(json.loads, stream))
    return frames


def bearer(token):
    return "bearer." + base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


# --- what is served -----------------------------------------------------------------------------------------------


def test_it_says_what_is_where_and_that_is_so(served):
    command, port = served()
    said = [command.until_said(word) for word in ("page", "WebSocket", "server-sent", "publishers", "health")]
    assert f"http://127.0.0.1:{port}/projects/{{project_id}}/view" in said[0]
    assert ask(port) == (200, b'{"status":"ok"}')
    assert ask(port, "/projects/p/view")[0] == 200
    status, body = ask(port, "/projects/p")
    assert (status, json.loads(body)["tasks"]) == (200, [])
    with open_socket(port) as stream:
        assert json.loads(stream.recv(timeout=20))["type"] == "snapshot"


def test_with_neither_a_token_nor_leave_it_serves_the_names_of_this_machine_alone(served):
    _, port = served()
    answers = {host: ask(port, host=host)[0] for host in ("127.0.0.1", "localhost", "evil.example", "127.0.0.1.evil")}
    assert answers == {"127.0.0.1": 200, "localhost": 200, "evil.example": 400, "127.0.0.1.evil": 400}


def test_the_name_that_it_was_told_to_listen_on_is_one_of_them(served):
    _, port = served("--host", "127.1")  # another way to write 127.0.0.1; likewise 127.0.0.2, or a name of /etc/hosts
    answers = {host: ask(port, host=host)[0] for host in ("127.1", "127.0.0.1", "evil.example")}
    assert answers == {"127.1": 200, "127.0.0.1": 200, "evil.example": 400}


def test_whom_it_was_told_to_let_in_may_call_it_by_any_name(served):
    _, port = served("--allow-anonymous", PROGRESSKIT_TOKEN=SECRET)
    assert ask(port, "/projects/p", host="progress.example")[0] == 200


@pytest.mark.parametrize("where", ["file", "variable"])
def test_with_a_token_only_its_bearers_get_anything(served, token_file, where):
    way_in = {"PROGRESSKIT_TOKEN": SECRET} if where == "variable" else {}
    command, port = served(*(("--token-file", token_file) if where == "file" else ()), **way_in)
    assert "whoever has the token" in command.said
    for path in ("/projects/p", "/projects/p/connections", "/connections"):
        assert ask(port, path)[0] == 401
        assert ask(port, path, token="wrong")[0] == 401
        assert ask(port, path, token=SECRET[:-1] + "é")[0] == 401
        assert ask(port, path, token=SECRET)[0] == 200
    assert ask(port)[0] == 200
    assert ask(port, "/projects/p/view")[0] == 200
    with open_socket(port, subprotocols=["progresskit.v1", bearer(SECRET)]) as stream:
        assert json.loads(stream.recv(timeout=20))["actions"]
    with open_socket(port, subprotocols=["progresskit.v1", bearer("wrong")]) as stream:
        assert last_words(stream) == []
        assert stream.close_code == 4401


def test_more_people_than_one_principal_may_be_share_a_token(served, token_file):
    _, port = served("--token-file", token_file)
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            stream = stack.enter_context(open_socket(port, subprotocols=["progresskit.v1", bearer(SECRET)]))
            assert json.loads(stream.recv(timeout=20))["type"] == "snapshot"


def test_a_file_counts_before_the_variable(served, token_file):
    _, port = served("--token-file", token_file, PROGRESSKIT_TOKEN="another")
    assert ask(port, "/projects/p", token=SECRET)[0] == 200
    assert ask(port, "/projects/p", token="another")[0] == 401


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="what others see of a process is read from /proc")
def test_the_token_is_neither_said_nor_logged_nor_seen_from_outside(served, token_file):
    command, port = served("--token-file", token_file)
    ask(port, "/projects/p", token=SECRET)
    ask(port, f"/projects/%20/{SECRET}", token="x" * 100)
    with open_socket(port, subprotocols=["progresskit.v1", bearer(SECRET)]) as stream:
        stream.recv(timeout=20)
    seen = b"".join(Path(f"/proc/{command.process.pid}/{file}").read_bytes() for file in ("cmdline", "comm", "environ"))
    command.interrupt()
    command.ended()
    assert SECRET.encode() not in seen + command.said.encode() + command.printed


# --- what it refuses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", pytest.param("::", marks=ipv6)])
def test_beyond_this_machine_it_does_not_start_without_a_word_on_access(refused, host):
    said = refused("serve", "--host", host, "--port", "0")
    assert "--allow-anonymous" in said
    assert "--token-file" in said


def test_beyond_this_machine_it_starts_with_a_token_or_when_told_to(served, token_file):
    _, port = served("--host", "0.0.0.0", "--token-file", token_file)
    assert ask(port, "/projects/p")[0] == 401
    _, port = served("--host", "0.0.0.0", "--allow-anonymous")
    assert ask(port, "/projects/p")[0] == 200


@pytest.mark.parametrize(
    ("options", "environment", "says"),
    [
        (["--token-file", "empty.txt"], {}, "empty.txt is empty"),
        (["--token-file", "blank.txt"], {}, "blank.txt is empty"),
        (["--token-file", "two.txt"], {}, "more than one word"),
        (["--token-file", "huge.txt"], {}, "more than 4 KiB"),
        (["--token-file", "missing.txt"], {}, "can't be read"),
        (["--token-file", "."], {}, "can't be read"),
        (["--token-file", "two.txt", "--allow-anonymous"], {}, "not both"),
        ([], {"PROGRESSKIT_TOKEN": ""}, "$PROGRESSKIT_TOKEN is empty"),
        (["--url", "ftp://user:hush@h"], {}, "no transport for a URL with the scheme 'ftp'"),
        ([], {"PROGRESSKIT_URL": "nonsense-hush"}, "no scheme"),
        (["--port", "70000"], {}, "65535"),
    ],
)
def test_what_can_not_be_is_one_sentence_and_exit_2(refused, tmp_path, options, environment, says):
    for name, text in {"empty": "", "blank": " \n", "two": "hush hush", "huge": "x" * 5_000}.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="ascii")
        (tmp_path / f"{name}.txt").chmod(0o600)
    said = refused("serve", "--port", "0", *options, **environment)
    assert says in said
    assert "hush" not in said


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("no-such-host.invalid", "no-such-host.invalid"),
        ("no..host", "no..host"),
        ("\x1b[31m", r"\x1b[31m"),
    ],
)
def test_where_it_can_not_listen_is_one_sentence_and_exit_1(start, host, shown):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = start("serve", "--host", host, "--port", port)
        assert command.ended() == 1
    assert f"can't listen on {shown}:{port}: " in command.said
    assert len(command.said.splitlines()) == 1


@posix
def test_a_token_that_every_user_can_read_is_complained_about(served, token_file):
    command, _ = served("--token-file", token_file)
    assert "warning" not in command.said
    token_file.chmod(0o644)
    command, _ = served("--token-file", token_file)
    assert "every user of this machine can read" in command.said
    assert SECRET not in command.said


# --- how it ends --------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_when_asked_with_a_goodbye_and_leaves_nothing(served, start, number, code):
    command, port = served()
    events = socket.create_connection(("127.0.0.1", port), timeout=20)
    with events, open_socket(port) as stream:
        events.sendall(f"GET /projects/p/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert events.recv(16).split()[1] == b"200"
        stream.recv(timeout=20)
        began = time.monotonic()
        os.killpg(command.process.pid, number)
        assert command.ended() == code
        assert time.monotonic() - began < 5
        assert last_words(stream)[-1]["type"] == "closing"
        assert stream.close_code == 1012
    again = start("serve", "--port", port)  # a port that was closed a moment ago can be had at once
    again.until_said("Serving")


@posix
def test_clients_that_read_nothing_hold_up_no_end(served):
    command, port = served()
    with contextlib.ExitStack() as stack:
        for path in ("/projects/p/events", "/projects/p/view", "/health"):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n".encode())  # never finished
        for _ in range(3):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        began = time.monotonic()
        command.process.terminate()
        assert command.ended() == 0
        assert time.monotonic() - began < 5


@posix
def test_it_can_be_interrupted_before_it_has_begun(start):
    command = start("serve", "--port", "0")
    command.until_said("Serving")
    command.interrupt()
    assert command.ended() == 130


# --- for a minute -------------------------------------------------------------------------------------------------


def post(port, count):
    """Publish a large event."""
    event = ProgressEvent(
        project_id="p", task_name="t", run_id="r", message=str(count), metadata={"filler": "x" * 30_000}
    )
    body = b'{"events":[%s]}' % encode_event(event)
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("POST", "/projects/p/events", body, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 200


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT and /proc are Linux's")
def test_whoever_reads_or_says_nothing_gives_back_his_descriptor_within_a_minute(served):
    """The short form, with its control, is in test_serving.py."""
    command, port = served()
    descriptors = Path(f"/proc/{command.process.pid}/fd")
    upgrade = (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    asks = [
        "",
        "GET /health HTTP/1.1\r\n",
        f"GET /projects/p/events HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        f"GET /projects/p/stream HTTP/1.1\r\nHost: localhost:{port}\r\n{upgrade}\r\n",
    ]
    with open_socket(port) as reader, contextlib.ExitStack() as stack:
        reader.recv(timeout=20)
        before = len(list(descriptors.iterdir()))
        for words in asks * 5:
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.connect(("127.0.0.1", port))
            client.sendall(words.encode())
        wait_until(lambda: len(list(descriptors.iterdir())) >= before + 20, "they are in")
        began = time.monotonic()
        for count in range(20):
            post(port, count)
        wait_until(lambda: len(list(descriptors.iterdir())) <= before, "they are out", within_s=60)
        assert time.monotonic() - began > 10, "not for another reason"
        while json.loads(reader.recv(timeout=20)).get("message") != "19":
            pass  # who reads is served on


def wait_until(condition, what, *, within_s=20.0):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
