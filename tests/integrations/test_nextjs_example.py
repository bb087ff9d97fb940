"""The page in Next.js, as its README says: built, served on an origin of its own, and opened in a real browser."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.needs("npm", "chromium")

ROOT = Path(__file__).parents[2]
API = ROOT / "examples" / "celery_pipeline"
APP = ROOT / "examples" / "nextjs"
PACKAGE = ROOT / "src" / "progresskit" / "web" / "static" / "progresskit.tgz"

# The Chromium is that of the live page's tests.
spec = importlib.util.spec_from_file_location("chromium", ROOT / "tests" / "web" / "static" / "conftest.py")
browser = importlib.util.module_from_spec(spec)
spec.loader.exec_module(browser)
chromium, page = browser.chromium, browser.page


def free_ports():
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


@contextmanager
def ending(process):
    try:
        yield
    finally:
        process.terminate()
        process.wait(15)


def answers(url):
    try:
        httpx.get(url)
    except httpx.TransportError:
        return False
    return True


@pytest.fixture(scope="module")
def app(require_component):
    """Return a copy of the example beside the package, as they stand in the repository, with all installed."""
    npm = require_component("npm")
    with tempfile.TemporaryDirectory() as root:  # not pytest's own, which would keep three of its size
        app = Path(root, APP.relative_to(ROOT))
        shutil.copytree(APP, app, ignore=shutil.ignore_patterns("node_modules", ".next", ".env.*"))
        package = Path(root, PACKAGE.relative_to(ROOT))
        package.parent.mkdir(parents=True)
        shutil.copy(PACKAGE, package)
        command = [npm, "ci", "--prefer-offline", "--fetch-retry-mintimeout=1000"]
        installed = subprocess.run(command, cwd=app, capture_output=True, text=True, check=False)
        if installed.returncode != 0:  # an old Node, no network
            pytest.skip(f"skipped because `npm ci` failed:\n{installed.stderr}")
        yield app


@pytest.fixture(scope="module")
def port(app, require_component, workers, valkey, eventually):
    """Return the port of the page; the API lets it in by the name ``localhost``."""
    api, port = free_ports()
    environment = {
        **os.environ,
        "REDIS_URL": valkey,
        "PAGE_ORIGIN": f"http://localhost:{port}",
        "NEXT_PUBLIC_API_URL": f"http://localhost:{api}/api/v1",
    }
    subprocess.run([require_component("npm"), "run", "build"], cwd=app, env=environment, check=True)
    serve_api = [sys.executable, "-m", "uvicorn", "main:app", "--port", str(api)]
    serve_page = [app / "node_modules" / ".bin" / "next", "start", "--hostname", "127.0.0.1", "--port", str(port)]
    with (
        ending(subprocess.Popen(serve_api, cwd=API, env=environment)),
        ending(subprocess.Popen(serve_page, cwd=app, env=environment)),
        ending(workers.start("threads", "tasks", API, queue="celery", REDIS_URL=valkey).process),
    ):
        for url in (f"http://127.0.0.1:{api}", f"http://127.0.0.1:{port}"):
            eventually(lambda url=url: answers(url))
        yield port


def test_a_click_is_followed_from_the_worker_to_the_page(page, port, store, eventually):
    with store.follow("demo1") as events:
        page.goto(f"http://localhost:{port}/projects/demo1")
        page.wait_until("document.querySelector('.badge').textContent === 'Connected'")
        page.evaluate(
            """
            bar = [];
            const percent = document.querySelector("output");
            const look = () => bar.push(parseInt(percent.textContent));
            new MutationObserver(look).observe(percent, { characterData: true, subtree: true });
            document.querySelector("button").click();
            """
        )
        page.wait_until("document.querySelector('.status').textContent === 'Status: completed'")
        eventually(lambda: events and events[-1].type == "completed")

    bar = page.evaluate("bar")
    assert len(bar) > 4
    assert bar == sorted(set(bar))
    assert bar[-1] == 100
    log = page.evaluate(
        """Array.from(document.querySelectorAll(".log li"), (entry) =>
            Array.from(entry.querySelectorAll("b, span"), (word) => word.textContent))"""
    )
    assert log == [[event.type, event.message or ""] for event in reversed(events)]
    assert page.complaints == []


def test_a_page_of_another_origin_hears_of_nothing_and_starts_nothing(page, port, store, eventually):
    page.goto(f"http://127.0.0.1:{port}/projects/demo2")  # the same page, by a name that the API doesn't let in
    page.wait_until("!document.querySelector('button').disabled")
    page.evaluate("document.querySelector('button').click()")
    page.wait_until("document.querySelector('[role=alert]')")
    # What the page complains of is heard while it is asked something.
    eventually(lambda: page.text(".badge") and any("Unexpected response code: 403" in said for said in page.complaints))
    assert page.text(".badge") == "Disconnected"
    assert store.task("demo2", "pipeline") is None


def test_the_lockfile_takes_the_package_as_it_is():
    """A hash would hold until the next build of the package, and ``npm ci`` refuse every other."""
    locked = json.loads((APP / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert "integrity" not in locked["node_modules/progresskit"]
