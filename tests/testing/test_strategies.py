"""The strategies draw what is valid, and as much of it as matters."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from progresskit import rules
from progresskit.events import decode_event, encode_event, is_terminal
from progresskit.testing import strategies
from progresskit.testing.strategies import event_sequences, events

quickly = settings(
    max_examples=1_000,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@given(events())
def test_events_are_as_a_sender_makes_them(event):
    assert decode_event(encode_event(event)) == event
    assert (event.cursor, event.attempt, event.started_at) == (None, None, None)
    assert event.run_id is None or not event.run_id.startswith(rules.AUTO_RUN_PREFIX)


@given(events(project_id="p", task_name="t"))
def test_events_are_of_the_project_and_task_asked_for(event):
    assert (event.project_id, event.task_name) == ("p", "t")


@pytest.mark.parametrize(
    "is_it",
    [
        lambda event: event.type == "progress" and event.part is not None and event.progress is not None,
        lambda event: event.type == "status" and event.status == "cancelled",
        lambda event: event.type == "completed" and isinstance(event.result, dict),
        lambda event: event.type == "error" and event.details,
        lambda event: event.run_id is None,
        lambda event: any(unicodedata.bidirectional(char) in {"R", "AL"} for char in event.task_name),
        lambda event: any(unicodedata.category(char) == "Lo" for char in event.message or ""),
        lambda event: "\u0000" in (event.message or ""),
        lambda event: len(event.message or "") == rules.MAX_TEXT_CHARS,
        lambda event: len(event.task_name) == rules.MAX_NAME_CHARS,
        lambda event: getattr(event, "progress", None) in {0, 1},
        lambda event: str(event.metadata).count("{") == rules.MAX_JSON_DEPTH,
        lambda event: "<script>" in str(event.metadata),
    ],
)
def test_events_go_to_the_limits(is_it):
    find(events(), is_it, settings=quickly)  # raises NoSuchExample where there is none


@given(event_sequences(project_id="p", task_names=["a", "b"], run_ids=["r1"], max_size=5))
def test_sequences_are_of_what_was_asked_for_in_the_order_of_time(sequence):
    assert len(sequence) <= 5
    assert {event.project_id for event in sequence} <= {"p"}
    assert {event.task_name for event in sequence} <= {"a", "b"}
    assert {event.run_id for event in sequence} <= {"r1"}
    times = [event.timestamp for event in sequence]
    assert times == sorted(set(times))


def runs_of(sequence):
    """Return the runs of the first event's task, and r2 at the end, where it need not be."""
    return [*(event.run_id for event in sequence if event.task_name == sequence[0].task_name), "r2"]


@pytest.mark.parametrize(
    "is_it",
    [
        lambda sequence: len(sequence) >= 25,
        lambda sequence: "r1" in runs_of(sequence)[runs_of(sequence).index("r2") :],
        lambda sequence: [is_terminal(event.status) for event in sequence][:3] == [False, True, False],
        lambda sequence: sum(getattr(event, "part", None) is not None for event in sequence) > 4,
        lambda sequence: sum(event.status == "queued" for event in sequence[5:]) > 2,
        lambda sequence: sum(event.run_id is None for event in sequence) > 5,
    ],
)
def test_sequences_get_in_each_others_way(is_it):
    find(event_sequences(), lambda sequence: bool(sequence) and is_it(sequence), settings=quickly)


def test_the_strategies_of_speech_are_here_too():
    pytest.importorskip("rapidfuzz")
    assert set(strategies.__all__) == {
        *("corruptions", "equivalents", "event_sequences", "events", "references", "transcripts")
    }
    for name in strategies.__all__:
        assert callable(getattr(strategies, name))
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        _ = strategies.other


def test_without_hypothesis_they_say_what_to_install():
    code = """
import sys
sys.modules["hypothesis"] = None
import progresskit.testing
from progresskit.errors import MissingDependencyError
try:
    import progresskit.testing.strategies
except MissingDependencyError as error:
    print(error, isinstance(error, ImportError))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "'hypothesis' is not installed. Install it with: pip install 'progresskit[testing]' True\n"
