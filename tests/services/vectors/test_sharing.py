from contextlib import suppress
from hashlib import sha256

import pytest

from actors.domain.documents import Passage
from actors.domain.errors import TransientError
from actors.services.vectors import keeping
from actors.services.vectors.collections import MadeBy, claims_name, names
from actors.services.vectors.library import opened_database
from actors.services.vectors.rows import pack

EVERYTHING = 99


async def keep(store, tenant, job, sample, *, text=None, **changes):
    """The sample as source s1 of the job: with another text, or with other words about it."""
    source = sample.sources["s1"].model_copy(update=changes)
    passages = sample.passages
    if text is not None:
        source = source.model_copy(update={"sha256": sha256(text.encode()).hexdigest()})
        passages = [Passage(id="s1p1", source_id="s1", text=text, start=0, end=len(text))]
    vectors = sample.vectors[: len(passages)]
    await store.upsert(tenant, job, passages, {"s1": source}, vectors, texts={"s1": text or sample.text})


async def test_a_page_that_two_jobs_have_is_told_once_as_the_newer_has_it_until_both_are_gone(store, sample, tenant):
    await keep(store, tenant, "j2", sample)
    await keep(store, tenant, "j1", sample)
    await keep(store, f"{tenant}b", "j3", sample)

    async def jobs(but=None):
        return [match.job_id for match in await store.search(tenant, sample.vectors[0], limit=EVERYTHING, but=but)]

    assert await jobs() == ["j2"] * 3
    assert (await jobs(but="j2"), await jobs(but="j1"), await jobs(but="j3")) == (["j1"] * 3, ["j2"] * 3, ["j2"] * 3)

    await store.delete(tenant, "j2")
    assert (await jobs(), await jobs(but="j1")) == (["j1"] * 3, [])
    assert await store.source(tenant, "j2", "s1") is None
    assert (await store.source(tenant, "j1", "s1")).extracted.text == sample.text

    await store.delete(tenant, "j1")
    assert await jobs() == []
    assert len(await store.search(f"{tenant}b", sample.vectors[0], limit=EVERYTHING)) == 3
    assert (await store.source(f"{tenant}b", "j3", "s1")).whole


async def test_an_address_with_another_text_is_another_version_of_it(store, sample, tenant):
    await keep(store, tenant, "j1", sample)
    await keep(store, tenant, "j2", sample, text="The hole is back.")
    assert len(await store.search(tenant, sample.vectors[0], limit=EVERYTHING)) == 4
    for job, text in (("j1", sample.text), ("j2", "The hole is back.")):
        kept = await store.source(tenant, job, "s1")
        assert (kept.whole, kept.extracted.text) == (True, text)

    await store.delete(tenant, "j1")
    assert [match.text for match in await store.search(tenant, sample.vectors[0], limit=EVERYTHING)] == [
        "The hole is back."
    ]


async def test_each_job_keeps_what_it_was_told_of_the_same_text(store, sample, tenant):
    await keep(store, tenant, "j1", sample)
    await keep(store, tenant, "j2", sample, title="New", author=None, fetched_at="2026-02-03T04:05:06Z")
    assert {match.title for match in await store.search(tenant, sample.vectors[0], limit=EVERYTHING)} == {"New"}
    old, new = await store.source(tenant, "j1", "s1"), await store.source(tenant, "j2", "s1")
    assert (old.extracted.title, old.extracted.author, old.fetched_at) == ("A", "B. C.", "2026-01-02T03:04:05Z")
    assert (new.extracted.title, new.extracted.author, new.fetched_at) == ("New", None, "2026-02-03T04:05:06Z")

    await keep(store, tenant, "j2", sample, title="Newer")
    assert (await store.source(tenant, "j2", "s1")).extracted.title == "Newer"


async def test_a_job_that_has_read_a_source_anew_keeps_nothing_of_the_old_text(store, sample, tenant):
    await keep(store, tenant, "j1", sample)
    await keep(store, tenant, "j1", sample, text="The hole is back.")
    assert [match.text for match in await store.search(tenant, sample.vectors[0], limit=EVERYTHING)] == [
        "The hole is back."
    ]
    assert (await store.source(tenant, "j1", "s1")).extracted.text == "The hole is back."


