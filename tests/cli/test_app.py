"""The command line: what it prints, and what it says when it can't."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile

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


def test_it_says_where_the_npm_package_is(run):
    with tarfile.open(run("js-package").stdout.strip()) as archive:
        package = json.load(archive.extractfile("package/package.json"))
    assert (package["name"], package["version"]) == ("progresskit", __version__)


@pytest.mark.parametrize("module", ["typer", "rich", "uvicorn", "starlette"])
def test_a_missing_extra_is_one_line_that_says_what_to_install(run, module):
    block = f"import sys; sys.modules[{module!r}] = None; from progresskit.cli import main; main()"
    done = run("demo", "--exit", "--no-browser", code=block)
    assert done.returncode == 1
    assert "pip install 'progresskit[" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Hello.", "--file", "x.txt"], "not both"),
        (["--file", "missing.txt"], "can't be read"),
        (["--file", "."], "can't be read"),
        (["--file", "latin.txt"], "not UTF-8"),
        (["--file", "large.txt"], "larger than 1 MiB"),
        (["..."], "nothing to speak"),
        ([""], "nothing to speak"),
        (["Hello.", "--target", "2"], "2"),
        (["Hello.", "--port", "99999"], "99999"),
        (["Hello.", "--out", "latin.txt"], "latin.txt"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_starts(refused, tmp_path, arguments, said):
    (tmp_path / "latin.txt").write_bytes("café".encode("latin-1"))
    (tmp_path / "large.txt").write_bytes(b"x" * 1_100_000)
    assert said in refused("demo", "--exit", "--no-browser", *arguments)


@pytest.mark.skipif(sys.platform != "linux", reason="files and arguments as Linux has them")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Hello.", "--out", "/proc/nowhere"], "can't be written to"),
        (["--file", "/dev/zero"], "larger than 1 MiB"),
        ([b"caf\xe9"], "not valid Unicode"),
    ],
)
def test_what_only_looks_like_a_folder_a_file_or_a_text_is_said_too(run, arguments, said):
    done = run("demo", "--exit", "--no-browser", *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_a_port_that_is_taken_is_said(run):
    import socket  # noqa: PLC0415 - for this test alone

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = run("demo", "Hello.", "--exit", "--no-browser", "--port", str(other.getsockname()[1]))
    assert done.returncode == 2
    assert "in use" in done.stderr
