"""Embeddings by WordLlama: static token vectors from the package itself, so nothing is downloaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from actors.services.base import Pool
from actors.services.embeddings.base import Vectors
from actors.services.embeddings.packing import unit

BATCH = 2_000
KEPT = 16_384
"""Vectors that each process keeps, 1 KB each: jobs on one subject read the same pages, and a new one costs 0.4 ms."""

Kept = LRUCache[bytes, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class WordLlamaEmbedder:
    """Embeds in the process pool, `BATCH` texts a call."""

    pool: Pool
    model: str = "wordllama-256"
    dimension: int = 256

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See `base.Embedder`."""
        parts = [
            await self.pool.run(embed, list(texts[start : start + BATCH])) for start in range(0, len(texts), BATCH)
        ]
        return np.concatenate([np.zeros((0, self.dimension), np.float32), *parts])


@cache
def _model() -> Any:  # noqa: ANN401 (the package is untyped)
    import wordllama

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)


@cache
def _kept() -> Kept:
    return LRUCache(KEPT)


def embed(texts: list[str]) -> Vectors:
    """Unit vectors of `texts`, shape (len(texts), 256); a text without any known token gets zeros."""
    kept = _kept()
    keys = [blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest() for text in texts]
    rows = {key: kept.get(key) for key in keys}
    new = {key: text for key, text in zip(keys, texts, strict=True) if rows[key] is None}
    if new:
        made = unit(np.asarray(_model().embed(list(new.values()), norm=False), np.float32))
        rows.update(zip(new, made, strict=True))
        # A row alone would keep all that were made with it.
        kept.update((key, row.copy()) for key, row in zip(new, made, strict=True))
    return np.array([rows[key] for key in keys], np.float32).reshape(len(texts), 256)
