"""Embeddings by WordLlama: static token vectors from the package itself, so nothing is downloaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from actors.services.base import Pool
from actors.services.embeddings.base import Vectors

BATCH = 2_000


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


def embed(texts: list[str]) -> Vectors:
    """Unit vectors of `texts`, shape (len(texts), 256); a text without any known token gets zeros."""
    vectors = np.asarray(_model().embed(texts, norm=False), np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
