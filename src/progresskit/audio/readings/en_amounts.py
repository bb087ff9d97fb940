"""How money is said in English: a currency before or after a number, with its cents, its magnitude, its sign."""
# ruff: noqa: PLR2004 - the numbers are the point

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.en_cardinals import cardinals, in_pairs
from progresskit.audio.readings.en_numerals import amounts, counted
from progresskit.audio.readings.en_units import CURRENCIES, Currency

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bare_prices", "money"]

_FEW: Final = 6
"""Of each of two numbers, how many readings are combined."""
_PRICE: Final = re.compile(r"(?P<whole>[0-9][0-9,]*|)\.(?P<cents>[0-9]{2})")
_SIGNS: Final = "".join(code for code in CURRENCIES if len(code) == 1)
_WRITTEN: Final = re.compile(rf"(?P<sign>[{_SIGNS}]) ?(?P<price>[0-9][0-9,]*\.[0-9]{{2}})(?![\w.,]?[0-9])")


@lru_cache(maxsize=1024)
def money(code: str, written: str, magnitude: str = "") -> tuple[str, ...]:
    """Return the ways to say an amount of money: ``nineteen dollars and ninety nine cents``.

    Args:
        code: The sign or code of the currency.
        written: The number, or two of them as a range: ``3-5``.
        magnitude: What stands after it: ``million``, ``k``; empty = nothing.
    """
    ways: list[str] = []
    first, dash, last = written.partition("-")
    for currency in CURRENCIES[code]:
        if dash:
            for one, other in product(counted(first)[:_FEW], amounts(last, magnitude)[:_FEW]):
                ways += [f"{one} to {other} {currency.many}", f"{one} {currency.many} to {other} {currency.many}"]
        else:
            ways += _sum(currency, written, magnitude)
    return tuple(dict.fromkeys(ways))


def _sum(currency: Currency, written: str, magnitude: str) -> Iterator[str]:
    price = _PRICE.fullmatch(written) if not magnitude else None
    if price and currency.cents:
        yield from _price(currency, price["whole"].replace(",", ""), price["cents"])
    ways = amounts(written, magnitude)
    if written == "1" and not magnitude:
        yield from (f"one {currency.one}", f"a {currency.one}")
        return
    yield from (f"{way} {currency.many}" for way in ways)
    # "A five dollar bill", "a two million dollar project".
    yield from (f"{way} {currency.one}" for way in ways)
    if len(magnitude) == 1:
        yield from (f"{way} {magnitude.lower()}" for way in counted(written)[:_FEW])


def _price(currency: Currency, whole: str, cents: str) -> Iterator[str]:
    count = int(cents)
    minor = f"{cardinals(count)[0]} {currency.cent if count == 1 else currency.cents}"
    if not int(whole or "0"):
        yield minor
        if currency.cents == "pence":
            yield f"{cardinals(count)[0]} p"
    majors = (*cardinals(int(whole or "0"))[:_FEW], *(("a",) if whole == "1" else ()))
    name = currency.one if whole == "1" else currency.many
    for major in majors:
        if not count:
            yield f"{major} {name}"
        yield f"{major} {name} and {minor}"
        yield f"{major} {name} {minor}"
        if count:
            yield f"{major} {name} {cardinals(count)[0]}"
            yield f"{major} {name} and {cardinals(count)[0]}"
        if currency.cents == "pence":
            yield f"{major} {name} {cardinals(count)[0]} p"


def bare_prices(text: str, other: str) -> Iterator[Reading]:
    """Yield the prices of a text as they are said without the currency: ``nineteen ninety nine``.

    None of those that the other text has in another currency: what both leave unsaid would make them one.
    """
    if not (prices := list(_WRITTEN.finditer(text))):
        return
    others = {(match["price"], match["sign"]) for match in _WRITTEN.finditer(other)}
    for match in prices:
        if not any(price == match["price"] and sign != match["sign"] for price, sign in others):
            yield from (Reading(*match.span(), way) for way in _bare(*match["price"].replace(",", "").split(".")))


def _bare(whole: str, cents: str) -> Iterator[str]:
    if count := int(cents):
        loose = f"oh {cardinals(count)[0]}" if count < 10 else cardinals(count)[0]
        yield from (f"{major} {loose}" for major in (*cardinals(int(whole))[:_FEW], *in_pairs(whole)))
