"""Checks of ``publish``: order, offsets, numbers, limits, and a fold that is everybody's."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

import anyio

from progresskit.events import Cursor
from progresskit.frames import MAX_BATCH_EVENTS
from progresskit.rules import AUTO_RUN_PREFIX, MAX_EVENT_BYTES
from progresskit.state import MAX_TASKS, Snapshot, TaskTable, fold
from progresskit.testing.contract.probe import NOWHERE, Probe, expect, handle, probe, same, same_states, taken

if TYPE_CHECKING:
    from progresskit.events import Event
    from progresskit.testing.harness import TransportHarness

__all__ = ["CHECKS"]


async def accepted_events_get_the_next_offsets(harness: TransportHarness) -> None:
    """Check: "The events are folded in order, each accepted one gets the next offset"."""
    async with probe(harness) as p:
        receipt = await p.publish(p.status("started"), p.progress(0.5), p.progress(0.7, task="other"))
        offsets = [cursor and cursor.offset for cursor in receipt.accepted]
        expect(offsets == [1, 2, 3], "offsets count up by one, from 1", receipt)
        expect(receipt.cursor == receipt.accepted[-1], "a receipt says where the project stands", receipt)
        expect(receipt.refused == 0, "nothing was refused", receipt)
        again = await p.publish(p.progress(0.8), p.completed())
        offsets = [cursor and cursor.offset for cursor in again.accepted]
        expect(offsets == [4, 5], "offsets go on over batches and tasks", again)
        expect(again.cursor.epoch == receipt.cursor.epoch, "the epoch stays while the store keeps its data", again)
        state = await p.task()
        expect(state.terminal and state.cursor == again.cursor, "a state has the cursor of its last event", state)


async def a_refused_event_gets_no_offset(harness: TransportHarness) -> None:
    """Check: "A refused event gets no cursor and is not delivered". The others of its batch count."""
    async with probe(harness) as p, p.listen() as stream:
        receipt = await p.publish(p.completed(), p.progress(0.1), p.progress(0.2, task="other"))
        refused = [cursor is None for cursor in receipt.accepted]
        expect(refused == [False, True, False], "nothing follows a terminal of the same run", receipt)
        expect(receipt.refused == 1, "a receipt counts what was refused", receipt)
        expect(receipt.cursor.offset == 2, "what is refused takes no offset", receipt)  # noqa: PLR2004 - two accepted
        events = await taken(stream, 2)
        expect([event.task_name for event in events] == ["t", "other"], "what is refused is not delivered", events)


async def a_number_is_taken_once(harness: TransportHarness) -> None:
    """Check: "A number that the store has taken from this sender already does nothing"."""
    async with probe(harness) as p:
        batch = p.batch(p.status("started", run=None), p.status("queued", run=None))
        first = await p.send(batch)
        again = await p.send(batch)
        expect(again.accepted == (), "a number that was taken is answered with nothing accepted", again)
        expect(again.cursor == first.cursor, "a batch that comes again changes nothing", first, again)
        await p.publish(p.progress(0.5), number=7)
        late = await p.publish(p.progress(0.6), number=5)
        expect(late.accepted == (), "numbers count up: one below the last was taken, or never will be", late)
        expect((await p.task()).progress == 0.5, "a late batch changes nothing", late)  # noqa: PLR2004 - as published


async def numbers_are_each_senders_own(harness: TransportHarness) -> None:
    """Check: "The store keeps the last number of each sender", and one sender's says nothing about another's."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5), sender="one", number=9)
        receipt = await p.publish(p.progress(0.6), sender="another", number=1)
        expect(len(receipt.accepted) == 1, "a number is its sender's own", receipt)


async def a_batch_against_the_rules_is_refused_whole(harness: TransportHarness) -> None:
    """Check: "Otherwise the content is at fault, and it never will be taken". Nothing of such a batch counts."""
    async with probe(harness) as p:
        small = [p.progress(0.5, run=f"r{count}") for count in range(MAX_BATCH_EVENTS + 1)]
        large = [p.completed(result="x" * (MAX_EVENT_BYTES - 1024), run=f"r{count}") for count in range(9)]
        await p.refused_for_good(p.batch(*small))  # more than 100 events
        await p.refused_for_good(p.batch(*large))  # more than 256 KiB
        await p.refused_for_good(p.batch(p.progress(0.1), p.completed(result="x" * MAX_EVENT_BYTES)))
        stranger = p.progress(0.1).model_copy(update={"project_id": "another"})
        await p.refused_for_good(p.batch(p.progress(0.1), stranger))
        expect((await p.read()).cursor == NOWHERE, "nothing of a refused batch counts", await p.read())
        receipt = await p.publish(*small[:MAX_BATCH_EVENTS])
        expect(receipt.cursor.offset == MAX_BATCH_EVENTS, "a batch of 100 events is taken", receipt)


