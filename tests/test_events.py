"""Events are normal and valid from the start, and their one form on the wire says the same to every reader."""

import contextlib
import copy
import datetime as dt
import json
import math
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit import rules
from progresskit.errors import DecodeError
from progresskit.events import (
    CompletedEvent,
    Cursor,
    ErrorEvent,
    ProgressEvent,
    StatusEvent,
    decode_event,
    encode_event,
    is_terminal,
    new_run_id,
    timestamp,
)
from progresskit.testing.strategies import events

IDS = {"project_id": "campaign_001", "task_name": "audio_generation"}
NOW = "2026-11-23T00:00:00.000Z"
WIRE = {"type": "progress", **IDS, "timestamp": NOW}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def decoded(**fields):
    return decode_event(json.dumps({**WIRE, **fields}))


# --- normal from the start ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["queued", "in_progress", "stalled", "completed", "failed", "cancelled", "new"])
def test_progress_can_only_be_started_retrying_or_in_progress(status):
    assert ProgressEvent(**IDS, status=status).status == "in_progress"
    assert decoded(status=status).status == "in_progress"


@pytest.mark.parametrize("status", ["started", "retrying", "in_progress"])
def test_progress_keeps_a_status_that_it_may_carry(status):
    assert ProgressEvent(**IDS, status=status).status == status


def test_a_status_that_says_completed_is_a_completion():
    event = StatusEvent(**IDS, status="completed", message="done", progress=0.9)
    assert event == CompletedEvent(**IDS, timestamp=event.timestamp, message="done", progress=0.9)
    assert type(decoded(type="status", status="completed")) is CompletedEvent


def test_a_status_that_says_failed_is_an_error_in_its_own_words():
    event = StatusEvent(**IDS, status="failed", message="disk full", run_id="r")
    assert event == ErrorEvent(**IDS, timestamp=event.timestamp, message="disk full", error="disk full", run_id="r")
    assert StatusEvent(**IDS, status="failed").error == "failed"
    assert decoded(type="status", status="failed", message="").error == "failed"


@pytest.mark.parametrize("status", ["queued", "started", "in_progress", "retrying", "stalled", "cancelled"])
def test_any_other_status_stays_a_status(status):
    event = StatusEvent(**IDS, status=status)
    assert (type(event), event.type, event.status) == (StatusEvent, "status", status)


def test_ends_carry_the_status_of_their_kind_whatever_they_are_told():
    assert CompletedEvent(**IDS, status="failed").status == "completed"
    assert decoded(type="error", error="x", status="in_progress").status == "failed"
    assert ErrorEvent(**IDS, error="").error == "failed"


def test_an_empty_message_is_none():
    assert ProgressEvent(**IDS, message="").message is None
    assert ProgressEvent(**IDS, message=" ").message == " "


def test_an_event_is_made_now_in_the_one_form_of_time():
    made = dt.datetime.fromisoformat(ProgressEvent(**IDS).timestamp)
    assert abs(dt.datetime.now(dt.UTC) - made) < dt.timedelta(seconds=60)


@given(events())
def test_an_event_cant_be_changed_and_survives_pickle_and_copy(event):
    with pytest.raises(ValueError, match="frozen"):
        event.message = "other"
    for again in (pickle.loads(pickle.dumps(event)), copy.deepcopy(event), copy.copy(event), event.model_copy()):
        assert again == event
        assert type(again) is type(event)


# --- values against the rules -------------------------------------------------------------------------------------

