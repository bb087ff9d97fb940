"""Whose progress a task is: how its project is found."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

from progresskit import rules
from progresskit.logs import about, get_logger

__all__ = ["ProjectRule", "Projects"]

_log = get_logger("integrations")

ProjectRule = str | Callable[[str, tuple[Any, ...], dict[str, Any]], str | None]
"""A project for all tasks, or a function of a task's name and arguments; where that returns None, the task
isn't reported."""


class Projects:
    """Finds the projects of an app's tasks.

    Args:
        app: The Celery app.
        rule: The user's own rule; None = the argument ``project_id``, else the parent's, else the root's id.

    Raises:
        ValueError: The rule is a project that can't be one.
    """

    def __init__(self, app: Any, rule: ProjectRule | None) -> None:
        self._app = app
        self._rule: ProjectRule | None = rule
        if rule is not None and not callable(rule):
            self._rule = rules.check_project_id(_written(rule))
        self._signatures: dict[str, inspect.Signature | None] = {}
        self._noted: set[tuple[str, type[Exception]]] = set()

    def find(
        self, task_name: str, args: Any, kwargs: Any, *, parents: str | None = None, root_id: str | None
    ) -> str | None:
        """Return the project of a task; None = it isn't reported, or not from here.

        Args:
            task_name: Its name.
            args: Its positional arguments.
            kwargs: Its keyword arguments.
            parents: The project of the task that sent it, where one did.
            root_id: The id of the first task of its workflow.
        """
        args, kwargs = tuple(args or ()), dict(kwargs or {})
        if isinstance(self._rule, str):
            return self._rule
        if self._rule is not None:
            return self._ruled(self._rule, task_name, args, kwargs)
        given = kwargs.get("project_id")
        if given is None and task_name in self._app.tasks:
            given = self._argument(task_name, args, kwargs)
        elif given is None and args:
            return None  # which argument is which, only the worker knows
        return self.valid(next((each for each in (given, parents, root_id) if each is not None), None), task_name)

    def valid(self, value: Any, task_name: str) -> str | None:
        """Return a project id as it is written; None, and a line in the log, where it can't be one.

        It isn't mended: two that were mended alike would let one's watchers see the other.
        """
        if value is None:
            return None
        try:
            return rules.check_project_id(_written(value))
        except ValueError as error:
            if self._is_news(task_name, error):
                _log.error("task %s isn't reported: %s", task_name, error, extra=about(None, task_name))
            return None

    def _ruled(
        self, rule: Callable[..., Any], task_name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> str | None:
        """Return what the user's function says; None, and its traceback in the log, where it fails."""
        try:
            return self.valid(rule(task_name, args, kwargs), task_name)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001 - it is the host's, and the task matters more
            if self._is_news(task_name, error):
                _log.exception("task %s isn't reported: project= failed", task_name, extra=about(None, task_name))
            return None

    def _is_news(self, task_name: str, error: Exception) -> bool:
        """Tell whether this is the first error of its kind for a task, and remember it."""
        cause = task_name, type(error)
        is_news = cause not in self._noted
        self._noted.add(cause)
        return is_news

    def _argument(self, task_name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if task_name not in self._signatures:
            try:
                signature = inspect.signature(self._app.tasks[task_name].run)
            except (TypeError, ValueError):  # a callable that doesn't tell
                signature = None
            self._signatures[task_name] = signature
        signature = self._signatures[task_name]
        if signature is None or "project_id" not in signature.parameters:
            return None
        try:
            bound = signature.bind_partial(*args, **kwargs)
        except TypeError:  # the call is wrong, which is the task's to say
            return None
        bound.apply_defaults()
        return bound.arguments["project_id"]


def _written(value: Any) -> Any:
    """Write what ids often are in a database as text; leave anything else to the rule."""
    return str(value) if isinstance(value, uuid.UUID) or type(value) is int else value
