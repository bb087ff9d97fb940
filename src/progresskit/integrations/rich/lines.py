"""The lines on a terminal, one for each task, and the thread that draws them."""

from __future__ import annotations

import atexit
import math
import os
import sys
import threading
import time
import weakref
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from progresskit import rules
from progresskit.events import Cursor, is_terminal
from progresskit.logs import get_logger
from progresskit.state import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from typing import Self

    from progresskit.events import Event
    from progresskit.state import TaskState

__all__ = ["TICK_S", "TaskLines", "plain_line", "terminal", "visible"]

TICK_S: Final = 0.1
"""Seconds between two drawings."""
_PLAIN_EVERY_S: Final = 5.0
_READY_S: Final = 0.01
_PATIENCE_S: Final = 1.0
_LONGEST_LEFT_S: Final = 1_000 * 3_600
_STAGE_ARROW: Final = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
_RUNNING: Final = frozenset({"started", "in_progress"})
_STYLES: Final = {"completed": "green", "failed": "red", "cancelled": "yellow", "stalled": "yellow"}

_log = get_logger("integrations")


def visible(text: str) -> str:
    r"""Return text that a terminal shows as it is, on one line.

    Control characters (so ANSI escapes too), line breaks, bidi controls and lone surrogates are written as
    Python would.

        >>> visible("a\tb\x1b[1mc")
        'a\\tb\\x1b[1mc'
    """
    if text.isprintable():
        return text
    return "".join(char.encode("unicode_escape").decode() if rules.is_unprintable(char) else char for char in text)


def plain_line(state: TaskState, words: str) -> str:
    """Return where a task stands as a line of plain text.

    Args:
        state: The task.
        words: The message that its last change came with.
    """
    line = _Line()
    line.show(state, words)
    view = line.view(time.monotonic())
    return "" if view is None else view.plain()


class TaskLines:
    """Draws the tasks whose events it is called with, one line each, while it is entered.

    Calling it is safe from any thread, and never raises nor waits for the terminal. It is a sink for
    reporters, and takes events as a subscription gives them.

    Args:
        stream: Where to draw; None = nowhere (a program without a console has no stderr).
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lock = threading.RLock()  # a reporter that is forgotten may leave in the midst of anything
        self._holders: dict[Hashable, Callable[[], None]] = {}
        self._session: _Session | None = None
        self._former: threading.Thread | None = None  # of the session before, which may be drawing its last
        self._pid = os.getpid()

    @property
    def foreign(self) -> bool:
        """Whether this is a forked child: the terminal, the thread that draws, and its locks are the parent's."""
        return os.getpid() != self._pid

    def __enter__(self) -> Self:
        self.hold(self)
        return self

    def __exit__(self, *_exc: object) -> None:
        self.release(self)

    def __call__(self, event: Event) -> None:
        """Take an event of any task."""
        self.take((event.project_id, event.task_name), event)

    def take(self, key: Hashable, event: Event) -> None:
        """Take an event for the line that has this key."""
        if self.foreign:
            return
        with self._lock:
            if self._session is not None:
                self._session.line(key).take(event)

    def show(self, key: Hashable, state: TaskState, words: str) -> None:
        """Show a task as its store knows it; the line of one that is over stays above those that go on.

        Args:
            key: Names the line.
            state: The task.
            words: The message that its last change came with.
        """
        if self.foreign:
            return
        with self._lock:
            if self._session is not None:
                self._session.line(key).show(state, words)
                if state.terminal:
                    self._session.retire(key)

    def drop(self, key: Hashable) -> None:
        """Take a line off the terminal, without a trace."""
        if self.foreign:
            return
        with self._lock:
            if self._session is not None:
                self._session.drop(key)

    def hold(self, holder: Hashable, refresh: Callable[[], None] = lambda: None) -> None:
        """Keep the lines on the terminal until this holder releases them.

        Args:
            holder: Who; a line with this key goes with him.
            refresh: Called before each drawing, from the thread that draws.
        """
        if self._stream is None or self.foreign:
            return
        with self._lock:
            self._holders[holder] = refresh
            if self._session is not None:
                return
            self._session = session = _Session(self._stream, self._lock, self._refresh, after=self._former)
        session.begin()

    def release(self, holder: Hashable) -> None:
        """Let go; the last holder's leaving draws the lines a last time, and waits for it, 1 s at most."""
        if self.foreign:
            return
        with self._lock:
            session = self._session
            if self._holders.pop(holder, None) is None or session is None:
                return
            if self._holders:
                session.retire(holder)
                return
            self._session, self._former = None, session.thread
        session.end()

    def _refresh(self) -> None:
        with self._lock:
            refreshes = list(self._holders.values())
        for refresh in refreshes:
            refresh()


