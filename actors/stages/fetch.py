"""Every candidate becomes a source: read, or listed with the reason why not."""

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass, field

from actors.domain.artefacts import Collection, SearchResults
from actors.domain.documents import Candidate, Document, Source, SourceStatus
from actors.domain.errors import SourceError, TransientError
from actors.domain.events import EventType, Note
from actors.domain.job import Job, StopReason
from actors.services.base import Reading, Services
from actors.services.fetch.duplicates import near_duplicates
from actors.stages.base import Artefacts
from actors.stages.wanted import refused_day, refused_language

NO_PAGES_LEFT = "was not read: the job's budget of pages is used up"
NO_TIME_LEFT = "was not read: the job's budget of seconds is used up"


@dataclass(frozen=True, slots=True)
class FetchStage:
    """Reads `concurrency` candidates at once; a further round keeps what the ones before have read."""

    concurrency: int
    name: str = "fetch"
    artefact: type[Collection] = Collection

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Collection:
        """See `base.Stage`."""
        before = await artefacts.read(Collection) if job.round else Collection(sources=(), documents=())
        candidates = (await artefacts.read(SearchResults)).candidates
        new = deque(list(enumerate(candidates, 1))[len(before.sources) :])
        run = Run(job, services, new, room=_room(job, before))
        readers = [asyncio.create_task(run.read_all()) for _ in range(min(self.concurrency, len(new)))]
        try:
            await asyncio.wait_for(asyncio.gather(*readers), services.time_left())
        except TimeoutError:
            run.stop_reason = StopReason.DEADLINE
        finally:
            for task in readers:
                task.cancel()
        await run.skip_the_rest(NO_TIME_LEFT)
        return await _joined(before, run, services)


def _room(job: Job, before: Collection) -> float:
    pages = job.request.budget.pages
    return (
        float("inf") if pages is None else max(0, pages - sum(source.sha256 is not None for source in before.sources))
    )


@dataclass(slots=True)
class Run:
    """The candidates of one round on their way; `room` is how many more pages may be read."""

    job: Job
    services: Services
    waiting: deque[tuple[int, Candidate]]
    room: float
    outcomes: dict[int, Document] = field(default_factory=dict)
    cut: dict[int, str] = field(default_factory=dict)
    reading: dict[int, Candidate] = field(default_factory=dict)
    stop_reason: StopReason | None = None

    async def read_all(self) -> None:
        """Take one candidate after the other; a page that could not be read makes room for another."""
        while self.waiting:
            number, candidate = self.waiting.popleft()
            if self.room < 1 and candidate.reason is None:
                if self.reading:  # one of those may fail, and its reader goes on here
                    self.waiting.appendleft((number, candidate))
                    return
                await self._end(number, _unread(number, candidate, SourceStatus.SKIPPED, NO_PAGES_LEFT))
                self.stop_reason = self.stop_reason or StopReason.BUDGET
                continue
            self.reading[number] = candidate
            self.room -= 1
            document, left_out = await _read(number, candidate, self.job, self.services)
            self.room += document.source.sha256 is None
            if left_out:
                self.cut[number] = f"s{number} was read without its last {left_out:,} characters (fetch.max_characters)"
            await self._end(number, document)

    async def skip_the_rest(self, reason: str) -> None:
        """List what has not been read."""
        for number, candidate in sorted((self.reading | dict(self.waiting)).items()):
            await self._end(number, _unread(number, candidate, SourceStatus.SKIPPED, reason))

    async def _end(self, number: int, document: Document) -> None:
        self.outcomes[number] = document
        self.reading.pop(number, None)
        await self.services.tell(_told(document.source))


async def _read(number: int, candidate: Candidate, job: Job, services: Services) -> tuple[Document, int]:
    """The source with its text, empty where it failed, and how many characters were left out."""
    if candidate.reason is not None:
        return _unread(number, candidate, SourceStatus.FAILED, candidate.reason), 0
    try:
        reading = await _kept(candidate, job, services) or await services.reader.read(candidate.url)
    except SourceError as error:
        return _unread(number, candidate, SourceStatus.FAILED, str(error)), 0
    source = _source(number, candidate, reading)
    if "urls" not in candidate.providers:
        day, language = refused_day(source.published, job.request), refused_language(source.language, job.request)
        if reason := day or language:
            changes = {"status": SourceStatus.SKIPPED, "reason": reason}
            return Document(source=source.model_copy(update=changes), text=""), 0
    return Document(source=source, text=reading.extracted.text), reading.left_out


async def _kept(candidate: Candidate, job: Job, services: Services) -> Reading | None:
    """What an earlier job has read there, if that is what was found and it is still kept."""
    if candidate.kept is None:
        return None
    try:
        kept = await services.vectors.source(job.tenant, *candidate.kept)
    except TransientError:
        return None
    return Reading(url=kept.url, fetched_at=kept.fetched_at or "", extracted=kept.extracted) if kept else None


def _unread(number: int, candidate: Candidate, status: SourceStatus, reason: str) -> Document:
    source = Source(id=f"s{number}", url=candidate.url, title=candidate.title, status=status, reason=reason)
    return Document(source=source, text="")


def _source(number: int, candidate: Candidate, reading: Reading) -> Source:
    page = reading.extracted
    return Source(
        id=f"s{number}",
        url=reading.url,
        title=page.title or candidate.title,
        author=page.author,
        site=page.site,
        published=page.published or candidate.published,
        language=page.language,
        fetched_at=reading.fetched_at or None,
        sha256=hashlib.sha256(page.text.encode()).hexdigest(),
        status=SourceStatus.READ,
    )


def _told(source: Source) -> Note:
    data = {"id": source.id, "url": source.url, "title": source.title, "status": source.status, "reason": source.reason}
    return Note(type=EventType.SOURCE, stage="fetch", data=data, once=f"source:{source.id}:{source.status}")


async def _joined(before: Collection, run: Run, services: Services) -> Collection:
    """All rounds together, without what repeats another source."""
    new = [run.outcomes[number] for number in sorted(run.outcomes)]
    texts = [(document.source.id, document.text) for document in (*before.documents, *new) if document.text]
    repeats = await services.pool.run(near_duplicates, texts)
    sources, documents = list(before.sources), list(before.documents)
    for document in new:
        if first := repeats.get(document.source.id):
            changes = {"status": SourceStatus.DUPLICATE, "reason": f"repeats {first}"}
            sources.append(document.source.model_copy(update=changes))
            await services.tell(_told(sources[-1]))
        else:
            sources.append(document.source)
            if document.source.status is SourceStatus.READ:
                documents.append(document)
    return Collection(
        sources=tuple(sources),
        documents=tuple(documents),
        warnings=(*before.warnings, *(run.cut[number] for number in sorted(run.cut))),
        stop_reason=run.stop_reason,
    )
