"""What a caller says about a run, before it is an event: mended where it breaks a rule. Pure.

A caller in the middle of its work must not fail over a progress bar. So a value that can't be reported
is clamped, cut or left out here, and the reason is noted once; with ``strict`` it is the error that it
would be in a model. A :class:`Report` is what coalescing merges; :func:`to_event` makes the typed event
of what is left.
"""

from __future__ import annotations

import copy
import math
import unicodedata
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from progresskit import rules
from progresskit.events import (
    CompletedEvent,
    ErrorEvent,
    ProgressEvent,
    Status,
    StatusEvent,
    encode_event,
    is_terminal,
    timestamp,
)
from progresskit.logs import about

if TYPE_CHECKING:
    from collections.abc import Callable

    from progresskit.events import Event

__all__ = ["SHORT_CHARS", "Mender", "Report", "to_event", "warm_up"]

Kind = Literal["progress", "status", "completed", "error"]

_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_STATUSES: Final = frozenset[str](get_args(Status))
# What one metadata, result or details may take of an event: the rest is for names, ids and a message.
_MAX_DATA_BYTES: Final = rules.MAX_EVENT_BYTES - 4 * 1024
_SHORT_TEXT_CHARS: Final = 200
SHORT_CHARS: Final = 128
"""A message of so many characters is short."""
_FRAME_BYTES: Final = 400  # an event's own names, numbers and times, with room to spare
_BYTES_PER_CHARACTER: Final = 6


class Report:
    """One thing said about a run. ``metadata``, ``result`` and ``details`` are encoded already.

    Args:
        kind: Which event it will be.
        project_id: The project.
        task_name: The task.
        run_id: The run; None = the current one.
        progress: The fraction reached, of the whole or of ``part``.
        message: Text for people; empty = none.
        metadata: Encoded JSON object.
        stage: The path of the stage that speaks, outermost first.
        part: Key and share of the part of which ``progress`` speaks.
        status: What a ``status`` says, or which status a ``progress`` carries.
        result: Encoded JSON.
        error: Text for people.
        code: A word for programs.
        details: Encoded JSON object.
        at: When it was said, in seconds since the epoch; None = it is still open to what comes next.
    """

    __slots__ = (
        "at",
        "code",
        "details",
        "error",
        "kind",
        "message",
        "metadata",
        "open",
        "origin",
        "part",
        "progress",
        "project_id",
        "result",
        "run_id",
        "seq",
        "size",
        "stage",
        "status",
        "task_name",
        "waiters",
    )

    def __init__(
        self,
        kind: Kind,
        project_id: str,
        task_name: str,
        run_id: str | None,
        *,
        progress: float | None = None,
        message: str = "",
        metadata: bytes | None = None,
        stage: tuple[str, ...] = (),
        part: tuple[str, float] | None = None,
        status: Any = "in_progress",
        result: bytes | None = None,
        error: str = "",
        code: str | None = None,
        details: bytes | None = None,
        at: float | None = None,
    ) -> None:
        self.kind: Kind = kind
        self.project_id = project_id
        self.task_name = task_name
        self.run_id = run_id
        self.progress = progress
        self.message = message
        self.metadata = metadata
        self.stage = stage
        self.part = part
        self.status: Any = status
        self.result = result
        self.error = error
        self.code = code
        self.details = details
        self.at = at
        self.open = False
        self.seq = 0
        self.size = 0
        self.origin: Any = None
        self.waiters: dict[Any, None] = {}

    @property
    def terminal(self) -> bool:
        """Whether it ends the run."""
        return self.kind in {"completed", "error"} or is_terminal(self.status)

    def absorb(
        self, progress: float | None, message: str, metadata: bytes | None, stage: tuple[str, ...], status: str
    ) -> None:
        """Take in what was said next of the same run and part: newer fields over older, the larger progress."""
        if progress is not None and (self.progress is None or progress > self.progress):
            self.progress = progress
        if message:
            self.message = message
        if metadata is not None:
            self.metadata = metadata
        self.stage = stage
        self.status = status

    def weigh(self) -> int:
        """Return the bytes that it takes in memory, roughly, and about as many on the wire.

        All short messages weigh the same, so that one may take another's place unweighed.
        """
        size = 400 + max(4 * SHORT_CHARS, _weight(self.message)) + _weight(self.error)
        for data in (self.metadata, self.result, self.details):
            if data is not None:
                size += len(data)
        return size


