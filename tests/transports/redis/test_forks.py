"""A fork while somebody listens."""

from __future__ import annotations

import os

import pytest

from progresskit import subscribe
from progresskit.events import ProgressEvent
from progresskit.transports import Batch
from progresskit.transports.redis import RedisTransport

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system doesn't fork")


def in_a_child(check) -> bool:
    """Fork, and return what a check says in the child."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def say(transport, project, number):
    event = ProgressEvent(project_id=project, task_name="t", run_id="r", message=f"{number}")
    return transport.publish(Batch(project, "me", number, (event,)))


async def test_a_child_lets_go_of_the_parents_link_and_the_parent_listens_on(shared_store):
    transport = RedisTransport(f"{shared_store.url}?timeout_s=5")
    async with subscribe(transport, "forks") as items:
        await anext(items)
        say(transport, "forks", 1)
        await anext(items)
        connection = transport._link._connection
        assert connection._sock is not None
        assert in_a_child(lambda: connection._sock is None and transport._link is None)
        say(transport, "forks", 2)
        assert (await anext(items)).message == "2", "the parent's connection was not shut down"
    transport.close()
    await transport.aclose()


async def test_a_child_publishes_by_a_connection_of_its_own(shared_store):
    transport = RedisTransport(f"{shared_store.url}?timeout_s=5")
    say(transport, "children", 1)
    assert in_a_child(lambda: say(transport, "children", 2).cursor.offset == 2)
    assert say(transport, "children", 3).cursor.offset == 3
    transport.close()
    await transport.aclose()
