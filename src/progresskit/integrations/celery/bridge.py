"""Progress for tasks that know only Celery's own ``update_state``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from celery import states

if TYPE_CHECKING:
    from collections.abc import Callable

    from progresskit.reporter import Reporter

__all__ = ["bridged"]


def bridged(task: Any, reporter_of: Callable[[Any], Reporter | None]) -> Callable[..., Any]:
    """Return a task's ``update_state`` that also reports.

    Custom states are progress: ``meta["current"]`` of ``meta["total"]``, with ``meta["status"]`` or
    ``meta["message"]`` as text for people, and what else there is as metadata.

    Args:
        task: The task.
        reporter_of: Returns the reporter of a request; None where it has none.
    """
    update_state: Callable[..., Any] = task.update_state

    @functools.wraps(update_state)
    def update(task_id: str | None = None, state: str | None = None, meta: Any = None, **options: Any) -> Any:
        reporter = reporter_of(task.request)
        own = task_id is None or task_id == task.request.id
        if reporter is not None and own and state not in states.ALL_STATES and isinstance(meta, dict):
            _stream(reporter, dict(meta))
        return update_state(task_id=task_id, state=state, meta=meta, **options)

    return update


def _stream(reporter: Reporter, meta: dict[str, Any]) -> None:
    current, total = meta.pop("current", None), meta.pop("total", None)
    try:
        fraction = current / total
    except (TypeError, ZeroDivisionError):
        fraction = None
    message = next((meta.pop(key) for key in ("status", "message") if isinstance(meta.get(key), str)), "")
    reporter.progress(fraction, message, meta or None)
