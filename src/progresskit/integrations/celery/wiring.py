"""An app's signals, told as progress.

In the process that publishes a task: ``queued``, and ``retrying`` for one that is sent again. Where it runs:
how it starts and ends. In the worker's main process: what befell a task that can't say so itself.

Celery calls a receiver within ``except Exception``, and logs what it raises: nothing here fails a task.
"""

from __future__ import annotations

import functools
import os
import secrets
import signal
import sys
import threading
import time
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec

from celery import signals, states
from celery.app.task import Context
from celery.exceptions import Ignore, SoftTimeLimitExceeded

from progresskit._platform import in_event_loop
from progresskit.errors import RunCancelled
from progresskit.integrations.celery.bridge import bridged
from progresskit.integrations.celery.marks import HEADER, Mark, run_id_of
from progresskit.logs import about, get_logger
from progresskit.transports import MemoryTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from progresskit.integrations.celery.projects import Projects
    from progresskit.publisher import Publisher
    from progresskit.reporter import Reporter

__all__ = ["Wiring", "reporter_of", "wiring_of"]

ANSWER_S: Final = 0.02
"""Seconds that a worker waits at most for the store to take what the next message's worker will build on."""
_SEND_RETURNS_S: Final = 0.01
_CELERYS_OWN: Final = "celery."
_RUNNING: Final = "_progresskit_running"
_WIRING: Final = "_progresskit_wiring"

_log = get_logger("integrations")

Sent = ParamSpec("Sent")


@dataclass(eq=False, slots=True)
class Running:
    """A task that runs here.

    Args:
        reporter: Who speaks for it.
        mark: What its message said.
        over: Whether it has ended.
    """

    reporter: Reporter
    mark: Mark
    over: bool = False
    _ending: threading.Lock = field(default_factory=threading.Lock, init=False)

    def end(self) -> None:
        """Note that it has ended."""
        with self._ending:
            self.over = True

    def raise_again(self) -> None:
        """Say once more, as the pool does, that its time is up; nothing where it has ended."""
        with self._ending:  # so that it doesn't end between the two, and leave the signal to the next task
            if not self.over:
                os.kill(os.getpid(), signal.SIGUSR1)


def reporter_of(request: Any) -> Reporter | None:
    """Return the reporter of a request that is being worked on; None where it has none."""
    running: Running | None = vars(request).get(_RUNNING)
    return running.reporter if running is not None else None


def wiring_of(app: Any) -> Wiring | None:
    """Return the wiring of an app; None where it wasn't instrumented."""
    wiring: Wiring | None = vars(app).get(_WIRING)
    return wiring


def _on_time(receiver: Callable[Concatenate[Wiring, Sent], None]) -> Callable[Concatenate[Wiring, Sent], None]:
    """Have a soft time limit that fires within a receiver raised again once Celery has swallowed it."""

    @functools.wraps(receiver)
    def receive(self: Wiring, /, *args: Sent.args, **kwargs: Sent.kwargs) -> None:
        try:
            receiver(self, *args, **kwargs)
        except SoftTimeLimitExceeded:
            running = self.running()
            if running is not None:
                threading.Thread(target=_raise_again, args=(running,), daemon=True).start()
            raise

    return receive


def _raise_again(running: Running) -> None:
    time.sleep(_SEND_RETURNS_S)
    running.raise_again()


