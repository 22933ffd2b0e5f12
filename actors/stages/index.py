"""The texts become passages with vectors: kept with the job, and in the tenant's vector database for later searches."""

import asyncio
from dataclasses import dataclass

from actors.domain.artefacts import Collection, Index
from actors.domain.documents import Passage
from actors.domain.errors import TransientError
from actors.domain.events import EventType, Note
from actors.domain.job import Job
from actors.services.base import Services
from actors.services.embeddings.packing import pack
from actors.services.nlp.sentences import headed, split_passages
from actors.stages.base import Artefacts


@dataclass(frozen=True, slots=True)
class IndexStage:
    """A vector database that cannot be used is a warning: this job's evidence comes from its own artefact."""

    name: str = "index"
    artefact: type[Index] = Index

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Index:
        """See `base.Stage`."""
        collection = await artefacts.read(Collection)
        split = [
            services.pool.run(split_passages, document.source.id, document.text) for document in collection.documents
        ]
        passages: list[Passage] = [passage for part in await asyncio.gather(*split) for passage in part]
        sources = {document.source.id: document.source for document in collection.documents}
        vectors = await services.embedder.embed([headed(each, sources[each.source_id].title) for each in passages])
        warnings: tuple[str, ...] = ()
        try:
            if passages:
                await services.vectors.upsert(job.tenant, job.job_id, passages, sources, vectors)
        except TransientError as error:
            warnings = (f"the passages were not added to the search index: {error}",)
            await services.tell(Note(type=EventType.WARNING, stage=self.name, data={"text": warnings[0]}, once="index"))
        return Index(
            passages=tuple(passages),
            model=services.embedder.model,
            dimension=services.embedder.dimension,
            vectors=await asyncio.to_thread(pack, vectors),
            warnings=warnings,
        )
