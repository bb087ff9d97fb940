"""How English words that are short for others are said: abbreviations, contractions, Roman numerals."""
# ruff: noqa: SIM905 - a table reads best as words

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.en_calendar import MONTHS, WEEKDAYS
from progresskit.audio.readings.en_cardinals import cardinals, ordinals
from progresskit.audio.readings.en_romans import romans
from progresskit.audio.readings.en_spelled import FIRST_WORDS, spelled_readings
from progresskit.audio.readings.en_tables import (
    ABBREVIATIONS,
    COMPASS,
    NEVER_WORDS,
    NO_OWNERS,
    NUMBERED,
    PREDICATES,
    SPOKEN,
    TAILS,
)
from progresskit.audio.readings.en_units import EVERYWHERE, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["word_readings"]

_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)*")
_LETTERS: Final = re.compile(
    r"(?<![^\W_])(?:(?P<example>e\.\s?g\.?)|(?P<that>i\.\s?e\.?)|(?P<known>a\.k\.a\.?)"
    r"|(?P<states>U\.\s?S\.(?:\s?A\.)?)|(?P<kingdom>U\.\s?K\.)"
    r"|(?P<half>[aApP])\.\s?[mM]\b\.?|(?P<capital>[AP])M(?![^\W_])"
    r"|(?P<without>w/o)(?![^\W_])|(?P<with>w/)(?=\s|[a-z])|(?P<because>b/c)(?![^\W_])"
    r"|(?P<clock>[oO] clock)(?![^\W_])|(?P<okay>[oO]\.\s?[kK](?![^\W_])\.?))"
)
_SAID: Final[dict[str, tuple[str, ...]]] = {
    "example": ("for example", "for instance", "eg"),
    "that": ("that is", "ie"),
    "known": ("also known as", "aka"),
    "states": ("united states", "united states of america"),
    "kingdom": ("united kingdom",),
    "without": ("without",),
    "with": ("with",),
    "because": ("because",),
    "clock": ("o'clock",),
    "okay": ("okay",),
}
_STARTS: Final = frozenset("e i a u p w b o am pm".split())
"""What these may begin with."""
_NAMED_STREET: Final = re.compile(r"(?<![^\W_])[A-Z0-9][^\W_]+ $")
_NAME: Final = re.compile(r" [A-Z]")
_NEAR: Final = 24
_PREDICATE: Final = re.compile(rf"[ \n]+(?:{'|'.join(PREDICATES)}|[a-z]+ing)(?![^\W_])")
_ONLY_DATES: Final = frozenset("mon tue tues thu thur thurs fri jan feb apr jul aug sep sept oct nov".split())
"""Of the short names of months and days those that are no other word."""
_CALENDAR: Final = {short: name for short, name in {**MONTHS, **WEEKDAYS}.items() if short != name}
_UNITS: Final = {
    unit.lower(): (names[1], names[0], *names[2:]) for unit, names in UNITS.items() if unit.lower() in EVERYWHERE
}
_KNOWN: Final = frozenset(
    {*ABBREVIATIONS, *SPOKEN, *(word[1:] for word in SPOKEN if word.startswith("'")), *_STARTS, *_CALENDAR, *_UNITS}
)


def word_readings(text: str) -> Iterator[Reading]:
    """Yield the ways to say the words of a text that are short for others."""
    lowered = _lowered(text)
    for match in _WORD.finditer(lowered):
        word = match.group()
        if word in FIRST_WORDS:
            yield from spelled_readings(lowered, match.start())
        if word in _KNOWN:
            yield from _known(text, word, *match.span())
        elif "'" in word:
            stem, _, tail = word.rpartition("'")
            if tail == "s" and stem not in NO_OWNERS and not _PREDICATE.match(lowered, match.end()):
                continue
            subject, _, inner = stem.partition("'")
            for way in TAILS.get(tail, ()):
                yield Reading(*match.span(), f"{stem} {way}")
                yield from (Reading(*match.span(), f"{subject} {word} {way}") for word in TAILS.get(inner, ()))
    for roman in romans(text):
        count, rank = cardinals(roman.value)[0], f"the {ordinals(roman.value)[0]}"
        for way in (rank, count) if roman.is_rank else (count, rank):
            yield Reading(roman.start, roman.end, way)


def _known(text: str, word: str, start: int, end: int) -> Iterator[Reading]:
    after = text[end : end + 2]
    yield from (Reading(start, end, way) for way in _UNITS.get(word, ()))
    if _is_short(text, word, start, end):
        stop = end + (after[:1] == ".")
        ways = ABBREVIATIONS.get(word, ())
        if (
            word in {"st", "dr"}
            and _NAMED_STREET.search(text[max(0, start - _NEAR) : start])
            and not _NAME.match(text, stop)
        ):
            ways = ways[::-1]
        yield from (Reading(start, stop, way) for way in ways)
    begin = start - 1 if text[start - 1 : start] == "'" and f"'{word}" in SPOKEN else start
    yield from (Reading(begin, end, way) for way in SPOKEN.get(text[begin:start] + word, ()))
    if word in _CALENDAR and _is_dated(text, start, end):
        yield Reading(start, end + (after[:1] == "."), _CALENDAR[word])
    if word in _STARTS:
        yield from _longer(text, start)


def _is_short(text: str, word: str, start: int, end: int) -> bool:
    """Tell whether a word is short for another where it stands."""
    if text[end : end + 1] == ".":
        return word in NEVER_WORDS or word != "no" or _number_follows(text, end)
    if word in COMPASS:
        return text[max(0, start - 2) : start].strip() == "\u00b0"
    return word in NEVER_WORDS or (word in NUMBERED and _number_follows(text, end))


def _longer(text: str, start: int) -> Iterator[Reading]:
    if match := _LETTERS.match(text, start):
        kind = match.lastgroup or ""
        if kind in {"half", "capital"}:
            half = match[kind].lower()
            yield from (Reading(*match.span(), f"{half}{space}m") for space in (" ", ""))
        else:
            if kind in {"states", "kingdom"}:
                letters = re.findall("[a-z]", match[0].lower())
                yield from (Reading(*match.span(), space.join(letters)) for space in (" ", ""))
            yield from (Reading(*match.span(), way) for way in _SAID[kind])


def _lowered(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join([char.lower() if len(char.lower()) == 1 else char for char in text])


def _number_follows(text: str, end: int) -> bool:
    return text[end + 1 : end + 3].strip()[:1].isdecimal()


def _is_dated(text: str, start: int, end: int) -> bool:
    """Tell whether a short name of a month or day is one: before a full stop, or beside a numeral or another."""
    if not text[start].isupper():
        return False
    stop, after = text[end : end + 1], text[end : end + 4].lstrip("., ")[:1]
    before = text[max(0, start - 4) : start].rstrip(" .,")[-1:]
    if (
        text[start:end].lower() in _ONLY_DATES
        or (stop == "-" and text[end + 1 : end + 2].isupper())
        or text[start - 1 : start] == "-"
    ):
        return True
    return stop == "." or after.isdecimal() or before.isdecimal() or (stop == "," and after.isupper())
