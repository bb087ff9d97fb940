"""How one project reaches its clients: one folded state, and nothing queued for anybody.

:class:`Fanout` is the pure half of what a hub does for a project: it never waits, and reads no clock but
the one it is handed. Two facts of a client decide what it gets: whether a message to it is in flight, and
its cursor, that of the last frame handed to its ``send``.

- A *current* client has nothing in flight, and its cursor is the project's. It gets the events of a tick.
- Any other is *behind*. As soon as nothing to it is in flight it gets snapshots of what changed since its
  cursor, one frame at a time, each cut from the states as they then are, until it is current.

First snapshot, resume, repair and catch-up are that one mechanism. A client that names a cursor is answered
only once the store was read after it came, and the state stands where that read stood: the cursor of a part
of a snapshot is no position, and a state older than the one the part was cut from could place it, and lack
what it left out.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Final

from progresskit.frames import PONG, Form, event_frame, heartbeat_frame, messages_of
from progresskit.hub_state import HubState
from progresskit.logs import about, get_logger
from progresskit.state import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from progresskit.events import Cursor, Event
    from progresskit.frames import Frame, Message
    from progresskit.hub_client import Client, Why
    from progresskit.inline import Starter

__all__ = ["Fanout"]

MAX_TICK_BYTES: Final = 256 * 1024
"""Events of one tick that go out as they are; more than that goes out as snapshots."""
HEARTBEAT_S: Final = 15.0
"""Seconds of silence after which a client hears that the connection lives."""
DEAD_S: Final = 60.0
"""Seconds after which a send that hasn't finished ends its client."""
CATCH_UP_S: Final = 8.0
"""Seconds in which a subscription should come to where the store was seen."""

_log = get_logger("hub")


