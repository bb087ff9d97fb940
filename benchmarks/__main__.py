"""Print what progresskit costs, beside what it is compared with: ``make bench``, or ``python benchmarks``.

All numbers of a row come from one run, in turns: they compare, whatever else the machine does. Nothing here
is a test: an aim that isn't met is printed, and only what can't be measured at all makes the exit code 1.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import traceback
from importlib.metadata import PackageNotFoundError, version

from calls import progress_rows, track_rows
from fanout import fanout_rows, sse_rows, stalled_rows, stuck_rows
from imports import import_rows
from rows import Row, head
from scoring import scoring_rows
from speech import speech_rows
from stores import fault_rows, redis_rows

_PARTS = {
    "progress": progress_rows,
    "track": track_rows,
    "import": import_rows,
    "fanout": fanout_rows,
    "sse": sse_rows,
    "stuck": stuck_rows,
    "stalled": stalled_rows,
    "redis": redis_rows,
    "faults": fault_rows,
    "scoring": scoring_rows,
    "speech": speech_rows,
}
_PACKAGES = (
    *("progresskit", "pydantic", "anyio", "starlette", "uvicorn", "websockets"),
    *("sse-starlette", "tqdm", "redis", "celery", "jiwer", "whisper-normalizer"),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description="print what progresskit costs, as ratios")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(_PARTS)}")
    parser.add_argument("--quick", action="store_true", help="only see that all of it runs: few rounds, few clients")
    options = parser.parse_args()
    unknown = set(options.parts) - _PARTS.keys()
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    print(_environment(), end="\n\n", flush=True)
    print(head(), flush=True)
    began = time.monotonic()
    failed = 0
    for name in options.parts or _PARTS:
        try:
            for row in _PARTS[name](quick=options.quick):
                print(row.printed(judged=not options.quick) if isinstance(row, Row) else row, flush=True)
        except Exception:  # noqa: BLE001 - the other parts can be measured all the same
            failed += 1
            print(f"{name}: failed", flush=True)
            traceback.print_exc()
    quick = "; too quick to judge by" if options.quick else ""
    print(f"\nMedians of the rounds; {time.monotonic() - began:.0f} s{quick}. CPU is that of the server's process.")
    return 1 if failed else 0


def _environment() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    machine = f"Python {platform.python_version()} on {platform.system()}, {os.cpu_count()} processors{load}"
    return f"{machine}; {', '.join(map(_versioned, _PACKAGES))}"


def _versioned(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"


if __name__ == "__main__":
    sys.exit(main())
