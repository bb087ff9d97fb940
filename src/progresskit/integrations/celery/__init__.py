"""Celery: the progress of an app's tasks, told by its signals.

    from celery import Celery
    from progresskit.integrations.celery import current_task_reporter, instrument

    app = Celery("app", broker="redis://localhost:6379/0")
    instrument(app, "redis://localhost:6379/1")

    @app.task
    def render(project_id, frames):
        for frame in current_task_reporter().track(frames):
            ...

Each delivery of a task is a run of the line that bears the task's name (or its ``shadow``): ``queued`` when it is
published, ``started``, then ``completed`` with the task's result, ``failed``, or ``cancelled`` where it was revoked
or asked to stop. A retry is a new run, which opens with ``retrying``; so is a redelivery, which fences the worker
that was lost. ``Ignore``, ``Reject`` and ``Retry`` are no end. Needs the extra ``celery``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from progresskit.errors import MissingDependencyError
from progresskit.publisher import Publisher
from progresskit.reporter import NullReporter

try:
    import celery
except ImportError as error:
    raise MissingDependencyError.for_extra(package="celery", extra="celery") from error

from progresskit.integrations.celery.pipeline import Pipeline
from progresskit.integrations.celery.projects import Projects
from progresskit.integrations.celery.wiring import Wiring, reporter_of

if TYPE_CHECKING:
    from progresskit.integrations.celery.projects import ProjectRule
    from progresskit.reporter import Reporter

__all__ = ["Pipeline", "current_task_reporter", "instrument"]


def instrument(
    app: Any,
    url_or_publisher: str | Publisher,
    *,
    project: ProjectRule | None = None,
    bridge_update_state: bool = False,
) -> None:
    """Report the progress of an app's tasks; again for the same app, it takes the place of the former.

    Call it where the app is made, so that both who publishes and who works imports it; one app in a process.
    Nothing that goes wrong in it fails a task, or its publishing.

    Args:
        app: The Celery app.
        url_or_publisher: Where the progress goes: a URL, or a publisher of yours.
        project: The project of all tasks, or a function of a task's name, positional and keyword arguments
            that returns it (None = the task isn't reported). Without it: the task's argument ``project_id``,
            else the project of the task that sent it, else the id of the first task of its workflow.
        bridge_update_state: Whether ``self.update_state(state="PROGRESS", meta={"current": 1, "total": 9})``
            reports too. ``status`` or ``message`` in ``meta`` is the message, the rest metadata.

    Raises:
        ValueError: The URL names no transport, or the project can't be one.
        TypeError: ``app`` is no Celery app, or ``url_or_publisher`` is neither.
    """
    if not isinstance(app, celery.Celery):
        msg = f"a value of type {type(app).__name__} is no Celery app: pass what Celery('name', broker=…) made"
        raise TypeError(msg)
    projects = Projects(app, project)
    publisher = _publisher(url_or_publisher)
    owned = publisher is not url_or_publisher
    Wiring(app, publisher, projects, bridge=bridge_update_state, owned=owned).connect()


def _publisher(url_or_publisher: Any) -> Publisher:
    if isinstance(url_or_publisher, str):
        return Publisher.from_url(url_or_publisher)
    if isinstance(url_or_publisher, Publisher):
        return url_or_publisher
    msg = (
        f"a value of type {type(url_or_publisher).__name__} is no URL and no publisher: pass a URL such as "
        "'redis://localhost:6379/1', or Publisher(transport)"
    )
    raise TypeError(msg)


def current_task_reporter() -> Reporter:
    """Return the reporter of the task that runs on this thread; one that drops all where none does.

    It is for the task's own thread: hand the reporter itself to threads that the task starts.
    """
    task = celery.current_task
    reporter = reporter_of(task.request) if task else None
    return reporter if reporter is not None else NullReporter()
