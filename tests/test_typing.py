"""Code that is written against the public names type-checks, strictly."""

from __future__ import annotations

from pathlib import Path

import mypy.api
import pytest

CALLS = Path(__file__).parent / "typing" / "real_calls.py"


@pytest.fixture
def check(tmp_path):
    def run(path):
        out, errors, _code = mypy.api.run(["--strict", "--no-incremental", "--cache-dir", str(tmp_path), str(path)])
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