# By process and stream; an entry goes with its last reporter. There is one terminal, so two that draw on it
# must find each other, wherever they were made.
_terminals: Final[weakref.WeakValueDictionary[tuple[int, int], TaskLines]] = weakref.WeakValueDictionary()
_terminals_lock: Final = threading.Lock()


def terminal() -> TaskLines:
    """Return what draws on the stderr of now."""
    stream: TextIO | None = getattr(sys.stderr, "rich_proxied_file", sys.stderr)  # while it draws, rich stands before
    with _terminals_lock:
        key = os.getpid(), id(stream)
        lines = _terminals.get(key)
        if lines is None:
            lines = _terminals[key] = TaskLines(stream)
        return lines


class _View(NamedTuple):
    """A line as it looks at one moment."""

    name: str
    status: str
    progress: float | None
    words: str
    left: str

    @property
    def percent(self) -> str:
        # Rounded down, so that 100 % is said of what is done only; 0.29 * 100 is a little less than 29.
        return "" if self.progress is None else f"{math.floor(100 * self.progress + 1e-9)}%"

    def plain(self) -> str:
        said = " ".join(filter(None, (self.percent, self.words, self.left and f"({self.left})")))
        return f"{self.name}: {said or 'started'}"


class _Line:
    """What is known of one task."""

    def __init__(self) -> None:
        self._state: TaskState | None = None
        self._count = 0
        self._heard_s = 0.0
        self._last_words = ""
        self.plain_at_s = -math.inf  # when, and how, it was last written as a plain line
        self.plain_last: tuple[str, str] = ("", "")

    def take(self, event: Event) -> None:
        self._count += 1
        state, accepted = fold(self._state, event, cursor=Cursor("local", self._count))
        if state is not None and accepted is not None:
            self.show(state, accepted.message or "")

    def show(self, state: TaskState, words: str) -> None:
        self._state = state
        self._heard_s = time.monotonic()
        self._last_words = words

    def view(self, now_s: float) -> _View | None:
        state = self._state
        if state is None:
            return None
        left_s = None if state.eta_s is None or state.terminal else state.eta_s - (now_s - self._heard_s)
        # The message that an end came with is its own; one from before it would belie it.
        words = _words(state, self._last_words if state.terminal else state.message or "")
        left = f"{_clock(left_s)} left" if left_s is not None and 0 <= left_s < _LONGEST_LEFT_S else ""
        return _View(visible(state.task_name), state.status, state.progress, visible(words), left)


def _words(state: TaskState, message: str) -> str:
    """Say where a task stands: its stage, or what became of it, and the message."""
    if state.status == "failed":
        lead = "failed"
        error = "" if state.error == "failed" else state.error  # which is what an error without words becomes
        message = " ".join(filter(None, (error, state.code and f"({state.code})")))
    else:
        lead = _STAGE_ARROW.join(state.stage or ()) if state.status in _RUNNING else state.status
    return ": ".join(filter(None, (lead, message)))


