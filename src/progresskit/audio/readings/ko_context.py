"""What stands around a Korean number: its counter or unit, and the words before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.hangul_letters import ENGLISH
from progresskit.audio.readings.ko_counted import number_of
from progresskit.audio.readings.ko_counters import UNIT, counter_at, goes_on
from progresskit.audio.readings.ko_numerals import SINO_BELOW, sino, spelled
from progresskit.audio.readings.ko_units import unit_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


__all__ = [
    "GAP",
    "HALF_DAY",
    "After",
    "after_number",
    "counted_as",
    "half_day_before",
    "in_english",
    "is_late",
    "is_named",
    "is_within_word",
    "spoken",
]

GAP: Final = re.compile(r"[^\w$€£₩¥%]+(?=[0-9])")
"""What stands between a number and digits after it that is said as nothing; between digits a space counts."""
HALF_DAY: Final = re.compile(r" ?([AaPp])\.?[Mm]\.?(?![A-Za-z])")
"""AM or PM after a time."""
_HALF_DAY_BEFORE: Final = re.compile(r"(?<![A-Za-z])([AaPp])\.?[Mm]\.? ?$")
_LATE: Final = re.compile(r"(?:오후|저녁|밤|낮) ?$")
_NAMED: Final = re.compile(
    r"(?:번호|코드|암호|전화|계좌|내선|팩스|연락처|핀|PIN|문의|포트)[^0-9]{0,8}$|코로나-?$|[0-9]초 $"
)
_MODEL: Final = re.compile(r"(?<![A-Za-z])[A-Z]{2,5}[ -]?$")
_NAMED_AFTER: Final = re.compile(r" ?(?:오류|에러|열차|여객기|항공기|전투기|헬기|편명|노선)")
_SHORT_YEAR: Final = re.compile("[0-9]{2}(?=[가-힣])")
_PEOPLE: Final = re.compile(r"(?:손님|고객|회원|어르신|선생님|부모님|승객|관객|신청자|선착순) ?$")
_NUMBERED_AFTER: Final = re.compile(
    " ?(?:버스|마을버스|택시|열차|노선|국도|지방도|고속도로|출구|게이트|승강장|플랫폼|창구|카운터|테이블|좌석|사물함"
    "|방(?![문송향어법지])|문제|문항|채널|트랙|레인|포트|버튼|선수|타자|주자|후보|참가자|교향곡|협주곡|염색체)"
)
_PAST: Final = "".join(chr(syllable) for syllable in range(ord("갔"), ord("힣"), 28))
_ENGLISH_BEFORE: Final = re.compile(r"[A-Za-z][-.]? ?$|[0-9]\+$")
_ENGLISH_AFTER: Final = re.compile(r" ?(?:아웃|스트라이크|볼(?![륨트])|런(?!던)|룸|샷|베이스)|\+[0-9]")
_VERBS: Final = frozenset(_PAST) - set("였있")
"""What begins no counter or particle: a verb in the past tense, but for the copula."""
_TIMES_AFTER: Final = re.compile(
    "(?:씩|이나|만에|쯤)"
    "| (?:더|만에|넘게|이상|연속|연달아|반복|거듭|재시도|시도)"
    f"| (?!고르|골|선택|택|뽑|찍|탔|누|눌|클릭)[가-힣]{{0,3}}(?![있겠])[{_PAST}]"
)
_COUNT_NOTHING: Final = {
    "이": "것|게(?![이임])|끌|런(?! ?홈)|렇|루[고어]|른|름|메일|미지|므로|벤트|상[하해]|슈|야기"
    "|용[하한할해]|웃|유|제(?!품)|틀",
    "일": "관[된되성]|괄|련|본(?!부)|부러|상적|어[나난날납서선]|으|요일|찍|치하",
    "삼": "성전자|켜|키[고는며]|킨",
    "사": "라[져졌지진집]|람|랑[받스하한합해]|려|소한|업(?![무종체])|용[자하한할해]|진(?!법)",
    "오": "늘|디오|래|랜|랫|른|빠|염|직|프|픈|해[하한했]|후|히려",
    "육": "교|아|체",
    "팔": "레트|려|리[고는며지]|린|찌",
    "구": "경하|글|독[과자하]|두|름|멍|별|입하|체[적화]|축[하한할해]|현",
    "백": "그|성|신|업|틱|화점",
    "천": "국|막|천히",
    "만": "나|난|날|남(?!짓)|드[는시]|든|들|듦|듭|약|족[스하한할해]|지[고는며]|져|큼",
    "영": "국|감|어|업|웅|향",
    "공": "간|감|격|식|유|지|짜|통점|항",
}
"""How words go on that begin as a numeral is said and count nothing: no number is written for those."""
_WORDS: Final = re.compile("|".join(f"{numeral}(?:{rest})" for numeral, rest in _COUNT_NOTHING.items()))
_BACK: Final = 14  # how far before a number its context is looked for


class After(NamedTuple):
    """What follows a number.

    Attributes:
        start: Where that begins, past a space.
        counter: The counter; empty if none is known.
        unit: The abbreviation or sign of a unit.
    """

    start: int
    counter: str
    unit: str


def spoken(start: int, end: int, said: Iterable[str]) -> Iterator[Reading]:
    """Return the readings of one piece of a text."""
    return (Reading(start, end, one) for one in said)


def after_number(text: str, end: int) -> After:
    """Return what follows the number that ends at a place."""
    start = end + 1 if text[end : end + 1] == " " else end
    return After(start, counter_at(text, start), unit_at(text, start))


def is_late(text: str, start: int) -> bool:
    """Tell whether a time is said to be in the second half of the day."""
    return _LATE.search(text, max(0, start - _BACK), start) is not None


def is_named(text: str, start: int, end: int) -> bool:
    """Tell whether the words beside a number say that it names something: a code, a telephone, a short year."""
    if text[max(0, start - 1) : start] == "'" or _NAMED.search(text, max(0, start - _BACK), start):
        return True
    if _SHORT_YEAR.match(text, start) and not counter_at(text, end) and not goes_on(text[end]):
        return True  # 88올림픽
    is_model = _MODEL.search(text, max(0, start - _BACK), start) is not None
    return is_model or _NAMED_AFTER.match(text, end) is not None


def is_within_word(text: str, start: int, end: int) -> bool:
    """Tell whether what follows a number can't follow one, so that it stands for syllables of a word: 10,000났다."""
    after = text[end : end + 3]
    if not "가" <= after[:1] <= "힣" or len(counter_at(text, end)) > 1:
        return False
    if after[0] in _VERBS:
        return True
    number = number_of(text[start:end])
    if number is None or number.fraction or number.value >= SINO_BELOW:
        return False
    return any(_WORDS.match(said[-1] + after) for said in sino(number.value))


