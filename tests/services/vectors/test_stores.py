import pytest

from actors.services.vectors.chroma import LocalChroma
from actors.services.vectors.remote import open_remote


@pytest.fixture(params=["local", "server"])
async def store(request, pools, server, tmp_path):
    if request.param == "local":
        yield LocalChroma(pools[0], tmp_path / "chroma", "a/model:8")
        return
    server.start()
    async with open_remote("127.0.0.1", server.port, "a/model:8") as opened:
        yield opened


async def test_passages_are_found_by_likeness_by_tenant_and_gone_with_their_job(store, sample):
    for job in ("j1", "j1", "j2"):
        await store.upsert("a", job, sample.passages, sample.sources, sample.vectors)
    await store.upsert("b", "j3", sample.passages[:1], sample.sources, sample.vectors[:1])

    found = await store.search("a", sample.vectors[2], limit=3)
    assert [(match.text, match.job_id) for match in found[:2]] == [(sample.texts[2], "j1"), (sample.texts[2], "j2")]
    assert found[0].score == pytest.approx(1, abs=1e-5)
    assert (found[0].url, found[0].title, found[0].start, found[0].sha256) == ("https://a.example/", "A", 200, "ab")
    assert len(await store.search("a", sample.vectors[0], limit=99)) == 6
    assert [match.job_id for match in await store.search("b", sample.vectors[0], limit=99)] == ["j3"]
    assert await store.search("nobody", sample.vectors[0], limit=9) == []

    await store.delete("a", "j1")
    assert {match.job_id for match in await store.search("a", sample.vectors[0], limit=99)} == {"j2"}
