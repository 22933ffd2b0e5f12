"""Vectors as text, for artefacts: base64 of little-endian float16, half the size and exact enough for likeness."""

import base64

import numpy as np

from actors.services.embeddings.base import Vectors


def pack(vectors: Vectors) -> str:
    """The rows of `vectors`, one after the other."""
    return base64.b64encode(vectors.astype("<f2").tobytes()).decode()


def unpack(packed: str, dimension: int) -> Vectors:
    """The rows again, shape (n, dimension), float32."""
    return np.frombuffer(base64.b64decode(packed), "<f2").reshape(-1, dimension).astype(np.float32)
