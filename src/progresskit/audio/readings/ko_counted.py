"""What one Korean number is said as, given what it counts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.readings.ko_counters import NUMBERED, OLD_THREES, Kind, kind_of
from progresskit.audio.readings.ko_numerals import SINO_BELOW, native, native_ordinal, sino, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Number", "about", "counted", "decimal", "number_of", "ones_by_ones"]

_LONGEST: Final = 24
"""Digits of the longest number that is read; nobody says a longer one."""

_NUMBER: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_CODE: Final = 3  # digits of the shortest number that may be a name of something, said digit by digit
_CODE_ALONE: Final = 7  # digits from which on a number without commas is one, whatever is around it
_VALUES: Final = range(4, _CODE_ALONE)  # how many digits a number has that is rather said by its value: not 119
_PADDED: Final = 2  # digits of 05, which is five in a date or a time
_YEAR: Final = 4
_OF_A_YEAR: Final = frozenset(["학번", "년생"])
"""What goes by the last two digits of a year: 구삼 학번, 구삼년생."""
_NOON, _MIDNIGHT = 12, 24
_MONTHS: Final = {6: ("유", "육"), 10: ("시", "십")}
_PLACES: Final = {1: "첫", 2: "둘", 3: "셋", 4: "넷"}
_OLD: Final = {3: "석", 4: "넉"}
_FROM_TEN: Final = 10
_RATHER_SINO: Final = 20
_CENTURIES: Final = ("19", "20")
_HELP_LINES: Final = re.compile(r"1[0-4][0-9]|1[3-9][0-9]{2}")  # 119, 1588
_REMEMBERED: Final = frozenset(
    ["3.1", "3.15", "4.3", "4.19", "5.16", "5.18", "6.10", "6.25", "6.29", "8.15", "10.26", "12.12", "9.11"]
)
"""Days that are known by their digits: 6.25 is 육이오."""
_SHORT_YEARS: Final = range(60, 100)

# Two counts in a row are one guess: 서너 개 is three or four.
_NATIVE_PAIRS: Final = {
    1: ("한두",), 2: ("두세",), 3: ("서너", "세네"), 4: ("네다섯", "네댓", "너댓", "너덧"), 5: ("대여섯", "다섯여섯"),
    6: ("예닐곱", "여섯일곱"), 7: ("일고여덟", "일곱여덟"), 8: ("여덟아홉", "엳아홉"),
}  # fmt: skip
_FIVE_SIX: Final = ("오륙", "오육")


class Number(NamedTuple):
    """A number as it is written.

    Attributes:
        digits: Its whole part, without commas.
        fraction: The digits after its point; empty if it has none.
        grouped: Whether it had commas.
    """

    digits: str
    fraction: str
    grouped: bool

    @property
    def value(self) -> int:
        """The whole part."""
        return int(self.digits)

    @property
    def is_padded(self) -> bool:
        """Whether it begins with a zero that counts nothing."""
        return len(self.digits) > 1 and self.digits[0] == "0"


def number_of(written: str) -> Number | None:
    """Return what is written as one number: ``2,000``, ``3.5``, ``007``; None where it is none, or too long."""
    match = _NUMBER.fullmatch(written)
    if match is None or len(written) > _LONGEST:
        return None
    return Number(match[1].replace(",", ""), match[2] or "", "," in match[1])


@lru_cache(maxsize=4096)
def counted(number: Number, counter: str = "", *, is_name: bool = False) -> tuple[str, ...]:
    """Return what a number is said as before a counter; the usual way first.

    Args:
        number: The number.
        counter: What it counts; empty where it stands alone or what follows is no known counter.
        is_name: Whether the text says that it names something (a code, a telephone), so that its digits may be said.
    """
    kind = kind_of(counter)
    if number.fraction:
        written = f"{number.digits}.{number.fraction}"
        is_day = (kind is Kind.PLAIN or counter == "절") and written in _REMEMBERED
        return (*decimal(number), *(spelled(number.digits + number.fraction)[:1] if is_day else ()))
    by_digit = spelled(number.digits) if len(number.digits) > 1 else ()
    if number.is_padded:
        is_part = len(number.digits) == _PADDED and kind not in {Kind.PLAIN, Kind.BOTH, Kind.EITHER, Kind.NATIVE}
        return (*(_valued(number.value, kind, counter) if is_part else ()), *by_digit)
    if number.value >= SINO_BELOW:
        return by_digit
    by_value = _valued(number.value, kind, counter)
    if not _may_be_spelled(number, counter, is_name=is_name):
        return by_value
    is_code = is_name or (kind is Kind.PLAIN and len(number.digits) not in _VALUES)
    return (*by_digit, *by_value) if is_code else (*by_value, *by_digit)


def decimal(number: Number) -> tuple[str, ...]:
    """Return what a decimal or a version is said as: 삼 점 일일, 삼 점 십일."""
    if number.value >= SINO_BELOW:
        return ()
    fractions = spelled(number.fraction)
    if len(number.fraction) > 1 and number.fraction[0] != "0":
        fractions = (*fractions, sino(int(number.fraction))[0])
    return tuple(f"{whole} 점 {fraction}" for whole in sino(number.value) for fraction in fractions)


def ones_by_ones(number: Number) -> tuple[str, ...]:
    """Return what a group of a telephone number or a code is said as: digit by digit first."""
    by_value = () if number.is_padded or number.value >= SINO_BELOW else sino(number.value)
    return tuple(dict.fromkeys((*spelled(number.digits), *by_value)))


@lru_cache(maxsize=1024)
def about(low: int, high: int, counter: str) -> tuple[str, ...]:
    """Return what a guess between two neighbouring numbers is said as: 이삼 (일), 서너 (개), 이삼십 (명)."""
    if not 0 < low < high < SINO_BELOW:
        return ()
    kind = kind_of(counter)
    said: list[str] = []
    if high == low + 1 and kind not in {Kind.SINO, Kind.MONTH, Kind.YEAR}:
        said += _NATIVE_PAIRS.get(low, ())
    step = high - low
    zeros = str(step)[1:]
    if str(step) == "1" + zeros and low % step == 0 and low // step < _FROM_TEN - 1 and step <= 1000:  # noqa: PLR2004
        unit = sino(step)[0] if zeros else ""
        pair = _FIVE_SIX if low // step == 5 else (sino(low // step)[0] + sino(high // step)[0],)  # noqa: PLR2004
        said += ["오뉴"] if kind is Kind.MONTH and low == 5 else []  # noqa: PLR2004
        said += [two + unit for two in pair]
    elif step == 1 and low % _FROM_TEN and high % _FROM_TEN:
        said += [name + sino(high % _FROM_TEN)[0] for name in sino(low)]
    return tuple(said)


def _may_be_spelled(number: Number, counter: str, *, is_name: bool) -> bool:
    digits = number.digits
    if number.grouped or len(digits) == 1:
        return False
    kind = kind_of(counter)
    if kind is Kind.YEAR:
        is_short = is_name or (int(digits) in _SHORT_YEARS and int(digits[0]) + 1 != int(digits[1]))
        return len(digits) == _YEAR or (len(digits) == _PADDED and (is_short or counter in _OF_A_YEAR))
    if len(digits) < _CODE:
        return is_name and kind is Kind.PLAIN and int(digits[0]) + 1 != int(digits[1])  # 이삼 is two or three
    if counter in NUMBERED or (is_name and kind is Kind.PLAIN):
        return True
    if kind is not Kind.PLAIN:
        return False
    is_year = len(digits) == _YEAR and digits.startswith(_CENTURIES)
    return is_year or len(digits) >= _CODE_ALONE or _HELP_LINES.fullmatch(digits) is not None


def _valued(value: int, kind: Kind, counter: str) -> tuple[str, ...]:
    """Return what a number is said as by its value."""
    said: Iterable[str]
    if kind is Kind.NATIVE:
        said = (*native(value), *sino(value)) if value >= _FROM_TEN or not value else native(value)
    elif kind is Kind.BOTH and value < _RATHER_SINO:
        said = (*native(value), *sino(value))
    elif kind in {Kind.BOTH, Kind.EITHER}:
        said = (*sino(value), *native(value))
    elif kind is Kind.ORDINAL:
        said = (*native_ordinal(value), *(sino(value) if value >= _FROM_TEN or not value else ()))
    elif kind is Kind.PLACE:
        said = (_PLACES[value],) if value in _PLACES else native(value, alone=value < _FROM_TEN) or sino(value)
    elif kind is Kind.HOUR and value:
        said = native(value) if value <= _NOON else (*sino(value), *native(value))
    elif kind is Kind.MONTH:
        said = _MONTHS.get(value) or sino(value)
    elif kind is Kind.PLAIN:
        said = (*sino(value), *native(value, alone=True), *native(value))
    else:
        said = sino(value)
    if counter in OLD_THREES and value in _OLD:
        said = (*said, _OLD[value])
    return tuple(dict.fromkeys(said))
