# ruff: noqa: INP001 - a script, no package
"""A live gateway for the tests in a browser: ``python gateway.py PORT``; its store is in memory.

It lets everybody in; who brings the token ``short`` for 1 s, and who brings ``wrong`` not at all. It serves an
empty page at ``/``, and the built modules at ``/js``. It ends with its standard input.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from importlib import resources
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from progresskit.web import Action, Gateway, Grant, NotAuthenticated, bearer_token

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


def authorize(connection: HTTPConnection, _project_id: str | None, _action: Action) -> Grant:
    """Let in by the token."""
    token = bearer_token(connection)
    if token == "wrong":  # noqa: S105 - a test's
        raise NotAuthenticated
    return Grant("test", expires_at=time.time() + 1 if token == "short" else None)  # noqa: S105 - a test's


async def page(_request: object) -> HTMLResponse:
    """Show nothing."""
    return HTMLResponse("<!doctype html><title>test</title><link rel=icon href=data:,><body>")


def end_with_input() -> None:
    """End where the test that started this is gone, however it went."""
    sys.stdin.read()
    os._exit(0)


gateway = Gateway("memory://", authorize=authorize)
modules = resources.files("progresskit.web").joinpath("static", "js")
app = Starlette(
    routes=[
        Route("/", page),
        Mount("/js", StaticFiles(directory=str(modules))),
        Mount("/api/v1/ws", gateway),
    ],
    lifespan=gateway.lifespan,
)
threading.Thread(target=end_with_input, daemon=True).start()
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", timeout_graceful_shutdown=2)
