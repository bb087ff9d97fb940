"""Sentences: a text cut where a voice would pause, so that each part is spoken and verified alone.

The parts join to the text exactly. White space stays with the sentence before it (with the first one
where it begins the text). The rules, in the spirit of the sentence boundaries of
https://www.unicode.org/reports/tr29/:

- The ideographic full stop and the wide ``!`` and ``?`` end a sentence wherever they stand; ``! ?`` do before white
  space or a syllable. What closes after them (quotes, brackets) belongs to the sentence; where it goes on behind a
  closed quote (``"Stop!" he said``, ``"가자."라고``, ``「はい。」と``) none ends.
- ``.`` ends one before white space, but not after an abbreviation, an initial or the number of a list item, nor
  before a lower-case letter; in Korean, Chinese and Japanese also before a syllable (``했다.그리고``). So numbers
  (3.5), versions, addresses and file names stay whole.
- ``…`` and ``...`` end one before a capital or at a line's end, and in Korean after a final ending (``다… ``).
- A line break ends one, but within a paragraph that was wrapped (the line is long and the next begins in lower
  case).
- A part without a letter or digit (``***``) joins the sentence before it.
- A sentence that is too long for a voice is cut into about even shares: at clause marks, else at spaces, else
  between characters.

Where a rule could be wrong either way, the text stays whole: a long part is spoken well, a torn one isn't.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.languages import base_language, is_dense, language_of
from progresskit.audio.normalize import extends, has_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MAX_DENSE_CHARS", "MAX_SENTENCE_CHARS", "has_words", "split_sentences"]

MAX_SENTENCE_CHARS: Final = 400
"""Longest part, in characters without the white space around it. Voices lose their way in longer ones, and
hosted ones refuse them from some hundred to some thousand characters on."""
MAX_DENSE_CHARS: Final = 150
"""The same for Korean, Chinese and Japanese, which say more in a character."""

_IDEOGRAPHS: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HANGUL: Final = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
_LINE_ENDS: Final = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_CLOSERS: Final = "\"'\u201d\u2019\u00bb\u203a)\\]}\uff09\uff3d\uff5d\u3011\u300d\u300f\u3009\u300b\uff63"
_OPENERS: Final = "\"'\u201c\u2018\u00ab\u2039(\\[{\uff08\uff3b\uff5b\u3010\u300c\u300e\u3008\u300a\uff62\u00bf\u00a1"
_FULL_STOPS: Final = "\u3002\uff01\uff1f\uff61"  # ideographic full stop, wide ! and ?, half-width full stop
_MARKS: Final = "!?\u203c\u2047\u2048\u2049\u061f\u06d4\u0964\u0965\u0589"  # double ones, and other scripts'
_ELLIPSES: Final = "\u2026\u22ef"
_DOTS: Final = f".\uff0e{_ELLIPSES}"
_FULL_STOP_SET: Final = frozenset(_FULL_STOPS)

_CANDIDATE: Final = re.compile(
    rf"(?P<stop>[{_FULL_STOPS}{_MARKS}{_DOTS}]+)(?P<closed>[{_CLOSERS}]*)(?P<space>\s*)|(?P<line>[{_LINE_ENDS}]\s*)"
)
_LINE_END: Final = re.compile(f"[{_LINE_ENDS}]")
_WRAPPED_FROM: Final = 40
"""A line at least this long may have been wrapped, and not ended."""
_SYLLABLE_NEXT: Final = re.compile(f"[{_OPENERS}]{{0,4}}[{_IDEOGRAPHS}{_HANGUL}]")
_GOES_ON: Final = re.compile(f"[\u3040-\u309f{_HANGUL}]")  # a particle behind a closed quote: Hiragana, Hangul
_NEXT_LETTER: Final = re.compile(rf"[{_OPENERS}]{{0,4}}([^\W\d_])")
_NUMBER_AND_DOT: Final = re.compile(r"[0-9]{1,2}\.")

# What stands before a stop. These are searched in a few characters, so that they cost the same everywhere.
_WORD_BEFORE: Final = re.compile(r"(?<![^\W_])(?:(?:[^\W\d_]\.){1,8}[^\W\d_]|[^\W\d_]+)\Z")
_IDEOGRAPH_BEFORE: Final = re.compile(f"[{_IDEOGRAPHS}]\\Z")
_ADDRESS_BEFORE: Final = re.compile(r"(?:://|www\.)\S*\Z")
_KOREAN_ENDINGS: Final = frozenset("다요죠까네군음함임됨")
_LIST_ITEM: Final = re.compile(rf"\s*[{_OPENERS}]?(?:[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{0,3}}|[A-Za-z가나다라마바사])")
# 2026. 5. 3. as Korean offices write it: none of its dots ends a sentence.
_DATE_BEFORE: Final = re.compile(r"(?<![0-9])[0-9]{4}(?:\.\s?[0-9]{1,2}(?P<day>\.\s?[0-9]{1,2})?)?\Z")

# They stand before a name, or a word, that they need.
_TITLES: Final = re.compile(
    r"Adm|Capt|Cmdr|Col|Dr|Fr|Ft|Gen|Gov|Hon|Lt|Maj|Messrs|Mlle|Mme|Mr|Mrs|Ms|Mt|Mx|Pres|Prof|Rep|Rev|Sen|Sgt|St"
)
_CONNECTIVES: Final = re.compile(r"cf|e\.g|esp|i\.e|v|viz|vs")
# No. 5, Fig. 2, Jan. 3: an abbreviation before a number, and maybe a whole sentence before a word.
_BEFORE_NUMBER: Final = re.compile(
    r"apr|approx|art|aug|c|ca|ch|cl|dec|eq|feb|fig|figs|jan|jul|jun|mar|nos|no|nov|nr|oct|op|p|para|pp|pt|sec|"
    r"sect|sep|sept|ver|vol|vols"
)
# They may end a sentence: then the next word is one that begins sentences.
_ABBREVIATIONS: Final = re.compile(r"al|ave|blvd|co|corp|dept|est|etc|inc|jr|ltd|ph\.d|rd|sr")
_STARTERS: Final = re.compile(
    r"[\"'\u201c\u2018(]?(?:A|After|An|And|As|At|Before|But|For|He|Her|His|How|However|I|If|In|It|Its|Let|My|Next|No|Not|On|"
    r"Our|Please|She|So|That|The|Their|Then|There|These|They|This|Those|We|What|When|Where|Who|Why|Yes|You|Your)\b(?!\.)"
)

_CLAUSE_END: Final = re.compile(rf"[,;:\u2013\u2014\u060c][{_CLOSERS}]*\s+|[\u3001\uff0c\uff1b\uff1a][{_CLOSERS}]*\s*")
_SPACE: Final = re.compile(r"\s+")
_JOINER: Final = "\N{ZERO WIDTH JOINER}"
_LONGEST_UNIT: Final = 32
"""How far a cut gives way to a character with marks, or a Latin word, between ideographs."""


def split_sentences(text: str, language: str | None = None) -> list[str]:
    """Split a text into sentences whose concatenation is the text.

    Args:
        text: Any text in English, Korean, Chinese or Japanese, or mixed; others are split by the same rules.
        language: BCP 47 tag; with the script of each sentence it decides how long a part may be
            (:data:`MAX_SENTENCE_CHARS`, :data:`MAX_DENSE_CHARS`). None = by the script alone.

    Returns:
        The parts, none of them empty. Each has a letter or digit, unless the whole text has none or such a
        part would be too long.
    """
    is_dense_text = is_dense(base_language(language))
    parts: list[str] = []
    for sentence in _with_words(_cut_at(text, _boundaries(text))):
        dense = not sentence.isascii() and (is_dense_text or is_dense(language_of(sentence)))
        parts += _shortened(sentence, MAX_DENSE_CHARS if dense else MAX_SENTENCE_CHARS)
    return parts


def _cut_at(text: str, ends: Iterable[int]) -> Iterator[str]:
    start = 0
    for end in ends:
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _with_words(parts: Iterable[str]) -> Iterator[str]:
    """Join parts without a letter or digit to the one before them, leading ones to the one after."""
    held: list[str] = []
    spoken = False
    for part in parts:
        speaks = has_words(part)
        if speaks and spoken:
            yield "".join(held)
            held = []
        held.append(part)
        spoken = spoken or speaks
    if held:
        yield "".join(held)


def _boundaries(text: str) -> Iterator[int]:
    """Yield where a sentence ends and the next one begins; never at the start or the end of the text."""
    start = line = 0
    for match in _CANDIDATE.finditer(text):
        end = match.end()
        breaks = _LINE_END.findall((match["space"] or match["line"] or "").replace("\r\n", "\n"))
        is_end = match["stop"] is not None and _ends_sentence(text, start, match)
        if breaks:
            may_be_wrapped = len(breaks) == 1 and match.start() - line >= _WRAPPED_FROM
            goes_on = match["stop"] is not None or _next_is_lower(text, end)
            is_end = is_end or not (may_be_wrapped and goes_on)
            line = end
        if is_end and end < len(text):
            yield end
            start = end


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether the stop found here ends the sentence that began at ``start``."""
    stop, closed, space, end = match["stop"], match["closed"], match["space"], match.end()
    if closed and not space and _GOES_ON.match(text, end):
        return False
    if not stop.strip(_DOTS):
        return _ellipsis_ends(text, match) if len(stop) > 1 or stop in _ELLIPSES else _dot_ends(text, start, match)
    if not _FULL_STOP_SET.isdisjoint(stop):
        return True
    if not space:
        return _SYLLABLE_NEXT.match(text, end) is not None and not _ADDRESS_BEFORE.search(_before(text, match))
    return not (closed and _next_is_lower(text, end))


