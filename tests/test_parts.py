"""Reporters of parts: several processes share a run, and the bar is the sum of what they say."""

from __future__ import annotations

import asyncio

import pytest

from progresskit import MemoryTransport, Publisher


@pytest.fixture
def transport(recording_transport):
    return recording_transport()


@pytest.fixture
def publisher(transport):
    with Publisher(transport) as publisher:
        yield publisher


def state_of(transport):
    return asyncio.run(transport.read("p")).get("t")


def part(publisher, key, share=0.5, **options):
    return publisher.part("p", "t", run_id="r", key=key, share=share, stage=f"step {key}", **options)


def test_the_whole_is_the_sum_of_shares_and_leaving_a_part_leaves_the_run_open(publisher, transport):
    with part(publisher, "a", 0.25):
        pass
    with part(publisher, "b", 0.75) as second:
        second.progress(0.5)
        second.flush()
        assert state_of(transport).progress == pytest.approx(0.25 + 0.375)
    state = state_of(transport)
    assert (state.status, state.progress, state.attempt) == ("in_progress", 1.0, 1)


def test_a_part_says_that_it_starts_and_its_stages_stand_in_it(publisher, transport):
    with part(publisher, "a") as reporter:
        reporter.flush()
        assert (transport.events[0].status, transport.events[0].stage) == ("started", ["step a"])
        with reporter.stage("inner"):
            reporter.flush()
            assert state_of(transport).stage == ["step a", "inner"]


def test_completing_a_part_completes_the_run_only_where_it_is_the_last(publisher, transport):
    with part(publisher, "a") as reporter:
        reporter.complete({"a": 1}, "done")
    assert (state_of(transport).status, state_of(transport).progress) == ("in_progress", 0.5)
    assert (state_of(transport).message, state_of(transport).result) == ("done", None)
    with part(publisher, "b", last=True) as reporter:
        reporter.complete({"b": 1})
    assert (state_of(transport).status, state_of(transport).result) == ("completed", {"b": 1})


def test_a_part_that_was_done_already_is_not_said_to_be_done_again(publisher, transport):
    with part(publisher, "a") as first:
        first.progress(1.0)
        first.flush()
        with part(publisher, "b") as second:
            second.flush()
            first.complete()
            first.flush()
            assert state_of(transport).stage == ["step b"]


def test_a_part_that_fails_ends_the_run_for_the_others_too(publisher, transport):
    with part(publisher, "a") as other:
        with pytest.raises(OSError, match="no disk"), part(publisher, "b"):
            raise OSError("no disk")  # noqa: EM101, TRY003 - as a task does
        assert (state_of(transport).status, state_of(transport).code) == ("failed", "OSError")
        other.progress(0.9)
        other.flush()
        assert other.superseded
    assert state_of(transport).status == "failed"


def test_a_part_that_is_retried_keeps_its_progress(publisher, transport):
    with part(publisher, "a") as reporter:
        reporter.progress(0.5)
        reporter.status("retrying", "later")
        reporter.flush()
        state = state_of(transport)
    assert (state.status, state.progress, state.message) == ("retrying", 0.25, "later")


def test_a_part_knows_nothing_of_the_time_that_the_whole_takes(publisher, transport):
    with part(publisher, "a") as reporter:
        for tenth in range(1, 10):
            reporter.progress(tenth / 10)
            reporter.flush()
    assert {event.eta_s for event in transport.events} == {None}


def test_a_part_gives_its_lease_back_and_the_run_does_not_stall():
    now = [0.0]
    transport = MemoryTransport(clock=lambda: now[0])
    with Publisher(transport) as publisher:
        with part(publisher, "a"):
            pass
        now[0] += 60
        assert state_of(transport).status == "in_progress"
        with part(publisher, "b") as held:
            held.flush()
            now[0] += 60
            assert state_of(transport).status == "stalled"


def test_a_store_that_forgot_the_run_is_told_the_part_again(recording_transport):
    class Forgetful(recording_transport):
        forgotten = False

        def publish(self, batch):
            if self.forgotten:
                self.forgotten = False
                self.__init__()
            return super().publish(batch)

    transport = Forgetful()
    with Publisher(transport) as publisher, part(publisher, "a", 0.5) as reporter:
        reporter.progress(0.8)
        reporter.flush()
        transport.forgotten = True
        reporter.progress(None, "on")
        reporter.flush()
        reporter.flush()
        assert state_of(transport).progress == pytest.approx(0.4)


@pytest.mark.parametrize("wrong", [{"share": 1.5}, {"key": ""}, {"run_id": "auto-1"}, {"project_id": "a b"}])
def test_what_no_part_can_be_is_refused(publisher, wrong):
    right = {"project_id": "p", "task_name": "t", "run_id": "r", "key": "a", "share": 0.5, "stage": "s"}
    with pytest.raises(ValueError, match="is not valid"):
        publisher.part(**(right | wrong))
