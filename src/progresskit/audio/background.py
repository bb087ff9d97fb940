"""Threads for the loop: one per call of a sync backend, and one with an event loop for the sync face."""

from __future__ import annotations

import contextvars
import os
import threading
import weakref
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio
from anyio.from_thread import BlockingPortal

from progresskit import _platform
from progresskit.audio.retries import words_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Background", "in_thread"]

T = TypeVar("T")

_STOP_WITHIN_S: Final = 5.0
"""How long to wait for a thread whose tasks were cancelled. Only a backend that swallows cancellation needs more."""


async def in_thread(function: Callable[[], T]) -> T:
    """Call a function in a thread of its own, and wait for it.

    A cancellation (a timeout) leaves the thread behind: a backend that hangs in C code can't be stopped. The
    thread is a daemon, so that it doesn't hold up the process's exit either; anyio's workers would.
    """
    done = anyio.Event()
    outcome: Future[T] = Future()
    call_in_loop = _platform.loop_caller()

    def work() -> None:
        try:
            outcome.set_result(function())
        except Exception as error:  # noqa: BLE001 - raised again where it is awaited
            outcome.set_exception(error)
        except BaseException as error:  # noqa: BLE001 - there, SystemExit would end the loop, and CancelledError lie
            failure = RuntimeError(f"{type(error).__name__}: {words_of(error)}")
            failure.__cause__ = error
            outcome.set_exception(failure)
        call_in_loop(done.set)

    run = contextvars.copy_context().run
    threading.Thread(target=run, args=(work,), name="progresskit.audio backend", daemon=True).start()
    await done.wait()
    return outcome.result()


class Background:
    """An event loop in a thread of its own, for as long as its owner lives, so that a client's connections do too.

    It starts when it is first needed, and ends with :meth:`close` or with this object. A forked child finds
    none, and starts its own.
    """

    def __init__(self) -> None:
        self._threads: dict[int, _LoopThread] = {}
        self._closed = False

    def start(self, function: Callable[..., Awaitable[T]], *args: Any) -> Future[T]:
        """Begin to run a coroutine function in the loop, from any thread but the loop's own.

        Raises:
            RuntimeError: It is closed.
        """
        if self._closed:
            msg = "this AudioCorrectionLoop is closed: make a new one"
            raise RuntimeError(msg)
        pid = os.getpid()
        thread = self._threads.get(pid)
        if thread is None:
            # setdefault is atomic: of two threads that come at once, one's loop stays, and the other's ends.
            mine = _LoopThread()
            thread = self._threads.setdefault(pid, mine)
            if thread is mine:
                weakref.finalize(self, mine.request_stop).atexit = False  # a daemon thread holds up no exit
            else:
                mine.stop()
        return thread.portal.start_task_soon(function, *args)

    def close(self) -> None:
        """Cancel what runs, and end the thread; from any thread, its own included, and more than once."""
        self._closed = True
        # A forked child has its parent's entry too, but no thread of its parent's.
        thread = self._threads.pop(os.getpid(), None)
        if thread is not None:
            thread.stop()


class _LoopThread:
    """One thread that runs one event loop until it is stopped."""

    portal: BlockingPortal

    def __init__(self) -> None:
        started: Future[Callable[[], None]] = Future()
        self._thread = threading.Thread(
            target=anyio.run, args=(self._main, started), name="progresskit.audio loop", daemon=True
        )
        self._thread.start()
        self._set_stop = started.result()
        self._pid = os.getpid()

    async def _main(self, started: Future[Callable[[], None]]) -> None:
        stop = anyio.Event()
        call_in_loop = _platform.loop_caller()
        async with BlockingPortal() as portal:
            self.portal = portal
            started.set_result(lambda: call_in_loop(stop.set))
            await stop.wait()
            await portal.stop(cancel_remaining=True)

    def request_stop(self) -> None:
        # Not through the portal: that can't be called in the loop's own thread, and a garbage
        # collection, which may end us, can happen there. A forked child's call would wake its parent's loop.
        if os.getpid() == self._pid:
            self._set_stop()

    def stop(self) -> None:
        self.request_stop()
        if self._thread is not threading.current_thread():
            self._thread.join(_STOP_WITHIN_S)
