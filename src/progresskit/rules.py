"""What each value of an event may be: the limits, and one check per rule.

The models of :mod:`progresskit.events` refuse what breaks a rule; a ``Reporter`` repairs it by the
same numbers; a gateway answers 400 or 422 with the same sentences. Every check returns its value,
and raises ``ValueError`` with the value, the rule and the remedy in words.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import reprlib
import unicodedata
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAME_CHARS: Final = 128
"""Longest project id, task name, run id, part key, stage name and error code, in characters."""
MAX_TEXT_CHARS: Final = 2_000
"""Longest ``message`` and ``error``, in characters."""
MAX_STAGES: Final = 8
"""Deepest stage path."""
MAX_JSON_DEPTH: Final = 32
"""How deeply objects and arrays may nest in ``metadata``, ``result`` and ``details``."""
MAX_EVENT_BYTES: Final = 32 * 1024
"""Largest encoded event that a sender may make."""
MAX_STORE_BYTES: Final = 1024
"""What the store may add to an event that it accepts (run id, attempt, cursor…)."""

AUTO_RUN_PREFIX: Final = "auto-"
"""Run ids that begin so are drawn by the store, for events that name no run."""

_PROJECT_ID: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_TIMESTAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
# Embeddings, overrides and isolates turn the text *around* them; the invisible marks (LRM, RLM, ALM)
# only place themselves, and right-to-left names need them. https://www.unicode.org/reports/tr9/
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_CONTAINERS: Final = (dict, list, tuple)


def shown(value: object) -> str:
    """Return a value that was refused as one short line of ASCII, fit for an error or a log."""
    # A hostile value may be huge, deep or cyclic: a plain repr() of it is as large, or never ends.
    try:
        text = reprlib.repr(value)
    except Exception:  # noqa: BLE001 - a foreign __repr__, or an integer of more digits than Python writes out
        text = f"<{type(value).__name__}>"
    return text.encode("ascii", "backslashreplace").decode()


def check_project_id(value: str) -> str:
    """Return a project id that is fit for a URL path, a Redis key and a channel name.

    Raises:
        ValueError: It is no full match of ``[A-Za-z0-9._~-]{1,128}``, or is ``.`` or ``..``.
    """
    if not isinstance(value, str) or _PROJECT_ID.fullmatch(value) is None or value in {".", ".."}:
        msg = (
            f"project_id {shown(value)} is not valid: use 1 to {MAX_NAME_CHARS} characters of "
            "A-Z a-z 0-9 . _ ~ - (and not '.' or '..'), for example a UUID or a slug"
        )
        raise ValueError(msg)
    return value


def is_unprintable(char: str) -> bool:
    """Tell whether a character may not stand in a name: controls, line breaks, bidi controls, surrogates."""
    return char in _BIDI_CONTROLS or unicodedata.category(char) in _UNPRINTABLE


def check_task_name(value: object) -> str:
    """Return a name that can be shown to people on one line.

    Raises:
        ValueError: It is empty, longer than 128 characters, not NFC, or holds a control character, a
            line break or a bidi override.
    """
    if not isinstance(value, str):
        msg = f"task_name {shown(value)} is a {type(value).__name__}: use text of 1 to {MAX_NAME_CHARS} characters"
        raise ValueError(msg)  # noqa: TRY004 - a rule about the value, as those below
    if not 1 <= len(value) <= MAX_NAME_CHARS:
        msg = f"task_name {shown(value)} has {len(value)} characters: use 1 to {MAX_NAME_CHARS}"
        raise ValueError(msg)
    if not (value.isascii() and value.isprintable()):
        if any(map(is_unprintable, value)):
            msg = f"task_name {shown(value)} holds a control character, a line break or a bidi override: leave it out"
            raise ValueError(msg)
        if not unicodedata.is_normalized("NFC", value):
            msg = f"task_name {shown(value)} is not in NFC: pass it through unicodedata.normalize('NFC', …)"
            raise ValueError(msg)
    return value


def check_run_id(value: str) -> str:
    """Return an id of a run, or the key of a part.

    Raises:
        ValueError: It is not 1 to 128 printable characters.
    """
    if not (isinstance(value, str) and 1 <= len(value) <= MAX_NAME_CHARS and value.isprintable()):
        msg = f"{shown(value)} is not valid as a run id or part key: use 1 to {MAX_NAME_CHARS} printable characters"
        raise ValueError(msg)
    return value


def check_text(value: str, name: str, limit: int) -> str:
    """Return a text of at most ``limit`` characters that can be encoded as UTF-8.

    Raises:
        ValueError: It is longer, or holds a lone surrogate.
    """
    if len(value) > limit:
        msg = f"{name} has {len(value)} characters, the limit is {limit}: {shown(value)}"
        raise ValueError(msg)
    _check_encodable(value, name)
    return value


def check_stage(path: list[str]) -> list[str]:
    """Return a path of stage names, outermost first.

    Raises:
        ValueError: It has more than 8 names, or one that is empty, too long or can't be encoded.
    """
    if len(path) > MAX_STAGES:
        msg = f"stage has {len(path)} names, the limit is {MAX_STAGES}: {shown(path)}"
        raise ValueError(msg)
    for name in path:
        if not name:
            msg = f"stage {shown(path)} holds an empty name: give every stage a name"
            raise ValueError(msg)
        check_text(name, "a name in stage", MAX_NAME_CHARS)
    return path


def check_timestamp(value: str) -> str:
    """Return a timestamp in the one form that the wire knows.

    Raises:
        ValueError: It is not RFC 3339 in UTC with milliseconds and ``Z``, or names a day or time that
            doesn't exist.
    """
    if _TIMESTAMP.fullmatch(value) is not None:
        try:
            dt.datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return value
    msg = f"timestamp {shown(value)} is not valid: use RFC 3339 in UTC with milliseconds, like 2026-11-23T00:00:00.000Z"
    raise ValueError(msg)


def check_json(value: Any, name: str) -> Any:
    """Return a value that JSON can carry as it is.

    Objects have string keys; numbers are finite and fit a double; at most 32 objects and arrays stand
    in each other, and no more values than an event has bytes in all. Tuples count as arrays.

    Raises:
        ValueError: Something in it is none of these; the message names its type.
    """
    # Level by level, so that neither a deep nor a cyclic value can exhaust the stack; counted, because a
    # value of a few lists that hold each other many times is exponentially large once it is written out.
    room = MAX_EVENT_BYTES
    level: list[Any] = [value]
    for _depth in range(MAX_JSON_DEPTH):
        inner: list[Any] = []
        for item in level:
            room -= len(item) if isinstance(item, _CONTAINERS) else 0
            if room < 0:
                msg = f"{name} holds more than {MAX_EVENT_BYTES} values: send a reference to large data"
                raise ValueError(msg)
            inner += _items(item, name)
        if not inner:
            return value
        level = inner
    if any(isinstance(item, _CONTAINERS) for item in level):
        msg = f"{name} is nested deeper than {MAX_JSON_DEPTH} levels: flatten it, or send a reference to it"
        raise ValueError(msg)
    for item in level:
        _items(item, name)
    return value


def _items(value: Any, name: str) -> Iterable[Any]:
    """Check one value, and return what stands in it."""
    match value:
        case dict():
            for key in value:
                _check_key(key, name)
            return value.values()
        case list() | tuple():
            return value
        case None | bool():
            return ()
        case str():
            _check_encodable(value, name)
            return ()
        case int() | float():
            _check_number(value, name)
            return ()
        case _:
            kind = type(value).__name__
            msg = f"{name} holds a {kind}, which JSON can't carry: use dict, list, str, numbers, bool or None"
            raise ValueError(msg)


def _check_number(value: float, name: str) -> None:
    try:
        number = float(value)
    except OverflowError:  # JavaScript and Lua would read it as Infinity
        msg = f"{name} holds an integer that no double can hold: send it as a string"
        raise ValueError(msg) from None
    if not math.isfinite(number):
        msg = f"{name} holds {value!r}, which JSON can't carry: send null or a string"
        raise ValueError(msg)


def _check_key(key: object, name: str) -> None:
    if not isinstance(key, str):
        msg = f"{name} has a key {shown(key)} of type {type(key).__name__}: JSON keys are strings"
        raise ValueError(msg)  # noqa: TRY004 - a rule about the value; models turn only ValueError into theirs
    _check_encodable(key, name)


def _check_encodable(value: str, name: str) -> None:
    if value.isascii():
        return
    try:
        value.encode()
    except UnicodeEncodeError:
        msg = f"{name} holds a lone surrogate, which UTF-8 can't carry: {shown(value)}"
        raise ValueError(msg) from None
