"""The four steps of a video as a pipeline: one line of progress, moved by each step as it works."""

import os
import time
from collections.abc import Iterator

from celery import Celery, chain
from celery.result import AsyncResult

from progresskit.integrations.celery import Pipeline, current_task_reporter, instrument

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379")
PROGRESS_URL = f"{REDIS_URL}/1"

app = Celery("tasks", broker=f"{REDIS_URL}/0", backend=f"{REDIS_URL}/0", include=["broadcast_tasks"])
app.conf.broker_connection_retry_on_startup = True
instrument(app, PROGRESS_URL)

video = Pipeline("pipeline", {"script": 25, "audio": 25, "video": 25, "lipsync": 25})


def work() -> Iterator[int]:
    """Pretend to work on ten items."""
    for item in range(10):
        time.sleep(0.02)
        yield item


@app.task
def write_script(topic: str) -> dict[str, str]:
    """Write a script; ``track`` counts, and stops where somebody asks the pipeline to stop."""
    sentences = [f"{topic}, take {item}." for item in current_task_reporter().track(work(), "Writing", total=10)]
    return {"script": " ".join(sentences)}


@app.task
def speak(made: dict[str, str]) -> dict[str, str]:
    """Speak the script."""
    for _ in current_task_reporter().track(work(), "Speaking", total=10):
        pass
    return made | {"audio_url": "audio.wav"}


@app.task
def film(made: dict[str, str]) -> dict[str, str]:
    """Film the script."""
    for _ in current_task_reporter().track(work(), "Filming", total=10):
        pass
    return made | {"video_url": "video.mp4"}


@app.task
def sync_lips(made: dict[str, str]) -> dict[str, str]:
    """Bring sound and picture together; what the last step returns is the pipeline's result."""
    current_task_reporter().progress(0.6, "Moving the lips")  # of this step: 0.9 of the whole
    time.sleep(0.2)
    return {"final_video_url": made["video_url"].replace("video", "final")}


def start_video(project_id: str, topic: str) -> AsyncResult:
    """Send the four steps off."""
    workflow = chain(
        video.step("script", write_script.s(topic)),
        video.step("audio", speak.s()),
        video.step("video", film.s()),
        video.step("lipsync", sync_lips.s()),
    )
    return video.start(workflow, project_id=project_id)
