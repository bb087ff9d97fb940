"""Numbers in English words, and the other ways to say what they are: ``half past three`` for ``three thirty``."""
# ruff: noqa: PLR2004, SIM905 - the numbers are the point, a table reads best as words

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.en_amounts import money
from progresskit.audio.readings.en_calendar import MONTHS, clock, date
from progresskit.audio.readings.en_cardinals import by_digits, cardinals, fraction_names, in_pairs, ordinals, years
from progresskit.audio.readings.en_numerals import amounts, mixed, numeral
from progresskit.audio.readings.en_scan import is_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["FIRST_WORDS", "spelled_readings"]

_ZEROS: Final = ("zero", "oh", "o", "nought")
_VALUES: Final = dict.fromkeys(_ZEROS, 0) | {cardinals(n)[0]: n for n in (*range(1, 20), *range(20, 100, 10))}
_RANKS: Final = {ordinals(n)[-1]: n for n in (*range(1, 21), *range(30, 100, 10), 100, 1000)}
_SCALES: Final = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS: Final = {"half": 2, "halve": 2, "quarter": 4} | {rank: n for rank, n in _RANKS.items() if 2 < n <= 20}
_CURRENCIES: Final = {"dollar": "$", "euro": "€", "pound": "£"}
_MEASURES: Final = "year month week day hour minute second foot feet pound ounce".split()
"""What is said of one amount in two units: two hours and fifteen minutes."""
_LOOSE: Final = {"foot": "feet", "feet": "foot", "kilo": "kilogram", "kilos": "kilograms"}
_NEAR: Final = 40
"""How far, in characters, the words are sought that say what a number is."""


def _any(words: Iterable[str], ending: str = "") -> str:
    return rf"(?:{'|'.join(words)}){ending}\b"


_ONES: Final = _any(word for word, value in _VALUES.items() if 0 < value < 10)
_ZERO: Final = _any(_ZEROS)
_TENS: Final = _any(word for word, value in _VALUES.items() if value >= 20)
_SMALL: Final = rf"(?:{_TENS}(?:[ -]{_ONES})?|{_any(word for word, value in _VALUES.items() if 0 < value < 20)})"
_SCALE: Final = _any(_SCALES)
_BELOW: Final = rf"(?:(?:{_SMALL}|a)[ -]hundred\b(?:(?: and)?[ -]{_SMALL})?|{_SMALL})"
_COUNT: Final = (
    rf"(?:(?:{_BELOW}|a)[ -]{_SCALE}(?:(?: and)? {_BELOW}[ -]{_SCALE}){{0,3}}(?:(?: and)? {_BELOW})?|{_BELOW})"
)
_RANK: Final = rf"(?:{_TENS}[ -])?{_any(_RANKS)}"
_MONTH: Final = rf"(?P<month>{_any(dict.fromkeys(MONTHS.values()))})"
_PLACES: Final = rf"(?:(?:{_ZERO}|{_ONES})(?: (?:{_ZERO}|{_ONES})){{0,5}}|{_SMALL})"
_PART: Final = (
    rf"(?:half(?: an?\b)?|(?:an?|one)[ -](?P<one>{_any(_PARTS)})"
    rf"|(?P<above>{_SMALL})[ -](?P<many>quarter\b|{_any(_PARTS, 's')}))"
)
_PAST: Final = (
    rf"(?:a )?(?P<minute>half(?= past)|quarter|{_SMALL})(?P<unit> minutes?)? (?:(?P<past>past|after)|to|till) "
    rf"(?P<hour>{_SMALL})"
)
_POINT: Final = (
    rf"(?P<number>(?:(?:{_COUNT}|{_ZERO}) )?(?:point|dot) {_PLACES}(?: (?:point|dot) {_PLACES}){{0,2}})"
    rf"(?: (?P<scale>{_SCALE}))?"
)
_UNIT: Final = _any(_MEASURES, "s?")
_PRICE: Final = (
    rf"(?P<whole>{_COUNT}|a) (?P<name>{'|'.join(_CURRENCIES)})s? (?:and )?(?P<cents>{_SMALL})"
    r"(?P<unit> (?:cents?|penny|pence|p))?"
)


def _value(said: str) -> int:
    """Return the number that words say."""
    total = part = 0
    for word in re.split("[ -]", said):
        if word in _SCALES:
            total, part = total + max(part, 1) * _SCALES[word], 0
        elif word.startswith("hundred"):
            part = max(part, 1) * 100
        elif word == "thousandth":
            part = max(part, 1) * 1000
        else:
            part += _VALUES.get(word, _RANKS.get(word, 0))
    return total + part


def _count(match: re.Match[str]) -> Iterable[str]:
    number = _value(match[0])
    return years(number) if 1600 <= number < 2100 else cardinals(number) if number >= 100 else ()


def _rank(match: re.Match[str]) -> Iterable[str]:
    return ordinals(_value(match[0]))


def _dozens(match: re.Match[str]) -> Iterable[str]:
    return cardinals(12 * (_value(match["count"]) or 1))


def _pair(match: re.Match[str]) -> Iterator[str]:
    """Read two numbers below a hundred as a year, and as a time of day."""
    one, other = _value(match["one"]), _value(match["other"])
    if (other < 10) == bool(match["zero"]):
        if 16 <= one <= 20 or (10 < one < 16 and other >= 60):
            yield from years(100 * one + other)
        yield from clock(one, other)


def _past(match: re.Match[str]) -> Iterable[str]:
    minute = {"half": 30, "quarter": 15}.get(match["minute"]) or _value(match["minute"])
    hour = _value(match["hour"])
    if hour > 12 or minute > 30 or (minute % 5 and not match["unit"]):
        return ()
    return clock(hour, minute) if match["past"] else clock((hour - 2) % 12 + 1, 60 - minute)


