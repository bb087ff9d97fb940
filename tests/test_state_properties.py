"""Laws of the fold and the overlay, over sequences of events that get in each other's way.

Each law is a function of what a store took and gave, and each has a control: a store without the one
protection, for which hypothesis must find a sequence that breaks the law.
"""

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from progresskit.events import Cursor, ProgressEvent, decode_event, encode_event, is_terminal
from progresskit.state import MAX_SUPERSEDED, Snapshot, TaskState, TaskTable, fold, for_readers, overlay
from progresskit.testing.strategies import event_sequences

NOWHERE = Cursor("0", 0)
PROJECT = "campaign_001"


class Store:
    """What a project's store does, with a fold that may be broken."""

    def __init__(self, fold_=fold):
        self._fold = fold_
        self.table = TaskTable()
        self.taken = []  # each event, with what became of it
        self.delivered = []
        self.history = [Snapshot(PROJECT, NOWHERE)]  # as it was before each event, and is after the last

    def take(self, event):
        cursor = Cursor("e", len(self.delivered) + 1)
        state, accepted = self._fold(self.table.get(event.task_name), event, cursor=cursor)
        if accepted is not None:
            self.table.put(state)
            self.delivered.append(accepted)
        self.taken.append((event, accepted))
        self.history.append(self.snapshot())
        return accepted

    def snapshot(self, after=None):
        cursor = Cursor("e", len(self.delivered)) if self.delivered else NOWHERE
        states = self.table if after is None else self.table.since(after.offset)
        return Snapshot(PROJECT, cursor, tuple(map(for_readers, states)), resumed=after is not None)


def ran(sequence, fold_=fold):
    store = Store(fold_)
    for event in sequence:
        store.take(event)
    return store


def runs(store):
    """Group what was delivered by run, in the order of delivery."""
    grouped = {}
    for event in store.delivered:
        grouped.setdefault((event.task_name, event.run_id), []).append(event)
    return grouped


# --- the laws -----------------------------------------------------------------------------------------------------


def law_offsets_count_up_by_one(store):
    assert [event.cursor for event in store.delivered] == [Cursor("e", n + 1) for n in range(len(store.delivered))]


def law_progress_never_goes_back_within_a_run(store):
    for events in runs(store).values():
        numbers = [event.progress for event in events if getattr(event, "progress", None) is not None]
        assert numbers == sorted(numbers)
    for before, after in zip(store.history, store.history[1:], strict=False):
        for state in after.tasks:
            former = before.get(state.task_name)
            if former is not None and former.run_id == state.run_id:
                assert (state.progress or 0) >= (former.progress or 0)


def law_nothing_follows_a_terminal_of_the_same_run(store):
    if len(runs(store)) <= MAX_SUPERSEDED:
        for events in runs(store).values():
            assert not any(is_terminal(event.status) for event in events[:-1])


def law_a_superseded_run_never_writes_again(store):
    if len(runs(store)) <= MAX_SUPERSEDED:
        for (task_name, _run), events in runs(store).items():
            between = [
                event.run_id
                for event in store.delivered[events[0].cursor.offset - 1 : events[-1].cursor.offset]
                if event.task_name == task_name
            ]
            assert len(set(between)) == 1


def law_a_late_queued_never_drags_a_run_back(store):
    for events in runs(store).values():
        statuses = [event.status for event in events]
        assert "queued" not in statuses[statuses.count("queued") :]


def law_each_run_is_an_attempt_unless_it_took_over(store):
    for task_name in {event.task_name for event in store.delivered}:
        attempt = 0
        former = None
        for (name, run_id), events in runs(store).items():
            if name != task_name or len(runs(store)) > MAX_SUPERSEDED:
                continue
            only_queued = former is not None and {event.status for event in former} == {"queued"}
            took_over = only_queued and former[0].run_id.startswith("auto-") and not run_id.startswith("auto-")
            attempt += not took_over
            assert {event.attempt for event in events} == {attempt}
            assert {event.started_at for event in events} == {events[0].timestamp}
            former = events


