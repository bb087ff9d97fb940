"""Strategies: how a sentence that failed is spoken the next time.

    >>> Respell({"McAdam": "Mick Adam"}).respelled("Meet McAdam at NASA.", ["McAdam", "NASA"], "en")
    'Meet Mick Adam at N A S A.'

Each is a small object that looks at one sentence, with all its takes, and says how to make the next one, or
that it has nothing to offer. What is spoken is the strategy's affair; what is verified is always the sentence
itself. None calls a backend, reads a clock or keeps a state, so one object serves any number of loops.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from progresskit.audio.backends import Voice
from progresskit.audio.identity import name_of
from progresskit.audio.languages import base_language, language_of
from progresskit.audio.normalize import clean
from progresskit.audio.readings import readings_of
from progresskit.audio.relisten import Relisten
from progresskit.audio.spoken import spoken_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from progresskit.audio.backends import TTS
    from progresskit.audio.models import Sentence, Take

__all__ = ["OtherVoice", "Resample", "Respell", "Retake", "SpokenForm", "Strategy", "chosen"]


_LATIN: Final = re.compile("[A-Za-z]")
_CAPITALS: Final = re.compile("[A-Z]{2,5}")
"""An acronym. What is longer is a word that is shouted."""
_PARTS: Final = re.compile(
    "(?<=[a-z])(?=[A-Z])"  # Chat|GPT
    "|(?<=[A-Z])(?=[A-Z][a-z])"  # HTTP|Server
    "|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Z])"  # MP|3, 4|K; but 3rd
)


_CONTRACTION: Final = re.compile(r"(?:(?<!ai)n['\u2019]t|['\u2019](?:re|ll|ve|m))\Z", re.IGNORECASE)
"""The end of a word that stands for two, whoever says it: ``'s`` and ``'d`` may be one of several."""


@dataclass(frozen=True)
class Retake:
    """How the next take of a sentence is made.

    Attributes:
        spoken: The text that the voice is given.
        voice_id: Another voice of the TTS; None = the one that the loop was asked for.
        tts: Another TTS; None = the loop's own.

    Raises:
        TypeError: ``spoken`` or ``voice_id`` is no text.
    """

    spoken: str
    voice_id: str | None = None
    tts: TTS | Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.spoken, str) or not isinstance(self.voice_id, str | None):
            msg = f"a retake of {self.spoken!r} with the voice {self.voice_id!r} can't be made: give each as a str"  # type: ignore[unreachable]
            raise TypeError(msg)

    @property
    def voice(self) -> str:
        """The other voice, by its id or name; empty for the loop's own."""
        return " ".join(filter(None, [name_of(self.tts) if self.tts is not None else None, self.voice_id]))


class Strategy(Protocol):
    """A way to speak a sentence that failed."""

    @property
    def name(self) -> str:
        """What a take is said to come from; no two strategies of one loop share it."""
        ...

    def retake(self, sentence: Sentence, language: str | None) -> Retake | None:
        """Say how the next take is made.

        Pure: the same sentence gets the same answer.

        Args:
            sentence: What failed, with all its takes so far, one at least; ``best`` is the best of them.
            language: BCP 47 tag, as the loop was given it.

        Returns:
            None where it has nothing to offer for this sentence.
        """
        ...


class Resample:
    """Speak what did best so far once more: no voice is at its best each time.

    Of several texts one that doesn't fail in the same words each time is preferred.

    It has nothing to offer where two takes were the same, byte for byte: such a voice says it the same way each time.
    """

    name: Final = "new take"

    def retake(self, sentence: Sentence, language: str | None) -> Retake | None:  # noqa: ARG002 - as all are called
        """Offer the text of the best take again."""
        if any(take.flaw == "identical" for take in sentence.takes):
            return None
        return Retake(_promising(sentence))


class SpokenForm:
    """Speak numbers, dates, money and abbreviations written out, as one would say them.

    Args:
        form: Writes a text out: ``(text, language) -> text``. None = :func:`~progresskit.audio.spoken_form`.
    """

    name: Final = "spoken form"

    def __init__(self, form: Callable[[str, str | None], str] | None = None) -> None:
        self._form = form or spoken_form

    def retake(self, sentence: Sentence, language: str | None) -> Retake | None:
        """Offer the written-out text, once."""
        return _unspoken(sentence, self._form(sentence.text.strip(), language))


