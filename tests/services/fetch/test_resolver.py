import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from actors.domain.errors import SourceError
from actors.services.fetch.guard import GuardedResolver
from actors.services.fetch.http import HttpFetcher
from actors.services.fetch.settings import FetchSettings

OPEN = FetchSettings()


class FixedResolver(AbstractResolver):
    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "fe80::1%eth0", "::ffff:169.254.169.254"])
async def test_a_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    resolver = GuardedResolver(OPEN, FixedResolver("93.184.216.34", address))
    with pytest.raises(SourceError, match="private address"):
        await resolver.resolve("example.org", 80)


async def test_a_public_name_resolves_to_its_addresses() -> None:
    resolver = GuardedResolver(OPEN, FixedResolver("93.184.216.34"))
    assert [result["host"] for result in await resolver.resolve("example.org", 80)] == ["93.184.216.34"]


async def test_a_name_that_leads_to_a_denied_address_is_refused() -> None:
    resolver = GuardedResolver(FetchSettings(deny_hosts=("93.184.216.34",)), FixedResolver("93.184.216.34"))
    with pytest.raises(SourceError, match="not read"):
        await resolver.resolve("example.org", 80)


async def test_a_name_is_asked_for_once_and_the_connection_goes_to_what_was_checked(site: Any) -> None:
    """A name that changes its mind between check and connection finds nobody who asks it again."""

    class Rebinding(FixedResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            results = await super().resolve(host, port, family)
            self.addresses = ("127.0.0.2",)
            return results

    settings = FetchSettings(allow_networks=("127.0.0.1/32",))
    url = f"http://rebinding.example:{site.address.rpartition(':')[2]}/a"
    resolver = Rebinding("127.0.0.1")
    async with HttpFetcher(settings, resolver=resolver) as fetcher:
        page = await fetcher.fetch(url)
    assert page
    assert (page.url, site.asked["/a"]) == (url, 1)
    async with HttpFetcher(settings, resolver=resolver) as fetcher:
        with pytest.raises(SourceError, match=r"private address 127\.0\.0\.2"):
            await fetcher.fetch(url)
    assert site.asked["/a"] == 1
