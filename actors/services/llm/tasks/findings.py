"""Findings: sentences that answer one question, each with the passages it was drawn from, none without."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from actors.domain.analysis import Statement
from actors.domain.documents import Passage, Source
from actors.domain.job import Record
from actors.services.llm.tasks.base import RULES, Call, Number, Task, asked_line, cited, cut
from actors.services.llm.tasks.cleaning import plain
from actors.services.llm.tasks.quoting import block, fitting

_LONGEST = 400
_FEWEST_WORDS = 4
MOST_CITATIONS = 4

Numbers = Annotated[list[Number], cut(MOST_CITATIONS), Field(max_length=MOST_CITATIONS)]


class FindingAnswer(Record):
    """One sentence, and the numbers of the passages it rests on."""

    sentence: Annotated[str, cut(_LONGEST), Field(max_length=_LONGEST)]
    passages: Numbers


class FindingsAnswer(Record):
    """What the passages say about the question."""

    findings: Annotated[list[FindingAnswer], cut(4), Field(max_length=4)]


FINDINGS = Task(name="findings", system=RULES, kind=FindingsAnswer, max_tokens=800, most_bytes=9_000, most_calls=10)
_TASK = (
    "Write at most four findings that answer the question, the most important first. Each is one complete sentence "
    "that is understood alone: it names its subject and keeps the words, names, figures and dates of the passages. "
    "For each give the numbers of the passages that say it. Write in the language of the passages. Leave out what "
    "they do not say; if they do not answer the question, give none."
)


def call(
    query: str, question: str, passages: Sequence[Passage], sources: Mapping[str, Source], context_tokens: int
) -> Call | None:
    """The prompt for one question from its best passages, as many as fit; None where none does."""
    about = f"Subject: {asked_line(query)}\n" if question != query else ""
    head = f"{about}Question: {asked_line(question)}\n\n"
    room = FINDINGS.room(context_tokens) - len((head + _TASK).encode()) - 2
    chosen = fitting(passages, sources, room)
    if not chosen:
        return None
    text, given = block(chosen, sources)
    return Call(FINDINGS.name, f"{head}{text}\n\n{_TASK}", given, question)


def statements(answer: FindingsAnswer, asked: Call) -> list[Statement]:
    """The findings that cite a passage they were given, cleaned."""
    return [
        Statement(sentence=sentence, citations=citations, question=asked.question)
        for one in answer.findings
        if (sentence := whole(one.sentence)) and (citations := cited(one.passages, asked.given))
    ]


def whole(text: str) -> str:
    """The sentence cleaned; empty where it is none, or was cut off at its end."""
    sentence = plain(text, _LONGEST)
    if len(sentence.split()) < _FEWEST_WORDS and not _without_spaces(sentence):
        return ""
    return "" if len(text) >= _LONGEST else sentence


def _without_spaces(sentence: str) -> bool:
    return not sentence.isascii() and len(sentence) >= 2 * _FEWEST_WORDS and " " not in sentence[:20]
