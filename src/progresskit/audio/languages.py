"""Languages as the scorer sees them: the first part of a BCP 47 tag, else the script of the text.

A language decides what is counted. Where words stand between spaces that all writers agree on, words
are counted (the word error rate); Korean, Chinese, Japanese and Thai are counted by characters without
spaces, since their spaces are free or absent (character error rate; Whisper's own evaluation does so
for Chinese, Japanese and Thai: Radford et al. 2022, https://arxiv.org/abs/2212.04356, appendix C).
"""

from __future__ import annotations

import re
from typing import Final, Literal

__all__ = ["Unit", "base_language", "is_dense", "language_of", "unit_of"]

Unit = Literal["word", "character"]
"""What an error rate counts."""

_BY_CHARACTER: Final = frozenset({"ko", "zh", "cmn", "yue", "ja", "th"})
# Languages of syllables and ideographs: one character is about half a word.
_DENSE: Final = _BY_CHARACTER - {"th"}
# BCP 47 tags that name no language: undetermined, multiple, uncoded, not a language.
_NO_LANGUAGE: Final = frozenset({"", "und", "mul", "mis", "zxx"})

# Blocks of https://www.unicode.org/Public/UCD/latest/ucd/Blocks.txt. Of decomposed Hangul only the
# leading consonants are counted, and no voicing marks of kana, so that NFC and NFD count alike.
_HANGUL: Final = "\u1100-\u115e\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3"
_KANA: Final = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"
_HAN: Final = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_THAI: Final = "\u0e01-\u0e3a\u0e40-\u0e4e"
_SCRIPTS: Final = re.compile(
    f"([{_HANGUL}])|([{_KANA}])|([{_HAN}])|([{_THAI}])"
    # Anything else that is written in words; marks belong to the letter before them.
    f"|(?:(?![{_HANGUL}{_KANA}{_HAN}{_THAI}\u1160-\u11ff\ud7b0-\ud7ff\u3099\u309a])[^\\W\\d_][\u0300-\u036f]*)+"
)
_HANGUL_GROUP, _KANA_GROUP, _HAN_GROUP, _THAI_GROUP = 1, 2, 3, 4
_CHARACTERS_PER_WORD: Final = 2
_THAI_CHARACTERS_PER_WORD: Final = 4
_HAN_PER_KANA: Final = 10  # Chinese borrows a の here and there; Japanese can't do without kana


def base_language(tag: str | None) -> str | None:
    """Return the first part of a BCP 47 tag in lower case: ``ko`` of ``ko-KR``. None where it names no language."""
    base = re.split("[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return None if base in _NO_LANGUAGE else base


def language_of(text: str) -> str | None:
    """Return ``ko``, ``zh``, ``ja`` or ``th`` where most of a text is written in their scripts, else None.

    Two characters (of Thai: four) weigh as much as one word of another script, so ``progress bar가
    멈췄습니다`` is Korean, and ``The word for apple is 사과`` is not. Han without kana is taken for Chinese.
    """
    if text.isascii():
        return None
    counts = [0, 0, 0, 0, 0]
    for match in _SCRIPTS.finditer(text):
        counts[match.lastindex or 0] += 1
    words = counts[0]
    hangul, kana, han, thai = counts[_HANGUL_GROUP], counts[_KANA_GROUP], counts[_HAN_GROUP], counts[_THAI_GROUP]
    dense = (hangul + kana + han) / _CHARACTERS_PER_WORD
    if thai / _THAI_CHARACTERS_PER_WORD >= max(words, dense, 1 / _THAI_CHARACTERS_PER_WORD):
        return "th"
    if dense < max(words, 1 / _CHARACTERS_PER_WORD):
        return None
    if hangul >= kana + han:
        return "ko"
    return "ja" if kana * _HAN_PER_KANA >= han and kana else "zh"


def unit_of(language: str | None) -> Unit:
    """Return what is counted in a language, given as its first part."""
    return "character" if language in _BY_CHARACTER else "word"


def is_dense(language: str | None) -> bool:
    """Tell whether a language, given as its first part, is written in syllables or ideographs."""
    return language in _DENSE
