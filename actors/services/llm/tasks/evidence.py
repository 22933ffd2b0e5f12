"""Which passages the model reads: the best for each question by meaning and words, out of all sources."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache

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
_YEAR = re.compile(r"(?<![\d.,])(?:1\d|20)\d\d(?!\d)")


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
    pattern = _beginnings(tuple(every))
    for column, text in enumerate(texts):
        for found in set(pattern.findall(text.lower())):
            holds[place[found], column] = 1
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


def _beginnings(stems: tuple[str, ...]) -> re.Pattern[str]:
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
    floor = max(least, _OF_BEST * float(relevant.max()))
    worth = np.where(relevant >= floor, relevant, 0.0)
    sources = np.unique([passage.source_id for passage in passages], return_inverse=True)[1]
    alike, heard = np.zeros(len(passages)), np.zeros(int(sources.max()) + 1)
    chosen: list[int] = []
    while len(chosen) < most:
        gain = worth * (1 - _NOVELTY * alike) / (1 + _SAME_SOURCE * heard[sources])
        best = int(np.argmax(gain))
        if gain[best] <= 0:
            break
        worth[best] = 0.0
        if not readable(passages[best].text):
            continue
        chosen.append(best)
        likeness = np.clip(vectors @ vectors[best], 0, 1)
        worth[likeness >= _TOO_ALIKE] = 0.0
        alike = np.maximum(alike, likeness)
        heard[sources[best]] += 1
    return chosen


@lru_cache(maxsize=4_096)
def readable(text: str) -> bool:
    """Whether a passage holds a sentence of prose: menus and lists are nothing to draw conclusions from."""
    return any(is_prose(text[start:end]) for start, end in sentence_spans(text))


def dated(passage: Passage) -> bool:
    """Whether a year stands in it."""
    return _YEAR.search(passage.text) is not None
