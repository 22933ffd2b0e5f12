"""What is answered; times are ISO 8601 in UTC."""

from marshmallow import fields, validate

from actors.domain.events import EventType
from actors.domain.health import Condition
from actors.domain.job import JobStatus, StopReason
from app.schemas.base import EXAMPLE_ID, SEQ_MAX, Closed, between, count, moment, said, string


class SpendingResponse(Closed):
    """What calls have cost, or may cost at most."""

    model_calls = count("Calls of the model.", 12)
    searches = count("Questions put to search providers.", 6)
    input_tokens = count("Tokens that went to the model.", 30_000)
    output_tokens = count("Tokens that came from it.", 4_000)
    tokens = count("Both together.", 34_000)
    usd = fields.Float(
        required=True,
        validate=validate.Range(min=0),
        metadata=said("US dollars for the model, search and embeddings, of all whose price is known.", 0.0069),
    )


class UsageResponse(SpendingResponse):
    """What a job has used so far."""

    pages = count("Pages read.", 12)
    stages = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(SpendingResponse),
        required=True,
        metadata=said("The same by stage, of those that have used anything.", {}),
    )


class JobResponse(Closed):
    """One research job."""

    job_id = string("The job's id, a UUID version 7.", EXAMPLE_ID)
    query = string("The question.", "How long is the Bridge of Sighs?")
    status = string("Where it stands; the last four are terminal.", "running", choices=JobStatus)
    stage = string("The stage it is in, or ended in.", "fetch", nullable=True)
    progress = fields.Float(
        required=True, validate=between(0, 1), metadata=said("The share of the stages that are done.", 0.29)
    )
    stop_reason = string(
        "Why a partial job ended early: `budget` (dollars, tokens or pages have run out), `deadline` (the seconds "
        "have), or `sources` (they carry no answer).",
        None,
        nullable=True,
        choices=StopReason,
    )
    error = string("Why the job failed.", None, nullable=True)
    created_at = moment("When it was taken in.")
    started_at = moment("When work on it began.", nullable=True)
    completed_at = moment("When it ended.", nullable=True)
    usage = fields.Nested(UsageResponse, required=True, metadata={"description": "What it has used so far."})
    report_url = string("The report's page, once there is one.", f"/reports/{EXAMPLE_ID}/report.html", nullable=True)
    events_url = string("Its events.", f"/jobs/{EXAMPLE_ID}/events")
    retry_of = string("The job that this one tries again.", None, nullable=True)


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


class PlanResponse(Closed):
    """What a research would do, and cost at most."""

    query = string("The question.", "How long is the Bridge of Sighs?")
    questions = fields.List(
        fields.String(),
        required=True,
        metadata=said("What would be searched for first.", ["How long is the Bridge of Sighs?"]),
    )
    by_model = fields.Boolean(required=True, metadata=said("Whether a model has made the questions.", examples=[False]))
    providers = fields.List(
        fields.String(), required=True, metadata=said("The search providers that would be asked.", ["wikipedia"])
    )
    pages = count("The most pages that would be read.", 10)
    rounds = count("The most rounds of search.", 1)
    model = string("The model that would be used; null: none, all is done by rules.", None, nullable=True)
    most = fields.Nested(SpendingResponse, required=True, metadata={"description": "The most that it can cost."})
    spent = fields.Nested(SpendingResponse, required=True, metadata={"description": "What this plan has cost."})
    warnings = fields.List(fields.String(), required=True, metadata=said("What did not go as it should.", []))


class MatchResponse(Closed):
    """A passage, and where it stands."""

    score = fields.Float(required=True, metadata=said("How near it is in meaning, at most 1.", 0.71))
    text = string("The passage, word for word.", "The bridge is 11 metres long.")
    url = string("Where it was found.", "https://example.org/page")
    title = string("The title of that page; empty when it has none.", "The Bridge of Sighs")
    job_id = string("The job that collected it.", EXAMPLE_ID)
    source_id = string("The source in that job: its text is `/reports/{job_id}/sources/{source_id}.txt`.", "s1")
    start = count("Where the passage begins in that text, in characters.", 120)
    end = count("Where it ends.", 149)
    sha256 = string("The SHA-256 of the passage in UTF-8, in hexadecimal.", "0" * 64)


class SearchResponse(Closed):
    """The nearest passages, the nearest first."""

    query = string("What was looked for.", "How long is the Bridge of Sighs?")
    results = fields.List(
        fields.Nested(MatchResponse), required=True, metadata={"description": "The nearest in meaning first."}
    )


class EventResponse(Closed):
    """One line of a job's log."""

    seq = fields.Integer(required=True, validate=between(1, SEQ_MAX), metadata=said("Dense from 1, in order.", 3))
    job_id = string("The job's id.", EXAMPLE_ID)
    type = string("What happened; the last four end the log.", "stage", choices=EventType)
    stage = string("The stage that tells it.", "fetch", nullable=True)
    at = moment("When it happened, by the store's clock.")
    data = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata=said("What belongs to this type of event.", {"state": "done", "seconds": 1.25}),
    )


class EventsResponse(Closed):
    """Events in order."""

    events = fields.List(fields.Nested(EventResponse), required=True, metadata={"description": "In order of `seq`."})
    last = fields.Integer(
        required=True,
        validate=between(0, SEQ_MAX),
        metadata=said("The number of the last event here: the `after` to go on with.", 3),
    )


class StoreHealthResponse(Closed):
    """Where jobs are kept."""

    tier = string("What keeps the jobs: memory, embedded or redis.", "embedded")
    latency_ms = fields.Float(
        required=True, allow_none=True, metadata=said("Milliseconds to its answer; null without one.", 0.4)
    )


class ActorsHealthResponse(Closed):
    """Who does the work in this process."""

    stages = fields.List(fields.String(), required=True, metadata=said("Stages worked on here.", ["plan", "search"]))
    busy = fields.Integer(required=True, metadata=said("Jobs being worked on here.", 2))
    failed = fields.List(fields.String(), required=True, metadata=said("Loops that were given up.", []))


class HealthResponse(Closed):
    """How the process that answers is."""

    status = string("`unhealthy` comes with status 503.", "healthy", choices=Condition)
    store = fields.Nested(StoreHealthResponse, required=True, metadata={"description": "Where jobs are kept."})
    vectors = string("Where passages are kept: local, server, or none when it does not answer.", "local")
    actors = fields.Nested(ActorsHealthResponse, required=True, metadata={"description": "Who does the work here."})
    problems = fields.List(fields.String(), required=True, metadata=said("Why it is not healthy.", []))


class Problem(Closed):
    """What went wrong (RFC 9457)."""

    type = string("What kind of problem it is: a URI reference.", "about:blank")
    title = string("The kind of problem in words.", "Unprocessable Entity")
    status = fields.Integer(required=True, metadata=said("The HTTP status.", 422))
    detail = string("What is wrong, and what to do about it.", "The request has 1 invalid field.")
    request_id = string("Names this request in the log; also in X-Request-ID.", EXAMPLE_ID)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata=said(
            "For status 422: what is wrong, by field, as `budget.usd` names it.",
            {"max_results": ["Must be from 1 to 100."]},
        ),
    )
