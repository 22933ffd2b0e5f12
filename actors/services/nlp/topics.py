"""The themes of the sources: the same passages always give the same ones, each with words that readers know."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from actors.domain.analysis import Topic
from actors.domain.documents import Passage
from actors.services.nlp.factors import factorise
from actors.services.nlp.keyphrases import key_phrases
from actors.services.nlp.tfidf import Floats, weigh
from actors.services.nlp.words import content_words, is_number, stems, tokens

_TERMS = 8
_FEWEST_PASSAGES = 4
_PASSAGES_A_TOPIC = 5
_LABEL_PASSAGES = 12
_LABEL_CHOICES = 12
_MOST_FEATURES = 2_000
_LEAST_PASSAGES = 2


def topics(passages: Sequence[Passage], *, language: str = "en", limit: int = 6) -> list[Topic]:
    """At most `limit` topics by falling weight, found by non-negative factorisation of TF-IDF rows.

    Each passage belongs to one topic; `weight` is the topic's share of them, so all weights add up to at most 1.
    Few passages give few topics, none at all give none.
    """
    if not passages:
        return []
    weighted = weigh([passage.text for passage in passages], language=language, most_words=_MOST_FEATURES, rarest=2)
    filled = np.asarray(weighted.rows.sum(axis=1)).ravel() > 0
    rows = [int(row) for row in np.flatnonzero(filled)]
    if not rows:
        return []
    count = _count(len(rows), weighted.rows.shape[1], limit)
    belongs, words = _factorise(weighted.rows[rows].toarray(), count)
    spelled = _spellings(passages, language)
    names = {column: word for word, column in weighted.words.items()}
    found: list[Topic] = []
    for topic in range(count):
        own = [passages[row] for row, home in zip(rows, belongs.argmax(axis=1), strict=True) if home == topic]
        strength = belongs[belongs.argmax(axis=1) == topic, topic]
        order = np.argsort(-words[topic], kind="stable")[:_TERMS]
        terms = [names[int(column)] for column in order if words[topic, column] > 0]
        terms = [term for term in terms if not is_number(term)]
        if own and terms:
            best = [own[at] for at in np.argsort(-strength, kind="stable")[:_LABEL_PASSAGES]]
            found.append(_topic(terms, own, best, spelled, len(rows), language))
    return _distinct(sorted(found, key=lambda topic: (-topic.weight, topic.label)))


def _count(passages: int, words: int, limit: int) -> int:
    """How many topics so many passages can carry."""
    if passages < _FEWEST_PASSAGES:
        return 1
    return max(1, min(limit, words, passages // _LEAST_PASSAGES, 1 + round(math.sqrt(passages / _PASSAGES_A_TOPIC))))


def _factorise(matrix: Floats, count: int) -> tuple[Floats, Floats]:
    """How far each passage belongs to each topic, and how much each word does; topics have equal scales."""
    if count == 1:
        return np.ones((len(matrix), 1)), matrix.sum(axis=0, keepdims=True)
    belongs, words = factorise(matrix, count)
    scale = np.linalg.norm(words, axis=1, keepdims=True)
    scale[scale == 0] = 1.0
    return belongs * scale.T, words / scale


def _spellings(passages: Sequence[Passage], language: str) -> dict[str, str]:
    """For each stem the spelling that the passages use most."""
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word, times in Counter(token for passage in passages for token in tokens(passage.text)).items():
        written[stems([word], language=language)[0]][word] += times
    return {
        stem: max(spellings, key=lambda word: (spellings[word], word.islower(), word))
        for stem, spellings in written.items()
    }


def _topic(
    terms: Sequence[str],
    own: Sequence[Passage],
    best: Sequence[Passage],
    spelled: dict[str, str],
    passages: int,
    language: str,
) -> Topic:
    shares = Counter(passage.source_id for passage in own)
    return Topic(
        label=_label(terms, best, spelled, language),
        terms=tuple(spelled.get(term, term) for term in terms),
        weight=round(len(own) / passages, 4),
        sources=tuple(sorted(shares, key=lambda source: (-shares[source], source))),
    )


def _label(terms: Sequence[str], best: Sequence[Passage], spelled: dict[str, str], language: str) -> str:
    """The key phrase of the topic's clearest passages that holds most of its first terms, or those terms."""
    worth = {term: 1 / (1 + at) for at, term in enumerate(terms)}
    chosen, most = "", 0.0
    for phrase, score in key_phrases([passage.text for passage in best], limit=_LABEL_CHOICES, language=language):
        words = content_words(phrase, language=language)
        value = (0.5 + score) * sum(worth.get(word, -0.1) for word in words)
        if value > most and len(words) > 1:
            chosen, most = phrase, value
    label = chosen if most >= 1 else " and ".join(spelled.get(term, term) for term in terms[:2])
    return label[:1].upper() + label[1:]


def _distinct(found: Sequence[Topic]) -> list[Topic]:
    """Topics with one label are one topic to a reader: the weaker ones take their next terms as label."""
    seen: set[str] = set()
    named: list[Topic] = []
    for topic in found:
        choices = [topic.label, *(f"{one[:1].upper()}{one[1:]}" for one in topic.terms)]
        label = next((one for one in choices if one.casefold() not in seen), topic.label)
        seen.add(label.casefold())
        named.append(topic.model_copy(update={"label": label}))
    return named
