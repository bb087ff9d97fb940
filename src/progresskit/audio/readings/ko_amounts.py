"""Where a Korean text says a number, in digits or in words, with its sign, magnitude, unit and currency.

Numerals in words are syllables that begin many other words too (사과, 이사, 세상, 만약), so they count where a
counter follows, or where they are well formed and too long for chance.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.readings.ko_counters import Kind, counter_at, goes_on, kind_of
from progresskit.audio.readings.ko_units import CURRENCIES, unit_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from progresskit.audio.normalize import Span

__all__ = ["number_spans"]

_ONES: Final = "일이삼사오육칠팔구"
_GROUP: Final = f"(?=[{_ONES}천백십])(?:[{_ONES}]?천)?(?:[{_ONES}]?백)?(?:[{_ONES}]?십)?[{_ONES}]?"
_PAIR: Final = "(?:일이|이삼|삼사|사오|오륙|육칠|칠팔|팔구)"
_SINO: Final = re.compile(
    rf"(?:{_GROUP}조)?(?:(?:(?:{_GROUP})?만)?(?:{_GROUP})?억)?(?:(?:{_GROUP})?만)?(?:{_GROUP})?|(?:[{_ONES}]?십)?{_PAIR}[십백천]?[만억]?|[영공]"
)
_DIGIT_BY_DIGIT: Final = re.compile(f"[영공{_ONES}]{{3,}}")
_TOKENS: Final = re.compile(f"[영공{_ONES}륙십백천만억조]+(?: [영공{_ONES}륙십백천만억조]+){{0,4}}")
_FRACTION: Final = re.compile(
    f" ?(?:점|쩜) ?[영공{_ONES}십백천만억]+| ?(?:분의|분 의) ?[영공{_ONES}십백천만억]+"
    f"| ?대 ?(?!이[상하후전내외])(?:[영공]|[{_ONES}십백천]+)(?:(?![가-힣])|(?=[은는이가을를의에로으까인입였]))"
)
"""How a numeral goes on to a decimal, a version (일 점 사 점 이), a fraction or a score (삼 대 일)."""
_LESSON: Final = re.compile(" ?과(?![가-힣])| ?과(?=[은는를로에의와까부이인입였])")
"""A counter after 제; elsewhere it is the particle."""
_NATIVE: Final = re.compile(
    rf"(?:[{_ONES}]?천)?(?:[{_ONES}]?백)?(?:"
    "(?:열|스물|서른|마흔|쉰|예순|일흔|여든|아흔)(?:하나|둘|셋|넷|한|두|세|네|다섯|여섯|일곱|여덟|아홉)?"
    "|스무|한두|두세|두서너|서너|네댓|네다섯|너댓|대여섯|예닐곱|일고여덟|일곱여덟|하나|다섯|여섯|일곱|여덟|아홉|둘|셋|넷|한|두|세|네|석|넉|첫)"
)
_START: Final = re.compile(
    rf"(?:(?<![가-힣0-9])제?|(?<=[가-힣]))(?=[영공{_ONES}십백천만억조열스서마쉰예여아한두세네너대하다둘셋넷석넉첫수절유시원투쓰노])"
)
_ALONE: Final = re.compile("하나|다섯|여섯|일곱|여덟|아홉|둘|셋|넷|스물|스무|서른|마흔|예순|일흔|여든|아흔|열")
_NO_NUMBERS: Final = re.compile(
    "하나(?:님|은행|같이|하나)|세(?:대|모|부|척)|네모|두(?:통|부|발)|한(?:대|편|층|동|참|때|방|말|창|마디|발|배|바퀴|집|손|밤)"
    "|(?:만일|만사|천사)(?![십백천만억])|구조(?![ 에원])|구조대|구조원|구구단"
    "|육군|육회|칠판|칠석|팔자|팔방|[한두] 말|(?<=[나배진분])열한|[이사오]?십시[오요다]"
)
_APART: Final = frozenset("첫두세")
"""Native numerals that are one before any noun, where a space follows."""
_BARE: Final = re.compile("하나|[^둘셋넷두세네첫]")
"""Native numerals that are none within a word, or in a text without spaces: 배열, 필요한."""
_WITHIN: Final = re.compile(
    rf"""
    [{_ONES}][십백천] | [십백천][{_ONES}십백천만억조] | 십\ [{_ONES}]
    | [{_ONES}][만억조](?=[{_ONES}십백천명개원]) | 만[{_ONES}]?[십백천]
    | [영공{_ONES}]{{4}} | [{_ONES}]점[영공{_ONES}]점[영공{_ONES}] | (?<=영하)[영{_ONES}](?=[도점])
    """,
    re.VERBOSE,
)
"""How Sino-Korean ones begin there, as hardly any other word does."""
_NOT_TWO: Final = "일삼사오육칠팔구십"  # 이번, 이분, 이회
_NOT_WORDS: Final = "일삼오육칠팔구십"  # 사위, 사회, 사초
_ROUND: Final = "십백천만"
_UNLIKE_WORDS: Final = "삼육칠팔"
_WORDS: Final = frozenset(["이만", "오만", "천만", "만만"])  # hereby, arrogance, far from it
_PLACES: Final = re.compile("[십백천]")
_GLUED_BEFORE: Final = {
    "월": _ONES,
    "년": _ONES + _ROUND,
    "층": _ONES + _ROUND,
    "등": _ONES,
    "초": _NOT_WORDS,
    "원": _ROUND,
    "분": "일삼오육칠팔십",
    "위": _NOT_WORDS,
    "회": _NOT_WORDS + _ROUND,
    "번": _NOT_TWO + _ROUND,
    "일": "삼육칠팔구십백천",
    "도": "일삼육칠팔십",
    "세": "일이삼오육칠팔십",
    "쪽": _NOT_TWO,
    "주": "일이삼오육칠팔",
    "차": "일이삼사육칠팔십",
    "명": _ROUND,
    "개": _ROUND,
    "배": "삼오육칠팔" + _ROUND,
}
"""Which single numerals are no part of another word where a counter of one syllable is written to them."""
_DEMONSTRATIVE: Final = "이"  # this, before what it points at
_RANKED: Final = _ONES + "십"
"""What 제 goes before: 제일 조, but 제공할, 제천시."""
_GOES_BEFORE: Final[dict[str, str | tuple[str, ...]]] = {"분": ("시", "시간"), "초": "분", "푼": "할"}
"""What stands before a smaller part of the same: 세 시 오분, 삼할 이푼."""
_TWOS: Final = frozenset(["푼", "주", "주일", "주간", "개월", "년", "월", "층", "분", "초", "일", "등", "위"])
_MONTH: Final = re.compile("(?<![가-힣])(?:유월|시월)(?!드)")
_SOME: Final = re.compile(
    "(?<![가-힣])(?:수십|수백|수천|수만|수억|절반|반반|(?:원|투|쓰리|스리|노)(?= ?(?:아웃|스트라이크|볼(?![가-힣]))))"
)
_HALF: Final = re.compile(" ?반(?![가-힣])| ?반(?=[은는이가을를의에도만과쯤정동이입])")
_LONG: Final = 3
_PARTICLES: Final = "이만"  # 십오일이다, 삼일만에
_NUMERALS: Final = frozenset(f"영공{_ONES}십백천만억조")
_NOT_ONLY_WORDS: Final = re.compile("[영공일삼육칠팔]")  # 사이사이, 오이
_SIGN_WORD: Final = "(?:영하|마이너스|(?<![가-힣])(?:플러스|시속|초속|섭씨|화씨))"
_SIGN_WORDS: Final = re.compile(f"{_SIGN_WORD} ?$")

_DIGITS: Final = re.compile(r"[0-9](?:[0-9]|[.,:/~-](?=[0-9]))*|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒]")
_BEFORE: Final = re.compile(rf"(?:(?:{_SIGN_WORD}|(?<![가-힣])제) ?)?(?:(?:^|(?<=[^\w]))[-+])?(?:(?:US)?[$€£₩¥] ?)?$")
_MAGNITUDES: Final = re.compile(
    rf"(?: ?[십백천]?[만억조]| ?[십백천])+(?: ?[0-9][0-9,.]*| ?[{_ONES}십백천만]+(?=[만천백십 원]))?"
)
_BACK: Final = 8
_LETTERS: Final = re.compile("[A-Za-z]{1,4}(?![A-Za-z])")  # 5G, $2M
_HALF_DAY: Final = re.compile(r" ?[AaPp]\.?[Mm](?![A-Za-z])")


def number_spans(text: str) -> Iterator[Span]:
    """Yield where the numbers of a text stand."""
    past = 0
    for match in _DIGITS.finditer(text):
        start, end = match.span()
        if start >= past:
            back = max(0, start - _BACK)
            before = _BEFORE.search(text[back:start])
            past = _with_counter(text, _with_magnitudes(text, end))
            yield (back + before.start() if before else start), past
    yield from _in_words(text)


def _with_magnitudes(text: str, end: int) -> int:
    while (match := _MAGNITUDES.match(text, end)) and match.end() > end and _parts_well(text, match):
        end = match.end()
    return end


def _parts_well(text: str, match: re.Match[str]) -> bool:
    """Tell whether a magnitude isn't the beginning of a word, as in 3 만나다."""
    after = text[match.end() : match.end() + 1]
    return not "가" <= after <= "힣" or goes_on(after) or bool(counter_at(text, match.end()))


