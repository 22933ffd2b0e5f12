"""Every sentence against the passages it cites: what they do not carry is dropped, or marked where the client asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.domain.analysis import Support
from actors.domain.artefacts import Analysis, Collection, Index, Plan, SearchResults, Verified
from actors.domain.documents import Passage
from actors.domain.events import EventType, Note
from actors.domain.job import Job, StopReason
from actors.services.base import Services
from actors.services.nlp.gaps import open_questions
from actors.services.nlp.quality import quality
from actors.services.nlp.support import check
from actors.stages.base import Artefacts

QUESTIONS_A_ROUND = 4
"""The most that a further round of search asks."""


@dataclass(frozen=True, slots=True)
class VerifyStage:
    """Checks without a model, by coverage of words, numbers, names and dates."""

    name: str = "verify"
    artefact: type[Verified] = Verified

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Verified:
        """See `base.Stage`."""
        analysis = await artefacts.read(Analysis)
        passages = (await artefacts.read(Index)).passages
        verified = await services.pool.run(verify, analysis, passages, job.request.keep_unsupported)
        if job.round < job.request.depth:
            verified = await self._look_further(job, artefacts, services, analysis, verified)
        if not verified.open_questions:
            for number, finding in enumerate(verified.findings, 1):
                data = {"sentence": finding.sentence, "support": finding.support, "citations": list(finding.citations)}
                note = Note(type=EventType.FINDING, stage=self.name, data=data, once=f"finding:{number}")
                await services.tell(note)
        return verified

    async def _look_further(
        self, job: Job, artefacts: Artefacts, services: Services, analysis: Analysis, verified: Verified
    ) -> Verified:
        """With what is still open, unless a budget has ended the search."""
        collection, search = await artefacts.read(Collection), await artefacts.read(SearchResults)
        if collection.stop_reason or search.stop_reason or analysis.stop_reason:
            return verified
        further = await services.pool.run(
            open_questions,
            (await artefacts.read(Plan)).questions,
            (*verified.summary, *verified.findings),
            analysis.agreement,
            search.questions,
            query=job.request.query,
            entities=analysis.entities,
            phrases=analysis.key_phrases,
            limit=QUESTIONS_A_ROUND,
        )
        if further and services.time_left() == 0:
            return verified.model_copy(update={"stop_reason": StopReason.DEADLINE})
        data = {"round": job.round + 1, "questions": list(further)}
        if further:
            note = Note(type=EventType.PROGRESS, stage=self.name, data=data, once=f"round:{job.round + 1}")
            await services.tell(note)
        return verified.model_copy(update={"open_questions": further})


def verify(analysis: Analysis, passages: Sequence[Passage], keep_unsupported: bool) -> Verified:  # noqa: FBT001 (for the pool)
    """The statements that may be published, and the figures of the whole; runs in the pool."""
    by_id = {passage.id: passage for passage in passages}
    checked = [
        [check(statement, by_id, language=analysis.language) for statement in statements]
        for statements in (analysis.summary, analysis.findings)
    ]
    kept = [[each for each in part if keep_unsupported or each.support is not Support.UNSUPPORTED] for part in checked]
    dropped = [each for part in checked for each in part if each.support is Support.UNSUPPORTED]
    published = [*kept[0], *kept[1]]
    return Verified(
        summary=tuple(kept[0]),
        findings=tuple(kept[1]),
        timeline=tuple(event for event in analysis.timeline if set(event.citations) <= by_id.keys()),
        quality=quality(published, by_id, language=analysis.language),
        dropped=() if keep_unsupported else tuple(dropped),
    )
