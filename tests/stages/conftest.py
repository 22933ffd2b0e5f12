"""A stage's test is one call: services without processes or network, whose notes can be looked at."""

import asyncio
from dataclasses import dataclass, field

import pytest

from actors.domain.documents import Extracted
from actors.domain.errors import BudgetError, SourceError
from actors.domain.job import Job, ResearchRequest
from actors.services.base import Reading, Services
from actors.services.embeddings.wordllama import WordLlamaEmbedder


class HerePool:
    async def run(self, function, *args, **kwargs):
        return function(*args, **kwargs)


@dataclass
class Shelf:
    """A reader of texts by address; an address without a text cannot be read."""

    texts: dict[str, str] = field(default_factory=dict)
    left_out: int = 0
    about: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event | None = None

    async def read(self, url):
        if self.gate:
            await self.gate.wait()
        if url not in self.texts:
            raise SourceError("answered 404 Not Found")
        extracted = Extracted(text=self.texts[url], title=f"About {url}", **({"language": "en"} | self.about))
        return Reading(url=url, fetched_at="2026-01-01T00:00:00+00:00", extracted=extracted, left_out=self.left_out)


@dataclass
class Keeper:
    """A vector store that remembers what was asked of it, or fails as told."""

    error: Exception | None = None
    kept: list = field(default_factory=list)

    async def upsert(self, tenant, job_id, passages, sources, vectors, *, texts):
        if self.error:
            raise self.error
        self.kept.append((tenant, job_id, [passage.id for passage in passages], vectors.shape))


@dataclass
class Desk:
    """Everything a stage is given, and what it told."""

    shelf: Shelf = field(default_factory=Shelf)
    providers: dict = field(default_factory=dict)
    keeper: Keeper = field(default_factory=Keeper)
    notes: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    spent: list = field(default_factory=list)
    refused: bool = False
    seconds_left: float | None = None
    model: object = None
    embedder: object = None

    def services(self, reports=None):
        async def tell(note):
            self.notes.append(note)

        async def recall(request, call, kind, *, most=None, spent=None):
            self.calls.append(request)
            if most and self.refused:
                raise BudgetError("no room")
            answer = await call()
            if spent:
                self.spent.append(spent(answer))
            return answer

        pool = HerePool()
        embedder = WordLlamaEmbedder(pool)
        return Services(
            tell=tell,
            recall=recall,
            time_left=lambda: self.seconds_left,
            search=self.providers,
            reader=self.shelf,
            embedder=self.embedder or embedder,
            local_embedder=embedder,
            vectors=self.keeper,
            pool=pool,
            reports=reports,
            model=self.model,
        )

    def job(self, *, round_=0, **options):
        return Job(job_id="j1", tenant="t", round=round_, request=ResearchRequest(**{"query": "q", **options}))


@pytest.fixture
def desk():
    return Desk()
