"""Numbers in Han characters, as Chinese and Japanese write them: from a value to its name, and back.

What the two languages differ in stands in a :class:`Han`; the arithmetic is the same: 12,005 is 一万两千零五 in
Chinese, and 一万二千五 in Japanese.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LARGEST", "Han"]

LARGEST: Final = 10**16
"""From here on a number has no name, only digits."""

_ITEM: Final = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?|.", re.DOTALL)
_PLACES: Final = re.compile(r"\.([0-9]+)")
_LONGEST: Final = 48  # characters of the longest name below LARGEST, with room to spare
_SHORTHAND: Final = 100
_TWO: Final = 2
_SMALL: Final = ((1000, "千"), (100, "百"), (10, "十"))
_UNITS: Final = {unit: value for value, unit in _SMALL}


class Han(NamedTuple):
    """How a language names numbers.

    Attributes:
        digits: The ten digits.
        larges: The names of ten thousand and above with their values, the largest first.
        two: The digit two where it counts hundreds and more.
        gap: What stands for places without a digit between two that have one; may be empty.
        keeps_one: Whether one stands before a hundred and a thousand, and before a ten within a number.
        shorthand: Whether a last digit counts tenths of the unit before it: 一百一 is 110.
        spellings: Other characters for a digit or unit; each is read as one of those.
    """

    digits: str
    larges: Sequence[tuple[int, str]]
    two: str
    gap: str
    keeps_one: bool
    shorthand: bool
    spellings: Mapping[str, str]

    def say(self, value: int) -> str:
        """Return the name of a whole number from 0 to below :data:`LARGEST`."""
        return self._name(value, leads=True) if value else self.digits[0]

    def spell(self, digits: str) -> str:
        """Return ASCII digits one by one."""
        return "".join([self.digits[int(digit)] for digit in digits])

    def digits_of(self, text: str) -> str:
        """Return the ASCII digits of a number written digit by digit (二〇二六); empty where it is none."""
        found = [self.digits.find(self.spellings.get(char, char)) for char in text]
        return "".join(map(str, found)) if found and min(found) >= 0 else ""

    def value_of(self, text: str) -> int | None:
        """Return the value of a name, in which ASCII numbers may stand too (3万5千, 1.5亿); None where it is none."""
        if len(text) > _LONGEST:
            return None
        if text.isdecimal() and text.isascii():
            value, rest = int(text), 0
        else:
            places = _PLACES.search(text)
            scale = 10 ** len(places[1]) if places is not None else 1
            total = _Sum(self, scale)
            if not all(map(total.add, _ITEM.findall(text))):
                return None
            value, rest = divmod(total.value(), scale)
        return value if value < LARGEST and not rest else None

    def _name(self, value: int, *, leads: bool) -> str:
        for large, name in self.larges:
            if value >= large:
                count, rest = divmod(value, large)
                many = self.two if count == _TWO else self._counting(count, leads=leads)
                return many + name + self._rest(rest, large)
        return self._small(value, leads=leads)

    def _counting(self, count: int, *, leads: bool) -> str:
        """Return how many ten thousands there are: there a thousand keeps its one everywhere (一千万)."""
        name = self._name(count, leads=leads)
        return self.digits[1] + name if name[0] == "千" else name

    def _rest(self, rest: int, unit: int) -> str:
        if not rest:
            return ""
        return (self.gap if rest < unit // 10 else "") + self._name(rest, leads=False)

    def _small(self, value: int, *, leads: bool) -> str:
        for unit, name in _SMALL:
            if value >= unit:
                digit, rest = divmod(value, unit)
                is_ten = unit == _UNITS["十"]
                many = self.two if digit == _TWO and not is_ten else self.digits[digit]
                if digit == 1 and not (self.keeps_one and not (is_ten and leads)):
                    many = ""
                return many + name + self._rest(rest, unit)
        return self.digits[value]


class _Sum:
    """The value of a name, as far as it is read.

    Args:
        han: How it is named.
        scale: What all of it is multiplied by, so that its decimal places are whole.
    """

    def __init__(self, han: Han, scale: int) -> None:
        self._han = han
        self._scale = scale
        self._total = self._section = 0  # in whole ten thousands and more; below them
        self._digit: int | None = None
        self._last = self._top = LARGEST  # the last unit of the section; of the whole
        self._has_gap = False
        self._is_empty = True

    def add(self, item: str) -> bool:
        """Add a character or an ASCII number; tell whether it may stand there."""
        leads, self._is_empty = self._is_empty, False
        char = self._han.spellings.get(item, item)
        digit = self._han.digits.find(char)
        if digit >= 0:
            return self._add_number(digit * self._scale, is_gap=digit == 0 and not leads)
        if char[0].isdigit():
            whole, _, places = char.replace(",", "").partition(".")
            return self._add_number(int(whole + places) * (1 if places else self._scale), is_gap=False)
        if (unit := _UNITS.get(char)) is not None:
            return self._add_unit(unit)
        return any(self._add_large(large) for large, name in self._han.larges if name == char)

    def value(self) -> int:
        """Return the value, in which a last digit may count tenths of the unit before it."""
        digit = self._digit or 0
        before = self._last if self._section else self._top
        is_short = self._han.shorthand and not self._has_gap and digit < len(self._han.digits) * self._scale
        if is_short and _SHORTHAND <= before < LARGEST:
            digit *= before // 10
        return self._total + self._section + digit

    def _add_number(self, number: int, *, is_gap: bool) -> bool:
        if self._digit is not None:
            return False
        if is_gap:
            self._has_gap = True
        else:
            self._digit = number
        return True

    def _add_unit(self, unit: int) -> bool:
        is_bare = self._digit is None and self._han.keeps_one and unit > _UNITS["十"]
        if unit >= self._last or is_bare:
            return False
        self._section += (self._scale if self._digit is None else self._digit) * unit
        self._digit, self._last, self._has_gap = None, unit, False
        return True

    def _add_large(self, large: int) -> bool:
        section = self._section + (self._digit or 0)
        is_product = large > self._top  # 一万亿
        if large == self._top or not (section or is_product):
            return False
        self._total = (self._total + section) * large if is_product else self._total + section * large
        self._section, self._digit = 0, None
        self._last, self._top, self._has_gap = LARGEST, large, False
        return True
