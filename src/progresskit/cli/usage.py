"""What the commands have in common: what can't be done, addresses as they are shown, and tokens."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from progresskit import _platform

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TOKEN_VARIABLE", "UsageError", "read_token", "say", "shown_url"]

TOKEN_VARIABLE: Final = "PROGRESSKIT_TOKEN"  # noqa: S105 - its name
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")  # what an HTTP header carries as it is
_MAX_TOKEN_BYTES: Final = 4 * 1024


class UsageError(Exception):
    """What the user asked for can't be done."""


def say(text: str) -> None:
    """Tell whoever sits at the terminal; stdout is for what the command makes."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks to its user


def shown_url(url: str) -> str:
    """Return an address without what may be secret in it: user, password and query.

    >>> shown_url("redis://:secret@store.example:6379/0?password=secret")
    'redis://store.example:6379/0'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "that address"
    if "@" in parts.path + parts.query + parts.fragment:  # a password with a slash in it, not escaped
        return f"{parts.scheme}://…"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def read_token(file: Path | None) -> str | None:
    """Return the token of a file, else that of ``$PROGRESSKIT_TOKEN``; None where there is neither.

    White space around it doesn't count. A file that everybody may read is taken, and complained about.

    Raises:
        UsageError: The file can't be read, or what it or the variable holds is no token.
    """
    if file is None:
        token = os.environ.get(TOKEN_VARIABLE)
        return None if token is None else _checked(token, f"${TOKEN_VARIABLE}", "unset it, or give it")
    try:
        with file.open("rb") as source:
            data = source.read(_MAX_TOKEN_BYTES + 1)
            is_open = _platform.is_open_to_all(source.fileno())
    except OSError as error:
        msg = f"--token-file {file} can't be read: {error.strerror or error}"
        raise UsageError(msg) from None
    if is_open:
        say(f"warning: every user of this machine can read {file}: chmod 600 it")
    if len(data) > _MAX_TOKEN_BYTES:
        msg = f"--token-file {file} holds more than 4 KiB: that is no token"
        raise UsageError(msg)
    return _checked(data.decode("latin-1"), f"--token-file {file}", "let it hold")


def _checked(text: str, source: str, remedy: str) -> str:
    token = text.strip()
    if _TOKEN.fullmatch(token) is None:
        fault = "is empty" if not token else "holds more than one word of printable ASCII"
        msg = (
            f"{source} {fault}: {remedy} one, as `python -c 'import secrets; print(secrets.token_urlsafe())'` makes it"
        )
        raise UsageError(msg)
    return token
