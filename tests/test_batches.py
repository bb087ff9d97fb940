"""Batches and receipts as JSON: what travels, and that a stranger's batch is taken only where any store may take it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.batches import (
    MAX_BATCH_RUNS,
    InvalidEventError,
    batch_from_json,
    decode_batch,
    decode_receipt,
    encode_batch,
    encode_receipt,
    number_of,
    object_from_json,
)
from progresskit.errors import DecodeError
from progresskit.events import Cursor, ProgressEvent
from progresskit.frames import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Batch, Receipt, Run
from progresskit.rules import MAX_EVENT_BYTES
from progresskit.testing.strategies import events
from progresskit.transports.base import check_batch

NOW = "2026-11-23T00:00:00.000Z"
EVENT = {"type": "progress", "task_name": "t", "run_id": "r", "timestamp": NOW, "progress": 0.5}
BATCH = {"project_id": "p", "sender": "s", "number": 1, "events": [EVENT]}


def batch_of(**changes):
    return decode_batch(json.dumps(BATCH | changes))


# --- batches ------------------------------------------------------------------------------------------------------


def test_a_batch_is_the_json_that_is_documented():
    event = ProgressEvent(project_id="p", task_name="t", run_id="r", timestamp=NOW, progress=0.5, part=("a", 0.5))
    batch = Batch("p", "s", 7, (event,), held=(Run("t", "r"),), left=(Run("u", "q"),))
    assert json.loads(encode_batch(batch)) == {
        "project_id": "p",
        "sender": "s",
        "number": 7,
        "events": [EVENT | {"project_id": "p", "part": ["a", 0.5], "status": "in_progress"}],
        "held": [["t", "r"]],
        "left": [["u", "q"]],
    }
    assert decode_batch(encode_batch(batch)) == batch


@given(st.lists(events(), max_size=5), st.integers(1, 2**53))
def test_what_is_encoded_is_decoded_as_it_was(made, number):
    fenced = {"project_id": "p", "cursor": None, "attempt": None, "started_at": None}
    sent = tuple(event.model_copy(update=fenced) for event in made if not (event.run_id or "").startswith("auto-"))
    batch = Batch("p", "sender", number, sent, held=tuple(Run(e.task_name, "r") for e in sent))
    assert decode_batch(encode_batch(batch)) == batch


def test_what_a_batch_says_nothing_of_is_empty():
    assert decode_batch('{"project_id":"p","sender":"s","number":1}') == Batch("p", "s", 1)
    assert batch_of(events=None, held=None, left=None, tomorrow=[1]) == Batch("p", "s", 1)


def test_an_event_needs_no_project_and_may_name_no_other():
    [event] = batch_of().events
    assert event.project_id == "p"
    assert batch_of(events=[EVENT | {"project_id": "p"}]).events == (event,)
    with pytest.raises(InvalidEventError, match=r"events\[1\]: it is of project 'q', and the batch of p"):
        batch_of(events=[EVENT, EVENT | {"project_id": "q"}])


def test_what_only_a_store_can_say_is_ignored():
    [plain] = batch_of().events
    said = EVENT | {"cursor": ["no cursor"], "attempt": -1, "started_at": "never"}
    assert batch_of(events=[said]).events == (plain,)


def test_where_it_was_sent_to_it_needs_no_project_sender_and_number():
    bare = json.dumps({"events": [EVENT]})
    assert decode_batch(bare, project_id="p", sender="drawn") == batch_of(sender="drawn")
    assert decode_batch(json.dumps(BATCH), project_id="p", sender="drawn") == batch_of()
    with pytest.raises(DecodeError, match="of project p that was sent to q"):
        decode_batch(json.dumps(BATCH), project_id="q", sender="drawn")
    for half in ({"sender": "s"}, {"number": 1}):
        with pytest.raises(DecodeError, match="a batch whose"):
            decode_batch(json.dumps(half), project_id="p", sender="drawn")
    with pytest.raises(DecodeError, match="project_id None"):
        decode_batch(bare)


NO_BATCHES = {
    "no JSON": b"{",
    "no UTF-8": b'{"project_id":"\xff"}',
    "NaN": json.dumps(BATCH | {"number": float("nan")}),
    "a lone surrogate": '{"project_id":"\\ud800"}',
    "a raw surrogate": '{"project_id":"\ud800"}',
    "deep": '{"events":' + "[" * 100_000,
    "deep and whole": '{"events":' + "[" * 300 + "]" * 300 + "}",
    "a list": "[]",
    "null": "null",
    "too large": json.dumps(BATCH | {"pad": "x" * MAX_BATCH_BYTES}),
    "too many digits": '{"number":' + "9" * 5000 + "}",
    **{
        f"{name} {value!r:.20}": json.dumps(BATCH | {name: value})
        for name, values in {
            "project_id": [None, 1, "", "..", "a/b", [], "x" * 129],
            "sender": [None, 1, "", "a\nb", "x" * 129, ["s"], {}],
            "number": [None, 0, -1, 1.0, 1.5, True, "1", 2**53 + 1, []],
            "events": ["x", 1, {}, True, [EVENT] * (MAX_BATCH_EVENTS + 1)],
            "held": ["x", {}, ["t"], [["t"]], [["t", "r", "s"]], [{"t": "r"}], [["t", "r"]] * (MAX_BATCH_RUNS + 1)],
            "left": [1, [None], [[["t"], "r", 1]], [["t", "r"]] * (MAX_BATCH_RUNS + 1)],
        }.items()
        for value in values
    },
}


@pytest.mark.parametrize("data", NO_BATCHES.values(), ids=NO_BATCHES)
def test_what_is_no_batch_is_refused_in_one_sentence(data):
    with pytest.raises(DecodeError) as caught:
        decode_batch(data)
    assert not isinstance(caught.value, InvalidEventError)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


INVALID = {
    "no object": {"events": [1]},
    "no type": {"events": [EVENT | {"type": None}]},
    "no such type": {"events": [EVENT | {"type": "pong"}]},
    "no timestamp": {"events": [EVENT | {"timestamp": None}]},
    "beyond the whole": {"events": [EVENT, EVENT | {"progress": 1.5}]},
    "a number as text": {"events": [EVENT | {"progress": "0.5"}]},
    "a name of two lines": {"events": [EVENT | {"task_name": "a\nb"}]},
    "a deep result": {"events": [EVENT | {"type": "completed", "result": json.loads("[" * 40 + "]" * 40)}]},
    "a large event": {"events": [EVENT | {"type": "completed", "result": "x" * MAX_EVENT_BYTES}]},
    "the store's run": {"events": [EVENT | {"run_id": "auto-1"}]},
    "another project": {"events": [EVENT | {"project_id": ["p"]}]},
    "a held run of the store's": {"held": [["t", "auto-7"]]},
    "a run that is a number": {"left": [["t", 1]]},
    "an unprintable run": {"held": [["t", "r\x00"]]},
    "a task that is null": {"left": [[None, "r"]]},
}


@pytest.mark.parametrize("changes", INVALID.values(), ids=INVALID)
def test_what_no_store_may_take_is_refused_with_its_place(changes):
    with pytest.raises(InvalidEventError, match=r"^(events|held|left)\[\d\]: ") as caught:
        batch_of(**changes)
    assert len(str(caught.value)) < 500


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*BATCH, "held", "left"]), JSON))
def test_whatever_is_decoded_any_store_may_take_and_all_else_is_a_decode_error(changes):
    try:
        batch = decode_batch(json.dumps(BATCH | changes))
    except DecodeError:
        return
    check_batch(batch)
    assert len(batch.held) <= MAX_BATCH_RUNS
    assert decode_batch(encode_batch(batch)) == batch


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_a_batch_or_a_decode_error(data):
    with pytest.raises(DecodeError):
        decode_batch(data)
    with pytest.raises(DecodeError):
        decode_receipt(data)


def test_the_number_is_known_of_a_batch_that_is_none():
    assert number_of({"number": 7}) == 7
    for value in (None, 0, -1, 1.0, True, "7", 2**53 + 1, []):
        assert number_of({"number": value}) is None


def test_a_batch_at_its_limits_is_taken():
    pad = MAX_BATCH_BYTES - len(json.dumps(BATCH | {"pad": ""}))
    batch = batch_of(pad="x" * pad)
    assert batch == batch_of()
    assert len(batch_of(events=[EVENT] * MAX_BATCH_EVENTS).events) == MAX_BATCH_EVENTS
    runs = [["t", f"r{count}"] for count in range(MAX_BATCH_RUNS)]
    assert batch_of(held=runs, left=runs).held == tuple(Run(*run) for run in runs)
    assert batch_from_json(object_from_json(json.dumps(BATCH), "a batch")) == batch_of()


# --- receipts -----------------------------------------------------------------------------------------------------

RECEIPT = Receipt(Cursor("e", 2), (Cursor("e", 1), None, Cursor("e", 2)), 1, {Run("t", "r"): "cancel"})
FIELDS = {"cursor": "e:2", "accepted": ["e:1", None, "e:2"], "refused": 1, "news": [["t", "r", "cancel"]]}


def test_a_receipt_is_the_json_that_is_documented():
    assert json.loads(encode_receipt(RECEIPT)) == FIELDS
    assert json.loads(encode_receipt(RECEIPT, number=7)) == FIELDS | {"number": 7}
    assert decode_receipt(encode_receipt(RECEIPT)) == RECEIPT
    assert decode_receipt(encode_receipt(RECEIPT, number=7)) == RECEIPT


def test_a_word_of_tomorrow_is_left_out():
    assert decode_receipt(json.dumps(FIELDS | {"news": [["t", "r", "paused"]], "more": 1})).news == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"cursor": None},
        {"cursor": "e"},
        {"cursor": 7},
        {"accepted": None},
        {"accepted": "e:1"},
        {"accepted": [1]},
        {"refused": None},
        {"refused": -1},
        {"refused": True},
        {"refused": 4},
        {"refused": 1.0},
        {"news": None},
        {"news": [["t", "r"]]},
        {"news": [["t", "", "cancel"]]},
        {"news": [[1, "r", "cancel"]]},
        {"news": [["t", "r", ["cancel"]]]},
        {"news": 1},
    ],
)
def test_what_is_no_receipt_is_a_decode_error(changes):
    with pytest.raises(DecodeError, match="a receipt"):
        decode_receipt(json.dumps(FIELDS | changes))
    with pytest.raises(DecodeError, match=f"without {next(iter(changes))}"):
        decode_receipt(json.dumps({name: value for name, value in FIELDS.items() if name not in changes}))
