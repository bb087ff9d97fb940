"""The page's module without its page: what it keeps of a project, and how its link behaves."""

from __future__ import annotations

import base64
import json
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progresskit.events import Cursor, encode_event
from progresskit.frames import encode_snapshot
from progresskit.state import MAX_TASKS, Snapshot, fold, for_readers
from progresskit.testing.strategies import event_sequences

pytestmark = pytest.mark.needs("chromium")

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "fold.json").read_text("utf-8"))["cases"]
BACKS_OFF_FROM_MS = 500
BACKS_OFF_TO_MS = 20_000


def load(page):
    """Load the module into an empty page, as ``kit``."""
    source = resources.files("progresskit.web").joinpath("static", "view.js").read_bytes()
    url = f"data:text/javascript;base64,{base64.b64encode(source).decode()}"
    page.evaluate(f"import({json.dumps(url)}).then((module) => {{ globalThis.kit = module }})")
    return page


@pytest.fixture(scope="module")
def reader(chromium):
    """Return ``reader(frames) -> {tasks, cursor, back}``: what the module makes of frames, one after the other.

    ``back`` names what should never be seen: progress that goes back within a run, a change after its end.
    """
    page = load(chromium.open())
    page.evaluate(
        """globalThis.follow = (frames) => {
            const project = kit.emptyProject();
            const former = new Map();
            const back = [];
            for (const frame of frames) {
                kit.applyFrame(project, frame);
                for (const state of project.tasks.values()) {
                    const { run_id, status, progress } = former.get(state.task_name) ?? {};
                    const isOver = ["completed", "failed", "cancelled"].includes(status);
                    if (run_id === state.run_id && (isOver ? status !== state.status : progress > state.progress)) {
                        back.push([former.get(state.task_name), state]);
                    }
                    former.set(state.task_name, state);
                }
            }
            return { tasks: [...project.tasks.values()], cursor: project.cursor, back };
        }"""
    )
    yield lambda frames: page.evaluate(f"follow({json.dumps(frames)})")
    chromium.close(page)


def shown(tasks):
    """Return states as they compare: by name, without nulls."""
    return {task["task_name"]: {name: value for name, value in task.items() if value is not None} for task in tasks}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_overlay_of_what_is_delivered_is_the_state(reader, case):
    got = shown(reader(case["delivered"])["tasks"])
    want = shown(case["tasks"])
    for task in (*got.values(), *want.values()):
        task["progress"] = pytest.approx(task.get("progress", -1), abs=1e-9)
    assert got == want


def accepted(events):
    """Return the events that a store accepts, and its snapshot after each."""
    states, snapshots = {}, []
    for event in events:
        cursor = Cursor("e1", len(snapshots) + 1)
        state, delivered = fold(states.get(event.task_name), event, cursor=cursor)
        if delivered is not None:
            states[event.task_name] = state
            snapshots.append((delivered, Snapshot("p", cursor, tuple(map(for_readers, states.values())))))
    return snapshots


def since(snapshot, offset):
    """Return the frame that resumes a reader from an offset."""
    changed = tuple(state for state in snapshot.tasks if state.cursor.offset > offset)
    return json.loads(encode_snapshot(Snapshot(snapshot.project_id, snapshot.cursor, changed, resumed=True)))


@given(events=event_sequences(), data=st.data())
@settings(max_examples=25)
def test_whatever_is_lost_and_repeated_a_reader_ends_at_the_stores_state_and_never_goes_back(reader, events, data):
    history = accepted(events)
    frames = [json.loads(encode_snapshot(Snapshot("p", Cursor("e1", 0))))]
    read = 0
    for at, (event, snapshot) in enumerate(history, start=1):
        action = data.draw(st.sampled_from(["event", "event", "lost", "repeated", "resumed"]))
        is_next = read == at - 1
        if action == "lost" and at < len(history):
            continue
        frames.append(json.loads(encode_event(event)) if is_next and action != "resumed" else since(snapshot, read))
        read = at
        if action == "repeated":
            frames += (json.loads(encode_event(former)) for former, _ in history[:at])
    got = reader(frames)
    assert got["back"] == []
    if history:
        want = json.loads(encode_snapshot(history[-1][1]))
        assert (shown(got["tasks"]), got["cursor"]) == (shown(want["tasks"]), want["cursor"])


def task(name, offset, **fields):
    state = {"task_name": name, "run_id": "r", "attempt": 1, "status": "started", "cursor": f"e1:{offset}"}
    return state | {"project_id": "p", "started_at": "2026-11-23T00:00:00.000Z"} | fields


def snapshot_frame(*tasks, cursor, resumed=False):
    return {"type": "snapshot", "project_id": "p", "cursor": cursor, "resumed": resumed, "tasks": list(tasks)}


