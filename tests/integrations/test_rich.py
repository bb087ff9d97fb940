"""A terminal shows progress as text and as it is; it is given back; and what is wrong with it is not the task's."""

from __future__ import annotations

import errno
import gc
import io
import os
import re
import subprocess
import sys
import threading
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit import MemoryTransport, ProgressEvent, RunCancelled, TeeReporter
from progresskit.integrations.rich import RichReporter, lines, track
from progresskit.integrations.rich.lines import TaskLines, visible
from progresskit.publisher import Publisher
from progresskit.reporter import NullReporter

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")


class Stream(io.StringIO):
    """A stderr that can be waited for; a terminal, or a file."""

    def __init__(self, *, is_terminal):
        super().__init__()
        self._is_terminal = is_terminal
        self._written = threading.Condition()

    def isatty(self):
        return self._is_terminal

    def write(self, text):
        with self._written:
            count = super().write(text)
            self._written.notify_all()
        return count

    def wait_for(self, text):
        with self._written:
            found = self._written.wait_for(lambda: text in self.getvalue(), 5)
        assert found, f"{text!r} didn't come within 5 s: {self.getvalue()!r}"

    def lines(self):
        return self.getvalue().splitlines()

    def screen(self):
        """Return the lines that are seen in the end, without colours: a very small terminal."""
        rows, row = [""], 0
        for part in re.findall(r"\x1b\[[0-9;?]*[a-zA-Z]|[\r\n]|[^\x1b\r\n]+", self.getvalue()):
            match part:
                case "\n":
                    row += 1
                    rows += [""] * (row == len(rows))
                case "\x1b[1A":
                    row -= 1
                case "\x1b[2K":
                    rows[row] = ""
                case "\r":
                    pass  # what follows is an erasure
                case _ if part[0] != "\x1b":
                    rows[row] += part
        return [re.sub(r"[━╸╺]+", "━", seen).rstrip() for seen in rows if seen]


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "progresskit terminal"] == []


@pytest.fixture
def stderr(monkeypatch):
    """Return a function that makes a stream the stderr; to be called by the test, since pytest captures it anew."""

    def stderr_is(stream):
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    return stderr_is


def says(project_id="p", task_name="t", run_id="r", **fields):
    return ProgressEvent(project_id=project_id, task_name=task_name, run_id=run_id, **fields)


# --- text is text -------------------------------------------------------------------------------------------------


