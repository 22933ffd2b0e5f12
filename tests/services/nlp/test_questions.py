import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.questions import plan_questions, subject_of


def test_the_query_itself_comes_first_as_it_was_asked() -> None:
    assert plan_questions("  is nuclear power safe ")[0] == "is nuclear power safe"


def test_a_compound_question_is_split_and_its_pronoun_named() -> None:
    planned = plan_questions("How was the ozone hole found, and who repaired it?")
    assert planned[1:3] == ["How was the ozone hole found?", "Ozone hole: who repaired it?"]


def test_what_was_asked_is_not_asked_again() -> None:
    planned = plan_questions("When was the Suez Canal built?")
    assert not any("when" in question for question in planned[1:])
    assert "Suez Canal: who is involved?" in planned


def test_a_bare_subject_is_opened_up() -> None:
    assert plan_questions("Montreal Protocol", limit=3) == [
        "Montreal Protocol",
        "Montreal Protocol: when and where?",
        "Montreal Protocol: who is involved?",
    ]


def test_a_question_in_another_language_gets_no_english_variants() -> None:
    planned = plan_questions("Warum ist das Ozonloch so groß und wer hat es entdeckt?")
    assert planned[1:] == ["Warum ist das Ozonloch so groß?", "Wer hat es entdeckt?", "Ozonloch"]


@pytest.mark.parametrize(
    ("query", "subject"),
    [
        ("Who was Emperor Norton?", "Emperor Norton"),
        ("effects of climate change on coffee", "Effects of climate change on coffee"),
        ("why did it happen?", ""),
        ("What did the court decide about deities?", "Court"),
        ("Why did the deficit change?", "Deficit"),
        ("Why was Galois killed?", "Galois"),
        ("How many people were killed?", ""),
        ("What was the ozone hole?", "Ozone hole"),
        ("How does coffee affect sleep?", "Coffee"),
        ("What does caffeine do to sleep?", "Caffeine"),
        ("???", ""),
    ],
)
def test_the_subject_is_what_the_question_names(query: str, subject: str) -> None:
    assert subject_of(query) == subject


def test_a_question_without_a_subject_is_not_opened_up() -> None:
    assert plan_questions("How many people were killed?") == ["How many people were killed?"]


def test_an_empty_query_or_no_room_gives_no_question() -> None:
    assert plan_questions("  ") == []
    assert plan_questions("ozone", limit=0) == []


@given(st.text(max_size=300), st.integers(1, 8))
def test_any_text_gives_distinct_questions_within_the_limit(query: str, limit: int) -> None:
    planned = plan_questions(query, limit=limit)
    assert len(planned) <= limit
    assert len(set(planned)) == len(planned)
    assert planned == plan_questions(query, limit=limit)
    assert all(question.strip() for question in planned)
