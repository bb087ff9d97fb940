"""The gateway as a FastAPI router, which brings its own lifespan. Needs the extra ``fastapi``.

::

    app.include_router(progress_router("redis://localhost:6379/0", authorize=authorize), prefix="/api/v1/ws")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from progresskit.errors import MissingDependencyError

try:
    from fastapi import APIRouter
except ImportError as error:
    raise MissingDependencyError.for_extra(package="fastapi", extra="fastapi") from error

from progresskit.web.app import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterable

    from progresskit.hub import Hub
    from progresskit.web.access import Authorize

__all__ = ["progress_router"]


def progress_router(hub_or_url: Hub | str, *, authorize: Authorize, allow_origins: Iterable[str] = ()) -> APIRouter:
    """Return a router with all routes of a gateway; the app that includes it runs the hub.

    FastAPI's ``dependencies`` don't reach these routes: who may do what is ``authorize``'s to say.

    Args:
        hub_or_url: The hub; a URL's hub is the router's own.
        authorize: As in :class:`~progresskit.web.Gateway`.
        allow_origins: As in :class:`~progresskit.web.Gateway`.
    """
    gateway = Gateway(hub_or_url, authorize=authorize, allow_origins=allow_origins)
    return APIRouter(routes=gateway.routes, lifespan=gateway.lifespan)
