import asyncio
import socket
from dataclasses import replace

import pytest
from aiohttp.abc import AbstractResolver

from actors.domain.errors import SourceError
from actors.services.fetch.breaker import MAX_PAUSE_SECONDS, MOST_FAILURES, PAUSE_SECONDS
from actors.services.fetch.http import HttpFetcher
from actors.store.memory import memory_store

ALONE = "left alone for"


class Reports:
    """A fetcher whose time is told by hand; `reason` is why it could not read, "" if it could."""

    def __init__(self, settings, sleeper, **more):
        self.now = 1_000.0
        self.breakers = memory_store("a", clock=lambda: self.now).breakers
        self.fetcher = HttpFetcher(settings, breakers=self.breakers, sleep=sleeper, **more)

    async def reason(self, url):
        try:
            await self.fetcher.fetch(url)
        except SourceError as error:
            return str(error)
        return ""


@pytest.fixture
async def reports(settings, sleeper):
    made = Reports(settings, sleeper)
    yield made
    await made.fetcher.close()


async def test_a_host_that_fails_several_times_in_a_row_is_left_alone_until_it_may_be_tried(reports, site):
    failing, good = f"{site.address}/status/500", f"{site.address}/a"
    for _ in range(MOST_FAILURES):
        assert await reports.reason(failing) == "answered 500 Internal Server Error"
    asked = site.asked.total()
    assert f"{ALONE} {PAUSE_SECONDS:.0f} s" in await reports.reason(good)
    assert site.asked.total() == asked
    reports.now += PAUSE_SECONDS + 1
    assert await reports.reason(good) == ""
    assert await reports.reason(good) == ""


async def test_a_page_between_failures_starts_the_count_anew(reports, site):
    for _ in range(3):
        for _ in range(MOST_FAILURES - 1):
            await reports.reason(f"{site.address}/status/502")
        assert await reports.reason(f"{site.address}/a") == ""


@pytest.mark.parametrize("path", ["status/404", "status/403", "status/410", "packed/broken", "picture"])
async def test_an_answer_that_is_of_no_use_is_no_failure(reports, site, path):
    for _ in range(MOST_FAILURES + 1):
        assert ALONE not in await reports.reason(f"{site.address}/{path}")


@pytest.mark.parametrize("status", [429, 503])
async def test_a_host_that_asks_for_a_pause_gets_it_at_once(reports, site, status):
    assert f"answered {status}" in await reports.reason(f"{site.address}/status/{status}?retry=600")
    assert f"{ALONE} 600 s" in await reports.reason(f"{site.address}/a")
    reports.now += 601
    assert await reports.reason(f"{site.address}/a") == ""


async def test_nobody_is_left_alone_for_ever(reports, site):
    await reports.reason(f"{site.address}/status/429?retry=99999999")
    assert f"{ALONE} {MAX_PAUSE_SECONDS:.0f} s" in await reports.reason(f"{site.address}/a")


async def test_a_short_pause_is_waited_for_within_the_page(reports, site, sleeper):
    assert await reports.reason(f"{site.address}/flaky/429/1?retry=2") == ""
    assert sleeper.slept == [2.0]


async def test_silence_is_a_failure(settings, sleeper, site):
    reports = Reports(replace(settings, timeout_seconds=0.04), sleeper)
    await reports.reason(f"{site.address}/status/404")  # and with it the robots.txt
    told = await asyncio.gather(*(reports.reason(f"{site.address}/hang?{number}") for number in range(12)))
    assert told.count("did not answer within 0.04 s") >= MOST_FAILURES
    assert ALONE in await reports.reason(f"{site.address}/a")
    await reports.fetcher.close()


async def test_broken_connections_are_failures(reports, site):
    for _ in range(MOST_FAILURES):
        assert await reports.reason(f"{site.address}/cut") == "broke off the connection"
    assert ALONE in await reports.reason(f"{site.address}/a")


async def test_a_name_that_nobody_knows_keeps_its_reason(settings, sleeper):
    class Nobody(AbstractResolver):
        async def resolve(self, host, port=0, family=socket.AF_INET):
            raise socket.gaierror(socket.EAI_NONAME, host)

        async def close(self):
            pass

    reports = Reports(replace(settings, robots_retry_seconds=0), sleeper, resolver=Nobody())
    told = {await reports.reason("http://nobody.example/") for _ in range(MOST_FAILURES + 1)}
    assert told == {"its host name is not known"}
    await reports.fetcher.close()


async def test_hosts_are_counted_by_themselves(reports, site, settings, sleeper):
    await reports.reason(f"{site.address}/status/503?retry=600")
    other = site.address.replace("127.0.0.1", "localhost")
    assert await reports.reason(f"{other}/a") == await reports.reason(f"{site.address}/a")
    assert await reports.breakers.wait(f"host:127.0.0.1:{site.address.rpartition(':')[2]}") == 600
    assert await reports.breakers.wait("host:127.0.0.1") == 0.0
