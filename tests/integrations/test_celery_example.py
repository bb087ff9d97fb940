"""The example runs as its README says: a worker, and an app that clicks once for each form of the pipeline."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "celery_pipeline"


@pytest.fixture
def redis_url(workers, valkey):
    worker = workers.start("threads", "tasks", FOLDER, queue="celery", REDIS_URL=valkey)
    yield valkey
    worker.process.terminate()
    worker.process.wait(15)


def test_both_forms_of_the_pipeline_run_to_their_end(redis_url):
    environment = {**os.environ, "REDIS_URL": redis_url, "PROGRESSKIT_EXAMPLE_ONCE": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for line in ("pipeline", "broadcast_pipeline"):
        said = re.findall(rf"^{line} (\w+) ([\d.]*) ", done.stdout, re.MULTILINE)
        statuses = [status for status, _ in said]
        progress = [float(fraction) for _, fraction in said if fraction]
        assert (statuses[0], statuses[-1]) == ("queued", "completed"), done.stdout
        assert progress == sorted(progress)
        assert {0.25, 0.5, 0.75, 0.9, 1.0} <= {round(fraction, 6) for fraction in progress}
