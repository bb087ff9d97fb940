"""A FastAPI app whose background task is shown live on a page, in one process.

Needs: pip install 'progresskit[fastapi,server]'.

Run it with ``python fastapi_memory.py``, open the address that it prints, and press Ctrl-C to end.
"""

import asyncio
import contextlib
import json
import os
import socket
import threading
import urllib.request

import uvicorn
from fastapi import FastAPI

from progresskit import Hub, MemoryTransport, Publisher
from progresskit.web import Gateway, allow_anyone

transport = MemoryTransport()
publisher = Publisher(transport)
gateway = Gateway(Hub(transport), authorize=allow_anyone)  # your own authorize, before this leaves your machine
app = FastAPI(lifespan=gateway.lifespan)
app.mount("/api/v1/ws", gateway)

running: set[asyncio.Task[None]] = set()


async def work(project_id: str) -> None:
    """Pretend to work for a while."""
    async with publisher.task(project_id, "work") as task:
        for step in range(20):
            await asyncio.sleep(0.05)
            task.progress((step + 1) / 20, f"step {step + 1} of 20")


@app.post("/projects/{project_id}/start")
async def start(project_id: str) -> dict[str, str]:
    """Start the work, and say where to watch it."""
    job = asyncio.create_task(work(project_id))
    running.add(job)
    job.add_done_callback(running.discard)
    return {"page": f"/api/v1/ws/projects/{project_id}/view"}


def try_it(url: str, server: uvicorn.Server) -> None:
    """Start the work as a client would, and follow it by server-sent events until it is done."""
    with urllib.request.urlopen(urllib.request.Request(f"{url}/projects/demo/start", method="POST")) as answer:
        print("watch it:", url + json.load(answer)["page"])
    with urllib.request.urlopen(f"{url}/api/v1/ws/projects/demo/events") as stream:
        for line in stream:
            if line.startswith(b"data: "):
                frame = json.loads(line.removeprefix(b"data: "))
                print(frame["type"], frame.get("progress", ""), frame.get("message", ""))
                if frame["type"] == "completed":
                    break
    if os.environ.get("PROGRESSKIT_EXAMPLE_ONCE"):
        server.should_exit = True


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
