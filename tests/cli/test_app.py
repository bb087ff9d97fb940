"""The command line: what it prints, and what it says when it can't."""

from __future__ import annotations

import subprocess
import sys

import pytest

from progresskit import __version__

pytestmark = pytest.mark.needs("typer", "rich", "uvicorn", "rapidfuzz")


@pytest.fixture
def run(tmp_path):
    """Run ``progresskit`` in an empty folder, and return what it did."""

    def run(*arguments, code="from progresskit.cli import main; main()", timeout_s=60):
        return subprocess.run(
            [sys.executable, "-X", "utf8", "-c", code, *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )

    return run


def test_it_says_its_version(run):
    assert run("--version").stdout.strip() == __version__


def test_python_dash_m_is_the_same(run):
    done = run("--version", code="import runpy; runpy.run_module('progresskit', run_name='__main__')")
    assert done.stdout.strip() == __version__
