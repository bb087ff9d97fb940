"""Threads for the loop: they hand over what happens in them, and end with what they were made for."""

from __future__ import annotations

import contextvars
import gc
import threading
import time

import anyio
import pytest

from progresskit.audio.background import Background, in_thread

WHO = contextvars.ContextVar("WHO", default="nobody")


async def names():
    await anyio.lowlevel.checkpoint()
    return threading.current_thread()


def gone(thread):
    deadline = time.monotonic() + 5
    while thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    return not thread.is_alive()


def test_the_thread_ends_with_its_owner_even_where_nobody_closed_it():
    background = Background()
    thread = background.start(names).result(5)
    assert background.start(names).result(5) is thread
    del background
    gc.collect()
    assert gone(thread)


def test_close_ends_the_thread_and_what_runs_in_it():
    background = Background()
    forever = background.start(anyio.sleep_forever)
    thread = background.start(names).result(5)
    background.close()
    assert gone(thread)
    assert forever.cancelled()
    with pytest.raises(RuntimeError, match="closed"):
        background.start(names)


@pytest.mark.anyio
async def test_a_call_sees_its_callers_context():
    WHO.set("me")
    assert await in_thread(WHO.get) == "me"


@pytest.mark.anyio
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), StopIteration()])
async def test_what_would_end_the_event_loop_is_an_error_of_the_call(error):
    def leave():
        raise error

    with pytest.raises(RuntimeError) as caught:
        await in_thread(leave)
    assert caught.value.__cause__ is error
