"""Run the first step of a coroutine in place, and only what is left of it as a task.

Most sends to a socket finish at once: the bytes go into the system's buffer. A task for each would cost
as much again as the send. So the first step runs where the send is made, and a task goes on with it only
where the socket was full. asyncio has that as *eager tasks* from Python 3.12 on; on 3.11 it is done by
hand here; trio starts every task later, so that there, and where it is asked for, each send is a task.

Whichever way, all steps of a coroutine run in the context (:mod:`contextvars`) that it is given, and see
one and the same ``asyncio.current_task()``.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import anyio

if TYPE_CHECKING:
    import asyncio
    from contextvars import Context
    from typing import Self

    from anyio.abc import TaskGroup

__all__ = ["Done", "Recipient", "SendCancelled", "Starter", "start_one_by_one", "starters"]

Done = Callable[[Exception | None], None]
"""Told once that the rest of a coroutine is over, and what it raised."""


class SendCancelled(Exception):  # noqa: N818 - as asyncio.CancelledError
    """A coroutine ended by a cancellation: its own, or that of its rest."""


class Recipient(Protocol):
    """One of many who get the same message."""

    @property
    def send(self) -> Callable[[dict[str, Any]], Awaitable[object]]:
        """What takes a message."""
        ...

    @property
    def context(self) -> Context:
        """Where the steps of its sends run."""
        ...

    def sent(self, error: Exception | None) -> None:
        """Be told that the rest of a send is over, and what it raised."""


R = TypeVar("R", bound=Recipient)


class Starter(Protocol):
    """Starts coroutines. Each start stands in a ``with`` block of the starter, which may hold many."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_error: object) -> None: ...

    def start(self, awaitable: Awaitable[object], context: Context, done: Done) -> Callable[[], object] | None:
        """Start a coroutine.

        Args:
            awaitable: The coroutine.
            context: Where its steps run.
            done: Called once it is over, where it wasn't at once.

        Returns:
            None where it is over, else what cancels it.

        Raises:
            Exception: Whatever the first step raised; ``SendCancelled`` for a cancellation.
        """
        ...

    def start_each(
        self, recipients: Iterable[R], content: dict[str, Any]
    ) -> list[tuple[R, Callable[[], object] | Exception]]:
        """Start a send to each of many, as :meth:`start` does for one, at less cost.

        Args:
            recipients: Who; each is told by its ``sent``, in its ``context``.
            content: What; each gets a copy, since a host's middleware may write into it.

        Returns:
            Those whose send isn't over: each with what cancels it, or with what its first step raised.
        """
        ...


def start_one_by_one(
    starter: Starter, recipients: Iterable[R], content: dict[str, Any]
) -> list[tuple[R, Callable[[], object] | Exception]]:
    """Do what ``start_each`` does, by ``start``."""
    unfinished: list[tuple[R, Callable[[], object] | Exception]] = []
    for recipient in recipients:
        try:
            rest = starter.start(recipient.send(content.copy()), recipient.context, recipient.sent)
        except Exception as error:  # noqa: BLE001 - whatever a foreign send raises is its client's alone
            unfinished.append((recipient, error))
        else:
            if rest is not None:
                unfinished.append((recipient, rest))
    return unfinished


def starters(tasks: TaskGroup) -> tuple[Starter, Starter]:
    """Return the starters for the event loop that is running: one that works in place, one that makes tasks.

    On trio both make tasks.

    Args:
        tasks: Where trio's tasks live.
    """
    asyncio = sys.modules.get("asyncio")
    try:
        if asyncio is None:
            return _trio(tasks)
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _trio(tasks)
    in_place = _EagerTasks(loop) if sys.version_info >= (3, 12) else _ByHand(loop)
    return in_place, _Tasks(loop)


def _trio(tasks: TaskGroup) -> tuple[Starter, Starter]:
    starter = _TrioTasks(tasks)
    return starter, starter


