import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.analysis import Statement, Support
from actors.domain.documents import Passage
from actors.services.nlp.support import check

PROTOCOL = (
    "The Montreal Protocol was signed on 16 September 1987 by 24 countries. "
    "It controls about 3,000 tonnes of halons, and the United Nations keeps its archive in Nairobi. "
    "The delegates did not sign the second text."
)
OFFSET = 250
VOCABULARY = "ozone layer treaty Montreal Geneva countries signed reached 1987 3,000 25 percent never the of in million"
texts = st.lists(st.sampled_from(VOCABULARY.split()), min_size=1, max_size=25).map(" ".join)


def passages(*texts: str, start: int = OFFSET) -> dict[str, Passage]:
    made: dict[str, Passage] = {}
    for number, text in enumerate(texts):
        made[f"p{number}"] = Passage(id=f"p{number}", source_id="s0", text=text, start=start, end=start + len(text))
        start += len(text) + 1
    return made


def checked(sentence: str, *texts: str, citations: Sequence[str] | None = None, language: str = "en") -> Statement:
    cited = passages(*texts)
    keys = tuple(cited) if citations is None else tuple(citations)
    return check(Statement(sentence=sentence, citations=keys), cited, language=language)


def test_a_sentence_that_stands_word_for_word_in_a_passage_is_supported_with_its_exact_span() -> None:
    sentence = "The delegates did not sign the second text."
    result = checked(sentence, PROTOCOL)
    assert (result.support, result.coverage, result.missing) == (Support.SUPPORTED, 1.0, ())
    (span,) = result.evidence
    assert PROTOCOL[span.start - OFFSET : span.end - OFFSET] == sentence


def test_white_space_does_not_matter_to_a_verbatim_sentence() -> None:
    result = checked("The  cat\nsat on the mat.", "Once the day came. The cat sat\u00a0on\nthe mat.")
    assert result.support is Support.SUPPORTED


def test_a_piece_of_a_longer_word_or_number_is_not_verbatim() -> None:
    assert checked("art", "They gave a party.").support is Support.UNSUPPORTED
    assert checked("It cost 3", "It cost 3,000 in all.").support is not Support.SUPPORTED


@pytest.mark.parametrize(
    "sentence",
    [
        "On September 16, 1987, twenty-four countries signed the Montreal Protocol.",
        "The Montreal Protocol was signed in 1987.",
        "The protocol, which 24 countries signed in September 1987, controls 3000 tonnes of halons.",
        "The UN keeps the archive in Nairobi.",
        "It controls three thousand tonnes of halons.",
    ],
)
def test_other_spellings_of_numbers_dates_and_names_are_the_same(sentence: str) -> None:
    assert checked(sentence, PROTOCOL).support is Support.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("The Montreal Protocol was signed on 16 September 1987 by 25 countries.", "25"),
        ("The Montreal Protocol was signed on 16 September 1988 by 24 countries.", "16 September 1988"),
        ("The Geneva Protocol was signed on 16 September 1987 by 24 countries.", "Geneva Protocol"),
        ("It controls about 3,000 miles of halons, and the United Nations keeps its archive in Nairobi.", "3,000"),
        ("It controls about 3,000 tonnes of halons, and the United Nations keeps its archive in Oslo.", "Oslo"),
    ],
)
def test_a_number_date_or_name_that_no_passage_holds_forbids_support_and_is_named(sentence: str, missing: str) -> None:
    result = checked(sentence, PROTOCOL)
    assert result.support is Support.PARTIAL
    assert missing in result.missing


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        (
            "The delegates signed the second text in the hall.",
            "The delegates did not sign the second text in the hall.",
        ),
        ("The minister never approved the new law.", "The minister approved the new law on that day."),
        ("The company paid the large fine.", "The company refused to pay the large fine."),
        ("Emissions of the gas rose in the north.", "Emissions of the gas fell in the north."),
    ],
)
def test_a_sentence_that_turns_its_source_around_is_partial_at_most(sentence: str, source: str) -> None:
    assert checked(sentence, source).support is not Support.SUPPORTED
    assert checked(sentence, source).missing


