"""How one numeral is said in English, by its own shape: ``19.99``, ``2.10``, ``1.2M``, ``3/4``, ``3-5``, ``MP3``."""
# ruff: noqa: PLR2004 - the numbers are the point

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.en_calendar import clock, numeric_date
from progresskit.audio.readings.en_cardinals import by_digits, cardinals, fraction_names, in_pairs, ordinals, years
from progresskit.audio.readings.en_units import MAGNITUDES, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["FRACTIONS", "amounts", "counted", "mixed", "numeral"]

FRACTIONS: Final = {
    "½": "1/2",
    "⅓": "1/3",
    "⅔": "2/3",
    "¼": "1/4",
    "¾": "3/4",
    "⅕": "1/5",
    "⅖": "2/5",
    "⅗": "3/5",
    "⅘": "4/5",
    "⅙": "1/6",
    "⅚": "5/6",
    "⅛": "1/8",
    "⅜": "3/8",
    "⅝": "5/8",
    "⅞": "7/8",
}
"""Characters that are a fraction of their own."""

_NUMBER: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
_MOST_DIGITS: Final = 24
"""A longer row of digits has no reading."""
_LONG: Final = 7
"""From so many digits without commas a number is as likely a code."""
_FEW: Final = 4
"""Of each of two numbers, how many readings are combined."""
_PARTS: Final = {"5": ("half",), "25": ("quarter", "one quarter"), "75": ("three quarters",)}
_IDIOMS: Final = frozenset({"24/7", "9/11", "50/50", "7/11", "60/40", "80/20", "20/20"})


@lru_cache(maxsize=2048)
def numeral(written: str) -> tuple[str, ...]:
    """Return the ways to say a numeral, the usual one first; none where it is no number.

    Args:
        written: It as it is written, without a sign before it.
    """
    if len(written) > 2 * _MOST_DIGITS:
        return ()
    ways: list[str] = []
    for pattern, read in _KINDS:
        if match := pattern.fullmatch(written):
            ways += read(match)
    return tuple(dict.fromkeys(ways))


@lru_cache(maxsize=2048)
def counted(written: str) -> tuple[str, ...]:
    """Return the ways to say a plain number that counts something, so that it is no year: ``1,905.5``, ``.5``."""
    whole, point, part = written.replace(",", "").partition(".")
    if len(whole) + len(part) > _MOST_DIGITS:
        return ()
    if not point:
        return cardinals(int(whole)) if whole == "0" or not whole.startswith("0") else by_digits(whole)
    return tuple(_decimals(whole, part))


@lru_cache(maxsize=1024)
def amounts(written: str, magnitude: str = "") -> tuple[str, ...]:
    """Return the ways to say a number with a magnitude after it: ``2.5`` and ``million`` or ``M``.

    Args:
        written: The number.
        magnitude: The word or letters after it; empty = none.
    """
    if not magnitude:
        return counted(written)
    zeros = _zeros(magnitude)
    name = {3: "thousand", 6: "million", 9: "billion", 12: "trillion"}[zeros]
    ways = [f"{way} {name}" for way in counted(written)]
    ways += [f"a {way[4:]}" for way in ways if way.startswith("one ") and " and " not in way]
    whole, _, part = written.replace(",", "").partition(".")
    if len(part) <= zeros and len(whole) < _MOST_DIGITS:
        ways += cardinals(int(whole + part.ljust(zeros, "0")))
    return tuple(dict.fromkeys(ways))


@lru_cache(maxsize=1024)
def mixed(whole: str, fraction: str) -> tuple[str, ...]:
    """Return the ways to say a whole number with a fraction: ``two and a half``.

    Args:
        whole: The number's digits; empty = the fraction alone.
        fraction: ``1/2``.
    """
    above, below = map(int, fraction.split("/"))
    if not whole:
        return (*fraction_names(above, below), *_over(above, below))
    names = sorted(fraction_names(above, below), key=lambda name: not name.startswith("a "))
    # Without "and" a half would be half of what stands before it.
    return tuple(f"{way} and {name}" for way in counted(whole)[:_FEW] for name in names)


def _zeros(magnitude: str) -> int:
    known = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
    lowered = magnitude.lower()
    return known[lowered] if lowered in known else MAGNITUDES[lowered]


