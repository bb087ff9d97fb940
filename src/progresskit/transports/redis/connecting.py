"""How to reach a Redis: by a URL, or by the settings of a client that the user has made.

Whatever client is given, connections of our own are made from its settings: with short timeouts, no retries,
undecoded replies, and nothing that a server of 6.2 doesn't know. The given client itself is never used.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.sentinel
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.retry import Retry

from progresskit import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Client", "Server", "cluster_of", "pubsub_connection", "server_from"]

_TIMEOUT_S: Final = 0.25
_MOST_TIMEOUT_S: Final = 60.0
_NAMESPACE: Final = "progresskit"
_NAMESPACE_FORM: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")  # no brace: it would move the hash tag

Client = Any
"""A sync client of redis-py, for one server or a cluster; its types say too little to lean on."""

# What is taken over of the settings of somebody's client; the rest is ours to choose.
_TAKEN: Final = frozenset(
    {
        "client_name",
        "credential_provider",
        "db",
        "host",
        "password",
        "path",
        "port",
        "socket_keepalive",
        "socket_keepalive_options",
        "socket_type",
        "username",
    }
)
_SCHEMES: Final = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
_LATE_AT: Final = re.compile(r"://[^/?#]*[/?#].*@")  # beyond the host


class Server:
    """Where a store is, and how to make clients of it.

    Args:
        where: Its address for people: no password.
        db: The number of its database.
        connect: Makes a client; it is allowed to block.
        namespace: What keys and channels start with.
        timeout_s: Seconds that connecting, and each answer, may take.
    """

    def __init__(
        self, where: str, db: int, connect: Callable[[float], Client], *, namespace: str, timeout_s: float
    ) -> None:
        self.where = where
        self.db = db
        self.namespace = namespace
        self.timeout_s = timeout_s
        self._connect = connect

    def client(self) -> Client:
        """Make a client; whoever calls this closes it."""
        return self._connect(self.timeout_s)

    def keys(self, project_id: str) -> list[str]:
        """Return the keys of a project, in the order in which the scripts take them; all share a slot."""
        prefix = f"{self.namespace}:{{{project_id}}}:"
        return [prefix + name for name in _KEYS]

    def channel(self, project_id: str) -> str:
        """Return the channel of a project; it names the database, which publishing and subscribing ignore."""
        return f"{self.namespace}:{self.db}:{project_id}"

    def damage(self, project_id: str, found: object) -> str:
        """Say that a project's keys hold what none of our scripts writes, and what helps.

        Args:
            project_id: The project.
            found: What they hold.
        """
        return (
            f"Redis at {self.where}: another program changed the keys of project {project_id} ({found}). Delete them, "
            f"{self.namespace}:{{{project_id}}}:*, or take another ?namespace= for all who share the project"
        )


_KEYS: Final = ("meta", "tasks", "index", "due", "parts", "part_names", "senders", "seen")


def pubsub_connection(client: Client) -> Any:
    """Make a connection for subscriptions to the server of a client: of a cluster, to any node."""
    if isinstance(client, RedisCluster):
        client = client.get_redis_connection(client.get_random_node())  # type: ignore[no-untyped-call]
    pool = client.connection_pool
    return pool.connection_class(**pool.connection_kwargs)


def server_from(url_or_client: Any) -> Server:
    """Return the server that a URL, or the settings of a client, name.

    Raises:
        ValueError: The URL isn't valid.
        TypeError: It is neither.
    """
    if isinstance(url_or_client, str):
        return _from_url(url_or_client)
    if isinstance(url_or_client, (RedisCluster, redis.asyncio.cluster.RedisCluster)):
        return _from_cluster(url_or_client)
    pool = getattr(url_or_client, "connection_pool", None)
    if pool is None or not hasattr(pool, "connection_kwargs"):
        msg = (
            f"a value of type {type(url_or_client).__name__} is no Redis: pass a URL such as "
            "'redis://localhost:6379/0', or a client of the package redis"
        )
        raise TypeError(msg)
    return _from_sentinel(pool) if hasattr(pool, "sentinel_manager") else _from_pool(pool)


def cluster_of(server: Server, client: Client) -> Server:
    """Return the cluster that a server turned out to be a node of; with TLS where the server had it."""
    pool = client.connection_pool
    settings = {**pool.connection_kwargs, "connection_class": pool.connection_class}
    return _clustered(server.where, settings, [], server.namespace, server.timeout_s)


def _from_url(url: str) -> Server:
    parts = _split(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    namespace = options.pop("namespace", _NAMESPACE)
    if _NAMESPACE_FORM.fullmatch(namespace) is None:
        msg = f"namespace {rules.shown(namespace)} is not valid: use 1 to 64 characters of A-Z a-z 0-9 . _ : -"
        raise ValueError(msg)
    timeout_s = _seconds(options.pop("timeout_s", None))
    try:
        pool = redis.ConnectionPool.from_url(
            f"{_SCHEMES[parts.scheme]}://{parts.netloc}{parts.path}?{urlencode(options)}"
        )
        pool.make_connection()  # connects to nothing yet, but refuses an option that it doesn't know
    except TypeError as error:
        unknown = next((name for name in options if f"'{name}'" in str(error)), None)
        raise _not_valid(url, f"there is no option {unknown!r}" if unknown else str(error)) from None
    except (ValueError, redis.RedisError) as error:
        raise _not_valid(url, str(error).rstrip(".")) from None
    return _single(_settings(pool.connection_kwargs, tls=parts.scheme in {"rediss", "valkeys"}), namespace, timeout_s)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:  # which quotes user and password
        raise _not_valid(url, "its host can't be read") from None
    if parts.scheme not in _SCHEMES:
        raise _not_valid(url, "it begins with none of " + ", ".join(f"{scheme}://" for scheme in _SCHEMES))
    try:
        _ = parts.port
    except ValueError as error:
        # Without the value that it quotes: where somebody left out the host, that is the password.
        raise _not_valid(url, str(error).partition(" as ")[0]) from None
    if parts.fragment or re.fullmatch(r"/?|/\d+", parts.path) is None:
        raise _not_valid(url, "after the host stands the number of a database")
    return parts


def _not_valid(url: str, reason: str) -> ValueError:
    scheme = next((scheme for scheme in _SCHEMES if url.startswith(f"{scheme}://")), "redis")
    if _LATE_AT.search(url):  # it was meant to end a password, of which a reason may quote a part
        reason = "it can't be read; in a user or password, special characters are written as %40 for '@'"
    return ValueError(f"a {scheme}:// URL is not valid: {reason}; write '{scheme}://host:6379/0'")


def _seconds(text: str | None) -> float:
    if text is None:
        return _TIMEOUT_S
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _MOST_TIMEOUT_S:
        msg = (
            f"timeout_s {rules.shown(text)} is not valid: use a number of seconds over 0, and at most "
            f"{_MOST_TIMEOUT_S:g}, for example 0.25"
        )
        raise ValueError(msg)
    return seconds


def _from_pool(pool: Any) -> Server:
    tls = "SSL" in pool.connection_class.__name__
    return _single(_settings(pool.connection_kwargs, tls=tls), _NAMESPACE, _TIMEOUT_S)


def _single(settings: dict[str, Any], namespace: str, timeout_s: float) -> Server:
    db = int(settings.get("db") or 0)

    def connect(timeout_s: float) -> Client:
        return redis.Redis(connection_pool=redis.ConnectionPool(**settings, **_ours(timeout_s)))

    return Server(_where(settings), db, connect, namespace=namespace, timeout_s=timeout_s)


def _from_cluster(client: Any) -> Server:
    manager = client.nodes_manager
    settings = getattr(manager, "connection_kwargs", None) or client.connection_kwargs  # redis-py before 7, asyncio
    nodes = [(node.host, node.port) for node in [*manager.nodes_cache.values(), *manager.startup_nodes.values()]]
    where = ", ".join(sorted({f"{host}:{port}" for host, port in nodes}))
    return _clustered(where, settings, nodes, _NAMESPACE, _TIMEOUT_S)


def _clustered(
    where: str, settings: Mapping[str, Any], nodes: list[tuple[str, int]], namespace: str, timeout_s: float
) -> Server:
    taken = _settings(settings, tls=False)
    tls = bool(settings.get("ssl")) or "SSL" in getattr(settings.get("connection_class"), "__name__", "")
    taken.pop("connection_class", None)
    taken.pop("db", None)
    first = taken.pop("host", None), taken.pop("port", 6379)
    hosts = nodes or [first]

    def connect(timeout_s: float) -> Client:
        startup = [ClusterNode(host, port) for host, port in hosts]  # type: ignore[no-untyped-call]
        return RedisCluster(startup_nodes=startup, ssl=tls, **taken, **_ours(timeout_s))

    return Server(f"cluster {where}", 0, connect, namespace=namespace, timeout_s=timeout_s)


def _from_sentinel(pool: Any) -> Server:
    manager, name = pool.sentinel_manager, pool.service_name
    hosts = [
        (each.connection_pool.connection_kwargs["host"], each.connection_pool.connection_kwargs["port"])
        for each in manager.sentinels
    ]
    asked = {key: value for key, value in manager.sentinel_kwargs.items() if key == "ssl" or _is_taken(key)}
    settings = {key: value for key, value in pool.connection_kwargs.items() if _is_taken(key)}
    tls = "SSL" in pool.connection_class.__name__

    def connect(timeout_s: float) -> Client:
        ours = _ours(timeout_s)
        sentinel: Any = redis.sentinel.Sentinel(hosts, sentinel_kwargs=asked | ours)  # type: ignore[no-untyped-call]
        return sentinel.master_for(name, ssl=tls, **settings, **ours)

    return Server(
        f"{name} (by Sentinel)",
        int(settings.get("db") or 0),
        connect,
        namespace=_NAMESPACE,
        timeout_s=_TIMEOUT_S,
    )


def _settings(given: Mapping[str, Any], *, tls: bool) -> dict[str, Any]:
    """Return what is taken over of the settings of a connection, with the class that it needs."""
    taken = {name: value for name, value in given.items() if _is_taken(name)}
    if tls:
        taken["connection_class"] = redis.SSLConnection
    elif "path" in taken:
        taken["connection_class"] = redis.UnixDomainSocketConnection
    return taken


def _is_taken(name: str) -> bool:
    return name in _TAKEN or name.startswith("ssl_")


def _ours(timeout_s: float) -> dict[str, Any]:
    """Return what we choose for every connection."""
    return {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        **_UNNAMED,
    }


def _unnamed() -> dict[str, None]:
    """Return what keeps redis-py from sending its name by CLIENT SETINFO, which only 7.2 knows."""
    try:
        import redis.driver_info  # noqa: F401, PLC0415 - redis-py 7.2 and newer
    except ImportError:
        return {"lib_name": None, "lib_version": None}
    return {"driver_info": None}


_UNNAMED: Final = _unnamed()


def _where(settings: Mapping[str, Any]) -> str:
    if "path" in settings:
        return str(settings["path"])
    return f"{settings.get('host', 'localhost')}:{settings.get('port', 6379)}/{settings.get('db') or 0}"
