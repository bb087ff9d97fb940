# ruff: noqa: INP001 - a script, no package
"""Write the TypeScript of what travels on the wire, out of the Python models: ``python js/scripts/wire_types.py``.

It goes to standard output; ``npm run types`` puts it into ``js/src/wire.ts``, and a test compares the two.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, get_args

from progresskit.events import TERMINAL, CompletedEvent, ErrorEvent, ProgressEvent, Status, StatusEvent
from progresskit.state import MAX_TASKS, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

EVENTS: Final[tuple[type[BaseModel], ...]] = (ProgressEvent, StatusEvent, CompletedEvent, ErrorEvent)
# The store fills them in, so that every event that readers get has them; `part` never reaches readers.
FILLED_IN: Final = frozenset({"type", "status", "run_id", "timestamp", "cursor", "attempt", "started_at"})
STORES_OWN: Final = frozenset({"part", "superseded", "parts"})

SIMPLE: Final = {"string": "string", "number": "number", "integer": "number", "null": "null", "object": "JsonObject"}

HEAD: Final = """\
// Made from the Python models by `npm run types`: change those, and run it again.

/** Any JSON. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
/** An object of JSON. */
export type JsonObject = { [name: string]: Json };
"""


def main() -> None:
    """Write the module."""
    sys.stdout.write("\n".join(module()))


def module() -> Iterator[str]:
    """Write the module, part by part."""
    yield HEAD
    yield (
        "/** Tasks that a project keeps; one more puts out the task that changed longest ago. */\n"
        f"export const MAX_TASKS = {MAX_TASKS};\n"
    )
    yield listed("STATUSES", "Every status of a run; `stalled` means not heard of, not dead.", get_args(Status))
    yield "/** Where a run stands. */\nexport type Status = (typeof STATUSES)[number];\n"
    ends = [status for status in get_args(Status) if status in TERMINAL]
    yield listed("TERMINAL", "The statuses that end a run; nothing follows them.", ends, kind="readonly Status[]")
    yield listed("EVENT_TYPES", "The kinds of events.", [get_args(field(model, "type"))[0] for model in EVENTS])
    for model in EVENTS:
        yield interface(model, nulls_left_out=True)
    yield f"/** An event that a store has accepted. */\nexport type TaskEvent = {' | '.join(map(name, EVENTS))};\n"
    yield interface(TaskState, nulls_left_out=False)


def listed(constant: str, says: str, values: Any, *, kind: str | None = None) -> str:
    """Write a list of words."""
    words = ", ".join(f'"{value}"' for value in values)
    end = " as const" if kind is None else ""
    return f"/** {says} */\nexport const {constant}{f': {kind}' if kind else ''} = [{words}]{end};\n"


def interface(model: type[BaseModel], *, nulls_left_out: bool) -> str:
    """Write a model as readers get it.

    Args:
        model: An event, or the state of a task.
        nulls_left_out: Whether a null field is absent (as on the wire) or null (as the client keeps it).
    """
    schema = model.model_json_schema()
    says = (model.__doc__ or "").splitlines()[0].replace("``", "`")
    lines = [f"/** {says} */", f"export interface {name(model)} {{"]
    for field_name, described in schema["properties"].items():
        if field_name in STORES_OWN:
            continue
        kind = typescript(described)
        can_be_null = kind.endswith(" | null") or kind == "Json"
        if nulls_left_out:
            kind = kind.removesuffix(" | null")
        is_optional = nulls_left_out and can_be_null and field_name not in FILLED_IN
        lines.append(f"  readonly {field_name}{'?' if is_optional else ''}: {kind};")
    return "\n".join([*lines, "}\n"])


def name(model: type[BaseModel]) -> str:
    """Return the name of a model, which is the same in both languages."""
    return model.__name__


def field(model: type[BaseModel], field_name: str) -> Any:
    """Return what a field may be."""
    return model.model_fields[field_name].annotation


def typescript(schema: dict[str, Any]) -> str:
    """Write what a JSON schema allows.

    Raises:
        ValueError: The schema uses something that none of the models did so far.
    """
    match schema:
        case {"anyOf": choices}:
            return " | ".join(map(typescript, choices))
        case {"const": value}:
            return f'"{value}"'
        case {"enum": values}:
            return "Status" if set(values) == set(get_args(Status)) else " | ".join(f'"{value}"' for value in values)
        case {"type": "array", "items": items}:
            return f"readonly {typescript(items)}[]"
        case {"type": kind} if kind in SIMPLE:
            return SIMPLE[kind]
        case _ if "type" not in schema:
            return "Json"
    msg = f"no TypeScript is known for {schema}: add it here"
    raise ValueError(msg)


if __name__ == "__main__":
    main()
