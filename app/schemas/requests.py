"""What may be asked; every limit of a research is the one that `ResearchRequest` sets."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from actors.domain.job import JobStatus, ResearchRequest
from app.fields import Amount, Count, Day, Domain, Figure, Flag, Text, Whole
from app.schemas.base import SEQ_MAX, Closed, between, one_of, said

JOBS_DEFAULT, JOBS_MAX = 50, 100
MATCHES_DEFAULT, MATCHES_MAX = 10, 100
WAIT_MAX_SECONDS = 60


def _flat(rule: dict[str, Any]) -> dict[str, Any]:
    """The rules of a field that may be null with those for when it is not."""
    return {**rule, **rule.get("anyOf", [{}])[0]}


_SCHEMA = ResearchRequest.model_json_schema()
_RULES = {name: _flat(rule) for name, rule in _SCHEMA["properties"].items()}
_LIMITS = {name: _flat(rule) for name, rule in _SCHEMA["$defs"]["Budget"]["properties"].items()}


def _range(rule: dict[str, Any]) -> validate.Range:
    above = "exclusiveMinimum" in rule
    return between(rule["exclusiveMinimum" if above else "minimum"], rule["maximum"], above=above)


def _question(description: str) -> Text:
    low, high = _RULES["query"]["minLength"], _RULES["query"]["maxLength"]
    wrong = f"Must have {low} to {high:,} characters besides white space around it."
    check = validate.Length(min=low, max=high, error=wrong)
    return Text(
        required=True, validate=check, metadata=said(description, "How long is the Bridge of Sighs?", pattern=r"\S")
    )


def _flag(name: str, description: str) -> Flag:
    default = _RULES[name]["default"]
    return Flag(load_default=default, metadata=said(description, not default))


def _domains(name: str, description: str, example: str) -> fields.List[str]:
    rule, most = _RULES[name]["items"], _RULES[name]["maxItems"]
    return fields.List(
        Domain(pattern=rule["pattern"], longest=rule["maxLength"]),
        load_default=list,
        validate=validate.Length(max=most, error=f"Must have at most {most} of them."),
        metadata=said(description, [example], default=[]),
    )


def _day(description: str) -> Day:
    return Day(allow_none=True, metadata=said(description, "2026-01-31", format="date"))


class BudgetBody(Closed):
    """The most that a job may use. What is not given, or null, is not limited, unless the key has a ceiling."""

    usd = Amount(
        allow_none=True,
        validate=_range(_LIMITS["usd"]),
        metadata=said("US dollars for the model, search and embeddings. Needs a price of the model in use.", 0.5),
    )
    tokens = Whole(
        allow_none=True,
        validate=_range(_LIMITS["tokens"]),
        metadata=said("Tokens of the model, in and out.", 100_000),
    )
    pages = Whole(allow_none=True, validate=_range(_LIMITS["pages"]), metadata=said("Pages read.", 20))
    seconds = Amount(
        allow_none=True,
        validate=_range(_LIMITS["seconds"]),
        metadata=said(
            "Seconds from the start of the work.", 120, exclusiveMinimum=_LIMITS["seconds"]["exclusiveMinimum"]
        ),
    )


class ResearchBody(Closed):
    """A question, and how to look for its answer."""

    query = _question("The question.")
    max_results = Whole(
        validate=_range(_RULES["max_results"]),
        metadata=said(
            "How many sources each round of search takes; never cuts `urls`. Not given: what the service is set to, "
            f"{_RULES['max_results']['default']} unless changed.",
            _RULES["max_results"]["default"],
        ),
    )
    depth = Whole(
        load_default=_RULES["depth"]["default"],
        validate=_range(_RULES["depth"]),
        metadata=said("At most so many rounds of further search, for what is still open after the first.", 1),
    )
    providers = fields.List(
        Text(),
        load_default=list,
        metadata=said("The search providers to ask. Empty: every one that can run.", ["corpus"], default=[]),
    )
    urls = fields.List(
        Text(),
        load_default=list,
        validate=validate.Length(
            max=_RULES["urls"]["maxItems"], error=f"Must have at most {_RULES['urls']['maxItems']} addresses."
        ),
        metadata=said(
            "Pages to read whatever search finds; without `providers` there is no search then. One that cannot be "
            "read is listed as a failed source.",
            ["https://example.org/page"],
            default=[],
        ),
    )
    include_domains = _domains(
        "include_domains", "Only pages of these sites and their subdomains. Empty: of all.", "example.org"
    )
    exclude_domains = _domains("exclude_domains", "No pages of these sites and their subdomains.", "example.com")
    since = _day("Only what was published on this day or later, as far as that is known.")
    until = _day("Only what was published on this day or earlier, as far as that is known; not before `since`.")
    language = Text(
        allow_none=True,
        validate=validate.Regexp(_RULES["language"]["pattern"], error="Must be a code of ISO 639-1 such as en."),
        metadata=said("Only pages in this language: a code of ISO 639-1.", "en"),
    )
    include_news = _flag("include_news", "Search for news too.")
    include_images = _flag("include_images", "List images that search finds; they are linked, not loaded.")
    include_videos = _flag("include_videos", "List videos that search finds; they are linked, not loaded.")
    include_earlier = _flag("include_earlier", "Use passages that earlier jobs of the same tenant have collected.")
    keep_unsupported = _flag(
        "keep_unsupported", "Publish sentences that their sources do not carry, marked as such, not drop them."
    )
    budget = fields.Nested(
        BudgetBody,
        load_default=dict,
        metadata={"description": "The most that the job may use; it ends `partial` when something has run out."},
    )

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: object) -> None:
        """The days have to leave time between them."""
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            raise ValidationError(f"Must not be before `since`, which is {since}.", "until")


class SearchQuery(Closed):
    """What to look for in everything that was collected."""

    q = _question("What to look for; what is near to it in meaning is found.")
    limit = Count(
        load_default=MATCHES_DEFAULT,
        validate=between(1, MATCHES_MAX),
        metadata=said("The most passages to answer.", MATCHES_DEFAULT),
    )


class JobListQuery(Closed):
    """Which jobs to list."""

    status = fields.String(validate=one_of(JobStatus), metadata=said("Only jobs in this state.", "completed"))
    limit = Count(
        load_default=JOBS_DEFAULT,
        validate=between(1, JOBS_MAX),
        metadata=said("The most jobs to answer.", JOBS_DEFAULT),
    )


class EventsQuery(Closed):
    """Which events to answer, and how long to wait for one."""

    after = Count(
        load_default=0,
        validate=between(0, SEQ_MAX),
        metadata=said("Only events numbered above this. `Last-Event-ID` goes before it.", 0),
    )
    wait = Figure(
        load_default=0,
        validate=between(0, WAIT_MAX_SECONDS),
        metadata=said("For JSON: how many seconds to wait for an event when there is none yet.", 30),
    )


class EventsHeaders(Schema):
    """Where an EventSource goes on after it was cut off."""

    last_event_id = fields.String(
        data_key="Last-Event-ID",
        validate=validate.Regexp("^[0-9]{1,15}$"),
        metadata=said("The number of the last event received; goes before `after`.", "3"),
    )
