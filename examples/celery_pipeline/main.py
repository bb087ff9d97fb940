"""A FastAPI app that starts the pipelines of this folder, and serves their progress.

Needs: pip install 'progresskit[celery,redis,fastapi,server]' 'celery[redis]', a Redis or Valkey, and a worker: see
the README.

Run it with ``python main.py``, open the address that it prints, and press Ctrl-C to end.
"""

import contextlib
import json
import os
import socket
import threading
import urllib.request

import uvicorn
from broadcast_tasks import LINE, start_broadcast_video
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
from tasks import PROGRESS_URL, start_video, video

from progresskit.web import Gateway, allow_anyone

PAGE_ORIGIN = os.environ.get("PAGE_ORIGIN", "http://localhost:3000")  # examples/nextjs

# Your own authorize, before this leaves your machine.
gateway = Gateway(PROGRESS_URL, authorize=allow_anyone, allow_origins=[PAGE_ORIGIN])
app = FastAPI(lifespan=gateway.lifespan)
app.mount("/api/v1/ws", gateway)
# The page posts to the app itself. Preflights for the gateway end here too: hence the headers and the credentials.
app.add_middleware(
    CORSMiddleware, allow_origins=[PAGE_ORIGIN], allow_methods=["*"], allow_headers=["*"], allow_credentials=True
)


class VideoRequest(BaseModel):
    """What the page posts."""

    topic: str


@app.post("/api/v1/projects/{project_id}/generate-video")
def generate_video(project_id: str, request: VideoRequest) -> dict[str, str]:
    """Start the pipeline, and say where to watch it."""
    return answer(project_id, start_video(project_id, request.topic).id)


@app.post("/api/v1/projects/{project_id}/generate-video-by-hand")
async def generate_video_by_hand(project_id: str, request: VideoRequest) -> dict[str, str]:
    """Start the steps that broadcast by hand."""
    return answer(project_id, (await start_broadcast_video(project_id, request.topic)).id)


def answer(project_id: str, task_id: str) -> dict[str, str]:
    """Say which task it is, and where its progress is."""
    return {"task_id": task_id, "status": "queued", "stream": f"/api/v1/ws/projects/{project_id}/stream"}


def try_it(url: str, server: uvicorn.Server) -> None:
    """Click as a page would, once for each form, and follow the lines by server-sent events until they end."""
    print(f"watch it: {url}/api/v1/ws/projects/demo/view")
    for path, line in ("generate-video", video.task_name), ("generate-video-by-hand", LINE):
        with urllib.request.urlopen(f"{url}/api/v1/ws/projects/demo/events") as stream:
            frames = (json.loads(sent.removeprefix(b"data: ")) for sent in stream if sent.startswith(b"data: "))
            next(frames)  # the snapshot: what there was before
            click(f"{url}/api/v1/projects/demo/{path}")
            for frame in frames:
                if frame.get("task_name") == line:
                    print(line, frame["status"], frame.get("progress", ""), frame.get("message", ""), flush=True)
                    if frame["type"] in {"completed", "error"}:
                        break
    if os.environ.get("PROGRESSKIT_EXAMPLE_ONCE"):
        server.should_exit = True


def click(url: str) -> None:
    """Post a topic as a JSON body."""
    body = json.dumps({"topic": "AI 2026"}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"})) as done:
        print(done.read().decode())


def main() -> None:
    """Serve on a free port of this machine."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.listen()  # so that the first request waits for the server instead of being refused
    threading.Thread(target=try_it, args=(url, server), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()
