"""Hypothesis strategies for speech: texts to speak, and what a recogniser may make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from progresskit.audio.languages import base_language
from progresskit.errors import MissingDependencyError

try:
    from hypothesis import strategies as st
except ImportError as missing:
    package = "hypothesis"
    raise MissingDependencyError.for_extra(package, "testing") from missing

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["LANGUAGES", "references", "transcripts"]

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

LANGUAGES: Final = tuple(_WORDS)
"""The languages that :func:`references` can write."""


def references(language: str) -> SearchStrategy[str]:
    """Texts of one sentence to speak: four to twelve words, written with capital and full stop.

    They hold no numerals and no negations, so that any change of a word is a plain error.

    Args:
        language: BCP 47 tag, of which the first part counts.

    Raises:
        ValueError: No words of this language are known here.
    """
    base = base_language(language)
    if base not in _WORDS:
        msg = f"language {language!a} has no words here: use one of {', '.join(LANGUAGES)}"
        raise ValueError(msg)
    between = "" if base in _STOPS else " "
    stop = _STOPS.get(base, ".")

    def written(words: list[str]) -> str:
        text = between.join(words) + stop
        return text[0].upper() + text[1:]

    # More than three characters and two words: what is shorter may be too short to judge.
    return st.lists(st.sampled_from(_WORDS[base].split()), min_size=4, max_size=12).map(written)


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
