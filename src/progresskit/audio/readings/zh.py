"""Chinese, Simplified and Traditional: its readings, and its words that must be said right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Critical, Language
from progresskit.audio.readings.critical_words import CriticalWords
from progresskit.audio.readings.han_reader import HanReader
from progresskit.audio.readings.zh_characters import SIMPLIFIED
from progresskit.audio.readings.zh_numbers import ChineseWords
from progresskit.audio.readings.zh_words import AMOUNTS, EXEMPT, NEGATIONS, NO_NUMBER, OPPOSITES

if TYPE_CHECKING:
    from progresskit.audio.readings.han_forms import Number

__all__ = ["LANGUAGE"]

_NUMBERS: Final = HanReader(ChineseWords())
_WORDS: Final = CriticalWords(OPPOSITES, negations=NEGATIONS, numbers=AMOUNTS, exempt=EXEMPT)
_SOUNDS: Final = SIMPLIFIED | str.maketrans("\u3007○幺她它妳", "零零一他他你")
_NO_NUMBER: Final = re.compile(f"(?<![午晚晨])(?:{NO_NUMBER})")
_BEFORE_NO_NUMBER: Final = re.compile("[统唯之万同单不逐专如合划再张李王]$")


def _criticals(text: str) -> list[Critical]:
    """Return what must be said right in a text, in order."""
    plain = text.translate(SIMPLIFIED)
    numbers = (
        Critical(number.start, number.end, "number") for number in _NUMBERS.numbers(text) if _is_number(plain, number)
    )
    return sorted([*numbers, *_WORDS(plain)])


def _is_number(text: str, number: Number) -> bool:
    """Tell whether a piece of a text counts something: 三个 and 二十, not 一样 nor 三明治."""
    if number.is_sure:
        return True
    digits = number.digits
    if _NO_NUMBER.match(text, number.digits_start):
        return False
    if len(digits) > 1:
        return _NUMBERS.is_name(digits)
    if digits in "百千万亿" or _BEFORE_NO_NUMBER.search(text[max(0, number.start - 1) : number.start]):
        return False
    return bool(number.counter) or digits not in "一十"


def _sound(unit: str) -> str:
    """Return the Simplified form of a character, and of a digit its usual name."""
    return unit.translate(_SOUNDS)


LANGUAGE: Final = Language(readings=_NUMBERS.readings, criticals=_criticals, sound=_sound)
