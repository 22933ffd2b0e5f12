"""Between the records of the domain and the flat strings of Redis."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from actors.domain.events import Event, Note
from actors.domain.job import Job, ResearchRequest

Flat = Sequence[bytes]


def fields(flat: Flat) -> dict[str, str]:
    """Names and values that follow each other, as a mapping."""
    texts = [part.decode() for part in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def values(flat: Flat) -> dict[str, bytes]:
    """The same where the values are bytes."""
    return {name.decode(): value for name, value in zip(flat[::2], flat[1::2], strict=True)}


def options(request: ResearchRequest) -> str:
    """The request without its query, as JSON."""
    return request.model_dump_json(exclude={"query"})


def job(row: Mapping[str, str]) -> Job:
    """A job from its hash."""
    request = ResearchRequest(query=row["query"], **json.loads(row["options"]))
    known = {name: row[name] for name in Job.model_fields if name in row and name != "request"}
    return Job.model_validate({**known, "request": request}, strict=False)


def event(job_id: str, seq: int, row: Mapping[str, str]) -> Event:
    """An event from the fields of its entry."""
    return Event(
        seq=seq,
        job_id=job_id,
        type=row["type"],
        stage=row["stage"] or None,
        at=float(row["at"]),
        data=json.loads(row["data"]),
    )


def notes(told: Iterable[Note]) -> Iterator[str]:
    """Four strings a note, as the scripts read them."""
    for note in told:
        yield from (note.type.value, note.stage or "", data(note.data), clean(note.once))


def clean(text: str) -> str:
    """The text without what UTF-8 cannot carry, as the names of odd files hold it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def data(value: Mapping[str, Any]) -> str:
    """An event's data as compact JSON."""
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
