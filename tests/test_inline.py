"""The first step of a coroutine runs in place; what is left of it is a task that nobody can tell apart."""

from __future__ import annotations

import asyncio
import sys
import types
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar, copy_context

import anyio
import pytest
from anyio.lowlevel import checkpoint

from progresskit import inline
from progresskit.inline import SendCancelled, starters

who = ContextVar("who", default="nobody")
on_asyncio = pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)


@pytest.fixture(params=["in place", "as tasks", "by hand"])
def kind(request):
    """Name a way to start; that of 3.11 works on later Pythons too."""
    return request.param


@asynccontextmanager
async def starter_of(kind):
    async with anyio.create_task_group() as tasks:
        in_place, as_tasks = starters(tasks)
        if kind == "by hand":
            if in_place is as_tasks:
                pytest.skip("trio has one way only")
            in_place = inline._ByHand(asyncio.get_running_loop())
        yield as_tasks if kind == "as tasks" else in_place
        tasks.cancel_scope.cancel()


class Started:
    """A coroutine that was started, and what became of it."""

    def __init__(self, starter, awaitable, context=None):
        self.over = anyio.Event()
        self.error = None
        with starter:
            self.cancel = starter.start(awaitable, context or copy_context(), self.tell)
        self.at_once = self.cancel is None
        if self.at_once:
            self.over.set()

    def tell(self, error):
        assert not self.over.is_set(), "told twice"
        self.error = error
        self.over.set()

    async def wait(self):
        with anyio.fail_after(5):
            await self.over.wait()
        return self.error


async def nothing():
    return


async def test_what_finishes_at_once_needs_no_task(kind):
    async with starter_of(kind) as starter:
        started = Started(starter, nothing())
        assert started.at_once == (kind != "as tasks" and in_asyncio())
        assert await started.wait() is None


def in_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def test_what_waits_goes_on_by_itself(kind):
    steps = []

    async def work():
        steps.append("begun")
        await go.wait()
        steps.append("woken")
        await checkpoint()
        steps.append("over")

    go = anyio.Event()
    async with starter_of(kind) as starter:
        started = Started(starter, work())
        if in_asyncio() and kind != "as tasks":
            assert steps == ["begun"]
        await checkpoint()
        go.set()
        assert await started.wait() is None
    assert steps == ["begun", "woken", "over"]


async def test_a_wait_that_is_over_before_the_task_begins_is_no_problem(kind):
    go = anyio.Event()
    async with starter_of(kind) as starter:
        started = Started(starter, go.wait())
        go.set()
        assert await started.wait() is None


async def test_several_starts_share_a_block_and_don_t_mix(kind):
    seen = {}

    async def work(name, *, waits):
        first = current_task()
        if waits:
            await go.wait()
        seen[name] = current_task() == first

    go = anyio.Event()
    told = []
    async with starter_of(kind) as starter:
        with starter:
            for name in range(10):
                starter.start(work(name, waits=name % 3 == 0), copy_context(), told.append)
        await anyio.wait_all_tasks_blocked()
        go.set()
        await anyio.wait_all_tasks_blocked()
    assert seen == dict.fromkeys(range(10), True)
    assert set(told) <= {None}


def current_task():
    return anyio.get_current_task().id


async def test_an_error_reaches_whoever_started_it(kind):
    async def fail(*, late):
        if late:
            await checkpoint()
        raise OSError

    async with starter_of(kind) as starter:
        try:
            error = await Started(starter, fail(late=False)).wait()
        except OSError as raised:
            error = raised
        assert isinstance(error, OSError)
        assert isinstance(await Started(starter, fail(late=True)).wait(), OSError)


async def test_all_steps_run_in_the_given_context(kind):
    """As in OpenTelemetry's ``send``: a token is good only in the context that it came from."""
    context = copy_context()
    context.run(who.set, "the client")
    seen = []

    async def work():
        seen.append(who.get())
        token = who.set("the span")
        await checkpoint()
        seen.append(who.get())
        who.reset(token)
        seen.append(who.get())

    async with starter_of(kind) as starter:
        assert await Started(starter, work(), context).wait() is None
    assert seen == ["the client", "the span", "the client"]
    assert who.get() == "nobody"


async def test_a_cancelled_rest_ends_and_is_told(kind):
    async def work():
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    ended = []
    async with starter_of(kind) as starter:
        started = Started(starter, work())
        await anyio.wait_all_tasks_blocked()
        started.cancel()
        assert isinstance(await started.wait(), SendCancelled)
    assert ended == [True]


async def test_any_awaitable_can_be_started(kind):
    class Plain:
        def __init__(self, inner):
            self.inner = inner

        def __await__(self):
            return self.inner.__await__()

    async with starter_of(kind) as starter:
        assert await Started(starter, Plain(nothing())).wait() is None
        assert await Started(starter, Plain(checkpoint())).wait() is None