def law_an_accepted_event_is_complete_and_travels(store):
    for event in store.delivered:
        assert event.run_id is not None
        assert event.attempt is not None
        assert event.started_at is not None
        assert getattr(event, "part", None) is None
        assert decode_event(encode_event(event)) == event


def law_a_state_is_valid(store):
    for state in store.table:
        assert TaskState.model_validate(state.model_dump()) == for_readers(state)


def law_a_refused_event_changes_nothing(store):
    for (_event, accepted), before, after in zip(store.taken, store.history, store.history[1:], strict=False):
        assert (after == before) == (accepted is None)


def law_readers_come_to_the_stores_state(store, lay=overlay):
    states = {}
    for event in store.delivered:
        states[event.task_name] = lay(states.get(event.task_name), decode_event(encode_event(event)))
    assert states == {state.task_name: for_readers(state) for state in store.table}


LAWS = [law for name, law in list(globals().items()) if name.startswith("law_")]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(sequence=event_sequences())
def test_law(law, sequence):
    law(ran(sequence))


# --- the same laws, where the protection is missing ---------------------------------------------------------------


def with_state(**changes):
    """Return a fold that sees a state in which a protection's memory is changed."""

    def broken(state, event, *, cursor):
        seen = state and state.model_copy(update={name: change(state) for name, change in changes.items()})
        folded, accepted = fold(seen, event, cursor=cursor)
        return (folded, accepted) if accepted is not None else (state, None)

    return broken


def skipping_offsets(state, event, *, cursor):
    skipped = Cursor(cursor.epoch, cursor.offset + (event.type == "error"))
    return fold(state, event, cursor=skipped)


def leaking_parts(state, event, *, cursor):
    folded, accepted = fold(state, event, cursor=cursor)
    return folded, accepted and accepted.model_copy(update={"part": getattr(event, "part", None)})


def writing_refused_events(state, event, *, cursor):
    folded, accepted = fold(state, event, cursor=cursor)
    if accepted is None:
        folded = state.model_copy(update={"updated_at": event.timestamp})
        accepted = event.model_copy(update={"run_id": state.run_id, "attempt": state.attempt})
        accepted = accepted.model_copy(update={"started_at": state.started_at, "cursor": cursor})
    return folded, accepted


def adding_parts_beyond_the_whole(state, event, *, cursor):
    folded, accepted = fold(state, event, cursor=cursor)
    if accepted is not None and isinstance(event, ProgressEvent) and event.part:
        folded = folded.model_copy(update={"progress": folded.parts.total + 0.3})
    return folded, accepted


def counting_every_event(state, event, *, cursor):
    folded, accepted = fold(state, event, cursor=cursor)
    if accepted is None:
        return folded, None
    counted = {"attempt": (state.attempt if state else 0) + 1}
    return folded.model_copy(update=counted), accepted.model_copy(update=counted)


class _QuietStore(Store):
    """Delivers nothing for a refused event, but changes its state."""

    def take(self, event):
        accepted = super().take(event)
        if accepted is None:
            former = self.table.get(event.task_name)
            self.table.put(former.model_copy(update={"message": "changed"}))
            self.history[-1] = self.snapshot()
        return accepted


def overlay_that_keeps_nulls(state, event):
    """Lay an event over its task as every other field: nulls change nothing."""
    laid = overlay(state, event)
    if state is None or state.run_id != event.run_id:
        return laid
    return laid.model_copy(update={"eta_s": laid.eta_s if laid.eta_s is not None else state.eta_s})


def ran_quietly(sequence, _fold):
    store = _QuietStore()
    for event in sequence:
        store.take(event)
    return store


def law_with_nulls_kept(store):
    law_readers_come_to_the_stores_state(store, overlay_that_keeps_nulls)


