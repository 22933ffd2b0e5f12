"""A sentence made of its source's own words, but with one thing changed, must not pass as supported."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.analysis import Statement, Support
from actors.domain.documents import Passage
from actors.services.nlp.support import check

PASSAGE = (
    "In May 1985 Joe Farman reported in the journal Nature that ozone over Halley Bay had fallen by 40 percent. "
    "Susan Solomon led an expedition to McMurdo Station in 1986, and 16 scientists went with her. "
    "The Montreal Protocol was signed by 24 countries in 1987 and took effect in 1989 after 29 countries had ratified "
    "it. Brazil overtook Colombia as the largest producer, while 12 women and 15 men of the crew stayed at home."
)
FOREIGN = (
    "roasting turns green beans brown",
    "the museum opened a new wing for children",
    "tortoises sleep through the winter under leaves",
    "the orchestra played a waltz at midnight",
)
TRUE = (
    "Joe Farman reported in Nature in May 1985 that ozone over Halley Bay had fallen by 40 percent.",
    "Susan Solomon led an expedition to McMurdo Station in 1986 with 16 scientists.",
    "24 countries signed the Montreal Protocol in 1987.",
    "The Montreal Protocol took effect in 1989, after 29 countries had ratified it.",
    "Colombia was overtaken by Brazil as the largest producer.",
    "12 women and 15 men of the crew stayed at home.",
    "Susan Solomon led the expedition that went to McMurdo Station in 1986.",
)


def support(sentence: str, source: str = PASSAGE) -> Statement:
    passage = Passage(id="p0", source_id="s0", text=source, start=0, end=len(source))
    return check(Statement(sentence=sentence, citations=("p0",)), {"p0": passage})


@pytest.mark.parametrize("sentence", TRUE)
def test_the_same_in_another_order_stays_supported(sentence: str) -> None:
    assert support(sentence).support is Support.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        (
            "In May 1985 Susan Solomon reported in the journal Nature that ozone had fallen by 40 percent.",
            "Susan Solomon",
        ),
        ("Susan Solomon led an expedition to Halley Bay in 1986, and 16 scientists went with her.", "Halley Bay"),
        ("Susan Solomon led an expedition to McMurdo Station in 1986, and 24 scientists went with her.", "24"),
        ("Susan Solomon led an expedition to McMurdo Station in 1987, and 16 scientists went with her.", "1987"),
        ("The Montreal Protocol was signed by 29 countries in 1987 and took effect in 1989.", "29"),
        ("The Montreal Protocol was signed by 24 countries in 1989 and took effect in 1987.", "1989"),
        ("Colombia overtook Brazil as the largest producer.", "Colombia"),
        ("Brazil was overtaken by Colombia as the largest producer.", "Colombia"),
        ("15 women and 12 men of the crew stayed at home.", "15"),
    ],
)
def test_what_the_passage_holds_in_another_place_forbids_support_and_is_named(sentence: str, named: str) -> None:
    result = support(sentence)
    assert result.support is Support.PARTIAL
    assert named in result.missing


@pytest.mark.parametrize(
    "sentence",
    [
        "The Montreal Protocol was not signed by 24 countries in 1987.",
        "The Montreal Protocol was signed by not 24 countries in 1987.",
        "Susan Solomon never led an expedition to McMurdo Station in 1986.",
        "Joe Farman reported in the journal Nature that ozone over Halley Bay had not fallen by 40 percent.",
        "Joe Farman reported in the journal Nature that ozone over Halley Bay had risen by 40 percent.",
        "Brazil did not overtake Colombia as the largest producer.",
    ],
)
def test_a_not_that_the_source_does_not_say_forbids_support(sentence: str) -> None:
    assert support(sentence).support is not Support.SUPPORTED


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("The rates of crime and poverty are not all down this year.", "The rates of crime and poverty are all down."),
        ("The treaty is not, as they say, the end of the war.", "The treaty is, as they say, the end of the war."),
    ],
)
def test_a_not_that_only_the_source_says_forbids_support(source: str, sentence: str) -> None:
    assert support(sentence, source).support is not Support.SUPPORTED


@pytest.mark.parametrize("unit", ["tonnes", "miles", "million", "degrees", "dollars"])
def test_another_unit_forbids_support(unit: str) -> None:
    changed = f"Joe Farman reported in the journal Nature that ozone over Halley Bay had fallen by 40 {unit}."
    assert support(changed).support is not Support.SUPPORTED


@given(st.sampled_from(TRUE), st.sampled_from(FOREIGN), st.sampled_from([", and ", ", while ", "; ", ", because "]))
@settings(max_examples=40, deadline=None)
def test_a_clause_of_another_subject_forbids_support(sentence: str, clause: str, joint: str) -> None:
    assert support(f"{sentence.rstrip('.')}{joint}{clause}.").support is not Support.SUPPORTED


@given(st.sampled_from(TRUE), st.integers(2, 3_000).filter(lambda number: str(number) not in PASSAGE), st.data())
@settings(max_examples=60, deadline=None)
def test_a_number_that_the_source_lacks_is_never_supported(sentence: str, number: int, data: st.DataObject) -> None:
    words = sentence.split()
    figures = [place for place, word in enumerate(words) if word.strip(".,").isdigit()]
    if not figures:
        return
    words[data.draw(st.sampled_from(figures))] = str(number)
    assert support(" ".join(words)).support is not Support.SUPPORTED


@given(st.sampled_from(TRUE), st.sampled_from(["Elinor Ostrom", "Nairobi", "The Hague", "Vostok Station", "Argentina"]))
@settings(max_examples=40, deadline=None)
def test_a_name_that_the_source_lacks_is_never_supported(sentence: str, name: str) -> None:
    for known in ("Joe Farman", "Susan Solomon", "Montreal Protocol", "Colombia"):
        if known in sentence:
            assert support(sentence.replace(known, name)).support is not Support.SUPPORTED


def test_the_short_form_of_a_name_is_no_other_name() -> None:
    source = (
        "In 1987 the United Nations Environment Programme (UNEP) brought 24 countries to Montreal to sign the text."
    )
    for name in ("UNEP", "the United Nations Environment Programme"):
        assert support(f"In 1987 {name} brought 24 countries to Montreal to sign the text.", source).support is (
            Support.SUPPORTED
        )


def test_german_nouns_may_change_their_places() -> None:
    source = "Der Bau der Brücke wurde 1891 vom Rat der Stadt beschlossen."
    passage = Passage(id="p0", source_id="s0", text=source, start=0, end=len(source))
    statement = Statement(sentence="1891 hat der Rat der Stadt den Bau der Brücke beschlossen.", citations=("p0",))
    assert check(statement, {"p0": passage}, language="de").support is Support.SUPPORTED
