"""What Korean dates, times and fractions are said as."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from progresskit.audio.readings.ko_counted import Number, counted
from progresskit.audio.readings.ko_numerals import SINO_BELOW, native, sino

__all__ = ["clock", "date", "day", "fraction", "mixed"]

_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NOON, _DAY, _HOUR, _HALF = 12, 24, 60, 30


def date(year: str, month: str, day_of_month: str) -> list[str]:
    """Return what a date in digits is said as; nothing where there is no such day."""
    days = day(month, day_of_month)
    years = [*counted(Number(year, "", grouped=False), "년")]
    if len(year) == 2:  # noqa: PLR2004 - of this century
        years.append(sino(2000 + int(year))[0])
    return [f"{one}년 {other}" for one in years for other in days]


def day(month: str, day_of_month: str) -> list[str]:
    """Return what a month and a day in digits are said as; nothing where there is no such day."""
    if not 1 <= int(month) <= len(_DAYS) or not 1 <= int(day_of_month) <= _DAYS[int(month) - 1]:
        return []
    months = counted(Number(str(int(month)), "", grouped=False), "월")
    return [f"{one}월 {sino(int(day_of_month))[0]} 일" for one in months]


@lru_cache(maxsize=2048)
def clock(hour: str, minute: str, second: str = "", *, is_late: bool = False) -> tuple[str, ...]:
    """Return what a time of day is said as: 세 시 삼십 분, 세 시 반; nothing where there is none.

    Args:
        hour: The digits of the hour.
        minute: Those of the minute.
        second: Those of the second; may be empty.
        is_late: Whether 오후 is said before it already.
    """
    if int(hour) > _DAY or int(minute) >= _HOUR or int(second or 0) >= _HOUR:
        return ()
    minutes = _minutes(int(minute)) if not second else [f" {sino(int(minute))[0]} 분 {sino(int(second))[0]} 초"]
    said = [f"{hours} 시{rest}" for hours in _hours(hour, is_late=is_late) for rest in minutes]
    if second:
        said += [f"{hours} 시간{rest}" for hours in native(int(hour)) for rest in minutes]
    return tuple(said)


def fraction(numerator: int, denominator: int) -> list[str]:
    """Return what a fraction is said as: 삼분의 이; nothing where it is none."""
    if not denominator or max(numerator, denominator) >= SINO_BELOW:
        return []
    said = [f"{sino(denominator)[0]} 분의 {sino(numerator)[0]}"]
    return [*said, "반", "절반"] if (numerator, denominator) == (1, 2) else said


def mixed(whole: int, numerator: int, denominator: int) -> list[str]:
    """Return what a whole number and a fraction are said as: 이와 이분의 일."""
    parts = fraction(numerator, denominator)[:1]
    particle = "과" if sino(whole)[0][-1] in "영일삼육칠팔십백천만억" else "와"
    said = [f"{sino(whole)[0]}{joint} {part}" for part in parts for joint in (particle, "")]
    return [*said, f"{sino(whole)[0]} 점 오"] if (numerator, denominator) == (1, 2) else said


def _hours(hour: str, *, is_late: bool) -> list[str]:
    value = int(hour)
    if not value:
        return [*sino(0), "오전 영", "오전 열두"]
    if value <= _NOON:
        return [*native(value), *(f"오전 {name}" for name in native(value) if hour[0] == "0")]
    late = list(native(value - _NOON)) if value < _DAY else []
    return [*late, *sino(value)] if is_late else [*sino(value), *native(value), *(f"오후 {name}" for name in late)]


def _minutes(minute: int) -> list[str]:
    if not minute:
        return ["", " 정각"]
    said = [f" {sino(minute)[0]} 분"]
    return [*said, " 반"] if minute == _HALF else said
