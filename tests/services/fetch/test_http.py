import asyncio
import dataclasses
import pickle
import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from actors.domain.errors import ConfigError, SourceError
from actors.services.fetch.answers import retry_after_seconds, retry_delay
from actors.services.fetch.http import HttpFetcher
from actors.services.fetch.settings import FetchSettings


async def reason(fetcher: HttpFetcher, url: str) -> str:
    with pytest.raises(SourceError) as refused:
        await fetcher.fetch(url)
    return str(refused.value)


async def test_a_page_comes_with_its_type_charset_and_time(fetcher: HttpFetcher, site: Any) -> None:
    page = await fetcher.fetch(f"{site.address}/a#part")
    assert (page.url, page.content_type, page.charset) == (f"{site.address}/a", "text/html", "utf-8")
    assert b"Plain text" in page.body
    assert page.fetched_at.endswith("+00:00")


async def test_a_page_without_a_type_is_not_given_one(fetcher: HttpFetcher, site: Any) -> None:
    assert (await fetcher.fetch(f"{site.address}/untyped")).content_type == ""


async def test_the_charset_of_the_header_is_kept(fetcher: HttpFetcher, site: Any) -> None:
    assert (await fetcher.fetch(f"{site.address}/latin")).charset == "ISO-8859-1"


async def test_we_tell_who_we_are(fetcher: HttpFetcher, site: Any) -> None:
    await fetcher.fetch(f"{site.address}/a")
    assert site.headers["User-Agent"] == FetchSettings().user_agent


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "answered 401 Unauthorized"),
        (402, "answered 402 Payment Required"),
        (403, "answered 403 Forbidden"),
        (404, "answered 404 Not Found"),
        (410, "answered 410 Gone"),
        (451, "answered 451 Unavailable For Legal Reasons"),
        (599, "answered 599"),
    ],
)
async def test_a_refusal_is_told_and_not_asked_again(fetcher: HttpFetcher, site: Any, status: int, told: str) -> None:
    assert await reason(fetcher, f"{site.address}/status/{status}") == told
    assert site.asked[f"/status/{status}"] == 1


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("status=403&by=cloudflare", "answered 403 Forbidden and shows a check against robots instead of its text"),
        ("status=503&by=cloudflare", "answered 503 Service Unavailable and shows a check against robots"),
        ("status=200&by=cloudflare", "answered 200 OK and shows a check against robots"),
        ("status=403&by=datadome", "answered 403 Forbidden and shows a check against robots"),
        ("status=403&by=body&body=Subscribe to continue", "answered 403 Forbidden and shows only a teaser"),
        ("status=401&by=body&body=You must be logged in", "answered 401 Unauthorized and asks for a login"),
        ("status=403&by=body&body=Forbidden", "answered 403 Forbidden"),
    ],
)
async def test_a_wall_is_told_and_not_run_against(fetcher: HttpFetcher, site: Any, query: str, told: str) -> None:
    assert (await reason(fetcher, f"{site.address}/walled?{query}")).startswith(told)
    assert site.asked["/walled"] == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_passing_failure_is_asked_again(fetcher: HttpFetcher, site: Any, sleeper: Any, status: int) -> None:
    assert (await fetcher.fetch(f"{site.address}/flaky/{status}/2")).body
    assert sleeper.slept == [0.5, 1.0]


async def test_a_lasting_failure_is_given_up_after_three_attempts(fetcher: HttpFetcher, site: Any) -> None:
    assert await reason(fetcher, f"{site.address}/status/503") == "answered 503 Service Unavailable"
    assert site.asked["/status/503"] == 3


async def test_retry_after_is_honoured(fetcher: HttpFetcher, site: Any, sleeper: Any) -> None:
    await fetcher.fetch(f"{site.address}/flaky/429/1?retry=3")
    assert sleeper.slept == [3.0]


async def test_a_retry_after_beyond_the_deadline_is_not_waited_for(
    fetcher: HttpFetcher, site: Any, sleeper: Any
) -> None:
    assert await reason(fetcher, f"{site.address}/status/429?retry=60") == "answered 429 Too Many Requests"
    assert sleeper.slept == []


async def test_a_broken_connection_is_tried_again_and_told(fetcher: HttpFetcher, site: Any) -> None:
    assert await reason(fetcher, f"{site.address}/cut") == "broke off the connection"
    assert site.asked["/cut"] == 3


async def test_a_port_that_nobody_listens_on_refuses_the_connection(fetcher: HttpFetcher) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert await reason(fetcher, f"http://127.0.0.1:{port}/") == "refused the connection"


