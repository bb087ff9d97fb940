"""Hypothesis strategies: events and sequences of them; texts to speak, and transcripts of them.

Needs the extra ``testing``; the strategies of speech need ``audio`` too, when they are asked for.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING, Any, Final, get_args

from progresskit import rules
from progresskit.errors import MissingDependencyError
from progresskit.events import (
    CompletedEvent,
    ErrorEvent,
    Event,
    ProgressEvent,
    Status,
    StatusEvent,
    encode_event,
    timestamp,
)

try:
    from hypothesis import strategies as st
except ImportError as error:
    _package = "hypothesis"
    raise MissingDependencyError.for_extra(_package, "testing") from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

    from progresskit.testing.speech_strategies import corruptions, equivalents, references, transcripts

__all__ = ["corruptions", "equivalents", "event_sequences", "events", "references", "transcripts"]

_SPEECH: Final = frozenset({"corruptions", "equivalents", "references", "transcripts"})

# What breaks careless code: right-to-left, combining marks, sequences of one glyph, what HTML and JSON escape.
_WORDS: Final = (
    "오디오 생성 중",
    "مرحبا",
    "בדיקה \u200fאחת",
    "नमस्ते",
    "สวัสดี",
    "音声を生成中…",
    "e\u0301",
    "👩\u200d👩\u200d👧\u200d👦",
    "\U0001d54f\U0010ffff",
    "<script>alert('1')</script>&amp;",
    '"\\/\b\f\n\r\t\u0000\u007f\u2028\u2029',
    "\ufeff",
    "null",
)
_FRACTIONS: Final = (0.0, 1.0, 0.5, 5e-324, 1 / 3, 0.1 + 0.2, 1 - 2**-53)
_NUMBERS: Final = (0, -0.0, -1, 2**53 + 1, 2**1023, -(2**63), 1e308, 5e-324, 1e-7, 0.1)
_DEEPEST: Final = 32


def _encodable() -> SearchStrategy[str]:
    return st.characters(exclude_categories=["Cs"])


def _text(limit: int, *, least: int = 0) -> SearchStrategy[str]:
    """Draw text that UTF-8 can carry; now and then as long as it may be."""
    words = [word for word in _WORDS if least <= len(word) <= limit]
    drawn = st.text(_encodable(), min_size=least, max_size=min(limit, 20))
    return drawn | st.sampled_from(words) | st.sampled_from(["가" * limit, "\u0001" * limit])


def _names() -> SearchStrategy[str]:
    """Draw names of tasks."""
    drawn = _text(rules.MAX_NAME_CHARS, least=1).map(lambda text: unicodedata.normalize("NFC", text))
    return drawn.filter(_is_task_name)


def _is_task_name(text: str) -> bool:
    try:
        rules.check_task_name(text)
    except ValueError:
        return False
    return True


def _ids() -> SearchStrategy[str]:
    """Draw run ids and part keys, none of which is the store's."""
    drawn = _text(rules.MAX_NAME_CHARS, least=1).filter(str.isprintable)
    return drawn.filter(lambda text: not text.startswith(rules.AUTO_RUN_PREFIX))


def _project_ids() -> SearchStrategy[str]:
    alphabet = "ABCXYZabcxyz0123456789._~-"
    return st.text(alphabet, min_size=1, max_size=rules.MAX_NAME_CHARS).filter(lambda text: text not in {".", ".."})


def _fractions() -> SearchStrategy[float]:
    return st.sampled_from(_FRACTIONS) | st.floats(0, 1)


def _json_values() -> SearchStrategy[Any]:
    scalars = (
        st.none()
        | st.booleans()
        | st.sampled_from(_NUMBERS)
        | st.integers(-(10**20), 10**20)
        | st.floats(allow_nan=False, allow_infinity=False)
        | _text(40)
    )
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text(40), inner, max_size=4), max_leaves=8
    )


def _json_objects() -> SearchStrategy[dict[str, Any]]:
    return st.dictionaries(_text(40), _json_values(), max_size=4) | st.just(_nested(_DEEPEST))


def _nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"": value}
    return value


