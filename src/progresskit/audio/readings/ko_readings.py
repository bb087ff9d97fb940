"""How Korean says numbers: with their counters, as dates, times, money, fractions, ranges, telephone numbers.

A text is read run by run: digits with what joins them (``2,000``, ``3:30``, ``2~3``). Each piece of a run has
readings of its own, so that the ways to say all of it needn't be multiplied out; only what is said in another order
than it is written (``$5``, ``1/2``), and signs that are no characters to compare (``℃``), take their number with them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.ko_beside import halves, minus, money, signed, whole, with_unit
from progresskit.audio.readings.ko_context import (
    GAP,
    HALF_DAY,
    After,
    after_number,
    counted_as,
    half_day_before,
    in_english,
    is_late,
    is_named,
    is_within_word,
    spoken,
)
from progresskit.audio.readings.ko_counted import Number, counted, number_of, ones_by_ones
from progresskit.audio.readings.ko_counters import UNIT
from progresskit.audio.readings.ko_numerals import sino, spelled
from progresskit.audio.readings.ko_ranges import DASH, TILDE, from_to, joint, until_counter
from progresskit.audio.readings.ko_shapes import clock, date, day, fraction
from progresskit.audio.readings.ko_units import FRACTION_SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from progresskit.audio.normalize import Span

__all__ = ["number_readings"]

_RUN: Final = re.compile(r"[0-9]+(?:[.,:/~-][0-9]+)*|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒]")
_LONGEST: Final = 60
"""Characters of the longest run that is read."""
_PIECE: Final = re.compile(r"[0-9]+")
_DATE: Final = re.compile(r"([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})\.([0-9]{1,2})\.([0-9]{1,2})")
_SPACED_DATE: Final = re.compile(r"([0-9]{4})\. ?([0-9]{1,2})\. ?([0-9]{1,2})(?![0-9])\.?")
_SPACED_DAY: Final = re.compile(r"(?<![0-9.])([0-9]{1,2})\. ?([0-9]{1,2})(?=\.? ?\([월화수목금토일]\))")
_MONTH_OF_YEAR: Final = re.compile(r"((?:19|20)[0-9]{2})[-./](0[1-9]|1[0-2])")
_DAY: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_FRACTION: Final = re.compile(r"([0-9]+)/([0-9]+)")
_OF_A_VERSION: Final = re.compile(r"(?:버전|[vV]|[vV]ersion) ?$")
_VERSION: Final = re.compile(r"[0-9]+(?:\.[0-9]+){2,}")
_RATIO: Final = re.compile(r"([0-9]{1,15}):([0-9]{1,15})")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_TELEPHONE: Final = re.compile(r"0[0-9]{1,2}\)? ?[0-9]{3,4}[ -][0-9]{4}(?![0-9])|1[0-9]{3} [0-9]{4}(?![0-9])")
_NOON: Final = 12
_BACK: Final = 9  # characters of a word that says so, and a space
_CODE: Final = 7
_GROUP: Final = 3
_LONGEST_COUNT: Final = 4
"""Digits of the ends of a range that counts something."""
_JOINTS: Final = {".": ("점",), ":": ("대",), "/": ("슬래시",), "-": DASH}


def number_readings(text: str) -> Iterator[Reading]:
    """Yield how the numbers of a text may be said, with the signs and units beside them."""
    past = 0
    for match in _RUN.finditer(text):
        start, end = match.span()
        if start < past or end - start > _LONGEST or is_within_word(text, start, end):
            continue
        spaced, of_year = _SPACED_DATE.match(text, start), _SPACED_DAY.match(text, start)
        said = date(*spaced.groups()) if spaced else day(*of_year.groups()) if of_year else []
        if said and (dated := spaced or of_year):
            past = dated.end()
            yield from spoken(start, past, said)
            continue
        if telephone := _TELEPHONE.match(text, start):
            past = telephone.end()
            yield from _code(text, start, past)
        else:
            yield from _run(text, start, end)


def _run(text: str, start: int, end: int) -> Iterator[Reading]:
    """Yield the readings of digits and what joins them."""
    written = text[start:end]
    if "~" in written:
        yield from _range(text, _parts(text, start, end, "~"))
    elif "-" in written and not _DATE.fullmatch(written) and not _MONTH_OF_YEAR.fullmatch(written):
        parts = _parts(text, start, end, "-")
        groups = [text[slice(*part)] for part in parts]
        are_digits = all(map(str.isdecimal, groups))
        digits = sum(map(len, groups))
        is_code = are_digits and (len(parts) > 2 or digits >= _CODE or any(_is_padded(group) for group in groups))  # noqa: PLR2004
        is_code = is_code or (
            are_digits and (is_named(text, start, end) or all(len(group) >= _GROUP for group in groups))
        )
        if is_code:
            yield from _code(text, start, end)
        if len(parts) == 2 and not any(map(_is_padded, groups)):  # noqa: PLR2004
            yield from _range(text, parts)
    else:
        yield from _part(text, start, end, after_number(text, end))


def _parts(text: str, start: int, end: int, joint: str) -> list[Span]:
    parts: list[Span] = []
    for piece in text[start:end].split(joint):
        parts.append((start, start + len(piece)))
        start += len(piece) + 1
    return parts


def _is_padded(group: str) -> bool:
    return group[0] == "0" and len(group) > 1


def _code(text: str, start: int, end: int) -> Iterator[Reading]:
    """Yield the readings of a telephone number or a code, group by group with the sign after it."""
    groups = list(_PIECE.finditer(text, start, end))
    for at, group in enumerate(groups):
        number = number_of(group[0])
        if number is None:
            continue
        said = ones_by_ones(number)
        yield from spoken(group.start(), group.end(), said)
        if at + 1 < len(groups):
            until = groups[at + 1].start()
            yield from spoken(group.start(), until, (f"{one} " for one in said))
            yield from spoken(group.start(), until, (f"{one}{dash} " for one in said[:2] for dash in DASH))


def _range(text: str, parts: list[Span]) -> Iterator[Reading]:
    """Yield the readings of numbers, times or dates from one to another."""
    after = after_number(text, parts[-1][1])
    clocks = [_CLOCK.fullmatch(text, *part) for part in parts]
    is_whole_day = any(match is not None and int(match[1]) > _NOON for match in clocks)  # 9:00~18:00
    for at, (start, end) in enumerate(parts):
        is_last = at + 1 == len(parts)
        if is_whole_day and (match := _CLOCK.fullmatch(text, start, end)) and int(match[1]) <= _NOON:
            yield from spoken(start, end, (f"오전 {time}" for time in clock(*match.groups(""))))
        for reading in _part(text, start, end, after, is_last=is_last):
            yield reading
            if is_last and reading[:2] == (start, end) and not text[start:end].isdecimal():  # 9:00~9:30, 5/1~5/3
                yield Reading(start, end, f"{reading.spoken}까지")
        if text[start:end].isdecimal() and end - start <= _LONGEST_COUNT:  # 3~5명 is 삼에서 오 명 too
            yield from spoken(start, end, sino(int(text[start:end]))[:1])
        if not is_last:
            yield from joint(text, (end, parts[at + 1][0]), after)
            low, high = number_of(text[start:end]), number_of(text[slice(*parts[at + 1])])
            if low and high:
                yield from from_to(text, (start, parts[at + 1][1]), (low, high), after)
    yield from until_counter(after)


def _part(text: str, start: int, end: int, after: After, *, is_last: bool = True) -> Iterator[Reading]:
    """Yield the readings of one number, date or time."""
    written = text[start:end]
    if (number := number_of(written)) is not None:
        yield from _number(text, (start, end), number, after, is_last=is_last)
    elif written in FRACTION_SIGNS:
        yield from spoken(start, end, fraction(*FRACTION_SIGNS[written]))
    elif (match := _date(text, start, end)) and (said := date(*filter(None, match.group(1, 3, 4, 5, 6, 7)))):
        yield from spoken(start, end, said)
    elif match := _MONTH_OF_YEAR.fullmatch(written):
        yield from spoken(start, end, (said[: said.rindex("월") + 1] for said in date(match[1], match[2], "1")))
    elif (match := _CLOCK.fullmatch(written)) and clock(match[1], match[2], match[3] or ""):
        yield from _time(text, start, end, (match[1], match[2], match[3] or ""))
        yield from _pieces(text, start, end)
    else:
        if match := _RATIO.fullmatch(written):
            yield Reading(start, end, " 대 ".join(sino(int(side))[0] for side in match.groups()))
        if match := _FRACTION.fullmatch(written):
            yield from spoken(start, end, fraction(int(match[1]), int(match[2])))
            if after.counter == "분기":  # 3/4분기: the third of four
                yield Reading(start, end, spelled(match[1] + match[2])[0])
            days = day(*match.groups()) if _DAY.fullmatch(written) else []
            yield from spoken(start, end, days)
            if not days and int(match[1]) > int(match[2]):  # neither a part nor a day: 120/80, 24/7
                pair = [sino(int(side))[0] for side in match.groups() if len(side) <= _LONGEST_COUNT]
                yield from spoken(start, end, (joint.join(pair) for joint in (" ", "에 ") if len(pair) > 1))
        yield from _pieces(text, start, end)


def _date(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the match of a date in digits; none where the word before says that it is a version."""
    return None if _OF_A_VERSION.search(text, max(0, start - _BACK), start) else _DATE.fullmatch(text, start, end)


