import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from actors.services.embeddings.packing import pack, unpack
from actors.services.embeddings.wordllama import WordLlamaEmbedder, embed


class HerePool:
    """The pool's port without processes."""

    async def run(self, function, *args, **kwargs):
        return function(*args, **kwargs)


async def test_texts_become_unit_vectors_in_their_order_alike_when_they_mean_alike():
    texts = ["The ozone layer is recovering.", "Ozone in the stratosphere heals.", "Bake the bread for an hour."]
    vectors = await WordLlamaEmbedder(HerePool()).embed(texts)
    assert vectors.shape == (3, 256)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2]


async def test_no_texts_give_no_rows_and_more_than_a_batch_gives_all():
    embedder = WordLlamaEmbedder(HerePool())
    assert (await embedder.embed([])).shape == (0, 256)
    many = await embedder.embed([f"text {number}" for number in range(2_001)])
    np.testing.assert_allclose(many[2_000], embed(["text 2000"])[0], atol=1e-6)


def test_any_text_has_a_finite_vector():
    vectors = embed(["", " ", "\0", "🙂", "x" * 100_000])
    assert np.isfinite(vectors).all()


def test_a_vector_that_is_kept_is_the_one_that_was_made_whatever_is_done_to_an_answer():
    first = embed(["kept", "kept", "not"])
    copy = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(embed(["kept", "and new", "not"])[[0, 0, 2]], copy)


def test_vectors_of_no_columns_can_be_packed():
    assert unpack(pack(np.zeros((0, 0), np.float32)), 0).shape == (0, 0)


@given(arrays.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(4)), elements=st.floats(-1, 1, width=16)))
def test_packed_vectors_come_back(vectors):
    np.testing.assert_array_equal(unpack(pack(vectors), 4), vectors)