def _timestamps() -> SearchStrategy[str]:
    moments = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(9999, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001 - bounds are naive, what is drawn isn't
    return moments.map(lambda moment: timestamp(moment.timestamp()))


def events(*, project_id: str | None = None, task_name: str | None = None) -> SearchStrategy[Event]:
    """Draw valid events as a sender makes them, of every kind.

    Text is of any script, numbers and sizes go to their limits, and nothing is filled in yet that the
    store fills in. Every one can be encoded.

    Args:
        project_id: The project of all of them; None = any.
        task_name: The task of all of them; None = any.
    """
    common: dict[str, SearchStrategy[Any]] = {
        "project_id": _project_ids() if project_id is None else st.just(project_id),
        "task_name": _names() if task_name is None else st.just(task_name),
        "run_id": st.none() | _ids(),
        "timestamp": _timestamps(),
        "message": st.none() | _text(rules.MAX_TEXT_CHARS),
        "metadata": st.none() | _json_objects(),
    }
    progress = st.none() | _fractions()
    stage = st.lists(_text(rules.MAX_NAME_CHARS, least=1), max_size=rules.MAX_STAGES)
    drawn: SearchStrategy[Event] = st.one_of(
        st.builds(
            ProgressEvent,
            **common,
            status=st.sampled_from(["in_progress", "started", "retrying"]),
            progress=progress,
            part=st.none() | st.tuples(_ids(), _fractions()),
            stage=st.none() | stage,
            eta_s=st.none() | st.floats(0, allow_infinity=False, allow_nan=False),
        ),
        st.builds(StatusEvent, **common, status=st.sampled_from(get_args(Status)), progress=progress),
        st.builds(CompletedEvent, **common, result=_json_values()),
        st.builds(
            ErrorEvent,
            **common,
            error=_text(rules.MAX_TEXT_CHARS),
            code=st.none() | _text(rules.MAX_NAME_CHARS),
            details=st.none() | _json_objects(),
        ),
    )
    return drawn.filter(_fits)


def _fits(event: Event) -> bool:
    try:
        encode_event(event)
    except ValueError:
        return False
    return True


def event_sequences(
    *,
    project_id: str = "campaign_001",
    task_names: Sequence[str] = ("audio_generation", "영상"),
    run_ids: Sequence[str | None] = (None, "r1", "r2", "r3"),
    max_size: int = 30,
) -> SearchStrategy[list[Event]]:
    """Draw what may reach a store, in this order: events of few tasks and runs that get in each other's way.

    Runs are interleaved, ended, taken up again, retried, queued late; some progress is of parts; some
    events name no run.

    Args:
        project_id: The project of all of them.
        task_names: The tasks to choose from.
        run_ids: The runs to choose from; None among them = some events name no run.
        max_size: Most events of a sequence.
    """
    common: dict[str, SearchStrategy[Any]] = {
        "project_id": st.just(project_id),
        "task_name": st.sampled_from(task_names),
        "run_id": st.sampled_from(run_ids),
        "message": st.sampled_from([None, "", "half", "끝"]),
        "metadata": st.sampled_from([None, None, {}, {"attempt": 1}, {"phase": "tts"}]),
    }
    progress = st.none() | _fractions()
    # Ends are rarer than in real life they would be among so few events: a run that is over refuses the rest.
    drawn: SearchStrategy[Event] = st.one_of(
        st.builds(
            ProgressEvent,
            **common,
            status=st.sampled_from(["in_progress", "in_progress", "started", "retrying"]),
            progress=progress,
            stage=st.sampled_from([None, ["tts"], ["mix", "down"]]),
            eta_s=st.sampled_from([None, 0.0, 12.5]),
        ),
        st.builds(
            ProgressEvent,
            **common,
            progress=progress,
            part=st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
        ),
        st.builds(StatusEvent, **common, status=st.sampled_from(get_args(Status)), progress=progress),
        st.builds(
            StatusEvent, **common, status=st.sampled_from(["queued", "queued", "started", "retrying", "stalled"])
        ),
        st.builds(CompletedEvent, **common, result=st.sampled_from([None, 1, {"url": "a.wav"}]))
        | st.builds(ErrorEvent, **common, error=st.sampled_from(["failed", "disk full"])),
    )
    # Left alone, hypothesis draws some five: too few for a run to be fenced and to come back.
    few = min(8, max_size)
    drawn_many = st.lists(drawn, max_size=few) | st.lists(drawn, min_size=few, max_size=max_size)
    return drawn_many.map(_one_after_the_other)


def _one_after_the_other(sequence: list[Event]) -> list[Event]:
    """Give each event its own time, a tenth of a second after the one before."""
    start_s = dt.datetime(2026, 11, 23, tzinfo=dt.UTC).timestamp()
    return [
        event.model_copy(update={"timestamp": timestamp(start_s + 0.1 * count)}) for count, event in enumerate(sequence)
    ]


def __getattr__(name: str) -> Any:
    if name in _SPEECH:
        from progresskit.testing import speech_strategies  # noqa: PLC0415 - it needs the extra `audio`; events don't

        return getattr(speech_strategies, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
