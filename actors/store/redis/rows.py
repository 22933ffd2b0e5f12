"""Between the records of the domain and the flat strings of Redis."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from actors.domain.events import Event, Note
from actors.domain.job import Job, ResearchRequest, Spending, Usage

Flat = Sequence[bytes]

STORED = {name.encode(): name for name in Job.model_fields if name not in {"request", "usage"}}
"""The fields of a job's hash that are the job's own."""

DAMAGED = "what the store keeps of the job was changed by hand"

USAGE = b"usage:"
COUNTED = frozenset(Usage.model_fields) - {"stages"}
COUNTED_BY_STAGE = frozenset(Spending.model_fields)
"""What stands in a job's hash as `usage:usd`, and of a stage as `usage:analyze:usd`."""

NOTHING_USED = Usage()

BY = b":by"

REQUESTS_KEPT = 256
"""How many parsed requests are kept: a job is read once a stage, and its request never changes."""


def fields(flat: Flat) -> dict[str, str]:
    """Names and values that follow each other, as a mapping."""
    texts = [part.decode() for part in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def artefacts(flat: Flat) -> dict[str, bytes]:
    """The artefacts by `stage:round`; beside each the hash has a field that says who made it."""
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return {name.decode(): value for name, value in pairs if not name.endswith(BY)}


def options(request: ResearchRequest) -> str:
    """The request without its query and what was not given, as JSON."""
    return request.model_dump_json(exclude={"query"}, exclude_none=True)


def job(flat: Flat) -> Job:
    """A job from its hash.

    Raises:
        KeyError, ValueError: somebody has changed it into what is none.
    """
    row = dict(zip(flat[::2], flat[1::2], strict=True))
    known: dict[str, Any] = {STORED[name]: row[name].decode() for name in STORED.keys() & row.keys()}
    known["request"] = _request(row[b"query"].decode(), row[b"options"].decode())
    used = {name[len(USAGE) :].decode(): value.decode() for name, value in row.items() if name.startswith(USAGE)}
    known["usage"] = _usage(used) if used else NOTHING_USED
    return Job.model_validate(known, strict=False)


def _usage(used: Mapping[str, str]) -> dict[str, Any]:
    totals: dict[str, Any] = {name: value for name, value in used.items() if name in COUNTED}
    stages: dict[str, dict[str, str]] = {}
    for name, value in used.items():
        stage, _, counted = name.rpartition(":")
        if stage and counted in COUNTED_BY_STAGE:
            stages.setdefault(stage, {})[counted] = value
    return totals | {"stages": stages}


@lru_cache(REQUESTS_KEPT)
def _request(query: str, options: str) -> ResearchRequest:
    return ResearchRequest(query=query, **json.loads(options))


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
        yield from (note.type, note.stage or "", data(note.data), clean(note.once))


def clean(text: str) -> str:
    """The text without what UTF-8 cannot carry, as the names of odd files hold it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def data(value: Mapping[str, Any]) -> str:
    """An event's data as compact JSON."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:
        return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
