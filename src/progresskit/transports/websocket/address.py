"""Where a gateway is, and the credentials that it is shown: the one place that knows them, and tells nobody."""

from __future__ import annotations

import base64
import math
import re
import socket
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from progresskit.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Token = str | Callable[[], str | None] | None

__all__ = ["Address", "cut", "left_s"]

_TIMEOUT_S: Final = 0.25
_SECURE: Final = {"ws": False, "wss": True, "http": False, "https": True}
_PORTS: Final = {False: 80, True: 443}
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_HEADER_VALUE: Final = re.compile(r"[ \t\x21-\x7e\x80-\xff]*")
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_PATH: Final = re.compile(r"[\x21-\x7e]*")


class Address:
    """A gateway, as one transport reaches it.

    Args:
        url: The gateway's address.
        token: The bearer token, or what gives it each time.
        headers: What else is sent along.

    Raises:
        ValueError: One of them isn't valid. What it says holds nothing of them: any part may be a secret.
    """

    def __init__(self, url: str, *, token: Token, headers: Mapping[str, str] | None) -> None:
        parts = _split(url)
        self._host = parts.hostname or ""
        self._secure = _SECURE[parts.scheme]
        self._port = parts.port or _PORTS[self._secure]
        self._prefix = parts.path.rstrip("/")
        host = f"[{self._host}]" if ":" in self._host else self._host
        port = "" if parts.port is None else f":{parts.port}"
        self.authority = f"{host}{port}"
        self.where = f"{'wss' if self._secure else 'ws'}://{self.authority}{self._prefix}"
        self.timeout_s = _timeout_of(parts.query)
        self._token = token
        self._fixed = _checked_headers(headers or {})
        if parts.username is not None or parts.password is not None:
            if token is not None:
                msg = "a user in the URL and a token: give one of them"
                raise ValueError(msg)
            pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            self._fixed["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        if isinstance(token, str):
            _check_token(token)
        if token is not None and any(name.lower() == "authorization" for name in self._fixed):
            msg = "a token and a header Authorization: give one of them"
            raise ValueError(msg)
        self._context: ssl.SSLContext | None = None

    @property
    def renews_token(self) -> bool:
        """Whether the token may be another one the next time."""
        return callable(self._token)

    def path(self, route: str) -> str:
        """Return what is asked for on the gateway's host."""
        return f"{self._prefix}{route}"

    def headers(self) -> dict[str, str]:
        """Return what is sent along, with the token as it is now.

        Raises:
            TransportError: There is none to be had.
        """
        token = self._token
        if callable(token):
            try:
                token = token()
                if token is not None:
                    _check_token(token)
            except Exception as error:  # noqa: BLE001 - the user's function; its words may hold what nobody may see
                msg = f"the function that gives the token for {self.where} failed ({type(error).__name__})"
                raise TransportError(msg) from None
        return self._fixed if token is None else {**self._fixed, "Authorization": f"Bearer {token}"}

    def connect(self, deadline: float) -> socket.socket:
        """Open a connection, with TLS where the URL asks for it: hands are shaken with the first bytes sent.

        Args:
            deadline: When to give up, by the monotonic clock.

        Raises:
            OSError: It can't be opened in time.
        """
        connection = socket.create_connection((self._host, self._port), timeout=left_s(deadline))
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._secure:
                return connection
            if self._context is None:
                self._context = ssl.create_default_context()
            # Later, since only a connection that somebody has can be cut.
            return self._context.wrap_socket(connection, server_hostname=self._host, do_handshake_on_connect=False)
        except BaseException:  # nobody else has it yet
            connection.close()
            raise


def cut(connection: socket.socket) -> None:
    """Have whoever waits on a connection stop, from any thread."""
    with suppress(OSError):
        # Not by its own method: that of TLS drops the encryption first, and what is being sent would go in the clear.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def left_s(deadline: float) -> float:
    """Return the seconds until a moment of the monotonic clock.

    Raises:
        TimeoutError: There are none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        msg = "the time is up"
        raise TimeoutError(msg)
    return left


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme in _SECURE and parts.hostname and (parts.port is None or parts.port > 0):
            problem = ""
        else:
            problem = "it has no scheme of ws or wss, or no host"
    except ValueError:
        problem = "its host or port is none"
    if not problem and parts.fragment:
        problem = "it has a fragment"
    if not problem and not _PATH.fullmatch(parts.path):
        problem = "its path holds spaces or characters that must be percent-encoded"
    if problem:
        msg = f"this is no address of a gateway: {problem}; write, for example, 'ws://localhost:8000/api/v1/ws'"
        raise ValueError(msg)
    return parts


def _timeout_of(query: str) -> float:
    options = dict(parse_qsl(query, keep_blank_values=True))
    text = options.pop("timeout_s", str(_TIMEOUT_S))
    if options:
        msg = (
            "the URL has options that a gateway's address doesn't know: leave out all but timeout_s, and give a "
            "token as token=…, never in a URL"
        )
        raise ValueError(msg)
    try:
        timeout_s = float(text)
    except ValueError:
        timeout_s = math.nan
    if not 0 < timeout_s <= 60:  # noqa: PLR2004 - a minute: nobody means more
        msg = "timeout_s in the URL is no number of seconds above 0, and at most 60"
        raise ValueError(msg)
    return timeout_s


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not (isinstance(name, str) and _HEADER_NAME.fullmatch(name)):
            msg = "one of the headers has a name that none can have"
            raise ValueError(msg)
        if not (isinstance(value, str) and _HEADER_VALUE.fullmatch(value)):
            msg = f"the header {name} has a value that none can have: no line breaks, nothing outside Latin-1"
            raise ValueError(msg)
    return dict(headers)


def _check_token(token: str) -> None:
    if not (isinstance(token, str) and _TOKEN.fullmatch(token)):
        msg = "the token is none: use a string of visible ASCII characters"
        raise ValueError(msg)
