# test_manual_broadcast.py
import asyncio
from progresskit.integrations.manager import get_websocket_manager

async def test_broadcast():
    manager = get_websocket_manager()

    await manager.broadcast_progress(
        project_id="test_project",
        task_name="manual_test",
        progress=0.5,
        status="in_progress",
        message="Manual test message"
    )

if __name__ == "__main__":
    asyncio.run(test_broadcast())
