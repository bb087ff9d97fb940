"""A workflow of several tasks that is one line of progress."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from progresskit import rules
from progresskit.events import new_run_id
from progresskit.integrations.celery.marks import HEADER, Mark, Step
from progresskit.integrations.celery.projects import Projects
from progresskit.integrations.celery.wiring import wiring_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Pipeline"]

_STEP: Final = "step"  # in the header of a signature that isn't started yet: its step's name
_GATHER: Final = "celery.accumulate"  # Celery's own: returns what it is given


class Pipeline:
    """One line of progress for a chain, group or chord: its steps share a run, and move the bar by their weights.

        >>> video = Pipeline("video", {"script": 1, "sound": 1, "film": 3})

    The reporter of a step speaks of that step; the bar is the sum of them, also where several run at the same
    time. Signatures that share a step share its weight. A step that is tried again doesn't end the run; one
    that fails or is revoked does; the workflow's last task completes it, with its result.

    Args:
        task_name: The line of progress.
        steps: The name of each step, shown to people, and its weight: how much it counts, relative to the
            others in the workflow.

    Raises:
        ValueError: A name or a weight is not valid.
    """

    def __init__(self, task_name: str, steps: Mapping[str, float]) -> None:
        self.task_name = rules.check_task_name(task_name)
        self.steps = dict(steps)
        if not self.steps:
            msg = f"pipeline {self.task_name!r} has no steps: declare each with its weight, like {{'script': 1}}"
            raise ValueError(msg)
        for name, weight in self.steps.items():
            rules.check_stage([name])
            if not 0 < weight < math.inf:
                msg = f"the weight {rules.shown(weight)} of step {rules.shown(name)} is not valid: use a number over 0"
                raise ValueError(msg)

    def step(self, name: str, signature: Any) -> Any:
        """Say which step a signature is, and return it; a chain, group or chord is one step as a whole.

        Raises:
            ValueError: The pipeline declares no such step.
        """
        if name not in self.steps:
            msg = f"step {rules.shown(name)} is not declared: this pipeline has {rules.shown(list(self.steps))}"
            raise ValueError(msg)
        for leaf in _leaves(signature):
            _mark(leaf, {_STEP: name})
        return signature

    def start(self, workflow: Any, *, project_id: str, **options: Any) -> Any:
        """Send a workflow off as a new run of this pipeline.

        A workflow that ends in a group gets a task after it, which returns what they returned, in a list.

        Args:
            workflow: A chain, group, chord or single signature, all of it marked by :meth:`step`.
            project_id: Who may watch.
            options: Passed on to the workflow's ``apply_async``.

        Returns:
            The ``AsyncResult`` of the workflow's last task.

        Raises:
            ValueError: A task of the workflow is no step of this pipeline.
        """
        names = [self._step_of(leaf) for leaf in _leaves(workflow)]
        sharing = Counter(names)
        total = sum(self.steps[name] for name in sharing)
        shares = [self.steps[name] / total / sharing[name] for name in names]
        if _last(workflow) is None:
            workflow |= workflow.app.signature(_GATHER, kwargs={"index": 0})
            names.append(names[-1])
            shares.append(0.0)
        last = _last(workflow)

        wiring = wiring_of(workflow.app)
        projects = wiring.projects if wiring is not None else Projects(workflow.app, None)
        valid_id = projects.valid(project_id, self.task_name)
        run_id = new_run_id()
        for index, (leaf, name, share) in enumerate(zip(_leaves(workflow), names, shares, strict=True)):
            if valid_id is None:
                _mark(leaf, {_STEP: name})
                continue
            step = Step(task_name=self.task_name, name=name, key=str(index), share=share, last=leaf is last)
            _mark(leaf, Mark(project_id=valid_id, run_id=run_id, step=step).written())
        if wiring is None or valid_id is None:
            return workflow.apply_async(**options)
        reporter = wiring.publisher.task(valid_id, self.task_name, run_id=run_id, complete_on_exit=False)
        reporter.status("queued")  # before a worker's first word; where that was quicker, the store refuses it
        try:
            return workflow.apply_async(**options)
        except BaseException as error:  # whatever kept it from being sent off, nothing will come of this run
            reporter._end(error)  # noqa: SLF001 - leaving it would wait for the store
            raise

    def _step_of(self, leaf: Any) -> str:
        step = _header(leaf).get(_STEP)
        name: Any = step["name"] if isinstance(step, dict) else step  # it was started before
        if name not in self.steps:
            msg = f"task {leaf.task} is no step of pipeline {self.task_name!r}: mark its signature by Pipeline.step()"
            raise ValueError(msg)
        return str(name)


def _leaves(workflow: Any) -> Iterator[Any]:
    """Iterate over the signatures of single tasks, in the order in which they start."""
    match workflow.get("subtask_type"):
        case "chain" | "group":
            for part in workflow.tasks:
                yield from _leaves(part)
        case "chord":
            for part in workflow.tasks:
                yield from _leaves(part)
            yield from _leaves(workflow.body)
        case _:
            yield workflow


def _last(workflow: Any) -> Any:
    """Return the signature after which there is nothing; None where there are several."""
    match workflow.get("subtask_type"):
        case "chain":
            return _last(workflow.tasks[-1])
        case "group":
            return None
        case "chord":
            return _last(workflow.body)
        case _:
            return workflow


def _header(leaf: Any) -> dict[str, Any]:
    return (leaf.options.get("headers") or {}).get(HEADER) or {}


def _mark(leaf: Any, header: dict[str, Any]) -> None:
    leaf.set(headers={**(leaf.options.get("headers") or {}), HEADER: header})
