"""What the model can cost at most in a round of research, told before anything is spent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from actors.domain.job import Spending
from actors.services.llm.base import Model, Prompt
from actors.services.llm.schemas import strict_schema
from actors.services.llm.tasks.base import Task
from actors.services.llm.tasks.findings import FINDINGS
from actors.services.llm.tasks.outlook import OUTLOOK
from actors.services.llm.tasks.plan import PLAN
from actors.services.llm.tasks.relations import RELATIONS
from actors.services.llm.tasks.sources import SOURCES
from actors.services.llm.tasks.summary import SUMMARY
from actors.services.llm.tasks.timeline import TIMELINE

REPAIR_BYTES = 6_000
"""What a complaint about an answer adds to the prompt of its repair, at most."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Upper bounds: `calls` that are asked for, and what they can cost if each of them has to be repaired."""

    calls: int
    spending: Spending


def ceiling(model: Model, *, questions: int, sources: int) -> Ceiling:
    """The most that `plan` and one `analyze` can ask of the model and spend, each answer repaired once.

    Args:
        model: which one.
        questions: how many are searched for until then, the query included.
        sources: how many pages may have been read until then.
    """
    found = list(_tasks(questions, sources))
    total = Spending()
    for task, times in found:
        for added in (0, REPAIR_BYTES):
            total = _plus(total, model.most(_largest(task, model.context_tokens, added)), times)
    return Ceiling(sum(times for _, times in found), total)


def _tasks(questions: int, sources: int) -> Iterator[tuple[Task[Any], int]]:
    """Each task with the most calls of it; every call has at least one question or source of its own."""
    yield PLAN, 1
    yield FINDINGS, min(questions, FINDINGS.most_calls)
    yield SOURCES, min(sources, SOURCES.most_calls)
    for task in (RELATIONS, TIMELINE, SUMMARY, OUTLOOK):
        yield task, task.most_calls


def _largest(task: Task[Any], context_tokens: int, added: int) -> Prompt:
    user = "x" * (task.room(context_tokens) + added)
    return Prompt(task.name, task.system, user, strict_schema(task.kind), task.answer_tokens(context_tokens))


def _plus(one: Spending, other: Spending, times: int) -> Spending:
    return Spending(
        model_calls=one.model_calls + times * other.model_calls,
        searches=one.searches + times * other.searches,
        input_tokens=one.input_tokens + times * other.input_tokens,
        output_tokens=one.output_tokens + times * other.output_tokens,
        usd=one.usd + times * other.usd,
    )
