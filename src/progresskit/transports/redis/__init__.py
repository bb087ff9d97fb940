"""Progress through Redis (6.2 or newer), Valkey, a Cluster, or Sentinel: across processes and machines.

The store folds: three scripts keep each project's state, in keys that share a slot and live for a day after
the project's last word. Readers get events by pub/sub, and the truth by a read.

The URL is that of redis-py, ``redis[s]://[user:password@]host:port/db`` (or ``valkey[s]://``), with two options
of our own: ``?namespace=`` is what keys and channels start with (``progresskit``), ``?timeout_s=`` the seconds
that connecting, and each answer, may take (0.25; at most 60).
"""

from __future__ import annotations

import threading
import weakref
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final

import anyio.to_thread
from pydantic_core import to_json

from progresskit import rules
from progresskit._platform import after_fork_in_child
from progresskit.errors import MissingDependencyError, TransportError
from progresskit.logs import get_logger
from progresskit.state import Snapshot, TaskTable
from progresskit.transports.base import check_batch

try:
    import redis as _installed  # noqa: F401 - only to say clearly what is missing
except ImportError as error:
    raise MissingDependencyError.for_extra(error.name or "redis", "redis") from error

from progresskit.transports.redis.connecting import server_from
from progresskit.transports.redis.listening import ChannelListener, Link
from progresskit.transports.redis.requests import Requests
from progresskit.transports.redis.scripts import Call, Scripts
from progresskit.transports.redis.wire import MAX_HEAD_BYTES, batch_arguments, event_lines, page_of, receipt_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from progresskit.events import Cursor, Event
    from progresskit.frames import Batch, Receipt

__all__ = ["RedisTransport"]

_log = get_logger("transports")
_live: weakref.WeakSet[RedisTransport] = weakref.WeakSet()