async def test_the_nearest_of_the_other_jobs_are_found_behind_many_of_ones_own(store, sample, tenant):
    await keep(store, tenant, "j2", sample)
    text, source = "Far away.", sample.sources["s1"].model_copy(update={"url": "https://b.example/"})
    far = [Passage(id="s1p1", source_id="s1", text=text, start=0, end=len(text))]
    await store.upsert(tenant, "j1", far, {"s1": source}, sample.vectors[2:])
    for but, told in ((None, sample.texts[0]), ("j2", text)):
        found = await store.search(tenant, sample.vectors[0], limit=1, but=but)
        assert [match.text for match in found] == [told]


async def test_two_sources_of_a_job_with_the_same_page_are_both_given_back(store, sample, tenant):
    again = [passage.model_copy(update={"source_id": "s2"}) for passage in sample.passages]
    sources = sample.sources | {"s2": sample.sources["s1"].model_copy(update={"id": "s2"})}
    vectors, texts = sample.vectors[[0, 1, 2, 0, 1, 2]], {"s1": sample.text, "s2": sample.text}
    await store.upsert(tenant, "j1", [*sample.passages, *again], sources, vectors, texts=texts)
    assert len(await store.search(tenant, sample.vectors[0], limit=EVERYTHING)) == 3
    for source in "s1", "s2":
        assert (await store.source(tenant, "j1", source)).extracted.text == sample.text

    await keep(store, tenant, "j1", sample, text="The hole is back.")
    assert (await store.source(tenant, "j1", "s1")).extracted.text == "The hole is back."
    assert (await store.source(tenant, "j1", "s2")).extracted.text == sample.text


class CutOff:
    """A database, or a collection of it, that fails from its write number `after` on."""

    def __init__(self, whole, left):
        self.whole, self.left = whole, left

    def __getattr__(self, name):
        return getattr(self.whole, name)

    async def find(self, name):
        found = await self.whole.find(name)
        return found and CutOff(found, self.left)

    async def make(self, *args):
        return CutOff(await self.whole.make(*args), self.left)

    async def put(self, *args):
        self.write()
        await self.whole.put(*args)

    async def delete(self, *args):
        self.write()
        await self.whole.delete(*args)

    async def remove(self, *args):
        self.write()
        await self.whole.remove(*args)

    def write(self):
        if not self.left:
            raise TransientError("cut off")
        self.left.pop()


@pytest.mark.parametrize("writes", range(4))
async def test_what_was_cut_off_is_mended_by_the_same_call_or_taken_back_by_a_delete(sample, tmp_path, writes):
    wanted, text = MadeBy("m", 8), {"s1": sample.text}
    parcel = pack("j1", sample.passages, sample.sources, sample.vectors, text)
    with opened_database(tmp_path) as database:

        async def counts():
            found = [await database.find(name) for name in (names("a")[0], claims_name("a"))]
            return [await each.count() for each in found]

        for end in "mended", "taken back":
            with suppress(TransientError):
                await keeping.upsert(CutOff(database, [0] * writes), "a", wanted, parcel)
            if end == "mended":
                await keeping.upsert(database, "a", wanted, parcel)
                assert (await keeping.source(database, "a", "j1", "s1")).whole
                with suppress(TransientError):
                    await keeping.delete(CutOff(database, [0] * writes), "a", "j1")
            await keeping.delete(database, "a", "j1")
            assert await counts() == [0, 0]


async def test_what_is_kept_already_is_not_written_again(sample, tmp_path):
    wanted = MadeBy("m", 8)
    with opened_database(tmp_path) as database:
        for job, writes in (("j1", 2), ("j1", 0), ("j2", 1), ("j2", 0)):
            parcel = pack(job, sample.passages, sample.sources, sample.vectors, {})
            left = [0] * writes
            await keeping.upsert(CutOff(database, left), "a", wanted, parcel)
            assert left == []


async def test_rows_that_others_have_changed_hide_nothing_but_themselves(sample, tmp_path):
    wanted = MadeBy("m", 8)
    with opened_database(tmp_path) as database:
        await keeping.upsert(database, "a", wanted, pack("j1", sample.passages, sample.sources, sample.vectors, {}))
        rows = database.client.get_collection(names("a")[0], embedding_function=None)
        broken = rows.get(limit=1)
        rows.update(ids=broken["ids"], metadatas=[broken["metadatas"][0] | {"told": "{"}])
        assert len(await keeping.search(database, "a", wanted, sample.vectors[0], 9, None)) == 2
        assert not (await keeping.source(database, "a", "j1", "s1")).whole
