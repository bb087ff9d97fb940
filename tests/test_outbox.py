"""The outbox merges, keeps the order of each task, and stays within its bounds."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from progresskit.outbox import Outbox
from progresskit.reports import Report

RATE_HZ = 10
INTERVAL_S = 1 / RATE_HZ


def make_outbox(**limits):
    dropped = []
    return Outbox(dropped.append, max_rate_hz=RATE_HZ, **limits), dropped


def progress(value=None, message="", *, task="t", run="r", part=None, project="p", **more):
    return Report("progress", project, task, run, progress=value, message=message, part=part, **more)


def end(task="t", run="r", project="p", kind="completed"):
    return Report(kind, project, task, run, error="x" if kind == "error" else "", at=1.0)


def status(word="retrying", task="t", run="r", project="p"):
    return Report("status", project, task, run, status=word, at=1.0)


def take_all(outbox, now, project="p"):
    list(outbox.ready(now))
    return outbox.take(project, now, most=10_000, most_bytes=10**9) if outbox.is_ready(project) else []


def kinds(reports):
    return [report.kind for report in reports]


def test_a_progress_merges_into_the_one_before_it():
    outbox, _dropped = make_outbox()
    outbox.add(progress(0.2, "first", metadata=b'{"a":1}'), 0)
    outbox.add(progress(0.5, ""), 0)
    outbox.add(progress(0.4, "last"), 0)
    (sent,) = take_all(outbox, 0)
    assert (sent.progress, sent.message, sent.metadata) == (0.5, "last", b'{"a":1}')


def test_another_run_or_part_is_never_merged():
    outbox, _dropped = make_outbox()
    for report in (progress(0.2), progress(0.1, run="r2"), progress(0.3, run="r2", part=("a", 0.5))):
        outbox.add(report, 0)
    assert [(r.run_id, r.part, r.progress) for r in take_all(outbox, 0)] == [
        ("r", None, 0.2),
        ("r2", None, 0.1),
        ("r2", ("a", 0.5), 0.3),
    ]


def test_a_part_keeps_its_newest_share():
    outbox, _dropped = make_outbox()
    outbox.add(progress(0.2, part=("a", 0.5)), 0)
    outbox.add(progress(0.1, part=("a", 0.25)), 0)
    (sent,) = take_all(outbox, 0)
    assert (sent.part, sent.progress) == (("a", 0.25), 0.2)


def test_a_progress_is_held_to_the_rate_and_its_last_value_is_sent():
    outbox, _dropped = make_outbox()
    outbox.add(progress(0.1), 0)
    assert len(take_all(outbox, 0)) == 1
    outbox.add(progress(0.2), 0.01)
    outbox.add(progress(0.3), 0.02)
    assert take_all(outbox, 0.02) == []
    assert outbox.next_at() == INTERVAL_S
    (sent,) = take_all(outbox, INTERVAL_S)
    assert sent.progress == 0.3


def test_progress_of_alternating_parts_is_held_to_the_rate_too():
    outbox, _dropped = make_outbox()
    outbox.add(progress(0.1, part=("a", 0.5)), 0)
    take_all(outbox, 0)
    outbox.add(progress(0.2, part=("a", 0.5)), 0.01)
    outbox.add(progress(0.2, part=("b", 0.5)), 0.01)
    assert take_all(outbox, 0.05) == []
    assert len(take_all(outbox, INTERVAL_S)) == 2


def test_a_status_takes_the_held_progress_along_and_ahead_of_it():
    outbox, _dropped = make_outbox()
    outbox.add(progress(0.1), 0)
    take_all(outbox, 0)
    outbox.add(progress(0.2), 0.01)
    outbox.add(end(), 0.02)
    assert kinds(take_all(outbox, 0.02)) == ["progress", "completed"]


def test_nothing_merges_into_what_was_taken():
    outbox, _dropped = make_outbox()
    first = progress(0.1)
    outbox.add(first, 0)
    take_all(outbox, 0)
    outbox.add(progress(0.2), 1)
    assert not first.open
    assert [report.progress for report in take_all(outbox, 1)] == [0.2]


def test_hurry_lets_held_progress_go():
    outbox, _dropped = make_outbox()
    outbox.add(progress(0.1), 0)
    take_all(outbox, 0)
    outbox.add(progress(0.2), 0.01)
    outbox.hurry(0.01, ("p", "t"))
    assert len(take_all(outbox, 0.01)) == 1


def test_a_batch_is_cut_at_its_bytes_but_never_empty():
    outbox, _dropped = make_outbox()
    for index in range(3):
        outbox.add(progress(0.1, "m" * 1_900, task=f"t{index}"), 0)
    list(outbox.ready(0))
    sizes = [len(outbox.take("p", 0, most=100, most_bytes=bound)) for bound in (5_000, 1, 1)]
    assert sizes == [2, 1, 0]


def test_the_oldest_progress_goes_first_then_statuses_and_ends_last():
    outbox, dropped = make_outbox(max_tasks=2)
    outbox.add(end("t1"), 0)
    outbox.add(status(task="t2"), 0)
    outbox.add(progress(0.1, task="t3"), 0)
    assert kinds(dropped) == ["progress"]
    outbox.add(end("t4"), 0)
    assert kinds(dropped) == ["progress", "status"]
    outbox.add(end("t5"), 0)
    assert [report.task_name for report in dropped] == ["t3", "t2", "t1"]


def test_a_fifth_of_the_room_is_kept_for_ends():
    outbox, dropped = make_outbox(max_bytes=100_000)
    for index in range(200):
        outbox.add(status(task=f"s{index}"), 0)
    before = len(dropped)
    assert before > 0
    for index in range(15):
        outbox.add(end(f"e{index}"), 0)
    assert len(dropped) == before, "the ends found room without another loss"


def test_what_is_on_its_way_counts_until_it_is_settled():
    outbox, dropped = make_outbox(max_bytes=10_000)
    for index in range(8):
        outbox.add(status(task=f"s{index}"), 0)
    taken = take_all(outbox, 0)
    outbox.add(status(task="late"), 0)
    assert [report.task_name for report in dropped] == ["late"]
    outbox.settle(taken)
    outbox.add(status(task="later"), 0)
    assert len(dropped) == 1


def test_what_was_said_before_is_put_before_all_that_waits():
    outbox, _dropped = make_outbox()
    outbox.add(progress(0.8, "new"), 0)
    outbox.add_first(progress(0.7, "old"), 0)
    outbox.add(progress(0.9), 0)
    assert [(r.progress, r.message) for r in take_all(outbox, 0)] == [(0.7, "old"), (0.9, "new")]


def test_a_handler_that_reports_while_room_is_made_loses_nothing_uncounted():
    """What a signal handler or a finalizer does, at the worst moment."""
    dropped, nested = [], []

    def drop(report):
        dropped.append(report)
        if len(nested) < 5:
            nested.append(status(task=f"n{len(nested)}"))
            outbox.add(nested[-1], 0)

    outbox = Outbox(drop, max_tasks=2)
    for index in range(10):
        outbox.add(status(task=f"t{index}"), 0)
    assert len(dropped) + len(outbox) == 10 + len(nested)
    assert len(outbox) == 2


tasks = st.sampled_from(["a", "b", "c"])
runs = st.sampled_from(["r1", "r2"])
words = st.sampled_from(["", "one", "two"])
fractions = st.none() | st.floats(0, 1)
said = st.one_of(
    st.builds(
        progress,
        fractions,
        words,
        task=tasks,
        run=runs,
        part=st.none() | st.tuples(st.sampled_from("xy"), st.just(0.5)),
        metadata=st.none() | st.sampled_from([b'{"k":1}', b'{"k":2}']),
    ),
    st.builds(status, st.sampled_from(["retrying", "started"]), task=tasks, run=runs),
    st.builds(end, task=tasks, run=runs, kind=st.sampled_from(["completed", "error"])),
)
steps = st.lists(st.one_of(said, st.sampled_from([0.0, 0.03, 0.2])), max_size=60)


def whole(reports, task, run, part):
    """What a reader would know of a run's part from these reports."""
    best, message, metadata = None, "", None
    for report in reports:
        if (report.task_name, report.run_id, report.part and report.part[0]) != (task, run, part):
            continue
        if report.progress is not None:
            best = report.progress if best is None else max(best, report.progress)
        message = report.message or message
        metadata = report.metadata or metadata
    return best, message, metadata


