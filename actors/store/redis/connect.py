"""Two clients of one server, which never repeat a command by themselves, and its failures told without a password."""

import asyncio
import re
import ssl
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

from actors.domain.errors import ConfigError, StoreUnavailableError

SOCKET_SECONDS = 5.0
SENTINEL_SECONDS = 2.0
HEALTH_SECONDS = 30
CONNECTIONS = 16
READERS = 1_000
PAUSE_SECONDS = 0.1
SENTINEL_PORT = 26_379

ALWAYS: dict[str, Any] = {"protocol": 2, "decode_responses": False, "retry_on_timeout": False}
"""Stronger than what a URL says. RESP2: the answers that all servers and test doubles give alike."""

HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::\d{1,5})?"
SAFE = re.compile(rf"(?:[^/?#]*@)?({HOST}(?:,{HOST})*(?:/[\w.-]*)*)(?:\?[^@]*)?")
SAFE_PATH = re.compile(r"(?:[^/?#]*@)?(/[^?]*)(?:\?.*)?")
PASSING = re.compile(r"(?:^|caused error: \(['\"]|: -)(OOM|MISCONF|READONLY|NOREPLICAS|BUSY|UNBLOCKED) ")
FULL = "the store's memory is full: raise maxmemory on the server, or make room"
TRANSIENT = (
    exceptions.ConnectionError,
    TimeoutError,
    exceptions.TimeoutError,
    exceptions.InvalidResponse,
    exceptions.ClusterError,
    exceptions.TryAgainError,
)
REFUSALS = (exceptions.AuthenticationError, exceptions.AuthorizationError, exceptions.NoPermissionError)


@dataclass(frozen=True, slots=True)
class Clients:
    """Two clients of one server, or of one that sentinels name.

    `reading` waits for as long as it is asked to: for XREAD and XREADGROUP with BLOCK. `commands` is for all the rest:
    it gives up after its socket timeout (5 s, unless the URL says otherwise) and shares 16 connections. Neither
    repeats a command: who gets an error does not know whether it was carried out.
    """

    reading: Redis
    commands: Redis
    sentinels: tuple[Sentinel, ...] = field(default=(), repr=False)

    async def close(self) -> None:
        """Close all connections, also those in use."""
        async with AsyncExitStack() as stack:
            for sentinel in self.sentinels:
                stack.push_async_callback(sentinel.aclose)
            stack.push_async_callback(self.commands.aclose)
            stack.push_async_callback(self.reading.aclose)


async def connect(url: str, *, connect_seconds: float) -> Clients:
    """The clients of a `redis://`, `rediss://`, `unix://` or `redis+sentinel://` server that has answered.

    Sentinels: `redis+sentinel://[user:password@]host[:port][,host[:port]…]/service[/db]`; the password is the
    server's, that of the sentinels goes into `?sentinel_username=…&sentinel_password=…`.

    Raises:
        StoreUnavailableError: it could not be reached within `connect_seconds`.
        ConfigError: the URL is wrong, or the server refuses the password, the user or the database.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + connect_seconds
    said = "no answer"
    async with AsyncExitStack() as stack:
        clients = _clients(url)
        stack.push_async_callback(clients.close)
        while loop.time() < deadline:
            try:
                async with asyncio.timeout_at(deadline):
                    await clients.commands.ping()
            except TimeoutError:
                break
            except exceptions.RedisError as error:
                said = _line(error)
                if _is_final(error):
                    raise ConfigError(f"redis.url: {safe_url(url)} refuses us: {said}") from error
            else:
                stack.pop_all()
                return clients
            await asyncio.sleep(PAUSE_SECONDS)
    raise StoreUnavailableError(f"{safe_url(url)} cannot be reached: {said}")


def safe_url(url: str) -> str:
    """The URL without user, password and options, fit for logs; where they cannot be told apart, only its scheme."""
    scheme, _, rest = url.partition("://")
    match = (SAFE_PATH if scheme == "unix" else SAFE).fullmatch(rest)
    return f"{scheme}://{match[1] if match else '…'}"


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turn what may pass by itself into `StoreUnavailableError`: an outage, a full memory or disk, a refused password.

    Errors of our own making, a wrong command or script, come through as they are.
    """
    try:
        yield
    except exceptions.OutOfMemoryError as error:
        raise StoreUnavailableError(FULL) from error
    except exceptions.ReadOnlyError as error:
        raise StoreUnavailableError("the store is a read-only replica at the moment") from error
    except exceptions.BusyLoadingError as error:
        raise StoreUnavailableError("the store is still loading its data") from error
    except REFUSALS as error:
        raise StoreUnavailableError(f"the store refuses this user or password: {_line(error)}") from error
    except TRANSIENT as error:
        raise StoreUnavailableError(f"the store cannot be reached: {_line(error)}") from error
    except exceptions.ResponseError as error:
        if reason := _passing(error):
            raise StoreUnavailableError(reason) from error
        raise


