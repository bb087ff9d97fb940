"""Which web pages may talk to a gateway: the Origin of sockets, and CORS.

Browsers send cookies along with whatever page asks for them, and let any page open a WebSocket to any
host. So a request that carries an ``Origin`` is answered only where that is the gateway's own or one
that the host has listed. What carries none comes from no page (curl, another server), or is a plain
navigation, which the page that caused it can't read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers

from progresskit import rules
from progresskit.logs import get_logger
from progresskit.web.refusals import FOREIGN_ORIGIN, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Scope

__all__ = ["Origins"]

_ORIGIN: Final = re.compile(r"([a-z][a-z0-9+.-]*)://([^\s/?#@]+)")
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}
_SECURE: Final = frozenset({"https", "wss"})
_PREFLIGHT_KEPT_S: Final = 600

_log = get_logger("web")


class Origins:
    """The origins whose pages may use a gateway.

    Args:
        allowed: Origins beside the gateway's own, each in full: scheme, host and, where it isn't the
            scheme's own, port.

    Raises:
        TypeError: ``allowed`` is one string.
        ValueError: One of them is no origin.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        if isinstance(allowed, str):
            msg = f"allow_origins={rules.shown(allowed)} is one string: pass a list of origins"
            raise TypeError(msg)
        self._allowed = frozenset(map(_checked, allowed))

    def admit(self, scope: Scope) -> dict[str, str]:
        """Return the response headers by which the page that asks may read the answer.

        Raises:
            Refused: The request comes from a page of a foreign origin.
        """
        vary = {"vary": "origin"} if self._allowed else {}
        headers = Headers(scope=scope)
        origins = headers.getlist("origin")
        if not origins:
            return vary
        origin = _normal(origins[0]) if len(origins) == 1 else None
        if origin in self._allowed:
            return vary | {
                "access-control-allow-origin": origins[0],
                "access-control-allow-credentials": "true",
                "access-control-expose-headers": "retry-after",
            }
        host = headers.get("host", "")
        if origin is None or not _is_own(origin, host, scope.get("scheme", "http")):
            _log.info("refused a page of origin %s at host %s", rules.shown(origins), rules.shown(host))
            raise Refused(FOREIGN_ORIGIN)
        return vary

    @staticmethod
    def preflight(methods: Iterable[str]) -> dict[str, str]:
        """Return the headers that answer a preflight of an admitted origin."""
        return {
            "access-control-allow-methods": ", ".join(methods),
            "access-control-allow-headers": "authorization, content-type, last-event-id",
            "access-control-max-age": str(_PREFLIGHT_KEPT_S),
        }


def _checked(origin: str) -> str:
    normal = _normal(origin)
    if normal is None:
        msg = (
            f"{rules.shown(origin)} in allow_origins is no origin: write scheme, host and port, "
            "for example 'https://app.example.com' (no path, no '*')"
        )
        raise ValueError(msg)
    return normal


def _normal(origin: str) -> str | None:
    """Return an origin as browsers write it; None where it is none (``null`` is nobody's)."""
    origin = origin.lower()
    match = _ORIGIN.fullmatch(origin)
    if match is None or "*" in origin:
        return None
    scheme, authority = match.groups()
    return f"{scheme}://{authority.removesuffix(_DEFAULT_PORTS.get(scheme, ' '))}"


def _is_own(origin: str, host: str, scheme: str) -> bool:
    """Tell whether an origin is that of the request itself.

    The ``Host`` is what the browser asked for, so it holds behind any mount. The scheme is only what the
    last hop spoke: behind a proxy that ends TLS it says ``http`` of an ``https`` page. So a page may be
    safer than the hop, never less safe.
    """
    page_scheme = origin.partition(":")[0]
    if page_scheme not in _DEFAULT_PORTS or (scheme in _SECURE and page_scheme == "http"):
        return False
    return _normal(f"{page_scheme}://{host}") == origin
