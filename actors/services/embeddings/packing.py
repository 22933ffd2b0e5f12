"""Vectors as text, for artefacts: base64 of little-endian float16, half the size and exact enough for likeness."""

import base64

import numpy as np

from actors.services.embeddings.base import Vectors


def pack(vectors: Vectors) -> str:
    """The rows of `vectors`, one after the other."""
    return base64.b64encode(vectors.astype("<f2").tobytes()).decode()


def unpack(packed: str, dimension: int) -> Vectors:
    """The rows again, shape (n, dimension), float32."""
    values = np.frombuffer(base64.b64decode(packed), "<f2").astype(np.float32)
    return values.reshape(len(values) // dimension if dimension else 0, dimension)


def unit(vectors: Vectors) -> Vectors:
    """The rows at length 1; one of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return rows
