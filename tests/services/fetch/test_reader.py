import asyncio
from collections import Counter

import pytest

from actors.domain.errors import ProcessDiedError, SourceError
from actors.services.fetch.base import Page, Version
from actors.services.fetch.digest import digest, unpacked
from actors.services.fetch.reader import PAGES, VERSIONS, CachingReader
from actors.store.memory import memory_store

BODY = b"The council of Leeds opened a new bridge on 3 May 2021 after three years of work.\n\n" * 8


def page(url="http://a.example/", body=BODY, content_type="text/plain", version=None):
    return Page(url, body, content_type, "utf-8", "2026-01-01T00:00:00+00:00", version)


class Web:
    """One text for every address, counted; an address with `fail` in it cannot be read."""

    def __init__(self):
        self.fetched = Counter()

    async def fetch(self, url, known=None):
        self.fetched[url] += 1
        await asyncio.sleep(0)
        if "fail" in url:
            raise SourceError("answered 404 Not Found")
        return page(url + "#found", version=Version(url=url, etag="1"))


class HerePool:
    """Runs here, or fails as told."""

    def __init__(self, error=None):
        self.error = error
        self.runs = 0

    async def run(self, function, *args, **kwargs):
        self.runs += 1
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return function(*args, **kwargs)


@pytest.fixture
def cache():
    return memory_store("a").cache


@pytest.fixture
def web():
    return Web()


@pytest.fixture
def pool():
    return HerePool()


@pytest.fixture
def make(web, pool, cache):
    def reader(max_characters=10_000):
        return CachingReader({"http": web}, pool, cache, max_characters, {"http": 60})

    return reader


async def test_a_page_is_fetched_and_parsed_once_within_its_time(make, web, pool):
    first, second = await make().read("http://a.example/"), await make().read("http://a.example/")
    assert first == second
    assert first.url == "http://a.example/#found"
    assert (web.fetched.total(), pool.runs) == (1, 1)


async def test_parts_of_a_page_are_one_page(make, web):
    reader = make()
    for part in ("", "#one", "#two"):
        await reader.read(f"http://a.example/{part}")
    assert web.fetched.total() == 1


async def test_what_many_want_at_once_is_fetched_and_parsed_once_for_all_of_them(make, web, pool):
    """Two readers on one store stand for two processes."""
    readers = make(), make()
    urls = [f"http://a.example/{number % 3}" for number in range(30)]
    readings = await asyncio.gather(*(reader.read(url) for reader in readers for url in urls))
    assert [reading.url for reading in readings] == [f"{url}#found" for url in urls * 2]
    assert (web.fetched.total(), pool.runs) == (3, 3)


async def test_who_gives_up_takes_the_page_from_nobody_else(make, web, pool):
    reader = make()
    tasks = [asyncio.create_task(reader.read("http://a.example/")) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1].extracted == results[2].extracted
    assert pool.runs == 1


async def test_a_failure_reaches_all_who_wait_and_is_not_kept(make, web):
    reader = make()
    results = await asyncio.gather(*(reader.read("http://a.example/fail") for _ in range(5)), return_exceptions=True)
    assert {str(result) for result in results} == {"answered 404 Not Found"}
    with pytest.raises(SourceError):
        await reader.read("http://a.example/fail")
    assert web.fetched.total() == 2


async def test_a_page_that_is_no_source_is_judged_once(make, web, pool):
    reader = make()
    reader.fetchers["http"].fetch = page_without_text(web)
    for _ in range(2):
        with pytest.raises(SourceError, match="holds no text"):
            await reader.read("http://a.example/")
    assert pool.runs == 1


def page_without_text(web):
    async def fetch(url, known=None):
        return page(url, b"<html><body><img src=a></body></html>", "text/html")

    return fetch


async def test_what_is_kept_and_cannot_be_read_any_more_is_made_anew(make, web, cache):
    reading = await make().read("http://a.example/")
    for namespace in (PAGES, VERSIONS):
        for name, key in list(cache.slots):
            if name == namespace:
                await cache.set(namespace, key, b"damaged", ttl_seconds=60)
    assert await make().read("http://a.example/") == reading
    assert web.fetched.total() == 2


async def test_an_address_of_another_kind_is_refused_with_the_kinds_there_are(make):
    with pytest.raises(SourceError, match=r"only http"):
        await make().read("ftp://a.example/")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "took too long to parse"),
        (ProcessDiedError("killed"), r"its parser failed \(ProcessDiedError\)"),
        (ValueError("All strings must be XML compatible"), r"its parser failed \(ValueError\)"),
    ],
)
async def test_whatever_a_parser_dies_of_only_the_source_is_lost(make, pool, error, reason):
    pool.error = error
    with pytest.raises(SourceError, match=reason):
        await make().read("http://a.example/")
    pool.error = None
    assert await make().read("http://a.example/")


async def test_a_long_text_is_cut_at_a_paragraph_and_the_rest_counted(make):
    reading = await make(max_characters=200).read("http://a.example/")
    whole = digest(page(), 10_000).outcome.reading
    assert whole.left_out == 0
    assert whole.extracted.text.startswith(reading.extracted.text + "\n")
    assert len(reading.extracted.text) + reading.left_out == len(whole.extracted.text)


def test_a_digest_keeps_the_language_of_the_text_and_what_tells_its_version():
    version = Version(url="http://a.example/", etag='"1"')
    made = digest(page(version=version), 10_000)
    assert made.outcome.reading.extracted.language == "en"
    assert (unpacked(made.packed).version, unpacked(made.packed).outcome) == (version, made.outcome)
    assert digest(page(), 10_000).packed == b""


def test_the_language_that_a_page_names_stands_where_its_text_does_not_tell():
    body = '<html lang="cy"><body><p>' + "12 34 56 78 90. " * 40 + "</p></body></html>"
    assert digest(page(body=body.encode(), content_type="text/html"), 10_000).outcome.reading.extracted.language == "cy"


def test_control_characters_in_a_page_do_not_break_its_parser():
    told = b"The bridge at Leeds is open since May, the council said. " * 20
    start = b"<html><body><article><p>The bridge\x01 at\x0b York is closed for repairs. "
    made = digest(page(body=start + told + b"</p></article></body></html>", content_type="text/html"), 10_000)
    assert "The bridge at York is closed" in made.outcome.reading.extracted.text
