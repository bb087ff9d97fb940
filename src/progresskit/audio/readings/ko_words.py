"""Signs between Korean words that are said, and numerals in words that have a second form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.hangul import usual
from progresskit.audio.readings.hangul_letters import LETTERS, spoken_letters
from progresskit.audio.readings.ko_context import spoken
from progresskit.audio.readings.ko_counters import counter_at
from progresskit.audio.readings.ko_numerals import native, sino, spelled
from progresskit.audio.readings.ko_units import SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["address_readings", "second_forms", "sign_readings"]

_SIGN: Final = re.compile(
    r"""
    (?P<before> [가-힣]\ ?~\ ? | [년월일시분초원개명도층장번회세살권주급]- )
    (?= (?P<number> [0-9]+ ) | [영일이삼사오육칠팔구십백천만한두세네열] )
    | (?P<sign> [&@\#] ) (?![0-9])
    | (?<=[A-Za-z]) \ ?\+\ ? (?P<key> [A-Za-z]+ )
    | (?<![^\W\d_]) (?P<grade> [A-D] ) \+ (?![\w+])
    | (?<![^\W\d_]) (?P<rank> [nN][oO]\.? ) (?=\ ?[0-9])
    | (?<![^\W\d_]) (?P<version> [vV] | [vV]er(?:sion)?\.? ) (?=\ ?[0-9])
    | (?<![0-9·.]) (?P<day> [0-9]{1,2} · [0-9]{1,2} ) (?![0-9·])
    """,
    re.VERBOSE,
)
_FROM: Final = ("에서 ", "부터 ")
_DOMAINS: Final = {"com": ("컴",), "net": ("넷",), "org": ("오그",), "co": ("코",)}
_DOTS: Final = ("닷", "점 ")
_DOMAIN: Final = re.compile(r"(?<=[A-Za-z0-9])\.(com|net|org|kr|co|io|ai)(?![A-Za-z0-9])")

_PAIRS: Final = (("을", "를"), ("은", "는"), ("이", "가"), ("과", "와"), ("으로", "로"))
_PARTICLES: Final = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
"""A particle after a numeral or a Latin word agrees with how that is said, and it may be said in another way."""
_COPULAS: Final = {
    f"이{end}": end for end in ("고", "며", "다", "지만", "라", "라서", "라고", "라는", "면", "나", "지")
}
"""The copula loses its 이 after a vowel: 70kg이고 is 칠십 킬로고."""
_OTHER_FORMS: Final = {**_PARTICLES, **_COPULAS, "이에요": "예요", "예요": "에요", "에요": "예요"}

_NOON, _MIDNIGHT = 12, 24
_LATE_HOURS: Final = {sino(hour)[0]: native(hour - _NOON)[0] for hour in range(_NOON + 1, _MIDNIGHT)}
_SECOND: Final = re.compile(
    rf"""
    시 (?P<span>간?) \s? (?: 30 | 삼십 ) \s? 분
    | (?<![가-힣]) 일 (?P<magnitude>[만억천백])
    | (?<![가-힣0-9]) (?P<hour>{"|".join(sorted(_LATE_HOURS, key=len, reverse=True))}) (?= \s?시(?!간) )
    | (?<![가-힣0-9]) (?P<month>[육십]) (?= \s?월(?![드요]) )
    | (?P<form> (?<=[0-9A-Za-z%\u2103]) (?: {"|".join((*_PARTICLES, *_COPULAS, "이에요"))} ) (?![가-힣]) | [예에]요 )
    """,
    re.VERBOSE,
)
_MONTHS: Final = {"육": "유", "십": "시"}


def sign_readings(text: str) -> Iterator[Reading]:
    """Yield what signs between words are said as: 3일~5일, A&B."""
    for match in _SIGN.finditer(text):
        start, end = match.span()
        if match["day"]:  # 6·25 is 육이오
            yield from spoken(start, end, spelled(match["day"].replace("·", "")))
        elif match["grade"]:
            yield from spoken(
                start, end, (f"{letter} 플러스" for letter in (*LETTERS[match["grade"].lower()], match["grade"]))
            )
        elif match["rank"]:
            yield Reading(start, end, "넘버 ")
        elif match["version"]:
            yield Reading(start, end, "버전 ")
        elif key := match["key"]:
            names = LETTERS[key.lower()] if len(key) == 1 else filter(None, [usual(key)])
            yield from spoken(start, end, (f"플러스 {name}" for name in (*names, key)))
        elif match["sign"]:
            yield from spoken(start, end, SIGNS[match["sign"]])
        if not match["before"]:
            continue
        yield from (Reading(start, end, text[start] + word) for word in _FROM)
        last = match.end("number") if match["number"] else end
        last += text[last : last + 1] == " "
        if match["number"] and (counter := counter_at(text, last)):
            yield Reading(last, last + len(counter), f"{counter}까지")


def address_readings(text: str) -> Iterator[Reading]:
    """Yield what the ends of addresses are said as: 닷컴, 점 컴."""
    for match in _DOMAIN.finditer(text):
        domain = match[1]
        names = (*_DOMAINS.get(domain, ()), *spoken_letters(domain)[:2], domain)
        yield from spoken(*match.span(), (f"{dot}{name}" for name in names for dot in _DOTS))


def second_forms(text: str) -> Iterator[Reading]:
    """Yield how else the numerals of a text may be said that is no other way to read them: 일만 for 만, 반 for 30분."""
    for match in _SECOND.finditer(text):
        start, end = match.span()
        if match["magnitude"]:
            yield Reading(start, end, match["magnitude"])
        elif match["hour"]:
            yield Reading(start, end, f"오후 {_LATE_HOURS[match['hour']]}")
        elif match["month"]:
            yield Reading(start, end, _MONTHS[match["month"]])
        elif match["form"]:
            yield Reading(start, end, _OTHER_FORMS[match["form"]])
        else:
            yield Reading(start, end, f"시{match['span']} 반")
