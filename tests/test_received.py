"""A gateway's frames as a reader gets them: what the server's half of the protocol writes, and what a stranger may."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.errors import DecodeError
from progresskit.events import Cursor, ProgressEvent
from progresskit.frames import PONG, closing_frame, cut_snapshot, encode_snapshot, event_frame, heartbeat_frame
from progresskit.received import Closing, Heartbeat, decode_message, decode_snapshot
from progresskit.state import Snapshot, TaskState

NOW = "2026-11-23T00:00:00.000Z"
HERE = Cursor("k3v9", 40)


def an_event(**changes):
    fields = {"project_id": "p", "task_name": "t", "run_id": "r", "timestamp": NOW, "progress": 0.5}
    return ProgressEvent(**(fields | {"cursor": Cursor("k3v9", 7), "attempt": 1, "started_at": NOW} | changes))


def a_state(**changes):
    fields = {"project_id": "p", "task_name": "t", "run_id": "r", "attempt": 1, "status": "in_progress"}
    return TaskState(**(fields | {"started_at": NOW, "updated_at": NOW, "cursor": Cursor("k3v9", 7)} | changes))


def test_each_frame_is_what_it_says():
    event = an_event(message="½")
    assert decode_message(event_frame(event).data, "p") == [event]
    assert decode_message(heartbeat_frame(HERE).data, "p") == [Heartbeat(HERE)]
    assert decode_message(closing_frame(1_500).data.decode(), "p") == [Closing(1_500)]
    assert decode_message(PONG.data, "p") == []
    part = cut_snapshot("p", HERE, [a_state()], resumed=True, actions=["watch"])
    assert decode_message(part.data, "p") == [Snapshot("p", HERE, (a_state(),), resumed=True)]


def test_an_array_holds_frames_in_their_order():
    first, second = an_event(), an_event(cursor=Cursor("k3v9", 8))
    data = b"[%s]" % b",".join([event_frame(first).data, PONG.data, event_frame(second).data])
    assert decode_message(data, "p") == [first, second]
    assert decode_message("[]", "p") == []


def test_what_is_new_tomorrow_is_passed_over():
    tomorrow = json.loads(event_frame(an_event()).data) | {"type": "paused"}
    assert decode_message(json.dumps([tomorrow, {"type": "weather"}, {"no": "type"}]), "p") == [Cursor("k3v9", 7)]
    renamed = json.loads(event_frame(an_event()).data) | {"status": "paused", "type": "status"}
    assert decode_message(json.dumps(renamed), "p") == [Cursor("k3v9", 7)]


def test_a_snapshot_is_read_as_it_was_encoded():
    for snapshot in (Snapshot("p", Cursor("0", 0)), Snapshot("p", HERE, (a_state(),), resumed=True)):
        assert decode_snapshot(encode_snapshot(snapshot), "p") == snapshot


@pytest.mark.parametrize(
    "frame",
    [
        1,
        None,
        [[]],
        {"type": "heartbeat"},
        {"type": "heartbeat", "cursor": 7},
        {"type": "progress", "cursor": "e"},
        json.loads(event_frame(an_event(project_id="q")).data),
        json.loads(event_frame(an_event(attempt=None)).data),
    ],
)
def test_a_frame_that_is_not_valid_is_a_decode_error(frame):
    for data in (json.dumps(frame), json.dumps([{"type": "pong"}, frame])):
        with pytest.raises(DecodeError):
            decode_message(data, "p")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "progress"},
        {"project_id": "q"},
        {"cursor": None},
        {"resumed": 1},
        {"tasks": {}},
        {"tasks": [1]},
        {"tasks": [json.loads(a_state(project_id="q").model_dump_json(exclude_none=True))]},
        {"tasks": [{"task_name": "t"}]},
    ],
)
def test_a_snapshot_that_is_not_valid_is_a_decode_error(changes):
    whole = json.loads(encode_snapshot(Snapshot("p", HERE, (a_state(),))))
    assert decode_snapshot(json.dumps(whole), "p").tasks
    with pytest.raises(DecodeError):
        decode_snapshot(json.dumps(whole | changes), "p")


@given(st.one_of(st.binary(max_size=100), st.text(max_size=100)))
def test_a_message_of_any_content_is_frames_or_a_decode_error(data):
    with contextlib.suppress(DecodeError):
        decode_message(data, "p")
    with pytest.raises(DecodeError):
        decode_snapshot(data, "p")


def test_a_deep_message_is_a_decode_error():
    for data in ("\ud800", "[" * 100_000, "[" * 300 + "]" * 300, '{"type":"closing","x":NaN}'):
        with pytest.raises(DecodeError):
            decode_message(data, "p")
