"""Signs in an English text that are said: ``&``, ``+``, the dots of an address, the dash of a range."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["address_readings", "sign_readings"]

_SIGN: Final = re.compile(r"\+\+|(?<=[0-9] )x(?= [0-9])|[-&+=@#/\u00d7\u00f7\u00b1\u00b0\u00a7]")
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

_HALVES: Final = frozenset({"a m", "am", "p m", "pm"})
_HINT: Final = re.compile(r"\.[A-Za-z][\w-]|@[A-Za-z]")
_ADDRESS: Final = re.compile(
    r"(?<![\w.@+-])[A-Za-z][\w+-]{0,60}(?:\.[A-Za-z][\w+-]{0,60}){0,8}(?:@[A-Za-z][\w-]{0,60})?"
    r"(?:\.[A-Za-z][\w-]{1,60}){1,8}(?:/[\w./-]{0,60}[\w/])?"
)
_SAID: Final = {".": " dot ", "@": " at ", "-": " dash ", "/": " slash ", "_": " underscore "}
_MOST_CAPITALS: Final = 6
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
        if sign == "/" and not (text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalnum()):
            continue
        if sign == "#" and text[at + 1 : at + 2].isdecimal():
            continue
        if ending is None:
            ending = {}
            for reading in others:
                ending.setdefault(reading.end, []).append(reading)
        befores = ending.get(at - (text[at - 1 : at] == " "), [])
        if sign == "-":
            befores = [before for before in befores if _joins(text, before, at)]
            if not befores:
                continue
        left = "" if text[at - 1 : at].isspace() else " "
        right = "" if text[match.end() : match.end() + 1].isspace() else " "
        for way in _SIGNS[sign]:
            yield Reading(at, match.end(), f"{left}{way}{right}")
            if letters := _CAPITALS.search(text, max(0, at - _MOST_CAPITALS), at):
                yield Reading(letters.start(), match.end(), f"{' '.join(letters[1])} {way}{right}")
            yield from (Reading(before.start, match.end(), f"{before.spoken} {way}{right}") for before in befores)


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


def _joins(text: str, before: Reading, at: int) -> bool:
    """Tell whether a dash joins the two ends of a range, of which the first is written with a unit: 9am-5pm."""
    is_spaced = text[at - 1 : at + 2] == " - "
    after = text[at + 2 : at + 3] if is_spaced else text[at + 1 : at + 2]
    is_number = text[before.start] in _OF_NUMBERS or before.spoken in _HALVES
    is_range = is_number and after != "" and after in _OF_NUMBERS
    return is_range and (is_spaced or not (text[at - 1].isdecimal() or text[at - 1].isspace()))
