"""The model's summaries beside those by rules: the same pages, the same measure, and what the verifier says of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, TypeVar

from actors.config import EngineConfig, LlmConfig
from actors.domain.analysis import Statement, Support
from actors.domain.documents import Passage, Source, SourceStatus
from actors.domain.errors import ModelError
from actors.domain.job import Record, Spending
from actors.services.base import Services, nothing_spent
from actors.services.llm.asking import ask
from actors.services.llm.base import Model
from actors.services.llm.client import open_model
from actors.services.llm.tasks import findings, summary
from actors.services.llm.tasks.base import Call, Task
from actors.services.nlp.sentences import split_passages
from actors.services.nlp.support import check
from actors.store.memory import memory_store
from benchmarks.quality_figures import SUMMARY_SENTENCES, Figure, summary_by_rules
from benchmarks.quality_gold import GoldPage
from benchmarks.quality_scores import rouge_1

Answer = TypeVar("Answer", bound=Record)
STAGE = "benchmark"


@dataclass(frozen=True, slots=True)
class Told:
    """What the model made of a page: its checked findings and summary."""

    page: GoldPage
    findings: Sequence[Statement]
    summary: Sequence[Statement]


def by_model(pages: Sequence[GoldPage], config: LlmConfig, *, most: int) -> list[Figure]:
    """The figures of at most `most` pages that have summaries by people; all by rules too, for comparison.

    A page that the model gave no usable answer for counts as unanswered and in no other figure.
    """
    chosen = [page for page in pages if page.summaries][:most]
    told = asyncio.run(_ask_all(chosen, config))
    answered = [one for one in told if one.summary]
    job = f"model {config.model}"
    rouge = [rouge_1(_first(one.summary), one.page.summaries) for one in answered]
    rules = [rouge_1(summary_by_rules(one.page), one.page.summaries) for one in answered]
    said = [statement for one in answered for statement in (*one.findings, *one.summary)]
    what = f"ROUGE-1 F of {SUMMARY_SENTENCES} sentences, best reference"
    return [
        _mean(job, "pages with a usable summary", [float(bool(one.summary)) for one in told]),
        _mean(job, f"summary, {what}", rouge),
        _mean("the same pages by rules", f"summary, {what}", rules),
        _mean(job, "sentences supported", [float(one.support is Support.SUPPORTED) for one in said]),
        _mean(job, "sentences dropped as unsupported", [float(one.support is Support.UNSUPPORTED) for one in said]),
    ]


def _mean(job: str, measure: str, values: Sequence[float]) -> Figure:
    return Figure(job, measure, fmean(values) if values else 0.0, None, len(values))


def _first(statements: Sequence[Statement]) -> str:
    return " ".join(statement.sentence for statement in statements[:SUMMARY_SENTENCES])


async def _ask_all(pages: Sequence[GoldPage], config: LlmConfig) -> list[Told]:
    breakers = memory_store("plan").breakers
    async with open_model(EngineConfig(llm=config), breakers) as model:
        if model is None:
            raise ModelError("no model was named")
        services = _services(model)
        return list(await asyncio.gather(*(_told(services, model, page) for page in pages)))


def _services(model: Model) -> Services:
    """Only what asking a model needs."""

    async def tell(_note: object) -> None:
        return None

    async def recall(
        request: str,  # noqa: ARG001 (nothing is recorded)
        call: Callable[[], Awaitable[Answer]],
        kind: type[Answer],  # noqa: ARG001
        *,
        most: Spending | None = None,  # noqa: ARG001 (nothing is limited)
        spent: Callable[[Answer], Spending] = nothing_spent,  # noqa: ARG001
    ) -> Answer:
        return await call()

    nothing: Any = None
    return Services(
        tell=tell,
        recall=recall,
        time_left=lambda: None,
        search={},
        reader=nothing,
        embedder=nothing,
        local_embedder=nothing,
        vectors=nothing,
        pool=nothing,
        reports=nothing,
        model=model,
    )


async def _told(services: Services, model: Model, page: GoldPage) -> Told:
    """Findings from the page's passages in their order, then the summary from those that hold; as the service does."""
    source = Source(id="s1", url=page.url, title=page.title, language=page.language, status=SourceStatus.READ)
    passages = split_passages(source.id, page.text)
    known = {passage.id: passage for passage in passages}
    found: list[Statement] = []
    short: list[Statement] = []
    try:
        asked = findings.call(page.title, page.title, passages, {source.id: source}, model.context_tokens)
        if asked is not None:
            answer = await _answer(services, model, asked, findings.FINDINGS)
            found = _checked(findings.statements(answer, asked), known, page.language)
        holding = [one for one in found if one.support is not Support.UNSUPPORTED]
        asked = summary.call(page.title, holding, model.context_tokens)
        if asked is not None:
            told = await _answer(services, model, asked, summary.SUMMARY)
            short = _checked(summary.statements(told, asked, holding), known, page.language)
    except ModelError:
        return Told(page, found, ())
    return Told(page, found, short)


async def _answer(services: Services, model: Model, asked: Call, task: Task[Answer]) -> Answer:
    return await ask(
        services,
        stage=STAGE,
        name=task.name,
        system=task.system,
        user=asked.user,
        kind=task.kind,
        max_tokens=task.answer_tokens(model.context_tokens),
    )


def _checked(statements: Sequence[Statement], passages: dict[str, Passage], language: str) -> list[Statement]:
    return [check(statement, passages, language=language) for statement in statements]
