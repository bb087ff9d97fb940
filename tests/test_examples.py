"""Every example runs, and ends by itself."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


def test_there_are_examples():
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_says_what_it_shows(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_runs_and_ends(path, tmp_path):
    # An example that serves until Ctrl-C, or opens a browser, looks for this variable and ends after one round.
    environment = {**os.environ, "PROGRESSKIT_EXAMPLE_ONCE": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, path],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")
    assert b"Traceback" not in done.stdout, done.stdout.decode(errors="replace")
