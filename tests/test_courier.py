"""The courier: which batch goes next, and what its answer means."""

from __future__ import annotations

import pytest

from progresskit.batches import encode_batch
from progresskit.courier import BREAKER_FAILURES, RENEW_S, Courier
from progresskit.events import Cursor
from progresskit.frames import MAX_BATCH_BYTES, Receipt, Run
from progresskit.outbox import Outbox
from progresskit.reports import Mender, Report, to_event


class Holder:
    def __init__(self, task_name="t", run_id="r", project_id="p"):
        self.project_id = project_id
        self.run = Run(task_name, run_id)
        self.heard = []
        self.knows = []

    def hear(self, word):
        self.heard.append(word)

    def whole(self):
        return self.knows


def progress(value, task="t", run="r", project="p"):
    return Report("progress", project, task, run, progress=value)


def receipt(parcel, *, epoch="e1", news=None):
    events = parcel.batch.events
    return Receipt(Cursor(epoch, 1), tuple(Cursor(epoch, n) for n, _ in enumerate(events)), 0, news or {})


@pytest.fixture
def outbox():
    return Outbox(lambda _report: None)


@pytest.fixture
def courier(outbox):
    return Courier(outbox, sender="me", uniform=lambda _low, high: high)


def packed(courier, now):
    """Take the next parcel and make its batch, as a sender does."""
    parcel = courier.next_parcel(now)
    if parcel is not None and parcel.batch is None:
        mender = Mender(note=print)
        courier.seal(parcel, [(report, *to_event(report, mender, now_s=0)) for report in parcel.reports])
    return parcel


def test_a_project_s_batches_go_one_after_the_other(outbox, courier):
    outbox.add(progress(0.1), 0)
    first = packed(courier, 0)
    outbox.add(progress(0.2, task="u"), 0)
    assert packed(courier, 0) is None, "the first isn't answered yet"
    courier.answered(first, receipt(first), 0)
    second = packed(courier, 0)
    assert second.number > first.number


def test_projects_do_not_wait_for_each_other(outbox, courier):
    outbox.add(progress(0.1), 0)
    outbox.add(progress(0.1, project="q"), 0)
    assert {packed(courier, 0).project_id, packed(courier, 0).project_id} == {"p", "q"}


def test_a_failed_batch_goes_again_as_it_was_after_a_pause_that_grows(outbox, courier):
    outbox.add(progress(0.1), 0)
    parcel = packed(courier, 0)
    batch, now, pauses = parcel.batch, 0.0, []
    for _ in range(8):
        courier.failed(parcel, now)
        outbox.add(progress(0.9), now)
        pauses.append(courier.retry_at("p") - now)
        assert packed(courier, now) is None
        now = courier.retry_at("p")
        assert packed(courier, now).batch is batch
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.5
    assert pauses[-1] == RENEW_S, "leases must outlive it"
    assert courier.counts["resent"] == 8


def test_after_three_failures_the_breaker_is_open_until_an_answer(outbox, courier):
    outbox.add(progress(0.1), 0)
    parcel = packed(courier, 0)
    for number in range(BREAKER_FAILURES):
        assert courier.is_broken("p") is (number >= BREAKER_FAILURES)
        courier.failed(parcel, 0)
    assert courier.is_broken("p")
    assert courier.is_broken()
    assert not courier.is_broken("another")
    courier.answered(parcel, receipt(parcel), 0)
    assert not courier.is_broken()


def test_a_lease_is_taken_at_once_and_renewed_without_events(courier):
    courier.hold(Holder(), 0)
    parcel = packed(courier, 0)
    assert (parcel.batch.held, parcel.batch.events) == ((Run("t", "r"),), ())
    courier.answered(parcel, receipt(parcel), 0)
    assert packed(courier, RENEW_S - 0.1) is None
    assert courier.next_at(1) == RENEW_S
    assert packed(courier, RENEW_S).batch.held == (Run("t", "r"),)


