"""A worker thread reports, and the main thread waits for it and prints what it sees."""

import threading
import time

import anyio

from progresskit import MemoryTransport, Publisher, watch


def render(publisher: Publisher) -> None:
    """Pretend to render a video, in two stages."""
    with publisher.task("my_project", "render") as task:
        frames = task.stage("frames", weight=3)
        upload = task.stage("upload")
        with frames:
            for _frame in frames.track(range(60), "Rendering"):
                time.sleep(0.02)
        with upload:
            upload.progress(0.5, "Uploading")
        task.complete({"url": "https://example.com/video.mp4"})


async def main() -> None:
    """Follow the task until it is over."""
    transport = MemoryTransport()
    with Publisher(transport) as publisher:
        threading.Thread(target=render, args=(publisher,)).start()
        async with watch(transport, "my_project") as snapshots:
            async for snapshot in snapshots:
                task = snapshot.get("render")
                if task is None:
                    continue
                percent = "  ?" if task.progress is None else f"{task.progress:4.0%}"
                left = "" if task.eta_s is None else f", {task.eta_s:.1f} s left"
                print(f"{percent} {task.status}: {' > '.join(task.stage or [])} {task.message or ''}{left}")
                if task.terminal:
                    print("result:", task.result)
                    return


anyio.run(main)
