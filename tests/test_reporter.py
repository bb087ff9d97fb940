"""What a reporter says, whoever listens: stages, ends, exceptions, mended values."""

from __future__ import annotations

import asyncio
import logging

import anyio
import celery.exceptions
import pytest

from progresskit import NullReporter, ProgressReporter, Reporter, RunCancelled, TeeReporter, rules

pytestmark = pytest.mark.anyio


class Heard(list):
    """The events that a sink was given."""

    @property
    def kinds(self):
        return [event.type if event.type != "status" else event.status for event in self]


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def reporter(heard):
    return Reporter(heard.append, project_id="p", task_name="t")


def test_every_reporter_is_a_progress_reporter(reporter):
    for one in (reporter, NullReporter(), TeeReporter(reporter)):
        assert isinstance(one, ProgressReporter)
        assert isinstance(one, Reporter)


def test_each_call_is_one_event(reporter, heard):
    reporter.progress(0.5, "half", {"k": 1})
    reporter.status("retrying", "429")
    reporter.complete({"url": "x"}, "done")
    progress, status, completed = heard
    assert (progress.progress, progress.message, progress.metadata) == (0.5, "half", {"k": 1})
    assert (status.status, status.message) == ("retrying", "429")
    assert (completed.result, completed.message) == ({"url": "x"}, "done")
    assert len({event.run_id for event in heard}) == 1


def test_fail_names_error_code_and_details(reporter, heard):
    reporter.fail("no voice", code="tts_down", details={"voice": "joe"})
    (event,) = heard
    assert (event.error, event.code, event.details) == ("no voice", "tts_down", {"voice": "joe"})


def test_a_status_that_ends_becomes_that_event(heard):
    for status in ("completed", "failed", "cancelled"):
        Reporter(heard.append).status(status, "because")
    assert heard.kinds == ["completed", "error", "cancelled"]
    assert heard[1].error == "because"


# --- stages -----------------------------------------------------------------------------------------------------------


def test_stages_add_up_by_weight_and_name_their_path(reporter, heard):
    script = reporter.stage("script")
    render = reporter.stage("render", weight=3)
    with script:
        script.progress(0.5)
        assert (heard[-1].progress, heard[-1].stage) == (0.125, ["script"])
    assert (heard[-1].progress, heard[-1].stage) == (0.25, None)
    with render, render.stage("frames") as frames:
        frames.progress(1 / 3, "frame 1")
        assert heard[-1].stage == ["render", "frames"]
        assert heard[-1].progress == pytest.approx(0.5)
    assert heard[-1].progress == 1.0


def test_a_stage_that_an_exception_leaves_is_not_finished(reporter, heard):
    stage = reporter.stage("render")
    stage.progress(0.3)
    with pytest.raises(ZeroDivisionError), stage:
        _ = 1 / 0
    assert heard[-1].progress == pytest.approx(0.3)


async def test_a_stage_is_an_async_context_too(reporter, heard):
    async with reporter.stage("render") as stage:
        stage.progress(0.5)
    assert heard[-1].progress == 1.0


def test_update_counts(reporter, heard):
    reporter.update(3)
    assert heard[-1].progress is None, "of an unknown total nothing is known"
    reporter.update(2, total=10, message="five")
    assert (heard[-1].progress, heard[-1].message) == (0.5, "five")


def test_track_counts_what_is_done(reporter, heard):
    assert list(reporter.track("abcd", "letters")) == list("abcd")
    assert heard[0].message == "letters"
    assert heard[-1].progress == 1.0


def test_track_of_a_generator_knows_no_total(reporter, heard):
    assert list(reporter.track(iter_of(5))) == list(range(5))
    assert heard[-1].progress is None
    assert list(reporter.track(iter_of(5), total=5)) == list(range(5))
    assert heard[-1].progress is not None


def iter_of(number):
    yield from range(number)


def test_a_loop_that_is_left_early_counts_what_was_done(reporter, heard):
    tracked = reporter.track(range(4))
    for item in tracked:
        if item == 2:
            break
    tracked.close()
    assert heard[-1].progress == 0.5


async def test_track_takes_an_async_iterable(reporter, heard):
    async def numbers():
        for number in range(4):
            yield number
            await anyio.lowlevel.checkpoint()

    assert [number async for number in reporter.track(numbers(), total=4)] == [0, 1, 2, 3]
    assert heard[-1].progress == 1.0


# --- how a run ends ---------------------------------------------------------------------------------------------------


