"""Whether a backend's error may pass if one asks again, and how long to wait before.

By what the error is: an ``OSError`` or a timeout may pass; of HTTP answers 408, 425, 429 and 5xx may; a
:class:`~progresskit.errors.BackendError` says it itself; anything else is a mistake that stays one. Vendors'
clients wrap what happened below them, so the causes count too. Pure, but for the time and the chance that it is
handed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from progresskit.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MAX_TRIES", "Advice", "advise", "wait_s", "words_of"]

MAX_TRIES: Final = 4
"""How often a backend is asked for one thing, the first time included."""
FIRST_WAIT_S: Final = 0.5
"""The longest wait after the first failure; it doubles with each further one."""
MAX_WAIT_S: Final = 60.0
"""A backend that asks for a longer wait has failed: somebody may be watching."""

_MAY_PASS: Final = frozenset({408, 425, 429})
_CLIENT_ERRORS: Final = range(400, 500)
_LOST: Final = frozenset({"NetworkError", "RemoteProtocolError", "ClientConnectionError", "ClientPayloadError"})
"""What httpx and aiohttp call a connection that broke: no ``OSError``, and httpx has cut off the one below it."""
_STATUSES: Final = range(100, 600)


@dataclass(frozen=True)
class Advice:
    """What an error says about asking again.

    Attributes:
        retryable: Whether it may pass.
        retry_after_s: Seconds that the backend asked to wait; None = it didn't.
        status_code: The HTTP status of its answer; None = there was none.
    """

    retryable: bool
    retry_after_s: float | None = None
    status_code: int | None = None


def advise(error: BaseException, *, now: dt.datetime) -> Advice:
    """Read an error, and what caused it.

    Args:
        error: What a backend raised.
        now: The time, with a zone; a ``Retry-After`` may be a date.
    """
    for each in _causes(error):
        if isinstance(each, BackendError):
            # As a number, or as it stood in the header that its backend had it from.
            after_s = None if each.retry_after_s is None else _seconds(str(each.retry_after_s).strip(), now)
            return Advice(each.retryable, after_s, each.status_code)
        status = _status(each)
        if status is not None:
            may_pass = status in _MAY_PASS or status not in _CLIENT_ERRORS
            return Advice(may_pass, _retry_after_s(each, now) if may_pass else None, status)
        # Before OSError: requests' errors are OSErrors, those with a status included. httpx's timeouts are none.
        names = {kind.__name__ for kind in type(each).__mro__}
        if isinstance(each, OSError) or names & _LOST or any("Timeout" in name for name in names):
            return Advice(retryable=True)
    return Advice(retryable=False)


def wait_s(failures: int, advice: Advice, *, chance: float) -> float:
    """Return how long to wait before the next try: exponential, with jitter, and at least what was asked for.

    Args:
        failures: How many tries have failed so far, from 1.
        advice: What the last error said.
        chance: 0 to 1, drawn anew each time; so that many that failed together don't come back together.
    """
    waits: float = FIRST_WAIT_S * 2.0 ** (failures - 1) * (0.5 + 0.5 * chance)
    return max(waits, advice.retry_after_s or 0.0)


def words_of(error: BaseException) -> str:
    """Return what an error says; nothing where it says nothing, or fails to."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - of a foreign class, whose mistake must not hide the error itself
        return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__


def _status(error: BaseException) -> int | None:
    """Return the HTTP status that an error carries, under the names of httpx, requests, urllib, aiohttp, openai."""
    response = getattr(error, "response", None)
    for holder in (error, response):
        for name in ("status_code", "status", "code"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and not isinstance(value, bool) and value in _STATUSES:
                return int(value)
    return None


def _retry_after_s(error: BaseException, now: dt.datetime) -> float | None:
    """Return the seconds of a ``Retry-After`` header, which may be a number or a date (RFC 9110, 10.2.3)."""
    for holder in (getattr(error, "response", None), error):
        headers: Any = getattr(holder, "headers", None)
        if not isinstance(headers, Mapping) and not hasattr(headers, "get"):
            continue
        value = headers.get("retry-after") or headers.get("Retry-After")
        if isinstance(value, str | int | float):
            return _seconds(str(value).strip(), now)
    return None


def _seconds(value: str, now: dt.datetime) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, OverflowError):  # the latter of a day or a zone beyond all numbers
            return None
        if date.tzinfo is None:  # "-0000": UTC, from a server that knows no zone of its own
            date = date.replace(tzinfo=dt.UTC)
        seconds = (date - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
