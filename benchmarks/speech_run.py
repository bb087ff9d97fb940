"""One text, spoken and verified by the offline pair in a process of its own: ``MODE SEED TARGET [--quick]``."""

from __future__ import annotations

import json
import sys
import time

import onnxruntime

SCRIPT = (
    "The old house by the river was sold for $900,000 on May 3rd. "
    "Nobody in the village knew who had bought it, or why. "
    "Dr. Robert Hill isn't the man to answer such questions. "
    "At 3:30 PM a long black car stopped in front of the door. "
    "About 85% of the windows were broken, and the garden was full of weeds. "
    "It was not until the next morning that they found the letter."
)
ATTEMPTS = 5


def main(mode: str, seed: int, target: float, *, quick: bool) -> None:
    onnxruntime.set_seed(seed)  # before the voice is loaded: its noise is what makes takes differ
    from progresskit.audio import AudioCorrectionLoop  # noqa: PLC0415 - after the seed
    from progresskit.audio.strategies import Resample  # noqa: PLC0415 - as above

    options = {
        "ours": {},
        "whole": {"split": False, "strategies": [Resample()]},
        "overlapped": {"strategies": []},
        "sequential": {"strategies": [], "concurrency": 1},
    }[mode]
    with AudioCorrectionLoop(on_fail="best", **options) as loop:
        loop.generate_verified_audio("Good morning.", target_accuracy=0)  # loads both backends
        began = time.monotonic()
        text = SCRIPT.partition(". ")[0] if quick else SCRIPT
        result = loop.generate_verified_audio(text, max_attempts=1 if quick else ATTEMPTS, target_accuracy=target)
        wall_s = time.monotonic() - began
    print(json.dumps({"passed": result.passed, "audio_s": result.report.audio_s, "wall_s": wall_s}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), quick="--quick" in sys.argv)