def _ellipsis_ends(text: str, match: re.Match[str]) -> bool:
    if not match["space"]:
        return False
    following = _NEXT_LETTER.match(text, match.end())
    if following is not None and following[1].isupper():
        return following[1] != "I"  # "Well... I think": more often one sentence than two
    return _before(text, match)[-1:] in _KOREAN_ENDINGS


def _dot_ends(text: str, start: int, match: re.Match[str]) -> bool:
    end = match.end()
    before = _before(text, match)
    if not match["space"]:
        if _SYLLABLE_NEXT.match(text, end) is None:
            return False
        return before[-1:] in _KOREAN_ENDINGS or _IDEOGRAPH_BEFORE.search(before) is not None
    if _next_is_lower(text, end):
        return False
    if match.start() - start <= len(before) and _LIST_ITEM.fullmatch(text, start, match.start()):
        return False
    if (date := _DATE_BEFORE.search(before)) is not None:
        return date["day"] is None and _NUMBER_AND_DOT.match(text, end) is None
    word = _WORD_BEFORE.search(before)
    return word is None or _may_end(word[0], text, end)


def _may_end(word: str, text: str, end: int) -> bool:
    """Tell whether a dot after this word, with a space behind it, ends a sentence."""
    lower = word.lower()
    if _TITLES.fullmatch(word) or _CONNECTIVES.fullmatch(lower):
        return False
    if _BEFORE_NUMBER.fullmatch(lower) and text[end : end + 1].isdigit():
        return False
    is_initial = len(word) == 1 and word.isupper()
    if is_initial or "." in word or _ABBREVIATIONS.fullmatch(lower):
        return _STARTERS.match(text, end) is not None
    return True


