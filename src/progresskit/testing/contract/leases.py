"""Checks of leases, of ``cancel``, and of the news in a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from progresskit.frames import Run
from progresskit.testing.contract.probe import LEASE_S, NOWHERE, expect, probe, taken

if TYPE_CHECKING:
    from progresskit.testing.harness import TransportHarness

__all__ = ["CHECKS"]

_RUN: Final = Run("t", "r")
_ALMOST_S: Final = LEASE_S * 0.6
_LAPSED_S: Final = LEASE_S * 1.2


async def a_run_that_lapses_shows_stalled(harness: TransportHarness) -> None:
    """Check: "Lapsed leases are ended first: their runs show" ``stalled``, by an ordinary event, once."""
    async with probe(harness) as p, p.listen() as stream:
        await p.publish(p.progress(0.5, message="half"), held=[_RUN])
        await harness.elapse(_LAPSED_S)
        snapshot = await p.read()
        state = snapshot.get("t")
        expect(state is not None and state.status == "stalled", "a run that is not heard of is stalled", snapshot)
        kept = state and (state.progress, state.message, state.run_id)
        expect(kept == (0.5, "half", "r"), "stalled is a status like another, and changes nothing else", state)
        events = await taken(stream, 2)
        expect(events[1].status == "stalled", "listeners hear of it too", events)
        expect(events[1].cursor == snapshot.cursor, "it takes an offset, as any event", events, snapshot)
        expect((await p.read()).cursor == snapshot.cursor, "a run stalls once")


async def a_renewal_keeps_a_run_alive(harness: TransportHarness) -> None:
    """Check: "The sender renews with or without events": a batch that only holds keeps its run from stalling."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5), held=[_RUN])
        for _ in range(3):
            await harness.elapse(_ALMOST_S)
            receipt = await p.publish(held=[_RUN])
            expect(not receipt.news, "of a live run there is no news", receipt)
        state = await p.task()
        expect((state.status, state.cursor.offset) == ("in_progress", 1), "a renewal alone is no event", state)


async def a_run_that_nobody_holds_never_stalls(harness: TransportHarness) -> None:
    """Check: "A run that nobody holds never stalls": one never held, and one given back."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5, task="free"), p.progress(0.5, task="unnamed", run=None))
        await p.publish(p.progress(0.5), held=[_RUN])
        await p.publish(left=[_RUN])
        await harness.elapse(_LAPSED_S)
        statuses = {state.task_name: state.status for state in (await p.read()).tasks}
        expect(set(statuses.values()) == {"in_progress"}, "only a lease that lapses stalls a run", statuses)


async def a_run_lapses_with_its_last_lease(harness: TransportHarness) -> None:
    """Check: "A lease is of a run and a sender; a run lapses with its last one"."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5), held=[_RUN], sender="one", number=1)
        await p.publish(held=[_RUN], sender="another", number=1)
        await harness.elapse(_ALMOST_S)
        await p.publish(held=[_RUN], sender="another", number=2)
        await harness.elapse(_ALMOST_S)
        state = await p.task()
        expect(state.status == "in_progress", "a run lives as long as one sender holds it", state)
        await harness.elapse(_ALMOST_S)
        expect((await p.task()).status == "stalled", "a run lapses with its last lease", await p.task())


async def a_resend_renews_nothing(harness: TransportHarness) -> None:
    """Check: "A number already taken does nothing and renews nothing"."""
    async with probe(harness) as p:
        batch = p.batch(p.progress(0.5), held=[_RUN])
        await p.send(batch)
        await harness.elapse(_ALMOST_S)
        await p.send(batch)
        await harness.elapse(_ALMOST_S)
        expect((await p.task()).status == "stalled", "a batch that comes again renews nothing", await p.task())


async def a_renewal_revives(harness: TransportHarness) -> None:
    """Check: "The next renewal ends it, by an ordinary status event that carries that status and nothing else".

    A remembered ``queued`` comes back as ``started``.
    """
    async with probe(harness) as p:
        await p.publish(p.progress(0.5, message="half"), p.status("retrying"), held=[_RUN])
        await p.publish(p.status("queued", task="line"), held=[("line", "r")])
        await harness.elapse(_LAPSED_S)
        before = await p.read()
        expect({state.status for state in before.tasks} == {"stalled"}, "both runs are stalled", before)
        async with p.listen() as stream:
            await p.publish(held=[_RUN, ("line", "r")])
            events = {event.task_name: event for event in await taken(stream, 2)}
        statuses = {name: event.status for name, event in events.items()}
        expect(statuses == {"t": "retrying", "line": "started"}, "a renewal brings the status before back", events)
        event = events["t"]
        expect((event.type, event.message) == ("status", None), "it carries that status and nothing else", event)
        state = await p.task()
        expect((state.progress, state.message) == (0.5, "half"), "the run goes on where it was", state)
        await p.publish(held=[_RUN])
        expect((await p.task()).cursor == state.cursor, "a run revives once", await p.task())
        await harness.elapse(_LAPSED_S)
        expect((await p.task()).status == "stalled", "a revived run has its lease again", await p.task())


async def an_event_ends_a_stall(harness: TransportHarness) -> None:
    """Check: "The next event ends it"."""
    async with probe(harness) as p:
        await p.publish(p.status("retrying"), held=[_RUN])
        await harness.elapse(_LAPSED_S)
        stalled = await p.task()
        expect(stalled.status == "stalled", "the run is stalled", stalled)
        await p.publish(p.progress(0.7), held=[_RUN])
        state = await p.task()
        expect(state.status == "in_progress", "an event says itself where the run stands", state)
        made = state.cursor.offset - stalled.cursor.offset
        expect(made == 1, "no other event is made beside it", stalled.cursor, state.cursor)


