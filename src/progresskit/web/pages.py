"""The live page and its files, as they are served: from the package, cached by ETag, under a strict policy."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

__all__ = ["PUBLIC_FILES", "packaged_file"]

PUBLIC_FILES: Final = (
    "progresskit.js",
    "view.css",
    *(f"js/{name}.js{end}" for name in ("client", "element", "index", "view") for end in ("", ".map")),
)
"""What is served to everybody under its own name: what the page is made of, and the browser client."""

# The one image is the page's icon, which it carries itself. The stream too is connect-src 'self', which
# takes in ws: and wss: of the same host (CSP 3, 6.7.2.8).
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of the page: its own scripts and styles only, and no framing."""

_MEDIA_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".map": "application/json",
}


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    etag: str


@functools.cache
def _read(name: str) -> _File:
    content = resources.files("progresskit.web").joinpath("static", name).read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return _File(content, _MEDIA_TYPES["." + name.rpartition(".")[2]], etag)


def packaged_file(connection: HTTPConnection, name: str) -> Response:
    """Return a file of ``web/static``, or 304 where the client has it.

    Args:
        connection: The request.
        name: The file's name; a constant, never a client's word.
    """
    file = _read(name)
    # Kept by the browser, but asked for each time: a new version shows at once.
    headers = {"etag": file.etag, "cache-control": "no-cache"}
    if file.media_type == "text/html":
        headers["content-security-policy"] = POLICY
    known = {tag.strip().removeprefix("W/") for tag in connection.headers.get("if-none-match", "").split(",")}
    if known & {file.etag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
