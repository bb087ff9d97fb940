"""Running the scripts: one client, made when it is needed, and every failure said in our words."""

from __future__ import annotations

import hashlib
import importlib.resources
import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import redis.exceptions
from redis.cluster import RedisCluster
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    MovedError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
)
from redis.sentinel import MasterNotFoundError

from progresskit.errors import TransportError
from progresskit.events import new_run_id, timestamp
from progresskit.transports.base import KEEP_S, LEASE_S
from progresskit.transports.redis.connecting import cluster_of, pubsub_connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from progresskit.transports.redis.connecting import Client, Server
    from progresskit.transports.redis.wire import Reply

__all__ = ["Call", "Scripts"]


class _Script(NamedTuple):
    source: str
    digest: str


def _load(name: str) -> _Script:
    folder = importlib.resources.files("progresskit.transports.redis")
    source = "\n".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in ("store", name))
    # Which digest names a script is Redis's choice; nothing is kept safe by it.
    return _Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())


_SCRIPTS: Final = {name: _load(name) for name in ("publish", "read", "cancel")}
_KEYS: Final = 8
# Within the error of a script, as Redis 6.2 words it; newer ones give the code itself.
_SCRIPTS_OOM: Final = " -OOM "
_SCRIPTS_READONLY: Final = " -READONLY "
_FORBIDDEN_IN_SCRIPT: Final = ("ACL failure in script", "The user executing the script can't")  # since 7.2, before
_SCRIPT_FAILED: Final = "user_script"  # names the line
_CODE: Final = re.compile(r" -([A-Z]+) |^([A-Z]+) ")  # of a command within a script, in 6.2 and since; ERR is left out
# What no second try makes good, and how it is said.
_FOR_GOOD: Final = {
    "DB index is out of range": "has no such database: name a lower one (as a rule it has 16, numbered from 0)",
    "Client names cannot contain": "takes no such client_name: use printable ASCII without spaces",
}
_FAILURES: Final = (RedisError, RedisClusterException, OSError)


def _says_moved(error: ResponseError) -> bool:
    """Tell whether a server answered that it is a cluster's node, and that another one has the key."""
    return isinstance(error, MovedError) or str(error).startswith("MOVED ")  # redis-py before 6


def _says_forbidden(error: ResponseError) -> bool:
    """Tell whether a server answered that this user may not."""
    return isinstance(error, NoPermissionError) or any(words in str(error) for words in _FORBIDDEN_IN_SCRIPT)


def _says_damaged(error: ResponseError) -> bool:
    """Tell whether a script met what none has written: a key of another type, or a value that it can't use."""
    text = str(error)
    code = _CODE.search(text)
    return _SCRIPT_FAILED in text and (code is None or "WRONGTYPE" in code.groups())


class Call(NamedTuple):
    """One call of a script: its name, whose data it is about, and what it takes beyond what all take."""

    script: str
    project_id: str
    arguments: Sequence[bytes]


