"""The analysis without a model: by rules over passages, in the process pool, each part citing its passages."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from actors.domain.analysis import Agreement, Entity, Relation, SourceSentiment, TimelineEvent, Topic
from actors.domain.artefacts import Analysis, Collection, Index
from actors.domain.documents import Credibility, Document, Passage, Sentence
from actors.domain.job import Record
from actors.services.base import Services
from actors.services.embeddings.base import Vectors
from actors.services.nlp.agreement import agreements
from actors.services.nlp.credibility import credibility
from actors.services.nlp.entities import Annotation, annotate
from actors.services.nlp.entity_merge import merge_entities
from actors.services.nlp.findings import Findings, Material, find
from actors.services.nlp.keyphrases import key_phrases
from actors.services.nlp.language import main_language
from actors.services.nlp.related import related_questions
from actors.services.nlp.sentences import is_prose, passage_sentences
from actors.services.nlp.sentiment import source_sentiment
from actors.services.nlp.timeline import timeline
from actors.services.nlp.topics import topics as find_topics
from actors.services.nlp.words import content_words
from actors.stages.likeness import liken

ENGLISH = "en"


class Reading(Record):
    """The documents in the language of the research, with their passages and quotable sentences."""

    language: str
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]

    def of(self, document: Document) -> list[Sentence]:
        """The sentences of one document."""
        return [sentence for sentence in self.sentences if sentence.source_id == document.source.id]


@dataclass(frozen=True, slots=True)
class Gated:
    """The reading as JSON, which the pool's processes read and this one only hands on, and what is asked of it here.

    `sources` are the ids of its documents, `rows` the places of its passages among all.
    """

    reading: str
    language: str
    sources: frozenset[str]
    rows: list[int]
    texts: list[str]


async def by_rules(
    query: str, questions: Sequence[str], collection: Collection, index: Index, services: Services
) -> Analysis:
    """The whole analysis; parts that know only English are left out for other languages, with a warning."""
    pool = services.pool
    gated = await pool.run(gate, query, collection.documents, index.passages)
    reading = gated.reading
    (answers, notes), (entities, relations), (phrases, topics), tone, events, agreed = await asyncio.gather(
        find_answers(query, questions, index, gated, services),
        find_entities(collection.documents, gated, services),
        pool.run(themes, reading),
        pool.run(sentiment, reading),
        pool.run(history, query, reading),
        pool.run(compare, reading),
    )
    return Analysis(
        language=gated.language,
        summary=answers.summary,
        findings=answers.findings,
        entities=entities,
        relations=relations,
        topics=topics,
        sentiment=tone,
        timeline=events,
        related=tuple(await pool.run(related_questions, query, entities, phrases, relations)),
        agreement=agreed,
        key_phrases=phrases,
        credibility=await pool.run(weigh, collection.documents, agreed),
        warnings=(
            *left_out(collection.documents, gated.language, gated.sources, only_english=True),
            *notes,
        ),
    )


async def find_answers(
    query: str, questions: Sequence[str], index: Index, gated: Gated, services: Services
) -> tuple[Findings, tuple[str, ...]]:
    """The summary and the findings, and warnings."""
    likened = await liken([*questions, *gated.texts], index, services)
    asked, told = likened.texts[: len(questions)], likened.texts[len(questions) :]
    passage_vectors = likened.passages[gated.rows]
    found = await services.pool.run(answer, query, questions, asked, gated.reading, told, passage_vectors)
    return found, likened.warnings


async def find_entities(
    documents: Sequence[Document], gated: Gated, services: Services
) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    """The entities and relations of English documents."""
    if gated.language != ENGLISH:
        return (), ()
    kept = [document for document in documents if document.source.id in gated.sources]
    annotations = await asyncio.gather(*(services.pool.run(annotate, document.text) for document in kept))
    pairs = [(document.source.id, each) for document, each in zip(kept, annotations, strict=True)]
    return await services.pool.run(merge, pairs, gated.reading)


def gate(query: str, documents: Sequence[Document], passages: Sequence[Passage]) -> Gated:
    """The documents in the language that most of the text is in: words of another would pass for key terms."""
    language = main_language(query, [(document.source.language, len(document.text)) for document in documents])
    kept = tuple(document for document in documents if document.source.language in (language, None))
    ids = {document.source.id for document in kept}
    within = tuple(passage for passage in passages if passage.source_id in ids)
    sentences = (sentence for passage in within for sentence in passage_sentences(passage))
    quotable = tuple(each for each in sentences if is_prose(each.text))
    reading = Reading(language=language, documents=kept, passages=within, sentences=quotable)
    rows = [row for row, passage in enumerate(passages) if passage.source_id in ids]
    return Gated(
        reading.model_dump_json(), language, frozenset(ids), rows, [sentence.text for sentence in reading.sentences]
    )


def answer(
    query: str,
    questions: Sequence[str],
    question_vectors: Vectors,
    packed: str,
    sentence_vectors: Vectors,
    passage_vectors: Vectors,
) -> Findings:
    """The statements of the report, from vectors of the reading's sentences and passages."""
    reading = Reading.model_validate_json(packed)
    material = Material(reading.sentences, sentence_vectors, reading.passages, passage_vectors, reading.language)
    return find(query, questions, question_vectors, material)


