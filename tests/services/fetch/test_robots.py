import itertools
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from actors.domain.errors import SourceError
from actors.services.fetch.http import HttpFetcher
from actors.services.fetch.settings import FetchSettings
from actors.store.memory import memory_store


async def reason(fetcher: HttpFetcher, url: str) -> str:
    with pytest.raises(SourceError) as refused:
        await fetcher.fetch(url)
    return str(refused.value)


async def test_robots_txt_is_obeyed_and_read_once(fetcher: HttpFetcher, site: Any) -> None:
    site.robots = lambda: web.Response(text="User-agent: *\nDisallow: /private/\n")
    assert await reason(fetcher, f"{site.address}/private/a") == "the site's robots.txt does not allow it"
    assert (await fetcher.fetch(f"{site.address}/a")).body
    assert site.asked["/robots.txt"] == 1


async def test_robots_txt_may_speak_to_us_by_name(fetcher: HttpFetcher, site: Any) -> None:
    site.robots = lambda: web.Response(
        text="User-agent: *\nAllow: /\n\nUser-agent: ContentResearchPipeline\nDisallow: /"
    )
    assert "robots.txt" in await reason(fetcher, f"{site.address}/a")


async def test_a_redirect_into_what_robots_txt_forbids_is_not_followed(fetcher: HttpFetcher, site: Any) -> None:
    site.robots = lambda: web.Response(text="User-agent: *\nDisallow: /private/\n")
    assert "robots.txt" in await reason(fetcher, f"{site.address}/to?url=/private/a")
    assert not site.asked["/private/a"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_missing_robots_txt_allows_everything(fetcher: HttpFetcher, site: Any, status: int) -> None:
    site.robots = lambda: web.Response(status=status)
    assert (await fetcher.fetch(f"{site.address}/a")).body


async def test_an_unreachable_robots_txt_forbids_everything_for_a_while(settings: FetchSettings, site: Any) -> None:
    answers = itertools.chain([503] * 3, itertools.repeat(404))
    site.robots = lambda: web.Response(status=next(answers))
    now = [0.0]

    async def sleep(_seconds: float) -> None:
        pass

    async with HttpFetcher(settings, clock=lambda: now[0], sleep=sleep) as fetcher:
        for _ in range(2):
            assert await reason(fetcher, f"{site.address}/a") == "its robots.txt answered 503 Service Unavailable"
        assert site.asked["/robots.txt"] == 3
        now[0] = settings.robots_retry_seconds + 1
        assert (await fetcher.fetch(f"{site.address}/a")).body


async def test_a_crawl_delay_spaces_requests_up_to_its_cap(settings: FetchSettings, site: Any) -> None:
    site.robots = lambda: web.Response(text="User-agent: *\nCrawl-delay: 60\n")
    paced: list[tuple[str, float]] = []

    async def pace(host: str, seconds: float) -> None:
        paced.append((host, seconds))

    async with HttpFetcher(settings, pace=pace) as fetcher:
        await fetcher.fetch(f"{site.address}/a")
    assert paced == [("127.0.0.1", settings.max_delay_seconds)]


async def test_robots_txt_is_read_once_for_all_processes(settings: FetchSettings, site: Any) -> None:
    site.robots = lambda: web.Response(text="User-agent: *\nDisallow: /private/\n")
    cache = memory_store("a").cache
    for _ in range(3):
        async with HttpFetcher(settings, cache=cache) as fetcher:
            assert (await fetcher.fetch(f"{site.address}/a")).body
            assert "robots.txt" in await reason(fetcher, f"{site.address}/private/")
    assert site.asked["/robots.txt"] == 1
    assert await cache.clear("robots") == 1


async def test_a_robots_txt_is_read_again_after_an_hour_whoever_read_it(settings: FetchSettings, site: Any) -> None:
    now = [0.0]
    cache = memory_store("a", clock=lambda: now[0]).cache
    async with HttpFetcher(settings, cache=cache, clock=lambda: now[0]) as first:
        await first.fetch(f"{site.address}/a")
        now[0] = settings.robots_seconds - 1
        async with HttpFetcher(settings, cache=cache, clock=lambda: now[0]) as second:
            await second.fetch(f"{site.address}/a")
            assert site.asked["/robots.txt"] == 1
            now[0] += 2
            await second.fetch(f"{site.address}/a")
    assert site.asked["/robots.txt"] == 2


async def test_a_robots_txt_that_never_comes_forbids_everything_before_the_page_is_given_up(
    settings: FetchSettings, site: Any
) -> None:
    site.robots_seconds = 30
    async with HttpFetcher(replace(settings, timeout_seconds=0.1)) as fetcher:
        for _ in range(2):
            assert await reason(fetcher, f"{site.address}/a") == "its robots.txt did not come within 0.05 s"
    assert site.asked["/robots.txt"] == 1
