"""Who and what the passages name and how they are related: only names and relations that stand in them."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from actors.domain.analysis import EntityType
from actors.domain.documents import Passage, Source
from actors.domain.job import Record
from actors.services.llm.tasks.base import RULES, Call, Number, Task, asked_line, cut
from actors.services.llm.tasks.quoting import batches, block

_NAME, _LABEL = 80, 40

Name = Annotated[str, cut(_NAME), Field(max_length=_NAME)]


class EntityAnswer(Record):
    """A named thing."""

    name: Name
    type: EntityType


class RelationAnswer(Record):
    """What one named thing has to do with another, by the passage of this number."""

    subject: Name
    relation: Annotated[str, cut(_LABEL), Field(max_length=_LABEL)]
    object: Name
    passage: Number


class RelationsAnswer(Record):
    """The named things of the passages and what links them."""

    entities: Annotated[list[EntityAnswer], cut(16), Field(max_length=16)]
    relations: Annotated[list[RelationAnswer], cut(10), Field(max_length=10)]


RELATIONS = Task(name="relations", system=RULES, kind=RelationsAnswer, max_tokens=900, most_bytes=7_000, most_calls=3)
_TASK = (
    "List the named persons, organizations, places, events, works, products and groups of people that matter for the "
    "subject, spelled as in the passages. Then list how two of them are related: the subject, the verb of the passage "
    "with its preposition, in one to four words, the object, and the number of the passage that says so. Leave out "
    "dates, numbers and common nouns."
)


def calls(query: str, passages: Sequence[Passage], sources: Mapping[str, Source], context_tokens: int) -> list[Call]:
    """The prompts, the best passages in the first."""
    head = f"Subject: {asked_line(query)}\n\n"
    room = RELATIONS.room(context_tokens) - len((head + _TASK).encode()) - 2
    made = []
    for batch in batches(passages, sources, room, RELATIONS.most_calls):
        text, given = block(batch, sources)
        made.append(Call(RELATIONS.name, f"{head}{text}\n\n{_TASK}", given))
    return made
