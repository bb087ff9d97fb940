"""Every record says what it is about."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest

from progresskit import MemoryTransport, Publisher, Reporter
from progresskit.logs import about, get_logger

PACKAGE = Path(__file__).parents[1] / "src" / "progresskit"


def test_a_record_that_is_about_nothing_says_so(caplog):
    get_logger("hub").warning("the roof leaks")
    (record,) = caplog.records
    assert record.name == "progresskit.hub"
    assert (record.project_id, record.task_name) == (None, None)
    assert record.filename == Path(__file__).name, "the place in the log is the caller's"


def test_what_a_call_says_is_kept(caplog):
    get_logger("hub").warning("the roof leaks", extra=about("p", "t") | {"floor": 3})
    (record,) = caplog.records
    assert (record.project_id, record.task_name, record.floor) == ("p", "t", 3)


def test_a_value_that_was_mended_is_logged_with_its_task(caplog):
    transport = MemoryTransport()
    with Publisher(transport) as publisher, publisher.task("p", "Render\nall") as task:
        task.progress(1.7)
    transport.close()
    assert [(record.project_id, record.task_name) for record in caplog.records] == [("p", None), ("p", "Render all")]


def test_a_task_that_failed_is_logged_with_its_name(caplog):
    with pytest.raises(KeyError), Reporter(lambda event: None, project_id="p", task_name="t"):
        raise KeyError
    (record,) = caplog.records
    assert (record.project_id, record.task_name) == ("p", "t")


def test_nobody_logs_past_it():
    """Every logger of the package comes from ``get_logger``; ``progresskit`` itself only gets its NullHandler."""
    past = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "getLogger"
    ]
    assert sorted(past) == ["__init__.py", "logs.py"]
    assert logging.getLogger("progresskit").handlers
