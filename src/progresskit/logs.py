"""The library's loggers. Every record carries ``project_id`` and ``task_name``: None where it is about neither.

So a formatter may name them (``%(project_id)s``), and a search by project finds what was said of it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableMapping

__all__ = ["Logger", "about", "get_logger"]


class Logger(logging.LoggerAdapter[logging.Logger]):
    """A logger that completes what each record carries."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add what a call left out."""
        kwargs["extra"] = about() | (kwargs.get("extra") or {})
        return msg, kwargs


def get_logger(name: str) -> Logger:
    """Return one of the library's loggers, by its name after ``progresskit.``."""
    return Logger(logging.getLogger(f"progresskit.{name}"), {})


def about(project_id: str | None = None, task_name: str | None = None) -> dict[str, Any]:
    """Return the ``extra`` of a record: what it is about."""
    return {"project_id": project_id, "task_name": task_name}