def _before(text: str, match: re.Match[str]) -> str:
    """Return the little that the rules look at before a stop."""
    return text[max(0, match.start() - 100) : match.start()]


def _next_is_lower(text: str, at: int) -> bool:
    following = _NEXT_LETTER.match(text, at)
    return following is not None and following[1].islower()


def _shortened(sentence: str, limit: int) -> Iterator[str]:
    """Cut a sentence that is longer than the limit, without the white space around it, into even shares."""
    start, end = 0, len(sentence.rstrip())
    at = len(sentence) - len(sentence.lstrip())
    while end - at > limit:
        share = (end - at) / math.ceil((end - at) / limit)
        cut = _best_cut(sentence, at, share, limit)
        yield sentence[start:cut]
        start = at = cut
    yield sentence[start:]


def _best_cut(sentence: str, at: int, share: float, limit: int) -> int:
    """Return where to cut a piece that begins at ``at``: close to its share, at most at the limit."""
    aim = at + share
    for pattern in (_CLAUSE_END, _SPACE):
        ends = [match.end() for match in pattern.finditer(sentence, at + int(share / 2), at + limit)]
        if ends:
            cut = min(ends, key=lambda end: abs(end - aim))
            spaces = _SPACE.match(sentence, cut)
            return cut if spaces is None else spaces.end()
    nearest = int(aim)
    for cut in range(nearest, max(at, nearest - _LONGEST_UNIT), -1):
        if not _belong_together(sentence[cut - 1], sentence[cut]):
            return cut
    return nearest


def _belong_together(left: str, right: str) -> bool:
    """Tell whether these are in one character with its marks, or in one Latin word or number."""
    if left.isascii() and right.isascii():
        return left.isalnum() and right.isalnum()
    return extends(right) or left == _JOINER