def _number(match: re.Match[str]) -> Iterable[str]:
    written = match[0]
    if not written.isdigit():
        return counted(written)
    if len(written) > _MOST_DIGITS:
        return ()
    ways: tuple[str, ...] = counted(written)
    if len(written) == 4 and "1600" <= written <= "2099":
        ways = years(int(written))
    elif len(written) >= _LONG:
        ways = (*ways, *by_digits(written))
    elif written.startswith("0"):
        ways = (*ways, *in_pairs(written))
    return ways


def _decimals(whole: str, part: str) -> Iterator[str]:
    before = cardinals(int(whole or "0")) or by_digits(whole)
    after = [*dict.fromkeys([by_digits(part)[-1], *by_digits(part)][: 1 + 2])]
    if len(part) == 2 and part >= "10":
        after = [*after, cardinals(int(part))[0]]
    after.sort(key=lambda way: "oh" in way.split() or "double" in way)
    for first, last in product(before, after):
        yield f"{first} point {last}"
    if int(whole or "0") == 0:
        for last in after:
            yield from (f"point {last}", f"oh point {last}", f"nought point {last}")
        if part == "5":
            yield from ("half", "a half", "one half")
        elif part in _PARTS:
            yield from (f"a {name}" if name == "quarter" else name for name in _PARTS[part])
    elif part in _PARTS:
        for first, name in product(before, _PARTS[part]):
            yield f"{first} and {name}" if " " in name else f"{first} and a {name}"


def _version(match: re.Match[str]) -> Iterator[str]:
    """Read what has more points than a number: 3.11.2, 192.168.1.1."""
    pieces = match[0].split(".")
    if sum(map(len, pieces)) > _MOST_DIGITS:
        return
    counts = [counted(piece)[0] for piece in pieces]
    # Each piece by digits, or all as counts; "oh" and "zero" aren't mixed.
    ways = [
        counts,
        ["oh" if count == "zero" else count for count in counts],
        *([by_digits(piece)[zero and -1] for piece in pieces] for zero in (0, 1)),
    ]
    ways.append([(in_pairs(piece) or counted(piece))[0] for piece in pieces])
    ways.append(
        [
            counts[0],
            *(
                by_digits(piece)[0] if len(piece) > 2 else way
                for piece, way in zip(pieces[1:], counts[1:], strict=True)
            ),
        ]
    )
    for way in ways:
        for point in ("point", "dot"):
            yield f" {point} ".join(way)


def _two_part_version(match: re.Match[str]) -> Iterator[str]:
    whole, part = match[0].split(".")
    if len(part) <= 3 and len(whole) <= 3:
        yield from (f"{counted(whole)[0]} dot {way}" for way in (*by_digits(part)[:2], counted(part)[0]))
        yield from (f"{counted(whole)[0]} point {way}" for way in counted(part) if not part.startswith("0"))


def _named_version(match: re.Match[str]) -> Iterator[str]:
    for way in numeral(match["number"]):
        yield f"version {way}"
        yield f"v {way}"


def _fraction(match: re.Match[str]) -> Iterator[str]:
    above, below = match["above"], match["below"]
    if len(above) + len(below) > _MOST_DIGITS:
        return
    if match[0] in _IDIOMS:
        yield f"{counted(above)[0]} {counted(below)[0]}"
    yield from fraction_names(int(above), int(below))
    yield from _over(int(above), int(below))


def _over(above: int, below: int) -> Iterator[str]:
    for first, last in product(cardinals(above)[:_FEW], cardinals(below)[:_FEW]):
        for word in ("over", "slash", "out of"):
            yield f"{first} {word} {last}"


def _attached_fraction(match: re.Match[str]) -> Iterable[str]:
    return mixed(match["whole"], FRACTIONS[match["part"]])


def _range(match: re.Match[str]) -> Iterator[str]:
    first, last = match["first"], match["last"]
    if first == last:
        yield " ".join([*numeral(first)[:1], *numeral(last)[:1]])
    length = len(first) if first.isdecimal() and last.isdecimal() and len(first) == len(last) else 0
    ways = [
        years(int(side)) if length == 4 else (*in_pairs(side), *numeral(side)) if length == 3 else numeral(side)
        for side in (first, last)
    ]
    for one, other in product(*(way[: 2 * _FEW] for way in ways)):
        for word in ("to", "through", "dash"):
            yield f"{one} {word} {other}"
        if first.isdecimal() and last.isdecimal() and int(last) - int(first) == 1:
            yield f"{one} or {other}"


