"""How Korean verbs and adjectives are conjugated: what they begin with before which endings.

    >>> [form for form, endings in conjugated("끄다")]
    ['끄', '끈', '끌', '끕', '끔', '꺼', '껐']

An ending is known by the syllable that it begins with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["conjugated"]

# The syllables that the endings begin with; "_" is the end of the word.
_AFTER_STEM: Final = "고지면며므기네니게겠거는자시세셔셨십러려라던도더나든다구길"
_AFTER_CONSONANT: Final = "고지게겠기거는던도더네나든자습다구길으은을음"
_AFTER_A: Final = "_서요도야라지진질집짐져졌주준줄줍줘줬두둔둘둬놓버봐보"
_AFTER_N: Final = "_다데지가걸"
_AFTER_L: Final = "_지까수게래걸거때"
_AFTER_B: Final = "니시"
_AFTER_M: Final = "_을이은과에으도"
_AFTER_WITHOUT_L: Final = "는니시세셔셨십네"  # 여는, 여세요

_FIRST: Final = ord("가")
_INITIALS: Final = 588  # syllables that begin alike
_FINALS: Final = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_BRIGHT: Final = "ㅏㅑㅗ"
_JOINED: Final = {"ㅗ": "ㅘ", "ㅜ": "ㅝ", "ㅣ": "ㅕ"}
"""What a vowel becomes with the 어 after it."""
_KEEP_B: Final = frozenset("좁잡뽑입접씹")
"""Stems whose ㅂ stays before a vowel: 좁아, but 가벼워."""


def conjugated(word: str) -> Iterator[tuple[str, str]]:
    """Yield what a word begins with, and before which syllables; any where that is empty.

    Args:
        word: A verb or an adjective, in 다.
    """
    stem = word[:-1]
    head, last = stem[:-1], stem[-1]
    final = _FINALS[_parts(last)[2]]
    if final == " ":
        yield stem, _AFTER_STEM
        yield from _short_endings(stem)
        yield from _with_a(head, last)
    elif final == "ㄹ":
        bare = head + _with(last, final=" ")
        yield stem, _AFTER_STEM + "어아"
        yield bare, _AFTER_WITHOUT_L
        yield from (form for form in _short_endings(bare) if form[1] != _AFTER_M)
        yield head + _with(last, final="ㄻ"), _AFTER_M
        yield stem + ("았" if _is_bright(last) else "었"), ""
    elif final == "ㅂ" and last not in _KEEP_B:
        yield stem, _AFTER_CONSONANT
        yield from ((head + _with(last, final=" ") + vowel, "") for vowel in "우운울움워웠웁")
    else:
        yield stem, _AFTER_CONSONANT + "아어았었"


def _short_endings(stem: str) -> Iterator[tuple[str, str]]:
    """Yield a stem with the endings that are no syllable."""
    for final, after in (("ㄴ", _AFTER_N), ("ㄹ", _AFTER_L), ("ㅂ", _AFTER_B), ("ㅁ", _AFTER_M)):
        yield stem[:-1] + _with(stem[-1], final=final), after


def _with_a(head: str, last: str) -> Iterator[tuple[str, str]]:
    """Yield a stem without final consonant as it is before 아 or 어: 커, 빨라, 열려."""
    vowel = _VOWELS[_parts(last)[1]]
    if last == "하":
        head_a = head + "해"
    elif last == "르":  # 빠르, 빨라
        head_a = head[:-1] + _with(head[-1], final="ㄹ") + ("라" if _is_bright(head[-1]) else "러")
    elif vowel == "ㅡ":
        head_a = head + _with(last, vowel="ㅏ" if head and _is_bright(head[-1]) else "ㅓ")
    else:
        head_a = head + _with(last, vowel=_JOINED.get(vowel, vowel))
    yield head_a, _AFTER_A
    yield head_a[:-1] + _with(head_a[-1], final="ㅆ"), ""


def _parts(syllable: str) -> tuple[int, int, int]:
    initial, rest = divmod(ord(syllable) - _FIRST, _INITIALS)
    return initial, *divmod(rest, len(_FINALS))


def _with(syllable: str, *, vowel: str = "", final: str = " ") -> str:
    """Return a syllable with another vowel or another final consonant."""
    initial, own, _ = _parts(syllable)
    middle = _VOWELS.index(vowel) if vowel else own
    return chr(_FIRST + initial * _INITIALS + middle * len(_FINALS) + _FINALS.index(final))


def _is_bright(syllable: str) -> bool:
    return _VOWELS[_parts(syllable)[1]] in _BRIGHT
