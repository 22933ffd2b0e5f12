"""A stage's test is one call: services without processes or network, whose notes can be looked at."""

from dataclasses import dataclass, field

import pytest

from actors.domain.documents import Extracted
from actors.domain.errors import SourceError
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

    async def read(self, url):
        if url not in self.texts:
            raise SourceError("answered 404 Not Found")
        extracted = Extracted(text=self.texts[url], title=f"About {url}")
        return Reading(url=url, fetched_at="2026-01-01T00:00:00+00:00", extracted=extracted, left_out=self.left_out)


@dataclass
class Keeper:
    """A vector store that remembers what was asked of it, or fails as told."""

    error: Exception | None = None
    kept: list = field(default_factory=list)

    async def upsert(self, tenant, job_id, passages, sources, vectors):
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

    def services(self, reports=None):
        async def tell(note):
            self.notes.append(note)

        async def recall(request, call, kind):
            self.calls.append(request)
            return await call()

        pool = HerePool()
        embedder = WordLlamaEmbedder(pool)
        return Services(tell, recall, self.providers, self.shelf, embedder, self.keeper, pool, reports)

    def job(self, **options):
        return Job(job_id="j1", tenant="t", request=ResearchRequest(**{"query": "q", **options}))


@pytest.fixture
def desk():
    return Desk()
