"""The plan by a model: what to search for to answer a question; of the query itself nothing is ever lost."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from actors.domain.job import Record
from actors.services.llm.tasks.base import Task, asked_line, cut
from actors.services.llm.tasks.cleaning import plain
from actors.services.nlp.asked import asked
from actors.services.nlp.words import content_words

MOST_QUESTIONS = 6
_LONGEST, _SHORTEST = 160, 8

Question = Annotated[str, cut(_LONGEST), Field(max_length=_LONGEST)]


class PlanAnswer(Record):
    """Sub-questions that together answer the whole."""

    questions: Annotated[list[Question], cut(5), Field(max_length=5)]


PLAN = Task(
    name="plan",
    system=(
        "You plan research on the web. You divide a question into sub-questions that can each be searched for and "
        "answered alone. Answer with JSON alone."
    ),
    kind=PlanAnswer,
    max_tokens=400,
    most_bytes=3_000,
    most_calls=1,
)


def prompt(query: str) -> str:
    """The user's part."""
    return (
        f"Question: {asked_line(query)}\n\n"
        "Give three to five sub-questions, in the language of the question. Each is one short question that names "
        "its subject, without pronouns, and asks for something else than the others. Together they cover what a "
        "thorough answer needs: facts and figures, dates, causes, people and organisations, consequences, other views."
    )


def questions(query: str, answer: PlanAnswer) -> tuple[str, ...]:
    """The query and what the model adds to it, no two alike; the query alone if that is nothing of use."""
    return distinct(query.strip(), [plain(question, _LONGEST) for question in answer.questions])


def distinct(query: str, asked_too: Sequence[str]) -> tuple[str, ...]:
    """At most `MOST_QUESTIONS`, the query first, each of which wants something that none before it does."""
    kept, said = [query], _wanted(query)
    for question in asked_too:
        wanted = _wanted(question)
        if len(question) >= _SHORTEST and wanted - said and len(kept) < MOST_QUESTIONS:
            kept.append(question)
            said |= wanted
    return tuple(kept)


def _wanted(question: str) -> frozenset[str]:
    """The words that carry its meaning, and the kinds of answer it wants."""
    return frozenset(content_words(question, language="en")).union(f"{kind}?" for kind in asked(question))
