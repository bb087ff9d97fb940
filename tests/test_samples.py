"""Every sample runs: the Python blocks of the README and the docs, the examples in docstrings, the commands of make."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
from functools import partial
from pathlib import Path

import anyio
import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = sorted(
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "src").rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


def run_block(example) -> str | None:
    """Run one block in the namespace of its page; ``await`` at the top level works, as in a notebook."""
    # Lines are counted from the page's start, so that a traceback leads there.
    source = "\n" * (example.line + example.parsed.line_offset) + example.parsed
    code = compile(source, example.path, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    outcome = eval(code, example.namespace)
    if inspect.iscoroutine(outcome):
        anyio.run(partial(_finish, outcome))
    return None


async def _finish(coroutine) -> None:
    await coroutine


SYBIL = Sybil([CodeBlockParser("python", run_block)])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_blocks_of_a_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for example in SYBIL.parse(page).examples():
        example.evaluate()


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_true(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert outcome.attempted > 0
    assert outcome.failed == 0, "the differences are printed above"


def test_the_commands_of_make_that_are_named_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {(page.name, name) for page in PAGES for name in make_commands(page.read_text(encoding="utf-8"))}
    assert ("README.md", "demo") in named
    assert [(page, name) for page, name in named if name not in targets] == []


def make_commands(text: str) -> list[str]:
    """Return the targets in code: blocks and spans, not prose that says "make sure"."""
    code = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\bmake ([a-z][a-z-]*)", "\n".join(code + re.findall(r"`[^`]+`", prose)))


@pytest.fixture
def page(tmp_path):
    def write(text: str) -> None:
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        for example in SYBIL.parse(path).examples():
            example.evaluate()

    return write


def test_blocks_share_a_namespace_and_may_await(page):
    blocks = ["import anyio\nn = 1", "await anyio.sleep(0)\nn += 1", "assert n == 2"]
    page("\n".join(f"```python\n{block}\n```\n" for block in blocks))


def test_a_block_that_fails_is_found_with_its_line(page):
    with pytest.raises(ZeroDivisionError) as caught:
        page("# A page\n\n```python\nn = 1\n1 / 0\n```\n")
    assert caught.traceback[-1].lineno == 4  # counted from 0


def test_make_commands_are_read_from_code_alone():
    assert make_commands("make sure\n```sh\n$ make demo\n```\nand `make test-long ARGS=x`.") == ["demo", "test-long"]