class Wiring:
    """Tells the progress of an app's tasks.

    Args:
        app: The Celery app.
        publisher: What the words go through.
        projects: Finds the tasks' projects.
        bridge: Whether ``update_state`` reports too.
        owned: Whether the publisher is closed where another wiring takes this one's place.
    """

    def __init__(self, app: Any, publisher: Publisher, projects: Projects, *, bridge: bool, owned: bool) -> None:
        self.publisher = publisher
        self.projects = projects
        self._app = app
        self._bridge = bridge
        self._owned = owned
        # Celery would go by the address, and take a receiver for one that died where this one now stands.
        self._uid = f"progresskit-{secrets.token_hex(4)}"
        # The worker's main process: what it has received, for as long as Celery minds it.
        self._received: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()

    def connect(self) -> None:
        """Listen to the app's signals, in place of a former wiring of it."""
        former = wiring_of(self._app)
        if former is not None:
            for sent in former._receivers():  # noqa: SLF001 - one of us
                sent.disconnect(dispatch_uid=former._uid)  # noqa: SLF001
            if former._owned:  # noqa: SLF001
                former.publisher.close()
        # Celery holds receivers weakly: this one lives as long as its app.
        setattr(self._app, _WIRING, self)
        for sent, receiver in self._receivers().items():
            sent.connect(receiver, dispatch_uid=self._uid)
        # A task that was asked to stop must not be tried again by autoretry_for=(Exception,).
        spared = getattr(self._app.Task, "dont_autoretry_for", ())
        if RunCancelled not in spared:
            self._app.Task.dont_autoretry_for = (*spared, RunCancelled)

    def _receivers(self) -> Mapping[Any, Callable[..., None]]:
        return {
            signals.before_task_publish: self._before_publish,
            signals.after_task_publish: self._after_publish,
            signals.task_received: self._receive,
            signals.task_prerun: self._begin,
            signals.task_postrun: self._end,
            signals.task_revoked: self._revoke,
            signals.task_failure: self._fail,
            signals.worker_ready: self._look_at_pool,
            signals.worker_process_shutdown: self._close,
        }

    def running(self) -> Running | None:
        """Return the task of this app that runs on this thread."""
        task = self._app.current_task
        running: Running | None = vars(task.request).get(_RUNNING) if task is not None else None
        return running

    # --- where a task is published ------------------------------------------------------------------------------------

    @_on_time
    def _before_publish(self, /, sender: str, headers: dict[str, Any], body: Any, **_: Any) -> None:
        task_id, retries = headers.get("id"), headers.get("retries") or 0
        if task_id is None:  # Celery's first protocol, which has no headers
            return
        name = headers.get("shadow") or sender
        mark = Mark.read(headers.get(HEADER))
        if mark.step is None:
            # Of a retry the header is the former delivery's: the project stays, the run doesn't. Any other header
            # comes from an app whose task this is, where two are instrumented in a process.
            known = mark.project_id if retries else None
            project_id = known or self._project_of(sender, body, headers.get("root_id")) or mark.project_id
            mark = Mark(project_id=project_id)
        reporter = self._reporter(mark, name, task_id, retries) if _is_shown(sender, mark) else None
        if reporter is not None and retries:
            mark = mark.model_copy(update={"reason": _reason(reporter)})
            # Before the message: its worker's first word comes after this one.
            reporter.status("retrying", mark.reason)
            self._let_arrive(reporter)
        elif (running := self._step_before(mark)) is not None:
            # A step that sends the next one has done its work. Said now: said later it would come after the
            # next one's first word, and show this one as the stage that runs.
            running.reporter.progress(1.0)
            self._let_arrive(running.reporter)
        headers[HEADER] = mark.written()

    @_on_time
    def _after_publish(self, /, sender: str, headers: dict[str, Any], **_: Any) -> None:
        mark = Mark.read(headers.get(HEADER))
        retries = headers.get("retries") or 0
        if mark.step is None and not retries and headers.get("id") is not None and _is_shown(sender, mark):
            reporter = self._reporter(mark, headers.get("shadow") or sender, headers["id"], retries)
            if reporter is not None:
                reporter.status("queued")  # which the store refuses where the run has begun meanwhile

    def _step_before(self, mark: Mark) -> Running | None:
        """Return the step of the same run that runs here."""
        running = self.running() if mark.step is not None and mark.run_id is not None else None
        return running if running is not None and running.mark.run_id == mark.run_id else None

    def _project_of(self, name: str, body: Any, root_id: str | None) -> str | None:
        task = self._app.current_task
        parents = Mark.of(task.request).project_id if task is not None else None
        if name.startswith(_CELERYS_OWN):
            return parents  # what it sends on is the parent's too
        args, kwargs, *_ = body
        return self.projects.find(name, args, kwargs, parents=parents, root_id=root_id)

    # --- where it runs ------------------------------------------------------------------------------------------------

    @_on_time
    def _begin(self, /, task: Any, task_id: str, args: Any, kwargs: Any, **_: Any) -> None:
        if task.app is not self._app:
            return
        request = task.request
        mark = Mark.of(request)
        if not _is_shown(task.name, mark):
            return
        mark = self._complete(mark, request, task, args, kwargs)
        reporter = self._reporter(mark, request.shadow or task.name, task_id, request.retries)
        if reporter is None:
            return
        setattr(request, _RUNNING, Running(reporter, mark))
        if self._bridge and "update_state" not in vars(task):
            task.update_state = bridged(task, reporter_of)
        reporter.__enter__()  # left in _end()
        if mark.step is None:
            if request.is_eager and request.retries:
                reporter.status("retrying")  # nothing was published, so nobody has said it
            reporter.status("started", mark.reason)

    def _end(self, task: Any, retval: Any = None, state: str | None = None, **_: Any) -> None:
        running: Running | None = vars(task.request).pop(_RUNNING, None)
        if running is None:
            return
        try:
            running.end()
        except SoftTimeLimitExceeded:  # at the last moment: there is nothing left for it to end
            running.over = True
        error: BaseException | None = None
        if state == states.SUCCESS:
            step = running.mark.step
            running.reporter.complete(retval if step is None or step.last else None)
        elif isinstance(retval, BaseException):
            error = retval
        else:
            error = sys.exc_info()[1]  # one that Celery leaves alone is on its way through
            if error is None or self._is_told_elsewhere(error, task.request):
                error = Ignore()
        running.reporter.__exit__(type(error) if error is not None else None, error, None)

    def _is_told_elsewhere(self, error: BaseException, request: Any) -> bool:
        """Whether an exception means that the worker's main process ends this task, which knows why."""
        in_child = not request.is_eager and request.id not in self._received
        return type(error).__name__ == "GreenletExit" or (in_child and isinstance(error, SystemExit))

    # --- the worker's main process ------------------------------------------------------------------------------------

    def _receive(self, request: Any, **_: Any) -> None:
        if request.app is not self._app:
            return
        self._received[request.id] = request
        mark = Mark.read(request.request_dict.get(HEADER))
        if mark.step is None and (request.delivery_info or {}).get("redelivered"):
            # A run of its own, which fences the one of the worker that was lost, or isn't heard of.
            retries = request.request_dict.get("retries") or 0
            run_id = f"{run_id_of(request.id, retries)}:{secrets.token_hex(4)}"
            request.request_dict[HEADER] = mark.model_copy(update={"run_id": run_id}).written()

    def _revoke(self, sender: Any, request: Any, terminated: Any, expired: Any, **_: Any) -> None:
        reporter = self._reporter_of_lost(sender, request)
        if reporter is not None:
            reporter.status("cancelled", "expired" if expired else "terminated" if terminated else "revoked")

    def _fail(self, sender: Any, task_id: str, exception: BaseException, **_: Any) -> None:
        request = self._received.get(task_id)
        if request is None or sender.request.id == task_id:
            return  # it fails in this very process, and says so as it ends
        reporter = self._reporter_of_lost(sender, Context(request.request_dict))
        if reporter is not None:
            reporter._end(exception)  # noqa: SLF001 - leaving it would wait for the store, and hold up the worker

    def _reporter_of_lost(self, task: Any, request: Any) -> Reporter | None:
        mark = Mark.of(request)
        if task.app is not self._app or not _is_shown(task.name, mark):
            return None
        mark = self._complete(mark, request, task, request.args, request.kwargs)
        return self._reporter(mark, request.shadow or task.name, request.id, request.retries)

    def _look_at_pool(self, sender: Any, **_: Any) -> None:
        if sender.app is self._app and self._reaches_nobody(sender.pool):
            _log.warning(
                "the prefork pool's processes report to a MemoryTransport, each to its own: nobody will see it. Give "
                "instrument() a URL such as redis://localhost:6379/0",
                extra=about(),
            )

    def _reaches_nobody(self, pool: Any) -> bool:
        return isinstance(self.publisher.transport, MemoryTransport) and type(pool).__module__.endswith(".prefork")

    def _close(self, **_: Any) -> None:
        # The pool's children run neither atexit handlers nor multiprocessing's finalizers.
        self.publisher.close()

    # --- all of them --------------------------------------------------------------------------------------------------

    def _complete(self, mark: Mark, request: Any, task: Any, args: Any, kwargs: Any) -> Mark:
        """Fill in the project where who published the task couldn't tell, and note it for what the task sends."""
        if mark.project_id is None:
            project_id = self.projects.find(task.name, args, kwargs, root_id=request.root_id or request.id)
            mark = mark.model_copy(update={"project_id": project_id})
            setattr(request, HEADER, mark.written())
        return mark

    def _reporter(self, mark: Mark, name: str, task_id: str, retries: int) -> Reporter | None:
        """Return who speaks for a delivery; None where it isn't reported."""
        if mark.project_id is None:
            return None
        step = mark.step
        if step is None:
            run_id = mark.run_id or run_id_of(task_id, retries)
            return self.publisher.task(mark.project_id, name, run_id=run_id, complete_on_exit=False)
        if mark.run_id is None:
            return None
        return self.publisher.part(
            mark.project_id,
            step.task_name,
            run_id=mark.run_id,
            key=step.key,
            share=step.share,
            stage=step.name,
            last=step.last,
        )

    @staticmethod
    def _let_arrive(reporter: Reporter) -> None:
        if not in_event_loop():
            reporter.flush(min(ANSWER_S, reporter.outlet.patience_s))


def _is_shown(task_name: str, mark: Mark) -> bool:
    return mark.step is not None or not task_name.startswith(_CELERYS_OWN)


def _reason(reporter: Reporter) -> str:
    """Word the exception for which a task is tried again: by its class alone, unless the user words it."""
    error = sys.exc_info()[1]
    if error is None:
        return ""
    outlet = reporter.outlet
    if outlet.describe_error is not None:
        try:
            return outlet.mender.text(outlet.describe_error(error), "message")
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # noqa: BLE001 - it is the host's, and the retry matters more
            _log.exception("describe_error failed", extra=about(reporter.project_id, reporter.task_name))
    return type(error).__name__
