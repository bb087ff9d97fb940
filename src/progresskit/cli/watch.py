"""``progresskit watch``: a project in the terminal, from a gateway or straight from its store."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import anyio

from progresskit import rules
from progresskit._platform import loop_caller
from progresskit.cli.usage import UsageError, read_token, say, shown_url
from progresskit.cli.views import Bars, JsonLines, PlainLines, Printer
from progresskit.errors import TransportError
from progresskit.integrations.rich.lines import terminal, visible
from progresskit.subscription import subscribe
from progresskit.transports import transport_from_url

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from progresskit.cli.views import View
    from progresskit.events import Cursor
    from progresskit.state import Snapshot
    from progresskit.transports import Batch, Receipt, Transport

__all__ = ["follow", "run_watch"]

_FAILED: Final = 1
_SIGNALLED: Final = 128  # a shell says so of a program that a signal has ended, and adds its number
_CLOSE_S: Final = 1.0
_GATEWAYS: Final = frozenset({"http", "https", "ws", "wss"})
_STORES: Final = frozenset({"redis", "rediss", "valkey", "valkeys"})


def run_watch(url: str, project_id: str, *, token_file: Path | None, as_json: bool) -> int:
    """Follow a project until Ctrl-C, and return the exit code.

    Args:
        url: A gateway's address, or a store's.
        project_id: The project.
        token_file: Holds the gateway's token; None = that of ``$PROGRESSKIT_TOKEN``, if any.
        as_json: Whether to print what comes as it is on the wire, one JSON object a line.

    Raises:
        UsageError: The URL, the project id or the token is none.
        MissingDependencyError: What the transport needs is not installed.
    """
    if sys.stdout is None:
        msg = "stdout is closed: there is nowhere to print to"
        raise UsageError(msg)
    try:
        rules.check_project_id(project_id)
        transport = _opened(url, token_file)
    except ValueError as error:
        raise UsageError(str(error)) from None
    name = shown_url(url)
    printer = Printer(sys.stdout.fileno())
    stop = _Stop()
    with ExitStack() as stack:
        view: View
        if as_json:
            view = JsonLines(printer)
        else:
            say(f"Watching {project_id} at {name}; Ctrl-C ends.")
            lines = stack.enter_context(terminal()) if _has_bars() else None
            view = PlainLines(project_id, printer) if lines is None else Bars(project_id, lines)
        return anyio.run(stop.or_code, partial(follow, transport, project_id, view, printer, name=name))


def _opened(url: str, token_file: Path | None) -> Transport:
    """Open what a URL names.

    Raises:
        ValueError: It names nothing that can be watched from another process.
        UsageError: The token is none.
    """
    scheme = url.partition("://")[0].lower()
    if scheme in _GATEWAYS:
        from progresskit.transports.websocket import WebSocketTransport  # noqa: PLC0415 - only a gateway needs its client

        return WebSocketTransport(url, token=read_token(token_file))
    if scheme == "memory":
        msg = "what is at memory:// can be seen by its own process only: give the address of its gateway"
        raise ValueError(msg)
    if scheme not in _STORES:
        msg = "that is no address to watch: use http://… or https://… for a gateway, redis://… for the store itself"
        raise ValueError(msg)
    if token_file is not None:
        msg = "--token-file is for a gateway: the password of a store goes into its URL"
        raise ValueError(msg)
    return transport_from_url(url)


def _has_bars() -> bool:
    """Tell whether lines that move have a place: a terminal that was not asked to be plain."""
    is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return not is_plain and sys.stdout.isatty() and sys.stderr is not None and sys.stderr.isatty()


class _Stop:
    """Ends what runs in the event loop by Ctrl-C or SIGTERM, in good order: a terminal wants its cursor back."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._cancel: Callable[[], None] = lambda: None
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) != signal.SIG_IGN:  # as Ctrl-C is, for what a shell runs in the background
                signal.signal(number, self._receive)

    def _receive(self, number: int, _frame: Any) -> None:
        self._received = number
        signal.signal(number, signal.SIG_DFL)  # who asks twice has waited long enough
        self._cancel()

    async def or_code(self, work: Callable[[], Awaitable[int]]) -> int:
        """Return the exit code of some work, or that of the signal that came first."""
        code = 0
        with anyio.CancelScope() as scope:
            self._cancel = partial(loop_caller(), scope.cancel)
            if self._received is None:
                code = await work()
        return code if self._received is None else _SIGNALLED + self._received


async def follow(transport: Transport, project_id: str, view: View, printer: Printer, *, name: str) -> int:
    """Hand all that comes to a view, close the transport, and return the exit code.

    It returns where the transport refuses for good, or where nothing can be printed any more.

    Args:
        transport: Where the project is kept; it is closed here.
        project_id: The project.
        view: Shows what comes.
        printer: What the view prints with.
        name: What to call the transport.
    """
    code = 0
    try:
        async with anyio.create_task_group() as tasks:

            async def until_closed() -> None:
                await printer.wait_closed()
                tasks.cancel_scope.cancel()

            tasks.start_soon(until_closed)
            try:
                async with subscribe(_Heard(transport, name), project_id) as items:
                    async for item in items:
                        await view(item)
            except TransportError as error:
                say(f"progresskit: can't read from {name}: {visible(str(error))}")
                code = _FAILED
            except BrokenPipeError:
                pass  # whoever read it has read enough
            except OSError as error:
                say(f"progresskit: can't print: {error.strerror or error}")
                code = _FAILED
            tasks.cancel_scope.cancel()
    finally:
        with anyio.move_on_after(_CLOSE_S, shield=True):
            await transport.aclose()
    return code


class _Heard:
    """A transport whose silence is told to whoever watches; trying again is the subscription's."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self._name = name
        self._is_silent = False

    async def read(self, project_id: str, after: Cursor | None = None) -> Snapshot:
        try:
            snapshot = await self._transport.read(project_id, after)
        except TransportError as error:
            if error.retryable and not self._is_silent:
                self._is_silent = True
                say(f"Can't read from {self._name} now, trying again: {visible(str(error))}")
            raise
        if self._is_silent:
            self._is_silent = False
            say(f"{self._name} can be read again.")
        return snapshot

    def listen(self, project_id: str) -> AbstractAsyncContextManager[Any]:
        return self._transport.listen(project_id)

    def publish(self, batch: Batch) -> Receipt:
        return self._transport.publish(batch)

    async def cancel(self, project_id: str, task_name: str) -> bool:
        return await self._transport.cancel(project_id, task_name)

    def close(self) -> None:
        self._transport.close()

    async def aclose(self) -> None:
        await self._transport.aclose()
