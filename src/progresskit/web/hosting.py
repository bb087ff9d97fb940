"""What keeps a gateway's hub running: one task, started by a lifespan or by the first request.

A hub's tasks need an owner that outlives every request. That is a task at the root of the event loop,
beside the requests and not within one:

- A **lifespan** starts it and ends it: the gateway's own where it is the whole app, the host's by
  ``lifespan=gateway.lifespan``, a router's by itself.
- Where no lifespan arrives (``mount`` without one; Django, which knows none) the **first request** starts
  it. It then ends with its server (:mod:`progresskit.web.shutdown`), or with the event loop, which cancels
  what still runs in it.
- A hub that the host runs (``async with Hub(…) as hub``), or another gateway, is left to it.
"""

from __future__ import annotations

import contextvars
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import anyio
import anyio.lowlevel

from progresskit.errors import TransportError
from progresskit.logs import get_logger
from progresskit.web.refusals import CLOSING, STORE_UNAVAILABLE, Refused
from progresskit.web.shutdown import is_ending, servers_of_this_loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from progresskit.hub import Hub

__all__ = ["Hosting"]

LOOK_S: Final = 0.05
"""Seconds between two looks at whether the server is about to end. uvicorn itself looks every 0.1 s, so
most streams hear ``closing`` before it closes their sockets."""

_log = get_logger("web")


class Hosting:
    """Runs a hub in the event loop that serves it.

    Args:
        hub: The hub.
        on_end: Called, in the event loop, where the server is about to end and the hub goes on without it
            (somebody else runs it): every stream must end now.
    """

    def __init__(self, hub: Hub, on_end: Callable[[], None]) -> None:
        self._hub = hub
        self._on_end = on_end
        self._run: _Run | None = None

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Run the hub while the block runs; within another such block, or beside a host's own, do nothing.

        Raises:
            TransportError: The hub's transport refuses for good.
            RuntimeError: The hub runs in another event loop.
        """
        run = self._here()
        if run is not None:
            await run.wait_started()
            yield
            return
        run = self._start()
        try:
            await run.wait_started()
            yield
        finally:
            run.stop.set()
            with anyio.CancelScope(shield=True):
                await run.ended.wait()

    async def ensure(self) -> None:
        """Return once the hub runs, and start it where nobody has.

        Raises:
            Refused: The server is about to end, or the store does not answer.
            RuntimeError: The hub runs in another event loop.
        """
        run = self._here()
        if run is None:
            if any(map(is_ending, servers_of_this_loop())):
                raise Refused(CLOSING)
            run = self._start()
        elif run.ending:
            raise Refused(CLOSING)
        try:
            await run.wait_started()
        except TransportError as error:
            _log.warning("the hub can't start: %s", error)
            raise Refused(STORE_UNAVAILABLE) from None

    def _here(self) -> _Run | None:
        if self._run is not None and not self._run.is_of_this_loop():
            msg = "the hub of this gateway runs in another event loop: make a Gateway, with a Hub of its own, for each"
            raise RuntimeError(msg)
        return self._run

    def _start(self) -> _Run:
        run = self._run = _Run(self._hub, self._on_end, self._forget)
        run.spawn()
        return run

    def _forget(self, run: _Run) -> None:
        if self._run is run:
            self._run = None


class _Run:
    """One run of the hub, in a task of its own."""

    def __init__(self, hub: Hub, on_end: Callable[[], None], forget: Callable[[_Run], None]) -> None:
        self.started = anyio.Event()
        self.stop = anyio.Event()
        self.ended = anyio.Event()
        self.ending = False
        self._hub = hub
        self._on_end = on_end
        self._forget = forget
        self._error: Exception | None = None
        self._loop = anyio.lowlevel.current_token()
        self._task: Any = None

    def is_of_this_loop(self) -> bool:
        return anyio.lowlevel.current_token() == self._loop

    async def wait_started(self) -> None:
        """Wait until the hub runs; raise what kept it from running."""
        await self.started.wait()
        if self._error is not None:
            raise self._error

    def spawn(self) -> None:
        # An empty context: the request that happens to come first must not lend its own to all that follow.
        trio = sys.modules.get("trio")
        if trio is not None and trio.lowlevel.in_trio_run():
            trio.lowlevel.spawn_system_task(self._main, context=contextvars.Context())
            return
        import asyncio  # noqa: PLC0415 - a host on trio may never load it

        coroutine: Coroutine[Any, Any, None] = self._main()
        self._task = asyncio.create_task(coroutine, name="progresskit hub", context=contextvars.Context())

    async def _main(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                is_ours = not self._hub.running
                if is_ours:
                    await stack.enter_async_context(self._hub)
                self.started.set()
                await self._until_end()
                self.ending = True
                if not is_ours:
                    self._on_end()
                # Else leaving the hub says `closing` to all its clients.
        except Exception as error:  # noqa: BLE001 - told to who waits for the start, or logged: nobody else awaits a root task
            if self.started.is_set():
                _log.exception("the hub ended by an error; the next request starts it anew")
            self._error = error
        finally:
            self.ending = True
            self._forget(self)
            self.started.set()
            self.ended.set()

    async def _until_end(self) -> None:
        servers = servers_of_this_loop()
        while not self.stop.is_set() and not any(map(is_ending, servers)):
            with anyio.move_on_after(LOOK_S if servers else None):
                await self.stop.wait()
