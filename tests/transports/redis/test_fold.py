"""The store's script is the fold of progresskit.state: on the shared vectors, and on whatever hypothesis makes."""

import hashlib
import json
import secrets
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progresskit.events import Cursor, ProgressEvent, decode_event, encode_event
from progresskit.frames import MAX_BATCH_EVENTS
from progresskit.state import MAX_PARTS, MAX_SUPERSEDED, MAX_TASKS, Snapshot, TaskTable, fold
from progresskit.testing.contract.probe import same, same_states
from progresskit.testing.strategies import event_sequences, events
from progresskit.transports import Batch
from progresskit.transports.redis import RedisTransport, scripts

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "fold.json").read_text(encoding="utf-8"))
KINDS = ["valkey", "redis-server"]


@pytest.fixture(scope="session")
def urls(lasting):
    """Return ``urls(kind)``: where a server of a kind is."""
    known = {}

    def url(kind):
        if kind not in known:
            known[kind] = lasting.store(kind).url
        return known[kind]

    return url


class Project:
    """One project in a namespace of its own, and what listening to it brings."""

    def __init__(self, transport, stream, name="campaign_001"):
        self.name = name
        self.delivered = []
        self._transport = transport
        self._stream = stream
        self._number = 0

    def publish(self, batch):
        self._number += 1
        return self._transport.publish(Batch(self.name, "sender", self._number, tuple(batch)))

    async def hear(self, count):
        with anyio.fail_after(10):
            self.delivered += [await anext(self._stream) for _ in range(count)]

    async def read(self):
        return await self._transport.read(self.name)


@asynccontextmanager
async def project_at(url, name="campaign_001"):
    transport = RedisTransport(f"{url}?namespace={secrets.token_hex(8)}&timeout_s=10")
    try:
        async with transport.listen(name) as stream:
            yield Project(transport, stream, name)
    finally:
        transport.close()
        await transport.aclose()


class Model:
    """What a store does, by the pure fold."""

    def __init__(self):
        self.table = TaskTable()
        self.offset = 0

    def take(self, event, epoch):
        """Fold an event, and return it as accepted; None where it is refused."""
        cursor = Cursor(epoch, self.offset + 1)
        state, accepted = fold(self.table.get(event.task_name), event, cursor=cursor)
        if accepted is not None:
            self.table.put(state)
            self.offset += 1
        return accepted


async def agrees(project, model, batch):
    """Publish a batch, and compare all that the store says of it with the fold."""
    receipt = project.publish(batch)
    taken = [model.take(event, receipt.cursor.epoch) for event in batch]
    assert list(receipt.accepted) == [accepted and accepted.cursor for accepted in taken]
    assert receipt.refused == taken.count(None)
    told = [accepted for accepted in taken if accepted is not None]
    already = len(project.delivered)
    await project.hear(len(told))
    for delivered, accepted in zip(project.delivered[already:], told, strict=True):
        assert same(delivered.model_dump(mode="json"), accepted.model_dump(mode="json")), (delivered, accepted)
    snapshot = await project.read()
    assert snapshot.cursor == receipt.cursor
    assert same_states(snapshot.tasks, model.table), (snapshot, list(model.table))


def cut_at(sequence, places):
    """Cut a sequence into batches at some places."""
    places = sorted({0, *(place for place in places if place < len(sequence)), len(sequence)})
    return [sequence[begin:end] for begin, end in pairwise(places)]


# --- the vectors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at_once", [False, True], ids=["one-by-one", "one-batch"])
@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
async def test_vector(urls, kind, case, at_once):
    await passes(case, urls(kind), at_once=at_once)


async def passes(case, url, *, at_once):
    sequence = [decode_event(json.dumps(fields)) for fields in case["events"]]
    async with project_at(url) as project:
        batches = [sequence] if at_once else [[event] for event in sequence]
        receipts = [project.publish(batch) for batch in batches]
        accepted = [cursor and str(cursor) for receipt in receipts for cursor in receipt.accepted]
        await project.hear(len(accepted) - accepted.count(None))
        snapshot = await project.read()
    epoch = snapshot.cursor.epoch

    def told(value):
        """Write the cursors of a case in this store's epoch."""
        return json.loads(json.dumps(value).replace('"e1:', f'"{epoch}:'))

    assert accepted == told(case["accepted"])
    delivered = [json.loads(encode_event(event)) for event in project.delivered]
    assert same(delivered, told(case["delivered"])), delivered
    tasks = {task["task_name"]: task for task in told(case["tasks"])}
    assert same(dumped(snapshot.tasks), tasks), "fold(events) = tasks"
    reader = Snapshot("campaign_001", Cursor("0", 0))
    for event in project.delivered:
        reader = reader.apply(event)
    assert same(dumped(reader.tasks), tasks), "overlay(delivered) = tasks"


def dumped(states):
    return {state.task_name: state.model_dump(mode="json") for state in states}


PROTECTIONS = {
    "former runs are fenced": ("former == run", "false"),
    "a terminal is sticky": ("{completed = true, failed = true, cancelled = true}", "{}"),
    "progress never goes back": ("tonumber(record.progress) > tonumber(progress)", "false"),
    "a part keeps its maximum": ("math.max(fraction, old_fraction)", "fraction"),
}


