"""Calls from event loops: a thread makes them, all that wait in one round trip.

An event loop waits for its answer without holding on to anything: one that is cancelled just goes away. The
thread begins with a call, and ends when none came for a while.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Final

import anyio

from progresskit._platform import loop_caller
from progresskit.errors import TransportError
from progresskit.transports.redis.scripts import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from progresskit.transports.redis.scripts import Scripts
    from progresskit.transports.redis.wire import Reply

__all__ = ["Requests"]

_MOST: Final = 100
_GATHER_S: Final = 0.001
_IDLE_S: Final = 10.0


class _Request:
    """A call, and the event loop that waits for its answer."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self._hand_over = loop_caller()
        self._answered = anyio.Event()
        self._answer: Reply | TransportError | None = None

    def settle(self, answer: Reply | TransportError) -> None:
        self._answer = answer
        self._hand_over(self._answered.set)

    async def answer(self) -> Reply:
        await self._answered.wait()
        if isinstance(self._answer, TransportError):
            raise self._answer
        assert self._answer is not None  # noqa: S101 - for the type checker: settled just before
        return self._answer


class Requests:
    """Runs scripts for event loops.

    Args:
        scripts: What runs them, in the thread.
    """

    def __init__(self, scripts: Scripts) -> None:
        self.scripts = scripts
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[_Request] = queue.SimpleQueue()
        self._running = False

    async def run(self, script: str, project_id: str, arguments: Sequence[bytes]) -> Reply:
        """Call a script.

        Raises:
            TransportError: The store didn't answer, or refused; retryable, unless the URL is at fault.
        """
        request = _Request(Call(script, project_id, arguments))
        with self._lock:
            self._waiting.put(request)
            if not self._running:
                try:
                    threading.Thread(target=self._serve, name="progresskit-redis-reading", daemon=True).start()
                except RuntimeError as error:  # the next call tries again
                    msg = f"no thread can be started to read from Redis: {error}"
                    raise TransportError(msg) from None
                self._running = True
        return await request.answer()

    def _serve(self) -> None:
        while True:
            try:
                first = self._waiting.get(timeout=_IDLE_S)
            except queue.Empty:
                with self._lock:
                    if self._waiting.empty():
                        self._running = False
                        return
                continue
            time.sleep(_GATHER_S)  # those who ask at the same moment share the round trip
            requests = [first]
            while len(requests) < _MOST and not self._waiting.empty():
                requests.append(self._waiting.get())
            self._answer(requests)

    def _answer(self, requests: Sequence[_Request]) -> None:
        try:
            answers = self.scripts.run_all([request.call for request in requests])
        except TransportError as error:
            # One each: they are raised in several loops.
            answers = [TransportError(str(error), retryable=error.retryable) for _ in requests]
        except Exception as error:  # noqa: BLE001 - nobody stands above a thread; whoever waits is told
            answers = [TransportError(f"reading from Redis failed: {error!r}") for _ in requests]
        for request, answer in zip(requests, answers, strict=True):
            request.settle(answer)
