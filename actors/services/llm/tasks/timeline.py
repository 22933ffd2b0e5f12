"""What happened when, as the model reads it: each event is kept only with a date that its passage tells."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from actors.domain.documents import Passage, Source
from actors.domain.job import Record
from actors.services.llm.tasks.base import RULES, Call, Number, Task, asked_line, cut
from actors.services.llm.tasks.quoting import batches, block

_DATE, _TEXT = 10, 300
_SHAPE = "^[0-9]{4}(-[0-9]{2}){0,2}$"


class EventAnswer(Record):
    """An event: `date` is `2021`, `2021-05` or `2021-05-03`."""

    date: Annotated[str, cut(_DATE), Field(max_length=_DATE, json_schema_extra={"pattern": _SHAPE})]
    event: Annotated[str, cut(_TEXT), Field(max_length=_TEXT)]
    passage: Number


class TimelineAnswer(Record):
    """The dated events of the passages."""

    events: Annotated[list[EventAnswer], cut(10), Field(max_length=10)]


TIMELINE = Task(name="timeline", system=RULES, kind=TimelineAnswer, max_tokens=900, most_bytes=7_000, most_calls=2)
_TASK = (
    "List the events that the passages date and that matter for the subject, at most ten. For each give its date as "
    "YYYY, YYYY-MM or YYYY-MM-DD, as fine as the passage tells it, one complete sentence in the words of the passage "
    "that names who or what it is about, and the number of the passage. Leave out events without a year."
)


def calls(query: str, passages: Sequence[Passage], sources: Mapping[str, Source], context_tokens: int) -> list[Call]:
    """The prompts for passages that hold dates, the best in the first."""
    head = f"Subject: {asked_line(query)}\n\n"
    room = TIMELINE.room(context_tokens) - len((head + _TASK).encode()) - 2
    made = []
    for batch in batches(passages, sources, room, TIMELINE.most_calls):
        text, given = block(batch, sources)
        made.append(Call(TIMELINE.name, f"{head}{text}\n\n{_TASK}", given))
    return made
