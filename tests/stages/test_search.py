import asyncio

import pytest

from actors.domain.analysis import Quality
from actors.domain.artefacts import Plan, SearchResults, Verified
from actors.domain.documents import Candidate, Hit, Kind
from actors.domain.errors import PermanentError, TransientError
from actors.domain.job import ResearchRequest
from actors.stages.base import Artefacts
from actors.stages.search import SearchStage, chosen, cut
from actors.stages.wanted import refused_day

PLAN = Artefacts({"plan:0": Plan(questions=("first", "second"))})


class Fixed:
    """A provider with one answer, which keeps what it was asked."""

    def __init__(self, name, *urls, error=None, kinds=(Kind.WEB,), usd=0.0, published=None):
        self.name, self.urls, self.error, self.published = name, urls, error, published
        self.kinds, self.usd_per_query, self.asked = frozenset(kinds), usd, []

    def requests(self, query):
        return 1

    async def search(self, query, receipt):
        receipt.requests += 1
        self.asked.append(query)
        if self.error:
            raise self.error
        found = enumerate(self.urls[: query.limit], 1)
        told = {"provider": self.name, "kind": query.kind, "published": self.published}
        return [Hit(url=url, rank=rank, **told) for rank, url in found]


async def test_every_question_goes_to_every_provider_through_the_ledger_and_is_fused(desk):
    desk.providers = {"a": Fixed("a", "http://x.example/", "http://y.example/"), "b": Fixed("b", "http://y.example/")}
    found = await SearchStage().work(desk.job(), PLAN, desk.services())
    assert [candidate.url for candidate in found.candidates] == ["http://y.example/", "http://x.example/"]
    assert len(set(desk.calls)) == 4
    assert desk.notes[0].data == {"found": 2}


async def test_a_provider_that_fails_is_a_warning_with_its_name(desk):
    desk.providers = {"a": Fixed("a", "http://x.example/"), "b": Fixed("b", error=TransientError("is away"))}
    found = await SearchStage().work(desk.job(), PLAN, desk.services())
    assert len(found.candidates) == 1
    assert found.warnings == ("b: is away",)


async def test_a_provider_that_finds_nothing_is_never_silent(desk):
    desk.providers = {"a": Fixed("a", "http://x.example/"), "empty": Fixed("empty")}
    found = await SearchStage().work(desk.job(), PLAN, desk.services())
    assert found.warnings == ("empty: found nothing",)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["a", "b"]),
        ({"providers": ("b",)}, ["b"]),
        ({"providers": ("urls",)}, ["urls"]),
        ({"urls": ("http://x.example/",)}, ["urls"]),
        ({"urls": ("http://x.example/",), "providers": ("a",)}, ["a", "urls"]),
        ({"urls": ("http://x.example/",), "providers": ("urls",)}, ["urls"]),
    ],
)
def test_which_providers_a_request_uses(options, expected):
    assert list(chosen(ResearchRequest(query="q", **options), {"a": Fixed("a"), "b": Fixed("b")})) == expected


@pytest.mark.parametrize(
    ("available", "options", "message"),
    [
        ({}, {}, "there is nothing to search"),
        ({"a": Fixed("a")}, {"providers": ("google",)}, "'google' is not set up; there are: a, urls"),
    ],
)
def test_a_request_that_cannot_be_searched_says_what_can(available, options, message):
    with pytest.raises(PermanentError, match=message):
        chosen(ResearchRequest(query="q", **options), available)


def test_the_limit_cuts_what_was_found_but_not_what_was_asked_for():
    def candidate(url, provider, reason=None):
        return Candidate(url=url, providers=(provider,), score=1, reason=reason)

    candidates = [candidate("1", "a"), candidate("2", "urls"), candidate("3", "a"), candidate("4", "a", "is encrypted")]
    assert [each.url for each in cut(candidates, 1)] == ["1", "2", "4"]


async def test_a_failure_of_every_provider_is_told_and_leaves_nothing_to_read(desk):
    errors = {"a": TransientError("is away"), "b": PermanentError("has no key")}
    desk.providers = {name: Fixed(name, error=error) for name, error in errors.items()}
    found = await SearchStage().work(desk.job(), PLAN, desk.services())
    assert (found.candidates, found.warnings) == ((), ("a: is away", "b: has no key"))


