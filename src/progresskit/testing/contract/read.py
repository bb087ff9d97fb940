"""Checks of ``read``, ``listen`` and of closing: the truth, and the news of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio

from progresskit.errors import TransportError
from progresskit.events import Cursor
from progresskit.frames import Run
from progresskit.testing.contract.probe import NOWHERE, close, expect, handle, probe, same, taken, within

if TYPE_CHECKING:
    from progresskit.testing.harness import TransportHarness

__all__ = ["CHECKS"]


async def an_unknown_project_is_empty(harness: TransportHarness) -> None:
    """Check: "A project that nobody has written to is an empty snapshot at 0:0, and reading it writes nothing"."""
    async with probe(harness) as p:
        for after in (None, NOWHERE, Cursor("abc", 7)):
            snapshot = await p.read(after)
            expect((snapshot.cursor, snapshot.tasks) == (NOWHERE, ()), "an unknown project is empty", snapshot)
            expect(snapshot.project_id == p.project_id, "a snapshot names its project", snapshot)
        receipt = await p.publish(p.progress(0.5))
        expect(receipt.cursor.offset == 1, "reading writes nothing", receipt)


async def a_read_gives_what_changed(harness: TransportHarness) -> None:
    """Check: "All tasks where" ``after`` "is None; else" ``resumed=True`` "and the tasks that changed since"."""
    async with probe(harness) as p:
        early = await p.publish(p.progress(0.1, task="a"), p.progress(0.2, task="b"))
        late = await p.publish(p.progress(0.3, task="c"), p.progress(0.4, task="a"))
        snapshot = await p.read()
        names = [state.task_name for state in snapshot.tasks]
        expect(names == ["b", "c", "a"], "a snapshot has all tasks, the oldest change first", snapshot)
        expect((snapshot.cursor, snapshot.resumed) == (late.cursor, False), "it says where it stands", snapshot)
        changed = await p.read(early.cursor)
        names = [state.task_name for state in changed.tasks]
        expect(changed.resumed and names == ["c", "a"], "a resumed one has the tasks that changed since", changed)
        expect(changed.cursor == late.cursor, "it stands where the project does", changed)
        expect(same(_dumped(changed.get("a")), _dumped(snapshot.get("a"))), "it has their whole states", changed)
        nothing = await p.read(late.cursor)
        expect(nothing.resumed and not nothing.tasks, "nothing changed since the last offset", nothing)
        expect(nothing.cursor == late.cursor, "a read that brings nothing still says where it stands", nothing)


async def a_cursor_from_elsewhere_counts_as_none(harness: TransportHarness) -> None:
    """Check: "All tasks where" ``after`` "is of another epoch, or beyond the project's offset"."""
    async with probe(harness) as p:
        receipt = await p.publish(p.progress(0.1, task="a"), p.progress(0.2, task="b"))
        epoch, offset = receipt.cursor.epoch, receipt.cursor.offset
        for after in (Cursor(epoch, offset + 1), Cursor(f"{epoch}x"[-64:], 1), NOWHERE):
            snapshot = await p.read(after)
            whole = not snapshot.resumed and len(snapshot.tasks) == offset and snapshot.cursor == receipt.cursor
            expect(whole, "a cursor of another epoch, or beyond the offset, counts as none", after, snapshot)


async def a_wiped_store_has_another_epoch(harness: TransportHarness) -> None:
    """Check: "The epoch changes when the store lost its data": offsets come again, cursors don't."""
    async with probe(harness) as p:
        before = await p.publish(p.progress(0.5), p.progress(0.6), held=[Run("t", "r")])
        await harness.wipe()
        expect((await p.read(before.cursor)).cursor == NOWHERE, "what is lost is lost", await p.read())
        renewal = await p.publish(held=[Run("t", "r")])
        expect(renewal.news == {Run("t", "r"): "unknown"}, "a renewal learns that the store knows nothing", renewal)
        after = await p.publish(p.progress(0.7))
        expect(after.cursor.offset == 1, "offsets begin again", after)
        expect(after.cursor.epoch != before.cursor.epoch, "the epoch is another one", before, after)
        snapshot = await p.read(Cursor(before.cursor.epoch, 1))
        expect(not snapshot.resumed, "a cursor of the lost epoch counts as none", snapshot)


