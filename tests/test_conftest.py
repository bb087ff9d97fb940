"""The helpers that other tests rest on do what they say."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import anyio
import httpx
import pytest
import sniffio

pytest_plugins = ["pytester"]

SKIPS = """
import pytest

def test_by_fixture(require_component):
    require_component("no_such_package", "install it")

@pytest.mark.needs("no_such_package")
def test_by_mark():
    raise AssertionError

def test_by_importorskip():
    pytest.importorskip("no_such_package")

@pytest.mark.skipif(True, reason="another operating system")
def test_elsewhere():
    raise AssertionError

@pytest.mark.xfail(reason="skipped because of what it says", strict=True)
def test_expected():
    raise AssertionError
"""


MODULE = """
import pytest
pytest.importorskip("no_such_package")
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    monkeypatch.delenv("PROGRESSKIT_REQUIRE_ALL", raising=False)
    shutil.copy(Path(__file__).with_name("conftest.py"), pytester.path)
    pytester.makeini("[pytest]\nanyio_mode = auto\nmarkers = long: a long form\n")

    def run(*arguments: str, **modules: str):
        pytester.makepyfile(**modules)
        # Not in this process: loading a hypothesis profile would change the one of this run.
        return pytester.runpytest_subprocess("-rs", "-p", "no:cacheprovider", *arguments)

    return run


def test_a_missing_component_is_a_skip_that_says_what_to_do(suite):
    result = suite(test_skips=SKIPS, test_module=MODULE)
    assert result.parseoutcomes() == {"skipped": 5, "xfailed": 1}
    result.stdout.fnmatch_lines(["*skipped because no_such_package is missing: install it"])


def test_a_missing_component_is_a_failure_where_everything_is_required(suite, monkeypatch):
    monkeypatch.setenv("PROGRESSKIT_REQUIRE_ALL", "1")
    # An error is a failure of what stands around a test: here the mark, and the module.
    result = suite("--continue-on-collection-errors", test_skips=SKIPS, test_module=MODULE)
    assert result.parseoutcomes() == {"failed": 2, "errors": 2, "skipped": 1, "xfailed": 1}
    result.stdout.fnmatch_lines(["*skipped because no_such_package is missing: install it", "*nothing may be missing*"])


def test_long_forms_run_only_when_asked_for(suite):
    module = "import pytest\n@pytest.mark.long\ndef test_long(long_form): assert long_form\ndef test_short(): pass\n"
    assert suite(test_forms=module).parseoutcomes() == {"passed": 1, "deselected": 1}
    assert suite("--long", test_forms=module).parseoutcomes() == {"passed": 2}


def test_what_is_there_is_returned(require_component):
    assert require_component("httpx") is httpx


seen: set[str] = set()


async def test_async_tests_run_on_each_event_loop(anyio_backend):
    assert sniffio.current_async_library() == anyio_backend
    seen.add(anyio_backend)


def test_both_event_loops_were_seen():
    assert seen == {"asyncio", "trio"}


async def hello(scope, _receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


async def test_a_served_app_answers_and_stops(serve):
    url = serve(hello)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/a")).text == "/a"
    serve.stop(url)
    assert not any(thread.name == f"uvicorn {url}" for thread in threading.enumerate())
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as client:
            await client.get(url)


def test_a_stopped_server_starts_again_on_its_port(serve):
    url = serve(hello)
    httpx.get(url)
    serve.stop(url)
    assert serve(hello, port=int(url.rpartition(":")[2])) == url
    assert httpx.get(f"{url}/again").text == "/again"


def test_a_server_that_is_left_when_a_test_ends_finishes_what_it_began_and_shuts_down(serve):
    began, did = threading.Event(), []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            for what in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{what}"
                await send({"type": f"lifespan.{what}.complete"})
                did.append(what)
        else:
            began.set()
            await anyio.sleep(0.3)
            await hello(scope, receive, send)
            did.append("answer")

    url = serve(app)
    client = threading.Thread(target=lambda: did.append(httpx.get(f"{url}/a").text))
    client.start()
    assert began.wait(5)
    serve.stop_all()
    client.join(5)
    assert sorted(did) == ["/a", "answer", "shutdown", "startup"]


async def broken(scope, _receive, send):
    assert scope["type"] == "lifespan"
    await send({"type": "lifespan.startup.failed", "message": "no store"})


def test_an_app_that_does_not_start_fails_the_test(serve):
    with pytest.raises(pytest.fail.Exception, match="didn't start"):
        serve(broken)
