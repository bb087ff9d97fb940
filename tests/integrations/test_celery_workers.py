"""Real workers of every pool tell the progress of their tasks, through a real store."""

from __future__ import annotations

import itertools

import pytest
from celery import chain, chord, group
from celery.exceptions import SoftTimeLimitExceeded, TaskRevokedError

from progresskit import RunCancelled

POOLS = ["prefork", "threads", "solo", "gevent"]
WAIT_S = 15
_numbers = itertools.count()


@pytest.fixture(params=POOLS)
def pool(request, workers, tasks):
    """Send what the test publishes to the worker of a pool."""
    if request.param == "gevent":
        pytest.importorskip("gevent")
    workers(request.param)
    tasks.app.conf.task_default_queue = request.param
    return request.param


@pytest.fixture
def prefork(workers, tasks):
    tasks.app.conf.task_default_queue = "prefork"
    return workers("prefork")


@pytest.fixture
def project_id():
    return f"project-{next(_numbers)}"


def test_a_task_is_queued_starts_moves_and_completes_with_its_result(pool, tasks, store, project_id):
    with store.follow(project_id) as events:
        result = tasks.double.delay(project_id, 21)
        assert result.get(timeout=WAIT_S) == 42
        state = store.ended(project_id, tasks.double.name)
    assert (state.status, state.result, state.attempt) == ("completed", 42, 1)
    assert (state.message, state.metadata) == ("half way", {"number": 21})
    assert state.run_id == f"{result.id}:0"
    order = [event.status for event in events]
    assert order == sorted(order, key=["queued", "started", "in_progress", "completed"].index)


def test_a_retry_is_a_run_of_its_own_which_opens_with_its_reason(pool, tasks, store, project_id):
    with store.follow(project_id) as events:
        result = tasks.unsteady.delay(project_id, 2)
        assert result.get(timeout=WAIT_S) == "done"
        state = store.ended(project_id, tasks.unsteady.name)
    assert (state.status, state.result, state.attempt, state.run_id) == ("completed", "done", 3, f"{result.id}:2")
    for attempt in (2, 3):
        first = next(event for event in events if event.attempt == attempt)
        assert (first.status, first.message) == ("retrying", "ValueError")  # without its text
    assert not [event for event in events if event.status == "failed"]


def test_a_task_that_fails_shows_no_more_than_its_error_class(pool, tasks, store, project_id):
    with pytest.raises(ValueError, match="substring not found"):
        tasks.unsteady.apply_async((project_id, 9), retries=2).get(timeout=WAIT_S)
    state = store.ended(project_id, tasks.unsteady.name)
    assert (state.status, state.error, state.code) == ("failed", "Task failed", "ValueError")
    assert set(state.details) == {"error_id"}


def test_a_cancel_reaches_the_task_at_its_next_item(pool, tasks, store, project_id):
    result = tasks.endless.delay(project_id)
    store.until(project_id, tasks.endless.name, lambda state: state.message == "working")
    assert store.cancel(project_id, tasks.endless.name)
    assert store.ended(project_id, tasks.endless.name).status == "cancelled"
    with pytest.raises(RunCancelled):  # nor did autoretry_for=(Exception,) try it again
        result.get(timeout=WAIT_S)


def test_a_task_that_is_revoked_before_it_starts_is_cancelled(pool, tasks, store, project_id):
    result = tasks.double.apply_async((project_id, 1), countdown=1)
    store.until(project_id, tasks.double.name, lambda state: state.status == "queued")
    result.revoke()
    state = store.ended(project_id, tasks.double.name)
    assert (state.status, state.message) == ("cancelled", "revoked")


def test_update_state_is_bridged(pool, tasks, store, project_id):
    with store.follow(project_id) as events:
        tasks.old_style.delay(project_id).get(timeout=WAIT_S)
        state = store.ended(project_id, tasks.old_style.name)
    assert state.message == "item 3"
    assert 0.75 in [getattr(event, "progress", None) for event in events]


def test_a_chain_is_one_line_that_moves_by_its_steps_weights(pool, tasks, store, project_id):
    step = tasks.pipeline.step
    workflow = chain(
        step("script", tasks.step.s(value=1)),
        step("frames", tasks.step.s(unsteady=True, value=2)),
        step("film", tasks.step.s(value=3)),
    )
    with store.follow(project_id) as events:
        assert tasks.pipeline.start(workflow, project_id=project_id).get(timeout=WAIT_S) == 3
        state = store.ended(project_id, "pipeline")
    assert (state.status, state.result, state.attempt) == ("completed", 3, 1)
    assert store.task(project_id, tasks.step.name) is None  # no line of its own
    seen = [event.progress for event in events if getattr(event, "progress", None) is not None]
    assert seen == sorted(seen)
    assert {0.25, 0.75} < set(seen)  # at the end of the first and of the second step
    assert "retrying" in [event.status for event in events]
    stages = [stage for stage, _ in itertools.groupby(event.stage[0] for event in events if event.type == "progress")]
    assert stages == ["script", "frames", "film"]


