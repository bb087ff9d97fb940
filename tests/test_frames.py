"""What a server sends: events, snapshots cut into parts, and the three forms in which they travel."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.events import CompletedEvent, Cursor, ProgressEvent, decode_event
from progresskit.frames import (
    MAX_SNAPSHOT_BYTES,
    PONG,
    Form,
    closing_frame,
    cut_snapshot,
    encode_snapshot,
    encode_state,
    event_frame,
    heartbeat_frame,
    messages_of,
)
from progresskit.state import Parts, Snapshot, TaskState, TaskTable, state_from_json

NOW = "2026-11-23T00:00:00.000Z"
HERE = Cursor("k3v9", 40)


def an_event(**changes):
    fields = {"project_id": "p", "task_name": "t", "run_id": "r", "timestamp": NOW, "progress": 0.5}
    accepted = {"cursor": Cursor("k3v9", 7), "attempt": 1, "started_at": NOW}
    return ProgressEvent(**(fields | accepted | changes))


def a_state(offset=7, size=0, **changes):
    fields = {"project_id": "p", "task_name": f"t{offset}", "run_id": "r", "attempt": 1, "status": "in_progress"}
    times = {"started_at": NOW, "updated_at": NOW, "cursor": Cursor("k3v9", offset)}
    return TaskState(**(fields | times | {"metadata": {"pad": "x" * size}} | changes))


def sent_events(body: bytes):
    """Read server-sent events as a browser does: lines end at CR, LF or both, and nowhere else."""
    events, fields = [], {}
    for line in body.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line:
            name, _, value = line.partition(":")
            assert name not in fields, "one data line only"
            fields[name] = value.removeprefix(" ")
        elif fields:
            events.append(fields)
            fields = {}
    assert not fields, "an event that isn't ended is lost"
    return events


def test_an_event_frame_is_the_event_as_it_is_encoded_everywhere():
    event = an_event(message="진행 ½", metadata={"kept": None})
    frame = event_frame(event)
    assert decode_event(frame.data) == event
    assert frame.type == "progress"
    assert frame.cursor == event.cursor
    assert b'"kept":null' in frame.data
    assert b"eta_s" not in frame.data


def test_a_state_is_encoded_without_what_is_the_stores_own():
    state = a_state(superseded=("old",), parts=Parts({"k": (0.5, 1.0)}, 0.5))
    encoded = json.loads(encode_state(state))
    assert not encoded.keys() & {"superseded", "parts", "result", "eta_s"}


def test_a_whole_snapshot_is_one_frame_however_large():
    snapshot = Snapshot("p", HERE, tuple(a_state(offset, 30_000) for offset in range(1, 6)), resumed=True)
    frame = json.loads(encode_snapshot(snapshot))
    assert {name: frame[name] for name in ("type", "project_id", "cursor", "resumed")} == {
        "type": "snapshot",
        "project_id": "p",
        "cursor": "k3v9:40",
        "resumed": True,
    }
    assert tuple(map(state_from_json, frame["tasks"])) == snapshot.tasks


def test_an_empty_snapshot_stands_where_the_project_stands():
    frame = cut_snapshot("p", Cursor("0", 0), (), resumed=False, actions=("watch",))
    assert json.loads(frame.data) == {
        "type": "snapshot",
        "project_id": "p",
        "cursor": "0:0",
        "resumed": False,
        "actions": ["watch"],
        "tasks": [],
    }


@given(st.lists(st.one_of(st.integers(0, 40_000), st.sampled_from([70_000, 65_000])), max_size=30))
def test_the_parts_of_a_snapshot_are_small_in_order_and_make_the_whole(sizes):
    states = [a_state(offset, size) for offset, size in enumerate(sizes, 1)]
    table = TaskTable(states)
    got: list[TaskState] = []
    frame = cut_snapshot("p", HERE, list(table), resumed=False, actions=("watch",))
    while True:
        fields = json.loads(frame.data)
        tasks = list(map(state_from_json, fields["tasks"]))
        assert len(frame.data) <= MAX_SNAPSHOT_BYTES or len(tasks) == 1
        assert fields["cursor"] == str(frame.cursor)
        got += tasks
        assert fields.get("more", False) == (got != states)
        if frame.cursor is HERE:
            break
        assert frame.cursor == tasks[-1].cursor
        frame = cut_snapshot("p", HERE, table.since(frame.cursor.offset), resumed=True)
    assert got == states


def test_a_part_is_as_large_as_it_may_be():
    states = [a_state(offset, 1_000) for offset in range(1, 200)]
    frame = cut_snapshot("p", HERE, states, resumed=True)
    following = states[len(json.loads(frame.data)["tasks"])]
    assert len(frame.data) <= MAX_SNAPSHOT_BYTES < len(frame.data) + 1 + len(encode_state(following))


@pytest.mark.parametrize("spare", [-1, 0, 1])
def test_the_limit_of_a_part_is_exact_with_room_for_the_word_that_more_follow(spare):
    empty = len(cut_snapshot("p", HERE, [a_state(1), a_state(2)], resumed=True).data) + len(',"more":true')
    tasks = [a_state(1), a_state(2, MAX_SNAPSHOT_BYTES - empty - spare)]
    frame = cut_snapshot("p", HERE, tasks, resumed=True)
    assert len(json.loads(frame.data)["tasks"]) == (2 if spare >= 0 else 1)


def test_a_state_is_encoded_by_whoever_remembers_it():
    asked = []

    def encode(state):
        asked.append(state)
        return b"{}"

    state = a_state()
    frame = cut_snapshot("p", HERE, [state], resumed=True, encode=encode)
    assert asked == [state]
    assert frame.data.endswith(b'"tasks":[{}]}')


def test_over_text_each_frame_is_a_message():
    frames = [event_frame(an_event()), PONG]
    messages = messages_of(frames, Form.TEXT)
    assert [json.loads(message.content["text"])["type"] for message in messages] == ["progress", "pong"]
    assert [message.cursor for message in messages] == [Cursor("k3v9", 7), None]
    assert {message.content["type"] for message in messages} == {"websocket.send"}


def test_in_batches_several_frames_are_an_array_and_one_is_itself():
    first, second = event_frame(an_event()), event_frame(an_event(cursor=Cursor("k3v9", 8)))
    (both,) = messages_of([first, second], Form.BATCH)
    assert [frame["cursor"] for frame in json.loads(both.content["text"])] == ["k3v9:7", "k3v9:8"]
    assert both.cursor == Cursor("k3v9", 8)
    (one,) = messages_of([first], Form.BATCH)
    assert one.content["text"].encode() == first.data


def test_server_sent_events_name_type_and_position():
    frames = [
        cut_snapshot("p", HERE, (), resumed=False),
        event_frame(an_event()),
        heartbeat_frame(HERE),
        closing_frame(500),
        PONG,
    ]
    (message,) = messages_of(frames, Form.SSE)
    assert message.content["type"] == "http.response.body"
    assert message.content["more_body"] is True
    events = sent_events(message.content["body"])
    assert [(event["event"], event.get("id")) for event in events] == [
        ("snapshot", "k3v9:40"),
        ("progress", "k3v9:7"),
        ("heartbeat", None),
        ("closing", None),
        ("pong", None),
    ]
    assert [json.loads(event["data"])["type"] for event in events] == [event["event"] for event in events]
    assert json.loads(events[2]["data"])["cursor"] == "k3v9:40"
    assert json.loads(events[3]["data"]) == {"type": "closing", "retry_after_ms": 500}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_no_text_can_end_a_server_sent_event_early(text):
    event = CompletedEvent(
        project_id="p",
        task_name="t",
        run_id="r",
        timestamp=NOW,
        cursor=Cursor("k3v9", 7),
        result=f"\n\r\u2028{text}\n\ndata: x",
    )
    (message,) = messages_of([event_frame(event)], Form.SSE)
    (sent,) = sent_events(message.content["body"])
    assert decode_event(sent["data"]) == event
