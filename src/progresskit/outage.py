"""Says in the log that the store doesn't take what it is sent: at once, then once a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from progresskit.logs import about, get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Outage"]

_EVERY_S: Final = 60.0
_MOST: Final = 1_000

_log = get_logger("publisher")


class Outage:
    """What a sender says of its store.

    Args:
        clock: Returns seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._said_at: dict[str, float] = {}
        self._announced = False  # whether the log has said that there is an outage, and not yet that it is over
        self._down: set[str] = set()  # the projects whose last batch failed; what is beyond the bound isn't missed

    def failed(self, error: BaseException, project_id: str | None, *, kept: int, unexpected: bool) -> None:
        """Say that a batch failed and is kept; one project's failures don't hide behind another's success."""
        if project_id is not None and len(self._down) < _MOST:
            self._down.add(project_id)
        if self._is_due("failure"):
            self._announced = True
            _log.warning(
                "progress can't be delivered: %s; %d more are kept, and sent when the store answers",
                error,
                kept,
                exc_info=error if unexpected else None,
                extra=about(project_id),
            )

    def refused(self, error: BaseException, project_id: str) -> None:
        """Say that a batch was refused for good."""
        if self._is_due("refusal"):
            _log.error("progress was refused for good and is lost: %s", error, extra=about(project_id))

    def lost(self, reason: str, dropped: int, project_id: str, task_name: str) -> None:
        """Say that something was dropped, and how much in all."""
        if self._is_due(reason):
            _log.error("progress was lost: %s (%d in all)", reason, dropped, extra=about(project_id, task_name))

    def over(self, project_id: str) -> None:
        """Say that a batch was taken; once all projects' batches are, the outage is over."""
        if project_id in self._down:
            self._down.discard(project_id)
            if not self._down and self._announced:
                self._announced = False
                _log.info("progress is delivered again", extra=about(project_id))

    def _is_due(self, what: str) -> bool:
        now = self._clock()
        said_at = self._said_at.get(what)
        if said_at is not None and now - said_at < _EVERY_S:
            return False
        self._said_at[what] = now
        return True
