"""From the query to the questions that are searched for and answered one by one."""

from dataclasses import dataclass

from actors.domain.artefacts import Plan
from actors.domain.job import Job
from actors.services.base import Services
from actors.services.llm.tasks import plan
from actors.services.llm.tasks.base import Call
from actors.services.nlp.questions import plan_questions
from actors.stages.asking_many import ask_all, stop_reason
from actors.stages.base import Artefacts


@dataclass(frozen=True, slots=True)
class PlanStage:
    """The query and sub-questions of a model; without one its parts, and the who, when and why of its key phrases."""

    name: str = "plan"
    artefact: type[Plan] = Plan

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> Plan:  # noqa: ARG002 (first stage)
        """See `base.Stage`."""
        query = job.request.query
        if services.model is None:
            return Plan(questions=await _by_rules(query, services))
        call = Call(plan.PLAN.name, plan.prompt(query))
        (outcome,) = await ask_all(services, self.name, [call], {plan.PLAN.name: plan.PLAN})
        if isinstance(outcome.answer, plan.PlanAnswer):
            questions = plan.questions(query, outcome.answer)
            if questions[1:]:
                return Plan(questions=questions, by_model=True)
        reason = str(outcome.error) if outcome.error else "the model found nothing to ask beside the query"
        return Plan(
            questions=await _by_rules(query, services),
            warnings=(f"the plan was made by rules: {reason}",),
            stop_reason=stop_reason([outcome]),
        )


async def _by_rules(query: str, services: Services) -> tuple[str, ...]:
    return tuple(await services.pool.run(plan_questions, query))