def merge(annotated: Sequence[tuple[str, Annotation]], packed: str) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    """The entities and relations of all documents."""
    return merge_entities(annotated, Reading.model_validate_json(packed).passages)


def themes(packed: str) -> tuple[tuple[tuple[str, float], ...], tuple[Topic, ...]]:
    """The key phrases and the topics."""
    reading = Reading.model_validate_json(packed)
    phrases = key_phrases([document.text for document in reading.documents], language=reading.language)
    return tuple(phrases), tuple(find_topics(reading.passages, language=reading.language))


def sentiment(packed: str) -> tuple[SourceSentiment, ...]:
    """The tone of each document; the lexicon knows English alone."""
    reading = Reading.model_validate_json(packed)
    if reading.language != ENGLISH:
        return ()
    tones = (
        source_sentiment(document.source.id, [sentence.text for sentence in reading.of(document)])
        for document in reading.documents
    )
    return tuple(tone for tone in tones if tone is not None)


def history(query: str, packed: str) -> tuple[TimelineEvent, ...]:
    """What happened when, the query's own words first where there is too much."""
    reading = Reading.model_validate_json(packed)
    terms = frozenset(content_words(query, language=reading.language))
    told = [(document.source, reading.of(document)) for document in reading.documents]
    return tuple(timeline(told, query_terms=terms))


def compare(packed: str) -> tuple[Agreement, ...]:
    """Where sources give the same figure or date for a thing, or different ones."""
    reading = Reading.model_validate_json(packed)
    published = {document.source.id: document.source.published for document in reading.documents}
    sentences = [(sentence, published[sentence.source_id]) for sentence in reading.sentences]
    return tuple(agreements(sentences, language=reading.language))


def weigh(documents: Sequence[Document], agreed: Sequence[Agreement]) -> dict[str, Credibility]:
    """How much weight each source can carry, what the others say included."""
    rows = [(row.verdict, {claim.source_id for claim in row.claims}) for row in agreed]
    counts = Counter((verdict, source_id) for verdict, sources in rows for source_id in sources)
    return {
        document.source.id: credibility(
            document.source,
            text=document.text,
            in_agreement=counts["agree", document.source.id],
            in_disagreement=counts["disagree", document.source.id],
        )
        for document in documents
    }


def left_out(documents: Sequence[Document], language: str, kept: frozenset[str], *, only_english: bool) -> list[str]:
    """What the reader should know of the gate; `only_english`: whether parts were made by what knows English alone."""
    warnings = [
        f"{document.source.id} is in another language ({document.source.language}) than most of the sources "
        f"({language}): it was read and can be searched, but not analysed"
        for document in documents
        if document.source.id not in kept
    ]
    if kept and language != ENGLISH and only_english:
        warnings.append("entities, relations and sentiment are found in English texts only")
    return warnings
