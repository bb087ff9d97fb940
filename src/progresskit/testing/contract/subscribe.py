"""Checks of a transport under ``subscribe``: the six rules, on the real thing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import anyio

from progresskit.errors import TransportError
from progresskit.events import Cursor
from progresskit.frames import Run
from progresskit.state import Snapshot
from progresskit.testing.contract.probe import LEASE_S, NOWHERE, PROMISED_S, expect, probe, within

if TYPE_CHECKING:
    from progresskit.testing.harness import TransportHarness

__all__ = ["CHECKS"]

_MORE_THAN_ANYBODY_BUFFERS: Final = 3_000


async def the_first_item_is_a_snapshot(harness: TransportHarness) -> None:
    """Check rule 1: "The first item is a Snapshot: all tasks", or ``resumed`` "and the tasks that changed since"."""
    async with probe(harness) as p:
        early = await p.publish(p.progress(0.1, task="a"), p.progress(0.2, task="b"))
        late = await p.publish(p.completed(task="b"))
        epoch, offset = late.cursor.epoch, late.cursor.offset
        for after, resumed, count in (
            (None, False, 2),
            (early.cursor, True, 1),
            (str(early.cursor), True, 1),
            (late.cursor, True, 0),
            (Cursor(epoch, offset + 1), False, 2),
            (Cursor("abc", 1), False, 2),
            ("no cursor at all", False, 2),
        ):
            async with p.subscribe(after=after) as items:
                with anyio.fail_after(PROMISED_S):
                    item = await anext(items)
            fits = isinstance(item, Snapshot) and (item.resumed, len(item.tasks)) == (resumed, count)
            expect(fits, f"the first item after {after} is a snapshot of what changed since", item)


async def an_unknown_project_begins_at_nothing(harness: TransportHarness) -> None:
    """Check rule 1: "an unknown project is an empty snapshot at" ``0:0``, "and the event with offset 1 follows it"."""
    async with probe(harness) as p, p.subscribe() as items:
        first = await anext(items)
        expect(isinstance(first, Snapshot) and first.cursor == NOWHERE, "nobody has written to it", first)
        await p.publish(p.progress(0.5))
        with anyio.fail_after(PROMISED_S):
            second = await anext(items)
        expect(not isinstance(second, Snapshot) and second.cursor is not None, "its first event follows", second)


async def events_follow_in_order_none_twice(harness: TransportHarness) -> None:
    """Check rule 2: "Then events follow in cursor order, none twice"."""
    async with probe(harness) as p, p.subscribe() as items, anyio.create_task_group() as tasks:
        await anext(items)

        async def publish() -> None:
            for count in range(20):
                batch = p.batch(p.progress(None, task="a", message=str(count)), p.progress(None, task="b"))
                await p.send(batch)
                await p.send(batch)

        tasks.start_soon(publish)
        seen: list[int] = []
        with anyio.fail_after(PROMISED_S):
            while not seen or seen[-1] < 40:  # noqa: PLR2004 - 20 batches of 2
                item = await anext(items)
                if item.cursor is not None:
                    seen.append(item.cursor.offset)
        expect(seen == sorted(set(seen)), "items come in cursor order, none twice", seen)


async def a_slow_consumer_is_brought_up_to_date(harness: TransportHarness) -> None:
    """Check rule 2: "A consumer slower than the project gets a resumed snapshot instead of the events it missed"."""
    async with probe(harness) as p, p.follow() as reader:
        await reader.until(lambda _: True)
        for _ in range(_MORE_THAN_ANYBODY_BUFFERS // 100):
            await p.publish(*(p.progress(None, task=f"t{count}") for count in range(100)))
        await reader.catch_up()
        few = len(reader.seen) < _MORE_THAN_ANYBODY_BUFFERS
        expect(few, "what a slow consumer missed comes as states, not as events", len(reader.seen))
        expect(reader.names() == {f"t{count}" for count in range(100)}, "it has all tasks", reader.folded)


async def another_epoch_begins_with_all_tasks(harness: TransportHarness) -> None:
    """Check rule 3: "Where the epoch changed it gets a new full Snapshot"."""
    async with probe(harness) as p, p.follow() as reader:
        await p.publish(p.progress(0.5, task="lost"), p.progress(0.6))
        await reader.catch_up()
        await harness.wipe()
        await p.publish(p.progress(0.1, task="new"))
        await reader.catch_up()
        first = reader.seen[0]
        expect(isinstance(first, Snapshot) and not first.resumed, "another epoch begins with a full snapshot", first)


async def a_silent_loss_is_found(harness: TransportHarness) -> None:
    """Check rule 5: "every 5 s the loop compares positions by read", so a loss that nothing tells of is found."""
    if harness.patience_s < PROMISED_S:
        harness.skip(f"wait {PROMISED_S:g} s (its patience_s is {harness.patience_s:g})")
    async with probe(harness) as p, p.follow() as reader:
        await p.publish(p.progress(0.5))
        await reader.catch_up()
        await harness.wipe()
        await reader.catch_up()


async def a_cut_is_made_good(harness: TransportHarness) -> None:
    """Check rules 2 and 5: "A consumer cut off gets a resumed snapshot", within 10 s of the store answering."""
    async with probe(harness) as p, p.follow() as reader:
        await p.publish(p.progress(0.5), p.progress(0.5, task="other"))
        await reader.catch_up()
        await harness.cut()
        batch = p.batch(p.progress(0.7), p.completed(task="other"))
        try:
            await p.send(batch)
        except TransportError as error:
            expect(error.retryable, "trouble with the connection is retryable", error)
        await harness.mend()
        await p.insist(batch)
        await reader.catch_up()
        expect(reader.names() == {"t", "other"}, "it has all tasks", reader.folded)


async def a_batch_that_is_sent_again_counts_once(harness: TransportHarness) -> None:
    """Check: "The store did not answer, and the same batch may be sent again", whether it was taken or not."""
    async with probe(harness) as p:
        batches = [p.batch(p.progress(None, message=str(count))) for count in range(40)]

        async def publish() -> None:
            for batch in batches:
                await p.insist(batch)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(publish)
            for _ in range(3):
                await anyio.sleep(0.02)
                await harness.cut()
                await anyio.sleep(0.02)
                await harness.mend()
        position = (await p.read()).cursor
        expect(position.offset == len(batches), "a batch that is sent again counts once", position)


async def a_stall_comes_to_those_who_watch(harness: TransportHarness) -> None:
    """Check: "when it lapses, watchers see" ``stalled``: somebody's read ends the lease, and all hear of it."""
    async with probe(harness) as p, p.follow() as reader:
        await p.publish(p.progress(0.5), held=[Run("t", "r")])
        await reader.catch_up()
        await harness.elapse(LEASE_S * 1.2)
        await reader.catch_up()
        statuses = [state.status for state in reader.folded.tasks] if reader.folded is not None else []
        expect(statuses == ["stalled"], "a watcher sees a run that is not heard of", reader.folded)


