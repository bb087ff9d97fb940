"""What must be said right in an English text: numbers, negations, opposites."""
# ruff: noqa: SIM905 - a table reads best as words

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.readings.base import Critical
from progresskit.audio.readings.en_calendar import MONTHS, WEEKDAYS
from progresskit.audio.readings.en_opposites import OPPOSITES
from progresskit.audio.readings.en_romans import romans
from progresskit.audio.readings.en_sounds import sound
from progresskit.audio.readings.en_tables import COMPASS
from progresskit.audio.readings.en_units import CURRENCIES, UNIT_WORDS, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["criticals", "word_criticals"]

_TOKEN: Final = re.compile(
    r"(?P<word>[^\W_]+(?:(?:'(?=[A-Za-z])|(?<=[0-9])[.,:/~-](?=[0-9]))[^\W_]+)*)"
    rf"|(?P<sign>[{''.join(code for code in CURRENCIES if len(code) == 1)}%\u00b0])"
)
_NUMBERS: Final = frozenset(
    "zero nought one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand "
    "thousands million millions billion billions trillion trillions dozen dozens half halves quarter quarters third "
    "thirds fourth fourths fifth fifths sixth sixths seventh sevenths eighth eighths ninth ninths tenth tenths "
    "first second eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
    "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth hundredths thousandth "
    "thousandths millionth billionth twenties thirties forties fifties sixties seventies eighties nineties "
    "twice thrice double triple quadruple few several".split()
)
_DIGIT: Final = re.compile("[0-9]")
_SIGN: Final = re.compile(r"(?:^|[\W_])(-?\.?)$")
_SIGN_KINDS: Final = {
    "%": "unit",
    "\u00b0": "unit",
    **dict.fromkeys((c for c in CURRENCIES if len(c) == 1), "currency"),
}
_BETWEEN: Final = frozenset("point dot oh o to past after till until through over by times plus dash slash".split())
"""What belongs to a number where it stands between two words of it."""
_SCALES: Final = frozenset("cfk")
_EACH: Final = frozenset({"per", "a", "an"})
"""What joins two units."""
_MINUS: Final = frozenset({"minus", "negative"})
_CODES: Final = frozenset(code for code in CURRENCIES if code.isalpha())
_UNITS: Final = frozenset(unit for unit in UNITS if unit.isalpha()) - set("A B N J t in mo mos cal pt".split())
_NEGATIONS: Final = frozenset(
    "not never no none nobody nothing nowhere neither nor cannot without cant wont dont doesnt didnt isnt arent wasnt "
    "werent havent hasnt hadnt wouldnt couldnt shouldnt mustnt neednt shant aint mightnt dunno noone "
    "hardly barely scarcely seldom rarely".split()
)
_OPPOSITES_BY_SOUND: Final = {sound(word): opposite for word, opposite in OPPOSITES.items()}
_WHEN: Final = frozenset("in of by since until last next this early late mid during every".split())
_ALSO_WORDS: Final = frozenset({"may", "march"})
_PERIODS: Final = frozenset(
    "week weekend month quarter year morning afternoon evening spring summer autumn winter".split()
)
_LETTERED: Final = frozenset(
    "zone gate terminal plan block section grade vitamin type option exhibit hall wing team group class building "
    "appendix part platform row seat level phase hepatitis lane pier dock area sector stage side unit door button "
    "schedule".split()
)
"""What is told apart by letters: after one of these a letter is a name."""
_POINT: Final = re.compile(r"(?<![^\W_])([NSEW])\.(?= [A-Z])")
_OFTEN: Final = frozenset({"a", "per", "every", "daily"})
_SHORTEST_NAME: Final = 5
"""Letters of a month's or weekday's full name, but for two."""

_HALF: Final = re.compile(
    r"(?:(?<![^\W_])(?P<alone>[aApP])(?:\.\s?|\s)?|(?<=[0-9])(?P<attached>[aApP]))[mM](?![^\W_])\.?"
)
_HOUR_BEFORE: Final = re.compile(
    r"(?:[0-9]|clock|[a-z](?:ty|teen)|ten|eleven|twelve|one|two|three|four|five|six|seven|eight|nine)\s*$",
    re.IGNORECASE,
)
_NUMBER_AFTER: Final = re.compile(r"\s*(?:[0-9]|(?:one|two|three|four|five|six|seven|eight|nine|ten)\b)", re.IGNORECASE)


class _Token(NamedTuple):
    """A word, numeral or sign, and what part it may take in a number."""

    kind: str
    word: str
    start: int
    end: int
    is_near: bool
    """Whether nothing but a space, a hyphen or a stroke stands before it."""


def criticals(text: str) -> list[Critical]:
    """Return what must be said right in an English text, in order."""
    tokens = list(_tokens(text))
    numbers = list(_numbers(tokens))
    counted = {at for number in numbers for at in range(number.start, number.end)}
    words = [
        word for word in _words(tokens) if word.is_sound or word.start not in counted
    ]  # "three days" is one change
    found = [*numbers, *words, *_compass_points(text), *_halves(text)]
    found += (Critical(roman.start, roman.end, "number") for roman in romans(text))
    return sorted(found)


