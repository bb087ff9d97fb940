"""Forks and the end of a process: nothing is sent twice, and what was said is sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

from progresskit import MemoryTransport, Publisher

# A transport that other processes can read: each batch is a line in a file.
PRELUDE = """
import os, sys, time
from progresskit import MemoryTransport, Publisher
from progresskit.events import encode_event

class FileTransport(MemoryTransport):
    delay_s = 0.0

    def publish(self, batch):
        time.sleep(self.delay_s)
        with open(sys.argv[1], "ab", buffering=0) as file:
            for event in batch.events:
                file.write(encode_event(event) + b"\\n")
        return super().publish(batch)

transport = FileTransport()
publisher = Publisher(transport)
"""


@pytest.fixture
def run(tmp_path):
    """Run a script to its end, and return the events that reached the file."""

    def run(script, *, exit_code=0):
        path = tmp_path / "events"
        program = tmp_path / "script.py"
        program.write_text(PRELUDE + textwrap.dedent(script), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "ignore::DeprecationWarning", str(program), str(path)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == exit_code, done.stderr
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    return run


def told(events):
    return [event.get("message") for event in events if event["type"] == "progress"]


def test_what_was_said_last_is_sent_at_the_end_of_the_process(run):
    events = run("""
        transport.delay_s = 0.1
        publisher.task("p", "t").progress(0.5, "last words")
    """)
    assert told(events) == ["last words"]


def test_a_process_that_is_killed_loses_them(run):
    events = run("""
        transport.delay_s = 0.5
        publisher.task("p", "t").progress(0.5, "last words")
        os._exit(0)
    """)
    assert told(events) == [], "control: nothing but the exit handler sends them"


def test_one_dead_project_does_not_silence_the_others_at_the_end(run):
    events = run("""
        publish = transport.publish

        def refuse(batch):
            if batch.project_id == "down":
                raise ConnectionError
            time.sleep(0.1)
            return publish(batch)

        transport.publish = refuse
        dead = publisher.task("down", "t")
        dead.progress(0.1)
        while publisher.statistics()["failures"] < 3:
            dead.flush(0.05)
        publisher.task("p", "t").progress(0.5, "last words")
    """)
    assert told(events) == ["last words"]


def test_a_step_that_ends_its_process_has_given_its_lease_back(run):
    events = run("""
        publish = transport.publish

        def slow(batch):
            time.sleep(0.1)
            for run in batch.left:
                task.progress(0.9, f"{run.run_id} was left")
            return publish(batch)

        transport.publish = slow
        with publisher.task("p", "t", run_id="chain", complete_on_exit=False) as task:
            task.progress(0.5)
            task.flush(5)
    """)
    assert told(events)[-1] == "chain was left"


def test_what_an_exit_handler_says_is_sent_too(run):
    events = run("""
        import atexit
        task = publisher.task("p", "t")
        task.progress(0.1, "early")
        task.flush()
        atexit.register(task.progress, 0.9, "from the exit handler")
    """)
    # Exit handlers run last in, first out: ours was there before, and runs after it.
    assert told(events) == ["early", "from the exit handler"]


def test_no_thread_is_needed_in_an_exit_handler(run):
    events = run("""
        import atexit, threading

        def refuse(self):
            raise RuntimeError("can't create new thread at interpreter shutdown")

        @atexit.register
        def late():
            threading.Thread.start = refuse
            task = publisher.task("p", "t")
            task.progress(0.9, "without a thread")
            assert task.flush(5)
    """)
    assert told(events) == ["without a thread"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_a_forked_child_starts_clean(run):
    events = run("""
        transport.delay_s = 0.2
        with publisher.task("p", "t", run_id="parent", complete_on_exit=False) as task:
            task.progress(0.1, "sent by the parent alone")
            child = os.fork()
            if child == 0:
                transport.delay_s = 0.0
                task.progress(0.2, "from the child")
                assert task.flush(5)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert task.flush(5)
    """)
    assert sorted(told(events)) == ["from the child", "sent by the parent alone"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_a_fork_at_any_moment_leaves_no_lock_behind(run):
    events = run("""
        import threading
        task = publisher.task("p", "t")
        stop = threading.Event()

        def talk():
            while not stop.is_set():
                task.progress(0.5, "busy", {"k": 1})

        threads = [threading.Thread(target=talk) for _ in range(3)]
        for thread in threads:
            thread.start()
        for index in range(20):
            child = os.fork()
            if child == 0:
                mine = publisher.task("p", f"child {index}")
                mine.progress(0.5, f"child {index}")
                os._exit(0 if mine.flush(5) else 1)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        for thread in threads:
            thread.join()
    """)
    assert {f"child {index}" for index in range(20)} <= set(told(events))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_child_of_multiprocessing_sends_its_last_words(run, method):
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system can't fork")
    events = run(f"""
        import multiprocessing

        def work():
            transport.delay_s = 0.1
            publisher.task("p", "t").progress(0.5, "from the child")

        if __name__ == "__main__":
            child = multiprocessing.get_context("{method}").Process(target=work)
            child.start()
            child.join()
            assert child.exitcode == 0
    """)
    assert told(events) == ["from the child"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_memory_warns_once_when_it_is_used_after_a_fork():
    transport = MemoryTransport()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        import warnings  # noqa: PLC0415 - in the child alone

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            publisher = Publisher(transport)
            for name in ("a", "b"):
                publisher.task("p", name).progress(0.5)
                publisher.flush(5)
        os.write(writer, "\n".join(str(warning.message) for warning in caught).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read().splitlines()
    os.waitpid(child, 0)
    assert len([line for line in said if "forked process" in line]) == 1
