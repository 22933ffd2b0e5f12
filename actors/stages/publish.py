"""The report, put together and written: the same artefacts make the same files, whichever host writes them."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from actors.domain.analysis import Report, Support
from actors.domain.artefacts import Analysis, Collection, Index, Plan, Published, SearchResults, Verified
from actors.domain.documents import Source
from actors.domain.errors import TransientError
from actors.domain.job import Job, JobStatus, StopReason, Usage
from actors.services.base import Services
from actors.services.report.files import render, write
from actors.stages.base import Artefacts


@dataclass(frozen=True, slots=True)
class PublishStage:
    """`partial` when a budget ended the research, or no statement is supported; else `completed`."""

    name: str = "publish"
    artefact: type[Published] = Published

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Published:
        """See `base.Stage`."""
        model = services.model.name if services.model else None
        report = await asyncio.to_thread(compose, job, artefacts, model)
        texts = {document.source.id: document.text for document in (await artefacts.read(Collection)).documents}
        files = await services.pool.run(render, report, texts)
        try:
            await asyncio.to_thread(write, files, services.reports / job.job_id)
        except OSError as error:
            raise TransientError(f"{services.reports} cannot be written: {error.strerror}") from error
        return Published(report=report)


def compose(job: Job, artefacts: Artefacts, model: str | None = None) -> Report:
    """Everything the stages found, as `report.json` has it."""
    analysis, verified = artefacts.latest(Analysis), artefacts.latest(Verified)
    collection, index = artefacts.latest(Collection), artefacts.latest(Index)
    plan, search = artefacts.latest(Plan), artefacts.latest(SearchResults)
    supported = any(statement.support is Support.SUPPORTED for statement in (*verified.summary, *verified.findings))
    ended = [each.stop_reason for each in (plan, search, collection, index, analysis, verified) if each.stop_reason]
    stop_reason = ended[0] if ended else None if supported else StopReason.SOURCES
    told = [each.warnings for each in (plan, search, collection, index, analysis)]
    return Report(
        job_id=job.job_id,
        query=job.request.query,
        status=JobStatus.PARTIAL if stop_reason else JobStatus.COMPLETED,
        stop_reason=stop_reason,
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
        media=search.media,
        model=model,
        by_model=(*(("plan",) if plan.by_model else ()), *analysis.by_model),
        questions=search.questions,
        rounds=job.round + 1,
        warnings=tuple(dict.fromkeys(warning for warnings in told for warning in warnings)),
        quality=verified.quality,
        usage=_told(job.usage, len(collection.documents)),
        timings=_timings(artefacts),
        created_at=datetime.fromtimestamp(job.created_at, UTC).isoformat(timespec="seconds"),
    )


def _told(usage: Usage, pages: int) -> Usage:
    """Without the last digits of sums of binary fractions."""
    stages = {name: spent.model_copy(update={"usd": round(spent.usd, 9)}) for name, spent in usage.stages.items()}
    return usage.model_copy(update={"usd": round(usage.usd, 9), "pages": pages, "stages": stages})


def _weighed(sources: tuple[Source, ...], analysis: Analysis) -> tuple[Source, ...]:
    return tuple(source.model_copy(update={"credibility": analysis.credibility.get(source.id)}) for source in sources)


def _timings(artefacts: Artefacts) -> dict[str, float]:
    """Seconds by stage, all rounds together."""
    timings: dict[str, float] = {}
    for key, seconds in artefacts.seconds.items():
        stage = key.partition(":")[0]
        timings[stage] = round(timings.get(stage, 0.0) + seconds, 3)
    return timings
