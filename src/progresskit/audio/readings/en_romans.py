"""Roman numerals in an English text: Henry VIII, Chapter IV, World War II."""
# ruff: noqa: SIM905 - a table reads best as words

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Roman", "romans"]

_ROMAN: Final = re.compile(r"[IVXL]{1,8}(?![^\W_]|'|-[A-Za-z])")
_VALID: Final = re.compile(r"(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50}
_NO_RANKS: Final = frozenset({"I", "L", "XL"})
"""After a name these are a word and sizes."""
_NUMBERED: Final = frozenset(
    "chapter part act scene volume book section phase type war level stage appendix article title class grade figure "
    "table unit bowl episode season mark generation gen model world step round group division tier".split()
)
"""What is counted in Roman numerals; after any other word with a capital one is a rank."""
_WORD_BEFORE: Final = re.compile(r"(?P<word>[^\W\d_]+) $")
_NEAR: Final = 24


class Roman(NamedTuple):
    """A Roman numeral in a text: where it is, its value, and whether it is said as a rank."""

    start: int
    end: int
    value: int
    is_rank: bool


def romans(text: str) -> Iterator[Roman]:
    """Yield the Roman numerals of a text; a lone letter only where nothing else can be meant."""
    for match in _ROMAN.finditer(text):
        start, end = match.span()
        if text[start - 1 : start] != " " or not _VALID.fullmatch(match[0]):
            continue
        before = _WORD_BEFORE.search(text[max(0, start - _NEAR) : start])
        if before is None:
            continue
        is_counted = before["word"].lower() in _NUMBERED
        if is_counted or (before["word"][0].isupper() and match[0] not in _NO_RANKS):
            yield Roman(start, end, _value(match[0]), not is_counted)


def _value(roman: str) -> int:
    values = [_VALUES[letter] for letter in roman]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