@pytest.mark.parametrize("protection", PROTECTIONS)
async def test_the_vectors_find_a_script_without(urls, monkeypatch, protection):
    former, without = PROTECTIONS[protection]
    script = scripts._SCRIPTS["publish"]
    assert former in script.source, "this control no longer fits the script"
    source = script.source.replace(former, without)
    digest = hashlib.sha1(source.encode()).hexdigest()
    monkeypatch.setitem(scripts._SCRIPTS, "publish", script._replace(source=source, digest=digest))
    failed = 0
    for case in VECTORS["cases"]:
        try:
            await passes(case, urls("valkey"), at_once=True)
        except AssertionError:
            failed += 1
    assert failed > 0


# --- whatever hypothesis makes ------------------------------------------------------------------------------------

places = st.sets(st.integers(1, 30), max_size=6)


@given(sequence=event_sequences(), places=places)
async def test_script_and_fold_agree_on_any_sequence(urls, sequence, places):
    async with project_at(urls("valkey")) as project:
        model = Model()
        for batch in cut_at(sequence, places):
            await agrees(project, model, batch)


@given(sequence=event_sequences())
@settings(max_examples=20)
async def test_script_and_fold_agree_event_by_event(urls, sequence):
    async with project_at(urls("redis-server")) as project:
        model = Model()
        for event in sequence:
            await agrees(project, model, [event])


MANY_RUNS = [None, *(f"r{count}" for count in range(MAX_SUPERSEDED + 4))]


@given(sequence=event_sequences(task_names=["t"], run_ids=MANY_RUNS, max_size=100), places=places)
@settings(max_examples=20)
async def test_script_and_fold_agree_where_more_than_16_runs_follow_each_other(urls, sequence, places):
    async with project_at(urls("valkey")) as project:
        model = Model()
        first = [ProgressEvent(project_id=project.name, task_name="t", run_id=run, progress=0.1) for run in MANY_RUNS]
        for batch in [first, *cut_at(sequence, places)]:
            await agrees(project, model, batch)


@given(event=events(project_id="campaign_001"))
async def test_every_event_is_passed_on_as_it_came(urls, event):
    async with project_at(urls("valkey")) as project:
        model = Model()
        await agrees(project, model, [event])
        await agrees(project, model, [event])


FEW_NAMES = ("old 0", "old 1", "old 2", "new 0", "new 1", "new 2", "new 3")


@given(sequence=event_sequences(task_names=FEW_NAMES), places=places)
@settings(max_examples=5)
async def test_script_and_fold_put_out_the_same_tasks_over_1000(urls, sequence, places):
    async with project_at(urls("valkey")) as project:
        model = Model()
        old = [
            ProgressEvent(project_id=project.name, task_name=f"old {count}", run_id="r", progress=0.5, message="old")
            for count in range(MAX_TASKS - 1)
        ]
        for begin in range(0, len(old), MAX_BATCH_EVENTS):
            batch = old[begin : begin + MAX_BATCH_EVENTS]
            for event in batch:
                model.take(event, "e")
            project.publish(batch)
            await project.hear(len(batch))
        epoch = (await project.read()).cursor.epoch
        model.table = TaskTable(
            state.model_copy(update={"cursor": Cursor(epoch, state.cursor.offset)}) for state in model.table
        )
        for batch in cut_at(sequence, places):
            await agrees(project, model, batch)


# --- parts --------------------------------------------------------------------------------------------------------


@given(
    reports=st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from([0.0, 0.1, 0.125, 1 / 3, 1.0]), st.floats(0, 1)),
        max_size=60,
    ),
    places=places,
)
async def test_script_and_fold_add_up_parts_alike(urls, reports, places):
    sequence = [
        ProgressEvent(project_id="campaign_001", task_name="t", run_id="r", progress=progress, part=(key, share))
        for key, share, progress in reports
    ]
    async with project_at(urls("valkey")) as project:
        model = Model()
        for batch in cut_at(sequence, places):
            await agrees(project, model, batch)


async def test_a_run_has_1000_parts_and_a_new_run_none(urls):
    def of(key, run="r", progress=1.0):
        return ProgressEvent(
            project_id="campaign_001", task_name="t", run_id=run, progress=progress, part=(key, 0.0005), message=key
        )

    async with project_at(urls("redis-server")) as project:
        model = Model()
        keys = [f"part {count}" for count in range(MAX_PARTS)]
        for begin in range(0, MAX_PARTS, MAX_BATCH_EVENTS):
            await agrees(project, model, [of(key) for key in keys[begin : begin + MAX_BATCH_EVENTS]])
        assert model.table.get("t").progress == pytest.approx(0.5)
        await agrees(project, model, [of("one more"), of("part 7"), of("another")])
        assert project.delivered[-1].progress is None, "what comes beyond carries no progress"
        await agrees(project, model, [of("one more", run="r2"), of("part 7", run="r2", progress=0.5)])
        assert project.delivered[-1].progress == pytest.approx(0.00075)
        await agrees(project, model, [of(key, run="r2") for key in keys[:50]])
