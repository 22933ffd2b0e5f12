import datetime as dt

import pytest

from actors.domain.errors import SourceError
from actors.services.fetch.base import Version
from actors.services.fetch.corpus import CorpusFetcher
from actors.services.fetch.reader import CachingReader
from actors.store.memory import memory_store

PAST, FUTURE = "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.mark.parametrize("path", ["/versioned?v=1", f"/versioned?date={PAST.replace(' ', '%20')}"])
async def test_a_page_tells_its_version_and_is_not_sent_again_while_it_has_that(fetcher, site, path):
    page = await fetcher.fetch(site.address + path)
    assert page.version.url == site.address + path
    assert await fetcher.fetch(site.address + path, page.version) is None
    assert site.asked["/versioned"] == 2


async def test_another_version_is_sent(fetcher, site):
    url = f"{site.address}/versioned?v=2"
    assert (await fetcher.fetch(url, Version(url=url, etag='"1"'))).version.etag == '"2"'


async def test_a_version_is_named_to_no_other_address_than_its_own(fetcher, site):
    """Two pages may use the same tag: what a redirect leads to now need not be what it led to then."""
    page = await fetcher.fetch(f"{site.address}/to?url=/versioned?v=1")
    assert page.url == page.version.url == f"{site.address}/versioned?v=1"
    assert await fetcher.fetch(f"{site.address}/to?url=/versioned?v=1", page.version) is None
    other = Version(url=f"{site.address}/elsewhere", etag='"1"')
    assert (await fetcher.fetch(f"{site.address}/versioned?v=1", other)).body
    assert "If-None-Match" not in site.headers


async def test_a_server_that_calls_unchanged_what_was_not_asked_so_is_not_believed(fetcher, site):
    with pytest.raises(SourceError, match="answered 304 Not Modified"):
        await fetcher.fetch(f"{site.address}/status/304")


@pytest.mark.parametrize("tag", ["\u00e9", "x" * 1_000])
async def test_a_tag_that_cannot_be_sent_back_is_forgotten(fetcher, site, tag):
    assert (await fetcher.fetch(f"{site.address}/versioned?v={tag}")).version is None


async def test_a_file_is_read_again_when_it_has_changed(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("The bridge is open.")
    page = await CorpusFetcher(tmp_path).fetch("corpus:a.txt")
    assert await CorpusFetcher(tmp_path).fetch("corpus:a.txt", page.version) is None
    file.write_text("The bridge is closed.")
    assert b"closed" in (await CorpusFetcher(tmp_path).fetch("corpus:a.txt", page.version)).body


async def test_a_page_that_has_not_changed_is_parsed_once_in_a_week(fetcher, site):
    now, parsed = [1_000_000.0], []

    class Pool:
        async def run(self, function, page, most):
            parsed.append(page.url)
            return function(page, most)

    cache = memory_store("a", clock=lambda: now[0]).cache
    reader = CachingReader({"http": fetcher}, Pool(), cache, 10_000, {"http": 3_600}, clock=lambda: now[0])
    url = f"{site.address}/versioned?v=1"
    for days in (0, 6, 12):
        now[0] = 1_000_000.0 + days * 86_400
        with pytest.raises(SourceError, match="hardly any text"):
            await reader.read(url)
    assert (len(parsed), site.asked["/versioned"]) == (1, 3)
    now[0] += 8 * 86_400
    with pytest.raises(SourceError, match="hardly any text"):
        await reader.read(url)
    assert len(parsed) == 2


async def test_a_renewed_reading_bears_the_time_at_which_it_was_found_to_be_so_still(tmp_path, site):
    now = [1_000_000.0]
    (tmp_path / "a.txt").write_text("The bridge of Leeds was opened on 3 May 2021.")

    class Pool:
        async def run(self, function, page, most):
            return function(page, most)

    cache = memory_store("a", clock=lambda: now[0]).cache
    reader = CachingReader(
        {"corpus": CorpusFetcher(tmp_path)}, Pool(), cache, 10_000, {"corpus": 1}, clock=lambda: now[0]
    )
    first = await reader.read("corpus:a.txt")
    now[0] += 10.0
    second = await reader.read("corpus:a.txt")
    assert second.fetched_at == dt.datetime.fromtimestamp(now[0], dt.UTC).isoformat()
    assert second == first.model_copy(update={"fetched_at": second.fetched_at})