@given(st.text())
def test_nothing_that_could_move_a_terminal_is_left_in_visible_text(text):
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in visible(text))
    visible(text).encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_letters_digits_and_signs_stay_as_they_are(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b[31mred", r"\x1b[2J\x1b[31mred"),
        ("two\nlines\r\ttab", r"two\nlines\r\ttab"),
        ("\x9b31m", r"\x9b31m"),
        ("user\u202egnp.exe", r"user\u202egnp.exe"),
        ("line\u2028separator", r"line\u2028separator"),
        ("half \ud83d", r"half \ud83d"),
        ("음성 생성 👩\u200d🔬 [bold]x[/]", "음성 생성 👩\u200d🔬 [bold]x[/]"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize("is_terminal", [True, False])
def test_foreign_text_is_neither_markup_nor_escapes(stderr, is_terminal):
    stream = stderr(Stream(is_terminal=is_terminal))
    with RichReporter(task_name="[red]name[/red]") as task, task.stage("[blink]stage") as stage:
        stage.progress(0.5, "[bold]x[/bold] [/] :smile: \x1b[2J\x1b]0;title\x07")
        stream.wait_for(r"[blink]stage: [bold]x[/bold] [/] :smile: \x1b[2J\x1b]0;title\x07")
    assert "[red]name[/red]" in stream.getvalue()
    assert "\x1b[2J" not in stream.getvalue()
    assert "\x07" not in stream.getvalue()


# --- a terminal ---------------------------------------------------------------------------------------------------


def test_track_is_one_line_and_a_bar(stderr):
    tty = stderr(Stream(is_terminal=True))
    assert list(track([1, 2, 3], "Converting")) == [1, 2, 3]
    assert tty.screen() == ["Converting ━ 100% completed"]


def test_a_line_shows_percent_stage_message_and_the_time_left(stderr):
    tty = stderr(Stream(is_terminal=True))
    with TaskLines(tty) as draw:
        draw(says(progress=0.29, message="frame 7", stage=["render", "encode"], eta_s=3700.0))
        tty.wait_for("encode: frame 7")
        tty.wait_for("29%")
        tty.wait_for("1:01:40 left")


def test_each_task_has_its_line(stderr):
    tty = stderr(Stream(is_terminal=True))
    with TaskLines(tty) as draw:
        for number in range(5):
            draw(says(task_name=f"sentence {number}", progress=number / 10))
    assert tty.screen() == [f"sentence {number} ━ {10 * number:3}%" for number in range(5)]


def test_a_percent_is_rounded_down_so_that_100_means_done(stderr):
    tty = stderr(Stream(is_terminal=True))
    with RichReporter() as task:
        task.progress(0.9999)
        tty.wait_for(" 99%")
        assert "100%" not in tty.getvalue()
        task.complete(message="12 files")
    assert "completed: 12 files" in tty.getvalue()


def test_a_message_from_before_the_end_is_not_taken_for_its_word(stderr):
    tty = stderr(Stream(is_terminal=True))
    with RichReporter() as task:
        task.progress(0.5, "still loading")
        tty.wait_for("still loading")
    assert tty.screen() == ["task ━ 100% completed"]


@pytest.mark.parametrize("error", [ValueError("disk [full]\nreally"), KeyboardInterrupt(), RunCancelled()])
def test_the_cursor_comes_back_whatever_passes_through(stderr, error):
    tty = stderr(Stream(is_terminal=True))
    with pytest.raises(type(error)), RichReporter(task_name="render") as task:  # noqa: PT012 - what leads there matters
        task.progress(0.4)
        tty.wait_for("40%")
        assert tty.getvalue().count(HIDE) == 1
        assert SHOW not in tty.getvalue()
        raise error
    assert tty.getvalue().rstrip().endswith(SHOW)
    assert sys.stderr is tty


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("disk [full]\nreally"), r"failed: disk [full]\nreally (ValueError)"),
        (KeyboardInterrupt(), "failed: (KeyboardInterrupt)"),
        (RunCancelled(), "cancelled"),
    ],
)
def test_the_last_line_says_what_became_of_the_run(stderr, error, words):
    file = stderr(Stream(is_terminal=False))
    with pytest.raises(type(error)), RichReporter(task_name="render") as task:  # noqa: PT012 - what leads there matters
        task.progress(0.4)
        raise error
    assert file.lines()[-1] == f"render: 40% {words}"


def test_a_reporter_that_was_never_entered_gives_the_terminal_back_when_it_is_forgotten(stderr):
    tty = stderr(Stream(is_terminal=True))
    task = RichReporter(task_name="forgotten")
    task.progress(0.3)
    tty.wait_for("30%")
    assert SHOW not in tty.getvalue()
    del task
    gc.collect()
    assert SHOW in tty.getvalue()


def test_a_reporter_that_was_never_entered_gives_the_terminal_back_with_its_end(stderr):
    tty = stderr(Stream(is_terminal=True))
    task = RichReporter()
    task.progress(0.3)
    task.complete()
    assert SHOW in tty.getvalue()
    task.progress(0.4)  # it is over: this draws nothing anew
    assert tty.getvalue().count(HIDE) == 1


def test_what_is_printed_goes_above_and_a_stdout_that_leads_elsewhere_is_let_alone(stderr, capsys):
    tty = stderr(Stream(is_terminal=True))
    with RichReporter() as task:
        task.progress(0.5)
        tty.wait_for("50%")
        print("for the pipe")
        print("for [/] the terminal", file=sys.stderr, flush=True)
        print("[/]", end="", file=sys.stderr, flush=True)
    assert "for [/] the terminal" in tty.getvalue()
    assert "for the pipe" not in tty.getvalue()
    assert capsys.readouterr().out == "for the pipe\n"


def test_nested_loops_have_a_line_each_and_finished_ones_stay_above(stderr):
    tty = stderr(Stream(is_terminal=True))
    for _ in track(range(2), "outer"):
        for _ in track(range(3), "inner"):
            pass
    assert tty.getvalue().count(HIDE) == 1  # one display, not several over each other
    assert tty.screen() == ["inner ━ 100% completed", "inner ━ 100% completed", "outer ━ 100% completed"]


def test_reporters_of_many_threads_share_the_terminal(stderr):
    tty = stderr(Stream(is_terminal=True))
    start = threading.Barrier(8)

    def work(number):
        start.wait(5)
        with RichReporter(task_name=f"worker {number}") as task:
            for step in range(50):
                task.progress(step / 50, f"step {step}")

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(tty.screen()) == [f"worker {number} ━ 100% completed" for number in range(8)]
    assert tty.getvalue().count(HIDE) == tty.getvalue().count(SHOW)


def test_no_color_means_no_colour(stderr, monkeypatch):
    tty = stderr(Stream(is_terminal=True))
    monkeypatch.setenv("NO_COLOR", "1")
    list(track([1], "Converting"))
    assert "100%" in tty.getvalue()
    assert not COLOUR.search(tty.getvalue())


def test_control_without_no_color_there_is_colour(stderr):
    tty = stderr(Stream(is_terminal=True))
    list(track([1], "Converting"))
    assert COLOUR.search(tty.getvalue())


# --- a stderr that is no terminal ---------------------------------------------------------------------------------


def test_a_stderr_that_is_no_terminal_gets_plain_lines(stderr):
    file = stderr(Stream(is_terminal=False))
    assert list(track([1, 2, 3], "Converting")) == [1, 2, 3]
    assert file.lines()[-1] == "Converting: 100% completed"
    assert "\x1b" not in file.getvalue()


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("TTY_COMPATIBLE", "0")])
def test_so_does_a_terminal_that_cant_move_its_cursor(stderr, monkeypatch, name, value):
    tty = stderr(Stream(is_terminal=True))
    monkeypatch.setenv(name, value)
    list(track([1], "Converting"))
    assert tty.lines()[-1] == "Converting: 100% completed"
    assert "\x1b" not in tty.getvalue()


