"""What a stage may use: one frozen bundle, handed to `work`, so that a stage's test is one call with what it needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, Protocol, TypeAlias, TypeVar

from actors.domain.documents import Extracted
from actors.domain.events import Note
from actors.domain.job import Record, Spending
from actors.services.embeddings.base import Embedder
from actors.services.llm.base import Model
from actors.services.search.base import SearchProvider
from actors.services.vectors.base import VectorStore

P = ParamSpec("P")
T = TypeVar("T")
Answer = TypeVar("Answer", bound=Record)


class Pool(Protocol):
    """Processes for work that would hold up the event loop."""

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a module-level function with picklable arguments in another process; its exceptions come back.

        Raises:
            TimeoutError: it took longer than the pool allows and was killed.
            ProcessDiedError: its process ended under it.
        """
        ...


def nothing_spent(_answer: object) -> Spending:
    """For calls that are free."""
    return Spending()


class Recall(Protocol):
    """The job's ledger, bound to the job: a call whose answer was recorded is neither made nor paid again."""

    async def __call__(
        self,
        request: str,
        call: Callable[[], Awaitable[Answer]],
        kind: type[Answer],
        *,
        most: Spending | None = None,
        spent: Callable[[Answer], Spending] = nothing_spent,
    ) -> Answer:
        """The recorded answer to `request` (any text that tells it from others), or what `call` answers, recorded.

        `most` is what the call can cost at most (None: it is free), `spent` tells from the answer what it did cost. Of
        a call that ends in an `UnknownOutcomeError`, or was cut off, `most` counts as spent.

        Raises:
            BudgetError: the job's budget has no room for `most`.
        """
        ...


class Reading(Record):
    """What an address holds. `url` is where it was found after redirects, `fetched_at` an ISO 8601 time in UTC.

    `left_out` counts the characters at the end that were more than is read of one source.
    """

    url: str
    fetched_at: str
    extracted: Extracted
    left_out: int = 0


class Reader(Protocol):
    """From an address to its main text."""

    async def read(self, url: str) -> Reading:
        """The main text behind `url`.

        Raises:
            SourceError: it cannot be used; the message is the reason shown in the report.
        """
        ...


class TimeLeft(Protocol):
    """The job's budget of seconds."""

    def __call__(self) -> float | None:
        """Seconds that are left, 0.0 when they are over; None without such a budget."""
        ...


Tell: TypeAlias = Callable[[Note], Awaitable[None]]
"""Appends to the job's event log."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside the job; the first three belong to the delivery that is being worked on.

    `local_embedder` works without a network and costs nothing; it stands in for `embedder`, and may be the same.
    `model` is None where none is configured: everything is done by rules then.
    """

    tell: Tell
    recall: Recall
    time_left: TimeLeft
    search: Mapping[str, SearchProvider]
    reader: Reader
    embedder: Embedder
    local_embedder: Embedder
    vectors: VectorStore
    pool: Pool
    reports: Path
    model: Model | None = None


Bind: TypeAlias = Callable[[Tell, Recall, TimeLeft], Services]
"""Services that lack only what belongs to a delivery."""
