"""English in a Korean text: what its contractions are short for, its spellings, and what must be said right in it.

It is read as English is, in the text with a blank for each character that is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Critical, Reading
from progresskit.audio.readings.en_criticals import word_criticals
from progresskit.audio.readings.en_sounds import american
from progresskit.audio.readings.en_words import word_readings
from progresskit.audio.readings.hangul_words import WORDS
from progresskit.audio.readings.ko_opposites import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["latin_criticals", "latin_readings"]

_WORD: Final = re.compile("[A-Za-z]+")
_NO_ENGLISH: Final = re.compile("[^\0-\x7f]")
_HALF_DAY: Final = re.compile(
    r"(?<![A-Za-z])(?:[AP]\.?M|(?:(?<=[0-9])|(?<=[0-9] ))[ap]\.?m|[ap]\.?m(?=\.? ?[0-9]))(?![A-Za-z])"
)
"""AM and PM, in small letters only beside an hour."""


def latin_readings(text: str) -> Iterator[Reading]:
    """Yield what the English words of a text are short for, and their American spelling."""
    if not _WORD.search(text):
        return
    english = _NO_ENGLISH.sub(" ", text)
    yield from word_readings(english)
    for match in _WORD.finditer(english):
        if (spelled := american(written := match[0].lower())) != written:
            yield Reading(*match.span(), spelled)


def latin_criticals(text: str) -> Iterator[Critical]:
    """Yield the negations and opposites of a text that are English; an opposite as the Korean word too that it is."""
    if not _WORD.search(text):
        return
    for critical in word_criticals(_NO_ENGLISH.sub(" ", text)):
        yield critical
        for hangul in WORDS.get(critical.member, ()):
            yield from _opposites(critical, hangul)
    for match in _HALF_DAY.finditer(text):
        yield from _opposites(Critical(*match.span(), "opposite"), "오전" if match[0][0] in "Aa" else "오후")


def _opposites(critical: Critical, korean: str) -> Iterator[Critical]:
    return (critical._replace(group=group, member=member) for group, member in FORMS.get(korean, ()))