async def test_an_unknown_name_is_told(settings: FetchSettings) -> None:
    class Nobody(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            raise socket.gaierror(socket.EAI_NONAME, host)

        async def close(self) -> None:
            pass

    async with HttpFetcher(settings, resolver=Nobody()) as fetcher:
        assert await reason(fetcher, "http://nobody.example/") == "its host name is not known"


async def test_redirects_are_followed_to_the_last_address(fetcher: HttpFetcher, site: Any) -> None:
    assert (await fetcher.fetch(f"{site.address}/hop/5")).url == f"{site.address}/hop/0"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/hop/6", "redirected more than 5 times"),
        ("/circle", "its redirects lead in a circle"),
        ("/to?url=http://10.0.0.1/", "its address 10.0.0.1 is private and not read"),
        ("/to?url=http://0x0a000001/", "its address 10.0.0.1 is private and not read"),
        ("/to?url=file:///etc/passwd", "only http and https addresses are read"),
        ("/to?url=http://[]@", "redirected to an address that is not a valid URL"),
        ("/to?url=http://[", "redirected to an address that is not a valid URL"),
        ("/to?url=http://user@example.org/", "its address carries a user name or password"),
        ("/nowhere", "answered 302 Found"),
        ("/refresh?to=http://[::ffff:10.0.0.1]/", "its address ::ffff:a00:1 is private and not read"),
        ("/picture", "is of the type image/png, which is not read"),
    ],
)
async def test_a_redirect_that_leads_astray_is_not_followed(
    fetcher: HttpFetcher, site: Any, path: str, told: str
) -> None:
    assert await reason(fetcher, site.address + path) == told


@pytest.mark.parametrize("kind", ["gzip", "members", "zlib", "raw"])
async def test_a_compressed_page_is_unpacked(fetcher: HttpFetcher, site: Any, kind: str) -> None:
    assert (await fetcher.fetch(f"{site.address}/packed/{kind}")).body.endswith(b"</html>")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("bomb", "is larger than 5 MB"),
        ("short", "its compression is broken off"),
        ("broken", "its compression is broken"),
        ("brotli", "came in an encoding that is not read (br)"),
        ("zstd", "came in an encoding that is not read (zstd)"),
    ],
)
async def test_a_page_that_cannot_be_unpacked_is_refused(fetcher: HttpFetcher, site: Any, kind: str, told: str) -> None:
    assert await reason(fetcher, f"{site.address}/packed/{kind}") == told


async def test_a_large_page_is_refused(settings: FetchSettings, site: Any) -> None:
    async with HttpFetcher(dataclasses.replace(settings, max_bytes=10_000)) as fetcher:
        assert await reason(fetcher, f"{site.address}/large") == "is larger than 0.01 MB"


@pytest.mark.parametrize("path", ["/hang", "/drip"])
async def test_a_page_that_never_ends_is_given_up(settings: FetchSettings, site: Any, path: str) -> None:
    async with HttpFetcher(dataclasses.replace(settings, timeout_seconds=0.05)) as fetcher:
        assert await reason(fetcher, site.address + path) == "did not answer within 0.05 s"


async def test_the_guard_stands_before_the_first_request(site: Any) -> None:
    async with HttpFetcher(FetchSettings()) as fetcher:
        assert "private" in await reason(fetcher, f"{site.address}/a")
    assert not site.asked


async def test_waiting_for_a_turn_does_not_use_up_the_pages_time(settings: FetchSettings, site: Any) -> None:
    async def pace(_host: str, _seconds: float) -> None:
        await asyncio.sleep(0.05)

    async with HttpFetcher(dataclasses.replace(settings, timeout_seconds=0.04), pace=pace) as fetcher:
        assert (await fetcher.fetch(f"{site.address}/a")).body


async def test_a_host_gets_few_requests_at_once(settings: FetchSettings, site: Any) -> None:
    async with HttpFetcher(dataclasses.replace(settings, per_host=2)) as fetcher:
        await asyncio.gather(*(fetcher.fetch(f"{site.address}/pause?{number}") for number in range(6)))
    assert site.most_at_once == 2


async def test_a_proxy_is_asked_for_names_that_are_never_resolved_here(site: Any) -> None:
    async with HttpFetcher(FetchSettings(proxy=site.address, deny_hosts=("evil.example",))) as fetcher:
        assert (await fetcher.fetch("http://news.example/a")).url == "http://news.example/a"
        assert "not read" in await reason(fetcher, "http://www.evil.example/")
        assert "private" in await reason(fetcher, "http://169.254.169.254/")


async def test_a_ca_bundle_that_is_not_there_is_a_mistake_in_the_configuration(settings: FetchSettings) -> None:
    async with HttpFetcher(dataclasses.replace(settings, ca_bundle="/nonexistent/ca.pem")) as fetcher:
        with pytest.raises(ConfigError, match=r"fetch\.ca_bundle"):
            await fetcher.fetch("https://127.0.0.1/")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("120", 120.0),
        ("Thu, 01 Jan 1970 00:01:00 GMT", 50.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, now=10.0) == seconds


def test_the_wait_doubles_and_is_no_less_than_asked() -> None:
    assert [retry_delay(attempt, None) for attempt in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert retry_delay(1, 7.0) == 7.0


def test_a_reason_survives_the_way_between_processes() -> None:
    assert str(pickle.loads(pickle.dumps(SourceError("is empty")))) == "is empty"  # noqa: S301 (our own bytes)