def test_a_lease_that_the_store_could_not_place_goes_along_with_the_first_event(outbox, courier):
    holder = Holder()
    courier.hold(holder, 0)
    parcel = packed(courier, 0)
    courier.answered(parcel, receipt(parcel, news={holder.run: "unknown"}), 0)
    assert packed(courier, 0.1) is None, "nothing is known of the run: it isn't asked again at once"
    outbox.add(progress(0.1), 0.2)
    parcel = packed(courier, 0.2)
    assert parcel.batch.held == (holder.run,)


def test_a_lease_is_given_back_by_its_last_holder(courier):
    one, other = Holder(), Holder()
    courier.hold(one, 0)
    courier.hold(other, 0)
    parcel = packed(courier, 0)
    courier.answered(parcel, receipt(parcel), 0)
    courier.leave(one, ended=False)
    assert packed(courier, 0) is None
    courier.leave(other, ended=False)
    assert packed(courier, 0).batch.left == (one.run,)


def test_a_run_that_ended_needs_no_goodbye(courier):
    holder = Holder()
    courier.hold(holder, 0)
    parcel = packed(courier, 0)
    courier.answered(parcel, receipt(parcel), 0)
    courier.leave(holder, ended=True)
    assert packed(courier, 100) is None
    assert courier.next_at(100) is None


@pytest.mark.parametrize("word", ["cancel", "superseded", "over"])
def test_news_reach_who_holds_the_run_and_who_spoke_of_it(outbox, courier, word):
    holder, speaker = Holder(), Holder()
    courier.hold(holder, 0)
    report = progress(0.1)
    report.origin = speaker
    outbox.add(report, 0)
    parcel = packed(courier, 0)
    courier.answered(parcel, receipt(parcel, news={holder.run: word}), 0)
    assert holder.heard == speaker.heard == [word]


@pytest.mark.parametrize("change", ["unknown", "epoch"])
def test_a_store_that_forgot_is_told_the_whole_of_each_held_run(outbox, courier, change):
    holder = Holder()
    courier.hold(holder, 0)
    outbox.add(progress(0.1), 0)
    parcel = packed(courier, 0)
    courier.answered(parcel, receipt(parcel), 0)
    holder.knows = [progress(0.1)]
    parcel = packed(courier, RENEW_S)
    news = {holder.run: "unknown"} if change == "unknown" else {}
    courier.answered(parcel, receipt(parcel, epoch="e1" if change == "unknown" else "e2", news=news), RENEW_S)
    again = packed(courier, RENEW_S)
    assert again.reports == holder.knows
    assert again.batch.held == (holder.run,)


def test_the_first_word_of_a_project_is_no_change_of_its_epoch(outbox, courier):
    holder = Holder()
    courier.hold(holder, 0)
    parcel = packed(courier, 0)
    courier.answered(parcel, receipt(parcel, epoch="0"), 0)
    holder.knows = [progress(0.1)]
    outbox.add(progress(0.1), 0)
    parcel = packed(courier, 0)
    courier.answered(parcel, receipt(parcel, epoch="e1"), 0)
    assert packed(courier, 0) is None


def test_what_is_too_large_for_one_batch_goes_in_several_in_order(outbox, courier):
    for index in range(12):
        report = progress(0.1, task=f"t{index}")
        report.metadata = b'{"k":"' + b"x" * 26_000 + b'"}'
        outbox.add(report, 0)
    names, numbers = [], []
    while (parcel := packed(courier, 0)) is not None:
        assert sum(len(event.model_dump_json()) for event in parcel.batch.events) < 256 * 1024
        names += [event.task_name for event in parcel.batch.events]
        numbers.append(parcel.number)
        courier.answered(parcel, receipt(parcel), 0)
    assert names == [f"t{index}" for index in range(12)]
    assert len(numbers) > 1
    assert numbers == sorted(set(numbers))


