"""A façade in the form that many apps wrote by hand: one manager, four broadcasts, a connection count.

    >>> import asyncio
    >>> manager = get_websocket_manager()
    >>> asyncio.run(manager.broadcast_progress("campaign_001", "audio", 0.5, message="Half way"))

The broadcasts may be awaited in any event loop, in ``asyncio.run`` called again and again, from any thread;
they never raise for a delivery problem or a wrong id. They wait for the store's answer for 20 ms at most, so
that as a rule one process's ``queued`` is there before another's first event.

They name no run: the store finds the current one, or begins one. Where :func:`configure` says nothing, the
transport is that of ``$PROGRESSKIT_URL``, else ``memory://``, which reaches this process only.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Final

from progresskit.hub import Hub
from progresskit.logs import get_logger
from progresskit.publisher import Publisher
from progresskit.transports import opened

if TYPE_CHECKING:
    from progresskit.reporter import Reporter
    from progresskit.reports import Report
    from progresskit.transports import Transport

__all__ = ["WebSocketManager", "configure", "get_websocket_manager"]

ANSWER_S: Final = 0.02
"""Seconds that a broadcast waits for the store's answer at most."""

_ALIASES: Final = {
    "pending": "queued",
    "retry": "retrying",
    "revoked": "cancelled",
    "success": "completed",
    "failure": "failed",
    "error": "failed",
}
_PROGRESS_STATUSES: Final = frozenset({"in_progress", "started", "retrying"})

_log = get_logger("integrations")


class WebSocketManager:
    """Broadcasts progress, and counts who listens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._owned = False
        self._publisher: Publisher | None = None
        self._hub: Hub | None = None

    @property
    def publisher(self) -> Publisher:
        """What the broadcasts go through."""
        with self._lock:
            if self._publisher is None:
                self._publisher = Publisher(self._open())
            return self._publisher

    @property
    def hub(self) -> Hub:
        """What a gateway serves: ``Gateway(get_websocket_manager().hub, authorize=…)``."""
        with self._lock:
            if self._hub is None:
                self._hub = Hub(self._open())
            return self._hub

    def get_connection_count(self, project_id: str) -> int:
        """Return how many clients of this process follow a project."""
        with self._lock:
            return self._hub.connections(project_id) if self._hub is not None else 0

    async def broadcast_progress(  # noqa: PLR0917 - the signature that its callers have
        self,
        project_id: str,
        task_name: str,
        progress: float,
        status: str = "in_progress",
        message: str = "",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Say how far a task is.

        Args:
            project_id: Who may watch.
            task_name: The line of progress.
            progress: 0 to 1.
            status: A status, or ``pending``, ``retry``, ``revoked``; an unknown one is ``in_progress``.
            message: Text for people.
            metadata: JSON object.
        """
        await self._say(project_id, task_name, status, progress, message, metadata)

    async def broadcast_status(
        self,
        project_id: str,
        task_name: str,
        status: str,
        message: str = "",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Say that a task's status changed; ``queued`` starts a dead or finished line anew."""
        await self._say(project_id, task_name, status, None, message, metadata)

    async def broadcast_completion(self, project_id: str, task_name: str, result: Any = None) -> None:
        """Say that a task is done. ``result`` is any JSON."""
        reporter = self._reporter(project_id, task_name)
        if reporter is not None:
            reporter.complete(result)
            await self._answered(reporter)

    async def broadcast_error(
        self, project_id: str, task_name: str, error: str, details: dict[str, Any] | None = None
    ) -> None:
        """Say that a task failed: ``error`` is text for people, ``details`` a JSON object."""
        reporter = self._reporter(project_id, task_name)
        if reporter is not None:
            reporter.fail(error, details=details)
            await self._answered(reporter)

    def configure(self, url_or_transport: Transport | str) -> None:
        """Use another transport from now on; what was said so far is sent first."""
        transport, owned = opened(url_or_transport)
        with self._lock:
            former, was_owned, publisher = self._transport, self._owned, self._publisher
            self._transport, self._owned = transport, owned
            self._publisher = self._hub = None
        if publisher is not None:
            publisher.close()
        if former is not None and was_owned:
            former.close()

    def _open(self) -> Transport:
        if self._transport is None:
            self._transport, self._owned = opened(os.environ.get("PROGRESSKIT_URL") or "memory://")
        return self._transport

    async def _say(  # noqa: PLR0917 - passed on as they came
        self,
        project_id: str,
        task_name: str,
        status: str,
        progress: float | None,
        message: str,
        metadata: dict[str, Any] | None,
    ) -> None:
        reporter = self._reporter(project_id, task_name)
        if reporter is None:
            return
        outlet = reporter.outlet
        known = outlet.mender.status(_ALIASES.get(status, status) if isinstance(status, str) else status)
        text = outlet.mender.text(message, "message")
        encoded = outlet.mender.json_object(metadata, "metadata")
        fraction = outlet.mender.fraction(progress)
        report: Report
        if known in _PROGRESS_STATUSES and fraction is not None:
            report = outlet.report("progress", status=known, progress=fraction, message=text, metadata=encoded)
        elif known == "completed":
            report = outlet.report("completed", message=text, metadata=encoded)
        elif known == "failed":
            report = outlet.report("error", error=text or "failed", message=text, metadata=encoded)
        else:
            report = outlet.report("status", status=known, progress=fraction, message=text, metadata=encoded)
        with outlet.lock:
            outlet.put(report)
        await self._answered(reporter)

    def _reporter(self, project_id: str, task_name: str) -> Reporter | None:
        try:
            return self.publisher.current(project_id, task_name)
        except (ValueError, TypeError) as error:
            _log.error("a broadcast was left out: %s", error)
            return None

    async def _answered(self, reporter: Reporter) -> None:
        await self.publisher.answered(reporter.project_id, reporter.task_name, timeout_s=ANSWER_S)


_manager: Final = WebSocketManager()


def get_websocket_manager() -> WebSocketManager:
    """Return the one manager of this process."""
    return _manager


def configure(url_or_transport: Transport | str) -> None:
    """Say which transport the manager uses, instead of ``$PROGRESSKIT_URL``.

    Args:
        url_or_transport: A URL, whose transport the manager opens and closes, or a transport of yours.

    Raises:
        ValueError: The URL names no transport.
    """
    _manager.configure(url_or_transport)
