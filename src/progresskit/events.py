"""The events: immutable facts about a run of a task, and their one form on the wire.

There are four kinds. Each is a frozen model that refuses what breaks a rule of
:mod:`progresskit.rules` with ``ValueError``, and that is *normal* from the start: ``completed`` and
``error`` carry the status ``completed`` and ``failed``; a ``progress`` carries ``in_progress`` unless
it names ``started`` or ``retrying``; a ``status`` that says ``completed`` or ``failed`` *becomes* that
event.

    >>> StatusEvent(project_id="p", task_name="render", status="failed", message="disk full").type
    'error'

On the wire an event is one compact JSON object without nulls (:func:`encode_event`). Decoding
(:func:`decode_event`) ignores unknown fields, so that old readers survive new writers.
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import core_schema, from_json

from progresskit import rules
from progresskit.errors import DecodeError

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "TERMINAL",
    "CompletedEvent",
    "Cursor",
    "ErrorEvent",
    "Event",
    "ProgressEvent",
    "Status",
    "StatusEvent",
    "decode_event",
    "encode_event",
    "is_terminal",
    "new_run_id",
    "timestamp",
]

Status = Literal["queued", "started", "in_progress", "retrying", "stalled", "completed", "failed", "cancelled"]
"""Where a run stands. ``stalled`` means *not heard of*, not dead."""

TERMINAL: Final = frozenset[str]({"completed", "failed", "cancelled"})
"""The statuses that end a run; nothing follows them."""


def timestamp(now_s: float | None = None) -> str:
    """Return a moment as the wire writes it: RFC 3339, UTC, milliseconds, ``Z``.

    Args:
        now_s: Seconds since the epoch, as ``time.time()`` gives them; None = now.
    """
    seconds, milliseconds = divmod(int((time.time() if now_s is None else now_s) * 1000), 1000)
    return f"{_second(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def new_run_id() -> str:
    """Draw the id of a new run."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a project's events: ``"<epoch>:<offset>"``, assigned by the store.

    The offset counts up by one with every event that the store accepts for the project. The epoch
    changes when the store lost its data, or may have. Offsets of different epochs order the tasks of
    one snapshot, and say nothing else about each other.
    """

    epoch: str
    offset: int

    def __str__(self) -> str:
        """Return the form that :meth:`parse` reads."""
        return f"{self.epoch}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read ``"<epoch>:<offset>"``.

        Raises:
            ValueError: It has another form, or an offset beyond 2**53 (where doubles lose count).
        """
        epoch, colon, offset = text.rpartition(":")
        if (
            not colon
            or not 1 <= len(epoch) <= 64  # noqa: PLR2004 - room for any store's word
            or not (epoch.isascii() and epoch.isalnum())
            or not 1 <= len(offset) <= 16  # noqa: PLR2004 - 2**53 has 16 digits
            or not (offset.isascii() and offset.isdigit())
            or int(offset) > 2**53
        ):
            msg = f"{rules.shown(text)} is no cursor: it reads '<epoch>:<offset>', for example 'k3v9:17'"
            raise ValueError(msg)
        return cls(epoch, int(offset))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Let models take a cursor or its text, and write its text."""
        return core_schema.no_info_plain_validator_function(
            cls._read,
            json_schema_input_schema=core_schema.str_schema(),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def _read(cls, value: Any) -> Cursor:
        if isinstance(value, Cursor):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        msg = f"{rules.shown(value)} is no cursor: use a Cursor, or its text"
        raise ValueError(msg)


def _text(name: str, limit: int = rules.MAX_TEXT_CHARS) -> AfterValidator:
    return AfterValidator(lambda value: rules.check_text(value, name, limit))


def _json(name: str) -> AfterValidator:
    return AfterValidator(lambda value: rules.check_json(value, name))


def _empty_is_null(value: Any) -> Any:
    return None if value == "" else value


def _part(value: Any) -> Any:
    """Take the two-item list that JSON gives as the tuple it means."""
    return tuple(value) if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _progress_status(value: Any) -> Any:
    """A ``progress`` can't end, queue or stall a run, whatever status it names."""
    return "in_progress" if isinstance(value, str) and value not in {"started", "retrying"} else value


