from celery import shared_task
from progresskit.integrations.manager import get_websocket_manager
import asyncio

@shared_task(bind=True)
def my_long_running_task(self, project_id: str):
    manager = get_websocket_manager()

    def broadcast(progress: float, message: str):
        asyncio.run(
            manager.broadcast_progress(
                project_id=project_id,
                task_name="my_task",
                progress=progress,
                status="in_progress",
                message=message
            )
        )

    try:
        broadcast(0.2, "Step 1: Initializing...")
        step1_result = do_step1()

        broadcast(0.5, "Step 2: Processing...")
        step2_result = do_step2(step1_result)

        broadcast(0.8, "Step 3: Finalizing...")
        final_result = do_step3(step2_result)

        asyncio.run(
            manager.broadcast_completion(
                project_id=project_id,
                task_name="my_task",
                result={"output": final_result}
            )
        )

        return final_result

    except Exception as e:
        asyncio.run(
            manager.broadcast_error(
                project_id=project_id,
                task_name="my_task",
                error=str(e)
            )
        )
        raise
