"""What signs, units and words beside a Korean number make of it: 마이너스 오, 십구 달러, 한 시간 반."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.ko_context import GAP, HALF_DAY, After, half_day_before, is_late, spoken
from progresskit.audio.readings.ko_counted import Number, counted
from progresskit.audio.readings.ko_counters import Kind, counter_at, kind_of
from progresskit.audio.readings.ko_numerals import SINO_BELOW, native, sino
from progresskit.audio.readings.ko_ranges import FROM, TILDE
from progresskit.audio.readings.ko_shapes import mixed
from progresskit.audio.readings.ko_units import CURRENCIES, FRACTION_SIGNS, SIGNS, SPOKEN_BEFORE, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from progresskit.audio.normalize import Span

__all__ = ["halves", "minus", "money", "signed", "whole", "with_unit"]

_MIXED: Final = re.compile(r" ([0-9]+)/([0-9]+)(?![0-9/])")
_MAGNITUDE: Final = re.compile(r"(?: ?[천백십]?[만억조천백])+")
_MINUS: Final = re.compile(r"(?:^|[^\w.\-])-$")
_PLUS: Final = re.compile(r"(?:^|[^\w.+])\+$")
_SIGN: Final = re.compile(rf" ?([{re.escape(''.join(SIGNS))}])")
_MONEY_BEFORE: Final = re.compile(r"(?:US|us)?([$€£₩¥]) ?$")
_BACK: Final = 4  # characters of US$ and a space
_MAGNITUDES: Final = {"만": 10**4, "억": 10**8, "조": 10**12}
_LATIN_MAGNITUDES: Final = {"K": 10**3, "M": 10**6, "B": 10**9}
_ONE_DROPPED: Final = frozenset("만천백십")
_CENTS: Final = 2
_SPEEDS: Final = frozenset(["km/h", "m/s"])
_DEGREES: Final = ("도", "℃", "°")
_NOON, _MIDNIGHT = 12, 24
_HALVED: Final = frozenset(
    ["년", "개월", "달", "주", "주일", "일", "시간", "개", "배", "잔", "병", "컵", "판", "그릇", "인분", "평", "마리"]
)


def minus(text: str, start: int, end: int) -> Iterator[Reading]:
    """Yield what the minus of a number is said as."""
    if _MINUS.search(text[max(0, start - 2) : start]):
        is_cold = text.startswith(_DEGREES, end) or text.startswith(_DEGREES, end + 1)
        yield from spoken(start - 1, start, ("영하 ", "마이너스 ") if is_cold else ("마이너스 ", "영하 "))


def signed(text: str, start: int, end: int, said: Iterable[str]) -> Iterator[Reading]:
    """Yield what other signs before and after a number are said as."""
    before = text[max(0, start - 2) : start]
    if _PLUS.search(before):  # a plus is no character to compare: its number is said with it
        yield from spoken(start - 1, end, (f"{sign} {one}" for one in said for sign in ("플러스", "영상")))
    elif before[-1:] == "#":
        yield from spoken(start - 1, end, (f"{sign} {one}" for one in said for sign in SIGNS["#"]))
    if match := _SIGN.match(text, end):
        until = match.end()
        if gap := GAP.match(text, until):  # 5 + 3: between digits a space is a character too
            until = gap.end()
        yield from spoken(start, until, (f"{one} {sign} " for one in said for sign in SIGNS[match[1]]))


def with_unit(text: str, place: Span, said: tuple[str, ...], after: After) -> Iterator[Reading]:
    """Yield what the unit after a number is said as."""
    start, _ = place
    if not after.unit:
        return
    names, until = names_of(after.unit), after.start + len(after.unit)
    yield from spoken(after.start, until, names)
    if after.unit[0].isalnum() or after.unit[0] == "%":
        speed = f"{SPOKEN_BEFORE[after.unit]} " if after.unit in _SPEEDS else ""
        yield from spoken(start, until, (f"{speed}{one} {names[0]}" for one in said[:1]))
    else:  # no character to compare: the number is said with it
        yield from spoken(start, until, (f"{one} {name}" for one in said for name in names))
    if first := SPOKEN_BEFORE.get(after.unit.lower()):
        yield from spoken(start, until, (f"{first} {one} {name}" for one in said for name in names[:2]))
    if tilde := TILDE.match(text, until):
        yield from spoken(after.start, tilde.end(), (f"{name}{word} " for name in names for word in FROM))
        yield from spoken(start, tilde.end(), (f"{one} {names[0]}에서 " for one in said[:1]))


def money(text: str, place: Span, number: Number, after: After) -> Iterator[Reading]:
    """Yield what a sum is said as: a sign of money comes after the number, and its cents may have a name."""
    start, end = place
    back = max(0, start - _BACK)
    if match := _MONEY_BEFORE.search(text[back:start]):
        first, sign = back + match.start(), match[1]
        magnitude = _MAGNITUDE.match(text, end)
        until, words = (magnitude.end(), magnitude[0]) if magnitude else (end, "")
        said = list(counted(number, "달러")) if not words or number.digits != "1" or number.fraction else ["", "일"]
        if text[until : until + 1] in _LATIN_MAGNITUDES and not text[until + 1 : until + 2].isalpha():
            said, until = list(_scaled(number, _LATIN_MAGNITUDES[text[until]])), until + 1
            number = number._replace(fraction="")  # 1.25 million has no cents
    elif (sign := text[end : end + 1]) in CURRENCIES and sign != "원":
        first, until, words, said = start, end + 1, "", list(counted(number, "달러"))
    elif number.fraction and after.counter in CURRENCIES:
        first, until, words, said, sign = start, after.start + len(after.counter), "", [], after.counter
    else:
        return
    units, cents = CURRENCIES[sign]
    if cents and not words and len(number.fraction) == _CENTS and number.value < SINO_BELOW:
        whole = f"{sino(number.value)[0]} {units[0]} " if number.value else ""
        part = f"{sino(int(number.fraction))[0]} {cents}" if int(number.fraction) else ""
        yield from spoken(first, until, [(whole + part).strip() or f"영 {units[0]}"])
    yield from spoken(first, until, (f"{one}{words} {unit}" for one in said for unit in units))


def halves(place: Span, number: Number, after: After) -> Iterator[Reading]:
    """Yield the readings of a decimal that is said as a half or as a whole number: 한 시간 반, 일억 오천만."""
    start, end = place
    if number.fraction == "5" and number.value and after.counter in _HALVED:
        said = counted(number._replace(fraction=""), after.counter)
        until = after.start + len(after.counter)
        yield from spoken(start, until, (f"{one} {after.counter} 반" for one in said))
    elif not after.counter and number.fraction == "5" and number.value < SINO_BELOW:
        yield from spoken(start, end, mixed(number.value, 1, 2)[:2])
    elif after.counter in _MAGNITUDES:
        yield from spoken(start, after.start + len(after.counter), _scaled(number, _MAGNITUDES[after.counter]))


def _scaled(number: Number, magnitude: int) -> tuple[str, ...]:
    """Return what so many thousands or millions are said as in full; nothing where that is no whole number."""
    parts, rest = divmod(int(number.fraction or 0) * magnitude, 10 ** len(number.fraction))
    value = number.value * magnitude + parts
    return () if rest or value >= SINO_BELOW else sino(value)


def whole(text: str, place: Span, number: Number, after: After) -> Iterator[Reading]:
    """Yield the readings of a whole number together with what follows it."""
    start, end = place
    if (sign := text[end : end + 1]) in FRACTION_SIGNS and number.value < SINO_BELOW:
        counter = counter_at(text, end + 1)
        yield from spoken(start, end + 1, mixed(number.value, *FRACTION_SIGNS[sign]))
        if sign == "½" and counter in _HALVED:
            said = counted(number, counter)
            yield from spoken(start, end + 1 + len(counter), (f"{one} {counter} 반" for one in said))
    elif (match := _MIXED.match(text, end)) and number.value < SINO_BELOW:
        yield from spoken(start, match.end(), mixed(number.value, int(match[1]), int(match[2])))
    elif number.digits == "1" and after.counter in _ONE_DROPPED:
        yield Reading(start, after.start + 1, after.counter)
    elif kind_of(after.counter) is Kind.HOUR:
        yield from _hour(text, start, end, number)
    elif match := HALF_DAY.match(text, end):
        half = "오전" if match[1] in "Aa" else "오후"
        yield from spoken(start, match.end(), (f"{half} {name} 시" for name in counted(number, "시")))


def _hour(text: str, start: int, end: int, number: Number) -> Iterator[Reading]:
    if _NOON < number.value < _MIDNIGHT:
        half = "" if is_late(text, start) else "오후 "
        yield from spoken(start, end, (half + name for name in native(number.value - _NOON)))
    yield from half_day_before(text, start)