class Scripts:
    """Calls the scripts at a server. Thread-safe.

    Args:
        server: Where the store is.
    """

    lease_s = LEASE_S
    node_pause_s = 1.0
    """Seconds that a cluster's node is left alone after it didn't answer: its projects must not hold up the others,
    which share a thread with them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._silent_until: dict[str, float] = {}
        self._lock = threading.Lock()
        self._client: Client | None = None

    def run(self, call: Call) -> Reply:
        """Call one script.

        Raises:
            TransportError: The store didn't answer, or refused; retryable, unless the URL is at fault.
        """
        with self._in_our_words(call.project_id):
            try:
                return self._execute(call)
            except ResponseError as error:
                if not _says_moved(error) or isinstance(self._client, RedisCluster):
                    raise
            self._turn_to_cluster()
            return self._execute(call)

    def run_all(self, calls: Sequence[Call]) -> list[Reply | TransportError]:
        """Call many scripts in one round trip; what fails is a :class:`TransportError` in the place of its reply.

        Raises:
            TransportError: The store didn't answer at all; retryable, unless the URL is at fault.
        """
        if len(calls) == 1 or isinstance(self.client(), RedisCluster):  # its pipelines run no scripts
            return [self._outcome(call) for call in calls]
        with self._in_our_words():
            pipeline = self.client().pipeline(transaction=False)
            for call in calls:
                pipeline.execute_command(*self._command(call))
            replies = pipeline.execute(raise_on_error=False)
        return [
            self._outcome(call) if isinstance(reply, Exception) else reply
            for call, reply in zip(calls, replies, strict=True)
        ]

    def client(self) -> Client:
        """Return the client, made on first use.

        Raises:
            TransportError: A cluster or Sentinel doesn't say where its servers are; retryable.
        """
        with self._lock:
            if self._client is None:
                try:
                    self._client = self._server.client()
                except _FAILURES as error:
                    raise self._failure(error) from None
            return self._client

    def subscriber(self) -> Any:
        """Open a connection for subscriptions; whoever calls this closes it.

        Raises:
            TransportError: The store didn't answer, or refused; retryable, unless the URL is at fault.
        """
        connection = pubsub_connection(self.client())
        try:
            connection.connect()
        except _FAILURES as error:
            raise self._failure(error) from None
        return connection

    def close(self) -> None:
        """Close its connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def _in_our_words(self, project_id: str | None = None) -> Iterator[None]:
        """Say whatever fails as a :class:`TransportError`."""
        try:
            yield
        except TransportError:
            raise
        except _FAILURES as error:
            raise self._failure(error, project_id) from None  # its own words may hold a password, as below
        except Exception as error:
            # A credential provider's own, say. redis-py keeps the connection that it broke off half made: the next
            # command would go out with no user, to database 0.
            self.close()
            msg = f"Redis at {self._server.where} can't be asked: {error!r}"
            raise TransportError(msg) from error

    def _outcome(self, call: Call) -> Reply | TransportError:
        try:
            return self.run(call)
        except TransportError as error:
            return error

    def _execute(self, call: Call) -> Reply:
        client = self.client()
        if not isinstance(client, RedisCluster):
            return self._ask(client, call)
        node: Any = client.get_node_from_key(self._server.keys(call.project_id)[0])  # type: ignore[no-untyped-call]
        name = getattr(node, "name", "")
        if time.monotonic() < self._silent_until.get(name, 0.0):
            msg = f"Redis at {self._server.where}: node {name} didn't answer a moment ago"
            raise TransportError(msg)
        try:
            return self._ask(client, call)
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
            self._silent_until[name] = time.monotonic() + self.node_pause_s
            raise

    def _ask(self, client: Client, call: Call) -> Reply:
        try:
            return client.execute_command(*self._command(call))  # type: ignore[no-any-return]
        except NoScriptError:
            return client.execute_command(*self._command(call, whole=True))  # type: ignore[no-any-return]

    def _command(self, call: Call, *, whole: bool = False) -> list[Any]:
        script = _SCRIPTS[call.script]
        command = ["EVAL", script.source] if whole else ["EVALSHA", script.digest]
        return [
            *command,
            _KEYS,
            *self._server.keys(call.project_id),
            f'"{call.project_id}"',  # its characters need no escape
            self._server.channel(call.project_id),
            new_run_id(),
            f'"{timestamp()}"',
            round(KEEP_S * 1000),
            round(self.lease_s * 1000),
            *call.arguments,
        ]

    def _turn_to_cluster(self) -> None:
        with self._lock:
            former = self._client
            if former is not None and not isinstance(former, RedisCluster):
                self._client = None
                self._server = cluster_of(self._server, former)
                former.close()

    def _failure(self, error: BaseException, project_id: str | None = None) -> TransportError:
        at = f"Redis at {self._server.where}"
        for words, remedy in _FOR_GOOD.items():
            if isinstance(error, ResponseError) and words in str(error):
                return TransportError(f"{at} {remedy}", retryable=False)
        match error:
            case ResponseError() if isinstance(error, OutOfMemoryError) or _SCRIPTS_OOM in str(error):
                text = f"{at} is full: give it more memory (maxmemory), or let less be kept"
            case ResponseError() if isinstance(error, ReadOnlyError) or _SCRIPTS_READONLY in str(error):
                text = f"{at} is a replica, and takes no writes: name its primary"
            case AuthenticationError() | AuthorizationError():
                text = f"{at} refuses the user or password"
            case ResponseError() if _says_forbidden(error):
                text = (
                    f"{at} refuses: {error}; the scripts need EVAL, EVALSHA, hashes, sorted sets, TIME and PUBLISH, "
                    f"with keys and channels that begin with {self._server.namespace}:"
                )
            case ResponseError() if project_id is not None and _says_damaged(error):
                text = self._server.damage(project_id, str(error).partition(" script: ")[0])
            case MasterNotFoundError():  # its own words show the Sentinels' password, with redis-py 5.1 to 7
                text = f"{at}: no Sentinel answers, or none knows a primary of that name"
            case _:
                text = f"{at} doesn't answer: {error}" if not isinstance(error, ResponseError) else f"{at}: {error}"
        return TransportError(text)