def _with_counter(text: str, end: int, *, is_clear: bool = False) -> int:
    """Return where the counter, unit or currency after a number ends, and a half after it."""
    start = end + 1 if text[end : end + 1] == " " else end
    if counter := counter_at(text, start, is_clear=is_clear):
        half = _HALF.match(text, start + len(counter))
        return half.end() if half else start + len(counter)
    if unit := unit_at(text, start):
        return start + len(unit)
    if match := _HALF_DAY.match(text, end) or _LETTERS.match(text, end):
        return match.end()
    return end + 1 if text[end : end + 1] in CURRENCIES else end


def _in_words(text: str) -> Iterator[Span]:
    at = 0
    while (match := _START.search(text, at)) is not None:
        start, at = match.span()
        back = max(0, start - _BACK)
        sign = _SIGN_WORDS.search(text[back:start])
        is_within = start > 0 and "가" <= text[start - 1] <= "힣"
        is_marked = sign is not None or (start < at and text[at] in _RANKED)
        end = _numeral(text, at, is_marked=is_marked, is_within=is_within)
        if end == at:
            at += 1
            continue
        yield (back + sign.start() if sign else start), end
        while (next_end := _numeral(text, end)) > end:  # the next one may be written to it: 오월삼일
            yield end, next_end
            end = next_end
        at = end