def word_criticals(text: str) -> Iterator[Critical]:
    """Return those of an English text that are words: its negations, and its opposites but for AM and PM."""
    return _words(list(_tokens(text)))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    last = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        written = match.group()
        lowered = written.lower()
        if written.isalpha():
            kind = (
                _KIND_OF.get(lowered)
                or ("label" if written == "A" else "")
                or ("unit" if written in _UNITS else "currency" if written in _CODES else "")
            )
        elif _DIGIT.search(written):
            kind = "number"
            start -= _sign_before(text, start)
        else:
            kind = _SIGN_KINDS.get(written[0]) or _KIND_OF.get(lowered.replace("'", ""), "")
        if lowered in _SCALES and tokens and tokens[-1].word == "\u00b0":
            kind = "unit"
        is_near = (start - last == 1 and text[last] in " -/") or not text[last:start].strip(" -\n\t")
        tokens.append(_Token(kind, lowered, start, end, is_near))
        last = end
    return tokens


def _sign_before(text: str, start: int) -> int:
    """Return how many characters of sign and leading point stand before a number."""
    sign = _SIGN.search(text, max(0, start - 3), start)
    return len(sign[1]) if sign else 0


def _numbers(tokens: Sequence[_Token]) -> Iterator[Critical]:
    """Yield the numbers, each with the words that belong to it, and the names of months and days."""
    until = 0
    for at, token in enumerate(tokens):
        if at < until:
            continue
        if token.kind == "number":
            first, until = _begin(tokens, at), _end(tokens, at)
            yield Critical(tokens[first].start, tokens[until - 1].end, "number")
        elif token.kind == "date" and _says_when(tokens, at):
            yield Critical(token.start, token.end, "number")


def _begin(tokens: Sequence[_Token], at: int) -> int:
    while at and tokens[at].is_near and tokens[at - 1].kind in {"currency", "minus"}:
        at -= 1
    return at


def _end(tokens: Sequence[_Token], at: int) -> int:
    at += 1
    while at < len(tokens) and tokens[at].is_near:
        token, following = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
        joins = (
            following is not None
            and following.is_near
            and (
                (token.kind in {"between", "minus"} and following.kind in {"number", "between"})
                or (token.word in _EACH and (tokens[at - 1].kind, following.kind) == ("unit", "unit"))
            )
        )
        if not joins and token.kind not in {"number", "unit", "currency"}:
            break
        at += 1
    return at


def _says_when(tokens: Sequence[_Token], at: int) -> bool:
    """Tell whether the name of a month or day is one: a full name, or one beside a number."""
    word = tokens[at].word
    if (len(word) >= _SHORTEST_NAME and word not in _ALSO_WORDS) or word in {"june", "july"}:
        return True
    for step in (-1, 1):
        beside = at + step
        if 0 <= beside < len(tokens) and tokens[beside].word in {"of", "the"}:
            beside += step
        if 0 <= beside < len(tokens) and tokens[beside].kind == "number":
            return True
    return word in _ALSO_WORDS and at > 0 and tokens[at - 1].word in _WHEN


def _words(tokens: Sequence[_Token]) -> Iterator[Critical]:
    """Yield the negations and the opposites."""
    for at, token in enumerate(tokens):
        word, start, end = token.word, token.start, token.end
        if word.replace("'", "") in _NEGATIONS or word.endswith(("n't", "n't've")):
            yield Critical(start, end, "negation")
        elif word in OPPOSITES and word not in {"am", "pm"}:
            yield Critical(start, end, "opposite", *OPPOSITES[word])
        elif (like := _OPPOSITES_BY_SOUND.get(sound(word))) and word not in OPPOSITES:
            yield Critical(start, end, "opposite", *like, is_sound=True)
        elif _names_one(tokens, at):
            yield Critical(start, end, "number")
        elif word == "this" and at + 1 < len(tokens) and _is_period(tokens[at + 1]):
            yield Critical(start, end, "opposite", OPPOSITES["next"][0], word)


def _names_one(tokens: Sequence[_Token], at: int) -> bool:
    """Tell whether a word is as good as a number: once a day, every other day, Zone B."""
    word, before = tokens[at].word, tokens[at - 1].word if at else ""
    if word == "once":
        return at + 1 < len(tokens) and tokens[at + 1].word in _OFTEN
    if word == "other":
        return before == "every"
    is_letter = (
        len(word) == 1 and word.isalpha() and word not in {"i", "o"} and (word != "a" or tokens[at].kind == "label")
    )
    return is_letter and before in _LETTERED


def _is_period(token: _Token) -> bool:
    return token.kind == "date" or token.word in _PERIODS


def _compass_points(text: str) -> Iterator[Critical]:
    """Yield the points of the compass that are one letter: N. Korea."""
    for match in _POINT.finditer(text):
        yield Critical(*match.span(), "opposite", *OPPOSITES[COMPASS[match[1].lower()]])


def _halves(text: str) -> Iterator[Critical]:
    """Yield AM and PM; ``am`` in small letters is one only after an hour."""
    for match in _HALF.finditer(text):
        is_of_hour = match["attached"] or _HOUR_BEFORE.search(text, max(0, match.start() - 12), match.start())
        if is_of_hour or not (match[0] == "am" or _NUMBER_AFTER.match(text, match.end())):  # PM 2.5
            half = (match["alone"] or match["attached"]).lower()
            yield Critical(*match.span(), "opposite", *OPPOSITES[f"{half}m"])


_KIND_OF: Final = {
    **dict.fromkeys([*MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS.values())], "date"),
    **dict.fromkeys(UNIT_WORDS - _EACH, "unit"),
    **dict.fromkeys(_BETWEEN, "between"),
    **dict.fromkeys(_MINUS, "minus"),
    **dict.fromkeys(_NUMBERS, "number"),
}