async def a_race_with_the_end_is_never_lost(harness: TransportHarness) -> None:
    """Check: "a subscription starts with a snapshot and continues without gap": who comes at the end learns of it."""
    async with probe(harness) as p, anyio.create_task_group() as tasks:
        for count in range(20):
            task = f"t{count}"
            await p.publish(p.progress(0.9, task=task))
            tasks.start_soon(p.publish, p.completed(task=task))
            async with p.follow() as reader:
                await reader.until(partial(_is_over, task))


async def a_consumer_that_leaves_leaves_nothing(harness: TransportHarness) -> None:
    """Check rule 6: "Cancelling the consumer frees everything within a second"."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5))
        for give_up_s in (0.0, 0.01, 0.1):
            with within(give_up_s + 1, "a consumer that gives up is let go"), anyio.move_on_after(give_up_s):
                async with p.subscribe() as items:
                    async for _item in items:
                        pass


def _is_over(task: str, snapshot: Snapshot) -> bool:
    state = snapshot.get(task)
    return state is not None and state.terminal


CHECKS: Final = (
    the_first_item_is_a_snapshot,
    an_unknown_project_begins_at_nothing,
    events_follow_in_order_none_twice,
    a_slow_consumer_is_brought_up_to_date,
    another_epoch_begins_with_all_tasks,
    a_silent_loss_is_found,
    a_cut_is_made_good,
    a_batch_that_is_sent_again_counts_once,
    a_stall_comes_to_those_who_watch,
    a_race_with_the_end_is_never_lost,
    a_consumer_that_leaves_leaves_nothing,
)
