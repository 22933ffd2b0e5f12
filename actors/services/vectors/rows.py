"""How passages and what jobs claim of them look in a collection: the same in a local database and on a server.

A version is one text of one page, cut in one way: its id is a hash of all that its rows hold, so that rows of the same
id are the same rows, and adding them again changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, NamedTuple, TypeVar

import numpy as np
from pydantic import BeforeValidator, ValidationError

from actors.domain.documents import IsoDate, Match, Passage, Source
from actors.domain.job import Record
from actors.services.embeddings.base import Vectors

Stored = dict[str, str | int]
"""The values of one row, as a collection keeps them."""

Kind = TypeVar("Kind", bound=Record)

VERSION_LETTERS = 32


class About(Record):
    """What else is known: of the source, and of the white space around the passage (None: not known)."""

    before: str | None = None
    after: str = ""
    author: str | None = None
    site: str | None = None
    published: IsoDate | None = None
    language: str | None = None
    fetched_at: str | None = None


def _about(told: object) -> object:
    """An `About` from the JSON that old rows have; nothing where it cannot be read."""
    return told if not isinstance(told, str) else read(About, told) or About()


class Row(Record):
    """A passage as one job has it. Before versions were shared, this was what was kept, with `about` as JSON.

    Still older rows have no `about`, and their text as a ChromaDB document.
    """

    job: str
    source: str
    url: str
    title: str
    start: int
    end: int
    sha256: str
    about: Annotated[About, BeforeValidator(_about)] = About()
    text: str = ""


class Piece(Record):
    """A passage of a version, which is the same for every job."""

    start: int
    end: int
    text: str
    before: str | None = None
    after: str = ""


class Origin(Record):
    """What one job knows of a source beside its text."""

    url: str
    title: str
    sha256: str
    author: str | None = None
    site: str | None = None
    published: IsoDate | None = None
    language: str | None = None
    fetched_at: str | None = None


class Name(NamedTuple):
    """What a claim is: this job has, as this source, this version. The names of newer jobs are greater."""

    job: str
    source: str
    version: str

    @property
    def id(self) -> str:
        """The id of the claim's row; a source that is read anew has another one for its new version."""
        return ":".join(self)


class Claim(Record):
    """A row of its own, found by its values or its id, which is its name. `told` is an `Origin` as JSON."""

    job: str
    source: str
    version: str
    told: str

    @property
    def name(self) -> Name:
        """See `Name`."""
        return Name(self.job, self.source, self.version)

    def of(self, piece: Piece) -> Row | None:
        """The passage as the job has it; None where the claim cannot be read."""
        if (origin := read(Origin, self.told)) is None:
            return None
        known = origin.model_dump(exclude={"url", "title", "sha256"})
        return Row(
            job=self.job,
            source=self.source,
            url=origin.url,
            title=origin.title,
            start=piece.start,
            end=piece.end,
            sha256=origin.sha256,
            about=About(before=piece.before, after=piece.after, **known),
            text=piece.text,
        )


def name_of(row_id: str) -> Name:
    """The name of the claim of this id; ids of sources and versions hold no colon."""
    job, source, version = row_id.rsplit(":", 2)
    return Name(job, source, version)


def read(kind: type[Kind], told: object) -> Kind | None:
    """A row, or a part of one as JSON; None where it was changed by others so that it cannot be read."""
    try:
        return kind.model_validate_json(told) if isinstance(told, str) else kind.model_validate(told)
    except ValidationError:
        return None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be kept of the job `job`; `ids`, `rows` and `vectors` are its passages, and of the same length.

    The text is a value like the others: ChromaDB indexes documents by groups of three letters, which takes more time
    than all the rest and serves nobody here. The values are few, for each is a row of its own there.
    """

    job: str
    claims: list[Claim]
    ids: list[str]
    rows: list[Stored]
    vectors: Vectors


def pack(
    job_id: str,
    passages: Sequence[Passage],
    sources: Mapping[str, Source],
    vectors: Vectors,
    texts: Mapping[str, str],
) -> Parcel:
    """See `base.VectorStore.upsert`; a version that several sources have is packed once."""
    at_source: dict[str, list[int]] = {}
    for at, passage in enumerate(passages):
        at_source.setdefault(passage.source_id, []).append(at)
    claims: list[Claim] = []
    rows: dict[str, Stored] = {}
    order: dict[str, int] = {}
    for source_id, places in at_source.items():
        pieces = _pieces([passages[at] for at in places], texts.get(source_id))
        told = [piece.model_dump_json(exclude_defaults=True) for piece in pieces]
        claims.append(claim := _claim(job_id, sources[source_id], told))
        for number, (at, piece) in enumerate(zip(places, told, strict=True)):
            row_id = f"{claim.version}:{number}"
            rows[row_id], order[row_id] = {"version": claim.version, "told": piece}, at
    return Parcel(job_id, claims, list(rows), list(rows.values()), vectors[list(order.values())])


def matches(found: Sequence[tuple[Row, float]]) -> list[Match]:
    """What a query found, in its order; a cosine distance of 0 is a score of 1."""
    return [
        Match(
            score=float(np.clip(1 - distance, -1, 1)),
            job_id=row.job,
            source_id=row.source,
            url=row.url,
            title=row.title,
            text=row.text,
            start=row.start,
            end=row.end,
            sha256=row.sha256,
        )
        for row, distance in found
    ]


def old_row(values: Mapping[str, Any], document: str | None) -> Row | None:
    """A row from before versions were shared."""
    return read(Row, {"text": document or "", **values})


def _pieces(passages: Sequence[Passage], text: str | None) -> Iterator[Piece]:
    end = 0
    for number, passage in enumerate(passages, 1):
        before = None if text is None else text[end : passage.start]
        after = text[passage.end :] if text and number == len(passages) else ""
        end = passage.end
        yield Piece(start=passage.start, end=end, text=passage.text, before=before, after=after)


def _claim(job_id: str, source: Source, told: Sequence[str]) -> Claim:
    """The version is told by the address, the text's hash and the rows themselves, each with its length before it."""
    known = source.model_dump(include=set(Origin.model_fields))
    origin = Origin.model_validate(known | {"sha256": source.sha256 or ""})
    parts = (part.encode() for part in (origin.url, origin.sha256, *told))
    version = sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()[:VERSION_LETTERS]
    return Claim(job=job_id, source=source.id, version=version, told=origin.model_dump_json(exclude_defaults=True))