def _numeral(text: str, at: int, *, is_marked: bool = False, is_within: bool = False) -> int:
    """Return where the numeral in words that stands at a place ends, with its counter; the place if none does."""
    if _NO_NUMBERS.match(text, at):
        return at
    if match := _MONTH.match(text, at) or _SOME.match(text, at):
        return match.end()
    match = _NATIVE.match(text, at)
    if match and not (is_within and _BARE.fullmatch(match[0])):
        end = _native(text, match, is_within=is_within)
        if end > at:
            return end
    match = None if is_within and not _WITHIN.match(text, at) else _TOKENS.match(text, at)
    while match is not None:
        if (end := _sino(text, at, match[0], is_marked=is_marked)) > at:
            return end
        shorter = max(match[0].rfind(" "), len(match[0]) - 1 if match[0][-1] in _PARTICLES else 0)
        match = _TOKENS.fullmatch(text, at, at + shorter) if shorter > 0 else None
    return at


def _native(text: str, match: re.Match[str], *, is_within: bool) -> int:
    """Return where a native numeral ends; where it begins if it is none."""
    end = match.end()
    start = end + 1 if text[end : end + 1] == " " else end
    is_long = len(match[0]) > 1
    is_clear = start == end and (is_long or is_within)  # whatever follows: 열세번말했다
    if is_within and not is_long and not is_clear:
        return match.start()
    counter = counter_at(text, start, is_clear=is_clear)
    is_counted = counter == "분" or kind_of(counter) not in {Kind.PLAIN, Kind.SINO, Kind.MONTH, Kind.YEAR}
    if is_counted and (is_clear or _may_end(text, start + len(counter))):
        return _with_counter(text, end, is_clear=is_clear)
    if match[0] in _APART and start > end and not is_within:
        return end
    may_be_alone = _ALONE.search(match[0]) is not None and (is_long or not is_within)
    return end if may_be_alone and _may_end(text, end) else match.start()


