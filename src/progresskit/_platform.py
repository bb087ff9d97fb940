"""What differs between operating systems, interpreters and event loops, in one room.

Imports nothing of ours.
"""

from __future__ import annotations

import atexit
import math
import os
import stat
import sys
from typing import TYPE_CHECKING, Any

import anyio.lowlevel

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

__all__ = [
    "after_fork_in_child",
    "at_exit",
    "drop_silent_peers",
    "in_event_loop",
    "is_cancelled",
    "is_open_to_all",
    "loop_caller",
    "reuse_address",
]


def after_fork_in_child(callback: Callable[[], None]) -> None:
    """Have ``callback`` called in every forked child, where this system can fork."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=callback)


def at_exit(callback: Callable[[], None]) -> None:
    """Have ``callback`` called when this process ends in an orderly way.

    A child of multiprocessing runs no ``atexit`` handlers, but its own finalizers.
    """
    atexit.register(callback)
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        from multiprocessing.util import Finalize  # noqa: PLC0415 - only where multiprocessing is at work already

        Finalize(None, callback, exitpriority=0)


def in_event_loop() -> bool:
    """Tell whether an event loop (asyncio's or trio's) runs on this thread right now."""
    asyncio = sys.modules.get("asyncio")  # who never imported it runs no loop of it
    if asyncio is not None and asyncio._get_running_loop() is not None:  # noqa: SLF001 - documented for libraries
        return True
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_run()


def is_cancelled() -> bool:
    """Tell whether the task that runs here was told to end: by a cancel scope or, on asyncio, by ``task.cancel()``."""
    if anyio.current_effective_deadline() == -math.inf:
        return True
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:  # noqa: SLF001 - as above
        return False
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def reuse_address(listener: socket.socket) -> None:
    """Let a socket be bound to a port that was closed a moment ago, and that nobody listens on.

    On Windows that is so without asking, and the option of this name means that two may listen on one port.
    """
    if sys.platform != "win32":
        import socket  # noqa: PLC0415 - who gave us one has loaded it

        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def drop_silent_peers(listener: socket.socket, after_s: float) -> None:
    """Have the system cut whoever is accepted here and then takes nothing of what is sent for so long.

    That is a machine that is gone, and a client that has stopped reading too: without it, what was written
    and the descriptor stay until the peer comes back. Linux knows how; elsewhere nothing happens.
    """
    import socket  # noqa: PLC0415 - who gave us one has loaded it

    option: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, round(after_s * 1_000))


def is_open_to_all(descriptor: int) -> bool:
    """Tell whether every user of this machine may read an open file, where the system's mode bits say so."""
    mode = os.fstat(descriptor).st_mode
    return os.name == "posix" and stat.S_ISREG(mode) and bool(mode & stat.S_IROTH)


def loop_caller() -> Callable[[Callable[[], None]], None]:
    """Return a function that hands a callback to the event loop that is running here, from any thread.

    It never blocks. A loop that has ended no longer needs the call, so it is dropped in silence.
    """
    native: Any = anyio.lowlevel.current_token().native_token
    schedule = native.run_sync_soon if hasattr(native, "run_sync_soon") else native.call_soon_threadsafe

    def call(callback: Callable[[], None]) -> None:
        try:
            schedule(callback)
        except RuntimeError:  # asyncio: the loop is closed; trio's RunFinishedError is a RuntimeError too
            return

    return call