def test_over_a_thousand_tasks_those_that_changed_longest_ago_go_out(reader):
    first = [task(f"t{offset}", offset) for offset in range(1, MAX_TASKS + 1)]
    more = [{"type": "status", "timestamp": "2026-11-23T00:00:01.000Z", **task("new", 1001)}]
    more.append(snapshot_frame(task("t1", 1002), task("newer", 1003), cursor="e1:1003", resumed=True))
    tasks = shown(reader([snapshot_frame(*reversed(first), cursor="e1:1000"), *more])["tasks"])
    assert len(tasks) == MAX_TASKS
    assert {"new", "newer", "t1", "t4"} <= set(tasks)
    assert not {"t2", "t3"} & set(tasks)


def test_a_full_snapshot_empties_and_a_new_epoch_counts_anew(reader):
    frames = [
        snapshot_frame(task("old", 9), cursor="e1:9"),
        snapshot_frame(task("new", 1) | {"cursor": "e2:1"}, cursor="e2:1"),
        {"type": "progress", "timestamp": "2026-11-23T00:00:01.000Z", **task("new", 0, progress=0.5), "cursor": "e2:2"},
    ]
    got = reader(frames)
    assert got["cursor"] == "e2:2"
    assert {name: state["progress"] for name, state in shown(got["tasks"]).items()} == {"new": 0.5}


def test_an_event_of_an_unknown_kind_moves_the_cursor_and_an_unknown_status_goes_on(reader):
    frames = [
        snapshot_frame(task("t", 1, status="pondering"), cursor="e1:1"),
        {"type": "paused", "cursor": "e1:2", "task_name": "t"},
    ]
    got = reader(frames)
    assert got["cursor"] == "e1:2"
    assert shown(got["tasks"])["t"]["status"] == "in_progress"


@pytest.mark.parametrize(
    "junk",
    [
        None,
        7,
        "ping",
        [],
        {},
        {"type": "snapshot"},
        {"type": "snapshot", "cursor": "e1"},
        {"type": "snapshot", "cursor": "e1:3", "resumed": True, "tasks": "all"},
        {"type": "snapshot", "cursor": "e1:3", "resumed": True, "tasks": [None, 1, {}, {"task_name": 5}]},
        {"type": "progress", "cursor": "e1:3"},
        {"type": "progress", "cursor": {"epoch": "e1"}, "task_name": "t"},
        {"type": "heartbeat", "cursor": "e9:3"},
    ],
    ids=json.dumps,
)
def test_what_is_no_frame_changes_no_task(reader, junk):
    assert set(shown(reader([snapshot_frame(task("t", 1), cursor="e1:1"), junk])["tasks"])) == {"t"}


# --- the link, with a clock, timers and sockets that a test holds -------------------------------------------------


@pytest.fixture(scope="module")
def empty_page(chromium):
    page = load(chromium.open())
    yield page
    chromium.close(page)


@pytest.fixture
def link(empty_page):
    """Return a page with a ``link`` that is about to connect; jitter always draws the whole bound."""
    empty_page.evaluate(
        """
        globalThis.now = 0;
        globalThis.token = "";
        globalThis.sockets = [];
        globalThis.timers = [];
        Date.now = () => now;
        Math.random = () => 1;
        globalThis.setTimeout = (call, ms) => timers.push({ call, ms });
        globalThis.clearTimeout = () => timers.length = 0;
        globalThis.setInterval = (call) => { globalThis.watchdog = call; return 1; };
        globalThis.clearInterval = () => {};
        globalThis.WebSocket = class {
            static OPEN = 1;
            readyState = 1;
            sent = [];
            constructor(url, protocols) { Object.assign(this, { url: String(url), protocols }); sockets.push(this); }
            send(text) { this.sent.push(text); }
            close() { this.closed = true; }
            say(...frames) { this.onmessage?.({ data: JSON.stringify(frames) }); }
            end(code) { this.onclose?.({ code }); }
        };
        globalThis.project = kit.emptyProject();
        globalThis.link = new kit.Link("http://localhost/projects/p/stream", {
            token: () => globalThis.token,
            cursor: () => project.cursor,
            onFrames: (frames) => frames.forEach((frame) => kit.applyFrame(project, frame)),
            onPhase: () => {},
        });
        link.connect();
        """
    )
    return empty_page


SNAPSHOT = json.dumps(snapshot_frame(cursor="e1:7"))
WAITS = "timers.map(({ ms }) => ms)"


