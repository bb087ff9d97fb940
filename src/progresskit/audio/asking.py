"""Asking a backend, and asking again where its error may pass."""

from __future__ import annotations

import datetime as dt
import math
import random
import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

import anyio

from progresskit.audio.retries import MAX_TRIES, MAX_WAIT_S, advise, wait_s
from progresskit.errors import BackendError, STTError, TTSError
from progresskit.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Asker", "short"]

_log = get_logger("audio")

T = TypeVar("T")

_SHORT: Final = 60


class Asker:
    """Asks the backends of one run, and counts what that takes.

    Args:
        timeout_s: Seconds that one call may take.
        sleep: Sleeps for some seconds.

    Attributes:
        retries: Calls that were repeated.
        tts_s: Seconds spent in calls of a TTS, without the pauses between them.
        stt_s: Seconds spent in calls of an STT.
    """

    def __init__(self, timeout_s: float, *, sleep: Callable[[float], Awaitable[object]] = anyio.sleep) -> None:
        self._timeout_s = timeout_s
        self._sleep = sleep
        self.retries = 0
        self.tts_s = 0.0
        self.stt_s = 0.0

    async def tts(self, ask: Callable[[], Awaitable[T]], failed: str, *, may_repeat: Callable[[], bool]) -> T:
        """Call a voice.

        Args:
            ask: The call.
            failed: How its error begins: who failed at what.
            may_repeat: Whether the budget allows another call.

        Raises:
            TTSError: It failed for good, or again and again.
        """
        return await self._asked(ask, failed, TTSError, may_repeat)

    async def stt(self, ask: Callable[[], Awaitable[T]], failed: str) -> T:
        """Call a recogniser.

        Raises:
            STTError: It failed for good, or again and again.
        """
        return await self._asked(ask, failed, STTError, lambda: True)

    async def _asked(
        self, ask: Callable[[], Awaitable[T]], failed: str, kind: type[BackendError], may_repeat: Callable[[], bool]
    ) -> T:
        failures = 0
        while True:
            began_s = time.monotonic()
            try:
                with anyio.fail_after(self._timeout_s):
                    return await _uncancelled(ask)
            except Exception as error:  # a foreign backend's: advise() says what it means, whatever it is
                failures += 1
                advice = advise(error, now=dt.datetime.now(dt.UTC))
                pause_s = wait_s(failures, advice, chance=random.random())  # noqa: S311 - spreads load, no secret
                if not advice.retryable or failures >= MAX_TRIES or pause_s > MAX_WAIT_S or not may_repeat():
                    tries = f" after {failures} tries" if failures > 1 else ""
                    msg = f"{failed}{tries}: {self._said(error)}"
                    raise kind(
                        msg,
                        retryable=advice.retryable,
                        retry_after_s=advice.retry_after_s,
                        status_code=advice.status_code,
                    ) from error
                _log.warning("%s: asking again in %.1f s: %r", failed, pause_s, error)
            finally:
                self._count(kind, time.monotonic() - began_s)
            self.retries += 1
            await self._sleep(pause_s)

    def _said(self, error: Exception) -> str:
        if isinstance(error, TimeoutError) and not str(error):
            return f"no answer within {self._timeout_s:g} s"
        return str(error) or type(error).__name__

    def _count(self, kind: type[BackendError], seconds: float) -> None:
        if kind is TTSError:
            self.tts_s += seconds
        else:
            self.stt_s += seconds


async def _uncancelled(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask a backend; one whose own task was cancelled, or ended, has failed, and this call goes on."""
    try:
        return await ask()
    except (SystemExit, KeyboardInterrupt) as error:
        if threading.current_thread() is threading.main_thread():  # perhaps a signal's, which is for us all
            raise
        msg = f"{type(error).__name__}: {error}"  # it would end the event loop of the sync face
        raise RuntimeError(msg) from error
    except anyio.get_cancelled_exc_class() as error:
        if anyio.current_effective_deadline() == -math.inf:  # it is us who are cancelled
            raise
        msg = "it was cancelled from within"
        raise RuntimeError(msg) from error


def short(text: str) -> str:
    """Return a text as one may quote it on a line beside other words."""
    return repr(text if len(text) <= _SHORT else text[: _SHORT - 1] + "…")
