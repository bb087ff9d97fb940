"""What a language that says numbers in Han characters must tell of itself: tables, and a few forms of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from progresskit.audio.readings.han_numbers import LARGEST, Han

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

__all__ = ["LONGEST_CODE", "HanWords"]

LONGEST_CODE: Final = 24
"""Digits of the longest code; a longer row of them has no reading."""


class HanWords(ABC):
    """How a language says numbers, and what belongs to them. Templates have ``{}`` where the number is said.

    Attributes:
        han: How it names whole numbers.
        spelling: Translates a text, character for character, to those that the tables are written in.
        point: The decimal point.
        zeros: Other names of a zero that is said as a digit.
        minus: What is said for a minus before a number.
        to: What is said between the two ends of a range.
        code_joint: What may be said for a hyphen within a code, beside nothing; empty = nothing is.
        ratio: What is said for the colon of a ratio.
        fraction: Template of a fraction, with the denominator as ``{1}`` and the numerator as ``{0}``.
        mixed: What stands between a whole number and a fraction.
        half: What stands for half a unit, or half an hour.
        signs: What is said for a sign between two numbers.
        prefixes: Currencies before a number, with templates.
        suffixes: Symbols and Latin letters after a number, with templates.
        same: Other names of a unit in the language's own writing.
        counters: Units and counters in its own writing.
        codes: Those of them that follow a code.
        edition: The counter of versions.
        year: The counter of years.
        month: The counter of months of the year.
        days: The counters of days of the month, the usual one first.
        hours: The counters of hours of the day, the usual one first.
        minute: The counter of minutes.
        second: The counter of seconds.
        quarter: The counter of quarters of an hour.
        quarters: How many of them are said.
        oclock: What may follow a full hour.
        before_code: Matches the end of what stands before a code.
        after_code: Matches the beginning of what stands after one.
        before_version: The same for a version.
        before_number: The same for a number that is written without a counter.
        before_minus: The same for a minus, where a hyphen may stand too.
        currencies: Those counters that are one.
        signed: Counters and symbols of what may be below zero.
        phrases: Other names of what is said in several ways.
        uncounted: Matches words that begin as a number is said and count nothing: no digits stand for those.
        one_half: Another name of the fraction 1/2.
        is_positional: Whether digits in Han characters are a number everywhere, not just in a year or code.
    """

    han: ClassVar[Han]
    spelling: ClassVar[Mapping[int, int | str]]
    point: ClassVar[str]
    zeros: ClassVar[Sequence[str]] = ()
    minus: ClassVar[Sequence[str]]
    to: ClassVar[Sequence[str]]
    code_joint: ClassVar[str] = ""
    ratio: ClassVar[str]
    fraction: ClassVar[str]
    mixed: ClassVar[str]
    half: ClassVar[str] = "半"
    signs: ClassVar[Mapping[str, Sequence[str]]]
    prefixes: ClassVar[Mapping[str, Sequence[str]]]
    suffixes: ClassVar[Mapping[str, Sequence[str]]]
    same: ClassVar[Mapping[str, Sequence[str]]]
    counters: ClassVar[frozenset[str]]
    codes: ClassVar[frozenset[str]]
    edition: ClassVar[str] = "版"
    year: ClassVar[str] = "年"
    month: ClassVar[str] = "月"
    days: ClassVar[Sequence[str]]
    hours: ClassVar[Sequence[str]]
    minute: ClassVar[str] = "分"
    second: ClassVar[str] = "秒"
    quarter: ClassVar[str] = "刻"
    quarters: ClassVar[Sequence[int]] = ()
    oclock: ClassVar[Sequence[str]] = ()
    before_code: ClassVar[re.Pattern[str]]
    after_code: ClassVar[re.Pattern[str]]
    before_version: ClassVar[re.Pattern[str]]
    before_number: ClassVar[re.Pattern[str]]
    before_minus: ClassVar[re.Pattern[str]]
    currencies: ClassVar[frozenset[str]]
    signed: ClassVar[frozenset[str]]
    phrases: ClassVar[Mapping[str, Sequence[str]]]
    uncounted: ClassVar[re.Pattern[str]]
    one_half: ClassVar[str]
    is_positional: ClassVar[bool]

    @abstractmethod
    def hour_forms(self, hour: int, *, is_told: bool = False) -> Sequence[str]:
        """Return the ways to say an hour of the day with its counter, and with the part of the day that it tells.

        Args:
            hour: 0 to 24.
            is_told: Whether the part of the day is written, so that it must be said.
        """

    @abstractmethod
    def minute_forms(self, minute: int) -> Sequence[str]:
        """Return the ways to say the minutes after an hour, 0 to 59, with or without a counter."""

    @abstractmethod
    def forms_to(self, hour: int, left: int) -> Sequence[str]:
        """Return the ways to say how many minutes are left to an hour: 差五分十点, 十時五分前.

        Args:
            hour: The hour that follows, 1 to 24.
            left: 1 to 29.
        """

    @abstractmethod
    def halved(self, value: int, counter: str) -> Sequence[str]:
        """Return the ways to say so many and a half, with the counter."""

    def counted(self, value: int, counter: str) -> Sequence[str]:  # noqa: ARG002
        """Return the ways to say a number before a counter, the usual one first."""
        return (self.han.say(value),)

    def spelled(self, value: int, counter: str) -> Sequence[str]:  # noqa: ARG002
        """Return spellings of a number together with its counter that no rule makes."""
        return ()

    def parted(self, value: int, places: str, unit: str) -> Sequence[str]:  # noqa: ARG002
        """Return the ways to say an amount in a larger and a smaller unit, given its one or two decimal places."""
        return ()

    def cardinal(self, digits: str) -> str:
        """Return the name of a number in ASCII digits; empty where it is too large for one."""
        return self.han.say(int(digits)) if len(digits) < len(str(LARGEST)) else ""

    def by_digit(self, digits: str) -> list[str]:
        """Return the ways to say ASCII digits one by one; none where there are too many."""
        if len(digits) > LONGEST_CODE:
            return []
        usual = self.han.spell(digits)
        return [usual, *(usual.replace(self.han.digits[0], zero) for zero in self.zeros if "0" in digits)]

    def days_of_month(self, day: int) -> list[str]:
        """Return the ways to say a day of a month."""
        return [*(self.han.say(day) + counter for counter in self.days), *self.spelled(day, self.days[0])]
