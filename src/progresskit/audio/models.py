"""What the correction loop takes and gives: sound, transcripts, takes, budgets and results. All immutable."""

from __future__ import annotations

import math
import operator
import sys
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from progresskit.audio.wav import CHANNELS, RATES, Pcm, read_wav, write_wav

if TYPE_CHECKING:
    from collections.abc import Sequence

    from progresskit.audio.checks import Flaw
    from progresskit.audio.scoring import Score, Verdict

__all__ = ["Audio", "Budget", "Report", "Sentence", "Take", "Transcript", "VerifiedAudio", "bytes_of", "join_takes"]

_WAV: Final = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})
_PCM: Final = "audio/pcm"
# How the formats that voices give begin: (offset, bytes, media type).
_SIGNATURES: Final = (
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftyp", "audio/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "audio/webm"),
)


@dataclass(frozen=True)
class Audio:
    """Sound as a backend made it: never decoded, never encoded again.

    Attributes:
        data: The file; empty where only a URL is known.
        media_type: What it is. ``audio/wav`` and ``audio/pcm`` (signed 16 bits, little-endian, needs
            ``sample_rate``) can be measured and joined; anything else is carried as it is.
        sample_rate: Frames per second, 1,000 to 768,000; None = not known (read from a WAV header).
        channels: Samples per frame, 1 to 16; None = not known (read from a WAV header; 1 for PCM).
        url: Where it can be had; None = nowhere. It is never fetched.

    Raises:
        ValueError: There is neither data nor url, or a number is none that a sound has.
        TypeError: ``data`` is no bytes, a text no text, or a number no whole one.
    """

    data: bytes = field(default=b"", repr=False)
    media_type: str = "audio/wav"
    _: KW_ONLY
    sample_rate: int | None = None
    channels: int | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        _check_kind("data", self.data, bytes, "bytes")
        _check_kind("media_type", self.media_type, str, "a str")
        _check_kind("url", self.url, str | None, "a str, or None")
        if not self.data and not self.url:
            msg = "an Audio has neither data nor url: give one of them"
            raise ValueError(msg)
        # Fields of a frozen dataclass are set so; what a header says is part of what the bytes are.
        for name, known in (("sample_rate", RATES), ("channels", CHANNELS)):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, _one_of(known, name, value))
        if (sound := self._measured()) is not None:
            object.__setattr__(self, "sample_rate", self.sample_rate or sound.sample_rate)
            object.__setattr__(self, "channels", self.channels or sound.channels)

    @property
    def duration_s(self) -> float | None:
        """Length in seconds; None where it can't be told for sure: another format, a broken file, only a URL."""
        sound = self._measured()
        return None if sound is None else sound.duration_s

    @property
    def kind(self) -> str:
        """The media type in lower case, without its parameters; all names of WAV are ``audio/wav``."""
        bare = self.media_type.partition(";")[0].strip().lower()
        return "audio/wav" if bare in _WAV else bare

    def pcm(self) -> Pcm | None:
        """Return the uncompressed sound; None where it isn't WAV or PCM, or only a URL is known.

        Raises:
            ValueError: A WAV or PCM file is broken; the message says how.
        """
        if not self.data:
            return None
        if self.kind == "audio/wav":
            return read_wav(self.data)
        if self.kind != _PCM or self.sample_rate is None:
            return None
        channels = self.channels or 1
        if len(self.data) % (2 * channels):
            msg = f"it is truncated: {len(self.data)} bytes are no whole number of frames of {2 * channels}"
            raise ValueError(msg)
        return Pcm(self.sample_rate, channels, 2, is_float=False, frames=memoryview(self.data))

    def _measured(self) -> Pcm | None:
        try:
            return self.pcm()
        except ValueError:
            return None


def _check_kind(name: str, value: Any, kind: Any, wanted: str) -> None:
    if not isinstance(value, kind):
        msg = f"{name} is a {type(value).__name__}: give {wanted}"
        raise TypeError(msg)


def _one_of(known: range, name: str, value: Any) -> int:
    """Return a whole number, of any library's type, that is one of these."""
    msg = f"{name} {value!r} is not valid: give {known[0]} to {known[-1]}, or None where it isn't known"
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(msg) from None
    if isinstance(value, bool):
        raise TypeError(msg)
    if number not in known:
        raise ValueError(msg)
    return number


def number_of(given: Any) -> float | None:
    """Return a number of any library's type; None where it is none, or exceeds any float."""
    try:
        return float(given)
    except Exception:  # noqa: BLE001 - of a library that has its own errors for "not one number"
        return None


