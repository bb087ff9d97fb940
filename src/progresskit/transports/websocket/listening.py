"""A project's stream: a thread reads it, and hands what comes to whoever listens."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import anyio

from progresskit.errors import DecodeError, TransportError
from progresskit.events import Cursor
from progresskit.logs import about, get_logger
from progresskit.received import Closing, Heartbeat, decode_message
from progresskit.state import Snapshot
from progresskit.transports.listener import Listener
from progresskit.transports.websocket.wire import Wire, WireError

if TYPE_CHECKING:
    from progresskit.events import Event
    from progresskit.transports.websocket.address import Address

__all__ = ["StreamListener"]

_OPEN_S: Final = 5.0
"""Seconds until the first frame: it comes with the store's first answer."""
SILENCE_S: Final = 20.0
"""Seconds without a word after which a link is half open: a gateway's heartbeats come every 15 s."""
_SETTLE_S: Final = 0.05
_BEYOND_ALL: Final = 2**53
_FOR_GOOD: Final = frozenset({4400, 4401, 4404})

_log = get_logger("transports")


class StreamListener(Listener):
    """Listens to a project by its stream.

    A snapshot that comes after the first one says that events were left out, so the one who listens must read.
    It gets a cursor beyond all others, which is a gap wherever it stands: the snapshot's own could be the next
    one to it, and would then stand for a single event that can't be decoded. The parts of a snapshot come one
    after the other, and are one gap.

    Args:
        address: The gateway.
        project_id: The project.
    """

    def __init__(self, address: Address, project_id: str) -> None:
        super().__init__()
        self._address = address
        self._project_id = project_id
        self._wire: Wire | None = None
        self._stopped = False
        self._has_snapshot = False
        self._opened = anyio.Event()

    async def open(self) -> None:
        """Begin to read, and return once nothing later can be missed; or once it has failed, as the reader learns."""
        threading.Thread(target=self._run, name=f"progresskit-listen {self._project_id}", daemon=True).start()
        await self._opened.wait()

    def stop(self) -> None:
        """Read no more, from any thread."""
        self._stopped = True
        wire = self._wire
        if wire is not None:
            wire.interrupt()

    def drop(self) -> None:
        """Close this process's end, after a fork."""
        if self._wire is not None:
            self._wire.drop()

    def _run(self) -> None:
        failure: TransportError | None = None
        try:
            self._follow()
        except WireError as error:
            failure = self._broken(str(error), retryable=error.code not in _FOR_GOOD or self._may_be_let_in(error))
        except DecodeError as error:
            failure = self._broken(f"it sent {error}")
        except TransportError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - nobody stands above a thread, and its reader must not wait for ever
            _log.exception("listening to project %s failed", self._project_id, extra=about(self._project_id))
            failure = self._broken(type(error).__name__)
        finally:
            self.end(None if self._stopped else failure)
            self._call(self._opened.set)

    def _follow(self) -> None:
        route = f"/projects/{self._project_id}/stream?batch=1"
        wire = Wire(self._address, route, deadline=time.monotonic() + _OPEN_S, begun=self._begin)
        try:
            deadline = time.monotonic() + _OPEN_S
            gap: Cursor | None = None
            while not (self._stopped or self._ended):
                try:
                    message = wire.receive(deadline if gap is None else time.monotonic() + _SETTLE_S)
                except WireError as error:
                    if gap is None or not error.timed_out:
                        raise
                    self.feed([gap])
                    gap = None
                    continue
                deadline = time.monotonic() + SILENCE_S
                gap, is_over = self._hear(message, gap)
                if is_over:
                    return
        finally:
            wire.drop()

    def _begin(self, wire: Wire) -> None:
        self._wire = wire
        if self._stopped:  # before there was anything to interrupt
            wire.interrupt()

    def _hear(self, message: bytes, gap: Cursor | None) -> tuple[Cursor | None, bool]:
        """Hand over what a message says; return a gap that is still to be told of, and whether it was the last."""
        items: list[Event | Cursor] = []
        is_over = False
        for item in decode_message(message, self._project_id):
            match item:
                case Snapshot() if self._has_snapshot:
                    gap = Cursor(item.cursor.epoch, _BEYOND_ALL)
                case Snapshot():
                    self._has_snapshot = True
                    self._call(self._opened.set)
                case Heartbeat():
                    pass
                case Closing():
                    is_over = True
                case _:
                    items += [item] if gap is None else [gap, item]
                    gap = None
        if items:
            self.feed(items)
        return gap, is_over

    def _may_be_let_in(self, error: WireError) -> bool:
        return error.code == 4401 and self._address.renews_token  # noqa: PLR2004 - who are you?

    def _broken(self, what: str, *, retryable: bool = True) -> TransportError:
        return TransportError(f"the stream of the gateway at {self._address.where} ended: {what}", retryable=retryable)