def test_a_double_not_is_no_mismatch() -> None:
    result = checked("The second text was not signed by the delegates.", PROTOCOL)
    assert result.support is Support.SUPPORTED


def test_words_scattered_over_a_page_do_not_add_up() -> None:
    scattered = " ".join(
        f"Nothing of note happened to the {word} that morning. The rain went on."
        for word in ("delegates", "harbour", "treaty", "bridge", "museum", "engine", "orchard", "violin")
    )
    result = checked("The delegates left the harbour with the treaty, a bridge, a museum and an engine.", scattered)
    assert result.support is not Support.SUPPORTED


def test_two_passages_can_carry_a_sentence_together() -> None:
    result = checked(
        "The comet was found by Maria Mitchell in 1847 and later named after her.",
        "The comet was found in October 1847 by the astronomer Maria Mitchell.",
        "It was later named after her.",
    )
    assert result.support is Support.SUPPORTED
    assert {span.passage_id for span in result.evidence} == {"p0", "p1"}


@pytest.mark.parametrize("citations", [(), ("nowhere",), ("p0", "nowhere")])
def test_without_citations_or_with_an_unknown_one_nothing_is_supported(citations: tuple[str, ...]) -> None:
    assert checked("The delegates did not sign the second text.", PROTOCOL, citations=citations).support is (
        Support.UNSUPPORTED
    )


def test_another_subject_is_unsupported() -> None:
    result = checked("Tortoises sleep through the winter under leaves.", PROTOCOL)
    assert result.support is Support.UNSUPPORTED
    assert (result.coverage or 0.0) == 0.0


def test_german_nouns_are_not_taken_for_names() -> None:
    result = checked(
        "Die Schicht erholt sich bis zum Jahr 2066 langsam über der Antarktis.",
        "Über der Antarktis erholt sich die Schicht langsam, wohl bis zum Jahr 2066.",
        language="de",
    )
    assert result.support is Support.SUPPORTED


@given(st.text(max_size=200), st.lists(st.text(max_size=300), max_size=4))
@settings(max_examples=60, deadline=None)
def test_evidence_lies_within_the_cited_passages_whatever_the_text(sentence: str, sources: list[str]) -> None:
    cited = passages(*sources)
    result = check(Statement(sentence=sentence, citations=tuple(cited)), cited)
    assert 0.0 <= (result.coverage or 0.0) <= 1.0
    for span in result.evidence:
        assert cited[span.passage_id].start <= span.start < span.end <= cited[span.passage_id].end
    assert all(piece in sentence for piece in result.missing)


@given(texts, st.data())
@settings(max_examples=60, deadline=None)
def test_every_run_of_whole_words_of_a_passage_is_supported(text: str, data: st.DataObject) -> None:
    words = text.split()
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    assert checked(" ".join(words[start:end]), text).support is Support.SUPPORTED


@given(texts, st.lists(texts, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_dropping_a_citation_never_raises_coverage(sentence: str, sources: list[str]) -> None:
    whole = checked(sentence, *sources)
    for kept in itertools.combinations(range(len(sources)), len(sources) - 1):
        fewer = checked(sentence, *sources, citations=[f"p{number}" for number in kept])
        assert (fewer.coverage or 0.0) <= (whole.coverage or 0.0)


@given(st.integers(min_value=2, max_value=10**9).filter(lambda number: number not in {24, 1987, 16, 3000}))
@settings(max_examples=60, deadline=None)
def test_a_swapped_number_is_never_supported(number: int) -> None:
    assert checked(f"The Montreal Protocol was signed by {number:,} countries.", PROTOCOL).support is not (
        Support.SUPPORTED
    )


@given(texts, st.lists(texts, min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_the_same_input_gives_the_same_output(sentence: str, sources: list[str]) -> None:
    assert checked(sentence, *sources) == checked(sentence, *sources)