def test_content_that_is_refused_for_good_is_counted(outbox, courier):
    outbox.add(progress(0.1), 0)
    parcel = packed(courier, 0)
    assert courier.refused_for_good(parcel) == parcel.reports
    assert courier.counts["dropped"] == 1
    assert packed(courier, 0) is None


def test_what_a_store_is_told_anew_stands_before_what_was_not_sent_yet(outbox, courier):
    holder = Holder()
    courier.hold(holder, 0)
    outbox.add(progress(0.1), 0)
    parcel = packed(courier, 0)
    holder.knows = [progress(0.1)]
    newer = Report("progress", "p", "t", "r", progress=0.2, message="newer")
    outbox.add(newer, 0)
    courier.answered(parcel, receipt(parcel, news={holder.run: "unknown"}), 0)
    assert packed(courier, 1).reports == [*holder.knows, newer]


@pytest.mark.parametrize(
    "garbage",
    [None, (1, 2), Receipt(None, (), 0, {}), Receipt(Cursor("e", 1), (), 0, None), Receipt(None, (), "x", {})],
)
def test_a_receipt_that_is_none_leaves_the_parcel_as_it_was(outbox, courier, garbage):
    outbox.add(progress(0.1), 0)
    parcel = packed(courier, 0)
    with pytest.raises((AttributeError, TypeError)):
        courier.answered(parcel, garbage, 0)
    courier.failed(parcel, 0)
    assert packed(courier, 10) is parcel
    assert courier.counts["accepted"] == 0


def test_a_lease_that_is_taken_back_is_not_given_back(courier):
    one = Holder()
    courier.hold(one, 0)
    parcel = packed(courier, 0)
    courier.answered(parcel, receipt(parcel), 0)
    courier.leave(one, ended=False)
    (goodbye,) = courier.goodbyes(("p", "t"))
    assert courier.hold(one, 1) is goodbye
    assert courier.goodbyes() == []
    assert packed(courier, 1).batch.left == ()


def test_a_step_costs_no_more_with_more_projects(outbox, courier):
    for index in range(2_000):
        courier.hold(Holder(project_id=f"p{index}"), 0)
    while (parcel := packed(courier, 0)) is not None:
        courier.answered(parcel, receipt(parcel), 0)
    looked_at = []
    due = courier._due
    courier._due = lambda channel: looked_at.append(channel) or due(channel)
    outbox.add(progress(0.1, project="p7"), 1)
    parcel = packed(courier, 1)
    courier.answered(parcel, receipt(parcel), 1)
    assert packed(courier, 1) is None
    assert {channel.project_id for channel in looked_at} == {"p7"}


def test_projects_take_turns(outbox, courier):
    for index in range(150):
        for project in "pq":
            outbox.add(progress(0.1, project=project, task=f"t{index}"), 0)
    order = []
    while (parcel := packed(courier, 0)) is not None:
        order.append(parcel.project_id)
        courier.answered(parcel, receipt(parcel), 0)
    assert order == ["p", "q", "p", "q"]


def test_an_idle_courier_keeps_nothing(outbox, courier):
    for index in range(100):
        holder = Holder(project_id=f"p{index}")
        courier.hold(holder, 0)
        outbox.add(progress(0.1, project=f"p{index}"), 0)
        parcel = packed(courier, 0)
        courier.answered(parcel, receipt(parcel), 0)
        courier.leave(holder, ended=True)
    assert packed(courier, 100) is None
    assert not courier._channels
    assert courier.next_at(100) is None


def test_leases_with_long_names_go_in_several_batches_none_of_which_is_too_large(outbox, courier):
    names = [f"{number:03d}{'𝄞' * 125}" for number in range(100)]
    for name in names:
        courier.hold(Holder(task_name=name, run_id=name), 0)
    held = []
    while (parcel := packed(courier, 0)) is not None:
        assert len(encode_batch(parcel.batch)) < MAX_BATCH_BYTES // 2
        held += [run.task_name for run in parcel.batch.held]
        courier.answered(parcel, receipt(parcel), 0)
    assert held == names
