"""Many questions to the model at once: one that fails takes none of the others along, and says why it failed."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from actors.domain.errors import BudgetError, ModelError
from actors.domain.job import Record, StopReason
from actors.services.base import Services
from actors.services.llm.asking import ask
from actors.services.llm.tasks.base import Call, Task

T = TypeVar("T")
Refusal = ModelError | BudgetError


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call and what came of it: one of `answer` and `error`."""

    call: Call
    answer: Record | None
    error: Refusal | None = None


async def ask_all(
    services: Services, stage: str, calls: Sequence[Call], tasks: Mapping[str, Task[Any]]
) -> list[Outcome]:
    """The outcomes in the order of the calls.

    A call holds the most it can cost, which is far more than it does cost: those that the budget had no room for
    while the others were under way are asked again when these have settled, one by one.
    """
    asked = [asyncio.create_task(_attempt(services, stage, call, tasks[call.task])) for call in calls]
    try:
        outcomes = list(await asyncio.gather(*asked))
    finally:
        for one in asked:
            one.cancel()
    if any(outcome.answer is not None for outcome in outcomes):
        for place, outcome in enumerate(outcomes):
            if _out_of_budget(outcome):
                outcomes[place] = await _attempt(services, stage, outcome.call, tasks[outcome.call.task])
                if _out_of_budget(outcomes[place]):
                    break
    return outcomes


def _out_of_budget(outcome: Outcome) -> bool:
    return isinstance(outcome.error, BudgetError) and outcome.error.reason is StopReason.BUDGET


async def _attempt(services: Services, stage: str, call: Call, task: Task[Any]) -> Outcome:
    context = services.model.context_tokens if services.model is not None else 0
    try:
        answer = await ask(
            services,
            stage=stage,
            name=task.name,
            system=task.system,
            user=call.user,
            kind=task.kind,
            max_tokens=task.answer_tokens(context),
        )
    except (ModelError, BudgetError) as error:
        return Outcome(call, None, error)
    return Outcome(call, answer)


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """`work` under way as long as the block lasts: where the block fails, nothing goes on for a lost job."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()


def stop_reason(outcomes: Sequence[Outcome]) -> StopReason | None:
    """Which budget ran out, if one did; that of time counts before others."""
    reasons = {outcome.error.reason for outcome in outcomes if isinstance(outcome.error, BudgetError)}
    return StopReason.DEADLINE if StopReason.DEADLINE in reasons else next(iter(reasons), None)
