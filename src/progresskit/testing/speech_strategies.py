"""Hypothesis strategies for speech: texts to speak, and what a recogniser may make of them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.languages import base_language
from progresskit.errors import MissingDependencyError
from progresskit.testing.numerals import LARGEST, said

try:
    from hypothesis import strategies as st
except ImportError as missing:
    package = "hypothesis"
    raise MissingDependencyError.for_extra(package, "testing") from missing

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["LANGUAGES", "corruptions", "equivalents", "references", "transcripts"]

# Plain words without numerals, negations and spelling variants; none is made of others.
_WORDS: Final[dict[str, str]] = {
    "en": (
        "the small harbour has a wooden pier yellow boats leave every morning market opens beside river children "
        "play under tall trees music sounds from an old house garden smells of roses coffee is served with bread "
        "Friday weather stays mild visitors walk along shore"
    ),
    "ko": (
        "오늘 아침 시장에 사람들이 많이 모였습니다 노란 배가 항구를 떠났습니다 아이들은 나무 아래에서 놀고 있습니다 "
        "정원에는 장미 향기가 가득합니다 우리는 강을 따라 천천히 걸었습니다 커피와 빵을 함께 먹었습니다 날씨가 "
        "포근해서 기분이 좋았습니다 친구가 편지를 보냈습니다"
    ),
    "zh": (
        "今天 早晨 市场 非常 热闹 黄色 的 小船 离开 港口 孩子们 在 树下 玩耍 花园 里 充满 玫瑰 香气 我们 沿着 河边 "
        "慢慢 散步 咖啡 和 面包 味道 很 好 朋友 寄来 信件 天气 温暖"
    ),
    "ja": (
        "今朝 市場は とても 賑やかでした 黄色い 船が 港を 出ました 子供たちは 木の下で 遊んで います 庭には 薔薇の "
        "香りが 満ちて 私たちは 川沿いを ゆっくり 歩きました コーヒーと パンを 食べました 友達が 手紙を くれました"
    ),
}
_STOPS: Final = {"zh": "。", "ja": "。"}
_BOILERPLATE: Final = {
    "en": "thanks for watching",
    "ko": "시청해 주셔서 감사합니다",
    "zh": "请订阅",
    "ja": "ご視聴ありがとうございました",
}

# What comes before and after a number, and the phrase that a negation makes another of.
_COUNTED: Final = {
    "en": ("", " visitors"),
    "ko": ("손님 ", "명이 왔습니다"),
    "zh": ("来了", "个客人"),
    "ja": ("お客さんが", "人来ました"),
}
_MEASURED: Final = {
    "en": (" it was ", " degrees"),
    "ko": (" 기온은 ", "도입니다"),
    "zh": ("气温是", "度"),
    "ja": ("気温は", "度です"),
}
_NEGATIONS: Final = {
    "en": (
        ("do not open the gate", "do open the gate"),
        ("he never sings", "he sings"),
        ("it isn't far", "it is far"),
    ),
    "ko": (
        ("문을 열지 마세요", "문을 여세요"),
        ("지금은 안 됩니다", "지금은 됩니다"),
        ("볼 수 없습니다", "볼 수 있습니다"),
        ("춥지 않습니다", "춥습니다"),
    ),
    "zh": (("我们不去", "我们去"), ("他没有来", "他来"), ("请别开门", "请开门")),
    "ja": (("今日は行きません", "今日は行きます"), ("開けないでください", "開けてください")),
}
_POINTS: Final = {"en": " point ", "ko": "점", "zh": "点", "ja": "点"}
_NUMERAL: Final = re.compile(
    r"(?<![\w.,:/~%$-])(?P<first>[1-9]\d{0,3})(?:(?P<sign>[.~])(?P<last>[1-9]))?(?![\d.,:/~%-]*\d)"
)
_NATIVE: Final = re.compile(r"\s?(?:명|개|살|마리|권|병|잔|대)")

LANGUAGES: Final = tuple(_WORDS)
"""The languages that these strategies can write."""


class _Numeral(NamedTuple):
    """A numeral in a text: where it stands, and the other ways to say it and to get it wrong."""

    start: int
    end: int
    spoken: tuple[str, ...]
    wrong: tuple[str, ...]


def references(language: str) -> SearchStrategy[str]:
    """Texts of one sentence to speak, written with capital and full stop: four to twelve words, and maybe a fact.

    A fact is a count, a decimal, or a negation: what a recogniser may spell otherwise, and must not lose.

    Args:
        language: BCP 47 tag, of which the first part counts.

    Raises:
        ValueError: No words of this language are known here.
    """
    base = _known(language)
    between = "" if base in _STOPS else " "
    # More than three characters and two words: what is shorter may be too short to judge.
    words = st.lists(st.sampled_from(_WORDS[base].split()), min_size=4, max_size=12)
    return st.tuples(words, st.just("") | _facts(base)).map(
        lambda drawn: _sentence(between.join([*drawn[0], drawn[1]] if drawn[1] else drawn[0]), base)
    )


def equivalents(reference: str, language: str) -> SearchStrategy[str]:
    """Transcripts that say the same as a text: each must score 1.

    In another case, with other white space (in Korean, Chinese and Japanese between other words, too), without
    punctuation outside of numbers, composed or decomposed, numerals said in words.

    Args:
        reference: Any text. Of its numerals whole numbers below 10,000 are said, and decimals of one digit.
        language: BCP 47 tag, of which the first part counts.

    Raises:
        ValueError: No words of this language are known here.
    """
    return _equivalent(reference, _known(language))


def corruptions(reference: str, language: str) -> SearchStrategy[str]:
    """Transcripts that don't say what a text says, however close they are: none may pass.

    With another digit (3.5 as 35 and 2~3 as 23 too), without a negation, cut off, or with another sentence after it.

    Args:
        reference: Any text; those of :func:`references` offer the most.
        language: BCP 47 tag, of which the first part counts.

    Raises:
        ValueError: No words of this language are known here.
    """
    base = _known(language)
    wrong = [
        reference[: numeral.start] + other + reference[numeral.end :]
        for numeral in _numerals(reference, base)
        for other in numeral.wrong
    ]
    wrong += [reference.replace(phrase, lost) for phrase, lost in _NEGATIONS[base] if phrase in reference]
    wrong += [f"{reference} {_BOILERPLATE[base]}"]
    return st.sampled_from(wrong).flatmap(lambda text: st.just(text) | _equivalent(text, base))


@st.composite
def transcripts(draw: DrawFn, reference: str) -> str:
    """Draw what a recogniser may return for a text: heard well, with errors, cut off, with a tail, or not at all.

    Words are in lower case and without punctuation, as most recognisers write them. How much of the
    reference is in it is not said; the equal and the wrong ones have strategies of their own.
    """
    between = " " if " " in reference.strip() else ""
    written = "".join(char if char.isalnum() or char in " '" else "" for char in reference.lower())
    units = written.split() if between else list(written)
    tails = st.sampled_from(tuple(_BOILERPLATE.values()))
    match draw(st.sampled_from(("heard", "errors", "cut", "tail", "twice", "silence", "boilerplate", "other"))):
        case "errors":
            for _ in range(draw(st.integers(1, 4))):
                at = draw(st.integers(0, len(units)))
                units[at : at + draw(st.integers(0, 1))] = draw(st.lists(st.sampled_from(units or ["x"]), max_size=1))
        case "cut":
            units = units[: draw(st.integers(0, len(units)))]
        case "tail":
            units.append(" " + draw(tails))
        case "twice":
            units = [*units, *units]
        case "silence":
            return draw(st.sampled_from(("", " ", ".", "…", "♪")))
        case "boilerplate":
            return draw(tails)
        case "other":
            return draw(st.text())
    return between.join(units)


def _known(language: str) -> str:
    base = base_language(language)
    if base not in _WORDS:
        msg = f"language {language!a} has no words here: use one of {', '.join(LANGUAGES)}"
        raise ValueError(msg)
    return base


def _sentence(text: str, base: str) -> str:
    return text[0].upper() + text[1:] + _STOPS.get(base, ".")


def _facts(base: str) -> SearchStrategy[str]:
    number = st.integers(2, 99) | st.integers(2, LARGEST)
    decimal = st.tuples(st.integers(1, 99), st.integers(1, 9)).map(lambda parts: f"{parts[0]}.{parts[1]}")
    counted = number.map(lambda count: str(count).join(_COUNTED[base]))
    measured = decimal.map(lambda degrees: degrees.join(_MEASURED[base]).strip())
    return counted | measured | st.sampled_from([phrase for phrase, _ in _NEGATIONS[base]])


@st.composite
def _equivalent(draw: DrawFn, reference: str, base: str) -> str:
    text, at = "", 0
    for numeral in _numerals(reference, base):
        spoken = draw(st.sampled_from((reference[numeral.start : numeral.end], *numeral.spoken)))
        text += reference[at : numeral.start] + spoken
        at = numeral.end
    text += reference[at:]
    if draw(st.booleans()):
        text = re.sub(r"[^\w\s'.~-]|(?<!\d)[.~-]|[.~-](?!\d)", " ", text)
    text = draw(st.sampled_from((text, text.lower(), text.upper())))
    if base in {"ko", *_STOPS} and not re.search(r"\d", text):
        letters = text.replace(" ", "")
        cut = draw(st.integers(0, len(letters)))
        text = draw(st.sampled_from((text, letters, f"{letters[:cut]} {letters[cut:]}")))
    text = re.sub(" ", lambda _: draw(st.sampled_from((" ", "  ", "\n"))), text)
    return unicodedata.normalize(draw(st.sampled_from(("NFC", "NFD"))), text)


def _numerals(text: str, base: str) -> list[_Numeral]:
    found = []
    for match in _NUMERAL.finditer(text):
        first, sign, last = match.group("first", "sign", "last")
        wrong = [str(int(first) + step) for step in (1, -1, 10) if int(first) + step > 0]
        spoken: tuple[str, ...] = ()
        if sign is None:
            native = base == "ko" and _NATIVE.match(text, match.end()) is not None
            spoken = said(int(first), base, native=native)
        else:
            wrong = [f"{each}{sign}{last}" for each in wrong] + [f"{first}{last}"]
            if sign == ".":
                tenths = said(int(last), base)[0]
                spoken = tuple(whole + _POINTS[base] + tenths for whole in said(int(first), base))
        found.append(_Numeral(*match.span(), spoken, tuple(wrong)))
    return found
