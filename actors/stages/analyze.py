"""What the sources say together, each part citing its passages: by a model where there is one, by rules where not."""

from dataclasses import dataclass

from actors.domain.artefacts import Analysis, Collection, Index, Plan, SearchResults
from actors.domain.job import Job
from actors.services.base import Services
from actors.stages.analyze_model import by_model
from actors.stages.analyze_rules import by_rules
from actors.stages.base import Artefacts


@dataclass(frozen=True, slots=True)
class AnalyzeStage:
    """In each round anew, from everything that was read and asked so far."""

    name: str = "analyze"
    artefact: type[Analysis] = Analysis

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Analysis:
        """See `base.Stage`."""
        query = job.request.query
        collection, index = await artefacts.read(Collection), await artefacts.read(Index)
        questions = await _questions(query, artefacts)
        if services.model is None or not index.passages:
            return await by_rules(query, questions, collection, index, services)
        return await by_model(query, questions, collection, index, services)


async def _questions(query: str, artefacts: Artefacts) -> tuple[str, ...]:
    """All that were asked so far, the query first."""
    try:
        asked = (await artefacts.read(SearchResults)).questions
    except LookupError:
        asked = (await artefacts.read(Plan)).questions
    return tuple(dict.fromkeys((query, *asked)))
