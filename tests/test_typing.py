"""Code that is written against the public names type-checks, strictly."""

from __future__ import annotations

from pathlib import Path

import mypy.api
import pytest

CALLS = Path(__file__).parent / "typing" / "real_calls.py"


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    cache = tmp_path_factory.mktemp("mypy")  # what it knows of the package serves both tests

    def run(path):
        out, errors, _code = mypy.api.run(["--strict", "--cache-dir", str(cache), str(path)])
        return out + errors

    return run


def test_real_calls_type_check(check):
    assert "Success" in check(CALLS)


def test_a_wrong_call_is_found(check, tmp_path):
    wrong = tmp_path / "wrong.py"
    source = CALLS.read_text(encoding="utf-8")
    assert "task.flush(timeout_s=1)" in source
    wrong.write_text(source.replace("task.flush(timeout_s=1)", 'task.flush(timeout="1")'), encoding="utf-8")
    assert "timeout" in check(wrong)