def test_the_context_starts_and_completes(reporter, heard):
    with reporter as task:
        task.progress(0.5)
    assert heard.kinds == ["started", "progress", "completed"]


async def test_so_does_the_async_context(reporter, heard):
    async with reporter as task:
        task.progress(0.5)
    assert heard.kinds == ["started", "progress", "completed"]


def test_an_end_is_said_once(reporter, heard):
    with reporter as task:
        task.fail("no")
        task.complete()
        task.progress(1)
    assert heard.kinds == ["started", "error"]


def test_a_step_says_nothing_by_itself(heard):
    with Reporter(heard.append, complete_on_exit=False) as step:
        step.progress(0.5)
    assert heard.kinds == ["progress"]


ENDS = [
    (ZeroDivisionError("division"), "error"),
    (KeyboardInterrupt(), "error"),
    (SystemExit(1), "error"),
    (celery.exceptions.SoftTimeLimitExceeded(), "error"),
    (asyncio.CancelledError(), "cancelled"),
    (RunCancelled("asked to stop"), "cancelled"),
    (celery.exceptions.Retry(), None),
    (celery.exceptions.Ignore(), None),
    (celery.exceptions.Reject(), None),
]


@pytest.mark.parametrize(("error", "end"), ENDS, ids=lambda value: type(value).__name__)
def test_every_exception_passes_through_and_has_its_end(reporter, heard, error, end):
    with pytest.raises(type(error)) as caught, reporter:
        raise error
    assert caught.value is error
    assert heard.kinds == ["started", *filter(None, [end])]


async def test_a_cancelled_scope_is_published_as_cancelled(reporter, heard):
    with anyio.CancelScope() as scope:
        async with reporter:
            scope.cancel()
            await anyio.sleep_forever()
    assert heard.kinds == ["started", "cancelled"]


def test_a_describe_error_that_fails_hides_nothing(heard, caplog):
    def describe(_error):
        raise LookupError

    with pytest.raises(ZeroDivisionError), Reporter(heard.append, describe_error=describe):
        _ = 1 / 0
    assert heard[-1].error == "Task failed"
    assert "describe_error failed" in caplog.text


def test_a_strict_reporter_hides_no_exception_behind_its_description(heard):
    task = Reporter(heard.append, strict=True, describe_error=lambda _error: "x" * 10_000)
    with pytest.raises(ZeroDivisionError), task:
        _ = 1 / 0
    assert heard[-1].error == "Task failed"


# --- values that can't be reported --------------------------------------------------------------------------------


class Hostile:
    def __str__(self):
        raise RuntimeError

    __repr__ = __str__


DEEP: list = []
for _ in range(2_000):
    DEEP = [DEEP]
LOOP: dict = {}
LOOP["self"] = LOOP


class HostileNumber(int):
    def __float__(self):
        raise KeyError

    __repr__ = __float__


class HostileText(str):
    __slots__ = ()

    def __len__(self):
        raise KeyError


class HostileDict(dict):
    def values(self):
        raise KeyError


NUMBERS = [float("nan"), float("inf"), 1.7, -3, "half", None, 10**400, 10**5_000, Hostile(), HostileNumber(1), True]


@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: type(value).__name__)
def test_any_progress_can_be_said(reporter, heard, value):
    reporter.progress(value)
    assert heard[-1].progress is None or 0 <= heard[-1].progress <= 1


@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: type(value).__name__)
def test_any_number_can_be_counted(reporter, heard, value):
    reporter.update(value)
    reporter.update(1, total=value)
    assert list(reporter.track([1, 2], total=value)) == [1, 2]
    assert heard[-1].progress is None or 0 <= heard[-1].progress <= 1


def test_a_count_that_is_no_number_is_noted(reporter, caplog):
    reporter.update("many")
    assert "'many' is no finite number" in caplog.text


class NoLength:
    def __iter__(self):
        return iter("ab")

    def __len__(self):
        raise LookupError


def test_track_takes_what_can_not_tell_its_length(reporter, heard):
    assert list(reporter.track(NoLength())) == ["a", "b"]
    assert heard[-1].progress is None
    assert next(iter(reporter.track(range(10**30)))) == 0


