from celery import shared_task
from progresskit.integrations.manager import get_websocket_manager
from progresskit.audio import AudioCorrectionLoop
import asyncio

@shared_task(bind=True)
def generate_verified_audio(
    self,
    project_id: str,
    script: str,
    voice_id: str
):
    manager = get_websocket_manager()
    loop = AudioCorrectionLoop()

    def on_progress(progress: float, message: str, metadata: dict = None):
        asyncio.run(
            manager.broadcast_progress(
                project_id=project_id,
                task_name="audio_generation",
                progress=progress,
                status="in_progress",
                message=message,
                metadata=metadata
            )
        )

    try:
        on_progress(0.1, "Generating TTS audio...")

        result = loop.generate_verified_audio(
            text=script,
            voice_id=voice_id,
            on_progress=on_progress
        )

        asyncio.run(
            manager.broadcast_completion(
                project_id=project_id,
                task_name="audio_generation",
                result={
                    "audio_url": result["audio_url"],
                    "accuracy": result["accuracy"],
                    "attempts": result["attempts"]
                }
            )
        )

        return result

    except Exception as e:
        asyncio.run(
            manager.broadcast_error(
                project_id=project_id,
                task_name="audio_generation",
                error=str(e),
                details={"voice_id": voice_id}
            )
        )
        raise
