"""Server-side request forgery ends here: no address that a stranger gave leads into a private network.

`check_url` judges what can be seen in the address, `GuardedResolver` what its name resolves to; as the resolver's
answer is what the client connects to, a name cannot change its mind between check and connection.
"""

import re
import socket
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from actors.domain.errors import SourceError
from actors.services.fetch.addresses import Address, is_open, parse_ipv4
from actors.services.fetch.settings import FetchSettings

MAX_URL_CHARACTERS = 8_192
FIRST_FREE_PORT = 1_024
WEB_PORTS = (80, 443)
LOCALHOST = IPv4Address("127.0.0.1")
PRIVATE_SUFFIXES = ("local", "internal", "intranet", "lan", "home", "corp", "private", "localdomain", "home.arpa")
"""Names that public DNS does not give out: behind a proxy nothing else tells that they are private."""

NAMES_OF_ADDRESSES = ("nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "vcap.me")
"""Domains under which anybody's name resolves to the private address that it spells out, or to this machine."""

_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]")


def check_url(url: str, settings: FetchSettings) -> str:
    """The address in the form in which it may be asked for: host normalised, fragment dropped.

    Raises:
        SourceError: it may not be read, and why.
    """
    parsed = _parse(url.strip())
    host = (parsed.raw_host or "").removesuffix(".").lower()
    address = _literal(host)
    if any(_is_under(str(address or host), denied) for denied in _denied(settings.deny_hosts)):
        raise SourceError(f"{address or host} is on the list of hosts that are not read")
    if address is not None:
        if not is_open(address, settings.allow_networks):
            raise SourceError(f"its address {address} is private and not read")
    elif not _HOST_NAME.fullmatch(host):
        raise SourceError("its address is not a valid URL")
    elif settings.proxy and _is_private_name(host):
        raise SourceError(f"{host} is a private name and not read")
    return str(parsed.with_host(str(address or host)).with_fragment(None))


@cache
def _denied(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """The names and addresses meant by `fetch.deny_hosts`, however they are spelled there."""
    return tuple(filter(None, map(_denied_host, hosts)))


def _denied_host(spelled: str) -> str:
    name = spelled.strip().removeprefix("*").strip(".").lower()
    try:
        host = (URL(name if "://" in name else f"http://{name}").raw_host or name).strip(".")
        return str(_literal(host) or host)
    except (ValueError, SourceError):
        return name


def _is_private_name(host: str) -> bool:
    return "." not in host or any(_is_under(host, suffix) for suffix in (*PRIVATE_SUFFIXES, *NAMES_OF_ADDRESSES))


def _parse(url: str) -> URL:
    if len(url) > MAX_URL_CHARACTERS:
        raise SourceError("its address is too long")
    if _FORBIDDEN.search(url):
        raise SourceError("its address is not a valid URL")
    try:
        parsed = URL(url)
        port = parsed.port
    except (ValueError, IndexError):  # of yarl, which stumbles over "http://[]@"
        raise SourceError("its address is not a valid URL") from None
    if parsed.scheme not in ("http", "https"):
        raise SourceError("only http and https addresses are read")
    if not parsed.raw_host:
        raise SourceError("its address names no host")
    if parsed.user is not None or parsed.password is not None:
        raise SourceError("its address carries a user name or password")
    if port not in WEB_PORTS and (port is None or port < FIRST_FREE_PORT):
        raise SourceError(f"port {port} is not a port of web servers")
    return parsed


def _literal(host: str) -> Address | None:
    """The address that `host` spells out, or None for a name; localhost is a literal address, RFC 6761."""
    if "%" in host:
        raise SourceError("its address is not a valid URL")
    if _is_under(host, "localhost"):
        return LOCALHOST
    try:
        return IPv6Address(host) if ":" in host else parse_ipv4(host)
    except ValueError:
        raise SourceError("its address is not a valid URL") from None


def _is_under(name: str, parent: str) -> bool:
    return bool(parent) and (name == parent or name.endswith(f".{parent}"))


class GuardedResolver(AbstractResolver):
    """Resolves names by `inner` (the system's resolver by default) and refuses every address that is not open."""

    def __init__(self, settings: FetchSettings, inner: AbstractResolver | None = None) -> None:
        self._settings = settings
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of `host`, all of them checked.

        Raises:
            SourceError: one of them is private, or denied: a name that is half private is not to be trusted at all.
            OSError: the name does not resolve.
        """
        results = await self._inner.resolve(host, port, family)
        for result in results:
            address = ip_address(result["host"].partition("%")[0])
            if not is_open(address, self._settings.allow_networks):
                raise SourceError(f"{host} leads to the private address {address} and is not read")
            if str(address) in _denied(self._settings.deny_hosts):
                raise SourceError(f"{host} leads to {address}, which is on the list of hosts that are not read")
        return results

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()
