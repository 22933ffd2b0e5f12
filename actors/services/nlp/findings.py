"""The answer, sentence by sentence: chosen by relevance, and cited wherever the sources carry it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from actors.domain.analysis import Statement, Support
from actors.domain.documents import Passage, Sentence
from actors.services.nlp.asked import of_the_named
from actors.services.nlp.evidence import select_evidence
from actors.services.nlp.summary import summarise
from actors.services.nlp.support import check
from actors.services.nlp.tfidf import weigh

Vectors = NDArray[np.float32]

SUMMARY_SENTENCES = 7
FINDINGS_PER_QUESTION = 4
CITATIONS_MOST = 3
CORROBORATION_TRIED = 4
CORROBORATION_LIKENESS = 0.5
"""Passages whose vectors are less alike than this are not worth a check."""


@dataclass(frozen=True, slots=True)
class Material:
    """The evidence: prose sentences and all passages, each with one unit vector a row."""

    sentences: Sequence[Sentence]
    sentence_vectors: Vectors
    passages: Sequence[Passage]
    passage_vectors: Vectors
    language: str


@dataclass(frozen=True, slots=True)
class Findings:
    """The statements of the report, not yet checked."""

    summary: tuple[Statement, ...]
    findings: tuple[Statement, ...]


def find(query: str, questions: Sequence[str], question_vectors: Vectors, material: Material) -> Findings:
    """Sentences that answer the query, then those that answer each question, none of them twice; for the pool.

    The first question is the query itself. Where no sentence is evidence for it, there are no statements at all.
    """
    material = _told_of(query, material)
    weighted = weigh([sentence.text for sentence in material.sentences], language=material.language)
    ask = partial(
        select_evidence,
        sentences=material.sentences,
        vectors=material.sentence_vectors,
        language=material.language,
        weighted=weighted,
    )
    if not ask(query, question_vector=question_vectors[0], limit=1):
        return Findings((), ())
    chosen = summarise(material.sentences, query=query, language=material.language, limit=SUMMARY_SENTENCES)
    rows = {(sentence.source_id, sentence.start): row for row, sentence in enumerate(material.sentences)}
    passages = {passage.id: passage for passage in material.passages}

    def state(sentence: Sentence, question: str) -> Statement:
        vector = material.sentence_vectors[rows[sentence.source_id, sentence.start]]
        citations = (sentence.passage_id, *_corroborating(sentence, vector, material, passages))
        return Statement(sentence=sentence.text, citations=citations, question=question)

    taken = {sentence.text for sentence in chosen}
    findings: list[Statement] = []
    for question, vector in zip(questions, question_vectors, strict=True):
        subject, colon, _ = question.partition(":")
        about = subject if colon and question != query else ""
        evidence = ask(
            question, question_vector=vector, limit=FINDINGS_PER_QUESTION, taken=frozenset(taken), about=about
        )
        taken |= {sentence.text for sentence, _ in evidence}
        findings += [state(sentence, question) for sentence, _ in evidence]
    return Findings(tuple(state(sentence, query) for sentence in chosen), tuple(findings))


def _told_of(query: str, material: Material) -> Material:
    """Without the sentences of sources that do not hold what the query names; the passages stay."""
    rows = np.flatnonzero(of_the_named(query, material.sentences, language=material.language))
    sentences = [material.sentences[row] for row in rows.tolist()]
    return replace(material, sentences=sentences, sentence_vectors=material.sentence_vectors[rows])


def _corroborating(
    sentence: Sentence, vector: Vectors, material: Material, passages: Mapping[str, Passage]
) -> list[str]:
    """Passages of other sources that carry the whole sentence too, one a source."""
    likeness = material.passage_vectors @ vector
    found: list[str] = []
    sources = {sentence.source_id}
    tried = 0
    for row in np.argsort(-likeness, kind="stable"):
        passage = material.passages[row]
        if likeness[row] < CORROBORATION_LIKENESS or tried == CORROBORATION_TRIED or len(found) == CITATIONS_MOST - 1:
            break
        if passage.source_id in sources:
            continue
        tried += 1
        claim = Statement(sentence=sentence.text, citations=(passage.id,))
        if check(claim, passages, language=material.language).support is Support.SUPPORTED:
            found.append(passage.id)
            sources.add(passage.source_id)
    return found
