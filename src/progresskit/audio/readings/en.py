"""English: how its numerals, abbreviations and contractions are said, what sounds alike, what must be right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Language
from progresskit.audio.readings.en_amounts import bare_prices
from progresskit.audio.readings.en_calendar import halfless_times
from progresskit.audio.readings.en_criticals import criticals
from progresskit.audio.readings.en_scan import numeral_readings
from progresskit.audio.readings.en_signs import address_readings, sign_readings
from progresskit.audio.readings.en_sounds import sound
from progresskit.audio.readings.en_words import word_readings
from progresskit.audio.readings.hangul import matches

if TYPE_CHECKING:
    from progresskit.audio.readings.base import Reading

__all__ = ["LANGUAGE"]


def _readings(text: str) -> list[Reading]:
    found = [*numeral_readings(text), *word_readings(text), *address_readings(text)]
    return [*found, *sign_readings(text, found)]


def _alike(text: str, other: str) -> list[Reading]:
    foreign = () if other.isascii() else matches(text, other)
    return [*bare_prices(text, other), *halfless_times(text, other), *foreign]


LANGUAGE: Final = Language(readings=_readings, criticals=criticals, sound=sound, alike=_alike)
