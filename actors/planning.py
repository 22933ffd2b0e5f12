"""What a request would do and cost at most, told before it is taken in; a budget that cannot be kept is refused."""

from collections.abc import Awaitable, Callable, Iterator

from actors.domain.artefacts import Plan
from actors.domain.documents import Kind
from actors.domain.errors import RequestError
from actors.domain.estimate import PlanEstimate
from actors.domain.events import Note
from actors.domain.job import Budget, Job, ResearchRequest, Spending
from actors.services.base import Answer, nothing_spent
from actors.services.llm.tasks.ceiling import ceiling
from actors.services.llm.tasks.plan import MOST_QUESTIONS
from actors.stages.base import Artefacts
from actors.stages.plan import PlanStage
from actors.stages.search import check_providers, chosen, queries
from actors.stages.verify import QUESTIONS_A_ROUND
from actors.wiring import Outside


def check(request: ResearchRequest, outside: Outside) -> None:
    """Nothing, when the request can be honoured here; else `RequestError`."""
    check_providers(request, outside.providers)
    if request.budget.usd is not None and outside.unpriced:
        name = outside.unpriced[0]
        raise RequestError(
            "budget.usd",
            f'a budget in dollars cannot be kept: the price of {name!r} is not known (set llm.prices."{name}")',
        )


async def estimate(request: ResearchRequest, tenant: str, outside: Outside) -> PlanEstimate:
    """The plan, made as the first stage makes it, and bounds of all that would follow."""
    paid: list[Spending] = []

    async def tell(note: Note) -> None:
        """Nobody follows a plan."""

    async def call_once(
        request: str,  # noqa: ARG001 (nothing is recorded)
        call: Callable[[], Awaitable[Answer]],
        kind: type[Answer],  # noqa: ARG001 (idem)
        *,
        most: Spending | None = None,  # noqa: ARG001 (the budget is the job's to keep)
        spent: Callable[[Answer], Spending] = nothing_spent,
    ) -> Answer:
        answer = await call()
        paid.append(spent(answer))
        return answer

    job = Job(job_id="plan", tenant=tenant, request=request)
    plan = await PlanStage().work(job, Artefacts(), outside.bind(tell, call_once, lambda: None))
    rounds = request.depth + 1
    return PlanEstimate(
        questions=plan.questions,
        by_model=plan.by_model,
        providers=tuple(sorted(chosen(request, outside.providers))),
        pages=_pages(request, rounds),
        rounds=rounds,
        model=outside.model.name if outside.model else None,
        most=_within(request.budget, total((*_searches(request, plan, outside), *_analyses(request, plan, outside)))),
        spent=total(paid),
        warnings=plan.warnings,
    )


def _within(budget: Budget, most: Spending) -> Spending:
    """What a budget does not allow is not spent; which tokens it leaves out is not known, so they stay as they are."""
    return most if budget.usd is None else most.model_copy(update={"usd": min(most.usd, budget.usd)})


def total(spendings: Iterator[Spending] | list[Spending] | tuple[Spending, ...]) -> Spending:
    """All of them together."""
    parts = list(spendings)
    return Spending(**{name: sum(getattr(part, name) for part in parts) for name in Spending.model_fields})


def _pages(request: ResearchRequest, rounds: int) -> int:
    found = request.max_results * rounds + len(request.urls)
    return min(found, request.budget.pages or found)


def _first(plan: Plan, outside: Outside) -> int:
    """The questions of the first round: when the job makes its own plan, there may be more."""
    return max(len(plan.questions), MOST_QUESTIONS) if outside.model else len(plan.questions)


def _searches(request: ResearchRequest, plan: Plan, outside: Outside) -> Iterator[Spending]:
    """Each question on each provider, in all rounds; images and videos are asked for once."""
    questions = _first(plan, outside) + request.depth * QUESTIONS_A_ROUND
    for name, provider in chosen(request, outside.providers).items():
        if name != "urls":
            asked = queries(request, request.query, provider)
            times = [
                (questions if each.kind in (Kind.WEB, Kind.NEWS) else 1) * provider.requests(each) for each in asked
            ]
            calls = sum(times)
            yield Spending(searches=calls, usd=calls * provider.usd_per_query)


def _analyses(request: ResearchRequest, plan: Plan, outside: Outside) -> Iterator[Spending]:
    """The model's calls in each round, and the vectors of all pages."""
    for number in range(request.depth + 1):
        questions = _first(plan, outside) + number * QUESTIONS_A_ROUND
        if outside.model:
            yield ceiling(outside.model, questions=questions, sources=_pages(request, number + 1)).spending
    pages = _pages(request, request.depth + 1)
    yield Spending(input_tokens=pages * outside.tokens_a_page, usd=pages * outside.usd_a_page)