def bytes_of(given: Any, giver: str) -> bytes:
    """Return the bytes that a user's function gave.

    Args:
        given: What it gave.
        giver: Which it is, for the error.

    Raises:
        TypeError: It is no bytes. (``bytes(5)`` would be five zeros.)
    """
    if not isinstance(given, bytes | bytearray | memoryview):
        msg = f"{giver} gave a {type(given).__name__}: return bytes"
        raise TypeError(msg)
    return bytes(given)


def media_type_of(data: bytes) -> str:
    """Return the media type that a file's first bytes show; ``application/octet-stream`` where they show none."""
    for at, signature, media_type in _SIGNATURES:
        if data.startswith(signature, at):
            return media_type
    # An MPEG frame begins with eleven set bits; the layer after them is never 0 in MP3.
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 in {0xE2, 0xE4, 0xE6}:  # noqa: PLR2004 - bit masks
        return "audio/mpeg"
    return "application/octet-stream"


def join_takes(takes: Sequence[Audio]) -> Audio:
    """Return takes of one format as one, sample by sample; a single take as it is.

    Raises:
        ValueError: They can't be joined without re-encoding; the message says why.
    """
    if len(takes) == 1:
        return takes[0]
    sounds = [sound for sound in (take.pcm() for take in takes) if sound is not None]
    kinds = {take.kind for take in takes}
    if len(sounds) != len(takes) or len(kinds) != 1:
        msg = f"takes of {', '.join(sorted(kinds))} can't be joined without re-encoding"
        raise ValueError(msg)
    joined = write_wav(sounds)
    if kinds != {_PCM}:
        return Audio(joined, "audio/wav")
    first = takes[0]
    data = b"".join(take.data for take in takes)
    return Audio(data, first.media_type, sample_rate=first.sample_rate, channels=first.channels)


