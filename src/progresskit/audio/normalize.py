"""Folding: a text as the words or characters that are compared, and where each stands in the text as written.

What is folded, on both sides alike:

- *Normal form*: everything is compared in NFC (https://www.unicode.org/reports/tr15/), so decomposed
  input equals composed input. Hangul syllables stay whole. Half-width and full-width forms are one.
- *Case*: full case folding (the Unicode Standard, section 3.13).
- *Accents* of Latin letters (``café`` = ``cafe``; Vietnamese tones too); never those of other scripts,
  where a mark makes another letter (``か``/``が``, ``и``/``й``).
- *Punctuation*: whatever is no letter, mark or digit parts words, but for the apostrophe, which joins them
  (``it's`` = ``its``). Within a number it is part of the number (3.5, 三・五, 3-5, 2~3, 1:30, -5), and so is
  a currency sign or ``%`` beside one; those count as words of their own, as they are spoken.
- *White space*: its amount never counts. Where characters are counted it doesn't count at all, but
  between digits (``2 3`` is not ``23``).

Words are runs of letters, digits and their marks, a simple form of the word boundaries of
https://www.unicode.org/reports/tr29/. Every function here takes time linear in its text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Span",
    "character_spans",
    "characters",
    "clean",
    "extends",
    "has_words",
    "must_part",
    "word_spans",
    "words",
]

Span = tuple[int, int]
"""Start and end in a text as written, as a slice takes them."""

# Letters to Unicode, and none to a reader: modifier apostrophes, Hangul's invisible fillers, and the
# voicing marks of half-width kana.
_APOSTROPHE_LETTERS: Final = "\u02bb\u02bc"
_FILLERS: Final = "\u115f\u1160\u3164\uffa0"
_VOICING_MARKS: Final = "\uff9e\uff9f"
_LETTER_OR_DIGIT: Final = re.compile(f"[^\\W_{_APOSTROPHE_LETTERS}{_FILLERS}{_VOICING_MARKS}]")

# The word pattern runs on a text's *shape*: one ASCII character or one of these for each of its own.
_MARK: Final = "\u0300"  # belongs to the character before it
_JAMO: Final = "\u1161"  # a vowel or trailing consonant of a decomposed syllable; a letter where it stands alone
_HAN: Final = "\u4e00"  # a Han character or kana: they part no words, so that a hyphen after one may be a minus
_HAN_DIGIT: Final = "\u4e8c"  # those of them that are a digit, or ten, a hundred, a thousand
_HAN_UNIT: Final = "\u5341"
_POINT: Final = "\u30fb"  # the Japanese decimal point, and the dot between the parts of a name
_IN_SPACED_WORD: Final = f"A-Za-z0-9{_MARK}{_JAMO}"
_IN_WORD: Final = f"{_IN_SPACED_WORD}{_HAN}{_HAN_DIGIT}{_HAN_UNIT}"
_WORD: Final = re.compile(
    rf"""
    (?: (?: (?<![{_IN_SPACED_WORD}.]) -\.? | (?<![{_IN_WORD}.]) \. ) (?=[0-9]) )?  # a number's sign or leading point
    [A-Za-z0-9{_JAMO}{_HAN}{_HAN_DIGIT}{_HAN_UNIT}] [{_IN_WORD}]*
    (?: (?: '(?=[A-Za-z]) | (?<=[0-9])[.,:/~-](?=[0-9])
        | (?<=[0-9{_HAN_DIGIT}{_HAN_UNIT}])[.{_POINT}](?=[0-9{_HAN_DIGIT}](?!{_HAN_UNIT})) ) [{_IN_WORD}]+ )*
    | (?: (?<![{_IN_WORD}])- )? \$ (?=[ ]?\.?[0-9])         # a currency before its number, or a unit after it
    | (?<=[0-9])[$%] | (?<=[0-9][ ])[$%]
    """,
    re.VERBOSE,
)
# The Stream-Safe Text Format of UAX 15 allows 30 marks on a letter. What comes beyond is ignored, for
# reordering marks takes time by the square of their number.
_CLUSTER: Final = re.compile(f"(.[{_MARK}{_JAMO}]{{0,30}})[{_MARK}{_JAMO}]*", re.DOTALL)

_PLAIN: Final = b"abcdefghijklmnopqrstuvwxyz0123456789 \t\n\r"

_SHAPES: Final = {
    # Quotes, accents and modifier letters; minus, hyphens, en dash; wave dash, tilde operator; their wide forms.
    **dict.fromkeys("\u2018\u2019\uff07`\u00b4" + _APOSTROPHE_LETTERS, "'"),
    **dict.fromkeys("\u2212\u2010\u2011\u2013\ufe63\uff0d", "-"),
    **dict.fromkeys("\u301c\uff5e\u223c", "~"),
    # Full stop, comma, colon and ratio, fraction and division slash, percent.
    **dict.fromkeys("\uff0e", "."),
    **dict.fromkeys("\uff0c", ","),
    **dict.fromkeys("\uff1a\u2236", ":"),
    **dict.fromkeys("\uff0f\u2044\u2215", "/"),
    **dict.fromkeys("\uff05\ufe6a", "%"),
    "\u200b": " ",  # the zero width space
    "\u30fb": _POINT,
    "\uff65": _POINT,
    **dict.fromkeys("\u3007零一二三四五六七八九", _HAN_DIGIT),
    **dict.fromkeys("十百千", _HAN_UNIT),
    **dict.fromkeys(_FILLERS + _VOICING_MARKS, _MARK),
}
# Latin letters that have no decomposition, as one types them without.
_LATIN: Final = {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
_VARIATION_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def has_words(text: str) -> bool:
    """Tell whether a text holds a letter or a digit, so that there is something to speak and to verify."""
    return _LETTER_OR_DIGIT.search(text) is not None


def extends(char: str) -> bool:
    """Tell whether a character belongs to the one before it: a mark, a part of a syllable, a format character."""
    return _shape_of(char) in {_MARK, _JAMO}


def clean(text: str) -> str:
    """Return a text in one form for those who read it: composed, with ASCII for the look-alikes of what ASCII has.

    Its words and characters are those of the text as written, one for one; case and white space stay.
    """
    if text.isascii():
        return text
    shape = _shape(text)
    if _MARK in shape or _JAMO in shape:
        clusters = (text[slice(*match.span(1))] for match in _CLUSTER.finditer(shape))
        text = "".join(unicodedata.normalize("NFC", cluster) for cluster in clusters)
    return "".join(map(_clean_char, text))


def words(text: str) -> list[str]:
    """Return the folded words of a text."""
    if text.isascii():
        text = text.lower()
        if not text.encode().translate(None, _PLAIN):  # the usual transcript, at a fraction of the pattern's cost
            return text.split()
        found = _WORD.findall(text)
        return [word.replace("'", "") for word in found] if "'" in text else found
    shape = _shape(text)
    return [_fold(text[start:end], shape[start:end]) for start, end in _spans(shape)]


def word_spans(text: str) -> list[Span]:
    """Return where each of :func:`words` stands in a text."""
    return list(_spans(_shape(text)))


def characters(text: str) -> str:
    """Return the folded characters of a text: its words without spaces, but for those between digits."""
    found = words(text)
    return "".join([" " + right if must_part(left, right) else right for left, right in pairwise(["", *found])])


def character_spans(text: str) -> list[Span]:
    """Return where each of :func:`characters` stands in a text.

    Where a letter with its marks folds to another number of characters (``ss`` of ``ß``), they share its span.
    """
    spans: list[Span] = []
    shape = _shape(text)
    before, before_end = "", 0
    for start, end in _spans(shape):
        if must_part(before, _fold(text[start:end], shape[start:end])):
            spans.append((before_end, start))
        for match in _CLUSTER.finditer(shape, start, end):
            first, last = match.span()
            folded = _fold(text[first:last], shape[first:last])
            if len(folded) == last - first:
                spans += [(at, at + 1) for at in range(first, last)]
            else:
                spans += [(first, last)] * len(folded)
            before = folded or before
        before_end = end
    return spans


def must_part(left: str, right: str) -> bool:
    """Tell whether the space between two folded words counts even where spaces don't: ``2 3`` is not ``23``."""
    return left[-1:].isdigit() and (right[:1].isdigit() or right.startswith(("-", ".")))


