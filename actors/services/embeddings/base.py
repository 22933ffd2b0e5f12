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

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 rows of length 1, or 0 for a text that says nothing; shape (len(texts), the model's dimension).

        Without texts there are no rows, and the number of columns says nothing.

        Raises:
            TransientError: there are no vectors for now.
            PermanentError: there never will be any with these settings; the message names the one to look at.
            BudgetError: the job's budget has no room for the call.
        """
        ...
