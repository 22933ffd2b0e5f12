"""Vectors of texts beside those of the passages, always by one embedder, so that they can be compared."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from actors.domain.artefacts import Index
from actors.domain.errors import BudgetError, PermanentError, StoreUnavailableError, TransientError
from actors.services.base import Services
from actors.services.embeddings.base import Vectors
from actors.services.embeddings.packing import unpack


@dataclass(frozen=True, slots=True)
class Likened:
    """One row a text, one a passage. `warnings` say why another embedder than the index's made them."""

    texts: Vectors
    passages: Vectors
    warnings: tuple[str, ...] = ()


async def liken(texts: Sequence[str], index: Index, services: Services) -> Likened:
    """The vectors of `texts` by what made the index's; where that cannot be had, those of both by the local one."""
    makers = (services.embedder, services.local_embedder)
    maker = next((each for each in makers if each.model == index.model), None)
    problem = f"the embedder {index.model} is no longer set up"
    if maker is not None:
        try:
            return Likened(await maker.embed(texts), await asyncio.to_thread(unpack, index.vectors, index.dimension))
        except StoreUnavailableError:
            raise
        except (TransientError, PermanentError, BudgetError) as error:
            problem = str(error)
    vectors = await services.local_embedder.embed([*texts, *(passage.text for passage in index.passages)])
    warning = f"passages were chosen by vectors that were made here: {problem}"
    return Likened(vectors[: len(texts)], vectors[len(texts) :], (warning,))
