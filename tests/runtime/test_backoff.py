import pytest

from actors.domain.errors import PermanentError, TransientError
from actors.runtime.backoff import Backoff, RetryPolicy
from actors.store.records import Fail

POLICY = RetryPolicy(max_attempts=3, backoff=Backoff(base_seconds=1, cap_seconds=10))


@pytest.mark.parametrize(
    ("failures", "jitter", "expected"),
    [(1, 0, 1), (2, 0, 2), (3, 0, 4), (4, 0, 8), (5, 0, 10), (5_000, 0, 10), (3, 1, 2), (3, 0.5, 3)],
)
def test_waits_double_up_to_their_cap_and_jitter_takes_up_to_half(failures, jitter, expected):
    assert Backoff(1, 10).delay_seconds(failures, jitter=jitter) == expected


@pytest.mark.parametrize(
    ("error", "attempt", "expected"),
    [
        (TransientError("busy"), 1, 1.0),
        (TransientError("busy"), 2, 2.0),
        (TransientError("busy", retry_after_seconds=30), 1, 30),
        (TransientError("busy", retry_after_seconds=0.5), 2, 2.0),
        (KeyError("bug"), 2, 2.0),
        (PermanentError("no such model: set llm.model"), 1, Fail("no such model: set llm.model")),
    ],
)
def test_what_to_do_about_an_error(error, attempt, expected):
    assert POLICY.decide(error, attempt, jitter=0) == expected


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TransientError("the store is away"), "given up after 3 attempts: the store is away"),
        (ValueError("secret inside"), "given up after 3 attempts: an internal error (ValueError)"),
    ],
)
def test_the_last_attempt_becomes_a_dead_letter_with_its_traceback(error, reason):
    decision = POLICY.decide(error, 3, jitter=0)
    assert isinstance(decision, Fail)
    assert decision.error == reason
    assert type(error).__name__ in (decision.traceback or "")


def test_attempts_whose_worker_died_are_counted_when_they_are_handed_out():
    assert POLICY.poisoned(3) is None
    assert "given up after 3 attempts" in (POLICY.poisoned(4) or Fail("")).error
