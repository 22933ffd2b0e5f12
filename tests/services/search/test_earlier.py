import numpy as np
import pytest

from actors.domain.documents import Match, Passage, Source, SourceStatus
from actors.domain.errors import PermanentError
from actors.services.search.base import SearchQuery
from actors.services.search.earlier import PASSAGES_A_SOURCE, EarlierSearch
from actors.services.vectors.chroma import LocalChroma

ASKED = np.eye(1, 4, dtype=np.float32)


class HerePool:
    async def run(self, function, /, *args, **kwargs):
        return function(*args, **kwargs)


class Asking:
    """Every text has the same vector."""

    model = "test-4"

    async def embed(self, texts):
        return np.repeat(ASKED, len(texts), axis=0)


class Shelf:
    """Finds what it was given, whoever asks."""

    def __init__(self, *found):
        self.found = [Match(text="", start=0, end=0, sha256="", title="", **each) for each in found]

    async def search(self, tenant, vector, *, limit, but):
        return [match for match in self.found if match.job_id != but][:limit]


def found(url, *, score=0.9, job_id="j1", source_id="s1"):
    return {"url": url, "score": score, "job_id": job_id, "source_id": source_id}


async def collect(store, tenant, job_id, *texts):
    """A source for each text, all of them on what is asked."""
    sources = {
        f"s{number}": Source(id=f"s{number}", url=f"https://{job_id}.example/{number}", status=SourceStatus.READ)
        for number, _ in enumerate(texts, 1)
    }
    passages = [
        Passage(id=f"s{number}p1", source_id=f"s{number}", text=text, start=0, end=len(text))
        for number, text in enumerate(texts, 1)
    ]
    await store.upsert(tenant, job_id, passages, sources, np.repeat(ASKED, len(texts), axis=0))


async def test_only_the_tenants_own_earlier_jobs_are_offered_and_none_that_was_deleted(tmp_path):
    store = LocalChroma(HerePool(), tmp_path, "test-4")
    tenants = ["a", "a/../b", "a' OR '1'='1", '{"$ne": "a"}', "", "ä\ud800"]
    for tenant in tenants:
        await collect(store, tenant, "j1", f"Of {tenant!r}.", "A second source.")
        await collect(store, tenant, "j2", "Of another job.")

    for tenant in tenants:
        hits = await EarlierSearch(store, Asking(), tenant, "j2").search(SearchQuery(text="what?", limit=9))
        assert sorted(hit.kept for hit in hits) == [("j1", "s1"), ("j1", "s2")]
        assert {hit.provider for hit in hits} == {"earlier"}
        assert (await store.source(tenant, *min(hit.kept for hit in hits))).extracted.text == f"Of {tenant!r}."

    await store.delete("a", "j1")
    assert await EarlierSearch(store, Asking(), "a", "j2").search(SearchQuery(text="what?", limit=9)) == []
    assert len(await EarlierSearch(store, Asking(), "", "j2").search(SearchQuery(text="what?", limit=9))) == 2
    with pytest.raises(PermanentError, match="vectors of test-4"):
        await EarlierSearch(LocalChroma(HerePool(), tmp_path, "new"), Asking(), "a", "j3").search(
            SearchQuery(text="what?", limit=9)
        )


async def test_a_page_that_many_jobs_have_read_leaves_room_for_the_others(tmp_path):
    store, near = LocalChroma(HerePool(), tmp_path, "test-4"), np.array([[0.9, 0.1, 0, 0]], dtype=np.float32)
    for job_id, url, vector in (
        *((f"j{number}", "https://a.example/", ASKED) for number in (1, 2, 3)),
        ("j1", "https://b.example/", near),
    ):
        name = url[8]
        passages = [
            Passage(id=f"{name}p{start}", source_id=name, text="Yes.", start=5 * start, end=5 * start + 4)
            for start in range(PASSAGES_A_SOURCE)
        ]
        sources = {name: Source(id=name, url=url, status=SourceStatus.READ)}
        await store.upsert("a", job_id, passages, sources, np.repeat(vector, len(passages), axis=0))
    hits = await EarlierSearch(store, Asking(), "a", "j4").search(SearchQuery(text="what?", limit=2))
    assert [hit.kept for hit in hits] == [("j3", "a"), ("j1", "b")]


async def test_sources_come_in_the_order_of_their_best_passage_an_address_once_from_the_latest_job():
    shelf = Shelf(
        found("https://a.example/", score=0.9, job_id="j1"),
        found("https://b.example/", score=0.8, job_id="j1", source_id="s2"),
        found("https://a.example/", score=0.7, job_id="j2", source_id="s7"),
        found("https://b.example/", score=0.7, job_id="j1", source_id="s2"),
        found("https://c.example/", score=0.6, job_id="j3"),
        found("https://d.example/", score=0.2, job_id="j1"),
    )
    earlier = EarlierSearch(shelf, Asking(), "a", "j3")
    hits = await earlier.search(SearchQuery(text="what?", limit=9))
    assert [(hit.url, hit.rank, hit.kept) for hit in hits] == [
        ("https://a.example/", 1, ("j2", "s7")),
        ("https://b.example/", 2, ("j1", "s2")),
    ]
    assert len(await earlier.search(SearchQuery(text="what?", limit=1))) == 1


@pytest.mark.parametrize(
    ("domains", "left"),
    [
        ({"include_domains": ("a.example",)}, ["https://a.example/", "https://www.a.example/"]),
        ({"exclude_domains": ("a.example",)}, ["https://ba.example/", "corpus:a.md", "http://[broken"]),
    ],
)
async def test_the_domains_of_the_request_hold_for_earlier_sources_too(domains, left):
    urls = ["https://a.example/", "https://www.a.example/", "https://ba.example/", "corpus:a.md", "http://[broken"]
    earlier = EarlierSearch(Shelf(*map(found, urls)), Asking(), "a", "j3")
    assert [hit.url for hit in await earlier.search(SearchQuery(text="what?", limit=9, **domains))] == left