def _pieces(text: str, start: int, end: int) -> Iterator[Reading]:
    """Yield the readings of numbers side by side, such as a version, a ratio or a list, and of what joins them."""
    written = text[start:end]
    are_values, is_series = not _VERSION.fullmatch(written), written.count("/") > 1
    for match in _PIECE.finditer(text, start, end):
        at, until = match.span()
        number = number_of(match[0])
        if number is None:
            continue
        joint = text[until] if until < end else ""
        if are_values:
            said = counted(number, UNIT)
            if is_series and until - at > _GROUP:  # the year of a date whose order isn't known
                said = (*said, *spelled(match[0]))
        else:  # a zero before a digit is said in a version: 1.01.5 is not 1.1.5
            said = tuple(dict.fromkeys((*(() if number.is_padded else counted(number, UNIT)), *spelled(match[0]))))
        yield from spoken(at, until, said)
        yield from spoken(until, until + 1, _JOINTS.get(joint, ()))
        if joint == "," or (joint == "/" and is_series):
            yield from spoken(at, until + 1, (f"{one}{joint} " for one in said))


def _time(text: str, start: int, end: int, digits: tuple[str, str, str]) -> Iterator[Reading]:
    """Yield the readings of a time of day, with AM or PM beside it."""
    yield from spoken(start, end, clock(*digits, is_late=is_late(text, start)))
    if match := HALF_DAY.match(text, end):
        half = "오전" if match[1] in "Aa" else "오후"
        yield from spoken(start, match.end(), (f"{half} {time}" for time in clock(*digits)))
    yield from half_day_before(text, start)


