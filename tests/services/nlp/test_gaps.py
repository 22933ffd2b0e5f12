from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.analysis import Agreement, Claim, Entity, Statement, Support
from actors.services.nlp.gaps import open_questions
from actors.services.nlp.questions import plan_questions

QUERY = "How did the Montreal Protocol affect the ozone layer?"
PLANNED = plan_questions(QUERY)
FARMAN = Entity(id="e1", name="Joe Farman", type="person", mentions=3, sources=("s1",), citations=("p1",))
PHRASES = (("ozone hole", 0.9), ("chlorofluorocarbons", 0.5))


def answers(*questions: str, support: Support = Support.SUPPORTED) -> list[Statement]:
    return [Statement(sentence="So it was.", citations=("p1",), question=each, support=support) for each in questions]


def disagreement(about: str, *values: str, verdict: str = "disagree") -> Agreement:
    claims = [
        {"source_id": f"s{place}", "value": value, "sentence": f"It is {value}.", "citation": f"p{place}"}
        for place, value in enumerate(values)
    ]
    return Agreement.model_validate({"kind": "number", "about": about, "verdict": verdict, "claims": claims})


def ask(
    findings: Sequence[Statement] = (),
    agreement: Sequence[Agreement] = (),
    asked_before: Sequence[str] = PLANNED,
    limit: int = 4,
    phrases: Sequence[tuple[str, float]] = PHRASES,
) -> tuple[str, ...]:
    return open_questions(
        PLANNED, findings, agreement, asked_before, query=QUERY, entities=[FARMAN], phrases=phrases, limit=limit
    )


def test_nothing_is_open_when_every_question_has_a_supported_finding() -> None:
    assert ask(answers(*PLANNED)) == ()


@pytest.mark.parametrize("support", [Support.PARTIAL, Support.UNSUPPORTED])
def test_a_question_whose_findings_are_not_supported_is_asked_again_in_other_words(support: Support) -> None:
    missing = PLANNED[-1]
    (again,) = ask([*answers(*PLANNED[:-1]), *answers(missing, support=support)])
    assert again != missing
    assert "Montreal Protocol" in again


def test_a_question_is_asked_again_with_what_was_found_of_the_kind_it_wants() -> None:
    who = next(question for question in PLANNED if "who" in question)
    (again,) = ask(answers(*(question for question in PLANNED if question != who)))
    assert "Joe Farman" in again


def test_a_contradiction_is_asked_about_with_both_values_and_their_unit_once() -> None:
    row = disagreement("ozone hole maximum area", "28.3 million square kilometres", "29.9 million square kilometres")
    assert ask(answers(*PLANNED), [row]) == ("ozone hole maximum area 28.3 or 29.9 million square kilometres",)


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (("3 May 1985", "4 May 1985"), "3 or 4 May 1985"),
        (("12%", "about 14 percent"), "12% or about 14 percent"),
        (("1985", "1986", "1987"), "1985, 1986 or 1987"),
    ],
)
def test_values_are_told_as_the_sources_do(values: tuple[str, ...], written: str) -> None:
    assert ask(answers(*PLANNED), [disagreement("first report", *values)]) == (f"first report {written}",)


def test_what_the_sources_agree_on_is_not_asked() -> None:
    assert ask(answers(*PLANNED), [disagreement("signatories", "24", "24", verdict="agree")]) == ()


def test_questions_and_contradictions_take_turns_up_to_the_limit() -> None:
    rows = [disagreement("area of the hole", "28", "29"), disagreement("year of the ban", "1996", "1997")]
    asked = ask((), rows, limit=3)
    assert len(asked) == 3
    assert asked[1] == "area of the hole 28 or 29"


def test_no_round_asks_what_an_earlier_one_asked_and_they_come_to_an_end() -> None:
    row = disagreement("area of the hole", "28", "29")
    asked = list(PLANNED)
    for _ in range(20):
        new = ask((), [row], asked)
        assert not {each.casefold() for each in new} & {each.casefold() for each in asked}
        asked += new
    assert new == ()


def test_other_spellings_of_a_question_asked_before_are_the_same_question() -> None:
    row = disagreement("area of the hole", "28", "29")
    assert ask(answers(*PLANNED), [row], [*PLANNED, "Hole area: 29, or 28?"]) == ()


def test_a_german_question_is_asked_again_without_english_words() -> None:
    query = "Wann wurde das Protokoll von Montreal unterzeichnet und warum?"
    asked = open_questions([query], (), (), [query], query=query, phrases=[("Ozonschicht", 0.5)])
    assert asked == ("Protokoll Montreal unterzeichnet Ozonschicht",)


TEXTS = st.text(max_size=80)
CLAIMS = st.builds(Claim, source_id=st.just("s1"), value=TEXTS, sentence=TEXTS, citation=st.just("p1"))
ROWS = st.builds(
    Agreement,
    kind=st.just("number"),
    about=TEXTS,
    verdict=st.sampled_from(["agree", "disagree"]),
    claims=st.lists(CLAIMS, max_size=3).map(tuple),
)


@given(st.lists(TEXTS, max_size=4), TEXTS, st.lists(ROWS, max_size=3), st.lists(TEXTS, max_size=3))
@settings(max_examples=40, deadline=None)
def test_any_text_gives_few_distinct_questions_that_are_new(
    questions: list[str], query: str, rows: list[Agreement], phrases: list[str]
) -> None:
    found = open_questions(questions, (), rows, questions, query=query, phrases=[(each, 1.0) for each in phrases])
    assert len(found) <= 4
    assert len({*found, *questions}) == len(found) + len(set(questions))
    assert all(each.strip() for each in found)
    assert found == open_questions(
        questions, (), rows, questions, query=query, phrases=[(each, 1.0) for each in phrases]
    )
