"""Latin words against their Hangul spelling, by sound: ``progress bar`` is ``프로그레스 바``.

English spelling doesn't settle the sound, so a word is a row of letter groups, each with the *set* of sounds that it
may stand for, and a Hangul spelling is accepted where some choice gives exactly its sounds, vowels included.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.hangul_letters import LETTERS, numbers, spoken_letters
from progresskit.audio.readings.hangul_rules import graphemes, romanized
from progresskit.audio.readings.hangul_sounds import is_syllable, sounds
from progresskit.audio.readings.hangul_words import ACRONYMS, PARTS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["matches", "sounds_like", "spoken_letters", "usual", "usual_readings"]

_LONGEST: Final = 40
"""Letters of the longest token that is looked at; no word is longer."""
_SPELLED: Final = 6
"""Letters of the longest word that may also be spelled, when it isn't in capitals."""
_ACRONYM: Final = 4
"""Letters of the longest word in capitals that is usually spelled, when it isn't known and has a vowel."""
_PART: Final = 3
"""Letters of the shortest known word that is looked for in a compound."""
_BLOCK: Final = 500
"""Sounds in a block. A word is looked for in the block of its place in the other text, and in those beside it."""

_Way = list[tuple[str, ...]]  # a row of letter groups, each with the sounds it may stand for
_TOKEN: Final = re.compile(r"[0-9A-Za-zÀ-ɏ]+(?:[-'&.][0-9A-Za-zÀ-ɏ]+)*")
_LETTER: Final = re.compile("[A-Za-zÀ-ɏ]")
_WORD: Final = re.compile("[0-9A-Za-zÀ-ɏ]+")
_POINTED: Final = re.compile(r"[0-9][-'.][0-9]")  # 3.5mm is a number, and not 35mm
_LETTERS: Final = re.compile("[A-Za-zÀ-ɏ]+")
_CHUNK: Final = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+|&")
_AND: Final = ("앤", "앤드")


def usual(latin: str) -> str | None:
    """Return how a word is usually spelled in Hangul; None where only its letters tell."""
    word = _plain(latin).lower()
    if word in WORDS:
        return WORDS[word][0]
    is_acronym = not (latin.isalpha() and re.search("[aeiouy]", word)) or (latin.isupper() and len(word) <= _ACRONYM)
    return next(iter(spoken_letters(word)), None) if is_acronym and len(word) <= _SPELLED else None


def sounds_like(latin: str, hangul: str) -> bool:
    """Tell whether Hangul syllables are a fair spelling of a Latin word, of its letters, or of a mix of them.

    Args:
        latin: A word or several, in any case; case and digits part it: ``ChatGPT``, ``iPhone``, ``MP3``.
        hangul: Syllables without spaces.
    """
    if not all(map(is_syllable, hangul)):
        return False
    heard = sounds(hangul)
    return len(heard) in _ends(_pieces(latin), heard, 0)


def usual_readings(text: str) -> Iterator[Reading]:
    """Yield how the Latin words of a clean text are usually spelled in Hangul, where that is known."""
    for start, end in _tokens(text):
        if (spoken := usual(text[start:end])) is not None:
            yield Reading(start, end, spoken)


def matches(text: str, other: str) -> Iterator[Reading]:
    """Find the Latin words of a text that the other text has in Hangul, whichever of them was written first.

    Args:
        text: A clean text; the readings are of its pieces.
        other: A clean text, with what they sound like.

    Yields:
        A reading of each word for each stretch of syllables that sounds like it, the longest first.
    """
    if not (tokens := list(_tokens(text))) or not (heard := _hear(other)).sounds:
        return
    scale = len(heard.sounds) / len(text) / _BLOCK
    found: dict[tuple[str, int], list[str]] = {}
    for start, end in tokens:
        key = token, block = text[start:end], int(start * scale)
        if key not in found:
            found[key] = heard.like(_pieces(token), block)
        for spoken in found[key]:
            yield Reading(start, end, spoken)


class _Heard(NamedTuple):
    """The Hangul of a text as sounds."""

    sounds: str
    """A bar stands for what is neither Hangul nor white space."""
    begins: dict[int, int]
    """For each place in the sounds where a syllable begins, its place in the syllables."""
    firsts: dict[str, list[int]]
    """For each sound the places where a syllable begins with it."""
    syllables: str

    def like(self, pieces: list[list[_Way]], block: int) -> list[str]:
        """Return the different stretches of syllables that sound like a token, of those in a block or beside it."""
        found = set()
        for first in _firsts(pieces):
            places = self.firsts.get(first, [])
            for start in places[bisect_left(places, (block - 1) * _BLOCK) : bisect_left(places, (block + 2) * _BLOCK)]:
                for end in _ends(pieces, self.sounds, start):
                    if end in self.begins:
                        found.add(self.syllables[self.begins[start] : self.begins[end]])
        return sorted(found, key=lambda spoken: (-len(spoken), spoken))


