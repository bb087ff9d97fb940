"""Transports, and how to get one from a URL."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from progresskit._platform import after_fork_in_child
from progresskit.transports.base import Batch, Receipt, Run, Transport
from progresskit.transports.memory import MemoryTransport

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Batch", "MemoryTransport", "Receipt", "Run", "Transport", "transport_from_url"]

# ``memory://name`` is one object per name and process, until its last owner has closed it.
_named: Final[dict[str, MemoryTransport]] = {}
_named_lock = threading.Lock()


def transport_from_url(url: str) -> Transport:
    """Open the transport that a URL names.

    Whoever calls this owns the transport, and closes it once, by ``close()`` or ``aclose()``.

    Args:
        url: ``memory://`` or ``memory://name`` (one object per name and process; none = ``default``);
            ``redis://`` or ``rediss://`` (also ``valkey://``, ``valkeys://``), see :mod:`progresskit.transports.redis`;
            ``ws://`` or ``wss://``, a gateway's address, see :mod:`progresskit.transports.websocket`.

    Raises:
        ValueError: The URL names no transport, or isn't valid for the one it names.
        MissingDependencyError: What the transport needs is not installed.
    """
    try:
        scheme = urlsplit(url).scheme
    except ValueError:  # what it says may quote a password
        msg = "the URL can't be read: its host is none; write special characters of a password as %40 for '@'"
        raise ValueError(msg) from None
    opener = _OPENERS.get(scheme)
    if opener is None:
        known = ", ".join(f"{scheme}://" for scheme in _OPENERS)
        # Not the URL: it may hold a password.
        said = f"the scheme {scheme!r}" if scheme else "no scheme"
        msg = f"no transport for a URL with {said}: use one of {known}, for example 'memory://name'"
        raise ValueError(msg)
    return opener(url)


def opened(transport_or_url: Transport | str) -> tuple[Transport, bool]:
    """Return a transport, and whether the caller owns it: that of a URL is its own, a passed one isn't."""
    if isinstance(transport_or_url, str):
        return transport_from_url(transport_or_url), True
    if not callable(getattr(transport_or_url, "read", None)):
        msg = (
            f"a value of type {type(transport_or_url).__name__} is no transport: pass one, for example "
            "MemoryTransport(), or a URL such as 'memory://'"
        )
        raise TypeError(msg)
    return transport_or_url, False


def _open_memory(url: str) -> Transport:
    name = urlsplit(url).netloc or "default"
    with _named_lock:
        transport = _named.get(name)
        if transport is None or not transport.add_owner():
            transport = _named[name] = MemoryTransport()
        return transport


def _renew_lock() -> None:
    global _named_lock  # noqa: PLW0603 - whoever held it doesn't exist in this process
    _named_lock = threading.Lock()


after_fork_in_child(_renew_lock)


def _open_redis(url: str) -> Transport:
    from progresskit.transports.redis import RedisTransport  # noqa: PLC0415 - only who asks for it needs its client

    return RedisTransport(url)


def _open_websocket(url: str) -> Transport:
    from progresskit.transports.websocket import WebSocketTransport  # noqa: PLC0415 - as above

    return WebSocketTransport(url)


_OPENERS: Final[dict[str, Callable[[str], Transport]]] = {
    "memory": _open_memory,
    **dict.fromkeys(("redis", "rediss", "valkey", "valkeys"), _open_redis),
    **dict.fromkeys(("ws", "wss"), _open_websocket),
}
