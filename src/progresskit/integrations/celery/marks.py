"""What travels with a message: whose progress it is. One header, written at publish and read in the worker."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from progresskit import rules
from progresskit.events import Fraction, ProjectId, RunId, TaskName

__all__ = ["HEADER", "Mark", "Step", "run_id_of"]

HEADER: Final = "progresskit"
"""The header's name in a message, and that of its attribute in a request."""
_LONGEST_TASK_ID: Final = 96  # leaves room in a run id for what tells the deliveries apart


class Step(BaseModel):
    """Which part of a pipeline's run a message is.

    Args:
        task_name: The pipeline's line of progress.
        name: The step's name.
        key: The part's key, its own among the run's.
        share: How much of the whole it is.
        last: Whether its end is the run's.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    task_name: TaskName
    name: str
    key: RunId
    share: Fraction
    last: bool = False


class Mark(BaseModel):
    """What a message says of its progress.

    Args:
        project_id: The project; None = the worker has to find it.
        run_id: The run; None = that of the delivery.
        reason: Why it was sent again, where it was.
        step: Which part of a run it is; None = it is the whole.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    project_id: ProjectId | None = None
    run_id: RunId | None = None
    reason: str = ""
    step: Step | None = None

    @classmethod
    def read(cls, header: Any) -> Mark:
        """Read a header; one that isn't valid, or is missing, says nothing."""
        try:
            return cls.model_validate(header)
        except ValidationError:
            return cls()

    @classmethod
    def of(cls, request: Any) -> Mark:
        """Read the mark of a task's request."""
        # Of a message, custom headers are attributes; an eager call has them in ``headers`` alone.
        return cls.read(vars(request).get(HEADER) or (request.headers or {}).get(HEADER))

    def written(self) -> dict[str, Any]:
        """Return the header."""
        return self.model_dump(exclude_defaults=True)


def run_id_of(task_id: str, retries: int) -> str:
    """Return the run of a delivery: each retry of a task is one of its own."""
    run_id = f"{task_id}:{retries}"
    if len(task_id) <= _LONGEST_TASK_ID and run_id.isprintable() and not run_id.startswith(rules.AUTO_RUN_PREFIX):
        return run_id
    return f"{hashlib.sha256(task_id.encode(errors='replace')).hexdigest()[:32]}:{retries}"
