"""Japanese: its readings, and its words that must be said right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Critical, Language
from progresskit.audio.readings.critical_words import CriticalWords
from progresskit.audio.readings.han_reader import HanReader
from progresskit.audio.readings.ja_numbers import KANA_COUNTS, JapaneseWords
from progresskit.audio.readings.ja_words import AMOUNTS, EXEMPT, NEGATIONS, NO_NUMBER, OPPOSITES

if TYPE_CHECKING:
    from progresskit.audio.readings.han_forms import Number

__all__ = ["LANGUAGE"]

_NUMBERS: Final = HanReader(JapaneseWords())
_WORDS: Final = CriticalWords(OPPOSITES, negations=NEGATIONS, numbers=AMOUNTS, exempt=EXEMPT)
_SOUNDS: Final = str.maketrans("\u3007○ヶヵ萬圓", "零零ケカ万円")
_NO_NUMBER: Final = re.compile(NO_NUMBER)
_BEFORE_NO_NUMBER: Final = re.compile("[統唯同単均随逐専]$")
_JOINED: Final = re.compile("[一-鿿々ァ-ヶー]")
_AMBIGUOUS: Final = {"いつか", "なのか"}  # someday; "is it"
_IN_KANA: Final = re.compile(f"(?:{'|'.join(sorted(KANA_COUNTS - _AMBIGUOUS, key=len, reverse=True))})[目め]?")


def _criticals(text: str) -> list[Critical]:
    """Return what must be said right in a text, in order."""
    numbers = (
        Critical(number.start, number.end, "number") for number in _NUMBERS.numbers(text) if _is_number(text, number)
    )
    in_kana = (Critical(*match.span(), "number") for match in _IN_KANA.finditer(text))
    return sorted([*numbers, *in_kana, *_WORDS(text)])


def _is_number(text: str, number: Number) -> bool:
    """Tell whether a piece of a text counts something: 三人 and 二十, not 一緒 nor 四国."""
    if number.is_sure:
        return True
    if _NO_NUMBER.match(text, number.digits_start):
        return False
    if number.counter:
        return _BEFORE_NO_NUMBER.search(text[max(0, number.start - 1) : number.start]) is None
    if len(number.digits) > 1:
        return _NUMBERS.is_name(number.digits)
    return _JOINED.match(text, max(0, number.start - 1), number.start) is None


def _sound(unit: str) -> str:
    """Return the usual form of a character that is written in several ways."""
    return unit.translate(_SOUNDS)


LANGUAGE: Final = Language(readings=_NUMBERS.readings, criticals=_criticals, sound=_sound)
