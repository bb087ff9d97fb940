"""How a gateway learns that its server is about to end.

A uvicorn that shuts down closes its WebSockets itself, but *waits* for the responses that are still
being sent, for ever by default, and tells the app only afterwards (``lifespan.shutdown``). A stream of
server-sent events has no end of its own, so the two would wait for each other. ASGI has no word for
this; what uvicorn does have is the public state of its ``Server``: ``should_exit``, and listening
sockets that it closes first. No reference to the server reaches an app, but one of the tasks of the
event loop is running its ``serve()``, and that is where it is found.

Other servers (hypercorn, granian, daphne) cancel or drop what is still open after a while of their own.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_ending", "servers_of_this_loop"]


def servers_of_this_loop() -> list[Any]:
    """Return the ``uvicorn.Server`` objects that serve in the event loop that is running here."""
    asyncio = sys.modules.get("asyncio")
    uvicorn = sys.modules.get("uvicorn.server")  # whoever is served by it has imported it
    if asyncio is None or uvicorn is None or asyncio._get_running_loop() is None:  # noqa: SLF001 - documented for libraries
        return []
    found: dict[int, Any] = {}
    for task in asyncio.all_tasks():
        for owner in _owners(task.get_coro()):
            if isinstance(owner, uvicorn.Server):
                found[id(owner)] = owner
    return list(found.values())


def is_ending(server: Any) -> bool:
    """Tell whether a server was asked to exit, or has stopped listening (as after ``limit_max_requests``)."""
    listeners = getattr(server, "servers", [])  # not there before the server listens
    return bool(server.should_exit) or (bool(listeners) and not any(each.is_serving() for each in listeners))


def _owners(awaited: Any) -> Iterator[Any]:
    """Yield the ``self`` of each coroutine that a task is waiting in, outermost first."""
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None)
        if frame is not None:
            yield frame.f_locals.get("self")
        awaited = getattr(awaited, "cr_await", None)
