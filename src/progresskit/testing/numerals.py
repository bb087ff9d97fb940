"""How whole numbers are said in English, Korean, Chinese and Japanese: plain rules, apart from those under test."""

from __future__ import annotations

from typing import Final

__all__ = ["LARGEST", "said"]

LARGEST: Final = 9_999
"""The largest number that :func:`said` can say."""

_ENGLISH: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
_ONES: Final = _ENGLISH.split()[:20]
_TENS: Final = ["", "", *_ENGLISH.split()[20:]]
_SINO_KOREAN: Final = ("영일이삼사오육칠팔구", "십백천")
_CHINESE: Final = ("零一二三四五六七八九", "十百千")
_NATIVE_ONES: Final = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS: Final = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")


def said(number: int, language: str, *, native: bool = False) -> tuple[str, ...]:
    """Return how a number from 0 to 9,999 is said, the usual way first.

    Args:
        number: The number.
        language: ``en``, ``ko``, ``zh`` or ``ja``.
        native: In Korean, the native numeral before a counter, where there is one: 1 to 99.
    """
    if language == "en":
        return _english(number)
    if language == "ko":
        return (_native(number),) if native and 0 < number < 100 else (_sino(number, *_SINO_KOREAN),)  # noqa: PLR2004 - as said above
    if language == "zh":
        return _chinese(number)
    return (_sino(number, *_CHINESE),)


def _english(number: int) -> tuple[str, ...]:
    parts = []
    thousands, hundreds, rest = number // 1000, number // 100 % 10, number % 100
    if thousands:
        parts.append(f"{_ONES[thousands]} thousand")
    if hundreds:
        parts.append(f"{_ONES[hundreds]} hundred")
    if not rest and parts:
        return (" ".join(parts),)
    ones = rest if rest < len(_ONES) else rest % 10
    words = [] if rest < len(_ONES) else [_TENS[rest // 10]]
    if ones or not words:
        words.append(_ONES[ones])
    last = " ".join(words)
    return (" ".join([*parts, last]), " ".join([*parts, "and", last])) if parts else (last,)


def _sino(number: int, digits: str, powers: str) -> str:
    """Say a number digit by digit with its powers of ten; before a power a one is left out."""
    text = ""
    for place, digit in enumerate(reversed(str(number))):
        if digit != "0":
            one = digit == "1" and place > 0
            text = ("" if one else digits[int(digit)]) + (powers[place - 1] if place else "") + text
    return text or digits[0]


def _native(number: int) -> str:
    ones = number % 10
    tens = "스무" if number == 20 else _NATIVE_TENS[number // 10]  # noqa: PLR2004 - twenty before a counter
    return tens + _NATIVE_ONES[ones]


def _chinese(number: int) -> tuple[str, ...]:
    digits, powers = _CHINESE
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += (digits[0] if gap else "") + digits[digit] + (powers[place - 1] if place else "")
            gap = False
        else:
            gap = bool(text)
    text = text or digits[0]
    usual = text.removeprefix("一") if text.startswith("一十") else text
    pairs = usual.replace("二千", "两千").replace("二百", "两百")
    return tuple(dict.fromkeys((usual, pairs, text)))
