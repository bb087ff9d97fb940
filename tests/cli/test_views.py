"""What ``progresskit watch`` makes of the items of a subscription."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rich", reason="could not import rich")

from progresskit.cli.views import Bars, JsonLines
from progresskit.events import Cursor, ProgressEvent, StatusEvent
from progresskit.frames import encode_snapshot
from progresskit.state import Snapshot, fold

PROJECT = "p"


class Lines:
    """Notes what is drawn."""

    def __init__(self):
        self.said = []

    def show(self, key, state, words):
        self.said.append((key, state.status, words))

    def drop(self, key):
        self.said.append((key, "dropped"))


class Printed(list):
    """Notes what is printed."""

    async def print(self, line):
        self.append(line)


def state_of(task_name, *, epoch="e", offset=1, status="in_progress", message="half"):
    event = StatusEvent(project_id=PROJECT, task_name=task_name, run_id="r", status=status, message=message)
    return fold(None, event, cursor=Cursor(epoch, offset))[0]


async def test_a_snapshot_shows_what_is_new_in_it_and_takes_back_what_is_gone():
    lines = Lines()
    bars = Bars(PROJECT, lines)
    kept, gone = state_of("kept", offset=1), state_of("gone", offset=2)
    await bars(Snapshot(PROJECT, Cursor("e", 2), (kept, gone)))
    assert lines.said == [("kept", "in_progress", "half"), ("gone", "in_progress", "half")]
    lines.said.clear()
    again = kept.model_copy(update={"cursor": Cursor("f", 1)})  # another epoch says the same
    new = state_of("new", epoch="f", offset=2, status="queued", message=None)
    await bars(Snapshot(PROJECT, Cursor("f", 2), (again, new)))
    assert lines.said == [("gone", "dropped"), ("new", "queued", "")]
    lines.said.clear()
    await bars(Snapshot(PROJECT, Cursor("f", 3), (state_of("new", epoch="f", offset=3),), resumed=True))
    assert lines.said == [("new", "in_progress", "half")], "what a resumed one leaves out is not gone"


async def test_the_words_of_an_end_are_those_that_came_with_it():
    lines = Lines()
    bars = Bars(PROJECT, lines)
    await bars(Snapshot(PROJECT, Cursor("e", 1), (state_of("over", status="cancelled", message="rendering"),)))
    assert lines.said == [("over", "cancelled", "")], "a snapshot doesn't tell when its message was said"


@given(message=st.text(st.characters(codec="utf-8"), max_size=50))
def test_a_line_is_the_same_json_without_orders_to_a_terminal(message):
    import anyio  # noqa: PLC0415 - hypothesis calls from outside an event loop

    event = ProgressEvent(project_id=PROJECT, task_name="t", run_id="r", message=message)
    state, accepted = fold(None, event, cursor=Cursor("e", 1))
    snapshot = Snapshot(PROJECT, Cursor("e", 1), (state,))
    printed = Printed()
    view = JsonLines(printed)
    for item in (snapshot, accepted):
        anyio.run(view, item)
    assert [json.loads(line) for line in printed] == [
        json.loads(encode_snapshot(snapshot)),
        json.loads(accepted.model_dump_json(exclude_none=True)),
    ]
    for line in printed:
        assert len(line.decode().splitlines()) == 1
        assert not set(line.decode()) & set(map(chr, [*range(32), *range(0x7F, 0xA0), 0x202E, 0x2028]))
