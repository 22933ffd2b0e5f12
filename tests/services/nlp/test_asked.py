from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.domain.documents import Sentence
from actors.services.nlp.asked import Kind, asked, fit, holds, named, of_the_named


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Who wrote it and when?", ("who", "when")),
        ("How many people live there?", ("how many",)),
        ("What caused the fire?", ("why",)),
        ("Warum brennt es?", ("why",)),
        ("Quand est-il mort ?", ("when",)),
        ("the ozone layer", ()),
    ],
)
def test_a_question_tells_which_answers_it_wants(question: str, kinds: tuple[Kind, ...]) -> None:
    assert asked(question) == kinds


@pytest.mark.parametrize(
    ("kind", "with_it", "without"),
    [
        ("who", "In 1953 Rosalind Franklin took it.", "The United Nations took it in the Pacific Ocean."),
        ("when", "It burned in 1906.", "It burned long and bright."),
        ("where", "It stood in Chicago.", "It stood for long."),
        ("why", "It sank because the hull broke.", "It sank at night."),
        ("how many", "About 1,500 people died.", "People died."),
    ],
)
def test_a_sentence_holds_what_an_answer_needs_or_not(kind: Kind, with_it: str, without: str) -> None:
    assert holds(with_it, kind)
    assert not holds(without, kind)


def test_the_fit_is_the_share_of_the_wanted_kinds() -> None:
    assert fit("It burned in 1906.", ("when", "why")) == 0.5
    assert fit("It burned in 1906.", ()) == 0.0


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did Ada Lovelace write?", ["Ada Lovelace"]),
        ("Was Ada Lovelace's father in Łódź?", ["Ada Lovelace", "Łodz"]),
        ("Who is right, the U.S. or the WHO?", ["US", "WHO"]),
        ("What happened in March?", []),
        ("Why does ice float?", []),
        ("Bread", []),
        ("WHO BAKES BREAD IN LYON?", []),
        ("是什么意思", []),
        ("", []),
    ],
)
def test_a_question_names_what_it_writes_with_capitals(question: str, names: list[str]) -> None:
    assert named(question) == names


def test_german_capitals_name_nothing() -> None:
    assert named("Warum ist das Brot so gut?", language="de") == []


def kept(question: str, texts: Sequence[str]) -> list[bool]:
    sentences = [
        Sentence(source_id=f"s{at}", passage_id=f"s{at}p1", text=text, start=0, end=len(text))
        for at, text in enumerate(texts)
    ]
    return [bool(one) for one in of_the_named(question, sentences, language="en")]


@pytest.mark.parametrize(
    ("question", "texts", "told"),
    [
        (
            "When was Ada Lovelace born?",
            ["Ada Lovelace wrote.", "Lovelace read.", "Ada Yonath won."],
            [True, True, False],
        ),
        (
            "What did the World Health Organization say?",
            ["The World Health Organization met.", "The WHO met."],
            [True] * 2,
        ),
        (
            "What did the WHO say?",
            ["The WHO met.", "The World Health Organization met.", "Who met?"],
            [True, True, False],
        ),
        ("What is there in York?", ["York is old.", "New York is new."], [True, False]),
        ("What links Lyon and Leeds?", ["Lyon bakes.", "Leeds spins.", "Bonn sings."], [True, True, False]),
        ("What did Dvořák write?", ["Dvorak wrote it.", "Chopin wrote it."], [True, False]),
        ("When was Ada Lovelace born?", ["Ada Yonath won.", "It rained."], [True, True]),
        ("", ["Ada Yonath won.", "It rained."], [True, True]),
    ],
)
def test_sources_without_what_the_question_names_are_told_apart(
    question: str, texts: list[str], told: list[bool]
) -> None:
    assert kept(question, texts) == told


@given(st.text(max_size=200), st.lists(st.text(max_size=80), max_size=4))
def test_any_question_leaves_some_sentence_if_there_is_one(question: str, texts: list[str]) -> None:
    assert any(kept(question, texts)) == bool(texts)
