"""The same story on two sites is read once: texts that share most of their word sequences are told apart from kin."""

import re
from collections.abc import Sequence
from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SHINGLE_WORDS = 5
CONTAINED = 0.6
"""Share of the shorter text's word sequences that the longer one holds, from which on it is a repetition."""

LEAST_SHARE = 0.2
"""A short text inside one more than five times as long is a quotation."""

Shingles: TypeAlias = NDArray[np.uint64]

_WORD = re.compile(r"\w+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def near_duplicates(texts: Sequence[tuple[str, str]]) -> dict[str, str]:
    """For each (source id, text) that repeats an earlier one, the id of the first that it repeats."""
    kept: list[tuple[str, Shingles]] = []
    repeats: dict[str, str] = {}
    for source_id, text in texts:
        shingles = _shingles(text)
        original = next((known for known, others in kept if _repeats(shingles, others)), None)
        if original is None:
            kept.append((source_id, shingles))
        else:
            repeats[source_id] = original
    return repeats


def _shingles(text: str) -> Shingles:
    """Sorted hashes of all sequences of five words; of the whole when it has fewer."""
    words = np.array([crc32(word.encode()) for word in _WORD.findall(text.lower())], dtype=np.uint64)
    width = min(SHINGLE_WORDS, len(words))
    if width == 0:
        return words
    hashes = np.zeros(len(words) - width + 1, dtype=np.uint64)
    for place in range(width):
        hashes = hashes * _MULTIPLIER + words[place : len(words) - width + 1 + place]
    return np.unique(hashes)


def _repeats(one: Shingles, other: Shingles) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) == 0 or len(short) < LEAST_SHARE * len(long):
        return False
    places = np.minimum(np.searchsorted(long, short), len(long) - 1)
    return int(np.count_nonzero(long[places] == short)) >= CONTAINED * len(short)
