"""What the Celery integration makes of an app's signals: projects, runs, retries, ends, and what it leaves alone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

import anyio
import celery
import pytest
from celery import signals
from celery.concurrency.prefork import TaskPool as PreforkPool
from celery.concurrency.thread import TaskPool as ThreadPool
from celery.contrib.testing.worker import start_worker
from celery.exceptions import Ignore, Reject, SoftTimeLimitExceeded
from kombu.exceptions import EncodeError

from progresskit import MemoryTransport, NullReporter, Publisher, RunCancelled
from progresskit.errors import TransportError
from progresskit.integrations.celery import current_task_reporter, instrument, wiring
from progresskit.integrations.celery.marks import HEADER, Mark, run_id_of
from progresskit.integrations.celery.wiring import Running, wiring_of

WAIT_S = 10


@pytest.fixture
def transport(recording_transport):
    return recording_transport()


@pytest.fixture
def publisher(transport):
    with Publisher(transport) as publisher:
        yield publisher


class App(celery.Celery):
    """Keeps its tasks to itself: by default Celery registers them with every app of the process."""

    def task(self, *args, **options):
        return super().task(*args, **{"shared": False, **options})


@pytest.fixture
def app():
    name = f"app-{uuid.uuid4().hex[:8]}"
    app = App(name, broker="memory://", backend="cache+memory://")
    # The memory broker's queues are those of all apps of the process.
    app.conf.update(task_default_queue=name, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
    app.conf.broker_transport_options = {"polling_interval": 0.02}  # else each message waits for a second
    yield app
    wiring = wiring_of(app)
    if wiring is not None:  # as long as it lives it hears what the next test's app publishes
        for sent in wiring._receivers():
            sent.disconnect(dispatch_uid=wiring._uid)
    app.close()


@pytest.fixture
def eager(app):
    app.conf.task_always_eager = True
    return app


@pytest.fixture
def worker(app):
    """Return a function that starts a worker in this process, once the tasks are made."""
    with_worker = []

    def start():
        running = start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, loglevel="WARNING")
        running.__enter__()
        with_worker.append(running)

    yield start
    for running in with_worker:
        app.control.shutdown()  # else it looks every 2 s whether it is to end
        running.__exit__(None, None, None)


def state_of(transport, task_name, project_id="p"):
    return asyncio.run(transport.read(project_id)).get(task_name)


def said(transport, publisher):
    assert publisher.flush()
    return [(event.project_id, event.status) for event in transport.events]


# --- whose progress it is ---------------------------------------------------------------------------------------------


def test_the_argument_project_id_names_the_project_however_it_is_given(app, transport, publisher):
    instrument(app, publisher)

    @app.task(bind=True)
    def named(self, x, project_id="by-default"): ...

    named.delay(1, project_id="by-name")
    named.delay(1, "by-place")
    named.delay(1)
    named.delay(1, project_id=42)
    named.delay(1, uuid.UUID(int=1))
    # Projects don't wait for each other: in no order.
    assert {project for project, _ in said(transport, publisher)} == {
        "by-name",
        "by-place",
        "by-default",
        "42",
        str(uuid.UUID(int=1)),
    }


def test_without_it_the_project_is_the_root_id(app, transport, publisher):
    instrument(app, publisher)

    @app.task
    def nameless(): ...

    result = nameless.delay()
    assert said(transport, publisher) == [(result.id, "queued")]


def test_what_a_task_sends_on_belongs_to_its_project(app, transport, publisher, worker, eventually):
    instrument(app, publisher)

    @app.task
    def child(_given=None): ...

    @app.task
    def step(_given=None): ...

    @app.task
    def parent(project_id):
        child.delay()

    worker()
    celery.chain(parent.s("p"), step.s()).apply_async().get(timeout=WAIT_S)
    eventually(lambda: [status for _, status in said(transport, publisher)].count("completed") == 3)
    assert {project for project, _ in said(transport, publisher)} == {"p"}


def test_a_task_that_only_the_worker_knows_is_told_there(app, transport, publisher):
    instrument(app, publisher)
    app.send_task("somewhere.else", args=("is this the project?",))
    app.send_task("somewhere.else", kwargs={"project_id": "p"})
    assert said(transport, publisher) == [("p", "queued")]


@pytest.mark.parametrize("wrong", ["a b", "../x", "", True, 1.5, ["p"]])
def test_an_id_that_is_none_is_logged_once_and_nothing_fails(app, transport, publisher, caplog, wrong):
    instrument(app, publisher)

    @app.task
    def named(project_id): ...

    for _ in range(3):
        assert named.delay(wrong).id
    assert said(transport, publisher) == []
    (record,) = [record for record in caplog.records if record.name == "progresskit.integrations"]
    assert (record.levelname, record.task_name, record.project_id) == ("ERROR", named.name, None)


def test_a_project_can_be_fixed_or_found_by_a_function(app, transport, publisher):
    @app.task
    def named(tenant): ...

    instrument(app, publisher, project="ops")
    named.delay(1)
    instrument(app, publisher, project=lambda name, args, kwargs: f"{name.rpartition('.')[2]}-{args[0]}")
    named.delay(7)
    instrument(app, publisher, project=lambda *_: None)
    named.delay(8)
    assert sorted(project for project, _ in said(transport, publisher)) == ["named-7", "ops"]  # in no order


@pytest.mark.parametrize("wrong", ["a b", "a/b", "", True, 1.5, ["p"], object()])
def test_a_fixed_project_that_is_none_is_refused_at_once(app, publisher, wrong):
    with pytest.raises(ValueError, match=r"^project_id .* is not valid"):
        instrument(app, publisher, project=wrong)
    assert wiring_of(app) is None


@pytest.mark.parametrize("fixed", [5, uuid.UUID(int=5)])
def test_a_fixed_project_may_be_an_id_as_databases_have_it(app, transport, publisher, fixed):
    @app.task
    def named(): ...

    instrument(app, publisher, project=fixed)
    named.delay()
    assert said(transport, publisher) == [(str(fixed), "queued")]


def test_a_function_that_fails_is_logged_once_for_each_cause_and_nothing_fails(app, transport, publisher, caplog):
    def project(name, args, kwargs):
        if args[0] is None:
            return "a b"
        return {"known": "p"}[args[0]] if isinstance(args[0], str) else args[0].tenant

    @app.task
    def named(tenant): ...

    instrument(app, publisher, project=project)
    for tenant in ["a", 1, "b", 2, None, "c", None, "known"]:
        assert named.delay(tenant).id
    assert said(transport, publisher) == [("p", "queued")]
    assert [type(record.exc_info[1]) if record.exc_info else None for record in caplog.records] == [
        KeyError,
        AttributeError,
        None,
    ]
    for record in caplog.records:
        assert (record.name, record.levelname, record.task_name) == ("progresskit.integrations", "ERROR", named.name)
        assert record.getMessage().startswith(f"task {named.name} isn't reported: pro")


def test_a_time_limit_that_fires_within_the_function_is_not_swallowed(app, publisher):
    def project(*_):
        raise SoftTimeLimitExceeded

    instrument(app, publisher, project=project)
    with pytest.raises(SoftTimeLimitExceeded):
        wiring_of(app).projects.find("t", (), {}, root_id="r")


def test_a_shadow_names_the_line(app, transport, publisher):
    instrument(app, publisher)

    @app.task
    def named(project_id): ...

    named.apply_async(("p",), shadow="Summer film")
    assert publisher.flush()
    assert state_of(transport, "Summer film").status == "queued"


# --- runs -------------------------------------------------------------------------------------------------------------


def test_each_delivery_has_a_run_id_that_is_valid_whatever_the_task_id_is():
    assert run_id_of("abc", 0) == "abc:0" != run_id_of("abc", 1)
    for odd in ("x" * 300, "a\nb", "auto-7", "\ud800"):
        run_id = run_id_of(odd, 0)
        assert run_id != run_id_of(odd, 1)
        assert Mark(run_id=run_id).run_id == run_id
        assert not run_id.startswith("auto-")


@pytest.mark.parametrize(
    "header", [None, 7, "x", [], {"run_id": ""}, {"step": "s"}, {"project_id": "a b"}, {"step": {}}]
)
def test_a_header_that_is_not_ours_says_nothing(header):
    assert Mark.read(header) == Mark()


def test_a_task_that_cannot_be_published_was_never_queued(app, transport, publisher):
    instrument(app, publisher)

    @app.task
    def named(project_id, thing): ...

    with pytest.raises(EncodeError):
        named.delay("p", object())
    assert said(transport, publisher) == []


def test_publishing_does_not_wait_for_a_store_that_hangs(app):
    release = threading.Event()

    class Hanging(MemoryTransport):
        def publish(self, batch):
            release.wait(WAIT_S)
            return super().publish(batch)

    publisher = Publisher(Hanging(), flush_timeout_s=0)
    instrument(app, publisher)

    @app.task
    def named(project_id): ...

    async def publish():
        named.delay("p")  # opens what there is to open
        began = time.perf_counter()
        for _ in range(20):
            named.delay("p")
        return (time.perf_counter() - began) / 20

    try:
        assert asyncio.run(publish()) < 0.1
    finally:
        release.set()
        publisher.close()


@pytest.mark.parametrize("wrong", [None, 5, b"redis://h", MemoryTransport])
def test_what_is_neither_a_url_nor_a_publisher_is_refused_at_once(app, wrong):
    given = wrong() if callable(wrong) else wrong
    with pytest.raises(
        TypeError, match=f"a value of type {type(given).__name__} is no URL and no publisher: pass a URL"
    ):
        instrument(app, given)
    assert wiring_of(app) is None


@pytest.mark.parametrize("wrong", [None, object(), "app", celery])
def test_what_is_no_celery_app_is_refused_at_once(publisher, wrong):
    with pytest.raises(TypeError, match=f"a value of type {type(wrong).__name__} is no Celery app"):
        instrument(wrong, publisher)


def test_the_current_app_is_one(app, publisher):
    app.set_current()
    instrument(celery.current_app, publisher)
    assert wiring_of(app).publisher is publisher


def test_again_for_an_app_takes_the_former_ones_place(app, transport, publisher):
    instrument(app, publisher)
    instrument(app, publisher)

    @app.task
    def named(project_id): ...

    named.delay("p")
    assert said(transport, publisher) == [("p", "queued")]


def test_the_formers_publisher_is_closed_where_it_was_made_of_a_url(app, publisher):
    instrument(app, "memory://formers")
    former = wiring_of(app).publisher
    instrument(app, publisher)
    instrument(app, publisher)
    with pytest.raises(TransportError, match="closed"):
        anyio.run(former.transport.read, "p")
    assert publisher.statistics()["dropped"] == 0
    publisher.task("p", "t").status("started")
    assert publisher.flush(5), "one that was handed in stays open"


def test_the_tasks_of_another_app_are_not_ours(eager, transport, publisher):
    instrument(eager, publisher)
    other = App("other")
    other.conf.task_always_eager = True

    @other.task
    def foreign(project_id): ...

    foreign.delay("p")
    other.close()
    assert said(transport, publisher) == []


def test_another_instrumented_app_of_the_process_takes_no_message_away(app, transport, publisher):
    instrument(app, publisher)
    other = App("other")
    instrument(other, "memory://other")

    @app.task
    def named(project_id): ...

    named.delay("p")
    other.close()
    assert said(transport, publisher) == [("p", "queued")]


def test_celerys_own_tasks_are_no_lines(eager, transport, publisher):
    instrument(eager, publisher)
    assert eager.tasks["celery.accumulate"].delay(1, 2).get() == (1, 2)
    assert said(transport, publisher) == []


# --- ends -------------------------------------------------------------------------------------------------------------


def test_an_eager_app_reports_too(eager, transport, publisher):
    instrument(eager, publisher)

    @eager.task
    def named(project_id):
        current_task_reporter().progress(0.5, "half")
        return {"x": 1}

    named.delay("p")
    state = state_of(transport, named.name)
    assert (state.status, state.result, state.message) == ("completed", {"x": 1}, "half")


def test_an_eager_failure_that_propagates_is_one(eager, transport, publisher):
    eager.conf.task_eager_propagates = True
    instrument(eager, publisher)

    @eager.task
    def named(project_id):
        return {}["secret"]

    with pytest.raises(KeyError):
        named.delay("p")
    state = state_of(transport, named.name)
    assert (state.status, state.error, state.code) == ("failed", "Task failed", "KeyError")


def test_an_eager_retry_opens_a_run_with_retrying(eager, transport, publisher):
    instrument(eager, publisher)

    @eager.task(bind=True)
    def named(self, project_id):
        if not self.request.retries:
            raise self.retry(countdown=0)

    named.delay("p")
    assert publisher.flush()
    runs = {event.run_id: [] for event in transport.events}
    for event in transport.events:
        runs[event.run_id].append(event.status)
    assert list(runs.values()) == [["started"], ["retrying", "started", "completed"]]


@pytest.mark.parametrize("control", [Ignore, Reject])
def test_control_flow_is_no_end(eager, transport, publisher, control):
    instrument(eager, publisher)

    @eager.task
    def named(project_id):
        raise control

    named.delay("p")
    assert said(transport, publisher) == [("p", "started")]


def test_what_the_task_said_of_its_end_stands(eager, transport, publisher):
    instrument(eager, publisher)

    @eager.task
    def named(project_id):
        current_task_reporter().fail("not today", code="closed")
        return "returned"

    named.delay("p")
    state = state_of(transport, named.name)
    assert (state.status, state.error, state.code, state.result) == ("failed", "not today", "closed", None)


def test_a_task_that_was_asked_to_stop_is_cancelled_and_not_tried_again(eager, transport, publisher):
    instrument(eager, publisher)

    @eager.task(autoretry_for=(Exception,), max_retries=3)
    def named(project_id):
        raise RunCancelled

    named.delay("p")
    assert said(transport, publisher) == [("p", "started"), ("p", "cancelled")]


def test_control_autoretry_does_try_again_where_nobody_spares_it(eager):
    tries = []

    @eager.task(autoretry_for=(Exception,), max_retries=3)
    def named(project_id):
        tries.append(1)
        raise RunCancelled

    named.delay("p")
    assert len(tries) == 4


def test_describe_error_words_failures_and_the_reasons_of_retries(app, transport, worker, eventually):
    with Publisher(transport, describe_error=str) as publisher:
        instrument(app, publisher)

        @app.task(bind=True, max_retries=1)
        def named(self, project_id):
            try:
                raise OSError(f"disk {self.request.retries}")  # noqa: EM102, TRY003, TRY301 - as tasks do
            except OSError as error:
                raise self.retry(exc=error, countdown=0) from error

        worker()
        with pytest.raises(OSError, match="disk 1"):
            named.delay("p").get(timeout=WAIT_S)
        state = eventually(lambda: (state := state_of(transport, named.name)).terminal and state)
    assert (state.attempt, state.error) == (2, "disk 1")
    assert [event.message for event in transport.events if event.status == "retrying"] == ["disk 0"]


def test_a_result_that_json_cannot_carry_is_left_out(eager, transport, publisher):
    instrument(eager, publisher)

    @eager.task
    def named(project_id):
        return {1, 2}

    named.apply(("p",))
    state = state_of(transport, named.name)
    assert (state.status, state.result) == ("completed", None)


def test_outside_of_a_task_the_reporter_drops_all(eager, publisher):
    assert isinstance(current_task_reporter(), NullReporter)
    current_task_reporter().progress(0.5)
    instrument(eager, publisher, project=lambda *_: None)

    @eager.task
    def named():
        return type(current_task_reporter()).__name__

    assert named.delay().get() == "NullReporter"


@pytest.mark.parametrize("is_guarded", [True, False], ids=["guarded", "control"])
def test_a_time_limit_that_is_raised_again_meets_no_other_task(monkeypatch, is_guarded):
    """A task doesn't end between the look whether it has and the signal, which would be the next one's."""
    running = Running(NullReporter(), Mark())
    if not is_guarded:
        running._ending = contextlib.nullcontext()
    ender = threading.Thread(target=running.end)
    over = []

    def kill(*_):
        ender.start()
        ender.join(0.2)
        over.append(running.over)

    monkeypatch.setattr(wiring.os, "kill", kill)
    running.raise_again()
    assert over == [not is_guarded]
    ender.join(WAIT_S)
    running.raise_again()
    assert len(over) == 1


def test_a_task_whose_time_is_up_as_it_ends_has_ended(eager, transport, publisher):
    @contextlib.contextmanager
    def late():
        yield
        raise SoftTimeLimitExceeded

    instrument(eager, publisher)

    @eager.task
    def named(project_id):
        wiring_of(eager).running()._ending = late()

    named.delay("p")
    assert said(transport, publisher) == [("p", "started"), ("p", "completed")]


# --- update_state -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meta", "progress", "message", "metadata"),
    [
        ({"current": 1, "total": 4}, 0.25, None, None),
        ({"current": 1, "total": 4, "message": "m", "file": "f"}, 0.25, "m", {"file": "f"}),
        ({"current": 1}, None, None, None),
        ({"current": 1, "total": 0, "status": "s"}, None, "s", None),
        ({"current": "x", "total": [], "status": 3}, None, None, {"status": 3}),
    ],
)
def test_update_state_is_progress(eager, transport, publisher, meta, *, progress, message, metadata):
    instrument(eager, publisher, bridge_update_state=True)

    @eager.task(bind=True)
    def named(self, project_id):
        self.update_state(state="PROGRESS", meta=meta)
        self.update_state("another-task", "PROGRESS", {"current": 3, "total": 4})
        self.update_state(state="FAILURE", meta={"current": 3, "total": 4})
        current_task_reporter().flush()
        state = state_of(transport, named.name)
        return [state.progress, state.message, state.metadata]

    assert named.delay("p").get() == [progress, message, metadata]


def test_update_state_is_left_alone_where_nobody_asked(eager, transport, publisher):
    instrument(eager, publisher)

    @eager.task(bind=True)
    def named(self, project_id):
        self.update_state(state="PROGRESS", meta={"current": 1, "total": 4})

    named.delay("p")
    assert said(transport, publisher) == [("p", "started"), ("p", "completed")]


# --- workers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Ready:
    """What Celery says is ready: a consumer."""

    app: Any
    pool: Any


@pytest.mark.parametrize(("pool", "warned"), [(PreforkPool, 1), (ThreadPool, 0)])
def test_a_prefork_pool_on_memory_is_warned(app, publisher, caplog, pool, warned):
    instrument(app, publisher)
    signals.worker_ready.send(sender=Ready(app, pool(1)))
    assert sum("nobody will see it" in record.message for record in caplog.records) == warned


def test_a_pools_child_sends_what_is_left_as_it_ends(app, transport):
    publisher = Publisher(transport, max_rate_hz=0.01)
    instrument(app, publisher)
    reporter = publisher.task("p", "t")
    reporter.progress(0.1)
    assert reporter.flush()
    reporter.progress(0.2)
    time.sleep(0.2)
    assert state_of(transport, "t").progress == 0.1  # held back, and lost if the child ended now
    signals.worker_process_shutdown.send(sender="host", pid=1, exitcode=0)
    assert state_of(transport, "t").progress == 0.2


def test_the_log_names_project_and_task_of_what_failed(eager, publisher, caplog):
    instrument(eager, publisher)

    @eager.task
    def named(project_id):
        raise OSError

    named.delay("p")
    (record,) = [record for record in caplog.records if record.name.startswith("progresskit")]
    assert (record.levelno, record.project_id, record.task_name) == (logging.ERROR, "p", named.name)


def test_without_celery_the_remedy_is_named():
    code = """
import sys
sys.modules["celery"] = None
try:
    import progresskit.integrations.celery
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "pip install 'progresskit[celery]'" in done.stdout, done.stderr


def test_the_header_is_one_that_brokers_can_carry(app, publisher):
    instrument(app, publisher)
    seen = []

    @app.task
    def named(project_id): ...

    def look(headers, **_):
        seen.append(headers[HEADER])

    signals.after_task_publish.connect(look)
    named.delay("p")
    assert seen == [{"project_id": "p"}]
