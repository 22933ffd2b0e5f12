import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from pydantic import ValidationError as RequestError

from actors.domain.documents import Match
from actors.domain.estimate import PlanEstimate
from actors.domain.events import Event, EventType
from actors.domain.health import ActorsHealth, Condition, Health, StoreHealth
from actors.domain.job import Budget, ResearchRequest, Spending, Usage
from app.answers import usage_told
from app.schemas.requests import BudgetBody, EventsQuery, JobListQuery, ResearchBody, SearchQuery
from app.schemas.responses import (
    EventResponse,
    HealthResponse,
    JobResponse,
    MatchResponse,
    PlanResponse,
    SpendingResponse,
    StatusResponse,
    UsageResponse,
)

NEAR = st.one_of(
    st.integers(-2, 103),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
    st.floats().filter(lambda number: not number.is_integer()),
    st.lists(st.one_of(st.text(max_size=3), st.integers()), max_size=3),
    st.just("q" * 2_001),
    st.just(["u"] * 101),
    st.lists(st.text("aB1-.*/: \u00fc", max_size=6), max_size=2),
    st.just(["a.example"] * 51),
    st.sampled_from(["2026-01-31", "2026-02-30", "20260131", "2026-01-31T00:00:00", "en", "EN"]),
)
FIGURES = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=2),
    st.sampled_from([-1, 0, 1, 0.5, 10**6, 10**6 + 1, 10**12, 10**12 + 1, 31_536_000.5, 10**400]),
)


def refused(schema, given_fields):
    with pytest.raises(ValidationError) as caught:
        schema().load(given_fields)
    return caught.value.messages


def test_the_body_strips_what_a_request_strips():
    for code in range(0x3100):
        question = f"{chr(code)}q{chr(code)}"
        assert ResearchBody().load({"query": question})["query"] == ResearchRequest(query=question).query


def test_a_body_with_a_question_alone_is_a_request_with_its_defaults():
    assert ResearchRequest(**ResearchBody().load({"query": " How? "})) == ResearchRequest(query="How?")


def test_the_body_has_the_fields_of_a_request_and_no_other():
    assert set(ResearchBody().fields) == set(ResearchRequest.model_fields)


def both(body):
    """The request made of the body here, and the one that the domain makes of it; None where it is refused."""
    try:
        made = ResearchRequest(**ResearchBody().load(body))
    except ValidationError:
        made = None
    try:
        request = ResearchRequest.model_validate_json(json.dumps(body), strict=True)
    except RequestError:
        request = None
    return made, request


@given(st.dictionaries(st.sampled_from([*ResearchBody().fields, "other"]), NEAR))
def test_the_body_takes_what_a_request_takes(fields):
    made, request = both({"query": "How?"} | fields)
    assert made == request


@given(st.dictionaries(st.sampled_from([*BudgetBody().fields, "other"]), FIGURES))
def test_the_budget_has_the_limits_of_a_request(fields):
    made, request = both({"query": "How?", "budget": fields})
    assert made == request


def test_a_budget_has_the_parts_of_a_jobs_and_no_other():
    assert set(BudgetBody().fields) == set(Budget.model_fields)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("query", "", "Must have 1 to 2,000 characters besides white space around it."),
        ("query", " \n", "Must have 1 to 2,000 characters besides white space around it."),
        ("query", "q" * 2_001, "Must have 1 to 2,000 characters besides white space around it."),
        ("query", 7, "Not a valid string."),
        ("query", "\ud800", "Must be text that UTF-8 can carry."),
        ("max_results", "5", "Not a valid integer."),
        ("max_results", True, "Not a valid integer."),
        ("max_results", 1.5, "Not a valid integer."),
        ("max_results", 0, "Must be from 1 to 100."),
        ("max_results", 101, "Must be from 1 to 100."),
        ("keep_unsupported", 1, "Not a valid boolean."),
        ("keep_unsupported", "true", "Not a valid boolean."),
        ("providers", "corpus", "Not a valid list."),
        ("urls", ["https://a.example"] * 101, "Must have at most 100 addresses."),
        ("quary", "How?", "Unknown field."),
        ("depth", 6, "Must be from 0 to 5."),
        ("since", "31.1.2026", "Must be a day such as 2026-01-31."),
        ("until", "2026-02-30", "Not a valid date."),
        ("language", "english", "Must be a code of ISO 639-1 such as en."),
        ("include_domains", ["a.example"] * 51, "Must have at most 50 of them."),
        ("budget", None, "Field may not be null."),
    ],
)
def test_a_wrong_field_is_told_what_is_allowed(field, value, told):
    assert refused(ResearchBody, {"query": "How?", field: value}) == {field: [told]}


@pytest.mark.parametrize(
    ("domain", "told"),
    [
        ("https://a.example/x", "Must be a domain alone, such as example.org, without the rest of an address."),
        ("a.example:80", "Must be a domain alone, such as example.org, without the rest of an address."),
        (
            "*.a.example",
            "Must be a domain without a wildcard, such as example.org, which stands for its subdomains too.",
        ),
        ("bücher.example", "Must be a domain such as example.org, in ASCII letters (xn--… for others)."),
        ("localhost", "Must be a domain such as example.org, in ASCII letters (xn--… for others)."),
    ],
)
def test_what_is_no_domain_is_told_what_is_too_much(domain, told):
    assert refused(ResearchBody, {"query": "How?", "exclude_domains": [domain]}) == {"exclude_domains": {0: [told]}}


