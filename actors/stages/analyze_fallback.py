"""The parts of the analysis by rules, each made only when it is asked for; what they share is made once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from actors.domain.analysis import Entity, Relation, SourceSentiment, TimelineEvent, Topic
from actors.domain.artefacts import Collection, Index
from actors.domain.documents import Passage
from actors.services.base import Services
from actors.services.nlp.findings import Findings
from actors.services.nlp.related import related_questions
from actors.services.nlp.sentences import is_prose, passage_sentences
from actors.services.nlp.sentiment import source_sentiment
from actors.services.nlp.topics import topics
from actors.stages.analyze_rules import ENGLISH, Gated, find_answers, find_entities, gate, history

T = TypeVar("T")


class Fallback:
    """Bound to what was read and asked."""

    def __init__(
        self, query: str, questions: Sequence[str], collection: Collection, index: Index, services: Services
    ) -> None:
        self._query = query
        self._questions = questions
        self._collection = collection
        self._index = index
        self._services = services
        self._once: dict[str, asyncio.Task[Any]] = {}

    async def answers(self) -> Findings:
        """The summary and the findings."""

        async def find() -> Findings:
            gated = await self._gated()
            found, _ = await find_answers(self._query, self._questions, self._index, gated, self._services)
            return found

        return await self._shared("answers", find)

    async def entities(self) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
        """The entities and relations of English texts."""
        return await find_entities(self._collection.documents, await self._gated(), self._services)

    async def timeline(self) -> tuple[TimelineEvent, ...]:
        """What happened when."""
        return await self._services.pool.run(history, self._query, (await self._gated()).reading)

    async def topics(self, passages: Sequence[Passage], language: str) -> tuple[Topic, ...]:
        """The themes of these passages."""
        return tuple(await self._services.pool.run(topics, passages, language=language))

    async def related(
        self, entities: Sequence[Entity], phrases: Sequence[tuple[str, float]], relations: Sequence[Relation]
    ) -> tuple[str, ...]:
        """What to ask next."""
        return tuple(await self._services.pool.run(related_questions, self._query, entities, phrases, relations))

    async def sentiment(self, passages: Sequence[Passage], language: str) -> tuple[SourceSentiment, ...]:
        """The tone of each source of these passages, if they are English."""
        return await self._services.pool.run(tones, passages) if passages and language == ENGLISH else ()

    async def _gated(self) -> Gated:
        async def make() -> Gated:
            documents = self._collection.documents
            return await self._services.pool.run(gate, self._query, documents, self._index.passages)

        return await self._shared("gated", make)

    async def _shared(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        if name not in self._once:
            self._once[name] = asyncio.ensure_future(make())
        result: T = await self._once[name]
        return result


def tones(passages: Sequence[Passage]) -> tuple[SourceSentiment, ...]:
    """The tone of each source by its sentences of prose; for the pool."""
    told: dict[str, list[str]] = {}
    for passage in passages:
        prose = [sentence.text for sentence in passage_sentences(passage) if is_prose(sentence.text)]
        told.setdefault(passage.source_id, []).extend(prose)
    found = (source_sentiment(source_id, sentences) for source_id, sentences in told.items())
    return tuple(tone for tone in found if tone is not None)