async def test_what_the_request_wants_is_asked_of_those_who_can_and_filtered_where_they_cannot(desk):
    able = Fixed("able", "https://a.example/1", "https://b.example/2", kinds=Kind)
    plain = Fixed("plain", "https://news.a.example/3", "https://evil.a.example/4", published="2019-05")
    desk.providers = {"able": able, "plain": plain}
    job = desk.job(
        include_news=True,
        include_images=True,
        include_domains=("a.example",),
        exclude_domains=("evil.a.example",),
        since="2019-05-20",
        language="en",
    )
    found = await SearchStage().work(job, PLAN, desk.services())
    assert {each.url for each in found.candidates} == {"https://a.example/1", "https://news.a.example/3"}
    assert [each.url for each in found.media] == ["https://a.example/1"]
    assert sorted(query.kind for query in able.asked) == ["images", "news", "news", "web", "web"]
    assert {(query.include_domains, query.language) for query in plain.asked} == {(("a.example",), "en")}


@pytest.mark.parametrize(
    ("published", "since", "until", "said"),
    [
        ("2019", "2019-12-31", None, ""),
        ("2019", "2020-01-01", None, "was published in 2019, before 2020-01-01"),
        ("2020-02", None, "2020-02-01", ""),
        ("2020-02-02", None, "2020-02-01", "was published in 2020-02-02, after 2020-02-01"),
        (None, "2020-01-01", None, ""),
    ],
)
def test_a_month_or_year_is_let_in_when_it_may_hold_a_day_that_is_asked_for(published, since, until, said):
    assert refused_day(published, ResearchRequest(query="q", since=since, until=until)) == said


async def test_a_paid_provider_without_room_in_the_budget_is_not_asked_and_ends_the_search(desk):
    paid, free = Fixed("paid", "https://p.example/", usd=0.01), Fixed("free", "https://f.example/")
    desk.providers, desk.refused = {"paid": paid, "free": free}, True
    found = await SearchStage().work(desk.job(), PLAN, desk.services())
    assert (paid.asked, [each.url for each in found.candidates]) == ([], ["https://f.example/"])
    assert found.stop_reason == "budget"
    assert found.warnings == ("paid was not asked: no room",)


async def test_a_provider_that_takes_the_jobs_time_is_left(desk):
    class Slow(Fixed):
        async def search(self, query, receipt):
            await asyncio.sleep(60)

    desk.providers, desk.seconds_left = {"slow": Slow("slow"), "fast": Fixed("fast", "https://f.example/")}, 0.01
    found = await SearchStage().work(desk.job(), PLAN, desk.services())
    assert (len(found.candidates), found.stop_reason) == (1, "deadline")


async def test_a_further_round_asks_what_is_open_and_adds_to_what_was_found(desk):
    desk.providers = {"a": Fixed("a", "https://a.example/1", "https://a.example/2")}
    before = SearchResults(
        questions=("first",), candidates=(Candidate(url="https://a.example/1#x", providers=("a",), score=1),)
    )
    quality = Quality(citation_precision=1, citation_recall=1, cited_share=1)
    verified = Verified(summary=(), findings=(), timeline=(), quality=quality, open_questions=("how wide",))
    artefacts = Artefacts({"search:0": before, "verify:0": verified})
    found = await SearchStage().work(
        desk.job(round_=1, urls=("http://own.example/",), providers=("a",)), artefacts, desk.services()
    )
    assert [each.url for each in found.candidates] == ["https://a.example/1#x", "https://a.example/2"]
    assert found.questions == ("first", "how wide")


async def test_what_a_search_took_is_recorded_even_when_it_failed_and_what_it_lacks_is_told(desk):
    class Cut(Fixed):
        async def search(self, query, receipt):
            receipt.requests, receipt.problems = 2, ["answered 500 (after 1 results)"]
            return [Hit(url="https://a.example/1", provider="cut", rank=1)]

    desk.providers = {"cut": Cut("cut", usd=0.01), "down": Fixed("down", error=TransientError("is away"), usd=0.01)}
    found = await SearchStage().work(desk.job(), Artefacts({"plan:0": Plan(questions=("q",))}), desk.services())
    assert found.warnings == ("cut: answered 500 (after 1 results)", "down: is away")
    assert sorted(spent.usd for spent in desk.spent) == [0.01, 0.02]
