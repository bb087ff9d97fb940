"""Letters and digits of a Latin token as they are said in Korean: ``MP3`` is 엠피쓰리, and 엠피삼."""

from __future__ import annotations

import re
from itertools import islice, product
from string import ascii_lowercase
from typing import Final

__all__ = ["ENGLISH", "LETTERS", "numbers", "spoken_letters"]

_LETTERS: Final = (
    "에이,비,시 씨,디,이,에프,지 쥐,에이치 에이취,아이,제이,케이,엘,엠,"
    "엔,오,피,큐,아르 알,에스,티,유,브이 비,더블유 더블류,엑스,와이,제트 지"
)
LETTERS: Final = {
    letter: tuple(names.split()) for letter, names in zip(ascii_lowercase, _LETTERS.split(","), strict=True)
}
"""The names of the letters, the usual one first."""

_LONGEST: Final = 40
_READINGS: Final = 24
_NUMBER_DIGITS: Final = 4
"""Digits of the longest number that is read as one; a longer one is a code."""
_SINO: Final = "공일이삼사오육칠팔구"
_SINO_UNITS: Final = ("천", "백", "십", "")
_ENGLISH_NUMBERS: Final = (
    "제로,원,투,쓰리 스리,포,파이브,식스,세븐,에이트 에잇,나인,텐,일레븐,트웰브,"
    "서틴,포틴,피프틴,식스틴,세븐틴,에이틴,나인틴"
)
ENGLISH: Final = [names.split() for names in _ENGLISH_NUMBERS.split(",")]
"""The English names of the numbers below twenty."""
_ENGLISH_TENS: Final = ("", "", "트웬티", "서티", "포티", "피프티", "식스티", "세븐티", "에이티", "나인티")


def spoken_letters(token: str) -> list[str]:
    """Return how a token is said letter by letter, the usual way first; its digits in English and in Sino-Korean.

    Args:
        token: Latin letters and digits, in any case. Nothing is said for any other.
    """
    chunks = re.findall("[a-z]|[0-9]+", token.lower())
    if not token.isascii() or not token.isalnum() or len(token) > _LONGEST:
        return []
    names = {chunk: numbers(chunk) if chunk.isdigit() else LETTERS[chunk] for chunk in chunks}
    choices = islice(product(*names.values()), _READINGS)
    return ["".join(map(dict(zip(names, choice, strict=True)).__getitem__, chunks)) for choice in choices]


def numbers(digits: str) -> list[str]:
    """Return how digits beside letters are said: as a number and one by one, in Sino-Korean and in English."""
    by_digit = "".join(_SINO[int(digit)] for digit in digits)
    korean = [by_digit, by_digit.replace("공", "영")]
    english = ["".join(ENGLISH[int(digit)][way] for digit in digits) for way in (0, -1)]
    if len(digits) <= _NUMBER_DIGITS and digits[0] != "0":
        korean.insert(0, _sino(digits))
        english.insert(0, _english(int(digits)))
    return list(dict.fromkeys(english + korean if len(digits) == 1 else korean + english))


def _sino(digits: str) -> str:
    units = _SINO_UNITS[-len(digits) :]
    spoken = (
        ("" if digit == "1" and unit else _SINO[int(digit)]) + unit
        for digit, unit in zip(digits, units, strict=True)
        if digit != "0"
    )
    return "".join(spoken)


def _english(number: int) -> str:
    thousands, below_1000 = divmod(number, 1000)
    hundreds, below_100 = divmod(below_1000, 100)
    spoken = [ENGLISH[count][0] + unit for count, unit in ((thousands, "사우전드"), (hundreds, "헌드레드")) if count]
    if below_100 < len(ENGLISH):
        spoken.append(ENGLISH[below_100][0] if below_100 else "")
    else:
        tens, ones = divmod(below_100, 10)
        spoken.append(_ENGLISH_TENS[tens] + (ENGLISH[ones][0] if ones else ""))
    return "".join(spoken)
