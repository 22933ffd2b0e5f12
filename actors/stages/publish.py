"""The report, put together and written: the same artefacts make the same files, whichever host writes them."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from actors.domain.analysis import Report, Support
from actors.domain.artefacts import Analysis, Collection, Index, Published, SearchResults, Verified
from actors.domain.documents import Source, SourceStatus
from actors.domain.errors import TransientError
from actors.domain.job import Job, JobStatus, StopReason
from actors.services.base import Services
from actors.services.report.files import render, write
from actors.stages.base import Artefacts


@dataclass(frozen=True, slots=True)
class PublishStage:
    """`completed` when at least one statement is supported, else `partial` for want of sources."""

    name: str = "publish"
    artefact: type[Published] = Published

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Published:
        """See `base.Stage`."""
        report = await asyncio.to_thread(compose, job, artefacts)
        texts = {document.source.id: document.text for document in (await artefacts.read(Collection)).documents}
        files = await services.pool.run(render, report, texts)
        try:
            await asyncio.to_thread(write, files, services.reports / job.job_id)
        except OSError as error:
            raise TransientError(f"{services.reports} cannot be written: {error.strerror}") from error
        return Published(report=report)


def compose(job: Job, artefacts: Artefacts) -> Report:
    """Everything the stages found, as `report.json` has it."""
    analysis, verified = artefacts.latest(Analysis), artefacts.latest(Verified)
    collection, index = artefacts.latest(Collection), artefacts.latest(Index)
    supported = any(statement.support is Support.SUPPORTED for statement in (*verified.summary, *verified.findings))
    warnings = (*artefacts.latest(SearchResults).warnings, *collection.warnings, *index.warnings, *analysis.warnings)
    return Report(
        job_id=job.job_id,
        query=job.request.query,
        status=JobStatus.COMPLETED if supported else JobStatus.PARTIAL,
        stop_reason=None if supported else StopReason.SOURCES,
        summary=verified.summary,
        findings=verified.findings,
        sources=_weighed(collection.sources, analysis),
        passages=index.passages,
        entities=analysis.entities,
        relations=analysis.relations,
        topics=analysis.topics,
        sentiment=analysis.sentiment,
        timeline=verified.timeline,
        related=analysis.related,
        agreement=analysis.agreement,
        key_phrases=analysis.key_phrases,
        warnings=tuple(dict.fromkeys(warnings)),
        quality=verified.quality,
        usage=_usage(collection.sources),
        timings=_timings(artefacts),
        created_at=datetime.fromtimestamp(job.created_at, UTC).isoformat(timespec="seconds"),
    )


def _weighed(sources: tuple[Source, ...], analysis: Analysis) -> tuple[Source, ...]:
    return tuple(source.model_copy(update={"credibility": analysis.credibility.get(source.id)}) for source in sources)


def _usage(sources: tuple[Source, ...]) -> dict[str, float]:
    return {"pages": sum(source.status is SourceStatus.READ for source in sources)}


def _timings(artefacts: Artefacts) -> dict[str, float]:
    """Seconds by stage, all rounds together."""
    timings: dict[str, float] = {}
    for key, seconds in artefacts.seconds.items():
        stage = key.partition(":")[0]
        timings[stage] = round(timings.get(stage, 0.0) + seconds, 3)
    return timings