async def the_end_of_a_run_ends_its_leases(harness: TransportHarness) -> None:
    """Check: "A terminal event or a new run ends them all"."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5), p.progress(0.5, task="again"), held=[_RUN, ("again", "r")])
        await p.publish(p.completed(), p.progress(0.1, task="again", run="r2"))
        await p.publish(held=[_RUN, ("again", "r")])
        await harness.elapse(_LAPSED_S)
        statuses = {state.task_name: state.status for state in (await p.read()).tasks}
        expect(statuses == {"t": "completed", "again": "in_progress"}, "a lease ends with its run", statuses)


async def a_renewal_alone_writes_no_project(harness: TransportHarness) -> None:
    """Check: "Reads and renewals write nothing for an unknown project"; a held run is ``unknown`` there."""
    async with probe(harness) as p:
        receipt = await p.publish(held=[_RUN], left=[("other", "r")])
        expect(receipt.news == {_RUN: "unknown"}, "the store knows no such task", receipt)
        snapshot = await p.read()
        expect((snapshot.cursor, snapshot.tasks) == (NOWHERE, ()), "a renewal writes no project", snapshot)
        receipt = await p.publish(p.progress(0.5), held=[_RUN])
        expect(receipt.cursor.offset == 1, "the first event has offset 1", receipt)
        expect(receipt.news == {}, "of a live run there is no news", receipt)
        missing = await p.publish(held=[("missing", "r")])
        expect(missing.news == {Run("missing", "r"): "unknown"}, "the store knows no such task", missing)


async def a_receipt_tells_what_became_of_a_run(harness: TransportHarness) -> None:
    """Check: "news: superseded, over", for each named run in ``held`` or ``events``."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5), p.completed(task="done"))
        await p.publish(p.progress(0.1, run="r2"))
        receipt = await p.publish(p.progress(0.6), p.progress(0.6, task="done"))
        expect(receipt.refused == 2, "neither run can write any more", receipt)  # noqa: PLR2004 - two runs
        words = {_RUN: "superseded", Run("done", "r"): "over"}
        expect(receipt.news == words, "an event's run that can't write learns why", receipt)
        receipt = await p.publish(held=[_RUN, ("done", "r"), ("t", "r2")])
        expect(receipt.news == words, "a held run learns why, a live one needs no news", receipt)


async def some_make_no_news(harness: TransportHarness) -> None:
    """Check: "An event without a run makes no news, nor does a late" ``queued``."""
    async with probe(harness) as p:
        await p.publish(p.completed(), p.progress(0.5, task="going"))
        batch = p.batch(p.completed(run=None), p.status("queued"), p.status("queued", task="going"))
        receipt = await p.send(batch)
        expect(receipt.refused == len(batch.events), "all of them come too late", receipt)
        expect(not receipt.news, "an event without a run makes no news, nor does a late queued", receipt)


async def a_cancel_reaches_the_publisher(harness: TransportHarness) -> None:
    """Check: "Its publisher hears of it in its next receipt", and in each one "until the run ends"."""
    async with probe(harness) as p:
        await p.publish(p.progress(0.5), p.progress(0.5, task="other"))
        expect(await p.transport.cancel(p.project_id, "t"), "a live run can be asked to stop")
        await p.publish(p.progress(0.6, run=None))
        for receipt in (
            await p.publish(p.progress(0.7)),
            await p.publish(held=[_RUN, ("other", "r")]),
            await p.publish(p.progress(0.8), held=[_RUN]),
        ):
            expect(receipt.news == {_RUN: "cancel"}, "its publisher hears of a cancel, and no other", receipt)
        state = await p.task()
        expect(state.status == "in_progress", "a cancel is a question: the run ends itself", state)
        batch = p.batch(p.progress(0.9))
        await p.send(batch)
        again = await p.send(batch)
        expect(again.news == {_RUN: "cancel"}, "a batch that comes again is answered with the news as of now", again)
        await p.publish(p.status("cancelled"))
        receipt = await p.publish(held=[_RUN])
        expect(receipt.news == {_RUN: "over"}, "a cancel is told until the run ends", receipt)
        receipt = await p.publish(p.progress(0.1, run="r2"), held=[("t", "r2")])
        expect(not receipt.news, "a cancel is of a run, not of its task", receipt)


async def only_a_live_named_run_can_be_cancelled(harness: TransportHarness) -> None:
    """Check: "False where the task has no live run, or only an unnamed one"."""
    async with probe(harness) as p:
        cancel = p.transport.cancel
        expect(not await cancel(p.project_id, "t"), "an unknown project has no live run")
        await p.publish(p.completed(), p.progress(0.5, task="unnamed", run=None))
        expect(not await cancel(p.project_id, "missing"), "an unknown task has no live run")
        expect(not await cancel(p.project_id, "t"), "a run that is over is not live")
        expect(not await cancel(p.project_id, "unnamed"), "nobody would hear of it")


CHECKS: Final = (
    a_run_that_lapses_shows_stalled,
    a_renewal_keeps_a_run_alive,
    a_run_that_nobody_holds_never_stalls,
    a_run_lapses_with_its_last_lease,
    a_resend_renews_nothing,
    a_renewal_revives,
    an_event_ends_a_stall,
    the_end_of_a_run_ends_its_leases,
    a_renewal_alone_writes_no_project,
    a_receipt_tells_what_became_of_a_run,
    some_make_no_news,
    a_cancel_reaches_the_publisher,
    only_a_live_named_run_can_be_cancelled,
)
