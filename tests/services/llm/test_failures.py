import json

import pytest

from actors.domain.errors import PermanentError, TransientError, UnknownOutcomeError
from actors.services.llm.answers import complaint
from actors.services.llm.base import Prompt
from actors.services.llm.dialect import Dialect
from actors.services.llm.failures import Failure, Reply, refused, retry_after_seconds
from actors.services.llm.prices import estimated_tokens, most_tokens, spending

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30),
        ({"retry-after": "Tue, 14 Nov 2023 22:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"x-ratelimit-reset-requests": "1m30s", "x-ratelimit-remaining-requests": "0"}, 90),
        ({"x-ratelimit-reset-tokens": "20ms", "x-ratelimit-remaining-tokens": "0"}, 0.02),
        ({"x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "149"}, None),
        ({"x-ratelimit-reset-requests": "1h0m1.5s", "x-ratelimit-reset-tokens": "2"}, 3601.5),
        ({"x-ratelimit-reset-requests": "whenever"}, None),
    ],
)
def test_how_long_to_wait_is_read_as_servers_write_it(headers, seconds):
    assert retry_after_seconds(headers, now=NOW) == (seconds if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("status", "words", "kind", "tries", "alive"),
    [
        (400, "context_length_exceeded too long", PermanentError, 1, True),
        (400, "the request exceeds the available context size", PermanentError, 1, True),
        (401, "no", PermanentError, 1, True),
        (402, "pay", PermanentError, 1, True),
        (404, "no such model", PermanentError, 1, True),
        (418, "a teapot", PermanentError, 1, True),
        (429, "insufficient_quota", PermanentError, 1, True),
        (408, "slow", TransientError, 4, True),
        (429, "slow down", TransientError, 1_000, True),
        (500, "oh", TransientError, 4, False),
        (504, "too late", UnknownOutcomeError, 1, False),
        (529, "overloaded", TransientError, 4, False),
    ],
)
def test_what_a_status_means(status, words, kind, tries, alive):
    failure = refused(Reply(status, {}, b""), "", words, str, now=NOW)
    assert (type(failure.error), failure.tries, failure.alive) == (kind, tries, alive)


def test_waits_double_up_to_a_longest_and_are_spread():
    failure = Failure(TransientError("x"), tries=50)
    assert [failure.wait_seconds(tried, jitter=0.0) for tried in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 20.0]
    assert failure.wait_seconds(1, jitter=1.0) == 0.25
    assert failure.wait_seconds(50, jitter=0.0) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "m", "code": "c", "type": "t", "param": "p"}}, ("c t p", "m")),
        ({"error": "only words"}, ("", "only words")),
        ({"detail": [{"loc": ["body", "response_format"]}]}, ("", "[{'loc': ['body', 'response_format']}]")),
        ({"object": "error", "message": "m", "code": 400}, ("400", "m")),
        ([1], ("", "[1]")),
        ("words", ("", "words")),
        (None, ("", "None")),
    ],
)
def test_the_words_of_an_error_are_found_in_whatever_shape(body, said):
    assert complaint(Reply(400, {}, json.dumps(body).encode())) == said


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_an_error_that_is_no_json_has_words_too(body):
    code, words = complaint(Reply(502, {}, body))
    assert code == ""
    assert len(words) <= 4_000


@pytest.mark.parametrize(
    ("complaint", "change"),
    [
        ("Use 'max_completion_tokens' instead", {"limit": "max_completion_tokens"}),
        ("'maxLength' is not permitted in response_format", {"form": "unlimited"}),
        ("failed to parse grammar", {"form": "unlimited"}),
        ("'temperature' does not support 0", {"temperature": False}),
        ("something else", None),
    ],
)
def test_a_complaint_changes_what_it_is_about(complaint, change):
    assert Dialect().without(complaint) == (None if change is None else Dialect(**change))


def test_a_server_that_understands_nothing_is_asked_no_further():
    dialect, steps = Dialect(), 0
    while (simpler := dialect.without("unknown response_format, temperature, max_completion_tokens")) is not None:
        dialect, steps = simpler, steps + 1
    assert (dialect, steps) == (Dialect("text", "max_completion_tokens", temperature=False), 5)


def test_a_schema_in_words_stands_in_the_system_message():
    prompt = Prompt("x", "Rules.", "Question.", {"type": "object"}, 9)
    request = Dialect("object").request("m", prompt)
    assert request["response_format"] == {"type": "json_object"}
    assert request["messages"][0]["content"].endswith('JSON schema:\n{"type": "object"}')
    assert "response_format" not in Dialect("text").request("m", prompt)


def test_tokens_without_a_count_are_a_third_of_the_bytes_and_at_most_all_of_them():
    assert [estimated_tokens(text) for text in ("", "a", "abc", "abcd", "日本")] == [0, 1, 1, 2, 2]
    assert most_tokens("日本", "ab") >= 8


def test_without_a_price_only_tokens_are_known():
    spent = spending(None, 10, 5)
    assert (spent.model_calls, spent.tokens, spent.usd) == (1, 15, 0.0)
