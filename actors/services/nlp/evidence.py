"""The sentences that answer a question, by words and by meaning; where nothing answers, none."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actors.domain.documents import Sentence
from actors.services.nlp.asked import asked, fit, of_the_named
from actors.services.nlp.summary import around, stands_alone
from actors.services.nlp.tfidf import Floats, Weighted, coverage, weigh, weighed_by_source
from actors.services.nlp.words import content_words

_WORDS, _MEANING, _AROUND, _ANSWER = 0.4, 0.4, 0.2, 0.25
_RELEVANT = 0.3
_OF_BEST = 0.5
_LEAST_WORDS, _LEAST_MEANING, _MEANING_ALONE = 0.2, 0.15, 0.5
_NOVELTY, _SAME_SOURCE = 0.5, 0.12
_TOO_ALIKE, _TOO_ALIKE_IN_WORDS = 0.93, 0.8


def select_evidence(
    question: str,
    sentences: Sequence[Sentence],
    vectors: NDArray[np.float32],
    question_vector: NDArray[np.float32],
    *,
    language: str,
    limit: int,
    taken: frozenset[str] = frozenset(),
    about: str = "",
    weighted: Weighted | None = None,
) -> list[tuple[Sentence, float]]:
    """At most `limit` sentences that bear on `question`, with relevance (0 to 1): the best first, then what adds most.

    Args:
        question: as the reader will see it.
        sentences: to choose from.
        vectors: one unit row a sentence.
        question_vector: of unit length.
        language: ISO 639-1, of the sentences.
        limit: the most to choose.
        taken: texts already used; neither they nor what says nearly the same are chosen.
        about: what each sentence must hold a word of, or one of nearly the same meaning, if it has any.
        weighted: the sentences' words, where several questions are asked of the same ones; else they are weighed here.
    """
    if not sentences or limit <= 0:
        return []
    weighted = weighted or weigh([sentence.text for sentence in sentences], language=language)
    by_source = weighed_by_source(weighted, [sentence.source_id for sentence in sentences])
    held = coverage(by_source, content_words(question, language=language))
    meant = np.asarray(vectors @ question_vector, dtype=np.float64)
    relevance = _relevance(question, sentences, held, meant) * of_the_named(question, sentences, language=language)
    if subject := content_words(about, language=language):
        relevance = relevance * (coverage(by_source, subject) > 0)
    free = relevance >= max(_RELEVANT, _OF_BEST * float(relevance.max()))
    for row, sentence in enumerate(sentences):
        if sentence.text in taken:
            free &= ~_nearly_same(weighted, vectors, row)
    return _diverse(sentences, relevance, free, weighted, vectors, limit)


def _relevance(question: str, sentences: Sequence[Sentence], held: Floats, meant: Floats) -> Floats:
    """Between 0 and 1; 0 for what shares neither words nor meaning enough with the question."""
    kinds = asked(question)
    answers = np.array([fit(sentence.text, kinds) for sentence in sentences])
    whole = np.array([0.2 + 0.8 * stands_alone(sentence.text) for sentence in sentences])
    near = around(sentences, held)
    score = _WORDS * held + _MEANING * np.clip(meant, 0, 1) + _AROUND * near
    score = score * (1 - _ANSWER + _ANSWER * (answers if kinds else 1.0)) * whole
    passes = ((held >= _LEAST_WORDS) & (meant >= _LEAST_MEANING)) | (meant >= _MEANING_ALONE)
    return np.where(passes, np.clip(score, 0, 1), 0.0)


def _nearly_same(weighted: Weighted, vectors: NDArray[np.float32], row: int) -> NDArray[np.bool_]:
    """Which sentences say what the one in `row` says, itself included."""
    same = (vectors @ vectors[row] >= _TOO_ALIKE) | (_in_words(weighted, row) >= _TOO_ALIKE_IN_WORDS)
    same[row] = True
    return np.asarray(same, dtype=np.bool_)


def _in_words(weighted: Weighted, row: int) -> Floats:
    return np.asarray((weighted.rows @ weighted.rows[row].T).todense(), dtype=np.float64).ravel()


def _diverse(
    sentences: Sequence[Sentence],
    relevance: Floats,
    free: NDArray[np.bool_],
    weighted: Weighted,
    vectors: NDArray[np.float32],
    limit: int,
) -> list[tuple[Sentence, float]]:
    """Maximal marginal relevance (Carbonell and Goldstein, 1998) over meaning and sources."""
    chosen: list[tuple[Sentence, float]] = []
    alike = np.zeros(len(sentences))
    while free.any() and len(chosen) < limit:
        best = int(np.argmax(np.where(free, relevance * (1 - _NOVELTY * alike), -1.0)))
        chosen.append((sentences[best], round(float(relevance[best]), 4)))
        free &= ~_nearly_same(weighted, vectors, best)
        source = sentences[best].source_id
        same_source = np.array([_SAME_SOURCE * (sentence.source_id == source) for sentence in sentences])
        alike = np.maximum(alike, np.clip(vectors @ vectors[best], 0, 1)) + same_source
    return chosen
