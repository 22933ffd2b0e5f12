"""How a passage looks in a collection: the same in a local database and on a server."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from actors.domain.documents import Match, Passage, Source
from actors.domain.job import Record
from actors.services.embeddings.base import Vectors

SPACE = "cosine"


class Row(Record):
    """What is kept beside a passage's text and vector."""

    job: str
    source: str
    url: str
    title: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages of one job on their way into a collection; all four are of the same length."""

    ids: list[str]
    texts: list[str]
    rows: list[dict[str, str | int]]
    vectors: Vectors


def collection_name(tenant: str, model: str) -> str:
    """The tenant's collection for vectors of this model; the tenant is hashed, for a name may hold few letters."""
    return f"tenant-{sha256(tenant.encode()).hexdigest()[:24]}-{re.sub(r'[^A-Za-z0-9]+', '-', model).strip('-')}"


def batches(
    job_id: str, passages: Sequence[Passage], sources: Mapping[str, Source], vectors: Vectors, *, size: int
) -> Iterator[Batch]:
    """The passages in portions of `size`; the same passages always get the same ids."""
    for start in range(0, len(passages), size):
        portion = passages[start : start + size]
        yield Batch(
            ids=[f"{job_id}:{passage.id}" for passage in portion],
            texts=[passage.text for passage in portion],
            rows=[_row(job_id, passage, sources[passage.source_id]).model_dump() for passage in portion],
            vectors=vectors[start : start + size],
        )


def matches(rows: Sequence[Row], texts: Sequence[str], distances: Sequence[float]) -> list[Match]:
    """What a query found, in its order; a cosine distance of 0 is a score of 1."""
    return [
        Match(
            score=float(np.clip(1 - distance, -1, 1)),
            job_id=row.job,
            url=row.url,
            title=row.title,
            text=text,
            start=row.start,
            end=row.end,
            sha256=row.sha256,
        )
        for row, text, distance in zip(rows, texts, distances, strict=True)
    ]


def _row(job_id: str, passage: Passage, source: Source) -> Row:
    return Row(
        job=job_id,
        source=source.id,
        url=source.url,
        title=source.title,
        start=passage.start,
        end=passage.end,
        sha256=source.sha256 or "",
    )
