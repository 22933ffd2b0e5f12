import pytest

from actors.domain.errors import ProcessDiedError, SourceError
from actors.services.fetch.base import Page
from actors.services.fetch.reader import CachingReader, digest
from actors.store.memory import memory_store

ARTICLE = "The council of Leeds opened a new bridge on 3 May 2021 after three years of work.\n\n" * 8


class Web:
    """One page for every address, counted."""

    body = ARTICLE.encode()

    def __init__(self):
        self.fetched = 0

    async def fetch(self, url):
        self.fetched += 1
        return Page(url + "#found", self.body, "text/plain", "utf-8", "2026-01-01T00:00:00+00:00")


class HerePool:
    """Runs here, or fails as told."""

    def __init__(self, error=None):
        self.error = error

    async def run(self, function, *args, **kwargs):
        if self.error:
            raise self.error
        return function(*args, **kwargs)


def reader(web, error=None, max_characters=10_000):
    return CachingReader({"http": web}, HerePool(error), memory_store("a").cache, max_characters, {"http": 60})


async def test_a_page_is_fetched_and_parsed_once_within_its_time():
    web = Web()
    one = reader(web)
    first, second = await one.read("http://a.example/"), await one.read("http://a.example/")
    assert first == second
    assert first.url == "http://a.example/#found"
    assert web.fetched == 1


async def test_an_address_of_another_kind_is_refused_with_the_kinds_there_are():
    with pytest.raises(SourceError, match=r"only http"):
        await reader(Web()).read("ftp://a.example/")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "took too long to parse"),
        (ProcessDiedError("killed"), r"its parser failed \(ProcessDiedError\)"),
        (ValueError("All strings must be XML compatible"), r"its parser failed \(ValueError\)"),
        (SourceError("is an encrypted PDF"), "is an encrypted PDF"),
    ],
)
async def test_whatever_a_parser_dies_of_only_the_source_is_lost(error, reason):
    with pytest.raises(SourceError, match=reason):
        await reader(Web(), error).read("http://a.example/")


async def test_a_long_text_is_cut_at_a_paragraph_and_the_rest_counted():
    reading = await reader(Web(), max_characters=200).read("http://a.example/")
    whole, none = digest(await Web().fetch("http://a.example/"), 10_000)
    assert none == 0
    assert whole.text.startswith(reading.extracted.text + "\n")
    assert len(reading.extracted.text) + reading.left_out == len(whole.text)


def test_control_characters_in_a_page_do_not_break_its_parser():
    told = b"The bridge at Leeds is open since May, the council said. " * 20
    body = (
        b"<html><body><article><p>The bridge\x01 at\x0b York is closed for repairs. "
        + told
        + b"</p></article></body></html>"
    )
    extracted, _ = digest(Page("http://a.example/", body, "text/html", "utf-8", "2026-01-01T00:00:00+00:00"), 10_000)
    assert "The bridge at York is closed" in extracted.text
