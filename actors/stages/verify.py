"""Every sentence against the passages it cites: what they do not carry is dropped, or marked where the client asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.domain.analysis import Support
from actors.domain.artefacts import Analysis, Index, Verified
from actors.domain.documents import Passage
from actors.domain.events import EventType, Note
from actors.domain.job import Job
from actors.services.base import Services
from actors.services.nlp.quality import quality
from actors.services.nlp.support import check
from actors.stages.base import Artefacts


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
        for number, finding in enumerate(verified.findings, 1):
            data = {"sentence": finding.sentence, "support": finding.support, "citations": list(finding.citations)}
            await services.tell(Note(type=EventType.FINDING, stage=self.name, data=data, once=f"finding:{number}"))
        return verified


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