def test_the_days_leave_time_between_them():
    told = refused(ResearchBody, {"query": "How?", "since": "2026-01-02", "until": "2026-01-01"})
    assert told == {"until": ["Must not be before `since`, which is 2026-01-02."]}
    assert ResearchBody().load({"query": "How?", "since": "2026-01-01", "until": "2026-01-01"})


def test_each_part_of_a_budget_is_told_what_is_allowed():
    wrong = {"usd": -1, "tokens": 1.5, "pages": 0, "seconds": 0, "euros": 1}
    assert refused(ResearchBody, {"query": "How?", "budget": wrong}) == {
        "budget": {
            "usd": ["Must be from 0 to 1,000,000."],
            "tokens": ["Not a valid integer."],
            "pages": ["Must be from 1 to 100,000."],
            "seconds": ["Must be above 0 and at most 31,536,000."],
            "euros": ["Unknown field."],
        }
    }


def test_a_body_without_a_question_is_refused():
    assert refused(ResearchBody, {}) == {"query": ["Missing data for required field."]}


def test_a_whole_number_is_one_however_it_is_written():
    assert ResearchBody().load({"query": "How?", "max_results": 5.0})["max_results"] == 5


def test_an_address_may_be_odd():
    odd = ["http://[::1]:80/x y", "https://bücher.example/ü?q=%zz", "no address"]
    assert ResearchBody().load({"query": "How?", "urls": odd})["urls"] == odd


def test_a_question_of_the_longest_length_may_have_space_around_it():
    assert len(ResearchBody().load({"query": " " + "q" * 2_000 + "\n"})["query"]) == 2_000


def test_a_list_of_jobs_has_defaults_and_bounds():
    assert JobListQuery().load({}) == {"limit": 50}
    assert JobListQuery().load({"status": "failed", "limit": "100"}) == {"status": "failed", "limit": 100}
    assert refused(JobListQuery, {"limit": "101"}) == {"limit": ["Must be from 1 to 100."]}
    assert refused(JobListQuery, {"limit": "1_0"}) == {"limit": ["Not a valid integer."]}
    assert refused(JobListQuery, {"status": "done"}) == {
        "status": ["Must be one of: queued, running, completed, partial, failed, cancelled."]
    }


def test_what_was_collected_is_searched_for_in_bounds():
    assert SearchQuery().load({"q": " bridges "}) == {"q": "bridges", "limit": 10}
    assert refused(SearchQuery, {"q": " ", "limit": "0"}) == {
        "q": ["Must have 1 to 2,000 characters besides white space around it."],
        "limit": ["Must be from 1 to 100."],
    }
    assert refused(SearchQuery, {}) == {"q": ["Missing data for required field."]}


def test_events_are_asked_for_from_a_number_and_for_a_time():
    assert EventsQuery().load({}) == {"after": 0, "wait": 0}
    assert EventsQuery().load({"after": "7", "wait": "0.5"}) == {"after": 7, "wait": 0.5}
    assert refused(EventsQuery, {"after": "-1", "wait": "61"}) == {
        "after": [f"Must be from 0 to {2**53 - 1:,}."],
        "wait": ["Must be from 0 to 60."],
    }
    assert refused(EventsQuery, {"wait": "nan"}) == {"wait": ["Not a valid number."]}


def test_the_health_that_the_engine_tells_is_the_health_described():
    health = Health(
        status=Condition.DEGRADED,
        store=StoreHealth(tier="memory", latency_ms=None),
        vectors="local",
        actors=ActorsHealth(stages=("plan",), busy=1),
        problems=("slow",),
    )
    assert HealthResponse().validate(health.model_dump(mode="json")) == {}


def test_an_event_has_the_fields_described():
    event = Event(seq=1, job_id="j", type=EventType.QUEUED, stage=None, at=0.0, data={})
    assert set(EventResponse().fields) == set(event.model_dump())


def test_a_status_is_a_job_and_its_result():
    assert set(StatusResponse().fields) - set(JobResponse().fields) == {"result"}


def test_what_the_engine_tells_of_a_job_a_plan_and_a_passage_is_what_is_described():
    assert set(SpendingResponse().fields) == {*Spending.model_fields, "tokens"}
    assert set(PlanResponse().fields) == {"query", *PlanEstimate.model_fields}
    assert set(MatchResponse().fields) == set(Match.model_fields)


def test_what_was_used_is_told_whole_and_by_stage():
    usage = Usage(pages=2, input_tokens=30, output_tokens=4, usd=0.5, stages={"plan": Spending(input_tokens=3)})
    told = usage_told(usage)
    assert UsageResponse().validate(told) == {}
    assert (told["tokens"], told["usd"], told["pages"], told["stages"]["plan"]["tokens"]) == (34, 0.5, 2, 3)
