"""Sentences as weighted words: unit rows whose dot product is their likeness, in any language."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.services.nlp.kin import kin
from actors.services.nlp.words import content_words

_KIN_CREDIT = 0.5
_FEW_SOURCES = 4
_LEAST_WORTH = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighted:
    """`rows`: a scipy.sparse.csr_matrix, one unit row a text. `words`: the column of each stem.

    `weights`: what each column is worth.
    """

    rows: Any
    words: dict[str, int]
    weights: Floats


def weigh(texts: Sequence[str], *, language: str, most_words: int | None = None, rarest: int = 1) -> Weighted:
    """TF-IDF with damped frequencies of one or more texts; those without a content word give rows of zeros.

    `most_words` keeps only so many of the most frequent words, `rarest` those in at least so many texts, if any are.
    A word's frequency `f` counts `1 + ln f`, times `1 + ln((1 + texts) / (1 + texts with it))`.
    """
    from scipy.sparse import csr_matrix

    counted = [Counter(content_words(text, language=language)) for text in texts]
    spread = Counter(word for counts in counted for word in counts)
    total: Counter[str] = Counter()
    for counts in counted:
        total.update(counts)
    kept = [word for word, times in spread.items() if times >= rarest] or list(spread)
    words = {word: at for at, word in enumerate(sorted(sorted(kept, key=lambda one: (-total[one], one))[:most_words]))}
    weights = np.array([1 + math.log((1 + len(texts)) / (1 + spread[word])) for word in words] or [0.0])
    cells = [
        (row, words[word], times)
        for row, counts in enumerate(counted)
        for word, times in counts.items()
        if word in words
    ]
    rows, columns, times = (np.array(part) for part in zip(*cells, strict=True)) if cells else (np.zeros(0, int),) * 3
    values = (1 + np.log(np.maximum(times, 1))) * weights[columns]
    lengths = np.sqrt(np.bincount(rows, values**2, minlength=len(texts)))
    return Weighted(csr_matrix((values / lengths[rows], (rows, columns)), (len(texts), len(weights))), words, weights)


def weighed_by_source(weighted: Weighted, sources: Sequence[str]) -> Weighted:
    """The same rows, each word worth the more the fewer of the sources use it: what all of them tell of says little.

    With fewer than `_FEW_SOURCES` sources nothing changes. `sources`: the source of each row.
    """
    names = sorted(set(sources))
    if len(names) < _FEW_SOURCES:
        return weighted
    place = {name: at for at, name in enumerate(names)}
    owner = np.zeros((len(names), len(sources)))
    owner[[place[source] for source in sources], np.arange(len(sources))] = 1
    using = (np.asarray(weighted.rows.T @ owner.T) > 0).sum(axis=1)
    return replace(weighted, weights=np.log((1 + len(names)) / (1 + using)) + _LEAST_WORTH)


def coverage(weighted: Weighted, words: Sequence[str]) -> Floats:
    """For each text the share (0 to 1) of `words` (stems) that it holds; rare and unknown ones weigh more.

    Another word of nearly the same meaning counts half.
    """
    rarest = float(weighted.weights.max())
    total, found = 0.0, np.zeros(weighted.rows.shape[0])
    for word in sorted(set(words)):
        column = [weighted.words[word]] if word in weighted.words else []
        near = [weighted.words[other] for other in kin(word) if other in weighted.words]
        weight = float(weighted.weights[column[0]]) if column else rarest
        total += weight
        found += weight * np.maximum(_has(weighted, column), _KIN_CREDIT * _has(weighted, near))
    return found / total if total else found


def _has(weighted: Weighted, columns: Sequence[int]) -> Floats:
    """1 for each text that holds a word of these columns."""
    if not columns:
        return np.zeros(weighted.rows.shape[0])
    return np.asarray(np.asarray(weighted.rows[:, columns].sum(axis=1)).ravel() > 0, dtype=np.float64)
