"""What the model is given to read: the passages that bear on the questions, in prompts that fit it; for the pool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actors.domain.documents import Passage, Source
from actors.services.embeddings.base import Vectors
from actors.services.llm.tasks import findings, relations, sources, timeline
from actors.services.llm.tasks.base import Call
from actors.services.llm.tasks.evidence import dated, rank, readable, relevance
from actors.services.nlp.language import main_language
from actors.stages.analyze_packed import unpacked

_A_QUESTION, _IN_ALL, _DATED = 16, 48, 32
"""The most passages looked at for one question, for the whole, and for the timeline; prompts hold what fits."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The first wave of calls. `sources` are the ids of those in the language of the research.

    `material` are the ids of the passages that bear most on the questions, `excerpts` of each source's best one;
    `unasked` are the questions that are too many for the model.
    """

    language: str
    sources: frozenset[str]
    material: frozenset[str]
    calls: tuple[Call, ...]
    unasked: tuple[str, ...]
    excerpts: dict[str, str]


def prepare(
    questions: Sequence[str],
    question_vectors: Vectors,
    read: Sequence[tuple[Source, int]],
    packed: bytes,
    passage_vectors: Vectors,
    context_tokens: int,
) -> Prepared:
    """The calls of the first wave, the first question being the query; the same evidence makes the same prompts.

    Args:
        questions: all that are to be answered.
        question_vectors: one unit row each.
        read: the sources with the lengths of their texts.
        packed: the passages of all sources.
        passage_vectors: one unit row each.
        context_tokens: what fits into one call.
    """
    passages = unpacked(packed)
    language = main_language(questions[0], [(source.language, length) for source, length in read])
    known = {source.id: source for source, _ in read if source.language in (language, None)}
    rows = [row for row, passage in enumerate(passages) if passage.source_id in known]
    own, vectors = [passages[row] for row in rows], passage_vectors[rows]
    relevant = relevance(questions, question_vectors, own, vectors, language=language)
    chosen, unasked = asked_of_model(questions)
    by_question = {
        question: [own[at] for at in rank(relevant[questions.index(question)], own, vectors, most=_A_QUESTION)]
        for question in chosen
    }
    best = relevant.max(axis=0) if own else np.zeros(0)
    broad = [own[at] for at in rank(best, own, vectors, most=_IN_ALL)]
    query, excerpts = questions[0], _excerpts(own, best)
    calls = [
        *(
            call
            for question, evidence in by_question.items()
            if (call := findings.call(query, question, evidence, known, context_tokens)) is not None
        ),
        *sources.calls(query, list(known.values()), excerpts, context_tokens),
        *relations.calls(query, broad, known, context_tokens),
        *timeline.calls(query, _dated(own, best, vectors), known, context_tokens),
    ]
    material = frozenset(passage.id for passage in broad)
    return Prepared(language, frozenset(known), material, tuple(calls), unasked, _ids(excerpts))


def asked_of_model(questions: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The questions that the model is asked, the query and the newest first of all, and those that are too many."""
    distinct = tuple(dict.fromkeys(questions))
    most = findings.FINDINGS.most_calls
    if len(distinct) <= most:
        return distinct, ()
    return (distinct[0], *distinct[1 - most :]), distinct[1 : 1 - most]


def _ids(passages: Mapping[str, Passage]) -> dict[str, str]:
    return {source_id: passage.id for source_id, passage in passages.items()}


def _excerpts(passages: Sequence[Passage], best: NDArray[np.float64]) -> Mapping[str, Passage]:
    """For each source its passage of prose that bears most on the questions."""
    found: dict[str, Passage] = {}
    for at in np.argsort(-best, kind="stable").tolist():
        if passages[at].source_id not in found and readable(passages[at].text):
            found[passages[at].source_id] = passages[at]
    return found


def _dated(passages: Sequence[Passage], best: NDArray[np.float64], vectors: Vectors) -> list[Passage]:
    """The passages with a year in them, the most telling first."""
    rows = [at for at, passage in enumerate(passages) if dated(passage)]
    if not rows:
        return []
    own = [passages[at] for at in rows]
    return [own[at] for at in rank(best[rows], own, vectors[rows], most=_DATED)]