class Mender:
    """Makes what callers say fit the rules.

    Args:
        strict: Raise the ``ValueError`` instead of mending.
        note: Called with each reason, once, and with what it is about (see :func:`progresskit.logs.about`).
    """

    def __init__(self, *, strict: bool = False, note: Callable[[str, dict[str, Any]], object]) -> None:
        self.strict = strict
        self._note = note
        self._noted: set[str] = set()
        self._about = about()

    def speaking_of(self, project_id: str, task_name: str | None = None) -> Mender:
        """Return the same mender, whose notes are about a task."""
        mender = copy.copy(self)
        mender._about = about(project_id, task_name)  # noqa: SLF001 - the same class
        return mender

    def fraction(self, value: Any) -> float | None:
        """Return a progress between 0 and 1; None where it is no number."""
        if value is None:
            return None
        number = _float_of(value)
        if number != number:  # noqa: PLR0124 - NaN is the one value that isn't itself
            self._mend("progress", f"progress {rules.shown(value)} is no number: it is left out")
            return None
        if not 0 <= number <= 1:
            self._mend("progress range", f"progress {rules.shown(value)} is outside 0..1: it is clamped")
            return min(1.0, max(0.0, number))
        return number

    def number(self, value: Any, name: str) -> float | None:
        """Return a finite number; None where it is none."""
        number = _float_of(value)
        if math.isfinite(number):
            return number
        self._mend(name, f"{name} {rules.shown(value)} is no finite number: it is left out")
        return None

    def text(self, value: Any, name: str, limit: int = rules.MAX_TEXT_CHARS) -> str:
        """Return text of at most ``limit`` characters that UTF-8 can carry."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self._mend(f"{name} type", f"{name} is a {type(value).__name__}: text is expected, its str() is taken")
        value = _str_of(value)
        if len(value) > limit:
            self._mend(f"{name} length", f"{name} has {len(value)} characters, the limit is {limit}: it is cut")
            value = value[: limit - 1] + "…"
        try:
            text: str = rules.check_text(value, name, limit)
        except ValueError as error:
            self._mend(f"{name} encoding", f"{error}: it is replaced")
            text = value.encode("utf-8", "replace").decode()
        return text

    def task_name(self, value: Any) -> str:
        """Return a name that can be shown to people on one line."""
        name = _str_of(value)
        try:
            return rules.check_task_name(name if isinstance(value, str) else value)
        except ValueError as error:
            self._mend("task_name", f"{error}; the name is mended")
        name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
        name = "".join(" " if rules.is_unprintable(char) else char for char in name[: rules.MAX_NAME_CHARS])
        # NFC may grow a text; and what is cut between two marks may be composed anew.
        return unicodedata.normalize("NFC", name.strip())[: rules.MAX_NAME_CHARS] or "task"

    def stage_name(self, value: Any) -> str:
        """Return the name of a stage: any text, not empty, of at most 128 characters."""
        return self.text(value, "stage", rules.MAX_NAME_CHARS) or "stage"

    def weight(self, value: Any) -> float:
        """Return the weight of a stage: a finite number over 0, else 1."""
        number = _float_of(value)
        if 0 < number < float("inf"):
            return number
        self._mend("weight", f"weight {rules.shown(value)} is no finite number over 0: 1 is taken")
        return 1.0

    def status(self, value: Any) -> str:
        """Return a status that there is."""
        if isinstance(value, str) and value in _STATUSES:
            return value
        known = ", ".join(get_args(Status))
        self._mend("status", f"status {rules.shown(value)} is unknown, in_progress is taken; known are {known}")
        return "in_progress"

    def data(self, value: Any, name: str) -> bytes | None:
        """Encode a JSON value; None where it can't be carried.

        It is encoded here and now: what the caller changes in it afterwards isn't sent.
        """
        if value is None:
            return None
        try:
            encoded = to_json(rules.check_json(value, name), inf_nan_mode="constants")
            if len(encoded) > _MAX_DATA_BYTES:
                msg = f"{name} has {len(encoded)} bytes, the limit is {_MAX_DATA_BYTES}: send a reference to large data"
                raise ValueError(msg)  # noqa: TRY301 - one place turns it into a note
        except Exception as error:  # noqa: BLE001 - another thread changes it meanwhile; a foreign class may do anything
            reason = str(error) if isinstance(error, ValueError) else f"{name} can't be read: {rules.shown(error)}"
            self._mend(name, f"{reason}; it is left out")
            return None
        return encoded

    def json_object(self, value: Any, name: str) -> bytes | None:
        """Encode a JSON object; None where it is none."""
        if value is not None and not isinstance(value, dict):
            self._mend(f"{name} type", f"{name} is a {type(value).__name__}: a dict is expected; it is left out")
            return None
        return self.data(value, name)

    def note(self, key: str, reason: str) -> None:
        """Note a reason, once for each key."""
        if key not in self._noted:
            self._noted.add(key)
            self._note(reason, self._about)

    def _mend(self, key: str, reason: str) -> None:
        if self.strict:
            raise ValueError(reason)
        self.note(key, reason)


def to_event(report: Report, mender: Mender, *, now_s: float, eta_s: float | None = None) -> tuple[Event, int]:
    """Make the event of a report, and tell how large it is encoded, or at most.

    What makes it larger than an event may be is left out, largest first, and noted.

    Args:
        report: What was said.
        mender: Takes the notes.
        now_s: The time, in seconds since the epoch, where the report doesn't say its own.
        eta_s: Seconds that are left, for a progress.
    """
    data: dict[str, Any] = {
        name: from_json(encoded)
        for name in ("metadata", "result", "details")
        if (encoded := getattr(report, name)) is not None
    }
    at = report.at if report.at is not None else now_s
    while True:
        try:
            event = _made(report, data, at, eta_s)
        except ValidationError:  # a short message isn't looked at before: this is the path of tight loops
            report.message = mender.text(report.message, "message")
            event = _made(report, data, at, eta_s)
        if not data and (most := _most_bytes(report)) <= rules.MAX_EVENT_BYTES:
            return event, most
        try:
            return event, len(encode_event(event))
        except ValueError as error:
            mender.note("event size", str(error))
        if data:
            del data[max(data, key=lambda name: len(getattr(report, name)))]
        else:  # names and texts alone: they were escaped to several times their length
            report.message = report.message[:_SHORT_TEXT_CHARS]
            report.error = report.error[:_SHORT_TEXT_CHARS]
            report.stage = report.stage[:1]


def warm_up() -> None:
    """Make an event of each kind, for nothing.

    pydantic finishes its models at their first use, under locks of its own. Were the first use in a thread,
    a fork at that moment would leave the child with a lock that nobody opens.
    """
    mender = Mender(note=lambda *_told: None)
    for kind in _KINDS:
        report = Report(kind, "p", "t", "r", progress=0.5, metadata=b"{}", stage=("s",), error="e", details=b"{}")
        to_event(report, mender, now_s=0.0, eta_s=1.0)


def _made(report: Report, data: dict[str, Any], at: float, eta_s: float | None) -> Event:
    common: dict[str, Any] = {
        "project_id": report.project_id,
        "task_name": report.task_name,
        "run_id": report.run_id,
        "timestamp": timestamp(at),
        "message": report.message,
        "metadata": data.get("metadata"),
    }
    match report.kind:
        case "progress":
            return ProgressEvent(
                **common,
                progress=report.progress,
                part=report.part,
                stage=list(report.stage[: rules.MAX_STAGES]) or None,
                eta_s=eta_s,
                status=report.status,
            )
        case "status":
            return StatusEvent(**common, status=report.status, progress=report.progress)
        case "completed":
            return CompletedEvent(**common, result=data.get("result"))
        case "error":
            return ErrorEvent(**common, error=report.error, code=report.code, details=data.get("details"))


def _most_bytes(report: Report) -> int:
    """Return how large a report without data is encoded at most: text takes up to six bytes a character in JSON."""
    names = report.project_id, report.task_name, report.run_id or "", report.code or "", *(report.part or ("",))[:1]
    characters = len(report.message) + len(report.error) + sum(map(len, names)) + sum(map(len, report.stage))
    return _FRAME_BYTES + _BYTES_PER_CHARACTER * characters


def _weight(text: str) -> int:
    return len(text) if text.isascii() else 4 * len(text)


def _float_of(value: Any) -> float:
    try:
        return float(value)
    except Exception:  # noqa: BLE001 - a foreign __float__ may do anything; the task goes on
        return math.nan


def _str_of(value: Any) -> str:
    """Return the plain text of a value; a subclass of str may do anything too."""
    try:
        return str.__str__(value if isinstance(value, str) else str(value))
    except Exception:  # noqa: BLE001 - a foreign __str__ may do anything; the task goes on
        return rules.shown(object())
