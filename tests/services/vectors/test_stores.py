from hashlib import sha256

import numpy as np
import pytest

from actors.domain.errors import PermanentError
from actors.services.vectors.library import opened_database
from actors.services.vectors.remote import open_remote
from actors.services.vectors.wire import COLLECTIONS, Done, Handle


async def test_passages_are_found_by_likeness_by_tenant_and_gone_with_their_job(store, sample, tenant):
    other = f"{tenant} "
    assert await store.search(tenant, sample.vectors[0], limit=9) == []
    await store.delete(tenant, "j1")
    elsewhere = {"s1": sample.sources["s1"].model_copy(update={"url": "https://b.example/"})}
    for job, sources in (("j1", sample.sources), ("j1", sample.sources), ("j2", elsewhere)):
        await store.upsert(tenant, job, sample.passages, sources, sample.vectors, texts={"s1": sample.text})
    await store.upsert(other, "j1", sample.passages[:1], sample.sources, sample.vectors[:1])

    found = await store.search(tenant, sample.vectors[2], limit=3)
    assert [match.text for match in found[:2]] == [sample.texts[2]] * 2
    found = sorted(found[:2], key=lambda match: match.job_id)
    assert [match.job_id for match in found] == ["j1", "j2"]
    assert found[0].score == pytest.approx(1, abs=1e-5)
    assert (found[0].url, found[0].title, found[0].start) == ("https://a.example/", "A", 42)
    assert (found[0].source_id, found[0].sha256) == ("s1", sample.sources["s1"].sha256)
    assert len(await store.search(tenant, sample.vectors[0], limit=99)) == 6
    assert [match.job_id for match in await store.search(other, sample.vectors[0], limit=99)] == ["j1"]
    assert {each.job_id for each in await store.search(tenant, sample.vectors[0], limit=99, but="j2")} == {"j1"}
    assert await store.search(other, sample.vectors[0], limit=99, but="j1") == []

    await store.delete(tenant, "j1")
    assert {match.job_id for match in await store.search(tenant, sample.vectors[0], limit=99)} == {"j2"}
    assert await store.source(tenant, "j1", "s1") is None
    assert len(await store.search(other, sample.vectors[0], limit=99)) == 1


async def test_a_kept_source_is_given_back_letter_by_letter_to_its_tenant_alone(store, sample, tenant):
    await store.upsert(tenant, "j1", sample.passages, sample.sources, sample.vectors, texts={"s1": sample.text})
    await store.upsert(f"{tenant}b", "j1", sample.passages[:1], sample.sources, sample.vectors[:1])

    kept = await store.source(tenant, "j1", "s1")
    source = sample.sources["s1"]
    assert (kept.whole, kept.extracted.text, kept.sha256) == (True, sample.text, source.sha256)
    assert (kept.url, kept.fetched_at) == (source.url, source.fetched_at)
    page = kept.extracted
    assert (page.title, page.author, page.published, page.language) == ("A", "B. C.", "2021-05", None)

    for where in ((tenant, "j2", "s1"), (tenant, "j1", "s2"), ("nobody", "j1", "s1")):
        assert await store.source(*where) is None
    part = await store.source(f"{tenant}b", "j1", "s1")
    assert (part.whole, part.extracted.text) == (False, sample.texts[0])
    assert part.sha256 == sha256(sample.texts[0].encode()).hexdigest()


async def test_vectors_of_two_models_or_sizes_are_never_mixed(open_store, sample, tenant):
    async with open_store("first") as first, open_store("second") as second:
        await first.upsert(tenant, "j1", sample.passages, sample.sources, sample.vectors)
        for vectors, store, told in (
            (sample.vectors, second, r"vectors of first \(8 .* those of second \(8 "),
            (sample.vectors[:, :5], first, r"vectors of first \(8 .* those of first \(5 .*delete the jobs"),
        ):
            with pytest.raises(PermanentError, match=told):
                await store.upsert(tenant, "j2", sample.passages, sample.sources, vectors)
            with pytest.raises(PermanentError, match=told):
                await store.search(tenant, vectors[0], limit=1)
        assert len(await first.search(tenant, sample.vectors[0], limit=99)) == 3
        assert (await second.source(tenant, "j1", "s1")).extracted.title == "A"

        await second.delete(tenant, "j1")
        await second.upsert(tenant, "j2", sample.passages, sample.sources, sample.vectors[:, :5])
        assert len(await second.search(tenant, sample.vectors[0, :5], limit=99)) == 3
        with pytest.raises(PermanentError, match="vectors of second"):
            await first.search(tenant, sample.vectors[0], limit=1)


@pytest.mark.parametrize(("kind", "author"), [("of one model", None), ("of rows of jobs", "Anna")])
async def test_a_collection_of_an_earlier_release_goes_on_as_one_of_its_model(
    open_store, make_old_collection, sample, tenant, kind, author
):
    async with open_store("wordllama-256") as store, open_store("another") as another:
        await make_old_collection(tenant, kind)
        vectors = np.eye(3, 256, dtype=np.float32)
        assert [match.text for match in await store.search(tenant, vectors[1], limit=1)] == ["An old passage."]
        kept = await store.source(tenant, "j0", "s1")
        assert (kept.whole, kept.extracted.text, kept.extracted.author) == (True, "An old passage.", author)

        await store.upsert(tenant, "j1", sample.passages, sample.sources, vectors)
        for but, jobs in ((None, {"j0", "j1"}), ("j0", {"j1"}), ("j1", {"j0"})):
            found = await store.search(tenant, vectors[1], limit=2, but=but)
            assert {match.job_id for match in found} == jobs
        with pytest.raises(PermanentError, match=r"vectors of wordllama-256 \(256 dimensions\), .* another \(8 "):
            await another.search(tenant, sample.vectors[0], limit=1)

        await store.delete(tenant, "j0")
        await another.delete(tenant, "j1")
        assert await another.search(tenant, sample.vectors[0], limit=1) == []
        assert await store.search(tenant, vectors[1], limit=1) == []


@pytest.fixture
def make_old_collection(request, tmp_path):
    """What an earlier release has left of a tenant: a row for each job, in a collection of either kind."""

    async def make(tenant, kind):
        name = f"tenant-{sha256(tenant.encode()).hexdigest()[:24]}"
        text = "An old passage."
        row = {"job": "j0", "source": "s1", "url": "https://o.example/", "title": "O", "start": 0, "end": len(text)}
        row["sha256"] = sha256(text.encode()).hexdigest()
        vector = np.eye(3, 256, dtype=np.float32)[1].tolist()
        batch = {"ids": ["j0:s1p1"], "metadatas": [row], "embeddings": [vector]}
        described = {"name": name, "configuration": {"hnsw": {"space": "cosine"}}}
        if kind == "of one model":
            described["name"] += "-wordllama-256"
            batch["documents"] = [text]
        else:
            described["metadata"] = {"model": "wordllama-256", "dimension": 256}
            row |= {"text": text, "about": '{"before":"","author":"Anna"}'}
        if request.node.callspec.params["open_store"] == "local":
            with opened_database(tmp_path / "chroma") as database:
                database.client.create_collection(embedding_function=None, **described).upsert(**batch)
            return
        async with open_remote("127.0.0.1", request.getfixturevalue("server").port, "any") as store:
            made = await store.wire.call("POST", COLLECTIONS, described, Handle)
            await store.wire.call("POST", f"{made.path}/upsert", batch, Done)

    return make
