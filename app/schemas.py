"""What the service takes and answers: these schemas check requests and are what /openapi.json says of them.

Times are ISO 8601 in UTC.
"""

from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from actors.domain.events import EventType
from actors.domain.health import Condition
from actors.domain.job import JobStatus, ResearchRequest, StopReason
from app.fields import Count, Figure, Flag, Text, Whole

JOBS_DEFAULT, JOBS_MAX = 50, 100
WAIT_MAX_SECONDS = 60
SEQ_MAX = 2**53 - 1
"""The largest integer that every JSON reader keeps exact."""

EXAMPLE_ID = "019a2b7c-4d5e-7f60-8a1b-2c3d4e5f6071"
_NOW = "2026-03-04T10:00:05+00:00"
_RULES: dict[str, dict[str, Any]] = ResearchRequest.model_json_schema()["properties"]


def _said(description: str, *examples: object, **more: object) -> dict[str, Any]:
    return {"description": description, "examples": list(examples), **more}


def _between(low: int, high: int) -> validate.Range:
    return validate.Range(low, high, error=f"Must be from {low:,} to {high:,}.")


def _one_of(choices: type[StrEnum]) -> validate.OneOf:
    return validate.OneOf([each.value for each in choices], error="Must be one of: {choices}.")


class Closed(Schema):
    """Refuses fields it does not know."""

    class Meta:
        """Said, not left to the default, so that the document says it too."""

        unknown = RAISE


class ResearchBody(Closed):
    """A question, and how to look for its answer."""

    query = Text(
        required=True,
        validate=validate.Length(
            min=_RULES["query"]["minLength"],
            max=_RULES["query"]["maxLength"],
            error=f"Must have 1 to {_RULES['query']['maxLength']:,} characters besides white space around it.",
        ),
        metadata=_said("The question.", "How long is the Bridge of Sighs?", pattern=r"\S"),
    )
    max_results = Whole(
        validate=_between(_RULES["max_results"]["minimum"], _RULES["max_results"]["maximum"]),
        metadata=_said(
            "How many sources are taken from search; never cuts `urls`. Not given: what the service is set to, "
            f"{_RULES['max_results']['default']} unless changed.",
            _RULES["max_results"]["default"],
        ),
    )
    providers = fields.List(
        Text(),
        load_default=list,
        metadata=_said("The search providers to ask. Empty: every one that can run.", ["corpus"], default=[]),
    )
    urls = fields.List(
        Text(),
        load_default=list,
        validate=validate.Length(
            max=_RULES["urls"]["maxItems"], error=f"Must have at most {_RULES['urls']['maxItems']} addresses."
        ),
        metadata=_said(
            "Pages to read whatever search finds. One that cannot be read is listed as a failed source.",
            ["https://example.org/page"],
            default=[],
        ),
    )
    keep_unsupported = Flag(
        load_default=_RULES["keep_unsupported"]["default"],
        metadata=_said(
            "Publish sentences that their sources do not carry, marked as such, not drop them.",
            _RULES["keep_unsupported"]["default"],
        ),
    )


class JobListQuery(Closed):
    """Which jobs to list."""

    status = fields.String(validate=_one_of(JobStatus), metadata=_said("Only jobs in this state.", "completed"))
    limit = Count(
        load_default=JOBS_DEFAULT, validate=_between(1, JOBS_MAX), metadata=_said("The most jobs to answer.", 50)
    )


class EventsQuery(Closed):
    """Which events to answer, and how long to wait for one."""

    after = Count(
        load_default=0,
        validate=_between(0, SEQ_MAX),
        metadata=_said("Only events numbered above this. `Last-Event-ID` goes before it.", 0),
    )
    wait = Figure(
        load_default=0,
        validate=_between(0, WAIT_MAX_SECONDS),
        metadata=_said("For JSON: how many seconds to wait for an event when there is none yet.", 30),
    )


class EventsHeaders(Schema):
    """Where an EventSource goes on after it was cut off."""

    last_event_id = fields.String(
        data_key="Last-Event-ID",
        validate=validate.Regexp("^[0-9]{1,15}$"),
        metadata=_said("The number of the last event received; goes before `after`.", "3"),
    )


def _text(
    description: str, example: str | None, *, nullable: bool = False, choices: type[StrEnum] | None = None
) -> fields.String:
    check = _one_of(choices) if choices else None
    return fields.String(required=True, allow_none=nullable, validate=check, metadata=_said(description, example))


