import asyncio

from actors.domain.artefacts import SearchResults
from actors.domain.documents import Candidate
from actors.stages.base import Artefacts
from actors.stages.fetch import FetchStage

LONG = " ".join(f"Sentence number {n} tells of the bridge at Leeds and how it was built." for n in range(40))


def results(*candidates):
    return Artefacts({"search:0": SearchResults(questions=("q",), candidates=candidates)})


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


async def test_a_budget_of_pages_is_never_exceeded_and_a_failure_makes_room(desk):
    urls = [f"http://{name}.example/" for name in "abcde"]
    desk.shelf.texts = {url: f"The {url} page is about one thing alone. " * 9 for url in urls[1:]}
    job = desk.job(budget={"pages": 2})
    collection = await FetchStage(concurrency=4).work(job, results(*map(candidate, urls)), desk.services())
    assert sorted(source.status for source in collection.sources) == ["failed", "read", "read", "skipped", "skipped"]
    assert collection.stop_reason == "budget"
    assert "budget of pages" in collection.sources[-1].reason


async def test_what_is_not_read_in_time_is_skipped(desk):
    desk.shelf.texts = {"http://a.example/": LONG}
    desk.shelf.gate, desk.seconds_left = asyncio.Event(), 0.01
    before = results(candidate("http://a.example/"), candidate("http://b.example/"))
    collection = await FetchStage(concurrency=1).work(desk.job(), before, desk.services())
    assert [source.status for source in collection.sources] == ["skipped", "skipped"]
    assert (collection.stop_reason, collection.documents) == ("deadline", ())


async def test_pages_of_another_day_or_language_are_skipped_unless_the_request_gave_their_address(desk):
    desk.shelf.texts = {"http://a.example/": LONG, "http://own.example/": LONG}
    desk.shelf.about = {"published": "2019-01-01", "language": "de"}
    own = Candidate(url="http://own.example/", providers=("urls",), score=1)
    before = results(candidate("http://a.example/"), own)
    for options, said in (
        ({"since": "2020-01-01"}, "was published in 2019-01-01, before 2020-01-01"),
        ({"language": "en"}, "is in another language (de) than asked for (en)"),
    ):
        collection = await FetchStage(concurrency=1).work(desk.job(**options), before, desk.services())
        assert [source.reason for source in collection.sources] == [said, None]


async def test_a_further_round_reads_only_what_is_new_and_keeps_the_rest(desk):
    desk.shelf.texts = {"http://a.example/": LONG}
    first = await FetchStage(concurrency=1).work(desk.job(), results(candidate("http://a.example/")), desk.services())
    desk.shelf.texts = {"http://b.example/": "A wholly different text about bread. " * 20, "http://c.example/": LONG}
    names = [candidate(f"http://{name}.example/") for name in "abc"]
    artefacts = Artefacts({"search:1": results(*names).values["search:0"], "fetch:0": first})
    second = await FetchStage(concurrency=1).work(desk.job(round_=1), artefacts, desk.services())
    assert [(source.id, source.status) for source in second.sources] == [
        ("s1", "read"),
        ("s2", "read"),
        ("s3", "duplicate"),
    ]
    assert [document.source.id for document in second.documents] == ["s1", "s2"]
