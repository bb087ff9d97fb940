"""What must be said right in a Korean text: numbers, negations, opposites."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.base import Critical
from progresskit.audio.readings.ko_amounts import number_spans
from progresskit.audio.readings.ko_days import day_count_spans, weekday_criticals
from progresskit.audio.readings.ko_latin import latin_criticals
from progresskit.audio.readings.ko_opposites import BEGIN, opposites

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["criticals"]

# 안 before a verb, where it is written as one word with it: never 안드로이드, 안내, 안전.
_NOT_VERBS: Final = (
    "되|돼|됩|됐|된|될|됨|됬|하(?!무)|해|했|합|할|함|한(?!국)|가(?!격|족|게)|갔|갑|갈|옵|와(?!이)|왔|올|오[고면지는니]|먹|봐|봤|봅|"
    "보[이인여였고면지는네]|나[와온오왔갔가]|난다|났|맞|좋|믿|쓰[는고면지]|써|썼|팔[고면리아렸]|샀|살래|자[고면요]|잤|"
    "줘|줬|줍|들[어리려립렸]|통[하해했합]|켜|켰|꺼|껐|열[려리어렸립]|닫|움직|멈|끝|바뀌|바뀐|생기|생겼|걸리|걸려|아프|아파|춥|추워|덥|더워|"
    "어울|알[려리아]|그래|그러|그렇|늦|높|많|크[다고]|커|작|있[으]?|읽|듣|들었|받|남[아았]|없|비싸|친[하해]|죽|울[고어었]|웃|싫"
)
# What 미 and 불 before a noun deny; those that have a group of opposites stand there.
_UNDONE: Final = (
    "완성|완료|설치|사용|지원|등록|확인|지급|가입|달성|응답|처리|적용|발표|개봉|결제|납부|승인|인증|구매|선택|해결|참여|성년|성숙|제출|배송|"
    "연결|검증|이행|접수|신고|정산|공개"
)
_UNLIKE: Final = "필요|완전|안전|확실|안정|공정|규칙|균형|일치|참|만족|친절|투명|이익|성실|평등|분명|명확|특정|연속"
_NEGATION: Final = re.compile(
    rf"""
    {BEGIN}안 (?= \s+(?=[가-힣]) | {_NOT_VERBS} )
    | (?<=[이가은는을를도면서로만])안 (?= 되|돼|됩|됐|된|될|됨|하[고는면지]|해|했|합|할 )
    | 잘\s?못
    | (?<!연) 못 (?! [을에] | 자국 | 으로 )
    | [않없]
    | {BEGIN} 아 (?: 니(?![요오면]) | 닙 | 닌 | 닐 | 님 | 녔 )
    | {BEGIN} (?: 미 (?= {_UNDONE} ) | 불 (?= {_UNLIKE} ) | 무 (?= 제한 ) )
    | {BEGIN} (?: 모르 (?! 타르 | 핀 ) | 모른 (?= 다 | \s ) | 모를 | 모릅 | 몰라 (?! 보 | 볼 | 봐 ) | 몰랐 )
    | (?<=[이가은는을를도것게]) 아 (?: 니(?=[고라다며지에었]) | 닙 | 닌 | 닐 | 녔 )
    | (?<!까) 지 (?: 는|를|도|들 )? \s* (?:
        마 (?= 세|십|시[오기길고]|라(?!톤)|요|렴|오 | \s | [.,!?] | $ )
        | 말 (?= 고|라|아|자|도록|지|았|기|기를|것|며 | \s | [.,!?] | $ )
        | 맙 (?= 시|소 )
        )
    | 말 (?= 고는?(?![가-힣]) )
    | {BEGIN} (?: 마 (?= 세요 ) | 말 (?= 라[고는며] ) )
    | (?<= 걱정\  | 염려\  | 상관\  ) (?: 마 | 말 (?= [고아자] ) )
    """,
    re.VERBOSE,
)


# What a number's first and last digit may be said as; zero stands for the end of any round number.
_SAID_FIRST: Final = (
    "영공빵",
    "일십백천만한열첫하",
    "이두둘스",
    "삼세셋서석",
    "사네넷마넉",
    "오다쉰대",
    "육여예유",
    "칠일",
    "팔여",
    "구아",
)
_SAID_LAST: Final = ("영공십백천만", "일한", "이두둘", "삼세셋", "사네넷", "오", "육", "칠", "팔", "구")


def criticals(text: str) -> Iterator[Critical]:
    """Yield what must be said right in a text, in order."""
    numbers = chain(number_spans(text), day_count_spans(text))
    found = [Critical(*_widened(text, *span), "number") for span in numbers]
    found += (Critical(*_widened(text, *match.span()), "negation") for match in _NEGATION.finditer(text))
    for place, members in opposites(text):
        span = _widened(text, *place)
        found += (Critical(*span, "opposite", group, member) for group, member in members)
    return iter(sorted([*found, *weekday_criticals(text), *latin_criticals(text)]))


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span with the same syllable beside it: where one of the two is lost, an alignment may take either."""
    before = start - 1 - text[max(0, start - 1) : start].isspace()
    after = end + text[end : end + 1].isspace()
    first, last = text[start], text[end - 1]
    if before >= 0 and text[before] in (_SAID_FIRST[int(first)] if first.isdecimal() else first):
        start = before
    if after < len(text) and text[after] in (_SAID_LAST[int(last)] if last.isdecimal() else last):
        end = after + 1
    return start, end
