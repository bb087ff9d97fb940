"""Korean: its numerals said in full, what must be said right in it, and which of its vowels nobody tells apart."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Language
from progresskit.audio.readings.hangul import matches, usual_readings
from progresskit.audio.readings.ko_criticals import criticals
from progresskit.audio.readings.ko_days import dates_alone, day_readings
from progresskit.audio.readings.ko_latin import latin_readings
from progresskit.audio.readings.ko_readings import number_readings
from progresskit.audio.readings.ko_words import address_readings, second_forms, sign_readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from progresskit.audio.readings.base import Reading

__all__ = ["LANGUAGE"]

_SYLLABLES: Final = ord("가"), ord("힣")
_VOWELS, _FINALS = 21, 28
_SAME_VOWELS: Final = {1: 5, 3: 7, 10: 15, 11: 15}
"""ㅐ is said as ㅔ, ㅒ as ㅖ, ㅙ and ㅚ as ㅞ; by their places among the vowels."""
_READERS: Final = (number_readings, day_readings, sign_readings, address_readings, usual_readings)


def _readings(text: str) -> Iterator[Reading]:
    return chain.from_iterable(reader(text) for reader in _READERS)


def _alike(text: str, other: str) -> Iterator[Reading]:
    dates = dates_alone(text, other, number_readings(text))
    return chain(matches(text, other), dates, second_forms(text), latin_readings(text))


@lru_cache(maxsize=16_384)
def _sound(unit: str) -> str:
    if unit == "쩜":  # how 점 is said in a number
        return "점"
    if len(unit) != 1 or not _SYLLABLES[0] <= ord(unit) <= _SYLLABLES[1]:
        return unit
    rest, final = divmod(ord(unit) - _SYLLABLES[0], _FINALS)
    initial, vowel = divmod(rest, _VOWELS)
    same = _SAME_VOWELS.get(vowel, vowel)
    return chr(_SYLLABLES[0] + (initial * _VOWELS + same) * _FINALS + final)


LANGUAGE: Final = Language(readings=_readings, criticals=criticals, sound=_sound, alike=_alike)