async def test_a_start_within_a_first_step_is_a_task_of_its_own(kind):
    async def outer():
        mine = current_task()
        inner.append(Started(starter, other()))
        await checkpoint()
        assert current_task() == mine

    async def other():
        await checkpoint()

    inner = []
    async with starter_of(kind) as starter:
        assert await Started(starter, outer()).wait() is None
        assert await inner[0].wait() is None


@on_asyncio
async def test_a_timeout_that_is_entered_in_the_first_step_cancels_the_rest_alone(kind):
    async def work():
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)

    async with starter_of(kind) as starter:
        assert isinstance(await Started(starter, work()).wait(), TimeoutError)
        await asyncio.sleep(0.02)
        assert not asyncio.current_task().cancelling()


@on_asyncio
async def test_a_timeout_may_be_over_before_the_rest_begins(kind):
    async def work():
        async with asyncio.timeout(0):
            await asyncio.sleep(60)

    async with starter_of(kind) as starter:
        assert isinstance(await Started(starter, work()).wait(), TimeoutError)


@on_asyncio
async def test_a_cancel_scope_may_span_the_steps(kind):
    async def work():
        with anyio.CancelScope(shield=True):
            await checkpoint()
        with anyio.move_on_after(0.01) as scope:
            await anyio.sleep_forever()
        assert scope.cancelled_caught

    async with starter_of(kind) as starter:
        assert await Started(starter, work()).wait() is None


@on_asyncio
async def test_the_host_is_who_it_was_afterwards(kind):
    host = asyncio.current_task()

    async def fail():
        assert asyncio.current_task() is not host
        raise OSError

    async with starter_of(kind) as starter:
        started = Started(starter, asyncio.sleep(0))
        assert asyncio.current_task() is host
        with suppress(OSError):
            await Started(starter, fail()).wait()
        assert asyncio.current_task() is host
        assert await started.wait() is None


@on_asyncio
async def test_a_callback_may_start_too(kind):
    async with starter_of(kind) as starter:
        done = asyncio.Event()
        found = []

        def callback():
            found.append(Started(starter, asyncio.sleep(0)))
            assert asyncio.current_task() is None
            done.set()

        asyncio.get_running_loop().call_soon(callback)
        await done.wait()
        assert await found[0].wait() is None


@on_asyncio
@pytest.mark.parametrize("turns", [0, 1, 3])
async def test_cancelling_a_rest_cancels_what_it_waits_for(kind, turns):
    """Before its task has begun, too: what a first step came to is cancelled as a task would do it."""
    cleaned = []

    async def slow():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            cleaned.append("slow")
            raise

    async def work():
        inner = asyncio.ensure_future(slow())
        await asyncio.sleep(0)
        try:
            await inner
        finally:
            assert inner.done(), "who is cancelled waits until what it awaits has ended"
            cleaned.append("work")

    async with starter_of("in place" if kind == "as tasks" else kind) as starter:
        started = Started(starter, work())
        await asyncio.sleep(0)
        for _ in range(turns):
            await asyncio.sleep(0)
        started.cancel()
        assert isinstance(await started.wait(), SendCancelled)
    assert cleaned in (["slow", "work"], [])


@on_asyncio
async def test_a_rest_that_is_cancelled_before_it_begins_cancels_the_future(kind):
    waits_for = asyncio.get_running_loop().create_future()

    async def work():
        await waits_for

    async with starter_of("in place" if kind == "as tasks" else kind) as starter:
        started = Started(starter, work())
        started.cancel()
        assert isinstance(await started.wait(), SendCancelled)
    assert waits_for.cancelled()


@on_asyncio
async def test_a_cancellation_of_its_own_is_an_error_like_others(kind):
    async def work(*, late):
        if late:
            await asyncio.sleep(0)
        raise asyncio.CancelledError

    async with starter_of(kind) as starter:
        try:
            error = await Started(starter, work(late=False)).wait()
        except SendCancelled as raised:
            error = raised
        assert isinstance(error, SendCancelled)
        assert isinstance(await Started(starter, work(late=True)).wait(), SendCancelled)
        assert not asyncio.current_task().cancelling()


@on_asyncio
async def test_a_coroutine_that_only_yields_a_turn_goes_on(kind):
    @types.coroutine
    def turn():
        yield

    async def work():
        for _ in range(3):
            await turn()

    async with starter_of(kind) as starter:
        assert await Started(starter, work()).wait() is None


@on_asyncio
async def test_no_task_is_left_behind(kind):
    before = asyncio.all_tasks()
    async with starter_of(kind) as starter:
        for work in (nothing(), checkpoint()):
            assert await Started(starter, work).wait() is None
        await checkpoint()
        assert asyncio.all_tasks() == before


@on_asyncio
async def test_the_first_step_runs_in_place_on_every_python():
    async with anyio.create_task_group() as tasks:
        in_place, _as_tasks = starters(tasks)
        assert type(in_place) is (inline._EagerTasks if sys.version_info >= (3, 12) else inline._ByHand)
