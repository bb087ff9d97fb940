"""Where numerals stand in an English text, and what the words around them make of them."""
# ruff: noqa: PLR2004, SIM905 - the numbers are the point, a table reads best as words

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.en_amounts import money
from progresskit.audio.readings.en_calendar import MONTHS, by_part_of_day, date
from progresskit.audio.readings.en_cardinals import by_digits, cardinals, fraction_names, in_pairs, ordinals, years
from progresskit.audio.readings.en_numerals import FRACTIONS, amounts, counted, mixed, numeral
from progresskit.audio.readings.en_units import CURRENCIES, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Numeral", "is_code", "numeral_readings", "numerals"]

_CHUNK: Final = re.compile(r"[0-9][^\W_]*(?:(?:'(?=[A-Za-z])|(?<=[0-9])[.,:/~-](?=[0-9]))[^\W_]+)*")
"""A numeral with all that is written to it, from its first digit on."""

_NEAR: Final = 40
"""How far, in characters, the words are sought that say what a numeral is."""


def _any_of(spellings: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))


_NUMBER: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
_MAGNITUDE: Final = r"thousand|million|billion|trillion"
_CODES: Final = _any_of(code for code in CURRENCIES if code.isalpha())
_SIGNS: Final = _any_of(code for code in CURRENCIES if not code.isalpha())
_CURRENCY_BEFORE: Final = re.compile(
    rf"(?:(?<![^\W_])(?P<sign>-))?(?P<code>(?<![A-Za-z])(?:{_CODES})|{_SIGNS}) ?(?P<inner>-?)$"
)
_CURRENCY_AFTER: Final = re.compile(rf" ?(?P<code>(?:{_CODES})(?![A-Za-z0-9])|(?:{_SIGNS})(?! ?[0-9]))")
_MAGNITUDE_AFTER: Final = re.compile(rf"[ -](?P<word>{_MAGNITUDE})(?![A-Za-z])", re.IGNORECASE)
_PRICE: Final = re.compile(rf"(?P<number>{_NUMBER})(?P<magnitude>[kKmMbBtT]|[mMbBtT]n)?")
_PRICES: Final = re.compile(rf"(?P<first>{_NUMBER})[-~](?P<last>{_NUMBER})(?P<magnitude>[kKmMbB]|[mMbB]n)?")
_SECOND_PRICE: Final = re.compile(rf" ?[-~] ?(?:{_SIGNS})(?P<last>{_NUMBER})(?![\w,.:/-]?[0-9])")
_UNIT_AFTER: Final = re.compile(
    rf" ?(?P<unit>(?!(?:[ABNJtP]|MP|in|mo|cal|pt|hp)(?![\w/²³]))(?:{_any_of(UNITS)})(?![A-Za-z0-9²³])"
    r"|in(?=\.|\)| x\b| ?$))"
)
_MONTH_NAMES: Final = _any_of(MONTHS)
_MONTH_BEFORE: Final = re.compile(rf"(?<![A-Za-z])(?P<month>{_MONTH_NAMES})\.?,? (?:the )?$", re.IGNORECASE)
_MONTH_AFTER: Final = re.compile(rf"(?P<rank>)(?: of)? (?P<month>{_MONTH_NAMES})(?![A-Za-z])", re.IGNORECASE)
_ERA_AFTER: Final = re.compile(r" ?(?:AD|BCE?|CE|A\.D\.|B\.C\.)(?![^\W_])")
_ERA_BEFORE: Final = re.compile(r"(?<![^\W_])A\.?D\.? $")
_LASTING: Final = re.compile(
    r"(?:(?P<hour>[0-9]{1,4}) ?hr?s? ?)?(?:(?P<minute>[0-9]{1,3}) ?m(?:ins?)? ?)?"
    r"(?:(?P<second>[0-9]{1,3}) ?s(?:ecs?)?)?(?<! )(?![^\W_])"
)
_DAY: Final = re.compile(r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?")
_DAYS: Final = re.compile(r"(?P<first>[0-3]?[0-9])[-~](?P<last>[0-3]?[0-9])")
_THE_BEFORE: Final = re.compile(r"(?<![A-Za-z])the $", re.IGNORECASE)
_ARTICLE_BEFORE: Final = re.compile(r"(?<![^\W_])[aA] \Z")
_FRACTION_AFTER: Final = re.compile(
    rf" (?:(?P<fraction>[0-9]{{1,2}}/[0-9]{{1,3}})(?![\w/.-])|(?P<sign>[{''.join(FRACTIONS)}]))"
)
_INCHES_AFTER: Final = re.compile(
    r"(?:['\u2032] ?| ?ft\.? )(?P<inches>[0-9]{1,2})(?:\"|''|\u2033|\u201d| ?in(?![A-Za-z]))?(?![0-9])"
)
_TELEPHONE: Final = re.compile(
    r"\+?(?:[0-9]{1,3}[ .-])?(?:\([0-9]{2,5}\)[ -]?|[0-9]{2,5}[ .-])[0-9]{3,4}[ .-][0-9]{4}(?![0-9]|[.,:/-][0-9])"
)
_MOBILE: Final = re.compile(r"0[0-9]{2,4} [0-9]{5,7}(?![0-9]|[.,:/-][0-9])")
_LOCAL: Final = re.compile(r"[0-9]{3,4} [0-9]{4}(?![0-9]|[.,:/-][0-9])")
_CALLING: Final = frozenset(
    "call calls called calling dial dialed dialing phone telephone tel fax text mobile cell".split()
)
_CODE_WORDS: Final = frozenset(
    "room rooms suite suites flight flights code codes pin pins route routes highway highways interstate freeway gate "
    "gates extension extensions ext apt apartment apartments number numbers bus buses tram line lines channel platform "
    "track serial order invoice ticket case account zip postcode password passcode id error port model box seat exit "
    "locker terminal key lot license licence plate tracking reference ref confirmation booking reservation train unit "
    "building bldg rm area dial call hall ward bay stop boeing airbus windows".split()
)
"""After one of these a numeral is a name, and said digit by digit or in pairs."""
_FILLERS: Final = frozenset("number numbers no code is was are the at of your my our and or to nr".split())
_SCORING: Final = re.compile(
    r"\b(?:won|win|wins|winning|lost|lose|loses|beat|beats|score|scores|scored|led|lead|leads|leading|tied|tie|drew|"
    r"draw|victory|defeat|final|game|match|ahead|up|down)\b",
    re.IGNORECASE,
)
_PLAIN_RANGE: Final = re.compile(r"(?P<first>[0-9]{1,3})-(?P<last>[0-9]{1,3})")
_FRACTION: Final = re.compile(r"[0-9]{1,2}/[1-9][0-9]{0,2}")
_NOUN_AFTER: Final = re.compile(r" (?!of\b)[A-Za-z]")
_TIME: Final = re.compile(
    r"(?P<hour>0?[1-9]|1[0-2])(?::(?P<minute>[0-5][0-9]))? ?(?P<half>[aApP])(?:\. ?[mM]\b\.?|[mM](?![^\W_]))"
)
_DEGREES_AFTER: Final = re.compile(r" ?(?:degrees?\b(?! [CF])|\u00b0 ?(?P<scale>[CF])?(?![^\W_]))", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")
_FEW: Final = 3
"""Of a number, how many readings are combined with other words."""
_HALF_AFTER: Final = re.compile(r" ?[aApP]\.? ?[mM](?![A-Za-z])")
_LONE_FRACTION: Final = re.compile(rf"(?<![^\W_])[{''.join(FRACTIONS)}](?![^\W_])")
_PERCENTAGE: Final = re.compile(rf"(?<![\w.,-])(?P<number>{_NUMBER})%$")
_WORD: Final = re.compile(r"[A-Za-z]+")
_DIGITS: Final = re.compile(r"[0-9]{1,24}")
_LISTING: Final = frozenset({"and", "or", ",", ", and"})
_FAR: Final = 120
"""How far, in characters, words of a game are sought."""
_COUNT_BEFORE: Final = re.compile(r"(?<![\w.,:/-])[0-9]+ $")
_TWO_DIGITS: Final = re.compile(r"(?<![\w.,:/-])[0-9]{2} $")
_OLD_YEAR: Final = re.compile("1[0-5][0-9]{2}")
"""A year that would be said like a time of day: 15:30."""
_IN_YEAR: Final = re.compile(
    r"(?<![A-Za-z])(?:in|since|from|until|till|by|circa|before|after|around|year|of|[A-Z][a-z]+,?) $"
    r"|[0-9](?:st|nd|rd|th)?, $"
)
_SAID_BEFORE: Final = {
    "#": ("number", "hashtag", "hash"),
    "+": ("plus",),
    **dict.fromkeys("~\u2248", ("about", "approximately", "around")),
}
_MODEL_BEFORE: Final = re.compile(r"(?<![^\W_])(?:(?!AM|PM|BC|AD|CE|BCE)[A-Z]{2,4}[ -]|[A-Z]\.)$")
_PARAGRAPH_AFTER: Final = re.compile(r"\([a-z]\)")
"""What makes a numeral the name of a law: 401(k)."""
_MOST_CODE: Final = 12
_LONGEST_CALL_SIGN: Final = 3


class Numeral(NamedTuple):
    """A numeral in a text.

    Attributes:
        start: Where it begins, with its sign.
        end: Where it ends.
        written: It without the sign.
        is_negative: Whether a sign stands before it.
    """

    start: int
    end: int
    written: str
    is_negative: bool


def numerals(text: str) -> Iterator[Numeral]:
    """Yield the numerals of a text, each with the letters written to it."""
    for match in _CHUNK.finditer(text):
        at, end = match.span()
        while at and text[at - 1].isalpha():
            at -= 1
        is_negative = False
        written_from = at
        if at == match.start():
            if text[at - 1 : at] == "." and not _is_in_word(text, at - 2):
                written_from = at = at - 1
            if text[at - 1 : at] == "-" and at and not _is_in_word(text, at - 2):
                at -= 1
                is_negative = True
        yield Numeral(at, end, text[written_from:end], is_negative)


def numeral_readings(text: str) -> Iterator[Reading]:
    """Yield the ways to say the numerals of a text, with what belongs to them."""
    for reading in _numeral_readings(text):
        yield reading
        at = reading.start
        if reading.spoken.startswith("a ") and (article := _ARTICLE_BEFORE.search(text, max(0, at - 2), at)):
            yield reading._replace(start=article.start())  # a $100 bill is a hundred dollar bill


def _numeral_readings(text: str) -> Iterator[Reading]:
    code_until = 0
    for found in numerals(text):
        before = text[max(0, found.start - _NEAR) : found.start]
        after = text[found.end : found.end + _NEAR]
        if currency := _CURRENCY_BEFORE.search(before):
            yield from _priced_before(found, currency, after)
            continue
        yield from _telephone(text, found, before)
        yield from _priced_after(found, after)
        yield from _dated(found, before, after)
        yield from _with_fraction(found, after)
        if _FRACTION.fullmatch(found.written) and not found.is_negative and not _COUNT_BEFORE.search(before):
            yield from _part_of(text, found.start, found.end, found.written)
        yield from _by_part_of_day(found, text)
        yield from _below_zero(found, after)
        yield from _lasting(text, found)
        continues = code_until and text[code_until : found.start].strip() in _LISTING
        if _DIGITS.fullmatch(found.written) and (continues or is_code(before) or _PARAGRAPH_AFTER.match(after)):
            code_until = found.end
            yield from _each(found, _code(found.written))
        if _PLAIN_RANGE.fullmatch(found.written) and _SCORING.search(
            text, max(0, found.start - _FAR), found.end + _NEAR
        ):
            yield from _score(found)
        yield from _measured(found, after)
        yield from _alone(text, found, before, after)
    if not text.isascii():
        for match in _LONE_FRACTION.finditer(text):
            yield from (Reading(*match.span(), way) for way in mixed("", FRACTIONS[match[0]]))
            yield from _part_of(text, *match.span(), FRACTIONS[match[0]])


def _alone(text: str, found: Numeral, before: str, after: str) -> Iterator[Reading]:
    """Yield the readings of a numeral by its own shape, and with a sign before it."""
    start, end = found.start, found.end
    if len(found.written) == 2 and _TWO_DIGITS.search(before):
        return  # "20 26" is no 2026
    if "/" in found.written and _COUNT_BEFORE.search(before):
        return  # "1 1/2" is no "one half"
    ways = numeral(found.written)
    if _OLD_YEAR.fullmatch(found.written) and _IN_YEAR.search(before):
        ways = (*years(int(found.written)), *ways)
    if found.is_negative and before.endswith("%"):
        yield from _second_percentage(found, ways, before, after)
    if _THE_BEFORE.search(before):  # the 100 metres are the hundred metres
        yield from _each(found, [way.removeprefix("a ") for way in ways if way.startswith("a ")])
    if _ERA_AFTER.match(after) or _ERA_BEFORE.search(before):
        yield from _each(found, in_pairs(found.written) if found.written.isdecimal() else ())
    if before.endswith("'") and found.written.endswith("s"):
        start -= 1  # '90s
    yield from (Reading(start, end, way) for way in _signed(found.is_negative, ways))
    if found.written.isdecimal() and _HALF_AFTER.match(after):
        yield from (Reading(start, end, f"{way} o'clock") for way in counted(found.written)[:1])
    if before.endswith(("#", "~", "\u2248", "+")) and not _is_in_word(text, start - 2):
        words = _SAID_BEFORE[before[-1]]
        ways = (*ways, *(_code(found.written) if before[-1] == "#" else ()))
        # With the numeral as it is, too: where both texts have it, only the sign differs.
        yield from (Reading(start - 1, end, f"{word} {way}") for word in words for way in (*ways, found.written))


def _score(found: Numeral) -> Iterator[Reading]:
    """Yield the reading of the score of a game: ``three two``."""
    if (score := _PLAIN_RANGE.fullmatch(found.written)) and not found.is_negative:
        first, last = (cardinals(int(side))[0] for side in score.groups())
        yield Reading(found.start, found.end, f"{first} {last}")
        if last == "zero":
            first = "nil" if first == "zero" else first
            yield from (Reading(found.start, found.end, f"{first} {joint}nil") for joint in ("", "to "))


def _part_of(text: str, start: int, end: int, fraction: str) -> Iterator[Reading]:
    """Yield the readings of a fraction before what it is a part of: three quarters *of a* cup."""
    above, below = map(int, fraction.split("/"))
    if above < below and _NOUN_AFTER.match(text, end):
        yield from (Reading(start, end, f"{way} of {a}") for way in fraction_names(above, below) for a in ("a", "an"))


def _by_part_of_day(found: Numeral, text: str) -> Iterator[Reading]:
    """Yield the readings of a time with AM or PM: three in the afternoon, noon."""
    if match := _TIME.match(text, found.start):
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        yield from (Reading(*match.span(), way) for way in by_part_of_day(hour, minute, match["half"].lower()))


def _below_zero(found: Numeral, after: str) -> Iterator[Reading]:
    """Yield the readings of a temperature with a sign: five degrees below zero."""
    if found.is_negative and (match := _DEGREES_AFTER.match(after)):
        unit = "degree" if found.written == "1" else "degrees"
        names = {"C": ("celsius", "centigrade"), "F": ("fahrenheit",)}.get((match["scale"] or "").upper(), ())
        units = [f"{unit} {name}" for name in names] or [unit, ""]
        for way in counted(found.written)[:_FEW] if _DECIMAL.fullmatch(found.written) else ():
            for unit in units:
                yield Reading(found.start, found.end + match.end(), " ".join([way, *unit.split(), "below zero"]))


def _is_in_word(text: str, at: int) -> bool:
    return at >= 0 and (text[at].isalnum() or text[at] == ".")


def _each(found: Numeral, ways: Iterable[str]) -> Iterator[Reading]:
    return (Reading(found.start, found.end, way) for way in _signed(found.is_negative, ways))


def _signed(is_negative: bool, ways: Iterable[str]) -> Iterable[str]:  # noqa: FBT001 - as the name says
    return [f"{word} {way}" for word in ("minus", "negative") for way in ways] if is_negative else ways


def _priced_before(found: Numeral, currency: re.Match[str], after: str) -> Iterator[Reading]:
    start = found.start - len(currency[0])
    is_negative = found.is_negative or bool(currency["sign"] or currency["inner"])
    end, written = found.end, found.written
    price = _PRICE.fullmatch(written)
    if price and (second := _SECOND_PRICE.match(after)):
        written = f"{price['number']}-{second['last']}"
        end += second.end()
        after = after[second.end() :]
    if price or (price := _PRICES.fullmatch(written)):
        magnitude = price["magnitude"] or ""
        if "first" in price.groupdict():
            written = f"{price['first']}-{price['last']}"
        elif end == found.end:
            written = price["number"]
        if not magnitude and (word := _MAGNITUDE_AFTER.match(after)):
            magnitude = word["word"].lower()
            end += word.end()
        for way in _signed(is_negative, money(currency["code"], written, magnitude)):
            yield Reading(start, end, way)


def _priced_after(found: Numeral, after: str) -> Iterator[Reading]:
    price = _PRICE.fullmatch(found.written) or _PRICES.fullmatch(found.written)
    if price is None:
        return
    magnitude, end = price["magnitude"] or "", 0
    if not magnitude and (word := _MAGNITUDE_AFTER.match(after)):
        magnitude, end = word["word"].lower(), word.end()
        if "number" in price.groupdict():
            ways = amounts(price["number"], magnitude)
            yield from (Reading(found.start, found.end + end, way) for way in _signed(found.is_negative, ways))
    if currency := _CURRENCY_AFTER.match(after, end):
        groups = price.groupdict()
        written = groups.get("number") or f"{groups['first']}-{groups['last']}"
        for way in _signed(found.is_negative, money(currency["code"], written, magnitude)):
            yield Reading(found.start, found.end + currency.end(), way)


def _telephone(text: str, found: Numeral, before: str) -> Iterator[Reading]:
    start = found.start
    while start and text[start - 1] in "(+" and found.start - start < 2:
        start -= 1
    match = _TELEPHONE.match(text, start) or _MOBILE.match(text, start)
    if match is None and _CALLING & set(map(str.lower, _WORD.findall(before))):
        match = _LOCAL.match(text, start)
    if match is None or (match.end() == found.end and start == found.start):
        return
    for way in numeral(re.sub(r"\D+", "-", match[0]).strip("-")):
        yield Reading(start, match.end(), way)
        if match[0].startswith("+"):
            yield Reading(start, match.end(), f"plus {way}")


def _dated(found: Numeral, before: str, after: str) -> Iterator[Reading]:
    if found.is_negative:
        return
    if day := _DAY.fullmatch(found.written):
        if month := _MONTH_BEFORE.search(before):
            start = found.start - len(month[0])
            name = MONTHS[month["month"].lower()]
            ways = date(name, int(day["day"]))
            yield from (Reading(start, found.end, way) for way in ways)
            if name != month["month"].lower():
                yield Reading(start, start + len(month["month"]), name)
            if ways:
                yield Reading(found.start, found.end, ordinals(int(day["day"]))[0])
        if month := _MONTH_AFTER.match(after):
            name = MONTHS[month["month"].lower()]
            end = found.end + month.end()
            ways = date(name, int(day["day"]))
            if the := _THE_BEFORE.search(before):
                start = found.start - len(the[0])
                yield from (Reading(start, end, way) for way in ways)
            else:
                ways = (ways[1], *ways[:1], *ways[2:]) if ways else ways
                yield from (Reading(found.start, end, way) for way in ways)
    elif (days := _DAYS.fullmatch(found.written)) and (_MONTH_BEFORE.search(before) or _MONTH_AFTER.match(after)):
        first, last = (ordinals(int(day)) for day in days.groups())
        if first and last:
            yield from (Reading(found.start, found.end, f"{first[0]} {word} {last[0]}") for word in ("to", "through"))


def _with_fraction(found: Numeral, after: str) -> Iterator[Reading]:
    if not found.written.isdecimal():
        return
    if match := _FRACTION_AFTER.match(after):
        fraction = match["fraction"] or FRACTIONS[match["sign"]]
        ways = _signed(found.is_negative, mixed(found.written, fraction))
        yield from (Reading(found.start, found.end + match.end(), way) for way in ways)
    elif match := _INCHES_AFTER.match(after):
        feet, inches = counted(found.written)[0], counted(match["inches"])[0]
        for way in (
            f"{feet} foot {inches}",
            f"{feet} foot {inches} inches",
            f"{feet} feet {inches} inches",
            f"{feet} feet {inches}",
            f"{feet} {inches}",
        ):
            yield Reading(found.start, found.end + match.end(), way)


def _lasting(text: str, found: Numeral) -> Iterator[Reading]:
    """Yield the readings of a time that something takes, in two units or three: 2h 15m."""
    match = _LASTING.match(text, found.start)
    parts = [(name, count) for name, count in match.groupdict().items() if count] if match else []
    if match and len(parts) > 1:
        said = [f"{counted(count)[0]} {name if int(count) == 1 else f'{name}s'}" for name, count in parts]
        last = said.pop()
        yield from (Reading(*match.span(), f"{' '.join(said)} {joint}{last}") for joint in ("", "and "))


def _second_percentage(found: Numeral, ways: Iterable[str], before: str, after: str) -> Iterator[Reading]:
    """Yield the readings of the end of a range, whose dash looks like a sign: 10%-20%."""
    yield from (Reading(found.start, found.end, f"{word} {way}") for way in ways for word in ("to", "through"))
    if (first := _PERCENTAGE.search(before)) and after.startswith("%"):
        for one, other in product(counted(first["number"])[:3], ways):
            start = found.start - len(first[0])
            yield Reading(start, found.end + 1, f"{one} percent to {other} percent")
            yield Reading(start, found.end + 1, f"{one} to {other} percent")


def is_code(before: str) -> bool:
    """Tell whether the words before a numeral make it a name."""
    if _MODEL_BEFORE.search(before):
        return True
    if before.rstrip(" :#")[-1:] in {".", ",", ";"} and not before.rstrip(" :#").lower().endswith(
        ("no.", "apt.", "ext.", "rm.", "nr.")
    ):
        return False
    for word in reversed(_WORD.findall(before)[-4:]):
        lowered = word.lower()
        if lowered in _CODE_WORDS:
            return True
        if lowered not in _FILLERS and not (word.isupper() and len(word) <= _LONGEST_CALL_SIGN):
            return False
    return False


def _code(digits: str) -> Iterable[str]:
    if len(digits) > _MOST_CODE or not digits.isdecimal():
        return ()
    # "Route sixty six", "suite three hundred", but "room five oh two".
    is_short = len(digits) <= 2 or (digits.endswith("00") and digits[0] != "0")
    counts = numeral(digits) if is_short else ()
    return (*counts, *by_digits(digits)[:2], *in_pairs(digits), *by_digits(digits))


def _measured(found: Numeral, after: str) -> Iterator[Reading]:
    """Yield the readings of the unit or the percent sign after a numeral."""
    if after.startswith(("%", " %")):
        at = found.end + after.index("%")
        space = " " if at == found.end else ""
        yield from (Reading(at, at + 1, space + way) for way in ("percent", "per cent"))
    elif unit := _UNIT_AFTER.match(after):
        start = found.end + unit.start("unit")
        one, many, *others = UNITS[unit["unit"]]
        names = [one, many, *others] if found.written in {"1", "1/2", "1/4"} else [many, one, *others]
        end = found.end + unit.end("unit")
        yield from (Reading(start, end, name) for name in names)
        ways = [f"{way} {names[0]}" for way in _signed(found.is_negative, numeral(found.written)[:1])]
        if found.written == "1" and not found.is_negative:
            ways.append(f"{'an' if one[0] in 'aeiou' or one.startswith('hour') else 'a'} {one}")
        yield from (Reading(found.start, end, way) for way in ways)