REFUSED = [
    ({"project_id": "a/b"}, "project_id 'a/b' is not valid: use 1 to 128 characters"),
    ({"task_name": "a\nb"}, r"task_name 'a\nb' holds a control character, a line break or a bidi override: leave it"),
    ({"task_name": None}, "task_name is None: Input should be a valid string"),
    ({"run_id": ""}, "'' is not valid as a run id or part key: use 1 to 128 printable characters"),
    ({"timestamp": "now"}, "timestamp 'now' is not valid: use RFC 3339"),
    ({"started_at": "now"}, "timestamp 'now' is not valid: use RFC 3339"),
    ({"cursor": "e:-1"}, "'e:-1' is no cursor: it reads '<epoch>:<offset>'"),
    ({"cursor": 5}, "5 is no cursor"),
    ({"attempt": 0}, "attempt is 0: Input should be greater than or equal to 1"),
    ({"progress": 1.7}, "progress is 1.7: Input should be less than or equal to 1"),
    ({"progress": -1}, "progress is -1: Input should be greater than or equal to 0"),
    ({"progress": True}, "progress is True: Input should be a valid number"),
    ({"progress": "0.5"}, "progress is '0.5': Input should be a valid number"),
    ({"part": ["a"]}, "part.1 is missing"),
    ({"part": ["a", 2]}, "part.1 is 2: Input should be less than or equal to 1"),
    ({"part": ["", 0.5]}, "'' is not valid as a run id or part key"),
    ({"message": "x" * 2001}, "message has 2001 characters, the limit is 2000: 'xxxx"),
    ({"message": 5}, "message is 5: Input should be a valid string"),
    ({"metadata": [1]}, "metadata is [1]: Input should be a valid dictionary"),
    ({"stage": ["a"] * 9}, "stage has 9 names, the limit is 8"),
    ({"stage": [""]}, "stage [''] holds an empty name"),
    ({"stage": "a"}, "stage is 'a': Input should be a valid list"),
    ({"eta_s": -0.1}, "eta_s is -0.1: Input should be greater than or equal to 0"),
    ({"type": "status", "status": "paused"}, "status is 'paused': Input should be 'queued', 'started'"),
    ({"type": "status"}, "status is missing"),
    ({"type": "error"}, "error is missing"),
    ({"type": "error", "error": "x" * 2001}, "error has 2001 characters, the limit is 2000"),
    ({"type": "error", "error": "x", "code": "x" * 129}, "code has 129 characters, the limit is 128"),
    ({"type": "error", "error": "x", "details": "y"}, "details is 'y': Input should be a valid dictionary"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED, ids=[str(fields)[:40] for fields, _ in REFUSED])
def test_what_breaks_a_rule_is_refused_with_the_value_and_the_rule(fields, reason):
    with pytest.raises(DecodeError, match=re.escape("an event that is not valid: " + reason)) as caught:
        decoded(**fields)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (ProgressEvent, "progress"),
        (ProgressEvent, "eta_s"),
        (ProgressEvent, "part"),
        (ProgressEvent, "metadata"),
        (CompletedEvent, "result"),
        (CompletedEvent, "progress"),
        (ErrorEvent, "details"),
        (StatusEvent, "progress"),
    ],
)
def test_nan_and_infinity_are_refused(kind, field, number):
    value = {"part": ("a", number), "metadata": {"a": [number]}, "details": {"a": number}}.get(field, number)
    fields = {"error": "x"} if kind is ErrorEvent else {"status": "queued"} if kind is StatusEvent else {}
    with pytest.raises(ValueError, match=field):
        kind(**IDS, **fields, **{field: value})


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_nan_and_infinity_never_get_in(word):
    for field in ("progress", "eta_s", "metadata"):
        value = f'{{"a":[{word}]}}' if field == "metadata" else word
        with pytest.raises(DecodeError):
            decode_event(json.dumps(WIRE)[:-1] + f', "{field}": {value}}}')


def test_nan_never_gets_out_not_even_where_data_was_changed_afterwards():
    event = ProgressEvent(**IDS, metadata={"a": 1.0, "b": []})
    event.metadata["a"] = math.nan
    event.metadata["b"].append(math.inf)
    assert json.loads(encode_event(event))["metadata"] == {"a": None, "b": [None]}


# --- on the wire --------------------------------------------------------------------------------------------------


def test_an_event_is_compact_json_and_leaves_nulls_out_but_for_those_of_data():
    event = CompletedEvent(**IDS, timestamp=NOW, result={"url": None, "끝": [None]})
    assert encode_event(event).decode() == (
        '{"type":"completed","project_id":"campaign_001","task_name":"audio_generation",'
        '"timestamp":"2026-11-23T00:00:00.000Z","status":"completed","result":{"url":null,"끝":[null]}}'
    )


@given(events())
def test_decoding_gives_back_what_was_encoded(event):
    data = encode_event(event)
    assert decode_event(data) == event
    assert decode_event(data.decode()) == event
    assert encode_event(decode_event(data)) == data


@given(events(), st.sampled_from(["e", "0", "x" * 64]), st.integers(0, 2**53), st.integers(1, 10**6))
def test_an_accepted_event_travels_as_well(event, epoch, offset, attempt):
    facts = {"cursor": Cursor(epoch, offset), "attempt": attempt, "started_at": NOW, "run_id": event.run_id or "r"}
    accepted = event.model_copy(update=facts)
    assert decode_event(encode_event(accepted)) == accepted
    assert json.loads(encode_event(accepted))["cursor"] == f"{epoch}:{offset}"


@given(events())
def test_what_is_encoded_is_strict_json(event):
    def refuse(constant):
        pytest.fail(f"{constant} is no JSON")

    data = encode_event(event)
    fields = json.loads(data, parse_constant=refuse)
    assert None not in fields.values()
    assert b"\n" not in data


@given(events(), st.dictionaries(st.text(min_size=1, max_size=8).map("x-{}".format), anything, max_size=3))
def test_unknown_fields_are_ignored(event, unknown):
    fields = json.loads(encode_event(event)) | unknown
    try:
        data = json.dumps(fields, allow_nan=False)
    except ValueError:
        return  # NaN and infinity are no JSON, wherever they stand
    if len(data) <= rules.MAX_EVENT_BYTES:
        assert decode_event(data) == event


