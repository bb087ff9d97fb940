"""Batches and their receipts as JSON: what a publisher and a gateway say to each other. Pure.

A batch is ``{"project_id", "sender", "number", "events": […], "held": [[task_name, run_id]…], "left": […]}``, its
receipt ``{"cursor", "accepted": [cursor or null…], "refused", "news": [[task_name, run_id, word]…]}``.

A batch comes from a stranger: what is decoded is checked in full, so that any store may take it. What only a
store can say of an event (``cursor``, ``attempt``, ``started_at``) is ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeGuard, get_args

from pydantic_core import from_json, to_json

from progresskit import rules
from progresskit.errors import DecodeError
from progresskit.events import Cursor, encode_event, event_from_json
from progresskit.frames import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Batch, News, Receipt, Run

if TYPE_CHECKING:
    from progresskit.events import Event

__all__ = [
    "MAX_BATCH_RUNS",
    "InvalidEventError",
    "batch_from_json",
    "decode_batch",
    "decode_receipt",
    "encode_batch",
    "encode_receipt",
    "number_of",
    "object_from_json",
    "receipt_from_json",
]

MAX_BATCH_RUNS: Final = 100
"""Most runs that a batch may hold, and most that it may leave."""
MAX_NUMBER: Final = 2**53
"""Largest number of a batch: where doubles lose count."""

_STORES_OWN: Final = frozenset({"cursor", "attempt", "started_at"})
_WORDS: Final = frozenset[str](get_args(News))


class InvalidEventError(DecodeError):
    """A batch that is one, but holds an event, or names a run, that no store may take."""


def encode_batch(batch: Batch) -> bytes:
    """Encode a batch as it travels: compact JSON, its events as they are encoded everywhere.

    Raises:
        ValueError: One of its events is larger than 32 KiB.
    """
    head = to_json({"project_id": batch.project_id, "sender": batch.sender, "number": batch.number})
    runs = to_json({"held": batch.held, "left": batch.left})
    return b'%s,"events":[%s],%s' % (head[:-1], b",".join(map(encode_event, batch.events)), runs[1:])


def decode_batch(data: bytes | str, *, project_id: str | None = None, sender: str | None = None) -> Batch:
    """Decode a batch.

    Args:
        data: The JSON, of 256 KiB at most.
        project_id: The project that it was sent to, which it needn't name then; None = it must.
        sender: Whose batch it is, with the number 1, where it says neither; None = it must say both.

    Raises:
        InvalidEventError: An event or a run in it breaks a rule.
        DecodeError: It is no batch at all.
    """
    size = len(data.encode("utf-8", "surrogatepass")) if isinstance(data, str) else len(data)
    if size > MAX_BATCH_BYTES:
        msg = f"a batch of {size} bytes: the limit is {MAX_BATCH_BYTES}"
        raise DecodeError(msg)
    return batch_from_json(object_from_json(data, "a batch"), project_id=project_id, sender=sender)


def batch_from_json(fields: dict[str, Any], *, project_id: str | None = None, sender: str | None = None) -> Batch:
    """Make a batch from a decoded JSON object, as :func:`decode_batch` does.

    Raises:
        InvalidEventError: An event or a run in it breaks a rule.
        DecodeError: It is no batch at all.
    """
    named: Any = fields.get("project_id")
    if project_id is None or named is not None:
        try:
            rules.check_project_id(named)
        except ValueError as error:
            msg = f"a batch that is not valid: {error}"
            raise DecodeError(msg) from None
        if project_id not in (None, named):
            msg = f"a batch of project {named} that was sent to {project_id}: name the same one, or none"
            raise DecodeError(msg)
        project_id = named
    assert project_id is not None  # noqa: S101 - for the type checker: one of the two names it
    sender, number = _numbered(fields, sender)
    events = [_event(event, project_id, index) for index, event in enumerate(_list(fields, "events", MAX_BATCH_EVENTS))]
    return Batch(project_id, sender, number, tuple(events), held=_runs(fields, "held"), left=_runs(fields, "left"))


def encode_receipt(receipt: Receipt, *, number: int | None = None) -> bytes:
    """Encode a receipt.

    Args:
        receipt: The receipt.
        number: That of its batch, where several may be under way.
    """
    fields: dict[str, Any] = {} if number is None else {"number": number}
    fields |= {
        "cursor": str(receipt.cursor),
        "accepted": [None if cursor is None else str(cursor) for cursor in receipt.accepted],
        "refused": receipt.refused,
        "news": [(*run, word) for run, word in receipt.news.items()],
    }
    return to_json(fields)


def decode_receipt(data: bytes | str) -> Receipt:
    """Decode a receipt.

    Raises:
        DecodeError: It is none.
    """
    return receipt_from_json(object_from_json(data, "a receipt"))


def receipt_from_json(fields: dict[str, Any]) -> Receipt:
    """Make a receipt from a decoded JSON object; a word that isn't known is left out.

    Raises:
        DecodeError: It is none.
    """
    try:
        news: dict[Run, News] = {}
        for entry in fields["news"]:
            task_name, run_id, word = entry
            if word in _WORDS:
                news[Run(rules.check_task_name(task_name), rules.check_run_id(run_id))] = word
        accepted = tuple(None if cursor is None else _cursor(cursor) for cursor in fields["accepted"])
        refused = fields["refused"]
        if not _is_count(refused) or refused > len(accepted):
            msg = f"refused is {rules.shown(refused)}"
            raise ValueError(msg)  # noqa: TRY301 - one place says what a receipt lacks
        return Receipt(_cursor(fields["cursor"]), accepted, refused, news)
    except KeyError as error:
        msg = f"a receipt without {error.args[0]}"
        raise DecodeError(msg) from None
    except (TypeError, ValueError) as error:
        msg = f"a receipt that is not valid: {error}"
        raise DecodeError(msg) from None


def object_from_json(data: bytes | str, what: str) -> dict[str, Any]:
    """Decode a JSON object; NaN and Infinity are none of JSON's.

    Args:
        data: The JSON.
        what: What it should be, for the error: ``"a batch"``.

    Raises:
        DecodeError: It is no JSON, or something else than an object.
    """
    try:
        fields = from_json(data.encode() if isinstance(data, str) else data, allow_inf_nan=False)
    except (ValueError, RecursionError) as error:
        msg = f"{what} that is no JSON: {error}"
        raise DecodeError(msg) from None
    if not isinstance(fields, dict):
        msg = f"{what} that is no JSON object"
        raise DecodeError(msg)
    return fields


def number_of(fields: dict[str, Any]) -> int | None:
    """Return the number that a decoded batch carries; None where it carries none that can be one."""
    number = fields.get("number")
    return number if _is_count(number) and 1 <= number <= MAX_NUMBER else None


def _numbered(fields: dict[str, Any], sender: str | None) -> tuple[str, int]:
    """Return whose batch it is, and its number."""
    if sender is not None and fields.get("sender") is None and fields.get("number") is None:
        return sender, 1
    said, number = fields.get("sender"), number_of(fields)
    if not (isinstance(said, str) and 1 <= len(said) <= rules.MAX_NAME_CHARS and said.isprintable()):
        msg = (
            f"a batch whose sender is {rules.shown(said)}: "
            f"use 1 to {rules.MAX_NAME_CHARS} printable characters, and the same ones for each of its batches"
        )
        raise DecodeError(msg)
    if number is None:
        msg = f"a batch whose number is {rules.shown(fields.get('number'))}: count its sender's batches, from 1"
        raise DecodeError(msg)
    return said, number


def _list(fields: dict[str, Any], name: str, most: int) -> list[Any]:
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        msg = f"a batch whose {name} are {rules.shown(value)}: use a list"
        raise DecodeError(msg)
    if len(value) > most:
        msg = f"a batch of {len(value)} {name}: the limit is {most}"
        raise DecodeError(msg)
    return value


def _event(fields: Any, project_id: str, index: int) -> Event:
    try:
        if isinstance(fields, dict):
            if fields.get("project_id") not in (None, project_id):
                msg = f"it is of project {rules.shown(fields['project_id'])}, and the batch of {project_id}"
                raise ValueError(msg)  # noqa: TRY301 - one place says which event it is
            fields = {name: value for name, value in fields.items() if name not in _STORES_OWN}
            fields["project_id"] = project_id
        event = event_from_json(fields)
        if event.run_id is not None:
            _check_not_the_stores(event.run_id)
        encode_event(event)  # refuses what is too large
    except ValueError as error:  # a DecodeError is one
        msg = f"events[{index}]: {error}"
        raise InvalidEventError(msg) from None
    return event


def _runs(fields: dict[str, Any], name: str) -> tuple[Run, ...]:
    runs = []
    for index, entry in enumerate(_list(fields, name, MAX_BATCH_RUNS)):
        if not (isinstance(entry, list) and len(entry) == len(Run._fields)):
            msg = f"{name}[{index}] is {rules.shown(entry)}: use [task_name, run_id]"
            raise DecodeError(msg)
        try:
            run = Run(rules.check_task_name(entry[0]), rules.check_run_id(entry[1]))
            _check_not_the_stores(run.run_id)
        except ValueError as error:
            msg = f"{name}[{index}]: {error}"
            raise InvalidEventError(msg) from None
        runs.append(run)
    return tuple(runs)


def _check_not_the_stores(run_id: str) -> None:
    if run_id.startswith(rules.AUTO_RUN_PREFIX):
        msg = (
            f"run_id {rules.shown(run_id)} is not valid: ids that begin with {rules.AUTO_RUN_PREFIX!r} are the "
            "store's; choose another, or leave it out for the task's current run"
        )
        raise ValueError(msg)


def _cursor(value: Any) -> Cursor:
    if not isinstance(value, str):
        msg = f"{rules.shown(value)} is no cursor"
        raise ValueError(msg)  # noqa: TRY004 - a rule about the value, as those of Cursor.parse
    return Cursor.parse(value)


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