def _passing(error: exceptions.RedisError) -> str | None:
    """Why the server cannot do it now, where redis-py has no class for it, or a script has wrapped the error."""
    match = PASSING.search(str(error))
    if match is None:
        return None
    if match[1] == "OOM":
        return FULL
    if match[1] == "MISCONF":
        return "the store cannot write to its disk, which may be full: see the server's log"
    return f"the store cannot do this now: {match[1]}"


def _is_final(error: exceptions.RedisError) -> bool:
    """Whether trying again at start cannot help. A unix socket's connection wraps what the server has answered."""
    if isinstance(error.__cause__, exceptions.RedisError):
        return _is_final(error.__cause__)
    if isinstance(error, MasterNotFoundError):
        return "AuthenticationError" in str(error)
    if isinstance(error, (exceptions.ClusterError, exceptions.TryAgainError)) or _passing(error):
        return False
    certificate = isinstance(error.__context__, ssl.SSLCertVerificationError)
    return certificate or isinstance(error, (*REFUSALS, exceptions.ResponseError, exceptions.InvalidResponse))


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


class _SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """The master's connections, waited for when all are in use."""


def _clients(url: str) -> Clients:
    try:
        clients = _named_by_sentinels(url) if url.startswith("redis+sentinel:") else _direct(url)
        for client in (clients.reading, clients.commands):
            pool = client.connection_pool
            pool.connection_class(**pool.connection_kwargs)  # or an unknown option would show itself only later
    except (ValueError, TypeError, exceptions.RedisError):
        # The reason is kept back: it may quote a part of the password.
        raise ConfigError(
            f"redis.url: {safe_url(url)} is not a valid address: its form is redis://user:password@host:port/db, "
            "with special characters of the password as %XX"
        ) from None
    return clients


def _direct(url: str) -> Clients:
    parts = urlsplit(url)
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise ValueError(parts.path)
    reading, commands = _options(dict(parse_url(url)))
    return Clients(Redis.from_pool(ConnectionPool(**reading)), Redis.from_pool(BlockingConnectionPool(**commands)))


def _named_by_sentinels(url: str) -> Clients:
    parts = urlsplit(url)
    login, _, hosts = parts.netloc.rpartition("@")
    service, _, db = parts.path.strip("/").partition("/")
    if not service or not re.fullmatch(r"\d*", db):
        raise ValueError(parts.path)
    options = dict(parse_url(f"redis://{login}@/{db}?{parts.query}"))
    own = {name: options.pop(f"sentinel_{name}", None) for name in ("username", "password")}
    limits = {"socket_timeout": SENTINEL_SECONDS, "socket_connect_timeout": SENTINEL_SECONDS, "retry": _never()}
    sentinel = Sentinel([_address(host) for host in hosts.split(",")], sentinel_kwargs={"protocol": 2} | own | limits)
    reading, commands = _options(options)
    return Clients(
        sentinel.master_for(service, **reading),
        sentinel.master_for(service, connection_pool_class=_SentinelPool, **commands),
        (sentinel,),
    )


def _address(host: str) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    if not parts.hostname:
        raise ValueError(host)
    return parts.hostname, parts.port or SENTINEL_PORT


def _options(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """For `reading` and for `commands`, from what the URL says; `ALWAYS` is stronger."""
    base = {"socket_connect_timeout": SOCKET_SECONDS} | given | ALWAYS | {"retry": _never()}
    commands = {"socket_timeout": SOCKET_SECONDS, "health_check_interval": HEALTH_SECONDS} | base
    commands |= {"max_connections": given.get("max_connections", CONNECTIONS), "timeout": commands["socket_timeout"]}
    reading = base | {"socket_timeout": None, "max_connections": READERS}
    reading.pop("timeout", None)
    return reading, commands


def _never() -> Retry:
    return Retry(NoBackoff(), 0)