def test_forced_colour_makes_no_file_a_terminal(stderr, monkeypatch):
    file = stderr(Stream(is_terminal=False))
    monkeypatch.setenv("FORCE_COLOR", "1")
    list(track([1], "Converting"))
    assert "\x1b" not in file.getvalue()


def test_plain_lines_are_few(stderr):
    file = stderr(Stream(is_terminal=False))
    with RichReporter(task_name="render") as task:
        task.progress(0.0, "begins")
        file.wait_for("begins")
        for step in range(1, 10_000):
            task.progress(step / 10_000, f"step {step}")
    assert file.lines() == ["render: 0% begins", "render: 100% completed"]


def test_the_last_word_before_a_long_silence_is_written_all_the_same(stderr, monkeypatch):
    file = stderr(Stream(is_terminal=False))
    monkeypatch.setattr(lines, "_PLAIN_EVERY_S", 0.3)
    with RichReporter(task_name="render") as task:
        task.progress(0.1, "loading")
        file.wait_for("loading")
        task.progress(0.2, "training for ten hours")
        file.wait_for("render: 20% training for ten hours")
    assert len(file.lines()) == 3


def test_a_change_of_status_is_written_at_once(stderr):
    file = stderr(Stream(is_terminal=False))
    with RichReporter(task_name="render") as task:
        task.progress(0.1)
        file.wait_for("10%")
        task.status("retrying", "once more")
        file.wait_for("render: 10% retrying: once more")


# --- the task comes first -----------------------------------------------------------------------------------------


class Broken(Stream):
    def write(self, text):
        raise OSError(errno.ENXIO, "no such device")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_that_is_gone_never_reaches_the_task(stderr, caplog, is_terminal):
    stderr(Broken(is_terminal=is_terminal))
    assert list(track(range(100), "Converting")) == list(range(100))
    assert [record.name for record in caplog.records] == ["progresskit.integrations"]
    assert "the task goes on" in caplog.text


def test_control_writing_to_it_from_the_task_would():
    with pytest.raises(OSError, match="no such device"):
        print("Converting", file=Broken(is_terminal=False))


def test_a_terminal_that_takes_nothing_holds_nobody_up(stderr, monkeypatch):
    reached, go_on = threading.Event(), threading.Event()

    class Stopped(Stream):  # as after Ctrl-S
        def write(self, text):
            reached.set()
            go_on.wait(10)
            return super().write(text)

    stream = stderr(Stopped(is_terminal=True))
    monkeypatch.setattr(lines, "_PATIENCE_S", 0.05)
    with RichReporter() as task:
        task.progress(0.1)
        assert reached.wait(5)
        for step in range(1_000):
            task.progress(step / 1_000)
    assert not stream.getvalue()  # we are here, and it still takes nothing
    go_on.set()
    stream.wait_for(SHOW)
    for thread in threading.enumerate():
        if thread.name == "progresskit terminal":
            thread.join(5)