class _Tasks:
    """asyncio: one task for each coroutine."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Loaded long ago, by whoever runs its loop; those who use trio don't pay for it.
        from asyncio import Task  # noqa: PLC0415 - as said

        self._loop = loop
        # Not by the loop's factory: a host's own may know neither contexts nor eager tasks.
        self._new_task = Task

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return

    def start(self, awaitable: Awaitable[object], context: Context, done: Done) -> Callable[[], object] | None:
        task = self._new_task(_coroutine(awaitable), loop=self._loop, context=context)
        task.add_done_callback(partial(_tell, done))
        return task.cancel

    def start_each(
        self, recipients: Iterable[R], content: dict[str, Any]
    ) -> list[tuple[R, Callable[[], object] | Exception]]:
        return start_one_by_one(self, recipients, content)


class _EagerTasks(_Tasks):
    """asyncio from Python 3.12 on: tasks whose first step runs in place."""

    def start(self, awaitable: Awaitable[object], context: Context, done: Done) -> Callable[[], object] | None:
        eagerly: dict[str, Any] = {"eager_start": True}  # 3.11's types know no such argument
        task = self._new_task(_coroutine(awaitable), loop=self._loop, context=context, **eagerly)
        if not task.done():
            task.add_done_callback(partial(_tell, done))
            return task.cancel
        if task.cancelled():
            raise SendCancelled
        error = task.exception()
        if error is not None:
            raise error
        return None


class _ByHand(_Tasks):
    """asyncio on Python 3.11: coroutines stepped by hand.

    The first steps of a ``with`` block run as if within a task that was made for them beforehand. The
    first coroutine that doesn't finish at once gets that task, and a new one is made; the last one finds
    that there is nothing to do, and ends. So ``asyncio.timeout()``, ``anyio.CancelScope`` and the like, which
    remember the task that they were entered in, work in a coroutine that is begun here.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        # Public for those who make tasks of their own kind: "Extending asyncio", in Python's documentation.
        from asyncio import current_task  # noqa: PLC0415 - as above
        from asyncio.tasks import _enter_task, _leave_task  # noqa: PLC0415 - as above

        self._current_task = current_task
        self._enter_task = _enter_task
        self._leave_task = _leave_task
        self._depth = 0
        self._host: asyncio.Task[Any] | None = None
        self._spare: tuple[_Rest, asyncio.Task[object]] | None = None

    def __enter__(self) -> Self:
        self._depth += 1
        if self._depth == 1:
            self._host = self._current_task(self._loop)  # None within a callback
            if self._host is not None:
                self._leave_task(self._loop, self._host)
            self._enter_spare()
        return self

    def __exit__(self, *_error: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._leave_spare()
            host, self._host = self._host, None
            if host is not None:
                self._enter_task(self._loop, host)

    def start(self, awaitable: Awaitable[object], context: Context, done: Done) -> Callable[[], object] | None:
        if self._depth > 1:
            # A first step that starts another: the spare task is taken by its own.
            return super().start(awaitable, context, done)
        coroutine = awaitable if type(awaitable) is CoroutineType else _coroutine(awaitable)  # the usual case, quick
        try:
            waits_for = context.run(coroutine.send, None)
        except StopIteration:
            return None
        except BaseException as error:  # a cancellation is one
            if _is_cancellation(error):
                raise SendCancelled from error
            raise
        return self._go_on(coroutine, waits_for, context, done)

    def start_each(
        self, recipients: Iterable[R], content: dict[str, Any]
    ) -> list[tuple[R, Callable[[], object] | Exception]]:
        if self._depth > 1:
            return super().start_each(recipients, content)
        unfinished: list[tuple[R, Callable[[], object] | Exception]] = []
        for recipient in recipients:  # start(), written out: a call for each would cost as much again
            try:
                awaitable = recipient.send(content.copy())
                coroutine = awaitable if type(awaitable) is CoroutineType else _coroutine(awaitable)
                waits_for = recipient.context.run(coroutine.send, None)
            except StopIteration:
                continue
            except Exception as error:  # noqa: BLE001 - as above
                unfinished.append((recipient, error))
            except BaseException as error:  # a cancellation is one
                if not _is_cancellation(error):
                    raise
                unfinished.append((recipient, SendCancelled()))
            else:
                rest = self._go_on(coroutine, waits_for, recipient.context, recipient.sent)
                unfinished.append((recipient, rest))
        return unfinished

    def _go_on(
        self, coroutine: Coroutine[Any, None, object], waits_for: Any, context: Context, done: Done
    ) -> Callable[[], object]:
        rest, task = self._leave_spare()
        rest.take_over(coroutine, waits_for, context)
        self._enter_spare()
        task.add_done_callback(partial(_tell, done))
        return task.cancel

    def _enter_spare(self) -> None:
        rest = _Rest()
        task = self._new_task(rest, loop=self._loop)
        self._spare = rest, task
        self._enter_task(self._loop, task)

    def _leave_spare(self) -> tuple[_Rest, asyncio.Task[object]]:
        spare, self._spare = self._spare, None
        if spare is None:  # pragma: no cover - start() stands in a with block
            msg = "start() outside of its with block"
            raise RuntimeError(msg)
        self._leave_task(self._loop, spare[1])
        return spare


_NOTHING: Any = object()


class _Rest(Coroutine[Any, None, object]):
    """What is left of a coroutine whose first step was made by hand, in the shape that a task takes."""

    def __init__(self) -> None:
        self._coroutine: Coroutine[Any, None, object] | None = None
        self._waits_for: Any = _NOTHING
        self._context: Context | None = None

    def take_over(self, coroutine: Coroutine[Any, None, object], waits_for: Any, context: Context) -> None:
        """Go on with a coroutine; ``waits_for`` is what its first step came to: a future, or None for a turn."""
        self._coroutine = coroutine
        self._waits_for = waits_for
        self._context = context

    def send(self, value: None) -> Any:
        if self._coroutine is None or self._context is None:
            raise StopIteration  # all that began under this task's name was finished at once
        if self._waits_for is not _NOTHING:
            # The future still bears the mark that it was awaited, which is all that a task looks for.
            waits_for, self._waits_for = self._waits_for, _NOTHING
            return waits_for
        return self._context.run(self._coroutine.send, value)

    def throw(self, *given: Any) -> Any:
        error = given[0]  # a task throws an instance, and nothing else
        if self._coroutine is None or self._context is None:
            raise error
        waits_for, self._waits_for = self._waits_for, _NOTHING
        if _is_cancellation(error) and hasattr(waits_for, "cancel") and waits_for.cancel():
            # Cancelled before the task's first step. Any other time it would have cancelled what it waits for, and
            # waited for that to end: a future that was awaited by hand must get the same.
            return waits_for
        return self._context.run(self._coroutine.throw, error)

    def close(self) -> None:
        if self._coroutine is not None:
            self._coroutine.close()

    def __await__(self) -> Any:  # pragma: no cover - asked for by the type; a task calls send() and throw()
        return self


class _TrioTasks:
    """trio: one task for each coroutine, in the hub's nursery."""

    def __init__(self, tasks: TaskGroup) -> None:
        self._tasks = tasks

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return

    def start(self, awaitable: Awaitable[object], context: Context, done: Done) -> Callable[[], object] | None:
        scope = anyio.CancelScope()
        context.run(self._tasks.start_soon, self._run, awaitable, scope, done)  # a new task copies the context
        return scope.cancel

    def start_each(
        self, recipients: Iterable[R], content: dict[str, Any]
    ) -> list[tuple[R, Callable[[], object] | Exception]]:
        return start_one_by_one(self, recipients, content)

    @staticmethod
    async def _run(awaitable: Awaitable[object], scope: anyio.CancelScope, done: Done) -> None:
        failure: Exception | None = SendCancelled()
        try:
            with scope:
                await awaitable
                failure = None
        except Exception as error:  # noqa: BLE001 - told to whoever started it
            failure = error
        finally:
            done(failure)


def _is_cancellation(error: object) -> bool:
    return isinstance(error, sys.modules["asyncio"].CancelledError)


def _tell(done: Done, task: asyncio.Task[object]) -> None:
    if task.cancelled():
        done(SendCancelled())
        return
    error = task.exception()
    if error is None or isinstance(error, Exception):
        done(error)
    else:  # KeyboardInterrupt and its like: the loop has raised it already
        done(SendCancelled())


def _coroutine(awaitable: Awaitable[object]) -> Coroutine[Any, None, object]:
    """Return what a task takes; an ASGI ``send`` may be no ``async def``, and return any awaitable."""
    return awaitable if isinstance(awaitable, (CoroutineType, Coroutine)) else _awaited(awaitable)


async def _awaited(awaitable: Awaitable[object]) -> object:
    return await awaitable