CONTROLS = [
    (law_offsets_count_up_by_one, skipping_offsets, ran),
    (law_progress_never_goes_back_within_a_run, with_state(progress=lambda _: None), ran),
    (law_nothing_follows_a_terminal_of_the_same_run, with_state(status=lambda _: "in_progress"), ran),
    (law_a_superseded_run_never_writes_again, with_state(superseded=lambda _: ()), ran),
    (law_a_late_queued_never_drags_a_run_back, with_state(status=lambda _: "queued"), ran),
    (law_each_run_is_an_attempt_unless_it_took_over, counting_every_event, ran),
    (law_an_accepted_event_is_complete_and_travels, leaking_parts, ran),
    (law_a_state_is_valid, adding_parts_beyond_the_whole, ran),
    (law_a_refused_event_changes_nothing, None, ran_quietly),
    (law_readers_come_to_the_stores_state, writing_refused_events, ran),
    (law_with_nulls_kept, fold, ran),
]


def breaks(law, store):
    try:
        law(store)
    except (AssertionError, ValueError):
        return True
    return False


@pytest.mark.parametrize(("law", "fold_", "run"), CONTROLS, ids=lambda value: getattr(value, "__name__", "store"))
def test_without_its_protection_the_law_is_broken(law, fold_, run):
    # `find` raises NoSuchExample where it can't break the law.
    quickly = settings(max_examples=500, database=None, derandomize=True, phases=[Phase.generate])
    find(event_sequences(), lambda sequence: breaks(law, run(sequence, fold_)), settings=quickly)


def test_every_law_has_a_control():
    assert {law for law, _, _ in CONTROLS} >= set(LAWS)


# --- redelivery ---------------------------------------------------------------------------------------------------


def but_its_position(state):
    return state.model_dump(exclude={"cursor", "progress"}), pytest.approx(state.progress)


@given(event_sequences(max_size=15), st.data())
def test_an_event_that_comes_twice_in_a_row_says_nothing_new(sequence, data):
    twice = ran(sequence)
    if not sequence:
        return
    event = data.draw(st.sampled_from(sequence))
    twice.take(event)
    once = twice.table.get(event.task_name)
    twice.take(event)
    assert but_its_position(twice.table.get(event.task_name)) == but_its_position(once)


@given(event_sequences())
def test_what_comes_again_of_a_run_that_is_over_changes_nothing(sequence):
    store = ran(sequence)
    if len(runs(store)) > MAX_SUPERSEDED:
        return
    current = {state.task_name: state for state in store.table}
    for event, accepted in list(store.taken):
        state = current[event.task_name]
        if event.run_id is None or accepted is None or (event.run_id == state.run_id and not state.terminal):
            continue
        assert store.take(event) is None


@given(event_sequences())
def test_tasks_dont_touch_each_other(sequence):
    together = ran([event.model_copy(update={"run_id": event.run_id or "named"}) for event in sequence])
    for task_name in {event.task_name for event in sequence}:
        alone = ran([event for event, _ in together.taken if event.task_name == task_name])
        mine, other = (store.table.get(task_name).model_dump(exclude={"cursor"}) for store in (alone, together))
        assert mine == other


# --- a reader with snapshots in between ---------------------------------------------------------------------------


@given(event_sequences(max_size=40), st.data())
def test_a_reader_that_gets_snapshots_in_between_ends_at_the_stores_state(sequence, data):
    """A reader is cut off, misses events, gets a resumed or a full snapshot, and goes on from there."""
    store = Store()
    reader = Snapshot(PROJECT, NOWHERE)
    connected = True
    for event in sequence:
        accepted = store.take(event)
        if connected and accepted is not None:
            reader = reader.apply(decode_event(encode_event(accepted)))
        match data.draw(st.sampled_from(["go on", "go on", "miss", "resume", "reset", "repeat"])):
            case "miss":
                connected = False
            case "resume" if reader.cursor != NOWHERE:
                reader, connected = reader.apply(store.snapshot(reader.cursor)), True
            case "reset":
                reader, connected = reader.apply(store.snapshot()), True
            case "repeat":
                for known in store.delivered[: reader.cursor.offset]:
                    assert reader.apply(known) is reader
    reader = reader.apply(store.snapshot(reader.cursor if reader.cursor != NOWHERE else None))
    assert reader == store.snapshot()
