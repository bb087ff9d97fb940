"""Numbers that are written in a shape of their own: dates, clocks, telephone numbers, versions, fractions.

Each function is given the words of a language, what is written, and where it begins.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.han_words import LONGEST_CODE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from progresskit.audio.readings.han_words import HanWords

__all__ = ["SHAPES", "Said", "half_day", "minutes_to"]

Said = tuple[int, int, str]
"""Where a piece of a text begins and ends, and what is said for it."""

_NOON: Final = 12
_HALF_HOUR, _HOUR = 30, 60
_LAST_MONTH: Final = 12
_LAST_DAY: Final = 31
_LONGEST_TERM: Final = 6  # digits in a term of a fraction that one would say

_DATE_SIGN: Final = re.compile(r"[-/.]")
_CODE_PART: Final = re.compile(r"([0-9]+)([- ]?)")
_SLASHED_PART: Final = re.compile(r"([0-9]+)/?")
_VERSION_PART: Final = re.compile(r"([0-9]+)(\.?)")


def half_day(words: HanWords, clock: str, at: int, end: int, *, is_afternoon: bool) -> Iterator[Said]:
    """Read a clock that is followed by AM or PM, which ends at ``end``."""
    hour, minute, *_ = clock.split(":")
    value = int(hour) % _NOON + (_NOON if is_afternoon else 0)
    minutes = words.minute_forms(int(minute)) if int(minute) else ("", *words.oclock)
    for told in words.hour_forms(value, is_told=True):
        yield from ((at, end, told + spoken) for spoken in minutes)


def minutes_to(words: HanWords, hour: int, minute: int) -> Sequence[str]:
    """Return the ways to say a time by the hour that follows; none before the half."""
    return words.forms_to(hour + 1, _HOUR - minute) if _HALF_HOUR < minute < _HOUR else ()


def _date(words: HanWords, date: str, at: int) -> Iterator[Said]:
    year, month, day = _DATE_SIGN.split(date)
    month_at, day_at, end = at + len(year) + 1, at + len(date) - len(day), at + len(date)
    yield at, month_at, words.han.spell(year) + words.year
    yield at, month_at, words.cardinal(year) + words.year
    yield month_at, day_at, words.cardinal(month) + words.month
    yield from ((day_at, end, spoken) for spoken in words.days_of_month(int(day)))


def _clock(words: HanWords, clock: str, at: int) -> Iterator[Said]:
    hour, minute, *second = clock.split(":")
    minute_at, end = at + len(hour) + 1, at + len(clock)
    hours = words.hour_forms(int(hour))
    last = words.cardinal(second[0]) + words.second if second else ""
    if int(minute) or second:  # the usual reading, whole; the pieces below make the same, and all others
        minutes = words.cardinal(minute) + words.minute if second else words.minute_forms(int(minute))[0]
        yield at, end, hours[0] + minutes + last
    if not int(minute) and not second:
        yield from ((at, end, spoken + full) for spoken in hours for full in ("", *words.oclock))
    else:
        yield from ((at, minute_at, spoken) for spoken in hours)
        if second:
            second_at = end - len(second[0])
            yield minute_at, second_at, words.cardinal(minute) + words.minute
            yield second_at, end, last
        else:
            yield from ((minute_at, end, spoken) for spoken in words.minute_forms(int(minute)))
            yield from ((at, end, spoken) for spoken in minutes_to(words, int(hour), int(minute)))
    yield at, end, words.ratio.join(map(words.cardinal, clock.split(":")))


def _slashes(words: HanWords, digits: str, at: int) -> Iterator[Said]:
    """Read a date whose order isn't known: only its digits are sure."""
    for part in _SLASHED_PART.finditer(digits):
        yield from ((at + part.start(), at + part.end(), spoken) for spoken in words.by_digit(part[1]))


