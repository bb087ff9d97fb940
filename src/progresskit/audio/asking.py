"""Asking a backend, and asking again where its error may pass."""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

import anyio.lowlevel

from progresskit import _platform
from progresskit.audio.retries import MAX_TRIES, MAX_WAIT_S, advise, wait_s, words_of
from progresskit.chance import CHANCE
from progresskit.errors import BackendError, STTError, TTSError
from progresskit.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Asker", "answered", "check_counts", "check_timeout", "short"]

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
                return await answered(ask, "no answer", timeout_s=self._timeout_s)
            except Exception as raised:  # a foreign backend's: advise() says what it means, whatever it is
                failures += 1
                now = dt.datetime.now(dt.UTC)
                # Of several that came at once, one that stays counts.
                error = min(_leaves(raised), key=lambda each: advise(each, now=now).retryable)
                advice = advise(error, now=now)
                pause_s = wait_s(failures, advice, chance=CHANCE.random())
                if not advice.retryable or failures >= MAX_TRIES or pause_s > MAX_WAIT_S or not may_repeat():
                    tries = f" after {failures} tries" if failures > 1 else ""
                    msg = f"{failed}{tries}: {words_of(error) or type(error).__name__}"
                    raise kind(
                        msg,
                        retryable=advice.retryable,
                        retry_after_s=advice.retry_after_s,
                        status_code=advice.status_code,
                    ) from raised
                _log.warning("%s: asking again in %.1f s: %r", failed, pause_s, error)
            finally:
                self._count(kind, time.monotonic() - began_s)
            self.retries += 1
            await self._sleep(pause_s)

    def _count(self, kind: type[BackendError], seconds: float) -> None:
        if kind is TTSError:
            self.tts_s += seconds
        else:
            self.stt_s += seconds


def check_counts(**counts: int) -> None:
    """Check arguments that say how many.

    Raises:
        ValueError: One of them is no whole number from 1 on.
    """
    for name, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            msg = f"{name} {count!r} is not valid: give a whole number, 1 or more"
            raise ValueError(msg)


def check_timeout(timeout_s: float) -> None:
    """Check the seconds that one call may take.

    Raises:
        ValueError: It is no positive number.
    """
    is_number = isinstance(timeout_s, int | float) and not isinstance(timeout_s, bool)
    if not is_number or not 0 < timeout_s <= sys.float_info.max:
        msg = f"timeout_s {timeout_s!r} is not valid: give a positive number"
        raise ValueError(msg)


async def answered(ask: Callable[[], Awaitable[T]], nothing: str, *, timeout_s: float) -> T:
    """Await what somebody else's code has to say: it can neither hang the loop nor end it, only fail.

    Args:
        ask: The call. It isn't made where this task is cancelled: a run that has failed pays for nothing more.
        nothing: How the error begins that says that no answer came.
        timeout_s: Seconds that it may take.

    Raises:
        TimeoutError: It took longer.
        RuntimeError: It raised what would end its task, or the process.
    """
    await anyio.lowlevel.checkpoint_if_cancelled()
    with anyio.move_on_after(timeout_s):
        return await _contained(ask)
    msg = f"{nothing} within {timeout_s:g} s: where that is too short, give a larger timeout_s="
    raise TimeoutError(msg)


async def _contained(ask: Callable[[], Awaitable[T]]) -> T:
    try:
        return await ask()
    except Exception:
        raise
    except BaseException as error:
        ours: tuple[type[BaseException], ...] = ()
        if _platform.is_cancelled():  # else its own task was, somewhere below
            ours += (anyio.get_cancelled_exc_class(),)
        if threading.current_thread() is threading.main_thread():  # perhaps a signal's; elsewhere it ends the loop
            ours += (SystemExit, KeyboardInterrupt)
        for each in _leaves(error):
            if isinstance(each, ours):
                raise each from None
        told = "; ".join(f"{type(each).__name__}: {words_of(each)}".removesuffix(": ") for each in _leaves(error))
        msg = f"it was ended from within by {told}"
        raise RuntimeError(msg) from error


def _leaves(error: BaseException) -> list[BaseException]:
    """Return the errors in a group of errors, in order; one that is no group, as it is."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for each in error.exceptions for leaf in _leaves(each)]


def short(text: str) -> str:
    """Return a text as one may quote it on a line beside other words."""
    return repr(text if len(text) <= _SHORT else text[: _SHORT - 1] + "…")