def in_english(text: str, start: int, end: int) -> list[str]:
    """Return what a number is said as beside an English word, or before what is counted in English: 투 아웃."""
    whole, point, part = text[start:end].partition(".")
    is_small = whole.isdecimal() and (point or whole[0] != "0") and int(whole) < len(ENGLISH)
    is_english = is_small and (
        _ENGLISH_BEFORE.search(text, max(0, start - 3), start) or _ENGLISH_AFTER.match(text, end)
    )
    if not is_english:
        return []
    places = [*spelled(part)[:1], "".join(ENGLISH[int(digit)][0] for digit in part)] if part else []
    return [f"{name} 점 {place}" for name in ENGLISH[int(whole)] for place in places] or ENGLISH[int(whole)]


def counted_as(text: str, start: int, after: After) -> str:
    """Return the counter before which a number is said as it is here: of two that are one word, the one that is meant.

    분 is a minute, and a person after a word for people; 번 is a number before what has one, as 번지 is, and a time
    before what is done so often, as 차례 is.
    """
    end = after.start + len(after.counter)
    if after.counter == "분" and _PEOPLE.search(text, max(0, start - _BACK), start):
        return "명"
    if after.counter == "번" and _NUMBERED_AFTER.match(text, end):
        return "번지"
    if after.counter == "번" and _TIMES_AFTER.match(text, end):
        return "차례"
    return UNIT if after.unit else after.counter


def half_day_before(text: str, start: int) -> Iterator[Reading]:
    """Yield what AM or PM before a time is said as."""
    if match := _HALF_DAY_BEFORE.search(text, max(0, start - _BACK), start):
        yield Reading(match.start(), match.end(), "오전 " if match[1] in "Aa" else "오후 ")