def _spans(shape: str) -> Iterator[Span]:
    return (match.span() for match in _WORD.finditer(shape))


def _shape(text: str) -> str:
    return text if text.isascii() else "".join(map(_shape_of, text))


@lru_cache(maxsize=8192)
def _shape_of(char: str) -> str:
    if char.isascii():
        return char
    if (known := _SHAPES.get(char)) is not None:
        return known
    if "\u1161" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb":
        return _JAMO
    category = unicodedata.category(char)
    if category[0] == "M" or category == "Cf":  # invisible format characters stand within words
        shape = _MARK
    elif char.isalnum():
        shape = "0" if char.isdecimal() else _HAN if _is_han(char) else "a"
    else:
        shape = "$" if category == "Sc" else " " if char.isspace() else ";"
    return shape


def _is_han(char: str) -> bool:
    """Tell whether a letter is a Han character or kana of the Basic Multilingual Plane."""
    return "\u3041" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"


def _fold(token: str, shape: str) -> str:
    """Fold a piece of a text, given with its shape."""
    if token.isascii():
        return token.lower().replace("'", "")
    if _MARK not in shape and _JAMO not in shape:
        return "".join(map(_fold_cluster, token))
    return "".join([_fold_cluster(token[slice(*match.span(1))]) for match in _CLUSTER.finditer(shape)])


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    """Fold one character with the marks on it."""
    shape = _shape_of(cluster[0])
    if shape == "'":
        return ""
    if shape in "-~.,:/%":
        return shape
    if shape == _POINT:
        return "."
    if shape == "0":
        return str(unicodedata.decimal(cluster[0]))
    wide = "".join(map(_fold_width, cluster))
    folded = "".join(
        char
        for char in unicodedata.normalize("NFD", unicodedata.normalize("NFD", wide).casefold())
        if char not in _FILLERS
        and char not in _APOSTROPHE_LETTERS
        and unicodedata.category(char) != "Cf"
        and not _VARIATION_SELECTORS.match(char)
    )
    if folded[:1] in _LATIN or (folded[:1].isascii() and folded[:1].isalnum()):
        return "".join(_LATIN.get(char, char) for char in folded if unicodedata.category(char)[0] != "M")
    return unicodedata.normalize("NFC", folded)


@lru_cache(maxsize=8192)
def _clean_char(char: str) -> str:
    shape = _shape_of(char)
    if shape in "-'~.,:/%":
        return shape
    return str(unicodedata.decimal(char)) if shape == "0" else unicodedata.normalize("NFC", _fold_width(char))


def _fold_width(char: str) -> str:
    # Not the half-width jamo (U+FFA0 to U+FFDC): they would become parts of syllables.
    is_form = "\uff01" <= char <= "\uff9f" or "\uffe0" <= char <= "\uffe6"
    return unicodedata.normalize("NFKC", char) if is_form else char
