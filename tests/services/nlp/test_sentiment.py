import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.sentiment import source_sentiment


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("positive", "The wonderful festival was a great success and people loved it."),
        ("negative", "The terrible accident was a horrible disaster and people suffered."),
        ("neutral", "The meeting was held at the town hall on Tuesday."),
    ],
)
def test_the_tone_has_a_label(label: str, sentence: str) -> None:
    sentiment = source_sentiment("s1", [sentence])
    assert sentiment is not None
    assert sentiment.label == label


def test_the_score_is_the_mean_over_the_sentences() -> None:
    good, bad = "It was a great success.", "It was a horrible disaster."
    both, first, second = (source_sentiment("s1", told) for told in ([good, bad], [good], [bad]))
    assert both is not None
    assert first is not None
    assert second is not None
    assert both.score == pytest.approx((first.score + second.score) / 2, abs=1e-3)
    assert both.sentences == 2


def test_no_sentences_have_no_tone() -> None:
    assert source_sentiment("s1", []) is None
    assert source_sentiment("s1", ["", "  "]) is None


@given(st.lists(st.text(max_size=80), max_size=4))
def test_any_text_has_a_score_from_minus_one_to_one(told: list[str]) -> None:
    sentiment = source_sentiment("s1", told)
    assert sentiment is None or -1 <= sentiment.score <= 1
