"""The fold decides, the overlay follows, and both give one state."""

import json
from pathlib import Path

import pytest

from progresskit.errors import DecodeError
from progresskit.events import CompletedEvent, Cursor, ProgressEvent, StatusEvent, decode_event, encode_event
from progresskit.state import (
    MAX_PARTS,
    MAX_SUPERSEDED,
    MAX_TASKS,
    Snapshot,
    TaskState,
    TaskTable,
    fold,
    for_readers,
    overlay,
    state_from_json,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "fold.json").read_text(encoding="utf-8"))
NOW = "2026-11-23T00:00:00.000Z"


class Store:
    """One project, folded event by event."""

    def __init__(self):
        self.table = TaskTable()
        self.delivered = []

    def take(self, event):
        cursor = Cursor("e1", len(self.delivered) + 1)
        state, accepted = fold(self.table.get(event.task_name), event, cursor=cursor)
        if accepted is None:
            assert state is self.table.get(event.task_name), "a refused event leaves the state as it was"
            return None
        self.table.put(state)
        self.delivered.append(accepted)
        return accepted


def progress(value=None, *, task="render", run="r1", **fields):
    return ProgressEvent(project_id="p", task_name=task, run_id=run, progress=value, timestamp=NOW, **fields)


def completed(*, task="render", run="r1"):
    return CompletedEvent(project_id="p", task_name=task, run_id=run, timestamp=NOW)


def task_state(task="render", offset=1, **fields):
    facts = {"run_id": "r1", "attempt": 1, "status": "in_progress", "started_at": NOW, "updated_at": NOW}
    return TaskState(project_id="p", task_name=task, cursor=Cursor("e1", offset), **facts, **fields)


def dumped(states):
    return {state.task_name: state.model_dump(mode="json") for state in states}


def alike(left, right):
    """Compare JSON; numbers agree within 1e-9, as the vectors say."""
    if isinstance(left, float) and isinstance(right, float):
        return left == pytest.approx(right, abs=1e-9)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(alike, left, right))
    return left == right


# --- the vectors that every language's fold and overlay must pass -------------------------------------------------


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_vector(case):
    store = Store()
    reader = Snapshot("campaign_001", Cursor("0", 0))
    accepted = [store.take(decode_event(json.dumps(fields))) for fields in case["events"]]
    for event in store.delivered:
        reader = reader.apply(decode_event(encode_event(event)))
    assert [None if event is None else str(event.cursor) for event in accepted] == case["accepted"]
    delivered = [json.loads(encode_event(event)) for event in store.delivered]
    assert alike(delivered, case["delivered"]), delivered
    tasks = {task["task_name"]: task for task in case["tasks"]}
    assert alike(dumped(store.table), tasks), "fold(events) = tasks"
    assert alike(dumped(reader.tasks), tasks), "overlay(delivered) = tasks"


# --- the fold -----------------------------------------------------------------------------------------------------


def test_a_run_that_fell_out_of_the_last_16_counts_as_new():
    store = Store()
    for count in range(MAX_SUPERSEDED + 2):
        store.take(progress(0.9, run=f"r{count}"))
    assert store.take(progress(run="r1")) is None
    back = store.take(progress(run="r0"))
    assert (back.attempt, back.progress) == (MAX_SUPERSEDED + 3, None)


def test_none_of_the_last_16_runs_can_write():
    store = Store()
    for count in range(MAX_SUPERSEDED + 1):
        store.take(progress(0.1, run=f"r{count}"))
    assert [store.take(completed(run=f"r{count}")) for count in range(MAX_SUPERSEDED)] == [None] * MAX_SUPERSEDED


def test_a_run_has_1000_parts_and_what_comes_beyond_carries_no_progress():
    store = Store()
    for count in range(MAX_PARTS):
        store.take(progress(1.0, part=(f"part {count}", 0.0005)))
    beyond = store.take(progress(1.0, part=("one more", 0.5), message="one more"))
    assert (beyond.progress, beyond.message) == (None, "one more")
    assert store.table.get("render").progress == pytest.approx(0.5)
    assert store.take(progress(1.0, part=("part 7", 0.1005))).progress == pytest.approx(0.6), (
        "a known part still counts"
    )


def test_the_parts_of_a_run_are_at_most_the_whole():
    store = Store()
    for key in "abc":
        store.take(progress(1.0, part=(key, 0.5)))
    assert store.table.get("render").progress == 1.0


def test_an_event_of_no_store_cant_be_laid_over_a_state():
    with pytest.raises(ValueError, match="an event of task 'render' that no store has accepted can't be laid over"):
        overlay(None, progress(0.5))


def test_what_is_the_stores_own_never_reaches_readers():
    store = Store()
    store.take(progress(0.5, part=("a", 0.5)))
    store.take(progress(0.5, part=("a", 0.5), run="r2"))
    kept = store.table.get("render")
    assert kept.superseded == ("r1",)
    assert kept.parts.values == {"a": (0.5, 0.5)}
    told = for_readers(kept)
    assert (told.superseded, dict(told.parts.values)) == ((), {})
    assert for_readers(told) is told
    assert told == overlay(None, store.delivered[-1])
    for text in (kept.model_dump_json(), repr(kept)):
        assert "superseded" not in text
        assert "parts" not in text


# --- states as JSON -----------------------------------------------------------------------------------------------


