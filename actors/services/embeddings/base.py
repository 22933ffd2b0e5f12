"""What an embedder promises: one unit vector a text, in the order of the texts."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their likeness."""

    @property
    def model(self) -> str:
        """What made the vectors; those of another are not alike."""
        ...

    @property
    def dimension(self) -> int:
        """Columns of each vector."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 rows of length 1, shape (len(texts), dimension)."""
        ...
