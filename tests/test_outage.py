"""What the log says of a store that doesn't take what it is sent."""

from __future__ import annotations

import logging

import pytest

from progresskit.outage import Outage

DOWN, BACK = "can't be delivered", "delivered again"


class Said:
    """An outage by a clock that is set by hand, and what was logged of it."""

    def __init__(self, caplog):
        caplog.set_level(logging.INFO, "progresskit.publisher")
        self._caplog = caplog
        self.now = 0.0
        self.outage = Outage(lambda: self.now)

    def failed(self, project_id="p"):
        self.outage.failed(OSError("no"), project_id, kept=0, unexpected=False)

    def over(self, project_id="p"):
        self.outage.over(project_id)

    def __iter__(self):
        return (DOWN if DOWN in record.getMessage() else BACK for record in self._caplog.records)


@pytest.fixture
def said(caplog):
    return Said(caplog)


def test_it_is_said_at_once_then_once_a_minute_and_so_is_its_end(said):
    for said.now in range(150):
        said.failed()
    said.over()
    said.over()
    assert list(said) == [DOWN, DOWN, DOWN, BACK]


def test_a_store_that_comes_and_goes_is_told_of_once_a_minute(said):
    for said.now in range(150):
        said.failed()
        said.over()
    assert list(said) == [DOWN, BACK] * 3


def test_it_is_over_when_all_projects_are_served_again(said):
    said.failed("a")
    said.failed("b")
    said.over("a")
    said.over("c")
    assert list(said) == [DOWN]
    said.over("b")
    assert list(said) == [DOWN, BACK]