def test_null_is_as_good_as_absent():
    nothing = ("run_id", "cursor", "attempt", "started_at", "message", "metadata", "progress", "part", "stage", "eta_s")
    assert decoded(**dict.fromkeys(nothing)) == decoded()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        ("\ud800", "no JSON"),
        (b"[]", "no JSON object with a type"),
        (b"null", "no JSON object with a type"),
        (b'{"type":5}', "no JSON object with a type"),
        (b'{"type":"news","timestamp":"2026-11-23T00:00:00.000Z"}', "'news'"),
        (b'{"type":"progress"}', "without a timestamp"),
        (b'{"type":"progress","timestamp":null}', "without a timestamp"),
        (b'{"type":"progress","timestamp":"2026-11-23T00:00:00.000Z"}', "project_id is missing"),
        (b"[" * 30_000, "no JSON"),
        (b'{"a":' * 6_000, "no JSON"),
        (b"1" * 5_000, "no JSON"),
        (b" " * 33_793, "33793 bytes: the limit is 33792"),
        ("가" * 11_265, "33795 bytes: the limit is 33792"),
    ],
)
def test_anything_else_is_a_decode_error(data, reason):
    with pytest.raises(DecodeError, match=reason):
        decode_event(data)


@given(st.binary(max_size=60) | st.text(max_size=60) | anything.map(json.dumps))
def test_noise_raises_decode_errors_only(data):
    with pytest.raises(DecodeError):
        decode_event(data)


@given(events(), st.data())
def test_an_event_with_a_wrong_field_is_still_an_event_or_a_decode_error(event, data):
    fields = json.loads(encode_event(event))
    name = data.draw(
        st.sampled_from([*fields, "part", "stage", "cursor", "attempt", "started_at", "progress", "status"])
    )
    fields[name] = data.draw(anything)
    try:
        again = decode_event(json.dumps(fields))
    except DecodeError as error:
        assert len(str(error)) < 1_000  # what is refused isn't repeated at length  # noqa: PT017
    else:
        assert decode_event(encode_event(again)) == again


@given(events(), st.data())
def test_a_damaged_event_is_still_an_event_or_a_decode_error(event, data):
    encoded = bytearray(encode_event(event))
    for _ in range(data.draw(st.integers(1, 3))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DecodeError):
        decode_event(bytes(encoded))


def test_an_event_has_at_most_32_kib_and_one_more_from_the_store():
    def sized(size, **facts):
        event = CompletedEvent(**IDS, timestamp=NOW, result="", **facts)
        return event.model_copy(update={"result": "x" * (size - len(encode_event(event)))})

    accepted = {"cursor": Cursor("e", 1), "run_id": "r", "attempt": 1, "started_at": NOW}
    assert len(encode_event(sized(32 * 1024))) == 32 * 1024
    assert len(decode_event(encode_event(sized(33 * 1024, **accepted))).result) > 32 * 1024
    with pytest.raises(
        ValueError, match="the event of task 'audio_generation' has 32769 bytes, the limit is 32768: send"
    ):
        encode_event(sized(32 * 1024 + 1))
    with pytest.raises(ValueError, match="has 33793 bytes, the limit is 33792"):
        encode_event(sized(33 * 1024 + 1, **accepted))


# --- cursors, statuses, ids, time ---------------------------------------------------------------------------------


@given(st.from_regex(r"[A-Za-z0-9]{1,64}", fullmatch=True), st.integers(0, 2**53))
def test_a_cursor_is_read_back_from_its_text(epoch, offset):
    cursor = Cursor(epoch, offset)
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "e",
        "e:",
        ":1",
        "e:-1",
        "e:1.0",
        "e:1:1",
        "é:1",
        "e:\u0661",
        "e 1:1",
        "e:9007199254740993",
        f"{'e' * 65}:1",
    ],
)
def test_any_other_text_is_no_cursor(text):
    with pytest.raises(ValueError, match="is no cursor: it reads '<epoch>:<offset>', for example") as caught:
        Cursor.parse(text)
    assert rules.shown(text) in str(caught.value)


@given(st.text(max_size=30))
def test_parsing_a_cursor_raises_value_errors_only(text):
    try:
        cursor = Cursor.parse(text)
    except ValueError:
        return
    assert Cursor.parse(str(cursor)) == cursor


def test_three_statuses_end_a_run():
    statuses = [
        "queued",
        "started",
        "in_progress",
        "retrying",
        "stalled",
        "completed",
        "failed",
        "cancelled",
        None,
        "x",
    ]
    assert list(filter(is_terminal, statuses)) == ["completed", "failed", "cancelled"]


def test_new_run_ids_are_fresh_and_none_of_the_stores():
    ids = {new_run_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert not any(rules.check_run_id(run_id).startswith("auto-") for run_id in ids)


@given(st.floats(0, 4e9))
def test_a_time_is_written_in_the_one_form(now_s):
    text = rules.check_timestamp(timestamp(now_s))
    assert abs(dt.datetime.fromisoformat(text).timestamp() - now_s) < 0.001 + 1e-6
