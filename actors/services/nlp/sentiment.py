"""The tone of a source, as the mean over its sentences: a weak signal, and the same for the same text."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from actors.domain.analysis import SourceSentiment

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

THRESHOLD = 0.05
_KEPT = 8_192
"""Sentences whose tone is remembered, about 250 bytes each."""


def source_sentiment(source_id: str, sentences: Sequence[str]) -> SourceSentiment | None:
    """The mean of VADER's compound scores over English `sentences`; None where there are none.

    The label is "positive" from 0.05 up, "negative" from -0.05 down and "neutral" between, the thresholds of Hutto and
    Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text" (2014). Of news and
    editorials it says little (correlation with readers' judgement about 0.5).
    """
    told = [sentence for sentence in sentences if sentence.strip()]
    if not told:
        return None
    mean = sum(map(_tone, told)) / len(told)
    score = round(max(-1.0, min(1.0, mean)), 4)
    return SourceSentiment(source_id=source_id, score=score, label=_label(score), sentences=len(told))


@lru_cache(maxsize=_KEPT)
def _tone(sentence: str) -> float:
    return float(_analyser().polarity_scores(sentence)["compound"])


@cache
def _analyser() -> "SentimentIntensityAnalyzer":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def _label(score: float) -> Literal["positive", "neutral", "negative"]:
    if score >= THRESHOLD:
        return "positive"
    return "negative" if score <= -THRESHOLD else "neutral"
