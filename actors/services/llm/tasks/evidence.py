"""Which passages the model reads: the best for each question by meaning and words, out of all sources."""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from sys import intern

import numpy as np
from numpy.typing import NDArray

from actors.domain.documents import Passage
from actors.services.nlp.kin import kin
from actors.services.nlp.prose import is_prose
from actors.services.nlp.sentences import sentence_spans
from actors.services.nlp.words import content_words

Floats = NDArray[np.float64]

_WORDS, _MEANING, _KIN = 0.5, 0.5, 0.5
_LEAST, _OF_BEST = 0.12, 0.3
_NOVELTY, _SAME_SOURCE = 0.5, 0.25
_TOO_ALIKE = 0.96
_KEPT = 8_192
"""Passages whose words are remembered, about 1 KB each."""
_WORD = re.compile(r"\w+")
_YEAR = re.compile(r"[12](?<![\d.,].)(?:(?<=1)\d|0)\d\d(?!\d)")


def relevance(
    questions: Sequence[str],
    question_vectors: NDArray[np.float32],
    passages: Sequence[Passage],
    passage_vectors: NDArray[np.float32],
    *,
    language: str,
) -> Floats:
    """How much each passage (column) bears on each question (row), 0 to 1: half by meaning, half by weighed words."""
    if not passages:
        return np.zeros((len(questions), 0))
    meant = np.clip(question_vectors.astype(np.float64) @ passage_vectors.T.astype(np.float64), 0, 1)
    return _MEANING * meant + _WORDS * _coverage(questions, [passage.text for passage in passages], language)


def _coverage(questions: Sequence[str], texts: Sequence[str], language: str) -> Floats:
    """The share of each question's stems that a text begins words with, rare ones weighing more, kin half."""
    asked = [sorted(set(content_words(question, language=language))) for question in questions]
    near = {stem: kin(stem) if language == "en" else () for stems in asked for stem in stems}
    every = sorted({*near, *(other for others in near.values() for other in others)})
    if not every:
        return np.zeros((len(questions), len(texts)))
    place = {stem: at for at, stem in enumerate(every)}
    holds = np.zeros((len(every), len(texts)))
    cells = [(place[stem], column) for column, found in enumerate(_begun(every, texts)) for stem in found]
    holds[tuple(np.array(cells, int).reshape(-1, 2).T)] = 1
    weights = [math.log(1 + len(texts) / (1 + own)) for own in holds.sum(axis=1).tolist()]
    rows = []
    for stems in asked:
        total = sum(weights[place[stem]] for stem in stems)
        row = np.zeros(len(texts))
        for stem in stems:
            others = [holds[place[other]] for other in near[stem]]
            row += weights[place[stem]] * np.maximum(holds[place[stem]], _KIN * np.max(others or [row * 0], axis=0))
        rows.append(row / total if total else row)
    return np.array(rows)


def _begun(stems: Sequence[str], texts: Sequence[str]) -> Iterator[set[str]]:
    """For each text the stems that words of it begin with, each word counting for the longest."""
    if not all(stem < "\u3000" and _WORD.fullmatch(stem) for stem in stems):
        pattern = _beginnings(stems)
        yield from (set(pattern.findall(text.lower())) for text in texts)
        return
    told = [_words(text) for text in texts]
    known, lengths = frozenset(stems), sorted({len(stem) for stem in stems}, reverse=True)
    heads = {stem[: lengths[-1]] for stem in stems}
    begun = {
        word: stem
        for word in frozenset().union(*told)
        if word[: lengths[-1]] in heads
        and (stem := next((word[:length] for length in lengths if word[:length] in known), None)) is not None
    }
    candidates = frozenset(begun)
    yield from ({begun[word] for word in candidates.intersection(words)} for words in told)


@lru_cache(maxsize=_KEPT)
def _words(text: str) -> tuple[str, ...]:
    """The different words of a text, lower-cased."""
    return tuple(map(intern, dict.fromkeys(_WORD.findall(text.lower()))))


def _beginnings(stems: Sequence[str]) -> re.Pattern[str]:
    """Longer stems first, so that each word is taken for the longest that it begins with."""
    spaced = [re.escape(stem) for stem in sorted(stems, key=lambda stem: (-len(stem), stem)) if stem < "\u3000"]
    joined = [re.escape(stem) for stem in stems if stem >= "\u3000"]
    return re.compile("|".join([*([rf"\b(?:{'|'.join(spaced)})"] if spaced else []), *joined]))


def rank(
    relevant: Floats, passages: Sequence[Passage], vectors: NDArray[np.float32], *, most: int, least: float = _LEAST
) -> list[int]:
    """Places of at most `most` passages of prose: the best first, then what adds most, from many sources.

    Maximal marginal relevance (Carbonell and Goldstein, 1998), where a source counts the less the more it was heard.
    """
    if not passages:
        return []
    rows = np.flatnonzero(relevant >= max(least, _OF_BEST * float(relevant.max())))
    own, worth, vectors = [passages[row] for row in rows.tolist()], relevant[rows], vectors[rows]
    if not own:
        return []
    place = {source: at for at, source in enumerate(dict.fromkeys(passage.source_id for passage in own))}
    sources = np.array([place[passage.source_id] for passage in own])
    alike, heard = np.zeros(len(own)), np.zeros(len(place))
    chosen: list[int] = []
    while len(chosen) < most:
        gain = worth * (1 - _NOVELTY * alike) / (1 + _SAME_SOURCE * heard[sources])
        best = int(np.argmax(gain))
        if gain[best] <= 0:
            break
        worth[best] = 0.0
        if not readable(own[best].text):
            continue
        chosen.append(int(rows[best]))
        likeness = np.clip(vectors @ vectors[best], 0, 1)
        worth[likeness >= _TOO_ALIKE] = 0.0
        alike = np.maximum(alike, likeness)
        heard[sources[best]] += 1
    return chosen


@lru_cache(maxsize=_KEPT)
def readable(text: str) -> bool:
    """Whether a passage holds a sentence of prose: menus and lists are nothing to draw conclusions from."""
    return any(is_prose(text[start:end]) for start, end in sentence_spans(text))


def dated(passage: Passage) -> bool:
    """Whether a year stands in it."""
    return _YEAR.search(passage.text) is not None
