"""What Korean says for a range: 이삼 일, 세 개에서 다섯 개, 아홉 시부터."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.ko_context import After, after_number, spoken
from progresskit.audio.readings.ko_counted import Number, about, counted
from progresskit.audio.readings.ko_counters import UNIT
from progresskit.audio.readings.ko_units import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from progresskit.audio.normalize import Span

__all__ = ["DASH", "FROM", "TILDE", "from_to", "joint", "until_counter"]

TILDE: Final = re.compile(r" ?[~-] ?(?=[0-9])")
"""The sign of a range."""
FROM: Final = ("에서", "부터", "내지")
"""What it is said as."""
DASH: Final = ("에", "다시", "의", "대시")
"""What a hyphen between numbers is said as."""
_VERSUS: Final = "대"
"""What it is said as in a score."""
_LESS: Final = ("빼기", "마이너스")
"""What it is said as in an equation."""
_ROUND: Final = frozenset("조억만천백십")


def joint(text: str, place: Span, after: After) -> Iterator[Reading]:
    """Yield what the sign of a range is said as, with the counter that the first number has in speech."""
    counted_things = [""]
    end = after.start + len(after.counter)
    if after.counter:
        counted_things.append(after.counter)
        if after.counter in _ROUND and (rest := after_number(text, end)).counter:
            counted_things.append(after.counter + rest.counter)
    elif after.unit:
        counted_things += names_of(after.unit)
    words = (*FROM, *DASH, _VERSUS) if "-" in text[slice(*place)] else FROM
    if text.startswith("=", after.start):
        words = (*words, *_LESS)
    yield from spoken(*place, (f"{thing}{word} " for thing in counted_things for word in words))


def until_counter(after: After) -> Iterator[Reading]:
    """Yield what the counter or unit of a range is said as where it ends in 까지."""
    if after.counter:
        yield Reading(after.start, after.start + len(after.counter), after.counter + "까지")
    elif after.unit:
        yield from spoken(after.start, after.start + len(after.unit), (f"{name}까지" for name in names_of(after.unit)))


def from_to(text: str, place: Span, numbers: tuple[Number, Number], after: After) -> Iterator[Reading]:
    """Yield what two numbers from one to another are said as: as a guess (이삼 일), and with what they count."""
    start, end = place
    low, high = numbers
    is_whole = not any(number.fraction or number.is_padded for number in numbers)
    guesses = about(low.value, high.value, after.counter) if is_whole else ()
    yield from spoken(start, end, guesses)
    if after.start < end or not (after.counter or after.unit):
        return
    word, counter = after.counter or names_of(after.unit)[0], after.counter or UNIT
    until = after.start + len(after.counter or after.unit)
    if after.counter in _ROUND and (rest := after_number(text, until)).counter:
        word, until = f"{word} {rest.counter}", rest.start + len(rest.counter)
    first, last = (next(iter(counted(number, counter)), number.digits) for number in numbers)
    said = [f"{guess} {word}" for guess in guesses[:1]] + [f"{first} {word}에서 {last} {word}"]
    yield from spoken(start, until, said if low.digits.strip("0") != "1" or low.digits == "1" else said[::-1])
