"""An answer of the embeddings API, checked: as many vectors as texts, in their order, of one size, all numbers."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from actors.services.embeddings.base import Vectors
from actors.services.embeddings.packing import unit

FLOAT_BYTES = 4


class Item(BaseModel):
    """One vector, as base64 of little-endian float32 or, from servers that do not know that, as numbers."""

    index: int | None = None
    embedding: str | list[float]


class Counted(BaseModel):
    """What the server has counted."""

    prompt_tokens: int = Field(ge=0)


class Answer(BaseModel):
    """The body of an answer."""

    data: list[Item]
    usage: Counted | None = None


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Unit vectors in the order of the texts, and the tokens that were paid; None where the server does not count."""

    vectors: Vectors
    tokens: int | None


def read_answer(raw: bytes, count: int) -> Embeddings:
    """The vectors for `count` texts.

    Raises:
        ValueError: it is no such answer, or not for these texts; the message says what it is.
    """
    try:
        answer = Answer.model_validate_json(raw)
    except ValidationError:
        start = " ".join(raw[:200].decode(errors="replace").split())
        raise ValueError(f"not an answer of an embeddings API: {start}") from None
    rows = [_row(item.embedding) for item in _in_order(answer.data, count)]
    sizes = {len(row) for row in rows}
    if len(sizes) > 1 or 0 in sizes:
        raise ValueError(f"vectors of {', '.join(map(str, sorted(sizes)))} dimensions in one answer")
    vectors = np.array(rows, np.float32).reshape(count, -1)
    if not np.isfinite(vectors).all():
        raise ValueError("a vector with values that are no numbers")
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=1.0)  # Whose square would not fit into a float32.
    return Embeddings(unit(vectors / largest), answer.usage.prompt_tokens if answer.usage else None)


def _in_order(items: Sequence[Item], count: int) -> list[Item]:
    """The items by their index, which may stand in any order."""
    if len(items) != count:
        raise ValueError(f"{len(items)} vectors for {count} texts")
    indexes = [position if item.index is None else item.index for position, item in enumerate(items)]
    if sorted(indexes) != list(range(count)):
        raise ValueError(f"vectors with the indexes {str(indexes)[:60]} for {count} texts")
    return [item for _, item in sorted(zip(indexes, items, strict=True), key=lambda pair: pair[0])]


def _row(embedding: str | list[float]) -> NDArray[np.floating]:
    if isinstance(embedding, list):
        with np.errstate(over="ignore"):
            return np.array(embedding, np.float32)
    try:
        raw = base64.b64decode(embedding, validate=True)
    except ValueError:
        raise ValueError(f"a vector that is no base64: {embedding[:60]}") from None
    if len(raw) % FLOAT_BYTES:
        raise ValueError("a vector that is cut off")
    return np.frombuffer(raw, "<f4")