ProjectId = Annotated[str, AfterValidator(rules.check_project_id)]
TaskName = Annotated[str, AfterValidator(rules.check_task_name)]
RunId = Annotated[str, AfterValidator(rules.check_run_id)]
Timestamp = Annotated[str, AfterValidator(rules.check_timestamp)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Message = Annotated[Annotated[str, _text("message")] | None, BeforeValidator(_empty_is_null)]
Stage = Annotated[list[str], BeforeValidator(_listed), AfterValidator(rules.check_stage)]
Part = Annotated[tuple[RunId, Fraction], BeforeValidator(_part)]
JsonObject = dict[str, Any]


class _Event(BaseModel):
    """What every event carries.

    ``cursor``, ``attempt`` and ``started_at`` are null until the store has accepted the event and
    fills them in, as it does a null ``run_id`` ("the current run").
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    type: str
    project_id: ProjectId
    task_name: TaskName
    run_id: RunId | None = None
    timestamp: Timestamp = Field(default_factory=timestamp)
    cursor: Cursor | None = None
    attempt: Count | None = None
    started_at: Timestamp | None = None
    message: Message = None
    metadata: Annotated[JsonObject, _json("metadata")] | None = None


class ProgressEvent(_Event):
    """The run moved, or said what it is doing.

    ``progress`` is a fraction of the whole, 0 to 1, null where it isn't known. With ``part`` =
    ``(key, share)`` it is the fraction of one part, which is that share of the whole: the store sums
    the parts up. ``stage`` is the path of the running stage, outermost first; ``eta_s`` the seconds
    that are left, as the sender estimates them.
    """

    type: Literal["progress"] = "progress"
    status: Annotated[Literal["in_progress", "started", "retrying"], BeforeValidator(_progress_status)] = "in_progress"
    progress: Fraction | None = None
    part: Part | None = None
    stage: Stage | None = None
    eta_s: Seconds | None = None


class CompletedEvent(_Event):
    """The run ended well. ``result`` is any JSON; an accepted event carries ``progress`` 1.0."""

    type: Literal["completed"] = "completed"
    status: Annotated[Literal["completed"], BeforeValidator(lambda _: "completed")] = "completed"
    progress: Fraction | None = None
    result: Annotated[Any, _json("result")] = None


class ErrorEvent(_Event):
    """The run failed: ``error`` is text for people, ``code`` a word for programs, ``details`` JSON."""

    type: Literal["error"] = "error"
    status: Annotated[Literal["failed"], BeforeValidator(lambda _: "failed")] = "failed"
    error: Annotated[str, BeforeValidator(lambda value: "failed" if value == "" else value), _text("error")]
    code: Annotated[str, _text("code", rules.MAX_NAME_CHARS)] | None = None
    details: Annotated[JsonObject, _json("details")] | None = None


class StatusEvent(_Event):
    """The run's status changed. One that says ``completed`` or ``failed`` is made as that event."""

    type: Literal["status"] = "status"
    status: Status
    progress: Fraction | None = None

    def __new__(cls, *_args: Any, **data: Any) -> Self:
        """Make the event that ``status`` names; ``__init__`` runs only where it is this one."""
        normal = _normal(data)
        # Callers ask for a status event and may get another one: the type they can rely on is ``Event``.
        return super().__new__(cls) if normal is data else _adapter.validate_python(normal)  # type: ignore[return-value]

    @model_validator(mode="before")
    @classmethod
    def _refuse_ends(cls, data: Any) -> Any:
        if isinstance(data, dict) and _normal(data) is not data:
            msg = f"a status event can't say {data['status']!r}: decode_event and Event make it what it means"
            raise ValueError(msg)
        return data


def _normal(data: Any) -> Any:
    """Return the fields of an event as those of the kind that its status makes it."""
    if not isinstance(data, dict) or data.get("type", "status") != "status":
        return data
    match data.get("status"):
        case "completed":
            return {**data, "type": "completed"}
        case "failed":
            return {**data, "type": "error", "error": data.get("message") or "failed"}
        case _:
            return data


Event = Annotated[
    ProgressEvent | StatusEvent | CompletedEvent | ErrorEvent,
    Discriminator("type"),
]
"""Any event; the union that :func:`decode_event` returns."""

_KINDS: Final = frozenset({"progress", "status", "completed", "error"})
_adapter: Final[TypeAdapter[ProgressEvent | StatusEvent | CompletedEvent | ErrorEvent]] = TypeAdapter(Event)


def is_terminal(status: str | None) -> bool:
    """Tell whether a status ends a run."""
    return status in TERMINAL


def is_accepted(event: Event) -> bool:
    """Tell whether a store has accepted an event: it carries run, attempt, start and cursor."""
    return not (event.run_id is None or event.attempt is None or event.started_at is None or event.cursor is None)


def encode_event(event: Event) -> bytes:
    """Encode an event as it travels: compact JSON in UTF-8, nulls left out.

    Raises:
        ValueError: It is larger than 32 KiB (33 KiB once accepted).
    """
    data = event.model_dump_json(exclude_none=True).encode()
    limit = rules.MAX_EVENT_BYTES + (rules.MAX_STORE_BYTES if event.cursor is not None else 0)
    if len(data) > limit:
        name = rules.shown(event.task_name)
        msg = f"the event of task {name} has {len(data)} bytes, the limit is {limit}: send a reference to large data"
        raise ValueError(msg)
    return data


def decode_event(data: bytes | str) -> Event:
    """Decode one event, and make it normal. Unknown fields are ignored.

    Raises:
        DecodeError: It is anything else than a valid event: malformed or oversized JSON, an unknown
            type, a missing field, a value against the rules.
    """
    limit = rules.MAX_EVENT_BYTES + rules.MAX_STORE_BYTES
    try:
        encoded = data.encode() if isinstance(data, str) else data
        if len(encoded) > limit:
            msg = f"an event of {len(encoded)} bytes: the limit is {limit}"
            raise DecodeError(msg)  # noqa: TRY301 - the rest of the block raises it too
        return event_from_json(from_json(encoded, allow_inf_nan=False))
    except DecodeError:
        raise
    except (ValueError, RecursionError) as error:
        msg = f"an event that is no JSON: {error}"
        raise DecodeError(msg) from None


def event_from_json(fields: Any) -> Event:
    """Make an event from decoded JSON, as :func:`decode_event` does.

    Raises:
        DecodeError: It is no valid event.
    """
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        msg = "an event that is no JSON object with a type"
        raise DecodeError(msg)
    if fields.get("timestamp") is None:
        msg = "an event without a timestamp"
        raise DecodeError(msg)
    try:
        return _adapter.validate_python(_normal(fields))
    except ValidationError as error:
        msg = f"an event that is not valid: {explain(error)}"
        raise DecodeError(msg) from None


def explain(error: ValidationError) -> str:
    """Say in one line what a model refused: the field, the value, and the rule it breaks."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "value_error":  # one of progresskit.rules, which says it all
        return str(first["ctx"]["error"])
    loc = first["loc"]
    if len(loc) > 1 and loc[0] in _KINDS:  # the union names the kind before the field
        loc = loc[1:]
    where = ".".join(map(str, loc))
    if first["type"] == "missing":
        return f"{where} is missing"
    return f"{where} is {rules.shown(first['input'])}: {first['msg']}" if where else first["msg"]
