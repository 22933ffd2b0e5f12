"""Every candidate becomes a source: read, or listed with the reason why not."""

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass

from actors.domain.artefacts import Collection, SearchResults
from actors.domain.documents import Candidate, Document, Source, SourceStatus
from actors.domain.errors import ProcessDiedError, SourceError
from actors.domain.events import EventType, Note
from actors.domain.job import Job
from actors.services.base import Reading, Services
from actors.services.fetch.duplicates import near_duplicates
from actors.services.nlp.language import detect_language
from actors.stages.base import Artefacts


@dataclass(frozen=True, slots=True)
class FetchStage:
    """Reads `concurrency` candidates at once."""

    concurrency: int
    name: str = "fetch"
    artefact: type[Collection] = Collection

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Collection:  # noqa: ARG002 (no option)
        """See `base.Stage`."""
        candidates = deque(enumerate((await artefacts.read(SearchResults)).candidates, 1))
        outcomes: dict[int, Document] = {}
        cut: dict[int, str] = {}

        async def reader() -> None:
            while candidates:
                number, candidate = candidates.popleft()
                outcomes[number], left_out = await _read(f"s{number}", candidate, services)
                if left_out:
                    cut[number] = f"s{number} was read without its last {left_out:,} characters (fetch.max_characters)"
                await services.tell(_told(outcomes[number].source))

        readers = [asyncio.create_task(reader()) for _ in range(self.concurrency)]
        try:
            await asyncio.gather(*readers)
        finally:
            for task in readers:
                task.cancel()
        documents = [outcomes[number] for number in sorted(outcomes)]
        return await _without_duplicates(documents, tuple(cut[number] for number in sorted(cut)), services)


async def _read(source_id: str, candidate: Candidate, services: Services) -> tuple[Document, int]:
    """The source with its text, empty where it failed, and how many characters were left out."""
    if candidate.reason is not None:
        return _failed(source_id, candidate, candidate.reason), 0
    try:
        reading = await services.reader.read(candidate.url)
    except SourceError as error:
        return _failed(source_id, candidate, str(error)), 0
    text = reading.extracted.text
    try:
        language = await services.pool.run(detect_language, text) or reading.extracted.language
    except (TimeoutError, ProcessDiedError):
        language = reading.extracted.language
    return Document(source=_source(source_id, candidate, reading, language), text=text), reading.left_out


def _failed(source_id: str, candidate: Candidate, reason: str) -> Document:
    source = Source(id=source_id, url=candidate.url, title=candidate.title, status=SourceStatus.FAILED, reason=reason)
    return Document(source=source, text="")


def _source(source_id: str, candidate: Candidate, reading: Reading, language: str | None) -> Source:
    page = reading.extracted
    return Source(
        id=source_id,
        url=reading.url,
        title=page.title or candidate.title,
        author=page.author,
        site=page.site,
        published=page.published or candidate.published,
        language=language,
        fetched_at=reading.fetched_at,
        sha256=hashlib.sha256(page.text.encode()).hexdigest(),
        status=SourceStatus.READ,
    )


def _told(source: Source) -> Note:
    data = {"id": source.id, "url": source.url, "title": source.title, "status": source.status, "reason": source.reason}
    return Note(type=EventType.SOURCE, stage="fetch", data=data, once=f"source:{source.id}:{source.status}")


async def _without_duplicates(documents: list[Document], warnings: tuple[str, ...], services: Services) -> Collection:
    texts = [(document.source.id, document.text) for document in documents if document.text]
    repeats = await services.pool.run(near_duplicates, texts)
    sources = []
    for source in (document.source for document in documents):
        if first := repeats.get(source.id):
            changes = {"status": SourceStatus.DUPLICATE, "reason": f"repeats {first}"}
            sources.append(source.model_copy(update=changes))
            await services.tell(_told(sources[-1]))
        else:
            sources.append(source)
    read = {source.id: source for source in sources if source.status is SourceStatus.READ}
    kept = (
        Document(source=read[document.source.id], text=document.text)
        for document in documents
        if document.source.id in read
    )
    return Collection(sources=tuple(sources), documents=tuple(kept), warnings=warnings)
