"""Run scripts of the npm package in js, and install what they need first where it is needed.

    python .ci/js.py lint test

Where Node (or Chromium, for the tests in a browser) is missing this says so, and goes on; in CI
(``PROGRESSKIT_REQUIRE_ALL``) it fails.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 20
JS = Path(__file__).resolve().parent.parent / "js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
INSTALLED = JS / "node_modules" / ".progresskit"


def say(text: str) -> None:
    """Tell the user one thing, on stderr."""
    print(f"progresskit: {text}", file=sys.stderr, flush=True)


def missing_of_node() -> str | None:
    """Return what is missing of Node and npm; None: nothing."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return "Node isn't installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST:
        return f"{node} is {version}"
    return None


def lack(what: str) -> None:
    """Say what isn't tested here, and why; in CI that is a failure."""
    say(what)
    if os.environ.get("PROGRESSKIT_REQUIRE_ALL"):
        sys.exit(1)


def npm(*arguments: str, **variables: str) -> None:
    """Run npm in js, and leave where it fails."""
    words = [str(shutil.which("npm")), *arguments]
    if subprocess.run(words, check=False, cwd=JS, env=os.environ | variables, stdout=sys.stderr).returncode != 0:
        say(f"npm {' '.join(arguments)} failed, for the reason above")
        sys.exit(1)


def main() -> None:
    """Install what package-lock.json says where another was installed, and run the scripts."""
    missing = missing_of_node()
    if missing is not None:
        lack(f"{missing}, so the browser's side (js) isn't tested: Node {OLDEST} or newer is needed")
        return
    chromium = next(filter(None, map(shutil.which, BROWSERS)), "")
    if not chromium:
        lack("Chromium isn't installed, so the browser's side (js) isn't tested in a browser")
    wanted = hashlib.sha256((JS / "package-lock.json").read_bytes()).hexdigest()
    if not INSTALLED.exists() or INSTALLED.read_text(encoding="utf-8") != wanted:
        npm("ci", "--silent")
        INSTALLED.write_text(wanted, encoding="utf-8")
    for script in sys.argv[1:]:
        # The gateway that the tests in a browser talk to runs in this Python.
        npm("run", "--silent", script, PYTHON=sys.executable, CHROMIUM=chromium)


if __name__ == "__main__":
    main()
