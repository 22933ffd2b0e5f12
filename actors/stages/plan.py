"""From the query to the questions that are searched for and answered one by one."""

from dataclasses import dataclass

from actors.domain.artefacts import Plan
from actors.domain.job import Job
from actors.services.base import Services
from actors.services.nlp.questions import plan_questions
from actors.stages.base import Artefacts


@dataclass(frozen=True, slots=True)
class PlanStage:
    """Without a model: the query, its parts, and the who, when and why of its key phrases."""

    name: str = "plan"
    artefact: type[Plan] = Plan

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Plan:  # noqa: ARG002 (first stage)
        """See `base.Stage`."""
        return Plan(questions=tuple(await services.pool.run(plan_questions, job.request.query)))