class Fanout:
    """One project's state and clients.

    Args:
        project_id: The project.
        in_place: Starts sends whose first step runs in place.
        as_tasks: Starts sends as tasks, for clients that ask for it; the same one where there is no other way.
        clock: Returns seconds that only go forward.
        on_behind: Called when a client joins ``behind``: :meth:`serve` is due.
        on_ask: Called when a client waits for the store to be read: see :meth:`askers`.
    """

    def __init__(
        self,
        project_id: str,
        *,
        in_place: Starter,
        as_tasks: Starter,
        clock: Callable[[], float],
        on_behind: Callable[[], object],
        on_ask: Callable[[], object],
    ) -> None:
        self.project_id = project_id
        self.clients: dict[Client, None] = {}
        self.behind: dict[Client, None] = {}  # free, and not current: the next to be served first
        self.waiting: dict[Client, tuple[Cursor, float] | None] = {}  # until the state stands there; since when
        self.state = HubState(project_id)
        self._in_place = in_place
        self._as_tasks = as_tasks
        self._clock = clock
        self._on_behind = on_behind
        self._on_ask = on_ask

    # --- clients come and go --------------------------------------------------------------------------------------

    def add(self, client: Client) -> None:
        """Take a client; it gets a snapshot as soon as there is one to give."""
        if self._in_place is self._as_tasks:
            client.in_place = False
        client.sent_at = self._clock()
        self.clients[client] = None
        if client.cursor is None:
            self._attend(client)
        else:
            self.waiting[client] = None
            self._on_ask()

    def end(self, client: Client, why: Why) -> None:
        """Forget a client, and cancel what is in flight to it."""
        if client.why is not None:
            return
        client.why = why
        self.clients.pop(client, None)
        self.behind.pop(client, None)
        self.waiting.pop(client, None)
        if client.cancel is not None:
            client.cancel()
        client.closed.set()

    def dismiss(self, client: Client, closing: Frame) -> None:
        """Hand a client its last frame as soon as nothing is in flight, and end it after that."""
        if client.why is not None:
            return
        client.leaving = True
        client.due = closing
        self.behind.pop(client, None)
        self.waiting.pop(client, None)
        self._attend_if_free(client)

    def pong(self, client: Client) -> None:
        """Answer a ping, now or after what is in flight."""
        if client.why is None and not client.leaving:
            client.due = PONG
            self._attend_if_free(client)

    def look_after(self, clients: Iterable[Client]) -> None:
        """Let clients hear a heartbeat after 15 s of silence, and end those whose send hangs for 60 s."""
        now = self._clock()
        with self._in_place:
            for client in clients:
                silence = now - client.sent_at
                if client.why is not None:
                    continue
                if client.busy:
                    if silence >= DEAD_S:
                        self.end(client, "dead")
                elif silence >= HEARTBEAT_S and client.opened and client.cursor is not None:
                    self._hand(client, messages_of((heartbeat_frame(client.cursor),), client.form), now)

    # --- what the project's subscription brings -------------------------------------------------------------------

    def tick(self, items: Iterable[Snapshot | Event]) -> None:
        """Fold what came since the last tick, and send its events to every client that was current before.

        Where a snapshot is among it, or the events are more than 256 KiB, no events go out: every free
        client gets snapshots instead.

        Raises:
            ValueError: An event was accepted by no store; nothing that follows it is folded, and the
                state stands before it.
        """
        before, epochs = self.state.cursor, self.state.epochs
        events: list[Event] = []
        whole = before is not None
        try:
            for item in items:
                taken = self.state.take(item)
                if isinstance(item, Snapshot):
                    whole = False
                elif taken:
                    events.append(item)
        finally:
            if self.state.epochs != epochs:
                self._ask_again()
            if self.state.cursor is not before:
                self._release()
                frames = _within(events, MAX_TICK_BYTES) if whole else None
                if frames is None:
                    for client in self.clients:
                        if not client.busy:
                            self._join_behind(client)
                else:
                    self._send(frames, before)

    def _send(self, frames: Sequence[Frame], before: Cursor | None) -> None:
        now = self._clock()
        messages = cache(partial(messages_of, frames))
        in_place: dict[Form, list[Client]] = {form: [] for form in Form}
        as_tasks: list[Client] = []
        for client in self.clients:
            if client.cursor is before and not client.busy:
                (in_place[client.form] if client.in_place else as_tasks).append(client)
        with self._in_place:
            for form, clients in in_place.items():
                if clients and len(messages(form)) == 1:
                    self._hand_all(clients, messages(form)[0], now)
                else:
                    for client in clients:
                        self._hand(client, messages(form), now)
            for client in as_tasks:
                self._hand(client, messages(client.form), now)

    # --- clients that resume wait for a read ----------------------------------------------------------------------

    def askers(self) -> list[Client]:
        """Return the clients that wait for a read which begins now."""
        return [client for client, told in self.waiting.items() if told is None]

    def answer(self, askers: Iterable[Client], position: Cursor, *, epochs: int) -> None:
        """Tell the clients that asked where the store stood.

        Args:
            askers: Those that waited when the read began.
            position: Where it stood.
            epochs: The state's ``epochs`` when the read began.
        """
        here = self.state.cursor
        if here is not None and here.epoch != position.epoch and epochs != self.state.epochs:
            return  # read before the epoch changed under it, for all we know: they go on asking
        now = self._clock()
        for client in askers:
            if client in self.waiting:
                self.waiting[client] = position, now
        self._release()

    def ask_late(self) -> bool:
        """Have those ask again that have waited too long for the state to come to where a read stood.

        Returns:
            Whether there were any: then the subscription may have skipped what it can't decode, or slept
            through an epoch, and should begin anew.
        """
        late = self._clock() - CATCH_UP_S
        stuck = [client for client, told in self.waiting.items() if told is not None and told[1] <= late]
        self.waiting.update(dict.fromkeys(stuck))
        if stuck:
            self._on_ask()
        return bool(stuck)

    def _release(self) -> None:
        """Let the clients go on whose read the state has come to."""
        here = self.state.cursor
        if here is None:
            return
        for client, told in list(self.waiting.items()):
            if told is not None and told[0].epoch == here.epoch and told[0].offset <= here.offset:
                del self.waiting[client]
                if not client.busy:
                    self._join_behind(client)

    def _ask_again(self) -> None:
        """Let those ask again that wait for a place of another epoch: it is no place any more, or not yet."""
        here = self.state.cursor
        for client, told in self.waiting.items():
            if told is not None and here is not None and told[0].epoch != here.epoch:
                self.waiting[client] = None
                self._on_ask()

    # --- sending --------------------------------------------------------------------------------------------------

    def serve(self, clients: Iterable[Client]) -> None:
        """Hand each of some clients its next snapshot frame, where it is free and behind."""
        with self._in_place:
            for client in clients:
                self.behind.pop(client, None)
                if client.why is None and not client.busy and client not in self.waiting:
                    self._hand(client, (self._next_part(client),), self._clock())
                    if not client.busy:
                        self._join_behind(client)

    def sent(self, client: Client, error: Exception | None) -> None:
        """Take note that a message which didn't go out at once has gone out, or failed."""
        client.busy = False
        client.cancel = None
        if client.idle is not None:
            client.idle.set()
        if client.why is not None:
            return
        if error is not None:
            self._fail(client, error)
        else:
            self._attend_if_free(client)

    def _hand(self, client: Client, messages: Sequence[Message], now: float) -> None:
        """Hand messages to a free client; what comes after one that doesn't go out at once is left out."""
        client.busy = True
        client.sent_at = now
        try:
            if not client.in_place:
                client.cancel = self._as_tasks.start(self._one_by_one(client, messages), client.context, client.sent)
                return
            for content, cursor in messages:
                if cursor is not None:
                    client.cursor = cursor
                # A copy for each: a host's middleware may write into it.
                rest = self._in_place.start(client.send(content.copy()), client.context, client.sent)
                if rest is not None:
                    client.cancel = rest
                    return
        except Exception as error:  # noqa: BLE001 - whatever a foreign send raises ends its client, and nothing else
            client.busy = False
            self._fail(client, error)
            return
        client.busy = False

    def _hand_all(self, clients: Sequence[Client], message: Message, now: float) -> None:
        """Hand one message to many free clients: what ``_hand`` does, at less cost."""
        content, cursor = message
        for client in clients:
            client.busy = True
            client.sent_at = now
            client.cursor = cursor
        unfinished = self._in_place.start_each(clients, content)
        for client in clients:
            client.busy = False
        for client, rest in unfinished:
            if isinstance(rest, Exception):
                self._fail(client, rest)
            else:
                client.busy = True
                client.cancel = rest

    async def _one_by_one(self, client: Client, messages: Sequence[Message]) -> None:
        """Send messages from a task, for as long as no newer tick has made them old."""
        here = self.state.cursor
        for number, (content, cursor) in enumerate(messages):
            if number and self.state.cursor is not here:
                break
            if cursor is not None:
                client.cursor = cursor
            client.sent_at = self._clock()
            await client.send(content.copy())

    def _attend_if_free(self, client: Client) -> None:
        if not client.busy:
            with self._in_place:
                self._attend(client)

    def _attend(self, client: Client) -> None:
        """Give a free client what it is due."""
        due, client.due = client.due, None
        if due is not None:
            self._hand(client, messages_of((due,), client.form), self._clock())
        if client.busy or client.why is not None:
            return
        if client.leaving:
            self.end(client, "closing")
        elif client not in self.waiting:
            self._join_behind(client)

    def _join_behind(self, client: Client) -> None:
        """Have a free client served, unless it is current or waits for a read."""
        here = self.state.cursor
        if here is not None and client.cursor is not here and client not in self.waiting and client.why is None:
            self.behind[client] = None
            self._on_behind()

    def _next_part(self, client: Client) -> Message:
        actions = None if client.opened else client.actions
        client.opened = True
        return self.state.part(client.cursor, client.form, actions)

    def _fail(self, client: Client, error: Exception) -> None:
        _log.debug("a client of project %s is gone: %r", self.project_id, error, extra=about(self.project_id))
        self.end(client, "failed")


def _within(events: Iterable[Event], limit: int) -> list[Frame] | None:
    """Encode events; None where they are more than ``limit`` bytes together, or none at all."""
    frames = []
    for event in events:
        frame = event_frame(event)
        limit -= len(frame.data)
        if limit < 0:
            return None
        frames.append(frame)
    return frames or None
