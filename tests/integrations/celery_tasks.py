"""The tasks that the workers of the tests run."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from celery import Celery

from progresskit.integrations.celery import Pipeline, current_task_reporter, instrument, wiring

app = Celery("tests", broker=os.environ["BROKER_URL"], backend=os.environ["BROKER_URL"], set_as_current=False)
app.conf.update(
    task_default_queue=os.environ["QUEUE"],
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    result_expires=600,
)


instrument(app, os.environ["PROGRESS_URL"], bridge_update_state=True)
pipeline = Pipeline("pipeline", {"script": 1, "frames": 2, "film": 1})


@app.task
def double(project_id, number):
    """Report half way, and return twice the number."""
    current_task_reporter().progress(0.5, "half way", {"number": number})
    return number * 2


@app.task(bind=True, max_retries=2)
def unsteady(self, project_id, failures):
    """Fail a number of times."""
    try:
        "a secret".index("" if self.request.retries >= failures else "password")
    except ValueError as error:
        raise self.retry(exc=error, countdown=0.1) from None
    return "done"


@app.task(autoretry_for=(Exception,), max_retries=3, default_retry_delay=0)
def endless(project_id):
    """Go on until asked to stop."""
    for _ in current_task_reporter().track(iter(int, 1), "working"):
        time.sleep(0.01)


@app.task
def sleep(project_id, seconds):
    """Sleep."""
    current_task_reporter().progress(0.1, "asleep")
    time.sleep(seconds)


@app.task(bind=True)
def old_style(self, project_id):
    """Report as Celery's own documentation shows it."""
    for current in range(1, 4):
        self.update_state(state="PROGRESS", meta={"current": current, "total": 4, "status": f"item {current}"})


@app.task(bind=True, acks_late=True, reject_on_worker_lost=True)
def lose_worker(self, project_id, mark):
    """Kill this process the first time."""
    if not Path(mark).exists():
        Path(mark).write_text(current_task_reporter().run_id, encoding="utf-8")
        current_task_reporter().progress(0.7)
        current_task_reporter().flush()
        os.kill(os.getpid(), signal.SIGKILL)
    return current_task_reporter().run_id


@app.task(bind=True, max_retries=1)
def step(self, *_given, fail=False, unsteady=False, value=1):
    """Be a step of a pipeline."""
    current_task_reporter().progress(0.5, f"step {value}")
    if fail:
        raise ValueError(fail)
    if unsteady and not self.request.retries:
        raise self.retry(countdown=0.05)
    return value


@app.task
def gather(values):
    """Be the step that comes after the others."""
    return sum(values)


@app.task(soft_time_limit=1)
def spin(project_id):
    """Report without a pause, until the time is up."""
    while True:
        current_task_reporter().progress(0.5, "spinning")


@app.task
def late(project_id, *, protected):
    """Let the time be up while a child is published, within a receiver of Celery's signal."""
    projects, raise_again = wiring.wiring_of(app).projects, wiring._raise_again
    find = projects.find

    def find_late(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGUSR1)  # as the pool does
        return find(*args, **kwargs)

    projects.find = find_late
    if not protected:
        wiring._raise_again = len
    try:
        double.delay(project_id, 1)
        time.sleep(1)
    finally:
        projects.find, wiring._raise_again = find, raise_again
    return "the time limit was lost"
