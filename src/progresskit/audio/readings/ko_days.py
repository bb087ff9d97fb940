"""Days as Korean says them: counted in native words (하루, 이틀, 사흘), and days of the week by one letter: 3일(목)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Critical, Reading
from progresskit.audio.readings.ko_context import spoken
from progresskit.audio.readings.ko_opposites import BEGIN, FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from progresskit.audio.normalize import Span

__all__ = ["dates_alone", "day_count_spans", "day_readings", "weekday_criticals"]

_COUNTS: Final = {
    1: "하루", 2: "이틀", 3: "사흘", 4: "나흘", 5: "닷새", 6: "엿새", 7: "이레", 8: "여드레", 9: "아흐레", 10: "열흘",
    15: "보름",
}  # fmt: skip
_CLEAR: Final = "사흘|나흘|닷새|엿새|여드레|아흐레|열흘"
"""Those that stand in no other word, so that they are found in a text without spaces too."""
_WORDS: Final = re.compile(
    rf"(?=[열초스하이사나닷엿여아보네대예일한반])(?:{BEGIN}(?:"
    rf"하루이틀|이사흘|사나흘|네댓새|네닷새|대엿새|예니레|일여드레|한나절|반나절"
    rf"|(?:열|초|스무)?(?:{_CLEAR}|하루(?![가카키토노코히])|이틀|이레(?![이귤즈]))|보름(?!달))"
    rf"|(?<!바)(?:{_CLEAR}))"
)
_LASTING: Final = re.compile(
    "(?<![0-9.,~-])(?<!월)(?<!월 )(1?[0-9]) ?일(?=간| ?(?:동안|만에|뒤|후|전|째|이내|안에|정도|쯤|내내|연속))"
)
"""So many days, and no date: only such a number may be said as 사흘."""

_LETTER: Final = "[월화수목금토일]"
_TILDE: Final = " ?[~-] ?"
_AFTER_DATE: Final = re.compile(rf"\.? ?\((?P<day>{_LETTER})\)(?P<range>{_TILDE}(?=[0-9]))?")
_BESIDE: Final = re.compile(rf"(?<=[0-9일]){_AFTER_DATE.pattern}")
_LISTED: Final = re.compile(rf"(?<![가-힣·,~]){_LETTER}(?:{_TILDE}{_LETTER}|[·,] ?{_LETTER})+(?![가-힣])")
_ITEM: Final = re.compile(rf"(?P<day>{_LETTER})(?P<range>{_TILDE})?")
_FROM: Final = ("부터 ", "에서 ")


def day_count_spans(text: str) -> Iterator[Span]:
    """Yield where the days of a text are counted in native words."""
    return (match.span() for match in _WORDS.finditer(text))


def day_readings(text: str) -> Iterator[Reading]:
    """Yield what days in digits are called in native words, and the letters of days of the week in full."""
    if "일" in text:
        for match in _LASTING.finditer(text):
            if days := _COUNTS.get(int(match[1])):
                yield Reading(*match.span(), days)
    for match, is_range in _weekdays(text):
        for name in (f"{match['day']}요일", match["day"]):
            yield from _from_to(match.start("day"), match, name, is_range=is_range)


def dates_alone(text: str, other: str, dates: Iterable[Reading]) -> Iterator[Reading]:
    """Yield what dates are said as where the letter after them is left unsaid: 3일(목) is 삼 일.

    Args:
        text: A clean text.
        other: A clean text. Where it has such letters too they are compared.
        dates: The readings of the numbers of the first.
    """
    if not (found := list(_weekdays(text))) or any(_weekdays(other)):
        return
    is_last = {match.start("day"): is_range for match, is_range in found}
    for date in dates:
        match = _AFTER_DATE.match(text, date.end)
        if match and match.start("day") in is_last:
            yield from _from_to(date.start, match, date.spoken, is_range=is_last[match.start("day")])
    for match, is_range in found:
        if text[match.start() - 1] == "일":
            yield from _from_to(match.start() - 1, match, "일", is_range=is_range)


def weekday_criticals(text: str) -> Iterator[Critical]:
    """Yield the days of the week that are written by their letters."""
    for match, _ in _weekdays(text):
        for group, member in FORMS[f"{match['day']}요일"]:
            yield Critical(*match.span("day"), "opposite", group, member)


def _weekdays(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Yield where the letters of days of the week stand, and whether a range ends there."""
    is_range = False
    for match in _BESIDE.finditer(text) if "(" in text else ():
        yield match, is_range
        is_range = match["range"] is not None
    for listed in _LISTED.finditer(text):
        for match in _ITEM.finditer(text, *listed.span()):
            yield match, is_range
            is_range = match["range"] is not None


def _from_to(start: int, match: re.Match[str], name: str, *, is_range: bool) -> Iterator[Reading]:
    """Yield what is said from a place to a letter, as a day that a range begins or ends with too."""
    end = match.end("day")
    yield Reading(start, end, name)
    if match["range"]:
        yield from spoken(start, match.end(), (name + word for word in _FROM))
    if is_range:
        yield Reading(start, end, f"{name}까지")