def test_a_reader_ignores_fields_and_takes_statuses_of_newer_stores():
    fields = json.loads(task_state(progress=0.5).model_dump_json(exclude_none=True))
    newer = {**fields, "status": "paused", "mood": 1, "superseded": "r0", "parts": {"a": 1}}
    assert state_from_json(newer) == task_state(progress=0.5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cursor": "no"}, "'no' is no cursor"),
        ({"progress": 2}, "progress is 2: Input should be less than or equal to 1"),
        ({"attempt": None}, "attempt is None"),
        ({"status": 5}, "status is 5"),
    ],
)
def test_a_state_that_is_none_is_a_decode_error(change, reason):
    fields = json.loads(task_state().model_dump_json())
    with pytest.raises(DecodeError, match=f"a task state that is not valid: {reason}"):
        state_from_json({**fields, **change})


@pytest.mark.parametrize("fields", [None, [], "x", {}, {"project_id": "p"}])
def test_anything_else_than_a_state_is_a_decode_error(fields):
    with pytest.raises(DecodeError, match="a task state that is not valid"):
        state_from_json(fields)


# --- 1,000 tasks --------------------------------------------------------------------------------------------------


def test_a_table_puts_out_the_task_that_changed_longest_ago():
    table = TaskTable(task_state(f"t{offset}", offset) for offset in range(1, MAX_TASKS + 1))
    assert table.put(task_state("t1", MAX_TASKS + 1)) is None, "a known task puts nobody out"
    assert table.put(task_state("new", MAX_TASKS + 2)).task_name == "t2"
    assert len(table) == MAX_TASKS
    assert [state.task_name for state in table][-2:] == ["t1", "new"]
    put_out = table.update([task_state("other", MAX_TASKS + 4), task_state("another", MAX_TASKS + 3)])
    assert [state.task_name for state in put_out] == ["t3", "t4"]
    assert [state.task_name for state in table][-3:] == ["new", "another", "other"]


def test_a_table_tells_what_changed_since_an_offset():
    table = TaskTable(task_state(f"t{offset}", offset) for offset in (3, 1, 2))
    assert [state.task_name for state in table.since(1)] == ["t2", "t3"]
    assert table.since(3) == []
    assert [state.task_name for state in table.since(0)] == ["t1", "t2", "t3"]
    assert table.get("t4") is None


# --- snapshots ----------------------------------------------------------------------------------------------------


def test_a_snapshot_holds_its_tasks_oldest_change_first():
    snapshot = Snapshot("p", Cursor("e1", 9), (task_state("b", 9), task_state("a", 2)))
    assert [state.task_name for state in snapshot.tasks] == ["a", "b"]
    assert snapshot.get("b").cursor == Cursor("e1", 9)
    assert snapshot.get("c") is None


def test_a_snapshot_that_isnt_resumed_empties():
    before = Snapshot("p", Cursor("e1", 9), (task_state("a", 9),))
    after = Snapshot("p", Cursor("e2", 1), (task_state("b", 1),))
    assert before.apply(after) is after


def test_a_resumed_snapshot_sets_the_tasks_it_names():
    before = Snapshot("p", Cursor("e1", 3), (task_state("a", 2), task_state("b", 3)))
    changed = Snapshot("p", Cursor("e1", 7), (task_state("a", 5), task_state("c", 6)), resumed=True)
    after = before.apply(changed)
    assert [(state.task_name, state.cursor.offset) for state in after.tasks] == [("b", 3), ("a", 5), ("c", 6)]
    assert (after.cursor, after.resumed) == (changed.cursor, False)
    assert before.get("c") is None, "a snapshot never changes"


def test_a_resumed_snapshot_puts_out_what_is_over_1000_lowest_offset_first():
    tasks = tuple(task_state(f"t{offset}", offset) for offset in range(1, MAX_TASKS + 1))
    changed = (task_state("t1", MAX_TASKS + 1), task_state("new", MAX_TASKS + 2))
    after = Snapshot("p", Cursor("e1", MAX_TASKS), tasks).apply(
        Snapshot("p", Cursor("e1", MAX_TASKS + 2), changed, resumed=True)
    )
    assert len(after.tasks) == MAX_TASKS
    assert after.get("t2") is None
    assert after.get("t1") is not None


def test_an_event_overlays_and_one_that_is_known_is_ignored():
    store = Store()
    first, second, third = (store.take(progress(value, message=str(value))) for value in (0.1, 0.2, 0.3))
    snapshot = Snapshot("p", Cursor("0", 0)).apply(first).apply(second)
    assert snapshot.cursor == second.cursor
    assert snapshot.apply(first) is snapshot
    assert snapshot.apply(second) is snapshot
    assert snapshot.apply(third).get("render").message == "0.3"
    assert snapshot.apply(progress(0.9)) is snapshot, "an event that no store accepted says nothing"


def test_an_event_that_brings_one_task_more_puts_out_the_oldest():
    store = Store()
    reader = Snapshot("p", Cursor("0", 0))
    for count in range(MAX_TASKS + 3):
        reader = reader.apply(store.take(progress(task=f"t{count % (MAX_TASKS + 1)}")))
    assert dumped(reader.tasks) == dumped(store.table)
    assert reader.get("t0") is not None
    assert reader.get("t2") is None


def test_a_status_that_ends_a_run_makes_its_state_terminal():
    store = Store()
    store.take(StatusEvent(project_id="p", task_name="render", run_id="r1", status="cancelled"))
    assert store.table.get("render").terminal
    assert not task_state().terminal
