"""A folder of documents as a search provider: SQLite's full-text index ranks them by BM25, and remembers them."""

import asyncio
import math
import re
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from actors.domain.documents import Extracted, Hit, Kind
from actors.domain.errors import PermanentError, SourceError
from actors.services.search.base import Receipt, SearchQuery

UNREADABLE_LISTED = 20
FILES_AT_ONCE = 32
"""Read side by side, then kept: a long first reading that is cut short goes on from there."""
LEAST_SHARE = 0.05
"""Of the best score; below it, a file matched little but words that most files hold."""

FTS5_LEAST_IDF = 1e-6
TITLE_WEIGHT = 4.0
SCHEMA_VERSION = 1
SCHEMA = """
create table files (url text primary key, stamp text not null, reason text);
create virtual table words using fts5(url unindexed, title, body, tokenize='porter unicode61 remove_diacritics 2');
"""


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus. `stamp` changes whenever its content does."""

    url: str
    stamp: str


@dataclass(frozen=True, slots=True)
class CorpusSearch:
    """Searches the files that `files` lists; each is read once by `read`, and again only when its stamp changes.

    Files that cannot be read come after all that match, each with its `reason`. `database` is where the
    index lives; it is made when missing, and anew when it is of another version.
    """

    files: Callable[[], Sequence[CorpusFile]]
    read: Callable[[str], Awaitable[Extracted]]
    database: Path
    name: str = "corpus"
    kinds: frozenset[Kind] = frozenset({Kind.WEB})
    usd_per_query: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def requests(self, query: SearchQuery) -> int:  # noqa: ARG002 (the port's signature)
        """See `base.SearchProvider`."""
        return 1

    async def search(self, query: SearchQuery, receipt: Receipt | None = None) -> list[Hit]:  # noqa: ARG002 (it is free)
        """See `base.SearchProvider`."""
        async with self._lock:
            await self._refresh()
        return await asyncio.to_thread(_search, self.database, query.text, query.limit, self.name)

    async def _refresh(self) -> None:
        files = await asyncio.to_thread(self.files)
        stale = await asyncio.to_thread(_forget_changed, self.database, files)
        for start in range(0, len(stale), FILES_AT_ONCE):
            rows = await asyncio.gather(*map(self._row, stale[start : start + FILES_AT_ONCE]))
            await asyncio.to_thread(_keep, self.database, rows)

    async def _row(self, file: CorpusFile) -> "_Row":
        try:
            text = await self.read(file.url)
        except SourceError as error:
            return _Row(file, str(error), "", "")
        return _Row(file, None, text.title, text.text)


@dataclass(frozen=True, slots=True)
class _Row:
    file: CorpusFile
    reason: str | None
    title: str
    body: str


@contextmanager
def _connect(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30)
    except (OSError, sqlite3.Error) as error:
        raise PermanentError(f"the index of the corpus cannot be kept at {path}: {error}") from None
    try:
        with connection:
            connection.execute("begin immediate")
            if connection.execute("pragma user_version").fetchone()[0] != SCHEMA_VERSION:
                for table in ("files", "words"):
                    connection.execute(f"drop table if exists {table}")
                for statement in SCHEMA.strip().split(";\n"):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
            yield connection
    except sqlite3.Error as error:
        raise PermanentError(f"the index of the corpus at {path} cannot be used ({error}): delete it") from None
    finally:
        connection.close()


def _forget_changed(path: Path, files: Sequence[CorpusFile]) -> list[CorpusFile]:
    """Drop what is no longer as it was read; answers the files to read."""
    with _connect(path) as connection:
        known = dict(connection.execute("select url, stamp from files"))
        wanted = {file.url: file.stamp for file in files}
        gone = [(url,) for url, stamp in known.items() if wanted.get(url) != stamp]
        connection.executemany("delete from files where url = ?", gone)
        connection.executemany("delete from words where url = ?", gone)
    return [file for file in files if known.get(file.url) != file.stamp]


def _keep(path: Path, rows: Sequence[_Row]) -> None:
    with _connect(path) as connection:
        connection.executemany("delete from words where url = ?", [(row.file.url,) for row in rows])
        connection.executemany(
            "insert or replace into files values (?, ?, ?)",
            [(row.file.url, row.file.stamp, row.reason) for row in rows],
        )
        connection.executemany(
            "insert into words values (?, ?, ?)",
            [(row.file.url, row.title, row.body) for row in rows if row.reason is None],
        )


def _search(path: Path, query: str, limit: int, provider: str) -> list[Hit]:
    with _connect(path) as connection:
        scores = _scores(connection, dict.fromkeys(re.findall(r"\w+", query.lower())))
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        found = [(url, None) for url, score in ranked if score >= LEAST_SHARE * ranked[0][1]]
        found += connection.execute(
            "select url, reason from files where reason is not null order by url limit ?", (UNREADABLE_LISTED,)
        )
        titles = dict(connection.execute("select url, title from words"))
    return [
        Hit(url=url, title=titles.get(url, ""), provider=provider, rank=rank, reason=reason)
        for rank, (url, reason) in enumerate(found, 1)
    ]


def _scores(connection: sqlite3.Connection, words: Iterable[str]) -> dict[str, float]:
    """BM25 by file, with Lucene's weight of a word, `log(1 + (N - n + 0.5) / (n + 0.5))`.

    FTS5's own takes a word that most files hold for worthless, which would empty small folders.
    """
    (files,) = connection.execute("select count(*) from words").fetchone()
    scores: dict[str, float] = defaultdict(float)
    for word in words:
        rows = connection.execute(
            "select url, -bm25(words, 0, ?, 1) from words where words match ?", (TITLE_WEIGHT, f'"{word}"')
        ).fetchall()
        odds = (files - len(rows) + 0.5) / (len(rows) + 0.5)
        weight = math.log(1 + odds) / max(math.log(odds), FTS5_LEAST_IDF)
        for url, score in rows:
            scores[url] += score * weight
    return scores
