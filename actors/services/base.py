"""What a stage may use: one frozen bundle, handed to `work`, so that a stage's test is one call with what it needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, Protocol, TypeAlias, TypeVar

from actors.domain.documents import Extracted
from actors.domain.events import Note
from actors.domain.job import Record
from actors.services.embeddings.base import Embedder
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


class Recall(Protocol):
    """The job's ledger, bound to the job: a call whose answer was recorded is not made again."""

    async def __call__(self, request: str, call: Callable[[], Awaitable[Answer]], kind: type[Answer]) -> Answer:
        """The recorded answer to `request` (any text that tells it from others), or what `call` answers, recorded."""
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


Tell: TypeAlias = Callable[[Note], Awaitable[None]]
"""Appends to the job's event log."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside the job; `tell` and `recall` belong to the delivery that is being worked on."""

    tell: Tell
    recall: Recall
    search: Mapping[str, SearchProvider]
    reader: Reader
    embedder: Embedder
    vectors: VectorStore
    pool: Pool
    reports: Path


Bind: TypeAlias = Callable[[Tell, Recall], Services]
"""Services that lack only what belongs to a delivery."""
