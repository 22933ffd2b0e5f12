"""The texts become passages with vectors: kept with the job, and in the tenant's vector database for later searches."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from actors.domain.artefacts import Collection, Index
from actors.domain.documents import Document, Passage
from actors.domain.errors import BudgetError, PermanentError, StoreUnavailableError, TransientError
from actors.domain.events import EventType, Note
from actors.domain.job import Job, StopReason
from actors.services.base import Services
from actors.services.embeddings.base import Embedder, Vectors
from actors.services.embeddings.packing import pack
from actors.services.nlp.sentences import headed, split_passages
from actors.stages.base import Artefacts


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors, what made them, and why not the embedder that was asked for (empty: it did)."""

    vectors: Vectors
    by: Embedder
    problem: str = ""
    stop_reason: StopReason | None = None


@dataclass(frozen=True, slots=True)
class IndexStage:
    """In each round anew: what was embedded before is remembered by the embedder.

    A vector database or an embedder that cannot be used is a warning: the job's evidence comes from its own artefact,
    by vectors that are made here.
    """

    name: str = "index"
    artefact: type[Index] = Index

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Index:
        """See `base.Stage`."""
        documents = (await artefacts.read(Collection)).documents
        passages = await services.pool.run(split_all, [(each.source.id, each.text) for each in documents])
        titles = {document.source.id: document.source.title for document in documents}
        embedded = await embed([headed(each, titles[each.source_id]) for each in passages], services)
        problem = embedded.problem or await _keep(job, documents, passages, embedded.vectors, services)
        warnings = (f"the passages were not added to the search index: {problem}",) if problem else ()
        for warning in warnings:
            note = Note(type=EventType.WARNING, stage=self.name, data={"text": warning}, once="index")
            await services.tell(note)
        return Index(
            passages=tuple(passages),
            model=embedded.by.model,
            dimension=embedded.vectors.shape[1],
            vectors=await asyncio.to_thread(pack, embedded.vectors),
            warnings=warnings,
            stop_reason=embedded.stop_reason,
        )


def split_all(texts: Sequence[tuple[str, str]]) -> list[Passage]:
    """The passages of all sources, given as (id, text); runs in the pool."""
    return [passage for source_id, text in texts for passage in split_passages(source_id, text)]


async def embed(texts: Sequence[str], services: Services) -> Embedded:
    """Vectors of the texts by the embedder that is set, else by the local one."""
    try:
        return Embedded(await services.embedder.embed(texts), services.embedder)
    except StoreUnavailableError:
        raise
    except (TransientError, PermanentError, BudgetError) as error:
        if services.embedder is services.local_embedder:
            raise
        reason = error.reason if isinstance(error, BudgetError) else None
        return Embedded(await services.local_embedder.embed(texts), services.local_embedder, str(error), reason)


async def _keep(
    job: Job, documents: Sequence[Document], passages: Sequence[Passage], vectors: Vectors, services: Services
) -> str:
    """Add the passages to the tenant's database; answers why that was not possible, empty when it was."""
    if not passages:
        return ""
    sources = {document.source.id: document.source for document in documents}
    texts = {document.source.id: document.text for document in documents}
    try:
        await services.vectors.upsert(job.tenant, job.job_id, passages, sources, vectors, texts=texts)
    except (TransientError, PermanentError) as error:
        return str(error)
    return ""
