import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from ddgs.ddgs import DDGS
from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException

from actors.domain.documents import Kind
from actors.domain.errors import TransientError
from actors.services.search.base import Receipt, SearchQuery
from actors.services.search.duckduckgo import DuckDuckGo, ask_library

TODAY = datetime.now(UTC).date()
RESULTS = {
    "text": {"title": "A <b>page</b>", "href": "https://a.example/{}", "body": "…"},
    "news": {"title": "News", "url": "https://a.example/{}", "date": "2021-05-03T08:00:00+00:00", "body": "…"},
    "images": {"title": "Image", "url": "https://a.example/{}", "image": "https://a.example/{}.png"},
    "videos": {
        "title": "Video",
        "content": "https://a.example/{}",
        "embed_url": "https://a.example/embed/{}",
        "published": "2021-05-03T00:00:00.0000000",
    },
}


class Library:
    """Three pages of four results each; remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, method, text, options):
        self.asked.append((method, text, dict(options)))
        first = 4 * (options["page"] - 1)
        numbers = range(first, first + 4) if first < 12 else ()
        return [{key: value.format(number) for key, value in RESULTS[method].items()} for number in numbers]


async def find(ask, seconds=5.0, **query):
    query = SearchQuery(**{"text": "ozone", "limit": 4, **query})
    return await DuckDuckGo(ask).find(query, ends=asyncio.get_running_loop().time() + seconds, receipt=Receipt())


@pytest.mark.parametrize(("kind", "method"), list(zip(Kind, RESULTS, strict=True)))
async def test_each_kind_is_asked_for_and_read(kind, method):
    library = Library()
    outcome = await find(library, kind=kind, limit=1)
    assert outcome.failure is None
    (hit,) = outcome.hits
    assert library.asked[0][0] == method
    assert (hit.url, hit.provider, hit.kind, hit.rank) == ("https://a.example/0", "duckduckgo", kind, 1)
    assert hit.published == ("2021-05-03" if kind in (Kind.NEWS, Kind.VIDEOS) else None)
    expected = {Kind.IMAGES: "https://a.example/0.png", Kind.VIDEOS: "https://a.example/embed/0"}
    assert hit.media_url == expected.get(kind)
    assert "<" not in hit.title


@pytest.mark.parametrize(("limit", "found", "pages"), [(4, 4, 1), (9, 9, 3), (50, 12, 4)])
async def test_pages_are_read_until_there_is_enough_or_no_more(limit, found, pages):
    library = Library()
    outcome = await find(library, limit=limit)
    assert (len(outcome.hits), outcome.failure) == (found, None)
    assert [options["page"] for _, _, options in library.asked] == list(range(1, pages + 1))


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ({}, {"region": "wt-wt"}),
        ({"language": "de"}, {"region": "de-de"}),
        ({"language": "la"}, {"region": "wt-wt"}),
        ({"since": TODAY - timedelta(days=400)}, {"timelimit": f"{TODAY - timedelta(days=400)}..{TODAY}"}),
        ({"until": TODAY}, {"timelimit": f"1970-01-01..{TODAY}"}),
        ({"since": TODAY - timedelta(days=3), "kind": Kind.NEWS}, {"timelimit": "w"}),
        ({"since": TODAY - timedelta(days=99), "kind": Kind.IMAGES}, {"timelimit": "y"}),
    ],
)
async def test_the_options_of_a_question_are_the_librarys(query, options):
    library = Library()
    await find(library, **query)
    assert options.items() <= library.asked[0][2].items()


async def test_news_of_more_than_a_month_ago_have_no_span():
    library = Library()
    await find(library, kind=Kind.NEWS, since=TODAY - timedelta(days=99))
    assert "timelimit" not in library.asked[0][2]


async def test_sites_are_asked_for_by_operators():
    library = Library()
    await find(library, include_domains=("a.example",), exclude_domains=("b.a.example",))
    assert library.asked[0][1] == "ozone site:a.example -site:b.a.example"


async def test_nothing_at_all_is_an_error_as_a_refusal_looks_the_same():
    outcome = await find(lambda *_: [])
    assert outcome.hits == []
    assert "turned us away" in str(outcome.failure)


@pytest.mark.parametrize("answer", [[1, None], [{"href": 5}], [{}]])
async def test_results_of_another_shape_are_an_error(answer):
    outcome = await find(lambda *_: answer)
    assert isinstance(outcome.failure, TransientError)


async def test_a_library_that_does_not_come_back_is_not_waited_for():
    outcome = await find(lambda *_: time.sleep(0.05), seconds=0.01)
    assert str(outcome.failure) == "did not answer in time"


async def test_the_pages_read_before_a_failure_are_kept():
    library = Library()

    def ask(method, text, options):
        if options["page"] > 1:
            raise TransientError("did not answer in time")
        return library(method, text, options)

    outcome = await find(ask, limit=20)
    assert len(outcome.hits) == 4
    assert outcome.failure is not None


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TimeoutException("timed out at https://secret"), "did not answer in time"),
        (RatelimitException("202"), "could not be asked"),
        (DDGSException("ConnectError: https://secret"), "could not be asked"),
    ],
)
def test_errors_of_the_library_become_ours(monkeypatch, error, told):
    def text(*_args, **_options):
        raise error

    monkeypatch.setattr(DDGS, "text", text)
    with pytest.raises(TransientError, match=told) as raised:
        ask_library("text", "ozone", {"region": "wt-wt", "page": 1})
    assert "secret" not in str(raised.value)


def test_the_library_is_called_as_it_is_documented(monkeypatch):
    called = {}

    def text(self, query, **options):
        called.update(options, query=query, proxy=self._proxy, verify=self._verify)
        raise DDGSException("No results found.")

    monkeypatch.setattr(DDGS, "text", text)
    assert ask_library("text", "ozone", {"page": 1}, proxy="http://proxy.example:1", ca_bundle="bundle.pem") == []
    assert called["query"] == "ozone"
    assert (called["backend"], called["page"]) == ("duckduckgo", 1)
    assert (called["proxy"], called["verify"]) == ("http://proxy.example:1", "bundle.pem")


def test_the_library_has_what_we_call():
    from ddgs.engines import ENGINES

    assert all("duckduckgo" in ENGINES[method] for method in RESULTS)
