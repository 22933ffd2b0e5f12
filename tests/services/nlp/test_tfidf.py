import numpy as np
import pytest

from actors.services.nlp.tfidf import coverage, weigh, weighed_by_source


def test_rows_have_length_one_or_are_empty() -> None:
    rows = weigh(["red apples", "the of", "green pears"], language="en").rows
    assert np.asarray(rows.multiply(rows).sum(axis=1)).ravel() == pytest.approx([1, 0, 1])


def test_texts_without_any_word_give_empty_rows() -> None:
    weighted = weigh(["the", "..."], language="en")
    assert weighted.rows.sum() == 0
    assert list(coverage(weighted, ["apple"])) == [0, 0]


def test_coverage_is_the_share_of_the_words_held() -> None:
    weighted = weigh(["red apples fall", "green pears"], language="en")
    full, none = coverage(weighted, ["red", "appl"])
    assert (full, none) == (1.0, 0.0)


def test_a_word_of_nearly_the_same_meaning_counts_half() -> None:
    weighted = weigh(["she noticed comets", "they discovered comets", "sheep eat grass"], language="en")
    half, whole, nothing = coverage(weighted, ["discov"])
    assert (half, whole, nothing) == (0.5, 1.0, 0.0)


def test_a_word_that_every_source_uses_says_little() -> None:
    texts = ["ozone hole", "ozone treaty", "ozone science", "ozone chlorine"]
    weighted = weighed_by_source(weigh(texts, language="en"), ["s1", "s2", "s3", "s4"])
    held = coverage(weighted, ["ozon", "chlorin"])
    assert held[3] == 1.0
    assert held[0] < 0.35


def test_few_sources_leave_the_weights_as_they_are() -> None:
    weighted = weigh(["ozone hole", "ozone treaty"], language="en")
    assert weighed_by_source(weighted, ["s1", "s2"]) is weighted
