"""What is recorded is what readers would get: real rules, real repair, real fold."""

import math

import pytest

from progresskit.events import CompletedEvent, Cursor, ErrorEvent, ProgressEvent
from progresskit.publisher import Publisher
from progresskit.reporter import Reporter
from progresskit.state import Snapshot
from progresskit.testing import RecordingReporter, capture
from progresskit.transports import MemoryTransport

NOT_HERE = "the block failed"


@pytest.fixture
def publisher():
    with Publisher(MemoryTransport()) as publisher:
        yield publisher


# --- RecordingReporter --------------------------------------------------------------------------------------------


def test_each_event_is_kept_and_the_state_is_their_fold():
    reporter = RecordingReporter(project_id="campaign_001", task_name="영상", run_id="r1")
    assert isinstance(reporter, Reporter)
    assert (reporter.events, reporter.state) == ([], None)
    for percent in range(10, 100, 10):
        reporter.progress(percent / 100, f"{percent} %")
    reporter.complete({"url": "a.wav"})
    assert [type(event) for event in reporter.events] == [ProgressEvent] * 9 + [CompletedEvent]
    state = reporter.state
    assert (state.status, state.progress, state.message) == ("completed", 1.0, "90 %")
    assert (state.project_id, state.task_name, state.run_id) == ("campaign_001", "영상", "r1")
    reader = Snapshot("campaign_001", Cursor("0", 0))
    for event in reporter.events:
        reader = reader.apply(event)
    assert reader.get("영상") == state


def test_what_a_store_refuses_is_not_kept():
    reporter = RecordingReporter()
    reporter.fail("disk full")
    reporter.progress(0.5)
    reporter.complete()
    [event] = reporter.events
    assert (type(event), event.error) == (ErrorEvent, "disk full")


def test_progress_never_goes_back():
    reporter = RecordingReporter()
    reporter.progress(0.5)
    reporter.progress(0.2, "again")
    assert [event.progress for event in reporter.events] == [0.5, 0.5]


@pytest.mark.parametrize("value", [math.nan, "half", 7])
def test_a_value_that_cant_be_reported_is_mended_or_refused_as_by_a_publisher(value):
    mended = RecordingReporter()
    mended.progress(value, "x" * 5_000)
    assert mended.state.progress == (1.0 if value == 7 else None)
    assert len(mended.state.message) == 2_000
    with pytest.raises(ValueError, match="progress"):
        RecordingReporter(strict=True).progress(value)


def test_leaving_ends_the_run():
    with RecordingReporter() as reporter, reporter.stage("mix") as stage:
        stage.progress(0.5)
    assert (reporter.events[0].status, reporter.events[-1].status) == ("started", "completed")
    failing = RecordingReporter(describe_error=str)
    with pytest.raises(LookupError), failing:
        raise LookupError(NOT_HERE)
    assert (failing.state.status, failing.state.error, failing.state.code) == ("failed", NOT_HERE, "LookupError")
    step = RecordingReporter(complete_on_exit=False)
    with step:
        step.progress(0.3)
    assert step.state.status == "in_progress"


def test_what_is_handed_out_is_no_handle_on_the_record():
    reporter = RecordingReporter()
    reporter.progress(0.5)
    reporter.events.clear()
    assert len(reporter.events) == 1


# --- capture ------------------------------------------------------------------------------------------------------


def test_a_publishers_words_are_caught_and_not_sent(publisher):
    with capture(publisher) as captured:
        with publisher.task("campaign_001", "render") as task:
            task.progress(0.4, "half")
            assert captured.state("campaign_001", "render").message == "half", "what was said is there at once"
        assert captured.state("campaign_001", "render").status == "completed"
        assert captured.state("campaign_001", "other") is None
        assert captured.state("other", "render") is None
    statuses = [event.status for event in captured.events]
    assert (statuses[0], statuses[-1]) == ("started", "completed")
    assert captured.state("campaign_001", "render").progress == 1.0
    assert publisher.statistics()["accepted"] == 0


def test_after_the_block_words_go_where_they_went_before(publisher):
    with capture(publisher) as captured, publisher.task("p", "t"):
        pass
    caught = captured.events
    with publisher.task("p", "t"):
        pass
    assert publisher.flush()
    assert captured.events == caught
    assert publisher.statistics()["accepted"] == 2


def test_capturing_ends_with_an_exception_too(publisher):
    with pytest.raises(LookupError), capture(publisher) as captured, publisher.task("p", "t"):
        raise LookupError(NOT_HERE)
    assert captured.state("p", "t").status == "failed"
    assert captured.state("p", "t").error == "Task failed"


def test_a_second_run_of_a_task_is_its_second_attempt(publisher):
    with capture(publisher) as captured:
        for _ in range(2):
            with publisher.task("p", "t"):
                pass
    assert captured.state("p", "t").attempt == 2


async def test_it_works_on_an_event_loop_as_well(publisher):
    with capture(publisher) as captured:
        async with publisher.task("p", "t") as task:
            task.progress(0.5)
        assert captured.state("p", "t").status == "completed"
