"""Which backend it is: what the cache tells one voice or recogniser from another by."""

from __future__ import annotations

import inspect
import os
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["backend_id", "name_of"]

_PLAIN: Final = (str, int, float, bool, type(None), bytes, os.PathLike)


def name_of(backend: Any) -> str:
    """Name a backend as its owner would: ``Service.generate``, ``PiperTTS``, ``speak``."""
    name = getattr(backend, "__qualname__", None)
    return str(name) if name else type(backend).__qualname__


def backend_id(backend: Any) -> str:
    """Return what tells a backend from any other, in this process and the next.

    That is its attribute ``cache_id``, where it has one. Else it is the qualified name of its class with the plain
    values (numbers, strings, paths, and dicts, lists and tuples of such) among its attributes as they are when the
    loop is made; of a function its own qualified name.

    Raises:
        TypeError: It can't be told: a lambda, a function within a function, an object without attributes of its own.
    """
    given = getattr(backend, "cache_id", None)
    if given is not None:
        return str(given)
    if isinstance(backend, partial):
        bound = (*backend.args, *backend.keywords.values())
        if all(map(_is_plain, bound)):
            return f"{backend_id(backend.func)} {_plain(bound)} {sorted(backend.keywords)}"
    elif inspect.ismethod(backend):
        return f"{backend_id(backend.__self__)}.{backend.__name__}"
    elif inspect.isroutine(backend) or inspect.isclass(backend):
        if "<" not in backend.__qualname__:  # <lambda>, <locals>
            return f"{backend.__module__}.{backend.__qualname__}"
    elif hasattr(backend, "__dict__"):
        kind = type(backend)
        settings = {name: value for name, value in sorted(vars(backend).items()) if _is_plain(value)}
        return f"{kind.__module__}.{kind.__qualname__} {list(settings)} {_plain(settings.values())}"
    msg = f"the cache can't tell {backend!r} from others of its kind: give it an attribute cache_id, such as 'joe-v1'"
    raise TypeError(msg)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, [*value, *value.values()]))
    return all(map(_is_plain, value)) if isinstance(value, list | tuple) else isinstance(value, _PLAIN)


def _plain(values: Iterable[Any]) -> list[str]:
    return [repr(os.fspath(value) if isinstance(value, os.PathLike) else value) for value in values]
