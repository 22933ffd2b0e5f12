import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.analysis import Agreement
from actors.domain.documents import Sentence
from actors.services.nlp.agreement import agreements

FILLER = [
    "The committee met in the old town hall and talked until late in the evening.",
    "Farmers near the lake grow apples, pears and plums on the northern slopes.",
    "A library of maritime law opened its doors to students from abroad.",
    "Several engineers checked the cables of the suspension bridge after the storm.",
]


def compared(*texts: str, published: tuple[str | None, ...] = ()) -> list[Agreement]:
    """The agreements of one sentence a source, among sentences of other subjects."""
    told = [*texts, *FILLER]
    dates = [*published, *[None] * (len(told) - len(published))]
    sentences = [
        (Sentence(source_id=f"s{number}", passage_id=f"p{number}", text=text, start=0, end=len(text)), date)
        for number, (text, date) in enumerate(zip(told, dates, strict=True))
    ]
    return agreements(sentences)


def verdicts(*texts: str, published: tuple[str | None, ...] = ()) -> list[tuple[str, str]]:
    return [(row.verdict, row.kind) for row in compared(*texts, published=published)]


def test_different_figures_for_one_thing_are_a_disagreement() -> None:
    (row,) = compared(
        "The Antarctic ozone hole reached a maximum area of 29.9 million square kilometres on 9 September 2000.",
        "The Antarctic ozone hole reached a maximum area of 28.3 million km² in September 2000, according to NASA.",
    )
    assert (row.verdict, row.kind) == ("disagree", "number")
    assert [claim.value for claim in row.claims] == ["29.9 million square kilometres", "28.3 million km²"]
    assert [(claim.source_id, claim.citation) for claim in row.claims] == [("s0", "p0"), ("s1", "p1")]
    assert row.about == "Antarctic ozone hole reached maximum area"


def test_different_years_for_one_event_are_a_disagreement() -> None:
    assert verdicts(
        "The ozone layer over the Antarctic is expected to return to 1980 values by around 2060, according to A.",
        "The ozone layer over the Antarctic is expected to return to 1980 values by around 2066, according to B.",
    ) == [("disagree", "date")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The bridge over the Tamar cost 3,000 pounds sterling.", "The Tamar bridge cost £3000."),
        ("The Kigali Amendment avoids 0.3 to 0.5 °C of warming.", "The Kigali Amendment avoids 0.4 °C of warming."),
        ("The lake Vänern covers 5,650 square kilometres.", "The lake Vänern covers 565,000 hectares."),
        ("The lake Vänern covers 5,650 square kilometres.", "The lake Vänern covers about 5,700 square kilometres."),
    ],
)
def test_equal_figures_agree_across_spelling_rounding_ranges_and_units(one: str, other: str) -> None:
    assert verdicts(one, other) == [("agree", "number")]


def test_a_year_agrees_with_a_day_in_it() -> None:
    assert verdicts(
        "The Montreal Protocol was signed by the delegates on 16 September 1987.",
        "The delegates signed the Montreal Protocol in 1987.",
    ) == [("agree", "date")]


