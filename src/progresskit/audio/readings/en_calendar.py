"""How dates and times of day are said in English."""
# ruff: noqa: PLR2004, SIM905 - the numbers are the point, a table reads best as words

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.en_cardinals import by_digits, cardinals, ordinals, years

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MONTHS", "WEEKDAYS", "by_part_of_day", "clock", "date", "halfless_times", "numeric_date"]

_MONTH_NAMES: Final = "january february march april may june july august september october november december".split()
_WEEKDAY_NAMES: Final = "monday tuesday wednesday thursday friday saturday sunday".split()

MONTHS: Final = {name[:length]: name for name in _MONTH_NAMES for length in (3, len(name))} | {"sept": "september"}
"""Names of months by what is written for them, lower case."""
WEEKDAYS: Final = {name[:length]: name for name in _WEEKDAY_NAMES for length in (3, len(name))} | {
    "tues": "tuesday",
    "thur": "thursday",
    "thurs": "thursday",
}
"""The same for the days of the week."""

_AFTER_NOON: Final = re.compile(
    r"(?<![\w.,:/-])(?P<hour>00?|1[3-9]|2[0-3]):(?P<minute>[0-5][0-9])(?![^\W_]|[.,:/-][0-9])"
)
_LAST_MONTH, _LAST_DAY, _HOURS, _NOON = 12, 31, 24, 12


@lru_cache(maxsize=1024)
def date(month: str, day: int) -> tuple[str, ...]:
    """Return the ways to say a day of a month: ``may third``, ``the third of may``."""
    if not 0 < day <= _LAST_DAY:
        return ()
    first, count = ordinals(day)[0], cardinals(day)[0]
    return (
        f"{month} {first}",
        f"the {first} of {month}",
        f"{month} the {first}",
        f"{first} of {month}",
        f"{first} {month}",
        f"{month} {count}",
        f"{count} {month}",
    )


def numeric_date(match: re.Match[str]) -> Iterator[str]:
    """Yield the ways to say a date in numbers; only by its digits where it is unclear which is the month."""
    written, sep = match[0], match["sep"]
    pieces = written.split(sep)
    if len(pieces[0]) == 4:
        year, month, day = pieces
        orders = [(month, day)]
    else:
        one, other, year = pieces
        orders = [(one, other)] if int(other) > _LAST_MONTH else [(other, one)] if int(one) > _LAST_MONTH else []
    if len(year) not in {2, 4}:
        return
    said_years = _said_years(year)
    for month, day in orders:
        if 0 < int(month) <= _LAST_MONTH:
            for said, said_year in product(date(_MONTH_NAMES[int(month) - 1], int(day)), said_years):
                yield f"{said} {said_year}"
                if pieces[0] == year:
                    yield f"{said_year} {said}"
    ways = [said_years if piece is year else _piece(piece) for piece in pieces]
    words = {"/": "slash", "-": "dash", ".": "dot"}
    for style in product(*ways):
        yield " ".join(style)
        yield f" {words[sep]} ".join(style)
    if not orders:
        yield from by_digits(*pieces)


def halfless_times(text: str, other: str) -> Iterator[Reading]:
    """Yield the times after noon of a text that the other one says without telling so: ``half past three``.

    Only what it has word for word: else 15:30 and 3:30 would be one.
    """
    heard = other.lower()
    for match in _AFTER_NOON.finditer(text):
        for way in _past(int(match["hour"]) % _NOON or _NOON, int(match["minute"])):
            if way in heard:
                yield Reading(*match.span(), way)


def clock(hour: int, minute: int, *, leads: bool = False) -> tuple[str, ...]:
    """Return the ways to say a time of day; none of what no clock shows.

    Args:
        hour: 0 to 24.
        minute: 0 to 59.
        leads: Whether the hour is written with a zero before it.
    """
    if hour > _HOURS or minute >= 60 or (hour == _HOURS and minute):
        return ()
    names = {0: ("midnight", "twelve midnight"), _NOON: ("noon", "twelve noon")}.get(hour % _HOURS, ())
    return tuple(dict.fromkeys([*_clock(hour, minute, leads=leads), *(names if not minute else ())]))