class Respell:
    """Spell those words another way that weren't heard, and those alone.

    A word of the table is spelled as that says. Of the others, hyphens become spaces; ``ChatGPT`` and ``MP3`` are
    parted where letters change their case or meet digits, and capitals that stand alone are spelled, letter by letter;
    in English ``isn't`` becomes ``is not``, in Korean a Latin word is written in Hangul.

    Args:
        table: Words, in any case, and how to spell them for the voice: ``{"nginx": "engine x"}``.
        form: Writes a word out in Korean; as in :class:`SpokenForm`.

    Raises:
        TypeError: The table holds what is no text.
    """

    name: Final = "respelling"

    def __init__(
        self, table: Mapping[str, str] | None = None, *, form: Callable[[str, str | None], str] | None = None
    ) -> None:
        for pair in (table or {}).items():
            if not all(isinstance(each, str) for each in pair):
                msg = f"{pair!r} is no respelling: give a word and its spelling, each as a str"
                raise TypeError(msg)
        self._table = {word.casefold(): spelling for word, spelling in (table or {}).items()}
        self._form = form or spoken_form

    def retake(self, sentence: Sentence, language: str | None) -> Retake | None:
        """Offer the text that did best so far, its wrong words respelled; the sentence's own, where it has none."""
        for text in (_promising(sentence), sentence.text.strip()):
            respelled = self.respelled(text, sentence.wrong_words, language)
            if respelled != text:
                return _unspoken(sentence, respelled)
        return None

    def respelled(self, text: str, words: Iterable[str], language: str | None) -> str:
        """Return a text in which these words are spelled another way, wherever they stand alone."""
        base = base_language(language) or language_of(text)
        spellings = {word: self._table.get(word.casefold()) or self._safe(word, base) for word in words}
        if not spellings:
            return text
        longest_first = "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))
        return re.sub(rf"(?<!\w)(?:{longest_first})(?!\w)", lambda match: spellings[match[0]], text)

    def _safe(self, word: str, language: str | None) -> str:
        if language == "ko" and _LATIN.search(word):
            return self._form(word, "ko")
        if language in {None, "en"} and _CONTRACTION.search(word):
            return _in_full(word)
        parts = _PARTS.sub(" ", word.replace("-", " ")).split()
        return " ".join(" ".join(part) if _CAPITALS.fullmatch(part) else part for part in parts)


class OtherVoice:
    """Have another voice speak what did best so far.

    Args:
        voice: The id of another voice of the loop's TTS, or another TTS: an object with ``synthesize``, or a callable.

    Raises:
        TypeError: It is no TTS that the loop could call.
    """

    def __init__(self, voice: str | TTS | Callable[..., Any]) -> None:
        self._voice = voice
        self.other = None if isinstance(voice, str) else Voice(voice)

    @property
    def name(self) -> str:
        """``other voice``, and which."""
        return f"other voice {self._voice if isinstance(self._voice, str) else name_of(self._voice)}"

    def retake(self, sentence: Sentence, language: str | None) -> Retake | None:  # noqa: ARG002 - as all are called
        """Offer the text of the best take, in the other voice."""
        spoken = _promising(sentence)
        if isinstance(self._voice, str):
            return Retake(spoken, voice_id=self._voice)
        return Retake(spoken, tts=self._voice)


def chosen(strategies: Sequence[Strategy | Relisten] | None) -> tuple[list[Strategy], list[Relisten]]:
    """Return what makes new takes, and what has them heard again; None = the spoken form, a new take, a respelling.

    The spoken form comes first, where the text isn't that already: the same input tends to fail the same way.

    Raises:
        TypeError: One is no strategy.
        ValueError: Two share a name.
    """
    if strategies is None:
        return [SpokenForm(), Resample(), Respell()], []
    makers: list[Strategy] = []
    relistens: list[Relisten] = []
    for each in strategies:
        if isinstance(each, Relisten):
            relistens.append(each)
            continue
        is_named = isinstance(getattr(each, "name", None), str)
        if inspect.isclass(each) or not callable(getattr(each, "retake", None)) or not is_named:
            msg = f"{each!r} is no strategy: give an object with a name and a method retake(sentence, language)"
            raise TypeError(msg)
        if any(each.name == other.name for other in makers):
            msg = f"two strategies have the name {each.name!r}: give one of them another name"
            raise ValueError(msg)
        makers.append(each)
    return makers, relistens


def _promising(sentence: Sentence) -> str:
    """Return the text to build on: the one that did best of those that don't fail in the same words each time.

    A word that vetoes weighs more than any rate; of equals the last counts, which was tried least.
    """
    own = [take for take in sentence.takes if not take.voice] or list(sentence.takes)
    fresh = [take for take in own if not _is_stubborn(take.spoken, own)]
    best = min(reversed(fresh or own), key=_shortfall, default=None)
    return best.spoken if best is not None else sentence.text.strip()


def _in_full(word: str) -> str:
    """Return the two words that a contraction stands for."""
    written = clean(word)
    known = readings_of("en")
    for reading in known.readings(written) if known is not None else ():
        if (reading.start, reading.end) == (0, len(written)):
            return reading.spoken.capitalize() if word[0].isupper() else reading.spoken
    return word


def _is_stubborn(spoken: str, takes: Sequence[Take]) -> bool:
    *_, before, last = [None, None, *(take.wrong_words for take in takes if take.spoken == spoken)]
    return bool(last) and before == last


def _shortfall(take: Take) -> tuple[int, float]:
    return len(take.score.critical) if take.score is not None else 0, 1 - (take.accuracy or 0)


def _unspoken(sentence: Sentence, spoken: str) -> Retake | None:
    """Return a retake with this text, unless the loop's own voice has been given it before."""
    tried = {take.spoken for take in sentence.takes if not take.voice}
    return None if spoken in tried else Retake(spoken)