class RedisTransport:
    """Carries progress through Redis, Valkey, a Cluster, or Sentinel.

    It works in threads, in event loops of asyncio and trio, and after a fork. Nothing is connected before it is
    used. A batch whose store doesn't answer fails within about ``timeout_s`` for each step of connecting and
    asking; it is for the publisher to keep it and try again.

    Args:
        url_or_client: A URL, as above; or a client of the package ``redis``, sync or asyncio, also a
            ``RedisCluster`` or what ``Sentinel.master_for()`` gives. Of a client only the settings are used:
            our connections are made from them, whatever its protocol, decoding and timeouts.

    Raises:
        ValueError: The URL isn't valid.
        TypeError: It is neither a URL nor a client.
    """

    def __init__(self, url_or_client: Any) -> None:
        self._server = server_from(url_or_client)
        self._link: Link | None = None
        self._publishing_closed = False
        self._reading_closed = False
        self._warned = False
        self._start_clean()
        _live.add(self)

    def __repr__(self) -> str:
        """Say where it leads, without a password."""
        return f"<{type(self).__name__} {self._server.where}>"

    def publish(self, batch: Batch) -> Receipt:
        """Fold a batch into the project's state; see :meth:`Transport.publish`.

        Raises:
            TransportError: ``retryable``: the store didn't answer, takes no writes just now (it is full, or a
                replica), or another program changed the project's keys; otherwise the batch breaks a rule, the
                transport is closed, or the store has no such database.
        """
        self._check_open(closed=self._publishing_closed)
        events = [event_lines(event) for event in batch.events]
        check_batch(batch, [len(lines) + MAX_HEAD_BYTES for lines in events])
        reply = self._publisher.run(Call("publish", batch.project_id, batch_arguments(batch, events)))
        with self._noting_damage(batch.project_id):
            receipt, protected = receipt_of(reply)
        self._check_protected(protected=protected)
        return receipt

    async def read(self, project_id: str, after: Cursor | None = None) -> Snapshot:
        """Return what changed since a cursor; see :meth:`Transport.read`. Concurrent reads share a round trip."""
        self._check_open(closed=self._reading_closed)
        rules.check_project_id(project_id)
        while True:
            snapshot = await self._read_pages(project_id, after)
            if snapshot is not None:
                return snapshot

    async def _read_pages(self, project_id: str, after: Cursor | None) -> Snapshot | None:
        """Read page after page; None where the epoch changed between two."""
        page = await self._read_page(project_id, after)
        first, states = page, page.states
        while page.after is not None:
            page = await self._read_page(project_id, page.after)
            if page.cursor.epoch != first.cursor.epoch or not page.resumed:
                return None
            states = [*states, *page.states]
        # A task that changed between two pages is in both, and one that was put out in the first: newest wins.
        tasks = TaskTable(states) if page is not first else states
        return Snapshot(project_id, page.cursor, tuple(tasks), resumed=first.resumed)

    async def _read_page(self, project_id: str, after: Cursor | None) -> Any:
        epoch, offset = ("", 0) if after is None else (after.epoch, after.offset)
        arguments = [epoch.encode(), b"%d" % offset, b"%d" % _PAGE_BYTES]
        reply = await self._requests.run("read", project_id, arguments)
        with self._noting_damage(project_id):
            page = page_of(reply, project_id)
        self._check_protected(protected=page.protected)
        return page

    @asynccontextmanager
    async def listen(self, project_id: str) -> AsyncIterator[AsyncIterator[Event | Cursor]]:
        """Yield the project's events as they come; see :meth:`Transport.listen`."""
        self._check_open(closed=self._reading_closed)
        rules.check_project_id(project_id)
        listener = ChannelListener(project_id, self._server.channel(project_id))
        link = self._join(listener)
        try:
            if not await listener.confirmed(link):
                link.drop(f"Redis at {self._server.where} didn't confirm a subscription in time")
            yield listener
        finally:
            link.remove(listener)

    async def cancel(self, project_id: str, task_name: str) -> bool:
        """Ask the task's live run to stop; see :meth:`Transport.cancel`."""
        self._check_open(closed=self._reading_closed)
        rules.check_project_id(project_id)
        return bool(await self._requests.run("cancel", project_id, [to_json(task_name)]))

    def close(self) -> None:
        """End publishing: connections are closed, and nothing more is taken."""
        self._publishing_closed = True
        self._publisher.close()

    async def aclose(self) -> None:
        """End reading: connections are closed, and everybody's listening ends."""
        self._reading_closed = True
        with self._lock:
            link = self._link
        if link is not None:
            link.drop("the transport was closed")
        # Also those for publishing: a hub owns the whole of its transport, and who goes on publishing gets new ones.
        for scripts in (self._requests.scripts, self._publisher):
            await anyio.to_thread.run_sync(scripts.close)

    def _join(self, listener: ChannelListener) -> Link:
        with self._lock:
            if self._link is None or not self._link.add(listener):
                self._link = Link(self._requests.scripts.subscriber)
                self._link.add(listener)
                try:
                    self._link.start()
                except RuntimeError as error:
                    self._link.drop(f"no thread can be started: {error}")
            return self._link

    @contextmanager
    def _noting_damage(self, project_id: str) -> Iterator[None]:
        """Say of a reply that can't be understood what made it so."""
        try:
            yield
        except ValueError as error:
            raise TransportError(self._server.damage(project_id, error)) from None

    def _check_open(self, *, closed: bool) -> None:
        if closed:
            msg = "this RedisTransport is closed: open a new one"
            raise TransportError(msg, retryable=False)

    def _check_protected(self, *, protected: bool) -> None:
        if not protected and not self._warned:
            self._warned = True
            _log.warning(
                "the Redis at %s doesn't let this user ask INFO: a restart from an older dump, or a failover to a "
                "lagging replica, will go unnoticed. Allow it by: ACL SETUSER <name> +info",
                self._server.where,
            )

    def _start_clean(self) -> None:
        """Begin without a connection: in a new process nobody else's may be used, nor waited for."""
        self._lock = threading.Lock()
        if self._link is not None:
            self._link.let_go()
        self._link = None
        self._publisher = Scripts(self._server)
        self._requests = Requests(Scripts(self._server))


_PAGE_BYTES: Final = 256 * 1024


def _reset_in_child() -> None:
    for transport in list(_live):
        transport._start_clean()  # noqa: SLF001 - the same module


after_fork_in_child(_reset_in_child)