async def a_null_run_is_filled_in(harness: TransportHarness) -> None:
    """Check: "Run_id null: the current run; a new run" ``auto-<offset>`` "where there is none"."""
    async with probe(harness) as p, p.listen() as stream:
        await p.publish(p.progress(0.1, task="other"), p.progress(0.5, run=None), p.completed(run=None))
        events = (await taken(stream, 3))[1:]
        runs = [event.run_id for event in events]
        expect(runs == [f"{AUTO_RUN_PREFIX}2"] * 2, "a run that nobody named is auto-<offset>", events)
        await p.publish(p.progress(0.2, task="other", run=None))
        [event] = await taken(stream, 1)
        expect(event.run_id == "r", "an event without a run joins the current one", event)


async def an_accepted_event_is_complete(harness: TransportHarness) -> None:
    """Check: "The accepted event is what readers get: completed with run_id, attempt, started_at, cursor"."""
    async with probe(harness) as p, p.listen() as stream:
        metadata = {"한국어": [1, 2.5, None, {"x": "\u0001 </script>"}], "": {}}
        sent = p.progress(0.5, part=("a", 0.5), message="שלום 👋🏽", metadata=metadata, stage=["mix", "é"])
        receipt = await p.publish(sent, p.completed(run="r2", result=[None]))
        first, second = await taken(stream, 2)
        expect(first.cursor == receipt.accepted[0], "an accepted event carries its cursor", first)
        facts = (first.attempt, second.attempt, first.started_at, second.started_at)
        expect(facts == (1, 2, sent.timestamp, second.timestamp), "attempt and start are filled in", first, second)
        carried = first.model_dump(include={"message", "metadata", "stage", "timestamp"})
        told = {"message": sent.message, "metadata": metadata, "stage": ["mix", "é"], "timestamp": sent.timestamp}
        expect(carried == told, "what an event carries comes as it was sent", first)
        expect(getattr(first, "part", None) is None, "a part never reaches readers", first)
        progress = getattr(first, "progress", None), getattr(second, "progress", None)
        expect(progress == (0.25, 1.0), "progress is the sum of the parts, and 1.0 at the end", first, second)
        state = await p.task()
        expect(not state.superseded and not state.parts.values, "what is the store's own never reaches readers", state)


async def the_fold_is_the_same_everywhere(harness: TransportHarness) -> None:
    """Check: "fold(events) = tasks and overlay(delivered) = tasks": 300 events, against ``progresskit.state.fold``."""
    rng = random.Random(20_261_123)  # noqa: S311 - no secret
    async with probe(harness) as p, p.listen() as stream:
        table = TaskTable()
        reader = Snapshot(p.project_id, NOWHERE)
        offset = 0
        for _ in range(30):
            batch = [_any_event(rng, p) for _ in range(10)]
            receipt = await p.publish(*batch)
            told = []
            for event, cursor in zip(batch, receipt.accepted, strict=True):
                due = Cursor(receipt.cursor.epoch, offset + 1)
                state, accepted = fold(table.get(event.task_name), event, cursor=due)
                expected = accepted and accepted.cursor
                expect(cursor == expected, "an event is accepted where the fold accepts it", event, cursor, expected)
                if state is not None and accepted is not None:
                    table.put(state)
                    offset += 1
                    told.append(accepted)
            for event, accepted in zip(await taken(stream, len(told)) if told else [], told, strict=True):
                delivered, wanted = (one.model_dump(mode="json") for one in (event, accepted))
                expect(same(delivered, wanted), "readers get the event that the fold makes", delivered, wanted)
                reader = reader.apply(event)
            snapshot = await p.read()
            expect(same_states(snapshot.tasks, table), "the state is the fold of the events", snapshot, list(table))
            expect(same_states(snapshot.tasks, reader.tasks), "overlay(delivered) = tasks", snapshot, reader)


