"""What to do about an error, decided without doing it: a table of cases, tested without a clock."""

from dataclasses import dataclass
from traceback import format_exception

from actors.domain.errors import PermanentError, TransientError
from actors.store.records import Fail


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential waits: `base_seconds * 2 ** (failures - 1)`, at most `cap_seconds`, spread by jitter."""

    base_seconds: float = 1.0
    cap_seconds: float = 60.0

    def delay_seconds(self, failures: int, *, jitter: float) -> float:
        """The wait after `failures` (from 1) in a row; `jitter` from 0 to 1 takes away up to half of it."""
        full = min(self.cap_seconds, self.base_seconds * 2.0 ** min(failures - 1, 32))
        return full * (1 - jitter / 2)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a stage is tried and how long is waited between."""

    max_attempts: int = 5
    backoff: Backoff = Backoff()

    def decide(self, error: BaseException, attempt: int, *, jitter: float) -> float | Fail:
        """Seconds to wait before the next attempt, or how the job fails.

        A `PermanentError` fails at once, with its message. All else is tried `max_attempts` times (a
        `TransientError` not before its `retry_after_seconds`), then it becomes a dead letter.
        """
        if isinstance(error, PermanentError):
            return Fail(str(error))
        if attempt >= self.max_attempts:
            return Fail(_given_up(error, attempt), "".join(format_exception(error)))
        delay = self.backoff.delay_seconds(attempt, jitter=jitter)
        if isinstance(error, TransientError) and error.retry_after_seconds is not None:
            delay = max(delay, error.retry_after_seconds)
        return delay

    def poisoned(self, attempt: int) -> Fail | None:
        """How the job fails when its workers died under all its attempts, counted when it was handed out."""
        if attempt <= self.max_attempts:
            return None
        reason = f"given up after {self.max_attempts} attempts: the process died or was cut off in each of them"
        return Fail(reason, "no traceback: the process did not live to write one")


def _given_up(error: BaseException, attempt: int) -> str:
    if isinstance(error, TransientError):
        return f"given up after {attempt} attempts: {error}"
    return f"given up after {attempt} attempts: an internal error ({type(error).__name__})"
