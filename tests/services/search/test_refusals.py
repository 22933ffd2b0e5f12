"""How providers with an API fail: always in one of our errors, in a sentence, without a secret."""

import json
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.documents import Hit, Kind
from actors.domain.errors import PermanentError, TransientError
from actors.services.search.api import add, hit
from actors.services.search.base import SearchQuery
from actors.services.search.brave import Brave
from actors.services.search.google import Google
from actors.services.search.refusals import Reply
from actors.services.search.searxng import Searxng
from actors.services.search.tavily import Tavily
from actors.services.search.wikipedia import Wikipedia
from tests.servers.search import cut, flood, hang, raw, status

APIS = ["google", "searxng", "brave", "tavily", "wikipedia"]
QUERY = SearchQuery(text="ozone", limit=3)
EACH = pytest.mark.parametrize("name", APIS)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("google", "search.google.api_key"),
        ("brave", "search.brave.api_key"),
        ("tavily", "search.tavily.api_key"),
    ],
)
async def test_a_key_that_is_not_known_is_named_by_its_setting(opened, name, setting, failure):
    async with opened(key="another-key") as providers:
        assert setting in str(await failure(providers[name], PermanentError))


@pytest.mark.parametrize("number", [401, 403])
@EACH
async def test_a_refusal_names_what_to_look_at_and_is_not_repeated(providers, server, name, number, failure):
    server.always = status(number)
    told = str(await failure(providers[name], PermanentError))
    assert f"search.{name}." in told
    assert str(number) in told
    assert len(server.asked) == 1


@EACH
async def test_too_many_requests_are_waited_out_where_that_is_short(providers, server, sleeper, name):
    server.faults.extend([status(429, Retry_After="2"), status(429, Retry_After="2")])
    assert len(await providers[name].search(QUERY)) == 3
    assert [round(seconds) for seconds in sleeper.slept] == [2, 2]


@EACH
async def test_a_long_wait_is_told_and_the_provider_left_alone_for_as_long(providers, server, clock, name, failure):
    server.always = status(429, Retry_After="600")
    error = await failure(providers[name], TransientError)
    assert error.retry_after_seconds == 600
    assert "429" in str(error)
    server.always = None
    clock[0] += 500
    assert "left alone" in str(await failure(providers[name], TransientError, SearchQuery(text="other", limit=1)))
    assert len(server.asked) == 1
    clock[0] += 101
    assert len(await providers[name].search(QUERY)) == 3


@EACH
async def test_a_server_error_is_asked_again_after_growing_pauses_then_told(providers, server, sleeper, name, failure):
    server.faults.extend([status(500), status(503)])
    assert len(await providers[name].search(QUERY)) == 3
    assert sleeper.slept[0] < sleeper.slept[1] * 1.01
    server.always = status(502)
    assert "502 Bad Gateway" in str(await failure(providers[name], TransientError, SearchQuery(text="x", limit=1)))
    assert len(server.asked) == 6