async def a_store_that_went_back_has_another_epoch(harness: TransportHarness) -> None:
    """Check: "The epoch changes when the store's process changed": it may have gone back."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.1))
        async with handle(harness):
            before = await p.publish(p.progress(0.5), p.progress(0.6, task="lost"))
            await harness.rewind()
        async with handle(harness) as transport:  # the probe's own link may need a while
            after = await p.send(p.batch(p.progress(0.7)), transport)
            expect(after.cursor.epoch != before.cursor.epoch, "the epoch is another one", before, after)
            snapshot = await transport.read(p.project_id, before.cursor)
            expect(not snapshot.resumed, "a cursor of the former epoch counts as none", snapshot)


async def whoever_listens_misses_nothing(harness: TransportHarness) -> None:
    """Check: "Yield the project's accepted events as they come; once entered, nothing later is missed".

    A link may lose events; one in health doesn't.
    """
    async with probe(harness) as p, handle(harness) as other:
        await p.publish(p.progress(0.1, message="before"))
        async with p.listen() as here, other.listen(p.project_id) as there:
            for count in range(5):
                await p.publish(*(p.progress(None, task=f"t{number}", message=str(count)) for number in range(10)))
            for stream in (here, there):
                events = await taken(stream, 50)
                offsets = [event.cursor and event.cursor.offset for event in events]
                expect(offsets == list(range(2, 52)), "events come in order, from the entering on", offsets)


async def no_event_is_seen_before_the_state_holds_it(harness: TransportHarness) -> None:
    """Check: "None is visible before the state holds it"."""
    async with probe(harness) as p, p.listen() as stream, anyio.create_task_group() as tasks:

        async def publish() -> None:
            for _ in range(20):
                await p.publish(p.progress(None), p.progress(None, task="other"))

        tasks.start_soon(publish)
        for _ in range(40):
            [event] = await taken(stream, 1)
            position = (await p.read()).cursor
            behind = event.cursor is None or position.offset < event.cursor.offset
            expect(not behind, "a reader that hears of an event finds it in the state", event.cursor, position)


async def listening_ends_with_its_context(harness: TransportHarness) -> None:
    """Check rule 6: "Cancelling the consumer frees everything within a second", waiting for an event or not."""
    async with probe(harness) as p:
        for _ in range(3):
            with within(1, "who leaves is let go"):
                async with p.listen():
                    pass
            with within(1, "who is cancelled is let go"), anyio.move_on_after(0.05):
                async with p.listen() as stream:
                    async for _event in stream:
                        expect(False, "nobody has said anything")  # noqa: FBT003 - see expect


async def closing_twice_is_harmless(harness: TransportHarness) -> None:
    """Check: "Who opens a transport closes it. Closing twice is harmless", and what is closed refuses for good."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5))
        batch = p.batch(p.progress(0.6))
        for _ in range(2):
            await close(p.transport)
        await p.refused_for_good(batch)
        try:
            snapshot = await p.read()
        except TransportError as error:
            expect(not error.retryable, "reading what is closed never works again", error)
        else:
            expect(False, "reading what is closed raises TransportError", snapshot)  # noqa: FBT003 - see expect


async def handles_are_closed_one_by_one(harness: TransportHarness) -> None:
    """Check: "Who opens a transport closes it", and no other handle with it."""
    async with probe(harness) as p:
        async with handle(harness) as other:
            await p.send(p.batch(p.progress(0.5)), other)
        receipt = await p.publish(p.progress(0.6))
        expect(receipt.cursor.offset == 2, "the other handle still works", receipt)  # noqa: PLR2004 - two events


def _dumped(state: object) -> object:
    return state.model_dump(mode="json") if hasattr(state, "model_dump") else state


CHECKS: Final = (
    an_unknown_project_is_empty,
    a_read_gives_what_changed,
    a_cursor_from_elsewhere_counts_as_none,
    a_wiped_store_has_another_epoch,
    a_store_that_went_back_has_another_epoch,
    whoever_listens_misses_nothing,
    no_event_is_seen_before_the_state_holds_it,
    listening_ends_with_its_context,
    closing_twice_is_harmless,
    handles_are_closed_one_by_one,
)