def _date(match: re.Match[str]) -> Iterable[str]:
    return date(match["month"], _value(match["day"]))


def _point(match: re.Match[str]) -> Iterable[str]:
    """Read a number with a point, or a version with several."""
    whole, *places = re.split(" ?(?:point|dot) ", match["number"])
    if not whole and _follows_number(match):
        return ()
    written = ".".join([str(_value(whole)), *map(_places, places)])
    return amounts(written, match["scale"]) if match["scale"] else numeral(written)


def _places(said: str) -> str:
    values = [_VALUES[word] for word in re.split("[ -]", said)]
    return "".join(map(str, values)) if max(values) < 10 else str(sum(values))


def _fraction(match: re.Match[str]) -> Iterable[str]:
    return fraction_names(*_part(match))


def _mixed(match: re.Match[str]) -> Iterator[str]:
    whole, (above, below) = str(_value(match["whole"])), _part(match)
    if below in {2, 4}:
        yield from amounts(f"{whole}.{100 * above // below}".rstrip("0"), match["scale"] or "")
    if not match["scale"]:
        yield from mixed(whole, f"{above}/{below}")


def _part(match: re.Match[str]) -> tuple[int, int]:
    """Return what stands above and below the line of a fraction."""
    if match["many"]:
        return _value(match["above"]), _PARTS[match["many"].removesuffix("s")]
    return 1, _PARTS[match["one"] or "half"]


def _money(match: re.Match[str]) -> Iterable[str]:
    cents = _value(match["cents"])
    if cents < 10 and not match["unit"]:
        return ()
    return money(_CURRENCIES[match["name"]], f"{_value(match['whole']) or 1}.{cents:02}")


def _measures(match: re.Match[str]) -> Iterable[str]:
    return (match["first"],)


def _loose(match: re.Match[str]) -> Iterable[str]:
    return (f"{match['count']} {_LOOSE[match['unit']]}",)


def _code(match: re.Match[str]) -> Iterable[str]:
    """Read what is said in pairs after a word that makes it a name: room twelve oh five."""
    if not is_code(match.string[max(0, match.start() - _NEAR) : match.start()]):
        return ()
    pieces = re.findall(_SMALL + "|" + _ZERO, match[0])
    digits = "".join(str(_value(piece)) for piece in pieces)
    return (*by_digits(digits), *in_pairs(digits))


def _doubled(match: re.Match[str]) -> Iterator[str]:
    count = 2 if match["times"] == "double" else 3
    yield " ".join([match["digit"]] * count)
    if match["digit"] in _ZEROS:
        yield " ".join(["zero"] * count)


def _zero(match: re.Match[str]) -> Iterable[str]:
    return ("zero", "oh") if match["before"] is not None or _follows_number(match) else ()


def _follows_number(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - _NEAR) : match.start()]
    return bool(_NUMBER_BEFORE.search(before))


def _minus(_: re.Match[str]) -> Iterable[str]:
    return ("minus", "negative")


_SHAPES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterable[str]]], ...]] = tuple(
    (re.compile(rf"(?:{pattern})(?![^\W_])"), read)
    for pattern, read in (
        (_COUNT, _count),
        (rf"{_COUNT}(?: and)?[ -]{_RANK}", _rank),
        (rf"(?P<count>{_SMALL}|a) dozen", _dozens),
        (rf"(?P<one>{_SMALL})[ -](?P<other>(?P<zero>{_ZERO} )?{_SMALL})", _pair),
        (_PAST, _past),
        (rf"{_MONTH} (?:the )?(?P<day>{_RANK}|{_SMALL})", _date),
        (rf"(?:the )?(?P<day>{_RANK})(?: of)? {_MONTH}", _date),
        (_POINT, _point),
        (_PART, _fraction),
        (rf"(?P<whole>{_COUNT}) and {_PART}(?: (?P<scale>{_SCALE}))?", _mixed),
        (_PRICE, _money),
        (rf"(?P<first>{_COUNT} {_UNIT}) and(?= {_SMALL} {_UNIT})", _measures),
        (rf"(?P<count>{_COUNT}) (?P<unit>{_any(_LOOSE)})", _loose),
        (rf"(?:{_ZERO} )?{_SMALL}(?:[ -](?:{_SMALL}|{_ZERO})){{1,5}}", _code),
        (rf"(?P<times>double|triple) (?P<digit>{_ZERO}|{_ONES})(?= (?:{_ZERO}|{_ONES}))", _doubled),
        (rf"{_ZERO}(?P<before>(?= (?:{_SMALL}|point|{_ZERO})))?", _zero),
        (rf"(?:minus|negative)(?= (?:{_SMALL}|{_ZERO}|an?\b|point))", _minus),
    )
)
FIRST_WORDS: Final = frozenset(
    {*_VALUES, *_RANKS, *MONTHS.values(), *"a an the half quarter point double triple minus negative".split()}
)
"""What the words that these readings are for begin with."""
_NUMBER_BEFORE: Final = re.compile(rf"(?<![^\W_])(?:{_SMALL}|{_ZERO}|point)[ -]$")
_NO_NUMBER: Final = re.compile(
    rf"(?:the (?!{_RANK})|an? (?!{_any([*_SCALES, *_PARTS, *_CURRENCIES, 'hundred', 'dozen'])}))"
)


def spelled_readings(text: str, start: int) -> Iterator[Reading]:
    """Yield the other ways to say a number in words, by each of the shapes that it may have.

    Args:
        text: A text in lower case.
        start: Where one of the first words begins in it.
    """
    if _NO_NUMBER.match(text, start):
        return
    for pattern, read in _SHAPES:
        if match := pattern.match(text, start):
            yield from (Reading(*match.span(), way) for way in read(match))