def played(steps, **limits):
    """Play steps (a number lets time pass and takes what may go); return all that was said and what came out."""
    outbox, dropped = make_outbox(**limits)
    now, spoken, taken = 0.0, [], []
    for step in steps:
        if isinstance(step, Report):
            spoken.append(
                Report(
                    step.kind,
                    step.project_id,
                    step.task_name,
                    step.run_id,
                    progress=step.progress,
                    message=step.message,
                    metadata=step.metadata,
                    part=step.part,
                    status=step.status,
                )
            )
            outbox.add(step, now)
        else:
            now += step
            taken += take_all(outbox, now)
    outbox.hurry(now)
    waiting = len(outbox)
    taken += take_all(outbox, now)
    return spoken, taken, dropped, waiting


@given(steps)
def test_merging_loses_no_field(steps):
    spoken, taken, _dropped, _waiting = played(steps)
    for task in "abc":
        for run in ("r1", "r2"):
            for part in (None, "x", "y"):
                assert whole(taken, task, run, part) == whole(spoken, task, run, part)


@given(steps)
def test_each_task_keeps_its_order(steps):
    spoken, taken, _dropped, _waiting = played(steps)
    for task in "abc":
        marks = [r.kind + str(r.run_id) for r in spoken if r.task_name == task and r.kind != "progress"]
        assert [r.kind + str(r.run_id) for r in taken if r.task_name == task and r.kind != "progress"] == marks
        # Between two marks: what was merged is what was said there.
        assert segments(taken, task) == segments(spoken, task)


def segments(reports, task):
    parts: list[dict] = [{}]
    for report in reports:
        if report.task_name != task:
            continue
        if report.kind != "progress":
            parts.append({})
        else:
            key = report.run_id, report.part and report.part[0]
            best = parts[-1].get(key)
            values = [value for value in (best, report.progress) if value is not None]
            parts[-1][key] = max(values, default=None)
    return parts


@given(steps, st.integers(1, 3), st.integers(1_500, 8_000))
def test_bounds_hold_and_every_loss_is_counted(steps, max_tasks, max_bytes):
    outbox, dropped = make_outbox(max_tasks=max_tasks, max_bytes=max_bytes)
    taken, added, merged = [], 0, 0
    for step in steps:
        if isinstance(step, Report):
            before, lost = len(outbox), len(dropped)
            outbox.add(step, 0)
            added += 1
            merged += before + 1 - (len(dropped) - lost) - len(outbox)
            waiting = outbox.waiting()
            assert sum(report.size for report in waiting) <= max_bytes
            assert len({report.task_name for report in waiting}) <= max_tasks
            if any(report.terminal for report in dropped[lost:]):
                assert all(report.terminal for report in waiting), "an end went before something lesser"
        else:
            batch = take_all(outbox, 0)
            outbox.settle(batch)
            taken += batch
    assert added == merged + len(taken) + len(dropped) + len(outbox)
