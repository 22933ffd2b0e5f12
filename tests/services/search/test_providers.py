"""What every provider with an API does alike."""

from datetime import UTC, datetime, timedelta

import pytest

from actors.config import EngineConfig
from actors.domain.documents import Kind
from actors.services.search import PROVIDERS, open_providers
from actors.services.search.base import SearchQuery
from actors.services.search.wikipedia import Wikipedia
from tests.servers.search_apis import KEY

APIS = ["google", "searxng", "brave", "tavily", "wikipedia"]
KINDS = {
    "google": set(Kind),
    "searxng": set(Kind),
    "brave": set(Kind),
    "tavily": {Kind.WEB, Kind.NEWS, Kind.IMAGES},
    "wikipedia": {Kind.WEB},
}
TODAY = datetime.now(UTC).date()


def numbers(hits):
    return [int(hit.title.split()[1]) for hit in hits]


@pytest.mark.parametrize("name", APIS)
async def test_results_come_in_order_and_clean(providers, name):
    hits = await providers[name].search(SearchQuery(text="ozone", limit=5))
    assert numbers(hits) == [0, 1, 2, 3, 4]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert {hit.title for hit in hits} == {f"Result {number} & more" for number in range(5)}
    assert {(hit.provider, hit.kind) for hit in hits} == {(name, Kind.WEB)}
    if name != "wikipedia":
        assert hits[1].published == (TODAY - timedelta(days=10)).isoformat()


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in APIS for kind in Kind if kind in KINDS[name]])
async def test_each_kind_is_searched_where_it_is(providers, name, kind):
    assert providers[name].kinds == KINDS[name]
    hits = await providers[name].search(SearchQuery(text="ozone", limit=3, kind=kind))
    assert numbers(hits) == [0, 1, 2]
    assert {hit.kind for hit in hits} == {kind}
    if kind is Kind.IMAGES:
        assert hits[1].media_url == "https://files.example/images/1"
    if kind is not Kind.WEB and name != "tavily":
        assert hits[1].url == f"https://sub.a.example/{kind}/1"
    if kind is Kind.VIDEOS and name != "brave":
        assert hits[1].media_url == "https://files.example/videos/1"


@pytest.mark.parametrize(
    ("name", "limit", "found", "asked"),
    [
        ("google", 25, 25, 3),
        ("google", 10, 10, 1),
        ("searxng", 25, 25, 3),
        ("brave", 45, 45, 3),
        ("brave", 99, 60, 3),
        ("tavily", 25, 20, 1),
        ("wikipedia", 55, 55, 2),
    ],
)
async def test_pages_are_asked_for_until_there_is_enough_or_no_more(providers, server, name, limit, found, asked):
    hits = await providers[name].search(SearchQuery(text="ozone", limit=limit))
    assert numbers(hits) == list(range(found))
    assert len(server.asked) == asked
    assert providers[name].requests(SearchQuery(text="ozone", limit=limit)) >= asked


@pytest.mark.parametrize("name", ["google", "searxng", "brave", "tavily"])
async def test_domains_are_wanted_and_refused(providers, name):
    provider = providers[name]
    some = {"text": "ozone", "limit": 4}
    assert numbers(await provider.search(SearchQuery(**some, include_domains=("a.example",)))) == [0, 1, 4, 5]
    two = SearchQuery(**some, include_domains=("b.example", "c.example"), exclude_domains=("c.example",))
    assert numbers(await provider.search(two)) == [2, 6, 10, 14]
    assert numbers(await provider.search(SearchQuery(**some, exclude_domains=("a.example",)))) == [2, 3, 6, 7]


@pytest.mark.parametrize("kind", [Kind.WEB, Kind.NEWS])
@pytest.mark.parametrize("name", ["google", "brave", "tavily"])
async def test_days_are_honoured(providers, name, kind):
    since, until = TODAY - timedelta(days=50), TODAY - timedelta(days=30)
    provider = providers[name]
    both = SearchQuery(text="ozone", limit=9, kind=kind, since=since, until=until)
    assert numbers(await provider.search(both)) == [3, 4, 5]
    assert numbers(await provider.search(SearchQuery(text="ozone", limit=9, kind=kind, since=until))) == [0, 1, 2, 3]
    assert numbers(await provider.search(SearchQuery(text="ozone", limit=2, kind=kind, until=since))) == [5, 6]