def _toll_free(match: re.Match[str]) -> Iterator[str]:
    """Read the start of a number that goes on in letters: 1-800-FLOWERS."""
    yield from (f"one {way}" for way in (*cardinals(int(match[0][2:]))[:1], *by_digits(match[0][2:])))


def _ratio(match: re.Match[str]) -> Iterator[str]:
    for one, other in product(counted(match["first"])[:_FEW], counted(match["last"])[:_FEW]):
        yield from (f"{one} {joint}{other}" for joint in ("to ", "", "by "))


def _area(match: re.Match[str]) -> Iterator[str]:
    ways = [(*in_pairs(side), *numeral(side)[:_FEW]) for side in match[0].lower().split("x")]
    for said in product(*ways):
        for word in ("by", "x", "times"):
            yield f" {word} ".join(said)


def _with_letters(match: re.Match[str]) -> Iterator[str]:
    number, tail = match["number"], match["tail"]
    lowered = tail.lower().lstrip("'")
    if lowered in {"st", "nd", "rd", "th"} and number.replace(",", "").isdigit():
        yield from ordinals(int(number.replace(",", "")))
        if lowered != "st":  # 12st is a weight
            return
    if lowered == "s" and number.isdigit():
        yield from _decade(number)
    if tail in UNITS:
        one, many, *others = UNITS[tail]
        names = [one, many] if number == "1" else [many, *others, one]
        yield from (f"{way} {name}" for way in counted(number)[: 2 * _FEW] for name in names)
    if lowered == "x":
        yield from (f"{way} {word}" for way in counted(number)[:_FEW] for word in ("times", "x"))
        yield from {"1": ["once"], "2": ["twice"]}.get(number, [])
    if match[0] in {"4K", "8K"}:
        yield f"{counted(number)[0]} k"
    if lowered in MAGNITUDES and tail not in {"m", "t", "b"}:
        yield from amounts(number, lowered)
    if tail == "p" and len(number) < 3:
        yield from (f"{counted(number)[0]} {name}" for name in ("pence", "p"))
    if lowered in {"am", "pm"} and number.isdigit() and 0 < int(number[-3:]) <= 12:
        hour = cardinals(int(number))[0]
        yield from (f"{hour}{oclock} {half}" for oclock in ("", " o'clock") for half in (f"{lowered[0]} m", lowered))
    yield from _mixture(match)


def _clock_half(match: re.Match[str]) -> Iterator[str]:
    half = match["half"][0].lower()
    for way in clock(int(match["hour"]), int(match["minute"]), leads=len(match["hour"]) > 1 and match["hour"] < "10"):
        yield f"{way} {half} m"
        yield f"{way} {half}m"


def _clock(match: re.Match[str]) -> Iterable[str]:
    return clock(int(match["hour"]), int(match["minute"]), leads=len(match["hour"]) > 1 and match["hour"] < "10")


def _seconds(match: re.Match[str]) -> Iterator[str]:
    for minute, second in product(
        *((*in_pairs(f"1{match[name]}"), f"one {counted(str(int(match[name])))[0]}") for name in ("minute", "second"))
    ):
        yield f"{counted(str(int(match['hour'])))[0]} {minute.partition(' ')[2]} {second.partition(' ')[2]}"


def _decade(number: str) -> Iterator[str]:
    last = number[-2:]
    if len(number) == 4 and last == "00":
        yield from (f"{way}s" for way in years(int(number)) if way.endswith(("hundred", "thousand")))
    elif number.endswith("0") and len(number) in {2, 4} and last != "00":
        tens = f"{cardinals(int(last))[0].removesuffix('y')}ies" if last != "10" else "tens"
        yield tens if len(number) == 2 else f"{cardinals(int(number[:2]))[0]} {tens}"


