from pathlib import Path

import pytest

from actors.domain.analysis import Statement
from actors.domain.documents import Passage
from actors.services.nlp.prose import is_prose
from actors.services.nlp.quality import quality
from actors.services.nlp.sentences import passage_sentences, split_passages

CORPUS = Path(__file__).parents[3] / "examples" / "corpus"

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


def test_shuffled_citations_of_a_report_on_the_bundled_corpus_are_caught() -> None:
    passages: dict[str, Passage] = {}
    statements: list[Statement] = []
    for number, name in enumerate(("punta-arenas-september-2000.md", "skin-cancer-and-uv-index.txt")):
        own = split_passages(f"s{number}", (CORPUS / name).read_text(encoding="utf-8"))
        passages |= {passage.id: passage for passage in own}
        told = [sentence for passage in own for sentence in passage_sentences(passage) if is_prose(sentence.text)]
        statements += [Statement(sentence=each.text, citations=(each.passage_id,)) for each in told[:10]]
    assert quality(statements, passages).citation_recall == 1.0
    elsewhere = [
        one.model_copy(update={"citations": other.citations})
        for one, other in zip(statements, statements[10:] + statements[:10], strict=True)
    ]
    figures = quality(elsewhere, passages)
    assert (figures.citation_recall, figures.cited_share) == (0.0, 1.0)
    assert figures.citation_precision <= 0.1
