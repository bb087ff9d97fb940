"""The ways to say a number that is written in digits, in Han characters or in both, without what stands around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.readings.han_numbers import LARGEST
from progresskit.audio.readings.han_words import LONGEST_CODE

if TYPE_CHECKING:
    from progresskit.audio.readings.han_words import HanWords

__all__ = ["Number", "forms", "is_name", "is_within_word", "parts"]

_CODE: Final = 7
"""From so many digits on a number without a unit is a code, and usually said digit by digit."""
_SHORTEST_CODE: Final = 100
_YEAR_DIGITS: Final = 4
_YEARS: Final = range(1000, 3000)
_DECIMAL: Final = re.compile("([^・･·.点]+)[・･·.点]([^・･·.点十百千万亿億兆]+)([十百千万亿億兆]*)")

_PAIR: Final = 2
_NUMBERED: Final = re.compile("[A-Za-z图表例案题]")  # what a number may follow as its name: 方案1
_LONGEST_WORD: Final = 8  # characters after a number that tell whether it begins a word


class Number(NamedTuple):
    """A number that stands in a text.

    Attributes:
        start: Where it begins, with its sign and currency.
        digits_start: Where its digits begin.
        digits_end: Where they end.
        end: Where it ends, with its unit or counter.
        digits: Its digits, as the tables spell them.
        counter: Its unit or counter; empty where it has none.
        is_sure: Whether its shape says that it is a number, or what stands before it.
    """

    start: int
    digits_start: int
    digits_end: int
    end: int
    digits: str
    counter: str
    is_sure: bool


def forms(words: HanWords, text: str, number: Number) -> list[str]:
    """Return the ways to say a number before its counter, the usual one first."""
    digits = number.digits
    if digits.isascii():
        found = _of_digits(words, text, number)
    elif parts(words, digits)[1]:
        found = _of_decimal(words, text, number)
    elif (value := words.han.value_of(digits)) is None:
        found = _of_row(words, number)
    else:
        found = list(words.counted(value, number.counter))
        is_year = number.counter.startswith(words.year) and value in _YEARS
        if not digits[0].isdigit() and (is_year or (number.counter in words.codes and value >= _SHORTEST_CODE)):
            found.append(words.han.spell(str(value)))
    return [form for form in dict.fromkeys(found) if form and form != digits]


def parts(words: HanWords, digits: str) -> tuple[str, str, str]:
    """Return a number as what stands before its point, the ASCII digits after it, and the magnitude after those."""
    match = _DECIMAL.fullmatch(digits)
    if match is None:
        return digits.replace(",", ""), "", ""
    places = match[2] if match[2].isascii() else words.han.digits_of(match[2])
    return match[1].replace(",", ""), places, match[3]


def is_name(words: HanWords, digits: str) -> bool:
    """Tell whether Han characters name a number, or one of two (五六十), or are digits in a row."""
    (whole, places, _), han = parts(words, digits), words.han
    if places or han.value_of(whole) is not None or han.digits_of(whole):
        return True
    return bool(han.digits_of(whole[:2])) and han.value_of(whole[1:]) is not None


def is_within_word(words: HanWords, text: str, number: Number) -> bool:
    """Tell whether digits stand for a syllable of a word that counts nothing: 1起, 3明治."""
    start, end, digits = number.digits_start, number.digits_end, number.digits
    if not digits.isdecimal() or digits[0] == "0" or _NUMBERED.match(text, max(0, start - 1)):
        return False
    return words.uncounted.match(words.cardinal(digits) + text[end : end + _LONGEST_WORD]) is not None


def _of_digits(words: HanWords, text: str, number: Number) -> list[str]:
    whole, _, places = number.digits.replace(",", "").partition(".")
    if max(len(whole), len(places)) > LONGEST_CODE:
        return []
    if places:
        return _of_places(words, text, number, whole, places)
    if whole[0] == "0" and len(whole) > 1:
        return words.by_digit(whole)
    counted = list(words.counted(int(whole), number.counter)) if int(whole) < LARGEST else []
    if len(whole) == 1 or "," in number.digits:
        return counted
    is_year = number.counter.startswith(words.year) and len(whole) == _YEAR_DIGITS
    is_named = words.before_code.search(text, max(0, number.start - 8), number.start) is not None
    if is_year or _is_code(words, text, number, whole) or (is_named and not number.counter):
        return [*words.by_digit(whole), *counted]
    is_short_year = number.counter == words.year and len(whole) == _PAIR
    return [*counted, *words.by_digit(whole)] if is_short_year or is_named else counted  # 打100分 is counted first


def _of_places(words: HanWords, text: str, number: Number, whole: str, places: str) -> list[str]:
    """Return the ways to say a number with a point, which may be a version: 3.11 is 三点一一 or 三点十一."""
    heads = _before_point(words, whole)
    found = _pointed(words, text, number, heads, places)
    if number.counter in words.currencies or text[number.start : number.digits_start] in words.prefixes:
        short = places.rstrip("0")  # $4.50 is four and a half
        found += [head + words.point + words.han.spell(short) if short else head for head in heads]
    return found


def _pointed(words: HanWords, text: str, number: Number, heads: list[str], places: str) -> list[str]:
    names = words.by_digit(places)
    is_bare = number.counter in {"", words.edition} and number.start == number.digits_start
    if places[0] != "0" and (is_bare or words.before_version.search(text, max(0, number.start - 12), number.start)):
        names.append(words.cardinal(places))
    return [head + words.point + name for name in names if name for head in heads]


def _is_code(words: HanWords, text: str, number: Number, digits: str) -> bool:
    before = text[max(0, number.start - 1) : number.start]
    return (
        number.counter in words.codes
        or (len(digits) >= _CODE and not number.counter and number.start == number.digits_start)
        or (before.isascii() and before.isalpha())
        or words.after_code.match(text, number.digits_end) is not None
    )


def _of_decimal(words: HanWords, text: str, number: Number) -> list[str]:
    """Return the ways to say a decimal with its magnitude: 1.2万 and 一点二万 are 一万两千, too."""
    whole, places, magnitude = parts(words, number.digits)
    value = words.han.value_of(whole)
    if value is None or len(places) > LONGEST_CODE:
        return []
    heads = _before_point(words, str(value))
    if not magnitude:
        return _pointed(words, text, number, heads, places)
    found = [head + words.point + words.han.spell(places) + magnitude for head in heads]
    if (all_of_it := words.han.value_of(f"{value}.{places}{magnitude}")) is not None:
        found.append(words.han.say(all_of_it))
    return found


def _before_point(words: HanWords, whole: str) -> list[str]:
    if whole == "0":
        return [words.han.digits[0], *words.zeros]
    return [words.cardinal(whole)] if whole[0] != "0" and words.cardinal(whole) else []


def _of_row(words: HanWords, number: Number) -> list[str]:
    """Return the ways to say Han digits that stand in a row, and the name of the number that they may be."""
    digits = words.han.digits_of(number.digits)
    if not _PAIR <= len(digits) <= LONGEST_CODE:
        return []
    found = words.by_digit(digits)
    is_range = len(digits) == _PAIR and int(digits[1]) == int(digits[0]) + 1  # 二三日: two or three days
    is_number = (
        number.counter.startswith(words.year) or number.counter in words.codes or (words.is_positional and not is_range)
    )
    if is_number and digits[0] != "0":
        found.append(words.cardinal(digits))
    return found