@pytest.mark.parametrize("name", ["google", "searxng", "brave"])
async def test_the_language_is_honoured(providers, name):
    assert numbers(await providers[name].search(SearchQuery(text="ozone", limit=3, language="de"))) == [1, 4, 7]


@pytest.mark.parametrize("name", ["google", "brave"])
async def test_a_language_that_the_api_would_refuse_is_not_sent(providers, server, name):
    await providers[name].search(SearchQuery(text="ozone", limit=3, language="la"))
    assert not {"lr", "search_lang"} & server.asked[0].query.keys()


@pytest.mark.parametrize("name", APIS)
async def test_a_question_is_never_longer_than_the_api_takes(providers, server, name):
    sites = tuple(f"site{number}.example" for number in range(50))
    text = "what is the ozone layer made of " * 60
    await providers[name].search(SearchQuery(text=text, limit=3))
    assert server.asked
    if name != "wikipedia":
        await providers[name].search(SearchQuery(text=text, limit=3, include_domains=("a.example", *sites)))
        assert len(await providers[name].search(SearchQuery(text=text, limit=3, exclude_domains=sites))) == 3


@pytest.mark.parametrize("name", ["google", "brave", "tavily"])
async def test_a_search_costs_what_the_operator_has_set(providers, name):
    assert providers[name].usd_per_query == 0.01


async def test_what_needs_no_key_runs_without_settings_and_the_rest_does_not(store):
    async with open_providers(EngineConfig(), store.cache, store.breakers) as providers:
        assert set(providers) == {"duckduckgo", "wikipedia"}
        assert all(provider.usd_per_query == 0 for provider in providers.values())


async def test_every_provider_runs_with_its_settings(providers):
    assert set(providers) == set(PROVIDERS)


async def test_no_key_shows_when_a_provider_is_printed(providers):
    assert KEY not in repr(providers)


async def test_wikipedia_is_asked_in_the_language_and_politely(opened, server):
    async with opened(fetch={"user_agent": "Somebody/1.0 (mail@a.example)"}) as providers:
        hits = await providers["wikipedia"].search(SearchQuery(text="ozone", limit=1, language="de"))
    assert hits[0].url == f"{server.address}/de/wiki/Result_0_%26_more"
    assert server.asked[0].path == "/de/w/api.php"
    assert server.asked[0].headers["User-Agent"] == "Somebody/1.0 (mail@a.example)"


async def test_wikipedia_asks_for_any_word_when_no_article_has_all(providers, server):
    hits = await providers["wikipedia"].search(SearchQuery(text="What lies nowhere?", limit=2))
    assert len(hits) == 2
    assert [asked.query["srsearch"] for asked in server.asked] == ["What lies nowhere?", "What OR lies OR nowhere"]


@pytest.mark.parametrize("length", range(4, 13))
def test_wikipedias_question_never_ends_in_a_loose_operator(length):
    wikipedia = Wikipedia("https://{language}.wikipedia.org")
    *_, form = wikipedia.forms(SearchQuery(text=f"{'x' * length} " * 60, limit=1))
    asked = wikipedia.request(form, 0).params["srsearch"]
    assert len(asked) <= 300
    assert asked.endswith("x")


@pytest.mark.parametrize("sites", [{"include_domains": ("a.example",)}, {"exclude_domains": ("wikipedia.org",)}])
async def test_wikipedia_is_not_asked_where_it_is_not_wanted(store, sites):
    async with open_providers(EngineConfig(), store.cache, store.breakers) as providers:
        assert await providers["wikipedia"].search(SearchQuery(text="ozone", limit=2, **sites)) == []


async def test_searxng_takes_no_word_of_a_question_for_a_command(providers, server):
    await providers["searxng"].search(SearchQuery(text=":de !images <3 what is !g? ? it", limit=1))
    assert server.asked[0].query["q"] == "de images 3 what is g? ? it"


async def test_searxng_narrows_the_time_and_widens_it_again_when_nothing_is_found(providers, server):
    since = TODAY - timedelta(days=20)
    provider = providers["searxng"]
    assert numbers(await provider.search(SearchQuery(text="ozone", limit=9, since=since))) == [0, 1, 2, 3]
    server.asked.clear()
    assert len(await provider.search(SearchQuery(text="timeless", limit=9, since=since))) == 9
    assert [asked.query.get("time_range") for asked in server.asked] == ["month", None]