def _clock(seconds: float) -> str:
    minutes, second = divmod(math.ceil(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


class _Session:
    """One stay on the terminal: its lines, and the thread that draws them ten times a second."""

    def __init__(
        self,
        stream: TextIO,
        lock: threading.RLock,
        refresh: Callable[[], None],
        *,
        after: threading.Thread | None,
    ) -> None:
        self._stream = stream
        self._lock = lock
        self._refresh = refresh
        self._after = after
        self._pid = os.getpid()
        self._lines: dict[Hashable, _Line] = {}
        self._retired: list[_Line] = []  # over, while others go on
        self._ready = threading.Event()
        self._over = threading.Event()
        self.thread = threading.Thread(target=self._run, name="progresskit terminal", daemon=True)

    def begin(self) -> None:
        # While the interpreter ends, a new thread is refused (from 3.12 on) or never comes to run (before).
        if not threading.main_thread().is_alive():
            return
        try:
            self.thread.start()
        except RuntimeError:  # the system has no thread left: the task goes on without a line
            return
        atexit.register(self.end)  # where a run is never ended: a terminal without a cursor outlives the process
        # What the caller prints next should find its way above the lines; a terminal that is slow isn't waited for.
        self._ready.wait(_READY_S)

    def line(self, key: Hashable) -> _Line:
        return self._lines.setdefault(key, _Line())

    def retire(self, key: Hashable) -> None:
        line = self._lines.pop(key, None)
        if line is not None:
            self._retired.append(line)

    def drop(self, key: Hashable) -> None:
        self._lines.pop(key, None)

    def end(self) -> None:
        if os.getpid() != self._pid:
            return
        atexit.unregister(self.end)
        self._over.set()
        if self.thread.is_alive() and threading.current_thread() is not self.thread:
            self.thread.join(_PATIENCE_S)

    def _run(self) -> None:
        if self._after is not None and self._after.is_alive():
            self._after.join()
        try:
            console = Console(file=self._stream, markup=False, emoji=False, highlight=False)
            # FORCE_COLOR makes rich take a file for a terminal; a bar that moves belongs on a real one.
            if self._stream.isatty() and console.is_terminal and not console.is_dumb_terminal:
                self._draw_bars(console)
            else:
                self._write_lines()
        except Exception:  # noqa: BLE001 - whatever is wrong with the terminal, the task goes on
            _log.warning("progress can't be drawn on the terminal; the task goes on without", exc_info=True)

    def _draw_bars(self, console: Console) -> None:
        def table() -> Table:
            with self._lock:
                return _table(self._views(self._lines.values()), console.width)

        # Above the lines goes what is printed to this terminal; a stdout that leads elsewhere is let alone.
        with Live(
            console=console,
            auto_refresh=False,
            get_renderable=table,
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
        ) as live:
            self._ready.set()
            is_over = False
            while True:
                self._refresh()
                with self._lock:
                    retired, self._retired = self._views(self._retired), []
                if retired:
                    console.print(_table(retired, console.width))
                live.refresh()
                if is_over:
                    return
                is_over = self._over.wait(TICK_S)

    def _write_lines(self) -> None:
        self._ready.set()
        is_over = False
        while not is_over:
            is_over = self._over.wait(TICK_S)
            self._refresh()
            with self._lock:
                due = [text for line in (*self._retired, *self._lines.values()) if (text := self._due(line))]
                self._retired = []
            if due:
                self._stream.write("".join(f"{text}\n" for text in due))
                self._stream.flush()

    def _views(self, lines: Iterable[_Line]) -> list[_View]:
        now = time.monotonic()
        return [view for line in lines if (view := line.view(now)) is not None]

    def _due(self, line: _Line) -> str | None:
        """Return a line to write now: at once where its status is news, else what is new, every 5 s."""
        now = time.monotonic()
        view = line.view(now)
        if view is None:
            return None
        status, said = line.plain_last
        current = "running" if view.status in _RUNNING else view.status
        news = f"{view.percent} {view.words}"
        if current == status and (news == said or now - line.plain_at_s < _PLAIN_EVERY_S):
            return None
        line.plain_at_s, line.plain_last = now, (current, news)
        return view.plain()


def _table(views: Sequence[_View], width: int) -> Table:
    """Lay the lines out as columns: name, bar, percent, words, time left."""
    table = Table.grid(
        Column(no_wrap=True, overflow="ellipsis", max_width=max(4, width // 3)),
        Column(width=max(4, min(40, width // 4))),
        Column(no_wrap=True, justify="right", width=4),
        Column(no_wrap=True, overflow="ellipsis", ratio=1),
        Column(no_wrap=True, justify="right"),
        padding=(0, 1, 0, 0),
        expand=True,
    )
    for view in views:
        style = _STYLES.get(view.status, "")
        bar = ProgressBar(
            total=1.0,
            completed=view.progress or 0.0,
            pulse=view.progress is None and not is_terminal(view.status),
            complete_style=style or "bar.complete",
            finished_style=style or "bar.complete",
        )
        table.add_row(
            Text(view.name), bar, Text(view.percent), Text(view.words, style=style), Text(view.left, style="dim")
        )
    return table