@dataclass(frozen=True)
class Transcript:
    """What a recogniser heard.

    Attributes:
        text: The words; empty where it heard none.
        language: BCP 47 tag, where the recogniser says it.
        confidence: 0 to 1, where the recogniser says it.

    Raises:
        TypeError: ``text`` or ``language`` is no text, or ``confidence`` no number.
    """

    text: str
    _: KW_ONLY
    language: str | None = None
    confidence: float | None = None

    def __post_init__(self) -> None:
        _check_kind("text", self.text, str, "a str")
        _check_kind("language", self.language, str | None, "a str, or None")
        if self.confidence is not None:
            if (confidence := number_of(self.confidence)) is None:
                msg = f"confidence is a {type(self.confidence).__name__}: give a number from 0 to 1, or None"
                raise TypeError(msg)
            object.__setattr__(self, "confidence", confidence)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What one call of the loop may use; None = no limit of its own.

    Attributes:
        attempts: Takes per sentence. The lower of this and ``max_attempts`` counts.
        seconds: Wall time. When it is over no take begins, and a call under way is given up.
        characters: Characters sent to the TTS, repeated calls included: what vendors bill.

    Raises:
        ValueError: A limit isn't a positive number, or not a whole one where it counts.
    """

    attempts: int | None = None
    seconds: float | None = None
    characters: int | None = None

    def __post_init__(self) -> None:
        longest_s = sys.float_info.max  # a whole number may be larger, and no clock can count so far
        limits = (("attempts", int, math.inf), ("seconds", int | float, longest_s), ("characters", int, math.inf))
        for name, kinds, most in limits:
            value = getattr(self, name)
            if value is None:
                continue
            if not isinstance(value, kinds) or isinstance(value, bool) or not 0 < value <= most:
                msg = f"{name} {value!r} is no budget: give a positive number, whole where it counts, or None"
                raise ValueError(msg)


@dataclass(frozen=True, kw_only=True)
class Take:
    """One synthesis of one sentence, and what was heard of it.

    Attributes:
        attempt: Which take of its sentence: 1, 2, …
        spoken: The text that was given to the TTS.
        strategy: The name of the strategy that asked for it; empty for the first take.
        voice: The other voice that spoke it, by its id or name; empty for the one that the loop was asked for.
        audio: The sound.
        transcript: What was heard; empty where nothing was, or where nobody listened. Of several hearings what
            counted: of each word the hearing that has it right, where one has.
        hearings: What was heard each time, in order.
        accuracy: 0 to 1; None where the sentence has nothing to verify.
        verdict: ``passed``, ``failed`` or ``unheard``; None where the sentence has nothing to verify.
        wrong_words: Words of the sentence that weren't heard.
        flaw: Why nobody listened to it (``silent``, ``too short``, ``too long``, ``clipped``, ``identical``); None
            where one did.
        score: The scorer's full answer, where it gives more than a number.
    """

    attempt: int
    spoken: str
    strategy: str = ""
    voice: str = ""
    audio: Audio
    transcript: str = ""
    hearings: tuple[str, ...] = ()
    accuracy: float | None = None
    verdict: Verdict | None = None
    wrong_words: tuple[str, ...] = ()
    flaw: Flaw | None = None
    score: Score | None = None


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One part of the text, and what became of it. The parts' texts join to the whole text.

    Attributes:
        text: The part, with the white space after it.
        takes: All takes, in the order in which they were made.
        best: The take that is published; None where there is none.
        reason: Why no further take was made although none passed: ``identical_takes``, ``same_words_failed``,
            ``target_unreachable`` or ``budget``; empty where one passed.
        detail: The reason in words, for people.
    """

    text: str
    takes: tuple[Take, ...] = ()
    best: Take | None = None
    reason: str = ""
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether the best take passed, or the part was spoken and has nothing to verify."""
        return self.best is not None and self.best.verdict in {"passed", None}

    @property
    def verdict(self) -> Verdict | None:
        """The best take's verdict; None where there is none."""
        return self.best.verdict if self.best else None

    @property
    def audio(self) -> Audio | None:
        """The best take's sound."""
        return self.best.audio if self.best else None

    @property
    def transcript(self) -> str:
        """What was heard of the best take."""
        return self.best.transcript if self.best else ""

    @property
    def accuracy(self) -> float | None:
        """The best take's accuracy; None where there is nothing to verify, or no take."""
        return self.best.accuracy if self.best else None

    @property
    def attempts(self) -> int:
        """How many takes were made."""
        return len(self.takes)

    @property
    def wrong_words(self) -> tuple[str, ...]:
        """The words that weren't heard in the best take."""
        return self.best.wrong_words if self.best else ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one call of the loop did.

    Attributes:
        target: The accuracy that was asked for.
        first_pass_rate: The share of sentences whose first take passed, of those that have words.
        attempts: The most takes that any sentence needed.
        takes: Takes made.
        cached: Takes that came from the cache; they count among the takes, and not among the characters.
        retries: Backend calls that were repeated after an error; they are no takes.
        characters: Characters sent to the TTS.
        audio_s: Seconds of sound of all takes, where they tell.
        tts_s: Seconds spent in the TTS, over all calls.
        stt_s: Seconds spent in the STT, over all calls.
        elapsed_s: Seconds of wall time.
    """

    target: float
    first_pass_rate: float
    attempts: int
    takes: int
    cached: int
    retries: int
    characters: int
    audio_s: float
    tts_s: float
    stt_s: float
    elapsed_s: float


class VerifiedAudio(dict[str, Any]):
    """The result of the loop: a ``dict`` of ``audio_url``, ``accuracy`` and ``attempts``, with more as attributes.

    So a Celery task may return it, and ``json.dumps`` writes the three.

    Attributes:
        audio: The whole text's sound; None where the takes can't be joined, or some sentence has none.
        segments: The published takes, in the order of the text.
        sentences: The parts of the text, with all their takes.
        report: What it took.
        passed: Whether every sentence is verified.
    """

    audio: Audio | None
    segments: tuple[Audio, ...]
    sentences: tuple[Sentence, ...]
    report: Report
    passed: bool

    def __init__(
        self,
        *,
        audio_url: str | None,
        accuracy: float,
        attempts: int,
        audio: Audio | None,
        sentences: Sequence[Sentence],
        report: Report,
    ) -> None:
        super().__init__(audio_url=audio_url, accuracy=accuracy, attempts=attempts)
        self.audio = audio
        self.sentences = tuple(sentences)
        self.segments = tuple(each.audio for each in self.sentences if each.audio is not None)
        self.report = report
        self.passed = all(each.passed for each in self.sentences)

    @property
    def audio_url(self) -> str | None:
        """Where the sound is: the backend's URL, or what ``store`` returned; None where neither is there."""
        url: str | None = self["audio_url"]
        return url

    @property
    def accuracy(self) -> float:
        """How much of the whole text was heard: 0 to 1."""
        accuracy: float = self["accuracy"]
        return accuracy

    @property
    def attempts(self) -> int:
        """The most takes that any sentence needed."""
        attempts: int = self["attempts"]
        return attempts