def _code(words: HanWords, code: str, at: int) -> Iterator[Said]:
    """Read digits one by one; their hyphens are silent, or said. 1000-2000 may be a range as well."""
    parts = list(_CODE_PART.finditer(code))
    is_range = len(parts) == 2 and not any(part[1].startswith("0") for part in parts)  # noqa: PLR2004
    for part in parts:
        digits, start, end = part[1], at + part.start(), at + part.end()
        if len(digits) > LONGEST_CODE:
            continue
        yield start, end, words.han.spell(digits)
        if words.zeros and "0" in digits:
            yield from _zeros(words, digits, start, end, joints=("", words.code_joint) if part[2] else ("",))
        names = [] if digits.startswith("0") else [words.cardinal(digits)]
        if words.code_joint and part[2]:
            yield from ((start, end, name + words.code_joint) for name in [words.han.spell(digits), *names])
        if is_range or words.code_joint:
            yield from ((start, start + len(digits), name) for name in [*names, words.han.spell(digits)])
    if is_range:
        sign = at + len(parts[0][1])
        yield from ((sign, sign + 1, to) for to in words.to)


def _zeros(words: HanWords, digits: str, start: int, end: int, joints: Sequence[str]) -> Iterator[Said]:
    """Read each digit by itself, for each zero may have any of its names; any of the joints follows the last."""
    last = start + len(digits) - 1
    for at, digit in enumerate(digits, start):
        names = (words.han.spell(digit), *(words.zeros if digit == "0" else ()))
        if at < last:
            yield from ((at, at + 1, name) for name in names)
        else:
            yield from ((at, end, name + joint) for name in names for joint in joints)


def _version(words: HanWords, version: str, at: int) -> Iterator[Said]:
    for part in _VERSION_PART.finditer(version):
        point = words.point if part[2] else ""
        names = () if part[1].startswith("0") else (words.cardinal(part[1]),)  # 1.05 is no 1.5
        for spoken in dict.fromkeys((*names, *words.by_digit(part[1]))):
            if spoken:
                yield at + part.start(), at + part.end(), spoken + point


def _fraction(words: HanWords, fraction: str, at: int, *, may_be_date: bool = True) -> Iterator[Said]:
    """Read a fraction, which may be the month and day of a date as well."""
    whole, _, terms = fraction.rpartition(" ")
    top, bottom = terms.split("/")
    if max(len(whole), len(top), len(bottom)) > _LONGEST_TERM:
        return
    dates: list[str] = []
    if may_be_date and not whole and 1 <= int(top) <= _LAST_MONTH and 1 <= int(bottom) <= _LAST_DAY:
        dates = [words.cardinal(top) + words.month + day for day in words.days_of_month(int(bottom))]
    fractions: list[str] = []
    if not any(part.startswith("0") for part in (whole, top, bottom)):
        first = words.cardinal(whole) + words.mixed if whole else ""
        fractions = [first + words.fraction.format(words.cardinal(top), words.cardinal(bottom))]
        if terms == fraction == "1/2":
            fractions.append(words.one_half)
    is_date = int(top) >= int(bottom)
    for spoken in [*dates, *fractions] if is_date else [*fractions, *dates]:
        yield at, at + len(fraction), spoken


def _vulgar(words: HanWords, number: str, at: int) -> Iterator[Said]:
    """Read a fraction that is one character: ½, 2½."""
    whole, terms = number[:-1], unicodedata.normalize("NFKC", number[-1]).replace("\u2044", "/")
    spelled = f"{whole} {terms}" if whole else terms
    yield from ((at, at + len(number), spoken) for *_, spoken in _fraction(words, spelled, at, may_be_date=False))


SHAPES: Final[Mapping[str, Callable[[HanWords, str, int], Iterator[Said]]]] = {
    "date": _date,
    "clock": _clock,
    "slashes": _slashes,
    "code": _code,
    "version": _version,
    "fraction": _fraction,
    "vulgar": _vulgar,
}
"""How each shape is read, by the name of its group in the pattern that finds it."""