def test_a_date_without_a_year_takes_it_from_the_publication() -> None:
    assert verdicts(
        "The Vega rocket was launched from Kourou on 3 May.",
        "The Vega rocket was launched from Kourou on 3 May 2021.",
        published=("2021-05-04", None),
    ) == [("agree", "date")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The Antarctic ozone hole reached an area of 29 million km² in September 2000.",
            "The Antarctic ozone hole reached an area of 16 million km² in September 2019.",
        ),
        (
            "The maximum area of the Antarctic hole was 29 million km².",
            "The average area of the Antarctic hole was 24 million km².",
        ),
        ("In 2010 the city of Lund had 82,000 inhabitants.", "In 2020 the city of Lund had 94,000 inhabitants."),
        ("The city of Lund has 94,000 inhabitants.", "The city of Visby has 24,000 inhabitants."),
        (
            "In Lund the public library beside the river lends 94,000 books to readers of every age.",
            "In Visby the public library beside the river lends 82,000 books to readers of every age.",
        ),
        ("Germany has 83 million inhabitants.", "France has 68 million inhabitants."),
        ("In Lund 12 percent of the adults smoke.", "In Lund 17 percent of the students smoke."),
        ("More than 80,000 people live in Lund.", "Some 94,000 people live in Lund."),
        ("The Montreal Protocol was signed in 1987.", "The Montreal Protocol entered into force in 1989."),
        ("Emissions of methane rose by 12 percent.", "Emissions of methane fell by 14 percent."),
        ("The bridge is 300 metres long.", "The bridge is 30 metres wide."),
    ],
)
def test_figures_of_different_things_do_not_disagree(one: str, other: str) -> None:
    assert ("disagree", "number") not in verdicts(one, other)
    assert ("disagree", "date") not in verdicts(one, other)


def test_sources_published_years_apart_may_both_be_right() -> None:
    pair = ("The city of Lund has 82,000 inhabitants.", "The city of Lund has 94,000 inhabitants.")
    assert verdicts(*pair) == [("disagree", "number")]
    assert verdicts(*pair, published=("2010-01-01", "2020-01-01")) == []


def test_one_source_does_not_disagree_with_itself() -> None:
    texts = ["The city of Lund has 82,000 inhabitants.", "The city of Lund has 94,000 inhabitants."]
    sentences = [
        (Sentence(source_id="s0", passage_id=f"p{place}", text=text, start=0, end=len(text)), None)
        for place, text in enumerate(texts)
    ]
    assert agreements(sentences) == []


def test_three_sources_make_one_row_and_disagreements_come_first() -> None:
    rows = compared(
        "The tower of Pisa leans by 4 degrees.",
        "The tower of Pisa leans by 4 degrees today.",
        "The tower of Pisa leans by 5 degrees.",
        "The Montreal Protocol was signed in 1987.",
        "The Montreal Protocol was signed on 16 September 1987.",
    )
    assert [row.verdict for row in rows] == ["disagree", "agree"]
    assert {claim.source_id for claim in rows[0].claims} == {"s0", "s1", "s2"}


def test_vectors_can_only_take_pairs_away() -> None:
    texts = ["The city of Lund has 82,000 inhabitants.", "The city of Lund has 94,000 inhabitants."]
    sentences = [
        (Sentence(source_id=f"s{place}", passage_id=f"p{place}", text=text, start=0, end=len(text)), None)
        for place, text in enumerate(texts)
    ]
    assert len(agreements(sentences, vectors=np.array([[1.0, 0.0], [1.0, 0.0]], dtype=np.float32))) == 1
    assert agreements(sentences, vectors=np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)) == []


def test_the_limit_is_kept_and_nothing_gives_nothing() -> None:
    assert agreements([]) == []
    sentence = Sentence(source_id="s0", passage_id="p0", text="Lund has 82,000 people.", start=0, end=22)
    other = sentence.model_copy(update={"source_id": "s1", "passage_id": "p1"})
    assert agreements([(sentence, None), (other, None)], limit=0) == []


VOCABULARY = "the hole area Lund Pisa reached 12 14 percent km 1987 1989 May people city in of more than"


@given(
    st.lists(st.lists(st.sampled_from(VOCABULARY.split()), max_size=12).map(" ".join), max_size=8), st.text(max_size=80)
)
@settings(max_examples=60, deadline=None)
def test_every_claim_is_verbatim_and_every_row_has_two_sources(texts: list[str], odd: str) -> None:
    rows = compared(*texts, odd)
    for row in rows:
        assert len({claim.source_id for claim in row.claims}) == len(row.claims) >= 2
        assert all(claim.value in claim.sentence for claim in row.claims)
    assert rows == compared(*texts, odd)