def _number(text: str, place: Span, number: Number, after: After, *, is_last: bool) -> Iterator[Reading]:
    """Yield the readings of one number and of the signs beside it."""
    start, end = place
    is_name = is_named(text, start, end)
    said = (*counted(number, counted_as(text, start, after), is_name=is_name), *in_english(text, start, end))
    yield from spoken(start, end, said)
    yield from minus(text, start, end)
    if not is_last:  # what follows is beside the last number
        return
    yield from signed(text, start, end, said)
    if match := GAP.match(text, end):
        yield from spoken(start, match.end(), (one + match[0] for one in said))
        if tilde := TILDE.match(text, end):
            yield from _spaced_range(text, place, tilde.end())
    yield from with_unit(text, place, said, after)
    yield from money(text, place, number, after)
    if number.fraction:
        yield from halves(place, number, after)
    else:
        yield from whole(text, place, number, after)


def _spaced_range(text: str, first: Span, second: int) -> Iterator[Reading]:
    """Yield the readings of a range whose sign stands between spaces."""
    match = _RUN.match(text, second)
    if match is None or not _is_number(match[0]):
        return
    low, high, after = number_of(text[slice(*first)]), number_of(match[0]), after_number(text, match.end())
    yield from joint(text, (first[1], second), after)
    if low and high:
        yield from spoken(*first, counted(low, after.counter))
        yield from from_to(text, (first[0], match.end()), (low, high), after)
    yield from until_counter(after)


def _is_number(written: str) -> bool:
    return number_of(written) is not None
