"""Non-negative factorisation: a matrix as parts that only add up, the same ones each time."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDS = 200
TOLERANCE = 1e-4
SMALLEST = 1e-12


def factorise(matrix: Floats, count: int) -> tuple[Floats, Floats]:
    """Non-negative `left` (rows, count) and `right` (count, columns) whose product is near the non-negative `matrix`.

    Hierarchical alternating least squares (Cichocki and Phan, IEICE Transactions E92-A, 2009) from the NNDSVD start
    (Boutsidis and Gallopoulos, Pattern Recognition 41, 2008), until a round changes less than `TOLERANCE` of what the
    first one did. `count` is at most the smaller side of `matrix`.
    """
    left, right = _start(matrix, count)
    first = 0.0
    for _ in range(ROUNDS):
        change = _improve(left, matrix @ right.T, right @ right.T)
        change += _improve(right.T, matrix.T @ left, left.T @ left)
        first = first or change
        if change <= TOLERANCE * first:
            break
    return left, right


def _improve(factor: Floats, target: Floats, gram: Floats) -> float:
    """One round over the columns of `factor`, in place; answers how much it changed."""
    change = 0.0
    for column in range(factor.shape[1]):
        step = (target[:, column] - factor @ gram[:, column]) / max(gram[column, column], SMALLEST)
        better = np.maximum(factor[:, column] + step, 0.0)
        change += float(np.abs(better - factor[:, column]).sum())
        factor[:, column] = better
    return change


def _start(matrix: Floats, count: int) -> tuple[Floats, Floats]:
    """The positive or the negative halves of the leading singular vectors, whichever is larger."""
    left, right = np.zeros((matrix.shape[0], count)), np.zeros((count, matrix.shape[1]))
    for at, (value, one, other) in enumerate(_singular(matrix, count)):
        halves = [(np.maximum(sign * one, 0), np.maximum(sign * other, 0)) for sign in (1, -1)]
        u, v = max(halves, key=lambda half: float(np.linalg.norm(half[0]) * np.linalg.norm(half[1])))
        lengths = float(np.linalg.norm(u)), float(np.linalg.norm(v))
        if min(lengths) > SMALLEST:
            scale = np.sqrt(value * lengths[0] * lengths[1])
            left[:, at], right[at] = scale * u / lengths[0], scale * v / lengths[1]
    return left, right


def _singular(matrix: Floats, count: int) -> list[tuple[float, Floats, Floats]]:
    """The largest singular values with their vectors, from the eigenvectors of the smaller Gram matrix."""
    tall = matrix.shape[0] > matrix.shape[1]
    values, vectors = np.linalg.eigh(matrix.T @ matrix if tall else matrix @ matrix.T)
    found = []
    for at in range(1, count + 1):
        value = float(np.sqrt(max(values[-at], 0.0)))
        one = vectors[:, -at]
        other = (matrix @ one if tall else matrix.T @ one) / max(value, SMALLEST)
        found.append((value, other, one) if tall else (value, one, other))
    return found