@pytest.mark.parametrize("code", [4400, 4401, 4404])
def test_a_refusal_is_final(link, code):
    link.evaluate(f"sockets[0].end({code})")
    assert link.evaluate("[link.phase, link.code, timers.length]") == ["closed", code, 0]


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1009, 1011, 1012, 4408])
def test_any_other_end_is_tried_again_under_a_bound_that_doubles(link, code):
    waits = []
    for _ in range(8):
        link.evaluate(f"sockets.at(-1).end({code})")
        waits += link.evaluate(WAITS)
        link.evaluate("timers.pop().call()")
    assert waits == [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]
    assert link.evaluate("link.phase") == "reconnecting"


def test_jitter_is_full(link):
    drawn = link.evaluate(
        "Array.from({ length: 50 }, (_, n) => [kit.backoffMs(n, () => 0), kit.backoffMs(n, () => 1)])"
    )
    assert all(low == 0 and BACKS_OFF_FROM_MS <= high <= BACKS_OFF_TO_MS for low, high in drawn)


def test_a_snapshot_opens_the_link_and_starts_the_bound_anew(link):
    assert link.evaluate("link.phase") == "connecting"
    link.evaluate("sockets[0].end(1006); timers.pop().call(); sockets[1].end(1006); timers.pop().call()")
    link.evaluate(f"sockets[2].say({SNAPSHOT})")
    assert link.evaluate("link.phase") == "open"
    link.evaluate("sockets[2].end(1006)")
    assert link.evaluate(WAITS) == [BACKS_OFF_FROM_MS]


def test_too_many_backs_off_at_once_as_far_as_it_goes(link):
    link.evaluate("sockets[0].end(4429)")
    assert link.evaluate(WAITS) == [BACKS_OFF_TO_MS]


@pytest.mark.parametrize(
    ("said", "waits_ms"), [("3000", 3500), ("-5", 500), ("'soon'", 500), ("null", 500), ("1e300", 60_500)]
)
def test_a_planned_close_says_how_long_to_stay_away_within_reason(link, said, waits_ms):
    link.evaluate(f"sockets[0].say({SNAPSHOT}, {{ type: 'closing', retry_after_ms: {said} }}); sockets[0].end(1012)")
    assert link.evaluate(WAITS) == [waits_ms]


def test_it_comes_back_with_its_cursor_and_the_token_that_then_holds(link):
    assert link.evaluate("[sockets[0].url, ...sockets[0].protocols]") == [
        "ws://localhost/projects/p/stream?batch=1",
        "progresskit.v1",
    ]
    link.evaluate(f"sockets[0].say({SNAPSHOT}); sockets[0].end(4408); token = '비밀/+=~'; timers.pop().call()")
    url, *protocols = link.evaluate("[sockets[1].url, ...sockets[1].protocols]")
    assert url == "ws://localhost/projects/p/stream?batch=1&after=e1%3A7"
    encoded = base64.urlsafe_b64encode("비밀/+=~".encode()).decode().rstrip("=")
    assert protocols == ["progresskit.v1", f"bearer.{encoded}"]


def test_a_silent_link_is_asked_and_then_left(link):
    link.evaluate(f"sockets[0].say({SNAPSHOT}); now = 21000; watchdog(); watchdog()")
    assert link.evaluate("sockets[0].sent") == ["ping"]
    link.evaluate("sockets[0].say({ type: 'pong' }); now = 41000; watchdog()")
    assert link.evaluate("[link.phase, timers.length]") == ["open", 0]
    link.evaluate("now = 57000; watchdog()")
    assert link.evaluate("[link.phase, timers.length, sockets[0].closed]") == ["reconnecting", 1, True]
    link.evaluate("sockets[0].end(1006)")  # what it says from now on is of no interest
    assert link.evaluate("timers.length") == 1


@pytest.mark.parametrize("text", ["", "no json", "42", "null", "[null, 1, [2]]", '{"type": "unheard of"}'])
def test_a_message_that_is_no_frame_is_passed_over(link, text):
    link.evaluate(f"sockets[0].onmessage({{ data: {json.dumps(text)} }}); sockets[0].say({SNAPSHOT})")
    assert link.evaluate("[link.phase, project.cursor]") == ["open", "e1:7"]


@pytest.mark.parametrize(
    ("asked", "preferred", "spoken"),
    [
        ("ko", ["en-GB"], "ko"),
        ("ko-KR", [], "ko"),
        (None, ["fr", "ko-KR", "en"], "ko"),
        ("xx", ["en-GB", "ko"], "en"),
        (None, [], "en"),
        ("constructor", ["__proto__"], "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_readers_first_that_there_is(link, asked, preferred, spoken):
    assert link.evaluate(f"kit.chooseLanguage({json.dumps(asked)}, {json.dumps(preferred)})") == spoken