def test_a_program_without_a_stderr_draws_nothing(stderr):
    stderr(None)
    assert list(track([1, 2, 3])) == [1, 2, 3]


def test_an_error_of_the_iterable_passes_through(stderr):
    file = stderr(Stream(is_terminal=False))

    def broken():
        yield 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(track(broken(), "Reading", total=2))
    assert file.lines()[-1] == "Reading: 50% failed: (ZeroDivisionError)"


def test_a_loop_that_is_left_is_neither_done_nor_failed(stderr):
    file = stderr(Stream(is_terminal=False))
    items = track(range(4), "Reading")
    for item in items:
        if item == 2:
            break
    items.close()
    assert file.lines()[-1] == "Reading: 50% cancelled"


@pytest.mark.parametrize(
    ("message", "name"), [("", "task"), ("a\nb", r"a\nb"), ("x" * 5_000, "x" * 128), ("e\u0301", "é"), (None, "task")]
)
def test_any_message_names_the_line(stderr, message, name):
    file = stderr(Stream(is_terminal=False))
    list(track([1], message))
    assert file.lines()[-1] == f"{name}: 100% completed"


def test_it_is_a_reporter_and_may_stand_beside_others(stderr):
    file = stderr(Stream(is_terminal=False))
    transport = MemoryTransport()
    publisher = Publisher(transport)
    with TeeReporter(RichReporter(task_name="render"), publisher.task("p", "render"), NullReporter()) as task:
        for _ in task.track(range(10)):
            pass
    assert file.lines()[-1] == "render: 100% completed"
    publisher.close()


def test_a_tee_that_is_left_without_an_end_gives_the_terminal_back(stderr):
    tty = stderr(Stream(is_terminal=True))
    celery = pytest.importorskip("celery.exceptions")
    with pytest.raises(celery.Retry), TeeReporter(RichReporter()):
        raise celery.Retry
    assert SHOW in tty.getvalue()


async def test_it_works_within_an_event_loop(stderr):
    file = stderr(Stream(is_terminal=False))
    async with RichReporter(task_name="render") as task:
        task.progress(0.5)
    assert file.lines()[-1] == "render: 100% completed"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system doesn't fork")
def test_a_forked_child_leaves_its_parents_terminal_alone(stderr, tmp_path):
    path = tmp_path / "stderr"
    with path.open("w") as stream:
        stderr(stream)
        with RichReporter(task_name="render") as task:
            child = os.fork()
            if not child:
                task.fail("said by the child")
                os._exit(0)
            assert os.waitpid(child, 0) == (child, 0)
    assert path.read_text() == "render: 100% completed\n"


# --- the real thing -----------------------------------------------------------------------------------------------


WAIT = """
import sys, time
deadline = time.monotonic() + 5
while sys.stderr is sys.__stderr__ and time.monotonic() < deadline:  # until what is printed goes above the line
    time.sleep(0.001)
raise ValueError("the end")
"""
LEAVES = """
from progresskit.integrations.rich import track
items = track(range(3), "Converting")
for item in items:
    if item == 1:
        break
"""
FORGETS = """
from progresskit.integrations.rich import RichReporter
from progresskit import TeeReporter
task = TeeReporter(RichReporter(task_name="Converting"))
task.progress(0.5)
"""


@pytest.mark.parametrize("program", [LEAVES, FORGETS], ids=["leaves", "forgets"])
def test_a_program_that_ends_anyhow_leaves_a_usable_terminal(program):
    pty = pytest.importorskip("pty")  # not on Windows
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-c", program + WAIT], stdin=theirs, stderr=theirs, stdout=theirs, env=env
    )
    os.close(theirs)
    watchdog = threading.Timer(20, process.kill)
    watchdog.start()
    output = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not data:
            break
        output += data
    os.close(ours)
    assert process.wait(10) == 1
    watchdog.cancel()
    assert output.count(HIDE.encode()) == output.count(SHOW.encode()) == 1
    assert b"ValueError: the end" in output
    assert "Converting ━━━".encode() in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", output)


def test_without_rich_the_error_says_what_to_install():
    program = """
import sys
sys.modules["rich"] = None
try:
    import progresskit.integrations.rich
except ImportError as error:
    from progresskit.errors import MissingDependencyError
    assert isinstance(error, MissingDependencyError)
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert "pip install 'progresskit[rich]'" in done.stdout
