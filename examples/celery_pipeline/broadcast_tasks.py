"""The same four steps in the form that many apps have today: each says by hand how far the whole is."""

import asyncio
import time
from typing import Any

from celery import chain, shared_task
from celery.result import AsyncResult
from tasks import PROGRESS_URL

from progresskit.integrations.manager import configure, get_websocket_manager

configure(PROGRESS_URL)
manager = get_websocket_manager()

LINE = "broadcast_pipeline"


def broadcast(project_id: str, progress: float, message: str) -> None:
    """Say how far the pipeline is; a worker has no event loop, hence the ``asyncio.run``."""
    asyncio.run(manager.broadcast_progress(project_id, LINE, progress, message=message))


@shared_task
def script_step(project_id: str, topic: str) -> dict[str, Any]:
    """Write a script."""
    broadcast(project_id, 0.25, "Generating script...")
    time.sleep(0.2)
    return {"project_id": project_id, "script": f"A script on {topic}"}


@shared_task
def audio_step(data: dict[str, Any]) -> dict[str, Any]:
    """Speak the script."""
    broadcast(data["project_id"], 0.5, "Generating audio...")
    time.sleep(0.2)
    return data | {"audio_url": "audio.wav"}


@shared_task
def video_step(data: dict[str, Any]) -> dict[str, Any]:
    """Film the script."""
    broadcast(data["project_id"], 0.75, "Generating video...")
    time.sleep(0.2)
    return data | {"video_url": "video.mp4"}


@shared_task
def lipsync_step(data: dict[str, Any]) -> dict[str, Any]:
    """Bring sound and picture together, and say that all is done."""
    broadcast(data["project_id"], 0.9, "Processing lipsync...")
    time.sleep(0.2)
    result = {"final_video_url": data["video_url"].replace("video", "final")}
    asyncio.run(manager.broadcast_completion(data["project_id"], LINE, result))
    return result


async def start_broadcast_video(project_id: str, topic: str) -> AsyncResult:
    """Send the four steps off; ``queued`` starts the line anew, also where a step died without a word."""
    await manager.broadcast_status(project_id, LINE, "queued", "Video generation pipeline started")
    return chain(script_step.s(project_id, topic), audio_step.s(), video_step.s(), lipsync_step.s()).apply_async()
