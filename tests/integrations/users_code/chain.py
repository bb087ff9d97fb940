from celery import shared_task, chain
from progresskit.integrations.manager import get_websocket_manager
import asyncio

@shared_task(bind=True)
def step1_script_generation(self, project_id: str, topic: str):
    manager = get_websocket_manager()

    asyncio.run(
        manager.broadcast_progress(
            project_id=project_id,
            task_name="pipeline",
            progress=0.25,
            status="in_progress",
            message="Generating script..."
        )
    )

    script = generate_script(topic)
    return {"project_id": project_id, "script": script}

@shared_task(bind=True)
def step2_audio_generation(self, data: dict):
    project_id = data["project_id"]
    script = data["script"]
    manager = get_websocket_manager()

    asyncio.run(
        manager.broadcast_progress(
            project_id=project_id,
            task_name="pipeline",
            progress=0.5,
            status="in_progress",
            message="Generating audio..."
        )
    )

    audio_url = generate_audio(script)
    data["audio_url"] = audio_url
    return data

@shared_task(bind=True)
def step3_video_generation(self, data: dict):
    project_id = data["project_id"]
    manager = get_websocket_manager()

    asyncio.run(
        manager.broadcast_progress(
            project_id=project_id,
            task_name="pipeline",
            progress=0.75,
            status="in_progress",
            message="Generating video..."
        )
    )

    video_url = generate_video(data["script"])
    data["video_url"] = video_url
    return data

@shared_task(bind=True)
def step4_lipsync(self, data: dict):
    project_id = data["project_id"]
    manager = get_websocket_manager()

    asyncio.run(
        manager.broadcast_progress(
            project_id=project_id,
            task_name="pipeline",
            progress=0.9,
            status="in_progress",
            message="Processing lipsync..."
        )
    )

    final_url = process_lipsync(data["video_url"], data["audio_url"])

    asyncio.run(
        manager.broadcast_completion(
            project_id=project_id,
            task_name="pipeline",
            result={"final_video_url": final_url}
        )
    )

    return {"final_video_url": final_url}

from fastapi import APIRouter

router = APIRouter()

@router.post("/projects/{project_id}/generate-video")
async def generate_video_endpoint(project_id: str, topic: str):
    manager = get_websocket_manager()

    await manager.broadcast_status(
        project_id=project_id,
        task_name="pipeline",
        status="queued",
        message="Video generation pipeline started"
    )

    workflow = chain(
        step1_script_generation.s(project_id, topic),
        step2_audio_generation.s(),
        step3_video_generation.s(),
        step4_lipsync.s()
    )

    task = workflow.apply_async()

    return {
        "task_id": task.id,
        "status": "queued",
        "message": "Connect to WebSocket for real-time updates",
        "websocket_url": f"ws://localhost:8000/api/v1/ws/projects/{project_id}/stream"
    }