def _mixture(match: re.Match[str]) -> Iterator[str]:
    """Read letters and digits in one word: ``m p three``, ``h two o``, ``four k``."""
    pieces = _LETTERS_OR_DIGITS.findall(match[0])
    if len(pieces) > _MOST_DIGITS or not all(map(str.isascii, pieces)):
        return
    spelled: list[tuple[str, ...]] = []
    for piece in pieces:
        if piece.isdecimal():
            many = (*in_pairs(piece), *counted(piece)[:2], *by_digits(piece)[:2])
            spelled.append(tuple(dict.fromkeys(many)) if len(pieces) <= _FEW else many[:1])
        else:
            spelled.append(_lettered(piece)[: None if len(pieces) <= _FEW else 1])
    yield from map(" ".join, product(*spelled))


def _lettered(piece: str) -> tuple[str, ...]:
    """Return how letters are said that digits are written to: one by one, as a word, in parts: ``o auth two``."""
    return tuple(dict.fromkeys((" ".join(piece), piece, " ".join(_CAPITALIZED.findall(piece)))))


def _named_number(match: re.Match[str]) -> Iterator[str]:
    """Read a number with a point behind the name it is written to: ``u s b three point zero``."""
    yield from map(" ".join, product(_lettered(match["name"]), numeral(match["number"])))


def _groups(match: re.Match[str]) -> Iterator[str]:
    """Read a telephone number, or another code in groups of digits."""
    groups = re.findall("[0-9]+", match[0])
    if sum(map(len, groups)) > _MOST_DIGITS:
        return
    for lead in ("", "plus ") if match[0].startswith("+") else ("",):
        yield from (lead + way for way in by_digits(*groups))
        yield from (f"{lead}{by_digits(*groups[:-1])[0]} {way}" for way in in_pairs(groups[-1]) if len(groups[-1]) == 4)
        if "800" in groups[:-1]:
            at = groups.index("800")
            parts = [by_digits(*groups[:at])] if at else []
            for said in product(*parts, ("eight hundred",), by_digits(*groups[at + 1 :])):
                yield lead + " ".join(said)


_CAPITALIZED: Final = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])")
_LETTERS_OR_DIGITS: Final = re.compile(r"[0-9]+|[^\W\d_]+")
_HOUR: Final = r"(?P<hour>[01]?[0-9]|2[0-4])[:.](?P<minute>[0-5][0-9])"
_SIDE: Final = r"[0-9][0-9.,:]*[^\W\d_]*"
_KINDS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterable[str]]], ...]] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"1-[0-9]{3}", _toll_free),
        (r"[0-9]{3}-[0-9]{4}|[0-9]{3}([-.])[0-9]{3}\1[0-9]{4}", _groups),
        (_NUMBER, _number),
        (r"[0-9]+\.[0-9]+", _two_part_version),
        (r"[0-9]+(?:\.[0-9]+){2,}", _version),
        (r"[vV](?P<number>[0-9]+(?:\.[0-9]+)*)", _named_version),
        (_HOUR.replace("[:.]", ":"), _clock),
        (_HOUR + r"(?P<half>[aApP])[mM]", _clock_half),
        (r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9])", _seconds),
        (r"(?P<first>[0-9]{1,6}):(?P<last>[0-9]|[0-9]{1,6}(?<![0-9]:[0-5][0-9]))", _ratio),
        (r"[0-9]{1,4}(?P<sep>[/.-])[0-9]{1,2}(?P=sep)[0-9]{1,4}", numeric_date),
        (r"(?P<above>[0-9]+)/(?P<below>[0-9]+)", _fraction),
        (rf"(?P<whole>[0-9]+)(?P<part>[{''.join(FRACTIONS)}])", _attached_fraction),
        (rf"(?P<first>{_SIDE})[-~](?P<last>{_SIDE})", _range),
        (r"[0-9]{1,5}(?:[xX][0-9]{1,5}){1,2}", _area),
        (rf"(?P<number>{_NUMBER})(?P<tail>'?[^\W\d_]+[²³2]?)", _with_letters),
        (r"[^\W\d_][^\W_]*", _mixture),
        (r"(?P<name>[A-Za-z]{1,12})(?P<number>[0-9]+(?:\.[0-9]+)+)", _named_number),
        (
            r"\+?[0-9]{1,4}(?:[-.][0-9]{3,4}){1,3}|(?!(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$)[0-9]{2,8}(?:-[0-9]{1,8}){2,}|0[0-9]{2,4}-[0-9]{5,7}",
            _groups,
        ),
    )
)
