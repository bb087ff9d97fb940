"""Korean numerals: Sino-Korean names (일, 이, 삼), native ones (하나, 둘, 셋), and digits one by one (공일공).

    >>> sino(12_000)[0], native(21)[0], spelled("010")[0]
    ('만 이천', '스물한', '공일공')

Each has more than one form that is right; the first is the usual one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

__all__ = ["SINO_BELOW", "native", "native_ordinal", "sino", "spelled"]

SINO_BELOW: Final = 10**16
"""From here on a number has no name, only digits."""
_NATIVE_BELOW: Final = 100
"""From here on there are no native numerals."""

_DIGITS: Final = "영일이삼사오육칠팔구"
_ONES: Final = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS: Final = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_BEFORE_NOUNS: Final = {"하나": "한", "둘": "두", "셋": "세", "넷": "네"}
_TWENTY: Final = "스물"
_GROUP: Final = 10_000
_GROUPS: Final = ("", "만", "억", "조")
_PLACES: Final = ((1000, "천"), (100, "백"), (10, "십"))
# Before which units a one is said: as usual, as in a contract, as on a cheque, and as in talk; never before 십, since
# 일 십이 is a one and a twelve. A one before 만
# within a number (일억 일만) is usual.
_KEPT_ONES: Final = ("억조", "만억조", "천백만억조", "")


@lru_cache(maxsize=4096)
def sino(value: int) -> tuple[str, ...]:
    """Return the Sino-Korean names of a whole number from 0 to below :data:`SINO_BELOW`."""
    if not value:
        return "영", "공"
    styles = _KEPT_ONES if "1" in str(value) else _KEPT_ONES[:1]
    return tuple(dict.fromkeys(_sino(value, kept) for kept in styles))


@lru_cache(maxsize=1024)
def native(value: int, *, alone: bool = False) -> tuple[str, ...]:
    """Return how a number counts things: 세, 스물한, 백스물세; none for zero, and where only Sino-Korean does.

    Args:
        value: The number.
        alone: Whether no noun follows: 셋, 스물하나.
    """
    rest = value % _NATIVE_BELOW
    if not rest or value >= _GROUP:
        return ()
    name = _native(rest) if alone else _before_noun(rest)
    return (name,) if value == rest else tuple(f"{hundreds}{name}" for hundreds in sino(value - rest))


def native_ordinal(value: int) -> tuple[str, ...]:
    """Return what a number is before 번째: 첫, 두, 열두, 스물한."""
    return ("첫",) if value == 1 else native(value)


def spelled(digits: str) -> tuple[str, ...]:
    """Return ASCII digits one by one; a zero is 공 or 영."""
    names = "".join([_DIGITS[int(digit)] for digit in digits])
    return (names.replace("영", "공"), names) if "0" in digits else (names,)


def _sino(value: int, kept: str) -> str:
    words: list[str] = []
    for at in range(len(_GROUPS) - 1, -1, -1):
        value_here, name = value // _GROUP**at % _GROUP, _GROUPS[at]
        if not value_here:
            continue
        is_bare = value_here == 1 and name and name not in kept and not (words and kept == _KEPT_ONES[0])
        words.append(name if is_bare else _hundreds(value_here, kept) + name)
    return " ".join(words)


def _hundreds(value: int, kept: str) -> str:
    name = ""
    for place, unit in _PLACES:
        digit = value // place % 10
        if digit:
            name += unit if digit == 1 and unit not in kept else _DIGITS[digit] + unit
    return name + (_DIGITS[value % 10] if value % 10 else "")


def _native(value: int) -> str:
    return _TENS[value // 10] + _ONES[value % 10]


def _before_noun(value: int) -> str:
    ones = _ONES[value % 10]
    name = _TENS[value // 10] + _BEFORE_NOUNS.get(ones, ones)
    return "스무" if name == _TWENTY else name
