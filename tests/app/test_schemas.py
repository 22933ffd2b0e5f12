import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from pydantic import ValidationError as RequestError

from actors.domain.events import Event, EventType
from actors.domain.health import ActorsHealth, Condition, Health, StoreHealth
from actors.domain.job import ResearchRequest
from app.schemas import (
    EventResponse,
    EventsQuery,
    HealthResponse,
    JobListQuery,
    JobResponse,
    ResearchBody,
    StatusResponse,
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


@given(st.dictionaries(st.sampled_from([*ResearchBody().fields, "other"]), NEAR))
def test_the_body_takes_what_a_request_takes(fields):
    body = {"query": "How?"} | fields
    try:
        made = ResearchBody().load(body)
    except ValidationError:
        made = None
    try:
        request = ResearchRequest.model_validate_json(json.dumps(body), strict=True)
    except RequestError:
        request = None
    assert (made is None) == (request is None)
    assert made is None or ResearchRequest(**made).query == request.query


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
    ],
)
def test_a_wrong_field_is_told_what_is_allowed(field, value, told):
    assert refused(ResearchBody, {"query": "How?", field: value}) == {field: [told]}


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