@pytest.mark.parametrize(
    "value",
    [
        "x" * 1_000_000,
        "\ud800",
        "\x00\x1b[31m",
        7,
        10**5_000,
        None,
        Hostile(),
        HostileText("x"),
        b"bytes",
        "가" * 5_000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_any_message_can_be_said(reporter, heard, value):
    reporter.progress(0.5, value)
    reporter.fail(value)
    assert len(heard) == 2
    assert len(heard[0].message or "") <= rules.MAX_TEXT_CHARS


@pytest.mark.parametrize(
    "value",
    [
        {"k": object()},
        {"k": float("nan")},
        {1: 2},
        [1],
        "text",
        {"k": DEEP},
        LOOP,
        {"k": "x" * 100_000},
        {"k": "\ud800"},
        {"k": 10**400},
        {"k": Hostile()},
        HostileDict(k=1),
    ],
    ids=[
        *("object", "nan", "key", "list", "text", "deep", "loop", "large", "surrogate", "integer", "hostile"),
        "hostile dict",
    ],
)
def test_metadata_that_cannot_be_carried_is_left_out_and_noted_once(reporter, heard, caplog, value):
    for _ in range(3):
        reporter.progress(0.5, "said", value)
    assert [(event.metadata, event.message) for event in heard] == [(None, "said")] * 3
    assert len(caplog.records) == 1


def test_what_is_too_large_together_is_left_out_largest_first(reporter, heard):
    reporter.fail("e" * 2_000, details={"k": "d" * 20_000})
    assert heard[-1].details is not None
    reporter = Reporter(heard.append)
    reporter.status("completed", "\x00" * 2_000, {"k": "m" * 25_000})
    assert heard[-1].metadata is None


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 500, "\u202eevil", "가", "\ud800", 5, None, "  ", Hostile()])
def test_any_task_name_is_made_fit_to_be_shown(heard, name):
    reporter = Reporter(heard.append, task_name=name)
    reporter.progress(0.5)
    assert rules.check_task_name(reporter.task_name) == heard[-1].task_name


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf"), "heavy", None])
def test_any_weight_is_made_a_weight(reporter, heard, weight):
    with reporter.stage("s", weight=weight):
        pass
    assert heard[-1].progress == 1.0


def test_an_unknown_status_is_in_progress(reporter, heard, caplog):
    reporter.status("almost there")
    assert heard[-1].status == "in_progress"
    assert "almost there" in caplog.text


def test_strict_raises_instead(heard):
    reporter = Reporter(heard.append, strict=True)
    with pytest.raises(ValueError, match=r"1\.7"):
        reporter.progress(1.7)
    with pytest.raises(ValueError, match="lone surrogate"):
        reporter.progress(0.5, "\ud800")
    assert heard == []


# --- who listens ------------------------------------------------------------------------------------------------------


def test_a_sink_that_raises_does_not_reach_the_task(caplog):
    def sink(_event):
        raise OSError

    with Reporter(sink) as task:
        task.progress(0.5)
    assert "the sink of task" in caplog.text


def test_a_null_reporter_drops_everything():
    with NullReporter() as task, task.stage("s") as stage:
        stage.progress(0.5)
        assert list(task.track([1, 2])) == [1, 2]
        assert task.flush()
        assert not task.cancel_requested
        assert not task.superseded
        task.raise_if_cancelled()


def test_a_tee_tells_everybody_under_their_own_names():
    first, second = Heard(), Heard()
    tee = TeeReporter(Reporter(first.append, task_name="a"), Reporter(second.append, task_name="b"))
    with tee, tee.stage("s", weight=2) as stage:
        stage.progress(0.5, "half", {"k": 1})
    assert first.kinds == second.kinds
    assert first.kinds[0] == "started"
    assert first.kinds[-1] == "completed"
    assert {event.task_name for event in first} == {"a"}
    assert {event.task_name for event in second} == {"b"}
    assert first[2].metadata == second[2].metadata == {"k": 1}


def test_a_tee_of_nobody_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        TeeReporter()


def test_events_reach_a_sink_in_order_also_from_many_threads(reporter, heard):
    async def main():
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(anyio.to_thread.run_sync, lambda: [reporter.update(1, total=400) for _ in range(100)])

    anyio.run(main)
    values = [event.progress for event in heard]
    assert values == sorted(values)
    assert values[-1] == 1.0


def test_the_log_has_the_traceback_under_the_id_that_watchers_see(reporter, heard, caplog):
    caplog.set_level(logging.ERROR)
    with pytest.raises(ZeroDivisionError), reporter:
        _ = 1 / 0
    assert heard[-1].details["error_id"] in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert heard[-1].code == "ZeroDivisionError"
