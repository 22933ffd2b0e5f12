import pytest

from actors.domain.artefacts import Plan
from actors.domain.documents import Candidate, Hit
from actors.domain.errors import PermanentError, TransientError
from actors.domain.job import ResearchRequest
from actors.stages.base import Artefacts
from actors.stages.search import SearchStage, chosen, cut

PLAN = Artefacts({"plan:0": Plan(questions=("first", "second"))})


class Fixed:
    def __init__(self, name, *urls, error=None):
        self.name, self.urls, self.error = name, urls, error

    async def search(self, query, *, limit):
        if self.error:
            raise self.error
        return [Hit(url=url, provider=self.name, rank=rank) for rank, url in enumerate(self.urls[:limit], 1)]


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


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["a", "b"]),
        ({"providers": ("b",)}, ["b"]),
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


async def test_a_failure_of_every_provider_is_tried_again_or_fails_the_job(desk):
    for error in (TransientError("is away"), PermanentError("has no key")):
        desk.providers = {"a": Fixed("a", error=error)}
        with pytest.raises(type(error), match=f"a: {error}"):
            await SearchStage().work(desk.job(), PLAN, desk.services())