def _any_event(rng: random.Random, p: Probe) -> Event:
    """Make an event that has much to do with the others: few tasks, few runs, every kind."""
    ids: dict[str, Any] = {"task": rng.choice(["a", "b"]), "run": rng.choice([None, None, "r1", "r2", "r3"])}
    message = rng.choice([None, "", "half", "끝"])
    metadata = rng.choice([None, None, {}, {"k": rng.random()}])
    match rng.randrange(10):
        case 0 | 1 | 2:
            stage, eta_s = rng.choice([None, ["mix"], ["mix", "down"]]), rng.choice([None, 1.5])
            progress = rng.choice([None, 0.0, 1.0, rng.random()])
            return p.progress(progress, stage=stage, eta_s=eta_s, message=message, **ids)
        case 3 | 4 | 5:
            part = (rng.choice("xyz"), rng.choice([0.0, 0.25, 0.5, 1.0]))
            return p.progress(rng.choice([None, rng.random()]), part=part, metadata=metadata, **ids)
        case 6 | 7:
            status = rng.choice(["queued", "queued", "started", "in_progress", "retrying", "stalled", "cancelled"])
            return p.status(status, message=message, progress=rng.choice([None, rng.random()]), **ids)
        case 8:
            return p.completed(result=rng.choice([None, 1, [None]]), metadata=metadata, **ids)
        case _:
            return p.failed("disk full", code=rng.choice([None, "ENOSPC"]), details=metadata, **ids)


async def a_project_keeps_1000_tasks(harness: TransportHarness) -> None:
    """Check: "The event that brings one more puts out the task with the lowest offset, then, not at a batch's end"."""
    async with probe(harness) as p, p.listen() as stream:
        reader = Snapshot(p.project_id, NOWHERE)
        for first in range(0, MAX_TASKS, MAX_BATCH_EVENTS):
            tasks = range(first, first + MAX_BATCH_EVENTS)
            await p.publish(*(p.progress(0.5, task=f"t{count}", message="old") for count in tasks))
            for event in await taken(stream, MAX_BATCH_EVENTS):
                reader = reader.apply(event)
        # The first puts t0 out; so the second brings t0 as a new task, which puts t1 out.
        await p.publish(p.progress(0.1, task="new"), p.progress(0.2, task="t0", run="r2"))
        for event in await taken(stream, 2):
            reader = reader.apply(event)
        snapshot = await p.read()
        expect(len(snapshot.tasks) == MAX_TASKS, "a project keeps 1,000 tasks", len(snapshot.tasks))
        back = snapshot.get("t0")
        expect(back is not None and (back.attempt, back.message) == (1, None), "a task that comes back is new", back)
        oldest = snapshot.tasks[0].task_name
        expect(snapshot.get("t1") is None and oldest == "t2", "the lowest offset goes out", oldest)
        expect(same_states(snapshot.tasks, reader.tasks), "readers put out the same tasks as the store")


async def projects_are_apart(harness: TransportHarness) -> None:
    """Check: "offsets are a project's own", and nobody hears of another project."""
    async with probe(harness) as p, probe(harness) as q, p.listen() as stream:
        await q.publish(q.progress(0.1), q.progress(0.2))
        receipt = await p.publish(p.progress(0.5))
        expect(receipt.cursor.offset == 1, "each project counts for itself", receipt)
        [event] = await taken(stream, 1)
        expect(event.project_id == p.project_id, "a listener hears its own project only", event)
        expect((await q.task()).progress == 0.2, "a project's state is its own", await q.task())  # noqa: PLR2004 - above


async def many_threads_may_publish(harness: TransportHarness) -> None:
    """Check: "Blocking, and callable from any thread". No offset is handed out twice, and no batch is torn."""
    async with probe(harness) as p, handle(harness) as other:
        given: list[int] = []

        async def publish(sender: str) -> None:
            for number in range(1, 11):
                events = [p.progress(None, task=sender), p.progress(None, task=sender, message=str(number))]
                batch = p.batch(*events, sender=sender, number=number)
                receipt = await p.send(batch, other if number % 2 else p.transport)
                given.extend(cursor.offset for cursor in receipt.accepted if cursor is not None)

        async with anyio.create_task_group() as tasks:
            for count in range(8):
                tasks.start_soon(publish, f"sender {count}")
        expect(sorted(given) == list(range(1, 161)), "each offset is handed out once", sorted(given))
        snapshot = await p.read()
        expect(snapshot.cursor.offset == len(given), "the project stands at its last offset", snapshot.cursor)


CHECKS: Final = (
    accepted_events_get_the_next_offsets,
    a_refused_event_gets_no_offset,
    a_number_is_taken_once,
    numbers_are_each_senders_own,
    a_batch_against_the_rules_is_refused_whole,
    a_null_run_is_filled_in,
    an_accepted_event_is_complete,
    the_fold_is_the_same_everywhere,
    a_project_keeps_1000_tasks,
    projects_are_apart,
    many_threads_may_publish,
)
