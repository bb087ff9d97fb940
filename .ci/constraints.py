"""Make ``constraints.txt``: the newest versions, fit for every supported Python, of all that ``make`` installs.

For each Python pip chooses among the packages that have a wheel there; the lowest of its choices is then held
on all of them, and tried again. Where a Python has no wheel of something at all, that is said: there pip builds
it from source. What only another system needs (colorama on Windows) isn't seen here, and stays free.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
NO_WHEEL = "no matching distributions available for your environment:"
HEADER = "# Made by `make constraints`; what `make` installs is held to these versions.\n"


def resolve(pip: list[str], python: str, *options: str) -> dict[str, str] | str:
    """Have pip choose the versions for a Python, without installing anything; a str says why it can't."""
    where = ["--python-version", python, "--only-binary", ":all:", "--target", "unused"]
    what = [".[demo]", "--group", "dev", "pip", "hatchling", "editables"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [*pip, "install", "--dry-run", "--ignore-installed", "--report", report, *where, *options, *what]
        done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=ROOT)
        if done.returncode != 0:
            missing = done.stdout.partition(NO_WHEEL)[2].partition("\n\n")[0].split()
            return f"no wheel of {', '.join(missing)}" if missing else done.stderr
        chosen = [item["metadata"] for item in json.loads(report.read_bytes())["install"] if not item["is_direct"]]
    # The normal form of https://packaging.python.org/en/latest/specifications/name-normalization/
    return {re.sub("[-_.]+", "-", each["name"]).lower(): each["version"] for each in chosen}


def release(version: str) -> list[int]:
    """Return what orders versions; near enough, since pip chooses no pre-releases."""
    return [int(number) for number in re.findall(r"\d+", version)]


def main() -> None:
    """Write the file, and say where it may not hold."""
    with tempfile.TemporaryDirectory() as folder:
        # An environment of its own: the project's may be one that these very constraints keep from being made.
        venv.create(folder, with_pip=True)
        pip = [str(next(Path(folder).glob("[bS]*/python*"))), "-m", "pip"]
        subprocess.run([*pip, "install", "-qq", "--upgrade", "pip"], check=True, stdout=sys.stderr)
        choices = [chosen for python in PYTHONS if isinstance(chosen := resolve(pip, python), dict)]
        names = sorted(set().union(*choices))
        pins = {name: min((chosen[name] for chosen in choices if name in chosen), key=release) for name in names}
        lines = "".join(f"{name}=={version}\n" for name, version in pins.items())
        CONSTRAINTS.write_text(HEADER + lines, encoding="utf-8", newline="\n")
        for python in PYTHONS:
            held = resolve(pip, python, "--constraint", str(CONSTRAINTS))
            print(f"Python {python}: {held if isinstance(held, str) else 'all in wheels'}", file=sys.stderr)


if __name__ == "__main__":
    main()