@EACH
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (raw(b"<html><body>Sign in</body></html>", "text/html"), "HTML instead of JSON"),
        (raw(b"", "application/json"), "something else instead of JSON"),
        (raw(b"[" * 100_000), "something else instead of JSON"),
        (raw(b"[1, 2]"), "no JSON object"),
        (raw(b"null"), "no JSON object"),
        (cut, "broke off"),
        (flood, "larger than 2 MB"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_told_and_not_paid_again(providers, server, name, fault, told, failure):
    server.always = fault
    assert told in str(await failure(providers[name], TransientError))
    assert len(server.asked) == 1


@EACH
async def test_an_answer_of_another_shape_is_no_empty_result(providers, server, name):
    shapes = [{"message": "hello"}] if name != "google" else []
    shapes += [
        {"items": wrong, "results": wrong, "web": {"results": wrong}, "query": {"search": wrong}}
        for wrong in (7, "text", {"a": 1}, [1, 2], ["", None], [{"title": "no address"}], [{"url": 5, "link": 5}])
    ]
    for number, shape in enumerate(shapes):
        server.always = raw(json.dumps(shape).encode())
        query = SearchQuery(text=f"question {number}", limit=2)
        with pytest.raises(TransientError, match=r"does not document|left alone"):
            await providers[name].search(query)


@EACH
async def test_a_silent_provider_is_given_up_in_time(opened, server, name, failure):
    server.always = hang
    async with opened(timeout_seconds=0.05) as providers:
        assert str(await failure(providers[name], TransientError)) == "did not answer in time"


@pytest.mark.parametrize("name", ["google", "brave"])
async def test_what_was_found_before_an_error_is_kept_for_now(providers, server, store, name):
    asked = SearchQuery(text="ozone", limit=30)
    good = providers[name].source.api
    assert len(await providers[name].search(SearchQuery(text="ozone", limit=30))) == 30
    await store.cache.clear("search")
    server.asked.clear()

    async def first(request):
        return server.answer(request, None)

    server.faults.append(first)
    server.always = status(401)
    found = await providers[name].search(asked)
    assert len(found) == good.paging(Kind.WEB).size
    server.always = None
    assert len(await providers[name].search(asked)) == 30


async def test_searxng_without_json_says_what_to_turn_on(providers, server, failure):
    server.always = status(403)
    assert "search.formats" in str(await failure(providers["searxng"], PermanentError))


async def test_searxng_names_the_engines_that_leave_it_without_results(providers, server, failure):
    answer = {"results": [], "unresponsive_engines": [["one", "timeout"], ["two <b>", "too many requests"], 7, []]}
    server.always = raw(json.dumps(answer).encode())
    told = str(await failure(providers["searxng"], TransientError))
    assert "one (timeout), two (too many requests)" in told


async def test_nothing_found_is_an_empty_list(providers, server):
    answers = {"searxng": {"results": []}, "google": {}, "tavily": {"results": []}, "brave": {"type": "search"}}
    for name, answer in answers.items():
        server.always = raw(json.dumps(answer).encode())
        assert await providers[name].search(QUERY) == []


@pytest.mark.parametrize("reason", ["dailyLimitExceeded", "rateLimitExceeded", "quotaExceeded"])
async def test_googles_quota_is_no_bad_key(providers, server, reason, failure):
    server.always = status(403, {"error": {"code": 403, "errors": [{"reason": reason}]}})
    assert "quota" in str(await failure(providers["google"], TransientError))


@pytest.mark.parametrize("number", [402, 432, 433])
async def test_a_plan_that_is_used_up_is_told(providers, server, number, failure):
    server.always = status(number)
    assert "plan's quota is used up" in str(await failure(providers["tavily"], PermanentError))


@pytest.mark.parametrize(
    ("left", "resets", "told"),
    [("0, 0", "1, 90000", 90000), ("1, 0", "1, 90000", 90000), ("0, 10", "9, 90000", 9), ("x", "1", None)],
)
async def test_brave_tells_by_its_own_headers_when_to_come_again(providers, server, left, resets, told, failure):
    server.always = status(429, X_RateLimit_Remaining=left, X_RateLimit_Reset=resets)
    assert (await failure(providers["brave"], TransientError)).retry_after_seconds == told


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("maxlag", TransientError),
        ("ratelimited", TransientError),
        ("internal_api_error_DBQueryError", TransientError),
        ("badvalue", PermanentError),
    ],
)
async def test_wikipedias_errors_come_with_status_200(providers, server, code, kind, failure):
    server.always = raw(json.dumps({"error": {"code": code, "info": "…"}}).encode())
    assert code in str(await failure(providers["wikipedia"], kind))


@pytest.mark.parametrize("number", [301, 308])
async def test_a_redirect_is_not_followed_but_told(providers, server, number, failure):
    server.always = status(number, Location="https://elsewhere.example/search")
    assert "search.searxng.url" in str(await failure(providers["searxng"], PermanentError))
    assert len(server.asked) == 1


def anything():
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    leaves |= st.sampled_from(["http://a.example/", "https://[", "2021-05-03", "<b>", "\ud800", "9999-99-99"])
    names = "title url link images image contextLink properties page_age publishedDate pagemap metatags videoobject"
    names += " newsarticle embedurl content error errors reason code continue src published_date img_src iframe_src"
    keys = st.sampled_from([*names.split(), "x"])
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6))


def answers():
    """Any JSON, most of it where providers have their results."""
    where = {"items", "results", "images", "unresponsive_engines", "error", "continue", "type"}
    wrapped = st.lists(anything(), max_size=3).map(
        lambda found: dict.fromkeys(where, found) | {"web": {"results": found}, "query": {"search": found}}
    )
    return wrapped | anything()


ALL = [
    Google("key", "engine", "http://a.example", 0.0),
    Searxng("http://a.example"),
    Brave("key", "http://a.example", 0.0),
    Tavily("key", "http://a.example", 0.0),
    Wikipedia("http://a.example"),
]


@pytest.mark.parametrize("api", ALL, ids=lambda api: api.name)
@settings(max_examples=25)
@given(data=answers(), kind=st.sampled_from(Kind), number=st.sampled_from([200, 400, 403, 429, 500]))
def test_no_json_ends_in_anything_but_hits_or_our_errors(api, data, kind, number):
    query = SearchQuery(text="ozone", limit=3, kind=kind)
    refused = api.refusal(Reply(number, data))
    assert refused is None or isinstance(refused, TransientError | PermanentError)
    results = {}
    if isinstance(data, dict):
        with suppress(TransientError):
            add(results, api.read(query, data).results)
    hits = [hit(result, query, api.name, rank) for rank, result in enumerate(results.values(), 1)]
    for found in hits:
        assert Hit.model_validate_json(found.model_dump_json()) == found
        assert found.url.startswith("http")
        assert found.published is None or date.fromisoformat(f"{found.published}-01"[:10])
