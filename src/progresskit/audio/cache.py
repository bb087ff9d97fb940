"""The cache of takes and transcripts, by what they were made from: a job that crashed goes on where it was.

A key is the SHA-256 of everything that a take or a transcript depends on, so nothing in it goes stale; and what a
text, a key or a voice may hold that is secret can't be read from it. An entry tells its own digest, and one that is
broken is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from progresskit.audio.asking import answered
from progresskit.audio.backends import call
from progresskit.audio.models import Audio, Transcript
from progresskit.errors import TTSError
from progresskit.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Cache", "DirectoryCache", "Memory", "cache_of", "key_of"]

_log = get_logger("audio")

T = TypeVar("T")

_VERSION: Final = 1
_DIGEST_BYTES: Final = 32


class Cache(Protocol):
    """Where takes and transcripts are kept: two methods, sync or async.

    What it raises is logged, and the work goes on without it.
    """

    def get(self, key: str, /) -> Any:
        """Return the bytes that were put under a key, which is 64 hexadecimal digits; None where there are none."""
        ...

    def put(self, key: str, value: bytes, /) -> Any:
        """Keep bytes under a key. It must be there whole, or not at all."""
        ...


class DirectoryCache:
    """A cache in a directory, one file for each entry, which processes may share.

    A file is written beside its place and moved there in one step, so that none is ever found half written. Nothing
    is ever deleted: that is its owner's to do, at any time. Who may write there decides what passes.

    Args:
        path: The directory; it is made when the first entry is put.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def get(self, key: str) -> bytes | None:
        """Return an entry; None where there is none."""
        file = self._file(key)
        return file.read_bytes() if file.is_file() else None  # a pipe or a device would never end

    def put(self, key: str, value: bytes) -> None:
        """Keep an entry.

        Raises:
            OSError: It can't be written.
        """
        file = self._file(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as part:
                part.write(value)
            Path(name).replace(file)
        except BaseException:  # a full disk or Ctrl-C alike: no half a file is left
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _file(self, key: str) -> Path:
        return self._path / key[:2] / key


class Memory:
    """A cache as the loop uses it: takes and transcripts, and never an error.

    Args:
        cache: Where entries are kept; None = nowhere.
        timeout_s: Seconds that it may take for one entry.
    """

    def __init__(self, cache: Cache | None, *, timeout_s: float = 60) -> None:
        self._cache = cache
        self._timeout_s = timeout_s
        self._failed: set[str] = set()  # what was said once; a job asks thousands of times

    @property
    def is_kept(self) -> bool:
        """Whether there is a cache at all."""
        return self._cache is not None

    async def take(self, key: str, checked: Callable[[Audio], Audio]) -> Audio | None:
        """Return a take; None where there is none that is whole.

        Args:
            key: Its key.
            checked: Returns a take that the loop would accept, and raises a ``TTSError`` of any other.
        """
        found = await self._get(key)
        return None if found is None else _read(found, lambda value: checked(_audio(value)))

    async def transcript(self, key: str) -> Transcript | None:
        """Return a transcript; None where there is none that is whole."""
        found = await self._get(key)
        return None if found is None else _read(found, _transcript)

    async def keep_take(self, key: str, audio: Audio) -> None:
        """Keep a take; but none that is only a URL, which may lead elsewhere tomorrow."""
        if audio.data:
            about = {"media_type": audio.media_type, "sample_rate": audio.sample_rate, "channels": audio.channels}
            await self._put(key, json.dumps(about | {"url": audio.url}).encode() + b"\n" + audio.data)

    async def keep_transcript(self, key: str, transcript: Transcript) -> None:
        """Keep a transcript."""
        about = {"language": transcript.language, "confidence": transcript.confidence}
        await self._put(key, json.dumps(about | {"text": transcript.text}).encode())

    async def _get(self, key: str) -> bytes | None:
        if self._cache is None:
            return None
        try:
            found = await self._answered(self._cache.get, key)
        except Exception:  # noqa: BLE001 - of the user's cache: without it the work takes longer, and goes on
            self._say_once("the cache can't be read: what it may hold is made again")
            return None
        return bytes(found) if isinstance(found, bytes | bytearray | memoryview) else None

    async def _put(self, key: str, value: bytes) -> None:
        if self._cache is None:
            return
        try:
            await self._answered(self._cache.put, key, hashlib.sha256(value).digest() + value)
        except Exception:  # noqa: BLE001 - as above
            self._say_once("the cache can't be written: what is made now will be made again")

    async def _answered(self, function: Callable[..., Any], *args: Any) -> Any:
        return await answered(partial(call, function, *args), "no answer of the cache", timeout_s=self._timeout_s)

    def _say_once(self, what: str) -> None:
        _log.log(logging.DEBUG if what in self._failed else logging.WARNING, what, exc_info=True)
        self._failed.add(what)


def cache_of(given: Any) -> Cache | None:
    """Return the cache that is meant: a directory by its path, or an object with ``get`` and ``put``; None = none.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(given, str | os.PathLike) and os.fspath(given):
        return DirectoryCache(given)
    if given is None or (callable(getattr(given, "get", None)) and callable(getattr(given, "put", None))):
        cache: Cache | None = given
        return cache
    msg = f"cache {given!r} is none: give the path of a directory, or an object with get(key) and put(key, bytes)"
    raise TypeError(msg)


def key_of(**facts: Any) -> str:
    """Return the key of what these facts lead to: JSON values, or bytes."""
    plain = {
        name: hashlib.sha256(fact).hexdigest() if isinstance(fact, bytes) else fact for name, fact in facts.items()
    }
    return hashlib.sha256(json.dumps(plain | {"version": _VERSION}, sort_keys=True).encode()).hexdigest()


def _read(entry: bytes, parse: Callable[[bytes], T]) -> T | None:
    """Return what an entry holds; None where it is cut off, was written by something else, or is too large by now."""
    digest, value = entry[:_DIGEST_BYTES], entry[_DIGEST_BYTES:]
    if hashlib.sha256(value).digest() == digest:
        with suppress(TypeError, ValueError, RecursionError, TTSError):  # JSON may be nested without end
            return parse(value)
    _log.warning("an entry of the cache is broken: what it held is made again")
    return None


def _audio(value: bytes) -> Audio:
    about, _, data = value.partition(b"\n")
    if not data:
        msg = "it has no sound, and none is kept that is only a URL"
        raise ValueError(msg)
    return Audio(data, **json.loads(about))


def _transcript(value: bytes) -> Transcript:
    return Transcript(**json.loads(value))
