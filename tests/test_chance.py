"""What the library leaves to chance is no matter of the app's."""

import os
import random
import threading

import pytest

from progresskit import Publisher
from progresskit.chance import CHANCE
from progresskit.errors import TransportError
from progresskit.transports import MemoryTransport


class Down(MemoryTransport):
    """A store that never takes anything: a sender waits for as long as it draws, and tries again."""

    def __init__(self):
        super().__init__()
        self.tried_again = threading.Event()
        self._tries = 0

    def publish(self, batch):
        self._tries += 1
        if self._tries > 1:
            self.tried_again.set()
        msg = "down"
        raise TransportError(msg)


def test_an_app_that_seeded_its_random_gets_the_same_numbers():
    random.seed(1)
    before = random.getstate()
    transport = Down()
    publisher = Publisher(transport)
    publisher.task("p", "t").progress(0.5)
    assert transport.tried_again.wait(10)
    assert random.getstate() == before
    random.random()  # control
    assert random.getstate() != before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_processes_that_were_forked_draw_differently():
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(there, CHANCE.random().hex().encode())
        os._exit(0)
    os.close(there)
    with os.fdopen(here) as drawn:
        assert float.fromhex(drawn.read()) != CHANCE.random()
    assert os.waitpid(child, 0)[1] == 0
