"""A pipeline is one line: what its steps are, what share each has, and what ends it."""

from __future__ import annotations

import asyncio
import uuid

import celery
import pytest
from celery import chain, chord, group
from kombu.exceptions import EncodeError

from progresskit import Publisher
from progresskit.integrations.celery import Pipeline, current_task_reporter, instrument
from progresskit.integrations.celery.wiring import wiring_of


@pytest.fixture
def transport(recording_transport):
    class Films(recording_transport):
        def state(self, task_name="film", project_id="p"):
            return asyncio.run(self.read(project_id)).get(task_name)

        @property
        def shares(self):
            """Return the share of each step's parts, as they were said."""
            said = [event for event in self.events if getattr(event, "part", None)]
            return sorted({event.part[0]: (event.stage[0], event.part[1]) for event in said}.values())

    return Films()


@pytest.fixture
def app(transport):
    """An app that runs its tasks here and now, and its tasks."""
    app = celery.Celery(f"app-{uuid.uuid4().hex[:8]}", broker="memory://", backend="cache+memory://")
    app.conf.task_always_eager = True

    @app.task(name="step", shared=False)
    def step(*_given, said=None, value=1):
        reporter = current_task_reporter()
        if said is not None:
            getattr(reporter, said)(value)
        return value

    @app.task(name="total", shared=False)
    def total(values):
        return sum(values)

    with Publisher(transport) as publisher:
        instrument(app, publisher)
        yield app
    app.close()


@pytest.fixture
def step(app):
    return app.tasks["step"]


@pytest.fixture
def film():
    return Pipeline("film", {"script": 1, "scenes": 3, "cut": 4})


def test_steps_share_the_whole_by_their_weights(transport, step, film):
    workflow = chain(film.step("script", step.s()), film.step("scenes", step.s()), film.step("cut", step.s(value=7)))
    assert film.start(workflow, project_id="p").get() == 7
    assert transport.shares == [("cut", 0.5), ("scenes", 0.375), ("script", 0.125)]
    state = transport.state()
    assert (state.status, state.progress, state.result, state.attempt) == ("completed", 1.0, 7, 1)
    assert transport.state("step") is None


def test_steps_that_a_workflow_leaves_out_do_not_count(transport, step, film):
    film.start(chain(film.step("script", step.s()), film.step("scenes", step.s())), project_id="p")
    assert transport.shares == [("scenes", 0.75), ("script", 0.25)]


def test_signatures_of_one_step_share_its_weight(transport, app, step, film):
    scenes = film.step("scenes", group(step.s(value=value) for value in (1, 2, 3)))
    film.start(chord(scenes, film.step("cut", app.tasks["total"].s())), project_id="p")
    assert transport.shares == [("cut", pytest.approx(4 / 7)), *[("scenes", pytest.approx(1 / 7))] * 3]
    assert transport.state().result == 6


def test_a_workflow_that_ends_in_a_group_completes_with_all_results(transport, step, film):
    scenes = film.step("scenes", group(step.s(value=value) for value in (1, 2, 3)))
    assert film.start(chain(film.step("script", step.s()), scenes), project_id="p").get() == [1, 2, 3]
    assert transport.state().result == [1, 2, 3]
    assert film.start(film.step("scenes", group(step.s(value=5), step.s(value=6))), project_id="p").get() == [5, 6]
    assert (transport.state().result, transport.state().attempt) == ([5, 6], 2)


def test_a_step_that_completes_itself_does_not_end_the_run(transport, step, film):
    workflow = chain(film.step("script", step.s(said="complete", value=1)), film.step("cut", step.s(value=2)))
    film.start(workflow, project_id="p")
    assert transport.state().result == 2


def test_what_the_last_step_says_is_the_result(transport, step, film):
    film.start(film.step("cut", step.s(said="complete", value="mine")), project_id="p")
    assert transport.state().result == "mine"


def test_a_step_that_says_it_failed_ends_the_run_and_what_follows_changes_nothing(transport, step, film):
    workflow = chain(film.step("script", step.s(said="fail", value="no idea")), film.step("cut", step.s(value=2)))
    film.start(workflow, project_id="p")
    assert (transport.state().status, transport.state().error) == ("failed", "no idea")


def test_a_redelivered_step_and_its_former_worker_count_once_and_the_first_end_is_the_end(transport):
    part = {"run_id": "r", "key": "0", "share": 0.5, "stage": "scenes", "last": True}
    with Publisher(transport) as former, Publisher(transport) as present:
        workers = former.part("p", "film", **part), present.part("p", "film", **part)
        for worker, value in zip(workers, (0.8, 0.2), strict=True):
            worker.progress(value)
            assert worker.flush()
        assert transport.state().progress == pytest.approx(0.4)
        for worker, result in zip(workers, ("former", "present"), strict=True):
            worker.complete(result)
            assert worker.flush()
    assert (transport.state().status, transport.state().result) == ("completed", "former")


def test_a_workflow_can_be_started_again(transport, step, film):
    workflow = chain(film.step("script", step.s()), film.step("cut", step.s()))
    for attempt in (1, 2):
        film.start(workflow, project_id="p")
        assert (transport.state().attempt, transport.state().status) == (attempt, "completed")


def test_a_marked_workflow_that_was_not_started_is_a_workflow_of_ordinary_tasks(transport, step, film):
    chain(film.step("script", step.s()), film.step("cut", step.s())).apply_async()
    assert transport.state() is None


def test_an_id_that_is_none_leaves_the_workflow_alone(transport, step, film, caplog):
    assert film.start(film.step("script", step.s(value=3)), project_id="a b").get() == 3
    assert transport.state() is None
    assert "task film isn't reported" in caplog.text


def test_an_app_that_is_not_instrumented_just_runs_it(film):
    app = celery.Celery(f"app-{uuid.uuid4().hex[:8]}")
    app.conf.task_always_eager = True

    @app.task(shared=False)
    def alone():
        return 4

    assert film.start(film.step("script", alone.s()), project_id="p").get() == 4
    app.close()


def test_a_workflow_that_cannot_be_sent_off_has_failed(transport, app, step, film):
    app.conf.task_always_eager = False
    with pytest.raises(EncodeError):
        film.start(film.step("script", step.s(object())), project_id="p")
    assert wiring_of(app).publisher.flush()
    assert (transport.state().status, transport.state().code) == ("failed", "EncodeError")
    assert [event.status for event in transport.events] == ["queued", "failed"]


def test_what_no_step_can_be_is_refused_before_anything_is_sent(transport, step, film):
    with pytest.raises(ValueError, match="'music' is not declared"):
        film.step("music", step.s())
    with pytest.raises(ValueError, match="task step is no step of pipeline 'film'"):
        film.start(chain(film.step("script", step.s()), step.s()), project_id="p")
    assert transport.events == []


@pytest.mark.parametrize(
    ("task_name", "steps"),
    [("a\nb", {"s": 1}), ("film", {"s": 0}), ("film", {"s": float("nan")}), ("film", {"": 1}), ("film", {})],
)
def test_what_no_pipeline_can_be_is_refused(task_name, steps):
    with pytest.raises(ValueError, match=r"film|step|stage|task_name"):
        Pipeline(task_name, steps)
