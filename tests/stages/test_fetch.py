from actors.domain.artefacts import SearchResults
from actors.domain.documents import Candidate
from actors.stages.base import Artefacts
from actors.stages.fetch import FetchStage

LONG = " ".join(f"Sentence number {n} tells of the bridge at Leeds and how it was built." for n in range(40))


def results(*candidates):
    return Artefacts({"search:0": SearchResults(candidates=candidates)})


def candidate(url, **options):
    return Candidate(url=url, providers=("a",), score=1, **options)


async def test_sources_are_numbered_by_rank_read_or_listed_with_their_reason(desk):
    desk.shelf.texts = {"http://a.example/": LONG, "http://c.example/": "A wholly different text about bread. " * 20}
    before = results(
        candidate("http://a.example/", published="2021-05-03"),
        candidate("http://b.example/"),
        candidate("http://c.example/"),
        candidate("corpus:locked.pdf", reason="is encrypted"),
    )
    collection = await FetchStage(concurrency=3).work(desk.job(), before, desk.services())
    assert [(source.id, source.status, source.reason) for source in collection.sources] == [
        ("s1", "read", None),
        ("s2", "failed", "answered 404 Not Found"),
        ("s3", "read", None),
        ("s4", "failed", "is encrypted"),
    ]
    assert [document.source.id for document in collection.documents] == ["s1", "s3"]
    first = collection.sources[0]
    assert (first.title, first.published, first.language) == ("About http://a.example/", "2021-05-03", "en")
    assert {note.once for note in desk.notes} == {
        "source:s1:read",
        "source:s2:failed",
        "source:s3:read",
        "source:s4:failed",
    }


async def test_a_text_that_repeats_an_earlier_one_is_a_duplicate_and_not_used(desk):
    desk.shelf.texts = {"http://a.example/": LONG, "http://b.example/": LONG + " And one more."}
    before = results(candidate("http://a.example/"), candidate("http://b.example/"))
    collection = await FetchStage(concurrency=1).work(desk.job(), before, desk.services())
    assert [(source.status, source.reason) for source in collection.sources] == [
        ("read", None),
        ("duplicate", "repeats s1"),
    ]
    assert len(collection.documents) == 1


async def test_nothing_to_read_is_an_empty_collection(desk):
    collection = await FetchStage(concurrency=2).work(desk.job(), results(), desk.services())
    assert collection.sources == ()


async def test_a_text_that_was_cut_is_a_warning(desk):
    desk.shelf.texts = {"http://a.example/": LONG}
    desk.shelf.left_out = 1_234
    collection = await FetchStage(concurrency=1).work(
        desk.job(), results(candidate("http://a.example/")), desk.services()
    )
    assert collection.warnings == ("s1 was read without its last 1,234 characters (fetch.max_characters)",)
