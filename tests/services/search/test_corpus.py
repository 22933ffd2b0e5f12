import asyncio
import sqlite3

import pytest

from actors.domain.documents import Extracted
from actors.domain.errors import PermanentError, SourceError
from actors.services.search.base import SearchQuery
from actors.services.search.corpus import CorpusFile, CorpusSearch

TEXTS = {
    "corpus:ozone.html": ("The ozone hole", "Chlorine destroys ozone over the Antarctic in spring."),
    "corpus:treaty.html": ("A treaty", "The Montreal Protocol limits chlorofluorocarbons. Ozone recovers."),
    "corpus:bread.html": ("Bread", "Flour, water and salt make a dough that rests overnight."),
}


class Folder:
    """A corpus folder in memory that counts what is read."""

    def __init__(self):
        self.stamps = dict.fromkeys(TEXTS, "1")
        self.texts = dict(TEXTS)
        self.read = []

    def files(self):
        return [CorpusFile(url, stamp) for url, stamp in sorted(self.stamps.items())]

    async def extract(self, url):
        self.read.append(url)
        if url not in self.texts:
            raise SourceError("is encrypted")
        title, text = self.texts[url]
        return Extracted(text=text, title=title)


@pytest.fixture
def folder():
    return Folder()


@pytest.fixture
def search(folder, tmp_path):
    return CorpusSearch(folder.files, folder.extract, tmp_path / "made" / "corpus.sqlite")


async def test_files_are_ranked_by_their_words_and_others_left_out(search):
    hits = await search.search(SearchQuery(text="ozone over the Antarctic", limit=10))
    assert [hit.url for hit in hits] == ["corpus:ozone.html", "corpus:treaty.html"]
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].title == "The ozone hole"


async def test_no_more_hits_than_asked_for(search):
    assert len(await search.search(SearchQuery(text="ozone", limit=1))) == 1


async def test_words_are_matched_by_their_stem(search):
    assert [hit.url for hit in await search.search(SearchQuery(text="doughs resting", limit=10))] == [
        "corpus:bread.html"
    ]


async def test_each_file_is_read_once_until_it_changes_even_by_questions_at_once(search, folder, tmp_path):
    await asyncio.gather(*(search.search(SearchQuery(text="ozone", limit=10)) for _ in range(5)))
    assert sorted(folder.read) == sorted(TEXTS)
    folder.read.clear()
    folder.texts["corpus:bread.html"] = ("Bread", "Now about ozone.")
    folder.stamps["corpus:bread.html"] = "2"
    del folder.stamps["corpus:treaty.html"]
    again = CorpusSearch(folder.files, folder.extract, search.database)
    hits = await again.search(SearchQuery(text="ozone", limit=10))
    assert {hit.url for hit in hits} == {"corpus:ozone.html", "corpus:bread.html"}
    assert folder.read == ["corpus:bread.html"]


async def test_a_file_that_cannot_be_read_is_listed_last_with_its_reason(search, folder):
    folder.stamps["corpus:locked.pdf"] = "1"
    hits = await search.search(SearchQuery(text="ozone", limit=1))
    assert [(hit.url, hit.reason) for hit in hits] == [
        ("corpus:ozone.html", None),
        ("corpus:locked.pdf", "is encrypted"),
    ]


@pytest.mark.parametrize("query", ["", "  ", '"', "AND OR NOT", "a* NEAR(b)", "ozone) OR (x", "🙂", "word\0word"])
async def test_no_query_is_an_error(search, query):
    await search.search(SearchQuery(text=query, limit=3))


async def test_an_index_of_another_version_is_made_anew(search, folder):
    await search.search(SearchQuery(text="ozone", limit=3))
    with sqlite3.connect(search.database) as connection:
        connection.execute("pragma user_version = 999")
    connection.close()
    assert len(await search.search(SearchQuery(text="ozone", limit=3))) == 2


async def test_two_that_index_a_folder_at_once_leave_each_file_once(folder, tmp_path):
    searches = [CorpusSearch(folder.files, folder.extract, tmp_path / "corpus.sqlite") for _ in range(2)]
    await asyncio.gather(*(search.search(SearchQuery(text="ozone", limit=10)) for search in searches))
    with sqlite3.connect(tmp_path / "corpus.sqlite") as connection:
        assert connection.execute("select count(*) from words").fetchone() == (3,)
    connection.close()


async def test_a_place_where_no_index_can_be_kept_is_named(folder, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(PermanentError, match="taken"):
        await CorpusSearch(folder.files, folder.extract, tmp_path / "taken" / "corpus.sqlite").search(
            SearchQuery(text="q", limit=1)
        )


async def test_an_index_that_is_broken_is_named(search):
    search.database.parent.mkdir()
    search.database.write_bytes(b"no database at all" * 100)
    with pytest.raises(PermanentError, match=r"corpus\.sqlite cannot be used .*: delete it"):
        await search.search(SearchQuery(text="q", limit=1))
