"""The reader of numbers for languages that say them in Han characters.

It finds every number of a text, with what belongs to it: sign, currency, unit, counter. What they are called stands in
the language's :class:`~progresskit.audio.readings.han_words.HanWords`.

A text is cut as finely as its readings allow: ``5月3日`` is read as ``5`` and ``3``, ``15:30`` as ``15:`` and ``30``.
So the ways through the pieces multiply by themselves.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.han_forms import Number, forms, is_name, is_within_word, parts
from progresskit.audio.readings.han_shapes import SHAPES, Said, half_day, minutes_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from progresskit.audio.readings.han_words import HanWords

__all__ = ["HanReader"]

_LAST_HOUR: Final = 24
_LAST_MINUTE: Final = 59
_LAST_DAY: Final = 31
_MINUTE_DIGITS: Final = 2
_TEXTS: Final = 8  # how many texts are kept
_CENTS: Final = 2  # decimal places of an amount that has smaller coins

_SPACES: Final = re.compile(r"\s+")
_KEPT_SPACES: Final = re.compile(r"(?<=[0-9])\s+(?=[0-9.-])|(?<=[-.~:,/])\s+(?=[0-9])")
_ASCII: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
_LETTER: Final = re.compile("[A-Za-z]")
_RANGE_ON: Final = re.compile("[-~\u2014][0-9]")
_RANGE_SIGNS: Final = frozenset("-~\u2014")
_COMMAS: Final = frozenset(",、")
_HALF_DAY: Final = re.compile(r"([AaPp])\.?[Mm](?![A-Za-z])\.?")


class _Found(NamedTuple):
    """A number, the ways to say pieces of it, and the currency before it."""

    number: Number
    said: list[Said]
    currency: str = ""


_NOTHING: Final = _Found(Number(-1, -1, -1, -1, "", "", is_sure=False), [])


class HanReader:
    """Reads the numbers of a language.

    Args:
        words: What the language calls them.
    """

    def __init__(self, words: HanWords) -> None:
        self._words = words
        han = words.han
        ones = han.digits + "".join(char for char, as_ in han.spellings.items() if as_ in han.digits)
        units = "十百千" + "".join(name for _, name in han.larges)
        units += "".join(char for char, as_ in han.spellings.items() if as_ in units)
        one = rf"(?:(?!零下|两(?![{units}])(?<=[{han.digits}{units}]两))[{ones}])"  # 十两 is ten taels
        unit = rf"(?:(?!千[米克瓦卡帕伏赫字])[{units}])"
        self._units = units
        self._scan = re.compile(
            rf"""
              (?P<date> [0-9]{{4}} ([-/.]) (?:0?[1-9]|1[0-2]) \2 (?:3[01]|[12][0-9]|0?[1-9]) (?![0-9]|[-/.:][0-9]) )
            | (?P<clock> (?:2[0-4]|[01]?[0-9]) : [0-5][0-9] (?: : [0-5][0-9] )? (?![0-9]|:[0-9]) )
            | (?P<slashes> [0-9]+ (?: /[0-9]+ ){{2,}} )
            | (?P<code> (?: [0-9]+ (?: -[0-9]+ ){{2,}} | 0[0-9]{{1,3}}-[0-9]{{3,9}} | [0-9]{{3,4}}-[0-9]{{4}}
                | [0-9]{{2,4}} (?: [ ][0-9]{{3,4}} ){{2}} )
                (?![0-9]|[-~.:/][0-9]) )
            | (?P<version> [0-9]+ (?: \.[0-9]+ ){{2,}} )
            | (?P<fraction> (?: [0-9]+[ ] )? [0-9]+/[0-9]+ )
            | (?P<vulgar> [0-9]* [¼-¾⅐-⅞] )
            | (?P<number> (?: {_ASCII} (?: \.[0-9]+ )? | {one} | {unit} )
                (?: (?<![0-9]) {one} | {unit} | (?<=[{units}]) {_ASCII} )* )
            """,
            re.VERBOSE,
        )
        self._counters = frozenset({*words.suffixes, *words.counters, *words.codes})
        self._counter_sizes = _sizes(self._counters)
        self._currency_sizes = _sizes(words.prefixes)
        # Where a phrase begins with a number it must be the whole of it: no 二分之一 in 十二分之一.
        self._found = lru_cache(maxsize=_TEXTS)(self._all)  # readings and criticals of a text are asked in turn
        self._phrases = re.compile(rf"(?:(?<![{ones}{units}])|(?![{ones}{units}]))(?:{_any_of(words.phrases).pattern})")
        self._places = re.compile(rf"[・･·.{words.point}][{ones}]+(?![十百千])[{units}]*")

    def readings(self, text: str) -> Iterator[Reading]:
        """Yield the other ways to say the numbers of a text."""
        plain, place = self._plain(text)
        for found in self._found(plain):
            for start, end, spoken in found.said:
                yield Reading(place(start), place(end - 1) + 1, spoken)
        for match in self._phrases.finditer(plain):
            for spoken in (match[0], *self._words.phrases[match[0]]):  # as it is written is the usual way
                yield Reading(place(match.start()), place(match.end() - 1) + 1, spoken)

    def numbers(self, text: str) -> Iterator[Number]:
        """Yield the numbers of a text, and what looks like one."""
        plain, place = self._plain(text)
        for number, *_ in self._found(plain):
            yield number._replace(
                start=place(number.start),
                digits_start=place(number.digits_start),
                digits_end=place(number.digits_end - 1) + 1,
                end=place(number.end - 1) + 1,
            )

    def is_name(self, digits: str) -> bool:
        """Tell whether Han characters name a number, or are digits in a row."""
        return is_name(self._words, digits)

    def _plain(self, text: str) -> tuple[str, Callable[[int], int]]:
        """Return a text as the tables spell it, without the spaces that don't count; and where each place was."""
        text = text.translate(self._words.spelling)
        if _SPACES.search(text) is None:
            return text, lambda at: at
        kept = {match.start() for match in _KEPT_SPACES.finditer(text)}
        places = [at for at, char in enumerate(text) if not char.isspace() or at in kept]
        return "".join([" " if text[at].isspace() else text[at] for at in places]), places.__getitem__

    def _all(self, text: str) -> list[_Found]:
        found: list[_Found] = []
        last = _NOTHING
        for match in self._scan.finditer(text):
            if match.start() < last.number.end:
                continue  # the places after the point of the last one, or its counter
            if match.lastgroup == "number":
                here = self._number(text, match.start(), match.end(), last)
            else:
                here = self._shaped(text, match)
            here.said.extend(self._between(text, last, here))
            here.said.extend(_silent_hyphen(text, last.number, here.number))
            found.append(here)
            last = here
        return found

    def _shaped(self, text: str, match: re.Match[str]) -> _Found:
        """Return a number that has a shape of its own."""
        (start, end), shape = match.span(), match.lastgroup or ""
        after = end
        if shape == "clock" and (half := _HALF_DAY.match(text, end)) is not None:
            after = half.end()
            said = half_day(self._words, match[0], start, after, is_afternoon=half[1] in "Pp")
        else:
            said = SHAPES[shape](self._words, match[0], start)
            after = end + len(self._counter_at(text, end))
        return _Found(Number(start, start, end, after, match[0], "", is_sure=True), list(said))

    def _number(self, text: str, start: int, end: int, last: _Found) -> _Found:
        """Return a number that has none, with what stands before and after it."""
        words = self._words
        if not text[start].isdecimal() and (places := self._places.match(text, end)) is not None:
            after = text[places.end() : places.end() + 2]
            if after[:1] not in {words.minute, "刻"} or after[1:] in {"之", "の"}:  # else 三点五分 is a time
                end = places.end()
        counter = self._counter_at(text, end)
        number = Number(
            start, start, end, end + len(counter), text[start:end], counter, is_sure=text[start].isdecimal()
        )
        is_ranged = last.number.end < start and text[last.number.end : start] in {*_RANGE_SIGNS, *words.to}
        currency, sign_start = last.currency if is_ranged else "", start
        if not is_ranged:
            currency = self._currency_at(text, start)
            sign_start -= len(currency or self._minus(text, start, counter))
        number = number._replace(start=sign_start, is_sure=number.is_sure or is_ranged or sign_start < start)
        own = words.before_number.search(text, max(0, sign_start - 4), sign_start)
        said: list[Said] = []
        if own is not None or is_ranged or sign_start < start or not is_within_word(words, text, number):
            said = [*self._alone(text, number, currency), *self._counted(text, number, last, currency)]
        if own is not None:
            number = number._replace(start=own.start("own") if own["own"] else sign_start, is_sure=True)
        if text.startswith(words.half, number.end) and (counter or number.counter in words.hours):
            number = number._replace(end=number.end + len(words.half))
        return _Found(number, said, currency)

    def _counter_at(self, text: str, end: int) -> str:
        """Return the unit or counter that begins there; a letter that begins a word is none."""
        for size in self._counter_sizes:
            counter = text[end : end + size]
            if counter in self._counters:
                is_word = _LETTER.match(counter[-1]) and _LETTER.match(text, end + size)
                return "" if is_word else counter
        return ""

    def _currency_at(self, text: str, start: int) -> str:
        """Return the currency that ends there."""
        for size in self._currency_sizes:
            if size <= start and text[start - size : start] in self._words.prefixes:
                return text[start - size : start]
        return ""

    def _minus(self, text: str, start: int, counter: str) -> str:
        """Return the minus before a number, as it is written."""
        words = self._words
        for sign in words.minus:
            if text.endswith(sign, 0, start):
                return sign
        before = text[max(0, start - 2) : start - 1] if start else ""
        if not text.endswith("-", 0, start) or (before.isascii() and before.isalnum()):
            return ""
        is_minus = (
            not before.isalnum()
            or counter in words.signed
            or words.before_minus.search(text, max(0, start - 5), start - 1) is not None
        )
        return "-" if is_minus else ""

    def _alone(self, text: str, number: Number, currency: str) -> Iterator[Said]:
        """Yield what is said for a number and the sign, currency or symbol at it."""
        words, start, end = self._words, number.start, number.digits_end
        names = forms(words, text, number)
        templates = words.suffixes.get(number.counter, ())
        if currency and not templates and number.counter not in words.currencies:
            yield from (
                (start, end, template.format(name))
                for name in names or [number.digits]
                for template in words.prefixes[currency]
            )
            if start < number.digits_start and _RANGE_ON.match(text, end):
                yield from ((start, end, name) for name in names)  # the currency is said after the range
            return
        signs = words.minus if start < number.digits_start and not currency else ("",)
        if templates:
            as_written = ("{}" + number.counter,) if number.counter.isalpha() else ()
            before = [template for template in templates if signs != ("",) and template[0] != "{"]
            for name in names or [number.digits]:
                for sign in signs:
                    yield from ((start, number.end, t.format(sign + name)) for t in (*templates, *as_written))
                    yield from ((start, number.end, sign + t.format(name)) for t in before)
        else:
            if signs != ("",):
                names = names or [number.digits]
            yield from ((start, end, sign + name) for sign in signs for name in names)
            if (others := words.same.get(number.counter)) is not None:
                yield from ((end, number.end, name) for name in (number.counter, *others))

    def _counted(self, text: str, number: Number, last: _Found, currency: str) -> Iterator[Said]:
        """Yield what is said for a number and its counter together."""
        words, start, end, counter = self._words, number.digits_start, number.end, number.counter
        whole, places, magnitude = parts(words, number.digits)
        follows = last.number.end == start
        value = words.han.value_of(whole)
        if value is None and follows and len(row := words.han.digits_of(whole)) == _MINUTE_DIGITS:
            value = int(row)  # 零五
        if value is None or magnitude or (number.start < start and not currency):
            return
        said: Iterable[str] = ()
        if places:
            if counter and places == "5":
                said = words.halved(value, counter)
            if len(places) <= _CENTS and (currency or counter):
                said = [*said, *words.parted(value, places, currency or counter)]
            start = number.start
        elif follows and last.number.counter in words.hours and value <= _LAST_MINUTE:
            yield from self._minute(text, number, value, last.number)
        elif counter in words.hours and value <= _LAST_HOUR:
            yield from self._hour(text, number, value)
        elif counter in words.days and follows and last.number.counter == words.month and 1 <= value <= _LAST_DAY:
            said = words.days_of_month(value)
        elif counter and (spelled := words.spelled(value, counter)):
            said = (words.han.say(value) + counter, *spelled)
        yield from ((start, end, spoken) for spoken in said)

    def _hour(self, text: str, number: Number, hour: int) -> Iterator[Said]:
        words, start, end = self._words, number.digits_start, number.end
        hours = words.hour_forms(hour)
        yield from ((start, end, spoken) for spoken in hours)
        if text.startswith(words.half, end):
            yield from ((end, end + len(words.half), spoken) for spoken in (words.half, "三十" + words.minute))
        for full in words.oclock:
            if text.startswith(full, end):
                yield from ((start, end + len(full), spoken) for spoken in hours)

    def _minute(self, text: str, number: Number, minute: int, hours: Number) -> Iterator[Said]:
        words, start, end = self._words, number.digits_start, number.end
        if number.counter == words.minute or (not number.counter and len(number.digits) > 1):
            yield from ((start, end, spoken) for spoken in words.minute_forms(minute))
            if (hour := words.han.value_of(hours.digits)) is not None and hour < _LAST_HOUR:
                yield from ((hours.digits_start, end, spoken) for spoken in minutes_to(words, hour, minute))
        elif minute in words.quarters and text.startswith(words.quarter, number.digits_end):
            yield start, number.digits_end + 1, words.han.say(15 * minute) + words.minute

    def _between(self, text: str, last: _Found, found: _Found) -> Iterator[Said]:
        """Yield what is said for the sign between two numbers."""
        words, start, end = self._words, last.number.end, found.number.start
        sign = text[start:end]
        if start < 0 or not sign or len(sign) > len(words.to[0]):
            return
        if sign in _RANGE_SIGNS:
            for to in words.to:
                yield start, end, to
                # Where it is no unit of its own, it is said with the one before it.
                is_apart = text[start - 1].isdigit()
                yield from (
                    (at, end, spoken + to) for at, until, spoken in last.said if until == start and not is_apart
                )
            yield from self._shared(text, last.number, found.number)
            if not found.number.counter and sign == "-":
                yield start, end, words.ratio
                if text.startswith("=", found.number.end):
                    yield from ((start, end, spoken) for spoken in words.signs[sign])
        elif sign in words.to[1:]:
            yield start, end, words.to[0]
        elif sign in _COMMAS and text[start - 1].isdigit() and text[end].isdigit():  # else it counts as nothing
            yield from ((at, end, spoken + sign) for at, until, spoken in last.said if until == start)
        else:
            yield from ((start, end, spoken) for spoken in words.signs.get(sign, ()))
        if sign in {*_RANGE_SIGNS, *_COMMAS, *words.to}:
            yield from self._neighbours(last.number, found.number)

    def _shared(self, text: str, one: Number, other: Number) -> Iterator[Said]:
        """Yield how a range is said whose counter belongs to both ends: 3-5天 is 三天到五天, 5-10% 百分之五到十."""
        words, counter = self._words, other.counter
        if not counter or one.counter or not one.digits.isascii() or one.start != one.digits_start:
            return
        template = words.suffixes[counter][0] if counter in words.suffixes else "{}" + counter
        names = forms(words, text, one._replace(counter=counter))
        yield from ((one.start, one.end, template.format(name)) for name in names)
        if not template.startswith("{}"):
            ends = forms(words, text, other)
            yield from (
                (one.start, other.end, template.format(a + to + b)) for a in names for b in ends for to in words.to
            )

    def _neighbours(self, one: Number, other: Number) -> Iterator[Said]:
        """Yield how 2~3 is said in one word: 两三, never 二十三; and 20~30: 二三十."""
        han = self._words.han
        first, second = han.value_of(one.digits), han.value_of(other.digits)
        if one.counter or one.start != one.digits_start or first is None or second is None:
            return
        for unit, name in ((1, ""), (10, "十"), (100, "百"), (1000, "千"), (10_000, "万")):
            if first in range(unit, 9 * unit, unit) and second == first + unit:
                head, tail = han.digits[first // unit], han.digits[second // unit]
                yield (
                    one.start,
                    other.digits_end,
                    (han.two if first == 2 * unit and name != "十" else head) + tail + name,
                )
                if second == 2 * unit and name != "十":
                    yield one.start, other.digits_end, head + han.two + name


def _silent_hyphen(text: str, last: Number, number: Number) -> Iterator[Said]:
    """Yield that a hyphen before a number is silent, where it is neither a minus nor the sign of a range: 歼-20."""
    before = number.start - 2
    if before >= max(0, last.end) and text.startswith("-", before + 1) and not text[before].isascii():
        yield before, number.start, text[before]


def _sizes(words: Iterable[str]) -> list[int]:
    """Return the lengths of some words, the longest first."""
    return sorted(set(map(len, words)), reverse=True)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of some words, the longest that fits."""
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))