def _time(description: str, *, nullable: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=nullable, metadata=_said(description, _NOW, format="date-time"))


class JobResponse(Closed):
    """One research job."""

    job_id = _text("The job's id, a UUID version 7.", EXAMPLE_ID)
    query = _text("The question.", "How long is the Bridge of Sighs?")
    status = _text("Where it stands; the last four are terminal.", "running", choices=JobStatus)
    stage = _text("The stage it is in, or ended in.", "fetch", nullable=True)
    progress = fields.Float(
        required=True, validate=_between(0, 1), metadata=_said("The share of the stages that are done.", 0.29)
    )
    stop_reason = _text("Why a partial job ended early.", None, nullable=True, choices=StopReason)
    error = _text("Why the job failed.", None, nullable=True)
    created_at = _time("When it was taken in.")
    started_at = _time("When work on it began.", nullable=True)
    completed_at = _time("When it ended.", nullable=True)
    usage = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        required=True,
        metadata=_said("What it has used so far.", {"pages": 12}),
    )
    report_url = _text("The report's page, once there is one.", f"/reports/{EXAMPLE_ID}/report.html", nullable=True)
    events_url = _text("Its events.", f"/jobs/{EXAMPLE_ID}/events")
    retry_of = _text("The job that this one tries again.", None, nullable=True)


class StatusResponse(JobResponse):
    """One research job, and what it found."""

    result = fields.Raw(
        required=True,
        metadata={
            "description": "The content of report.json, once the job has ended with a report.",
            "anyOf": [{"$ref": "#/components/schemas/Report"}, {"type": "null"}],
        },
    )


class JobListResponse(Closed):
    """Jobs, newest first."""

    jobs = fields.List(fields.Nested(JobResponse), required=True, metadata={"description": "Newest first."})


class EventResponse(Closed):
    """One line of a job's log."""

    seq = fields.Integer(required=True, validate=_between(1, SEQ_MAX), metadata=_said("Dense from 1, in order.", 3))
    job_id = _text("The job's id.", EXAMPLE_ID)
    type = _text("What happened; the last four end the log.", "stage", choices=EventType)
    stage = _text("The stage that tells it.", "fetch", nullable=True)
    at = _time("When it happened, by the store's clock.")
    data = fields.Dict(
        keys=fields.String(), required=True, metadata=_said("What belongs to this type of event.", {"sources": 12})
    )


class EventsResponse(Closed):
    """Events in order."""

    events = fields.List(fields.Nested(EventResponse), required=True, metadata={"description": "In order of `seq`."})
    last = fields.Integer(
        required=True,
        validate=_between(0, SEQ_MAX),
        metadata=_said("The number of the last event here: the `after` to go on with.", 3),
    )


class StoreHealthResponse(Closed):
    """Where jobs are kept."""

    tier = _text("What keeps the jobs: memory, embedded or redis.", "embedded")
    latency_ms = fields.Float(
        required=True, allow_none=True, metadata=_said("Milliseconds to its answer; null without one.", 0.4)
    )


class ActorsHealthResponse(Closed):
    """Who does the work in this process."""

    stages = fields.List(fields.String(), required=True, metadata=_said("Stages worked on here.", ["plan", "search"]))
    busy = fields.Integer(required=True, metadata=_said("Jobs being worked on here.", 2))
    failed = fields.List(fields.String(), required=True, metadata=_said("Loops that were given up.", []))


class HealthResponse(Closed):
    """How the process that answers is."""

    status = _text("`unhealthy` comes with status 503.", "healthy", choices=Condition)
    store = fields.Nested(StoreHealthResponse, required=True, metadata={"description": "Where jobs are kept."})
    vectors = _text("Where passages are kept: local, server, or none when it does not answer.", "local")
    actors = fields.Nested(ActorsHealthResponse, required=True, metadata={"description": "Who does the work here."})
    problems = fields.List(fields.String(), required=True, metadata=_said("Why it is not healthy.", []))


class Problem(Closed):
    """What went wrong (RFC 9457)."""

    type = _text("What kind of problem it is: a URI reference.", "about:blank")
    title = _text("The kind of problem in words.", "Unprocessable Entity")
    status = fields.Integer(required=True, metadata=_said("The HTTP status.", 422))
    detail = _text("What is wrong, and what to do about it.", "The request has 1 invalid field.")
    request_id = _text("Names this request in the log; also in X-Request-ID.", EXAMPLE_ID)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata=_said("For status 422: what is wrong, by field.", {"max_results": ["Must be from 1 to 100."]}),
    )
