"""Signs in an English text that are said: ``&``, ``+``, the dots of an address, the dash of a range."""

# ruff: noqa: SIM905 - a table reads best as words

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.en_calendar import MONTHS, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["address_readings", "sign_readings"]

_SIGN: Final = re.compile(r"\+\+|(?<=[0-9a-z\"'] )x(?= [0-9])|[-&+=@#/\u00d7\u00f7\u00b1\u00b0\u00a7]")
_SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "&": ("and",),
    "+": ("plus", "and"),
    "++": ("plus plus",),
    "=": ("equals", "is", "equal"),
    "@": ("at",),
    "#": ("hashtag", "hash", "sharp"),
    "/": ("slash", "or", "per"),
    "-": ("to", "through", "minus"),
    "x": ("by", "times"),
    "\u00d7": ("times", "by", "x"),
    "\u00f7": ("divided by",),
    "\u00b1": ("plus or minus",),
    "\u00b0": ("degrees", "degree"),
    "\u00a7": ("section",),
}
_OF_NUMBERS: Final = frozenset("0123456789.-$\u20ac\u00a3")
"""What the ends of a range begin with."""

_NAMES: Final = {**MONTHS, **WEEKDAYS}
_ANY_DATE: Final = f"(?P<name>{'|'.join(sorted(_NAMES, key=len, reverse=True))})"
_DATE_BEFORE: Final = re.compile(rf"(?<![^\W_]){_ANY_DATE}\.? ?$", re.IGNORECASE)
_DATE_AFTER: Final = re.compile(rf" ?{_ANY_DATE}(?![^\W_])", re.IGNORECASE)
_LONGEST_DATE: Final = 12

_HALVES: Final = frozenset({"a m", "am", "p m", "pm"})
_HINT: Final = re.compile(r"\.[A-Za-z][\w-]|@[A-Za-z]")
_ADDRESS: Final = re.compile(
    r"(?<![\w.@+-])[A-Za-z][\w+-]{0,60}(?:\.[A-Za-z][\w+-]{0,60}){0,8}(?:@[A-Za-z][\w-]{0,60})?"
    r"(?:\.[A-Za-z][\w-]{1,60}){1,8}(?:/[\w./-]{0,60}[\w/])?"
)
_SAID: Final = {".": " dot ", "@": " at ", "-": " dash ", "/": " slash ", "_": " underscore "}
_MOST_CAPITALS: Final = 6
_EACH: Final = {
    word: word for word in "second minute hour day week month quarter year night person user seat".split()
} | {
    "sec": "second",
    "min": "minute",
    "hr": "hour",
    "wk": "week",
    "mo": "month",
    "yr": "year",
    "lb": "pound",
    "kg": "kilogram",
    "gal": "gallon",
    "mi": "mile",
}
"""What a rate is of, as it is written."""
_RATE: Final = re.compile(rf"/(?P<each>{'|'.join(_EACH)})(?![^\W_])", re.IGNORECASE)
_MOST_MEASURE: Final = 8
_MEASURE_BEFORE: Final = re.compile(r"[0-9] ?(?:[a-z]{1,3}|[\"'])? $")
_CAPITALS: Final = re.compile(r"(?<![^\W_])([A-Z]{2,4}) ?$")
_SHORT: Final = 4
"""Letters at the end of a name that are spelled as often as read: ``.js``, ``.com``."""


def sign_readings(text: str, others: Iterable[Reading]) -> Iterator[Reading]:
    """Yield the ways to say the signs of a text, each with the word before it in any of its readings.

    Args:
        text: The text.
        others: The readings of its words and numerals.
    """
    ending: dict[int, list[Reading]] | None = None
    for match in _SIGN.finditer(text):
        at, sign = match.start(), match[0]
        if not _is_said(text, match):
            continue
        if ending is None:
            ending = {}
            for reading in others:
                ending.setdefault(reading.end, []).append(reading)
        befores = ending.get(at - (text[at - 1 : at] == " "), [])
        if sign == "-" and not (befores := _joined(text, at, befores)):
            continue
        left = "" if text[at - 1 : at].isspace() else " "
        right = "" if text[match.end() : match.end() + 1].isspace() else " "
        for way in _SIGNS[sign]:
            yield Reading(at, match.end(), f"{left}{way}{right}")
            if letters := _CAPITALS.search(text, max(0, at - _MOST_CAPITALS), at):
                yield Reading(letters.start(), match.end(), f"{' '.join(letters[1])} {way}{right}")
            yield from (Reading(before.start, match.end(), f"{before.spoken} {way}{right}") for before in befores)
        if sign == "/":
            yield from _rates(text, at, befores)


def address_readings(text: str) -> Iterator[Reading]:
    """Yield the ways to say the names of hosts and files, and of mailboxes: ``example dot com``."""
    if not _HINT.search(text):
        return
    for match in _ADDRESS.finditer(text):
        said = "".join([_SAID.get(char, char) for char in match[0]])
        yield Reading(*match.span(), said)
        if said.startswith("www "):
            yield Reading(*match.span(), f"w w {said[2:]}")
        head, _, last = said.rpartition(" ")
        if len(last) < _SHORT:
            yield Reading(*match.span(), f"{head} {' '.join(last)}")


def _joined(text: str, at: int, befores: Iterable[Reading]) -> list[Reading]:
    """Return what a dash joins to what is after it as the first end of a range; nothing where it makes none."""
    if _DATE_AFTER.match(text, at + 1) and (name := _DATE_BEFORE.search(text, max(0, at - _LONGEST_DATE), at)):
        return [Reading(*name.span(), _NAMES[name["name"].lower()])]
    return [before for before in befores if _joins(text, before, at)]


def _rates(text: str, at: int, befores: Iterable[Reading]) -> Iterator[Reading]:
    """Yield the readings of a stroke with what stands for one after it: $5/month."""
    if match := _RATE.match(text, at):
        name = _EACH[match["each"].lower()]
        for each in ("per", "an" if name == "hour" else "a"):
            yield Reading(at, match.end(), f" {each} {name}")
            yield from (Reading(before.start, match.end(), f"{before.spoken} {each} {name}") for before in befores)


def _is_said(text: str, sign: re.Match[str]) -> bool:
    """Tell whether a sign is one where it stands, and no part of a numeral."""
    at = sign.start()
    before, after = text[at - 1 : at], text[sign.end() : sign.end() + 1]
    if sign[0] == "/":
        return before.isalnum() and after.isalnum() and not (before.isdecimal() and after.isdecimal())
    if sign[0] == "#":
        return not after.isdecimal()
    return sign[0] != "x" or bool(_MEASURE_BEFORE.search(text, max(0, at - _MOST_MEASURE), at))


def _joins(text: str, before: Reading, at: int) -> bool:
    """Tell whether a dash joins the two ends of a range, of which the first is written with a unit: 9am-5pm."""
    is_spaced = text[at - 1 : at + 2] == " - "
    after = text[at + 2 : at + 3] if is_spaced else text[at + 1 : at + 2]
    is_number = text[before.start] in _OF_NUMBERS or before.spoken in _HALVES
    is_range = is_number and after != "" and after in _OF_NUMBERS
    return is_range and (is_spaced or not (text[at - 1].isdecimal() or text[at - 1].isspace()))
