import pytest

from actors.domain.analysis import Statement
from actors.domain.documents import Passage
from actors.services.nlp.quality import quality

TEXTS = {
    "p0": "The comet was found in October 1847 by the astronomer Maria Mitchell.",
    "p1": "It was later named after her.",
    "p2": "Tortoises sleep through the winter.",
}
FOUND, BOTH = TEXTS["p0"], "The comet was found by Maria Mitchell in 1847 and later named after her."


@pytest.fixture
def passages() -> dict[str, Passage]:
    return {key: Passage(id=key, source_id="s0", text=text, start=0, end=len(text)) for key, text in TEXTS.items()}


def test_a_report_of_quotations_is_perfect(passages: dict[str, Passage]) -> None:
    figures = quality([Statement(sentence=text, citations=(key,)) for key, text in TEXTS.items()], passages)
    assert (figures.citation_precision, figures.citation_recall, figures.cited_share) == (1.0, 1.0, 1.0)


def test_a_citation_of_another_subject_lowers_precision_only(passages: dict[str, Passage]) -> None:
    figures = quality([Statement(sentence=FOUND, citations=("p0", "p2"))], passages)
    assert (figures.citation_precision, figures.citation_recall) == (0.5, 1.0)


def test_a_citation_that_adds_its_part_helps(passages: dict[str, Passage]) -> None:
    assert quality([Statement(sentence=BOTH, citations=("p0", "p1"))], passages).citation_precision == 1.0


def test_a_citation_of_nothing_helps_nothing(passages: dict[str, Passage]) -> None:
    figures = quality([Statement(sentence=FOUND, citations=("p0", "gone"))], passages)
    assert (figures.citation_precision, figures.citation_recall) == (0.5, 0.0)


def test_a_citation_given_twice_counts_once(passages: dict[str, Passage]) -> None:
    assert quality([Statement(sentence=FOUND, citations=("p0", "p0"))], passages).citation_precision == 1.0


def test_a_sentence_without_citation_lowers_share_and_recall(passages: dict[str, Passage]) -> None:
    statements = [Statement(sentence=FOUND, citations=("p0",)), Statement(sentence=FOUND, citations=())]
    figures = quality(statements, passages)
    assert (figures.citation_precision, figures.citation_recall, figures.cited_share) == (1.0, 0.5, 0.5)


def test_an_empty_report_has_zeros() -> None:
    figures = quality([], {})
    assert (figures.citation_precision, figures.citation_recall, figures.cited_share) == (0.0, 0.0, 0.0)
