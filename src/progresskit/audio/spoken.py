"""The spoken form of a text: what stands for it when every numeral, sign and abbreviation is said in words."""

from __future__ import annotations

import re
from typing import Final

from progresskit.audio.languages import base_language, language_of, unit_of
from progresskit.audio.normalize import clean
from progresskit.audio.readings import readings_of
from progresskit.audio.units import usual

__all__ = ["spoken_form"]

_PLAIN_WORDS: Final = re.compile(r"[^\W\d_]+(?:['\s-]+[^\W\d_]+)*")


def spoken_form(text: str, language: str | None = None) -> str:
    """Return a text as one would say it: ``It costs $5`` as ``It costs five dollars``.

    Voices that stumble over signs and numerals read it as it is meant. Scored against the text it stands for, it is
    perfect. Words that are said as they are written stay, contractions and their kind too.

    Args:
        text: Any text.
        language: BCP 47 tag, of which the first part counts; None = by the script of the text. A text in another
            language than English, Korean, Chinese or Japanese is returned as it is.
    """
    base = base_language(language) or language_of(text)
    known = readings_of(base)
    if known is None:
        return text
    written = clean(text)
    readings = [
        reading
        for reading in known.readings(written)
        if unit_of(base) == "character" or not _PLAIN_WORDS.fullmatch(written[reading.start : reading.end])
    ]
    parts: list[str] = []
    at = 0
    for reading in usual(readings):
        parts += [written[at : reading.start], reading.spoken]
        at = reading.end
    return "".join([*parts, written[at:]]) if parts else text
