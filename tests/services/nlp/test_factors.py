import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from actors.services.nlp.factors import factorise

TWO_PARTS = np.array([[2.0, 1, 0, 0], [4, 2, 0, 0], [0, 0, 1, 3], [0, 0, 2, 6]])


@pytest.mark.parametrize("matrix", [TWO_PARTS, TWO_PARTS[:, :3], TWO_PARTS[:3]])
def test_a_matrix_of_two_parts_is_taken_apart_into_them(matrix):
    left, right = factorise(matrix, 2)
    np.testing.assert_allclose(left @ right, matrix, atol=1e-6)
    homes = left.argmax(axis=1)
    assert homes[0] == homes[1] != homes[2]


@given(arrays.arrays(float, st.tuples(st.integers(2, 6), st.integers(2, 6)), elements=st.floats(0, 10)))
def test_parts_are_never_negative_always_finite_and_no_worse_than_nothing(matrix):
    left, right = factorise(matrix, 2)
    assert (left >= 0).all()
    assert (right >= 0).all()
    assert np.isfinite(left @ right).all()
    assert np.linalg.norm(matrix - left @ right) <= np.linalg.norm(matrix) + 1e-9