def test_the_steps_of_a_chord_run_at_the_same_time_and_add_up(pool, tasks, store, project_id):
    step = tasks.pipeline.step
    workflow = chain(
        step("script", tasks.step.s()),
        chord(
            step("frames", group(tasks.step.s(value=value, unsteady=value == 2) for value in range(1, 4))),
            step("film", tasks.gather.s()),
        ),
    )
    with store.follow(project_id) as events:
        assert tasks.pipeline.start(workflow, project_id=project_id).get(timeout=WAIT_S) == 6
        state = store.ended(project_id, "pipeline")
    assert (state.status, state.result) == ("completed", 6)
    assert max(event.progress for event in events if event.type == "progress" and event.progress) == pytest.approx(0.75)


def test_a_step_that_fails_ends_the_run(pool, tasks, store, project_id):
    step = tasks.pipeline.step
    workflow = chain(
        step("script", tasks.step.s()), step("frames", tasks.step.s(fail="x")), step("film", tasks.step.s())
    )
    with pytest.raises(ValueError, match="x"):
        tasks.pipeline.start(workflow, project_id=project_id).get(timeout=WAIT_S)
    state = store.ended(project_id, "pipeline")
    assert (state.status, state.code) == ("failed", "ValueError")
    assert state.progress == pytest.approx(0.25 + 0.5 * 0.5)


def test_nothing_is_lost_where_each_task_has_a_process_of_its_own(workers, tasks, store, project_id):
    workers("prefork-1")
    tasks.app.conf.task_default_queue = "prefork-1"
    tasks.unsteady.delay(project_id, 1)
    state = store.ended(project_id, tasks.unsteady.name)
    assert (state.status, state.result, state.attempt) == ("completed", "done", 2)


# --- what only processes do ---------------------------------------------------------------------------------------


def test_a_task_whose_process_is_terminated_is_cancelled(prefork, tasks, store, project_id):
    result = tasks.sleep.delay(project_id, 60)
    store.until(project_id, tasks.sleep.name, lambda state: state.message == "asleep")
    result.revoke(terminate=True)
    state = store.ended(project_id, tasks.sleep.name)
    assert (state.status, state.message) == ("cancelled", "terminated")
    with pytest.raises(TaskRevokedError):
        result.get(timeout=WAIT_S)


def test_a_time_limit_that_fires_while_the_task_reports_ends_it(prefork, tasks, store, project_id):
    with pytest.raises(SoftTimeLimitExceeded):
        tasks.spin.delay(project_id).get(timeout=WAIT_S)
    state = store.ended(project_id, tasks.spin.name)
    assert (state.status, state.code) == ("failed", "SoftTimeLimitExceeded")


def test_a_time_limit_that_fires_within_a_receiver_ends_the_task_too(prefork, tasks, store, project_id):
    with pytest.raises(SoftTimeLimitExceeded):
        tasks.late.delay(project_id, protected=True).get(timeout=WAIT_S)
    assert store.ended(project_id, tasks.late.name).code == "SoftTimeLimitExceeded"


def test_control_celery_swallows_what_a_receiver_raises(prefork, tasks, store, project_id):
    assert tasks.late.delay(project_id, protected=False).get(timeout=WAIT_S) == "the time limit was lost"


def test_a_hard_time_limit_is_a_failure(prefork, tasks, store, project_id):
    tasks.sleep.apply_async((project_id, 60), time_limit=1)
    state = store.ended(project_id, tasks.sleep.name)
    assert (state.status, state.code) == ("failed", "TimeLimitExceeded")


def test_a_redelivered_task_is_a_run_of_its_own_which_fences_the_lost_one(prefork, tasks, store, project_id, tmp_path):
    mark = tmp_path / "mark"
    result = tasks.lose_worker.delay(project_id, str(mark))
    run_id = result.get(timeout=WAIT_S)
    state = store.ended(project_id, tasks.lose_worker.name)
    assert (state.status, state.run_id, state.attempt, state.result) == ("completed", run_id, 2, run_id)
    assert mark.read_text() == f"{result.id}:0" != run_id