def _sino(text: str, at: int, numeral: str, *, is_marked: bool) -> int:
    """Return where a Sino-Korean numeral ends; where it begins if it is none.

    Args:
        text: A clean text.
        at: Where the numeral stands.
        numeral: What may be one.
        is_marked: Whether a sign (영하) or 제 before it says that it is one.
    """
    end = at + len(numeral)
    name = numeral.replace(" ", "")
    goes_on_at = end
    while _SINO.fullmatch(name) and (fraction := _FRACTION.match(text, goes_on_at)):
        goes_on_at = fraction.end()
    if goes_on_at > end:
        return _with_counter(text, goes_on_at)
    if is_marked and (lesson := _LESSON.match(text, end)):
        return lesson.end()
    before = text[max(0, at - 3) : at].rstrip()
    is_date = before.endswith("월")
    if name[-1] == "일" and _SINO.fullmatch(name[:-1]) and name[:-1] and _may_end(text, end):  # 일: one, and day
        is_word = len(name) == 2 and " " not in numeral and not is_date and name[0] not in _GLUED_BEFORE["일"]  # noqa: PLR2004
        return at if is_word else end
    if not _SINO.fullmatch(name):
        return end if _is_digit_by_digit(numeral, name) else at
    start = end + 1 if text[end : end + 1] == " " else end
    is_clear = start == end and len(name) > 1  # whatever follows: 백이십번말했다
    counter = counter_at(text, start, is_clear=is_clear)
    is_glued = start == end and not is_marked and not before.endswith(_GOES_BEFORE.get(counter, "\n"))
    may_end = is_clear or _may_end(text, start + len(counter))
    if counter and may_end and (is_marked or _counts(name, counter, is_glued=is_glued)):
        return _with_counter(text, end, is_clear=is_clear)
    is_round = len(name) > 1 and (name[-1] in _ROUND or (is_marked and name[-1] == "조")) and name not in _WORDS
    is_long = len(name) >= _LONG or is_round or (len(name) > 1 and "십" in name)
    is_sure = len(name) >= _LONG and _PLACES.search(name) is not None  # whatever follows: 이십삼케이지
    return end if is_sure or (is_long and _may_end(text, end)) else at


def _is_digit_by_digit(numeral: str, name: str) -> bool:
    if not _DIGIT_BY_DIGIT.fullmatch(name) or not _NOT_ONLY_WORDS.search(name):
        return False
    return all(len(group) >= _LONG for group in numeral.split(" "))


def _counts(name: str, counter: str, *, is_glued: bool) -> bool:
    """Tell whether a Sino-Korean numeral and a counter are no other words."""
    if len(name) > 1:
        return True
    if name == _DEMONSTRATIVE:
        is_two = counter in _TWOS or kind_of(counter) not in {Kind.NATIVE, Kind.BOTH, Kind.EITHER}
        if not is_two or (len(counter) == 1 and counter not in _TWOS):
            return False
    return not is_glued or len(counter) > 1 or name in _GLUED_BEFORE.get(counter, _UNLIKE_WORDS)


def _may_end(text: str, end: int) -> bool:
    """Tell whether a word may end here, or go on with a particle or with another numeral."""
    after = text[end : end + 1]
    return not "가" <= after <= "힣" or goes_on(after) or after in _NUMERALS or bool(counter_at(text, end))
