"""The same story on two sites is read once: texts that share most of their word sequences are told apart from kin."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SHINGLE_WORDS = 5
CONTAINED = 0.6
"""Share of the shorter text's word sequences that the longer one holds, from which on it is a repetition."""

LEAST_SHARE = 0.2
"""A short text inside one more than five times as long is a quotation."""

Shingles: TypeAlias = NDArray[np.uint64]

TYPOGRAPHIC = "‘’“”„«»–—…·•"
_PUNCTUATION = b"!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~"
_SPACES_FOR_PUNCTUATION = bytes.maketrans(_PUNCTUATION, b" " * len(_PUNCTUATION))
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def near_duplicates(texts: Sequence[tuple[str, str]]) -> dict[str, str]:
    """For each (source id, text) that repeats an earlier one, the id of the first that it repeats."""
    whole = [_shingles(text) for _, text in texts]
    shared = _held_by_several(whole)
    sets = [(len(shingles), shingles[np.isin(shingles, shared)]) for shingles in whole]
    kept: list[int] = []
    repeats: dict[str, str] = {}
    for number, (source_id, _) in enumerate(texts):
        original = next((earlier for earlier in kept if _repeats(sets[number], sets[earlier])), None)
        if original is None:
            kept.append(number)
        else:
            repeats[source_id] = texts[original][0]
    return repeats


def _shingles(text: str) -> Shingles:
    """Sorted hashes of all sequences of five words, of this process alone; of the whole when it has fewer."""
    words = np.array([hash(word) for word in _words(text)], dtype=np.int64).astype(np.uint64)
    width = min(SHINGLE_WORDS, len(words))
    if width == 0:
        return words
    hashes = np.zeros(len(words) - width + 1, dtype=np.uint64)
    for place in range(width):
        hashes = hashes * _MULTIPLIER + words[place : len(words) - width + 1 + place]
    hashes.sort()
    different: Shingles = hashes[np.append(True, hashes[1:] != hashes[:-1])]
    return different


def _words(text: str) -> list[bytes]:
    """Words without the punctuation around them; a pattern would find the same in ten times as long."""
    for mark in TYPOGRAPHIC:
        text = text.replace(mark, " ")
    return text.lower().encode("utf-8", "replace").translate(_SPACES_FOR_PUNCTUATION).split()


def _held_by_several(sets: Sequence[Shingles]) -> Shingles:
    """The few hashes that matter: a text of its own shares hardly any."""
    if not sets:
        return np.zeros(0, dtype=np.uint64)
    hashes = np.concatenate(sets)
    hashes.sort()
    repeated: Shingles = hashes[1:][hashes[1:] == hashes[:-1]]
    return repeated


def _repeats(one: tuple[int, Shingles], other: tuple[int, Shingles]) -> bool:
    """Whether two texts, each given by how many hashes it has and those that it shares, are the same story."""
    short, long = sorted((one[0], other[0]))
    if short == 0 or short < LEAST_SHARE * long or min(len(one[1]), len(other[1])) < CONTAINED * short:
        return False
    return len(np.intersect1d(one[1], other[1], assume_unique=True)) >= CONTAINED * short