def _hear(text: str) -> _Heard:
    parts: list[str] = []
    begins: dict[int, int] = {}
    firsts: dict[str, list[int]] = {}
    syllables = "".join(text.split())
    at = 0
    for place, char in enumerate(syllables):
        begins[at] = place
        if is_syllable(char):
            parts.append(sounds(char))
            firsts.setdefault(parts[-1][0], []).append(at)
        else:
            parts.append("|")
        at += len(parts[-1])
    begins[at] = len(syllables)
    return _Heard("".join(parts) if firsts else "", begins, firsts, syllables)


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Find the Latin tokens of a text, and their parts."""
    for token in _TOKEN.finditer(text):
        spans = {token.span(): None}
        if not token[0].isalpha():
            if not _POINTED.search(token[0]):  # v1 of v1.2 is no word
                spans.update((part.span(), None) for part in _WORD.finditer(text, *token.span()))
            spans.update((part.span(), None) for part in _LETTERS.finditer(text, *token.span()))
        yield from (span for span in spans if _LETTER.search(text, *span) and not _POINTED.search(text, *span))


def _plain(latin: str) -> str:
    """Return a token in ASCII, and without what joins its parts."""
    return re.sub("[-'.]", "", unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode())


@lru_cache(maxsize=4096)
def _pieces(latin: str) -> list[list[_Way]]:
    """Return the pieces of a token, and for each the ways to say it."""
    if len(latin) > _LONGEST:
        return []
    word = _plain(latin)
    if word.lower() in WORDS:
        return [_ways(word)]
    return [_ways(chunk) for part in re.split("[-'. ]", latin) for chunk in _CHUNK.findall(_plain(part))]


def _ways(chunk: str) -> list[_Way]:
    if chunk.isdigit():
        return [[_spelled(numbers(chunk))]]
    if chunk == "&":
        return [[_spelled(_AND)]]
    word = chunk.lower()
    if word in WORDS:
        ways = [[_spelled(WORDS[word])]]
    elif len(word) > 1 and not _is_consonants(word):
        ways = [graphemes(word), romanized(word), *_compounds(word)]
    else:
        ways = []
    if len(word) <= _SPELLED or chunk.isupper():
        ways.append(_letters(word))
    return [way for way in ways if way]


def _compounds(word: str) -> Iterator[_Way]:
    """Return the ways to say a word that has a known one, or an acronym, at its start or its end."""
    for at in range(2, len(word)):
        head, tail = word[:at], word[at:]
        if tail == "s":
            yield [*_simple(head)[:-1], _plurals(_simple(head)[-1])]
        elif (_is_part(head) and len(tail) >= _PART) or _is_part(tail) or _is_acronym(tail):
            yield [*_linked(_simple(head)), *_simple(tail)]


def _is_part(word: str) -> bool:
    return word in PARTS or (len(word) >= _PART and word in WORDS)


def _simple(word: str) -> _Way:
    """Return how a part of a compound is said."""
    if word in WORDS and (len(word) >= _PART or word in ACRONYMS):
        return [_spelled(WORDS[word])]
    return _letters(word) if _is_acronym(word) else graphemes(word)


def _is_acronym(word: str) -> bool:
    return word in ACRONYMS or _is_consonants(word)


def _is_consonants(word: str) -> bool:
    return len(word) > 1 and not re.search("[aeiouy]", word)


def _letters(word: str) -> _Way:
    return [_spelled(LETTERS[letter]) for letter in word]


def _spelled(spellings: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(sounds, spellings))


def _linked(way: _Way) -> _Way:
    """Let a final ㄹ double, as it does before a vowel: 모델 and 모델링."""
    return [*way[:-1], (*way[-1], *(said + "r" for said in way[-1] if said.endswith("L")))]


def _plurals(spelled: tuple[str, ...]) -> tuple[str, ...]:
    """Return how plurals are spelled: 서버스, 서버즈; 업데이트스, 업데이츠."""
    ends = [said + end for said in spelled for end in ("sx", "jx")]
    return (*ends, *(said.removesuffix("tx") + "cx" for said in spelled if said.endswith("tx")))


def _ends(pieces: list[list[_Way]], heard: str, start: int) -> set[int]:
    """Return where in the sounds that are heard a token may end that begins at a place."""
    ends = {start} if pieces else set()
    for ways in pieces:
        ends = set().union(*(_follow(way, heard, ends) for way in ways))
    return ends - {start}


def _follow(way: _Way, heard: str, ends: set[int]) -> set[int]:
    for spellings in way:
        ends = {end + len(said) for end in ends for said in spellings if heard.startswith(said, end)}
        if not ends:
            break
    return ends


def _firsts(pieces: list[list[_Way]]) -> set[str]:
    """Return the sounds that a token may begin with."""
    firsts: set[str] = set()
    for way in pieces[0] if pieces else ():
        for spellings in way:
            firsts.update(said[:1] for said in spellings)
            if "" not in spellings:
                break
    return firsts - {""}