def by_part_of_day(hour: int, minute: int, half: str) -> Iterator[str]:
    """Yield the ways to say a time of day by the part of it that it is in: ``three in the afternoon``, ``noon``.

    Args:
        hour: 1 to 12.
        minute: 0 to 59.
        half: ``a`` or ``p``.
    """
    after_midnight = hour % _NOON
    if not after_midnight and not minute:
        yield from (f"{twelve}{name}" for name in ["noon" if half == "p" else "midnight"] for twelve in ("", "twelve "))
    if half == "a":
        parts = ["in the morning", *(["at night"] if after_midnight < 4 else [])]
    else:
        spans = {"in the afternoon": range(6), "in the evening": range(5, 12), "at night": range(8, 12)}
        parts = [part for part, hours in spans.items() if after_midnight in hours]
    yield from (f"{way} {part}" for way in _clock(hour, minute, leads=False) for part in parts)


def _clock(hour: int, minute: int, *, leads: bool) -> Iterator[str]:
    hours = [cardinals(hour)[0]]
    if leads:
        digit = cardinals(hour)[0]
        hours = [digit, f"oh {digit}", f"zero {digit}"] if hour else ["zero zero", "oh oh", "zero"]
    minutes = cardinals(minute)[0]
    if 0 < minute < 10:
        yield from (f"{said} {zero} {minutes}" for said in hours for zero in ("oh", "zero"))
    elif minute:
        yield from (f"{said} {minutes}" for said in hours)
    else:
        if hour <= _NOON:
            yield from (f"{hours[0]} o'clock", hours[0])
        if leads or hour > _NOON or not hour:
            yield from (f"{said} hundred{end}" for said in hours for end in (" hours", ""))
            yield from (f"{said} {zero} {zero}" for said in hours for zero in ("zero", "oh"))
    if hour > _NOON or not hour:
        twelve, half = (hour % _NOON or _NOON), ("a" if hour in {0, _HOURS} else "p")
        for said in _clock(twelve, minute, leads=False):
            yield from (f"{said} {half} m", f"{said} {half}m")
    else:
        yield from _past(hour, minute)


def _past(hour: int, minute: int) -> Iterator[str]:
    this, following = cardinals(hour)[0], cardinals(hour % _NOON + 1)[0]
    past = ("past", "after")
    to = ("to", "of", "till", "until", "before")
    if minute == 30:
        yield f"half past {this}"
    elif minute in {15, 45}:
        yield from (
            f"{quarter} {word} {this if minute == 15 else following}"
            for quarter in ("quarter", "a quarter")
            for word in (past if minute == 15 else to)
        )
    if 0 < minute <= 30:
        yield from _minutes(minute, past, this)
    elif minute > 30:
        yield from _minutes(60 - minute, to, following)


def _minutes(count: int, words: tuple[str, ...], hour: str) -> Iterator[str]:
    said = cardinals(count)[0]
    for word in words:
        if count % 5 == 0:
            yield f"{said} {word} {hour}"
        yield f"{said} {'minute' if count == 1 else 'minutes'} {word} {hour}"


def _said_years(year: str) -> tuple[str, ...]:
    if len(year) == 2:
        return (*_piece(year), *((f"twenty {_piece(year)[0]}",) if year >= "10" else ()))
    return years(int(year))[:3] if year >= "1000" else by_digits(year)


def _piece(digits: str) -> tuple[str, ...]:
    """Return the ways to say a day or month of a date by its digits: ``oh five``, ``zero five``, ``five``."""
    said = cardinals(int(digits))[0]
    return tuple(dict.fromkeys([*by_digits(digits)[:2], said] if digits.startswith("0") else [said]))
