"""How a passage looks in a collection: the same in a local database and on a server."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from actors.domain.documents import IsoDate, Match, Passage, Source
from actors.domain.job import Record
from actors.services.embeddings.base import Vectors


class About(Record):
    """What else is known: of the source, and of the white space around the passage (None: not known)."""

    before: str | None = None
    after: str = ""
    author: str | None = None
    site: str | None = None
    published: IsoDate | None = None
    language: str | None = None
    fetched_at: str | None = None


class Row(Record):
    """What is kept of a passage beside its vector; `about` is an `About` as JSON.

    The text is a value like the others: ChromaDB indexes documents by groups of three letters, which takes more time
    than all the rest and serves nobody here. Old rows have it there, and neither `text` nor `about`.
    """

    job: str
    source: str
    url: str
    title: str
    start: int
    end: int
    sha256: str
    about: str = ""
    text: str = ""

    def read_about(self) -> About:
        """What `about` tells; nothing where it cannot be read."""
        try:
            return About.model_validate_json(self.about)
        except ValidationError:
            return About()


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages of one job on their way into a collection; all three are of the same length."""

    ids: list[str]
    rows: list[dict[str, str | int]]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Cargo:
    """What is to be kept of one job; see `base.VectorStore.upsert`."""

    job_id: str
    passages: Sequence[Passage]
    sources: Mapping[str, Source]
    vectors: Vectors
    texts: Mapping[str, str]

    def batches(self, size: int) -> list[Batch]:
        """The passages in portions of `size`; the same passages always get the same ids."""
        rows = list(self._rows())
        return [
            Batch(
                ids=[f"{self.job_id}:{passage.id}" for passage in self.passages[start : start + size]],
                rows=rows[start : start + size],
                vectors=self.vectors[start : start + size],
            )
            for start in range(0, len(self.passages), size)
        ]

    def _rows(self) -> Iterator[dict[str, str | int]]:
        ends: dict[str, int] = {}
        last = {passage.source_id: passage.id for passage in self.passages}
        for passage in self.passages:
            text = self.texts.get(passage.source_id)
            before = None if text is None else text[ends.get(passage.source_id, 0) : passage.start]
            after = text[passage.end :] if text and last[passage.source_id] == passage.id else ""
            ends[passage.source_id] = passage.end
            yield _row(self.job_id, passage, self.sources[passage.source_id], before, after)


def texts(rows: Sequence[Row], documents: Sequence[str | None]) -> list[str]:
    """The passages themselves, where their rows have them or where they were before."""
    return [row.text or document or "" for row, document in zip(rows, documents, strict=True)]


def matches(rows: Sequence[Row], documents: Sequence[str | None], distances: Sequence[float]) -> list[Match]:
    """What a query found, in its order; a cosine distance of 0 is a score of 1."""
    return [
        Match(
            score=float(np.clip(1 - distance, -1, 1)),
            job_id=row.job,
            source_id=row.source,
            url=row.url,
            title=row.title,
            text=text,
            start=row.start,
            end=row.end,
            sha256=row.sha256,
        )
        for row, text, distance in zip(rows, texts(rows, documents), distances, strict=True)
    ]


def of_source(job_id: str, source_id: str) -> dict[str, Any]:
    """The filter for the passages of one source."""
    return {"$and": [{"job": job_id}, {"source": source_id}]}


def not_of(job_id: str | None) -> dict[str, Any] | None:
    """The filter for all passages but those of one job."""
    return {"job": {"$ne": job_id}} if job_id else None


def _row(job_id: str, passage: Passage, source: Source, before: str | None, after: str) -> dict[str, str | int]:
    about = About(
        before=before,
        after=after,
        author=source.author,
        site=source.site,
        published=source.published,
        language=source.language,
        fetched_at=source.fetched_at,
    )
    return Row(
        job=job_id,
        source=source.id,
        url=source.url,
        title=source.title,
        start=passage.start,
        end=passage.end,
        sha256=source.sha256 or "",
        about=about.model_dump_json(exclude_defaults=True),
        text=passage.text,
    ).model_dump()
