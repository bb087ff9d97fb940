"""How whole numbers are said in English: as a count, a rank, a year, by digits, in pairs."""
# ruff: noqa: PLR2004, SIM905 - the numbers are the point, a table reads best as words

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["by_digits", "cardinals", "fraction_names", "in_pairs", "ordinals", "years"]

_ONES: Final = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen".split()
)
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_MOST: Final = 10**15
"""From here on there is no usual name."""

_IRREGULAR: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_PARTS: Final = {
    250_000: ("a quarter million", "a quarter of a million"),
    500_000: ("half a million",),
    500_000_000: ("half a billion",),
}
_LEADING_ONE: Final = re.compile(r"one (?=(?:hundred|thousand|million|billion|trillion)\b)")
_LOOSE: Final = re.compile("point|half|quarter")
_RUN: Final = re.compile(r"(.)\1{1,2}|.")
_TIMES: Final = ("", "", "double ", "triple ")


@lru_cache(maxsize=4096)
def cardinals(number: int) -> tuple[str, ...]:
    """Return the ways to say how many: ``one hundred five``, ``a hundred and five``. None from a quadrillion on."""
    if not 0 <= number < _MOST:
        return ()
    ways = [_counted(number, inner, last) for inner, last in ((False, False), (True, True), (False, True))]
    hundreds, rest = divmod(number, 100)
    if 10 < hundreds < 100 and hundreds % 10:
        said = f"{_below_hundred(hundreds)} hundred"
        ways += [f"{said} {_below_hundred(rest)}", f"{said} and {_below_hundred(rest)}"] if rest else [said]
    ways += [_LEADING_ONE.sub("a ", way, count=1) for way in ways if way.startswith("one ")]
    return tuple(dict.fromkeys([*ways, *_in_scale(number), *_PARTS.get(number, ())]))


@lru_cache(maxsize=1024)
def ordinals(number: int) -> tuple[str, ...]:
    """Return the ways to say a rank: ``twenty first``."""
    if number < 1:
        return ()
    ways = [_ranked(way) for way in cardinals(number) if not _LOOSE.search(way)]
    return tuple(dict.fromkeys([*ways, *(way.removeprefix("a ") for way in ways if way.startswith("a "))]))


@lru_cache(maxsize=1024)
def years(number: int) -> tuple[str, ...]:
    """Return the ways to say a year of four digits: ``twenty twenty six``, ``nineteen oh five``."""
    century, rest = divmod(number, 100)
    if not 10 < century < 100 and not (century == 10 and rest >= 10):
        return cardinals(number)
    counted = cardinals(number)
    if rest == 0:
        ways = counted if century % 10 == 0 else (f"{_below_hundred(century)} hundred", *counted)
    elif rest < 10:
        paired = f"{_below_hundred(century)} oh {_ONES[rest]}"
        ways = (*counted, paired) if century % 10 == 0 else (paired, *counted)
    else:
        ways = (f"{_below_hundred(century)} {_below_hundred(rest)}", *counted)
    digits = by_digits(str(number)) if century in {19, 20} else ()
    return tuple(dict.fromkeys([*ways, *digits]))


@lru_cache(maxsize=1024)
def by_digits(*groups: str) -> tuple[str, ...]:
    """Return the ways to say groups of digits one by one: ``five oh two``, ``five zero two``, ``double oh seven``."""
    return tuple(
        dict.fromkeys(
            " ".join(read(group, zero) for group in groups)
            for read in (_one_by_one, _with_doubles)
            for zero in ("oh", "zero")
        )
    )


@lru_cache(maxsize=1024)
def in_pairs(digits: str) -> tuple[str, ...]:
    """Return the ways to say three to eight digits in pairs: ``four eighteen``, ``twelve oh five``."""
    if not 2 < len(digits) <= 8 or digits.endswith("00"):
        return ()
    odd = len(digits) % 2
    pairs = [digits[:1]] * odd + [digits[at : at + 2] for at in range(odd, len(digits), 2)]
    ways = {
        " ".join([zero if pair == "0" else _pair(pair, zero, is_first=at == 0) for at, pair in enumerate(pairs)])
        for zero in ("oh", "zero")
    }
    return tuple(sorted(ways))


@lru_cache(maxsize=1024)
def fraction_names(above: int, below: int) -> tuple[str, ...]:
    """Return the ways to say so many parts of a whole: ``three quarters``. None of halves that aren't one."""
    if below < 2 or not 0 < above < 1000 or below > 1000:
        return ()
    if below == 2:
        return (
            ("one half", "half", "a half", "half a", "half an")
            if above == 1
            else tuple(f"{way} halves" for way in cardinals(above))
        )
    names = [*(("quarter",) if below == 4 else ()), *ordinals(below)]
    if above == 1:
        return (
            *(f"{one} {name}" for name in names for one in ("one", _article(name))),
            *(("quarter",) if below == 4 else ()),
        )
    return tuple(f"{way} {name}s" for name in names for way in cardinals(above)[:2])


def _one_by_one(digits: str, zero: str) -> str:
    return " ".join([zero if digit == "0" else _ONES[int(digit)] for digit in digits])


def _with_doubles(digits: str, zero: str) -> str:
    runs = (match[0] for match in _RUN.finditer(digits))
    return " ".join(_TIMES[len(run)] + _one_by_one(run[0], zero) for run in runs)


def _below_hundred(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]} {_ONES[ones]}" if ones else _TENS[tens]


def _below_thousand(number: int, joint: str) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    return f"{_ONES[hundreds]} hundred{joint}{_below_hundred(rest)}" if rest else f"{_ONES[hundreds]} hundred"


def _counted(number: int, inner: bool, last: bool) -> str:  # noqa: FBT001 - where ``and`` is said
    inner_joint, last_joint = (" and " if joined else " " for joined in (inner, last))
    parts: list[str] = []
    rest = number
    for value, name in _SCALES:
        count, rest = divmod(rest, value)
        if count:
            parts.append(f"{_below_thousand(count, inner_joint)} {name}")
    if rest or not parts:
        if parts and rest < 100 and last:
            parts.append("and")
        parts.append(_below_thousand(rest, last_joint))
    return " ".join(parts)


def _in_scale(number: int) -> list[str]:
    """Return how a round number above a million is said with a point: ``one point two million``."""
    for value, name in _SCALES[:-1]:
        whole, rest = divmod(number, value)
        if whole:
            if not rest or rest % (value // 100) or whole >= 1000:
                return []
            digits = f"{rest * 100 // value:02}".rstrip("0")
            said = [_below_thousand(whole, joint) for joint in (" ", " and ")]
            ways = [f"{way} point {_one_by_one(digits, zero)} {name}" for zero in ("zero", "oh") for way in said]
            if digits == "5":
                ways += [f"{way} and a half {name}" for way in said]
            return ways
    return []


def _ranked(way: str) -> str:
    head, space, last = way.rpartition(" ")
    ranked = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return head + space + _IRREGULAR.get(last, ranked)


def _article(word: str) -> str:
    return "an" if word.startswith("e") else "a"


def _pair(pair: str, zero: str, *, is_first: bool) -> str:
    if len(pair) == 1:
        return _ONES[int(pair)]
    if pair == "00":
        return "hundred" if not is_first else f"{zero} {zero}"
    return f"{zero} {_ONES[int(pair[1])]}" if pair[0] == "0" else _below_hundred(int(pair))
